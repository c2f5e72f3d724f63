"""The settings of one scope to the endpoints that they name, alone or together. Nothing here reads a file."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from policygate.facts.endpoint.draft import host_of
from policygate.facts.endpoint.grammar import Host, Parsed, is_datastore, parse_address, parse_endpoint
from policygate.facts.endpoint.keys import PORTS, Key
from policygate.facts.endpoint.references import default_of
from policygate.facts.endpoint.scope import Scope
from policygate.facts.endpoint.secret_settings import Named, is_secret, secret_values
from policygate.facts.endpoint.written import Piece
from policygate.facts.model_network import Family, Tls
from policygate.facts.net.hosts import is_address

__all__ = ["Found", "Named", "endpoints_of", "secret_values"]

_ITEM = re.compile(r"[^,;\s]+")
_COMMA = re.compile(r"[^,;]+")
_WITH_PATH = re.compile(r"\s*+[^/\s]+:[0-9]{2,5}/")
_SCHEMES: tuple[Family, ...] = ("postgresql", "mysql", "mongodb", "redis", "amqp", "clickhouse", "cassandra")
"""Families whose URLs have their name as the scheme."""
_SOCKET = re.compile(r"/[^@\s]*\Z")
_NUMBER = re.compile(r"[0-9]+\Z")
_MOST_ITEMS = 5000
_OWN = frozenset(
    {
        *("listen", "listener", "listeners", "bind", "binding", "advertise", "advertised"),
        *("virtual", "letsencrypt", "ingress", "allowed", "allow", "trusted", "cors", "origin", "origins"),
    }
)
"""Words of what is served, or of who may call."""
_WILDCARD = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - what is listened on is no endpoint
_BARE_URL = frozenset({"url", "urls", "uri", "uris", "dsn", "target"})
_SERVED: frozenset[Family] = frozenset({"http", "tcp", "grpc", "kafka", "unix", "unknown"})
_OVER_HTTP: frozenset[Family] = frozenset({"elasticsearch", "clickhouse", "etcd"})


class Found(NamedTuple):
    """An endpoint among settings."""

    keys: tuple[int, ...]
    """The settings that say it, by index: first the one that holds the host."""
    parsed: Parsed
    """Its `secrets` are spans of the first setting's value; where that is a list, `redacted` is the item alone."""
    by: Literal["form", "name", "pair"]


class _Client(NamedTuple):
    """What a client that reads settings by itself assumes."""

    tls: Tls
    port: int = 0


_CLIENTS: dict[tuple[str, ...], _Client] = {
    ("pg",): _Client("optional", 5432),
    ("spring", "redis"): _Client("disabled", 6379),
    ("spring", "data", "redis"): _Client("disabled", 6379),
    ("spring", "rabbitmq"): _Client("disabled", 5672),
    ("spring", "data", "mongodb"): _Client("disabled", 27017),
    ("spring", "elasticsearch"): _Client("disabled", 9200),
    ("spring", "cassandra"): _Client("disabled", 9042),
    ("spring", "mail"): _Client("disabled", 25),
    ("spring", "kafka"): _Client("disabled"),
    ("spring", "kafka", "consumer"): _Client("disabled"),
    ("spring", "kafka", "producer"): _Client("disabled"),
    ("spring", "kafka", "streams"): _Client("disabled"),
    ("spring", "kafka", "admin"): _Client("disabled"),
}
"""By prefix: libpq, Spring Boot."""
_UNKNOWN = _Client("unknown")


def endpoints_of(values: Sequence[Named]) -> Iterator[Found]:
    """The endpoints among the settings of one scope, in the order of the settings that hold their hosts."""
    scope = Scope(values)
    for index, key in enumerate(scope.keys):
        value = values[index].value
        found = _by_form(index, key, value) or _by_name(index, key, value) or _by_pair(scope, index, key)
        for each in found:
            yield _completed(scope, key, each)


def _by_form(index: int, key: Key, value: str) -> list[Found]:
    found = _endpoints_in(index, key, value)
    return [each for each in found if not _is_own(key, each.parsed)]


def _is_own(key: Key, parsed: Parsed) -> bool:
    """Whether an endpoint is one that is served, or one of a caller; nobody serves a database that way."""
    if parsed.family not in _SERVED:
        return False
    return not _OWN.isdisjoint(key.words) or any(host.name in _WILDCARD for host in parsed.hosts)


def _endpoints_in(index: int, key: Key, value: str) -> list[Found]:
    """The endpoint that a value is, or all those that it lists."""
    parsed = parse_endpoint(value)
    if parsed is not None:
        return [Found((index,), _refined(parsed, key), "form")]
    if value.count("://") < 2:
        return []
    items = [match for _, match in zip(range(_MOST_ITEMS), _ITEM.finditer(value), strict=False)]
    parts = [(match.start(), parse_endpoint(match.group())) for match in items]
    found = [Found((index,), _refined(_moved(part, start), key), "form") for start, part in parts if part]
    return found if len(found) == len(parts) and key.family != "kafka" else []


def _moved(parsed: Parsed, offset: int) -> Parsed:
    return replace(parsed, secrets=tuple((start + offset, end + offset) for start, end in parsed.secrets))


def _refined(parsed: Parsed, key: Key) -> Parsed:
    """With the protocol that the key names, where the form leaves it open."""
    family = parsed.family
    if family == "http" and key.family in _OVER_HTTP:
        family = key.family
    elif family in ("tcp", "unknown"):
        by_port = next((PORTS[host.port] for host in parsed.hosts if host.port in PORTS), family)
        family = key.family if key.family != "unknown" else by_port
    return parsed if family == parsed.family else replace(parsed, family=family)


def _by_name(index: int, key: Key, value: str) -> list[Found]:
    """`host:port` where the key says that it is an address."""
    if key.role not in ("address", "host") or not _OWN.isdisjoint(key.words):
        return []
    if key.part[-1] in _BARE_URL and key.family == "unknown":
        return []
    parsed = parse_address(value, key.family) or _without_scheme(key, value)
    if parsed is None or any(host.name in _WILDCARD for host in parsed.hosts):
        return []
    if parsed.tls == "unknown":
        parsed = replace(parsed, tls=_client(key).tls)
    return [Found((index,), _refined(parsed, key), "name")]


def _without_scheme(key: Key, value: str) -> Parsed | None:
    """`host:port/database` where the key names the protocol: `REDIS_URL=cache:6379/0`."""
    scheme = next((f"{name}://" for name in _SCHEMES if key.family == name), "")
    parsed = parse_endpoint(f"{scheme}{value.strip()}") if scheme and _WITH_PATH.match(value) else None
    if parsed is None:
        return None
    moved = _moved(parsed, len(value) - len(value.lstrip()) - len(scheme))
    return replace(moved, scheme="", redacted=parsed.redacted[len(scheme) :])


def _client(key: Key) -> _Client:
    """Kafka's own settings have no prefix."""
    return _CLIENTS.get(key.prefix) or (_Client("disabled") if key.words == ("bootstrap", "servers") else _UNKNOWN)


def _by_pair(scope: Scope, index: int, key: Key) -> list[Found]:
    """Hosts without ports, with what stands beside."""
    single = key.role == "host" or (key.telling and key.part == ("server",))
    listed = key.role == "address" and key.telling and key.part[-1] not in _BARE_URL
    if not (single or listed) or not _OWN.isdisjoint(key.words):
        return []
    beside = scope.nearest(index, "port")
    ports = _assumed(scope.text(beside[0])) if beside else ""
    hosts = _hosts(_assumed(scope.text(index)), ports)
    if not hosts or not _is_worth(key, hosts, listed=not single, ported=bool(beside)):
        return []
    client = _client(key)
    family = scope.family_beside(index)
    family = family if family != "unknown" else PORTS.get(hosts[0].port, "unknown")
    name = scope.nearest(index, "database") if key.telling or is_datastore(family) else []
    texts = [scope.text(each) for each in (index, *beside, *name)]
    parsed = Parsed(
        scheme="",
        family=family,
        hosts=tuple(host if host.port or ports else host._replace(port=client.port) for host in hosts),
        database=texts[-1] if name else "",
        tls=client.tls,
        user=False,
        password=False,
        secrets=(),
        dynamic=any(Piece.whole(text).dynamic for text in texts),
        redacted=texts[0],
    )
    return [Found((index, *beside, *name), parsed, "pair")]


def _assumed(text: str) -> str:
    """What a variable stands for when nobody sets it, as far as the text says."""
    default = default_of(text)
    return default.text.strip() if default else text


def _hosts(names: str, ports: str) -> list[Host]:
    """The hosts, with one port for all or one for each; none where one of them is no host."""
    numbers = [_port(port) for port in ports.split(",")]
    hosts: list[Host] = []
    for place, match in zip(range(_MOST_ITEMS), _COMMA.finditer(names), strict=False):
        piece = Piece.whole(match.group())
        host = Host(piece.raw, 0) if _SOCKET.match(piece.static) else None if piece.has(":") else host_of(piece, 0)
        if host is None or host.name in _WILDCARD or _NUMBER.match(host.name):
            return []
        port = numbers[place] if place < len(numbers) else numbers[0]
        hosts.append(host if host.name.startswith("/") else host._replace(port=port))
    return hosts


def _port(text: str) -> int:
    """0 where it is a variable, or no port."""
    text = text.strip()
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
    return number if number < 65536 else 0


def _is_worth(key: Key, hosts: Sequence[Host], *, listed: bool, ported: bool) -> bool:
    """Whether a host is one that is called, as far as its name, its port and its key tell."""
    if not key.prefix and key.part != ("hostaddr",):
        return ported and hosts[0].port in PORTS
    if ported:
        return True
    dotted = all(_is_dotted(host.name) for host in hosts)
    return dotted if listed else key.telling or dotted


def _is_dotted(name: str) -> bool:
    return is_address(name) or ("." in name and any(character.isalpha() for character in name))


def _completed(scope: Scope, key: Key, found: Found) -> Found:
    """With what stands beside: who logs in, and whether TLS is on."""
    parsed = found.parsed
    users, passwords = scope.beside(key, "user"), scope.beside(key, "password")
    passwords = passwords or (scope.around(key, "password", parsed.family) if parsed.family == "kafka" else [])
    literal = any(is_secret(scope.values[index]) for index in passwords)
    parsed = replace(parsed, user=parsed.user or bool(users), password=parsed.password or literal)
    said = scope.tls_around(key, parsed.family)
    if said is not None and parsed.tls != "required" and parsed.scheme not in ("http", "ws"):
        parsed = replace(parsed, tls=said[1])
    keys = (*found.keys, *users, *passwords, *((said[0],) if said else ()))
    return found._replace(keys=tuple(dict.fromkeys(keys)), parsed=parsed)
