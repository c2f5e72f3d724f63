"""The settings of one scope to the endpoints that they name, alone or together. Nothing here reads a file."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from policygate.facts.model_network import Family, Tls
from policygate.facts.net.endpoint import Host, Parsed, parse_address, parse_endpoint
from policygate.facts.net.endpoint_tls import mode, switch
from policygate.facts.net.hosts import normal
from policygate.facts.net.keys import FAMILIES, PORTS, Key, key_of, words_of
from policygate.facts.net.secret_settings import Named, secret_values
from policygate.facts.net.written import Piece, literals

__all__ = ["Found", "Named", "endpoints_of", "secret_values"]

_ITEM = re.compile(r"[^,;\s]+")
_MOST_ITEMS = 1000
_OWN = frozenset({"listen", "listener", "listeners", "bind", "binding"})
_WILDCARD = frozenset({"0.0.0.0", "::", "*", ""})  # noqa: S104 - what is listened on is no endpoint
_PROTOCOLS: dict[str, Tls] = {
    "plaintext": "disabled",
    "sasl_plaintext": "disabled",
    "ssl": "required",
    "sasl_ssl": "required",
}
_HTTP_FAMILIES = frozenset({"elasticsearch", "clickhouse", "etcd", "grpc"})


class Found(NamedTuple):
    """An endpoint among settings."""

    keys: tuple[int, ...]
    """The settings that say it, by index: first the one that holds the host."""
    parsed: Parsed
    """Its `secrets` are spans of the first setting's value; where that is a list, `redacted` is the item alone."""
    by: Literal["form", "name", "pair"]


@dataclass
class _Group:
    """The settings whose keys begin with the same words, by role; of two with one role the last."""

    parts: dict[str, int] = field(default_factory=dict)


class _Scope:
    """All settings, taken apart once."""

    def __init__(self, values: Sequence[Named]) -> None:
        self.values = values
        self.keys = [key_of(each.key) for each in values]
        self.groups: dict[tuple[str, ...], _Group] = {}
        for index, key in enumerate(self.keys):
            if key.role:
                self.groups.setdefault(key.prefix, _Group()).parts[key.role] = index

    def beside(self, key: Key, role: str) -> int | None:
        """The setting with this role and the same prefix."""
        group = self.groups.get(key.prefix)
        return group.parts.get(role) if group else None


def endpoints_of(values: Sequence[Named]) -> Iterator[Found]:
    """The endpoints among the settings of one scope, in the order of the settings that hold their hosts."""
    scope = _Scope(values)
    for index, (key, value) in enumerate(zip(scope.keys, values, strict=True)):
        found = list(_by_form(index, key, value.value)) or list(_by_name(index, key, value.value))
        found = found or list(_by_pair(scope, index, key))
        for each in found:
            yield _completed(scope, key, each)


def _by_form(index: int, key: Key, value: str) -> Iterator[Found]:
    parsed = parse_endpoint(value)
    if parsed is not None:
        yield Found((index,), _refined(parsed, key), "form")
        return
    if value.count("://") < 2:
        return
    items = [match for _, match in zip(range(_MOST_ITEMS), _ITEM.finditer(value), strict=False)]
    parts = [(match.start(), parse_endpoint(match.group())) for match in items]
    if all(part for _, part in parts):
        yield from (Found((index,), _refined(_moved(part, start), key), "form") for start, part in parts if part)


def _moved(parsed: Parsed, offset: int) -> Parsed:
    return replace(parsed, secrets=tuple((start + offset, end + offset) for start, end in parsed.secrets))


def _refined(parsed: Parsed, key: Key) -> Parsed:
    """With the protocol that the key names, where the form leaves it open."""
    family: Family = parsed.family
    if family == "http" and key.family in _HTTP_FAMILIES:
        family = key.family
    elif family in ("tcp", "unknown"):
        family = key.family if key.family != "unknown" else _family_of_ports(parsed, family)
    return parsed if family == parsed.family else replace(parsed, family=family)


def _family_of_ports(parsed: Parsed, otherwise: Family) -> Family:
    return next((PORTS[host.port] for host in parsed.hosts if host.port in PORTS), otherwise)


def _by_name(index: int, key: Key, value: str) -> Iterator[Found]:
    """`host:port` where the key says that it is an address."""
    if key.role not in ("address", "host") or _OWN.intersection(key.words):
        return
    if key.part[-1] in ("url", "urls", "uri", "uris", "dsn") and key.family == "unknown":
        return
    parsed = parse_address(value, key.family)
    if parsed is None or any(host.name in _WILDCARD for host in parsed.hosts):
        return
    yield Found((index,), _refined(parsed, key), "name")


def _by_pair(scope: _Scope, index: int, key: Key) -> Iterator[Found]:
    """A host, with what stands beside it."""
    name = scope.values[index].value.strip()
    is_host = key.role == "host" or (key.part == ("server",) and key.database)
    if not is_host or _OWN.intersection(key.words):
        return
    port_index = scope.beside(key, "port")
    if port_index is None and key.family == "unknown" and "." not in name and not key.database:
        return
    host = _one_host(name, scope.values[port_index].value if port_index is not None else "")
    if host is None or host.name in _WILDCARD:
        return
    indexes = [index] if port_index is None else [index, port_index]
    parsed = _pair(scope, key, host, indexes)
    yield Found(tuple(indexes), parsed, "pair")


def _one_host(name: str, port: str) -> Host | None:
    """The host and its port; 0 where the port is missing or a variable."""
    piece, number = Piece.whole(name), Piece.whole(port)
    if not re.fullmatch("[\\w.\ue000:/@-]+", piece.static):
        return None
    said = int(number.raw) if number.raw.isascii() and number.raw.isdecimal() and len(number.raw) < 6 else 0
    return Host(piece.raw if piece.dynamic else normal(piece.raw), said)


def _pair(scope: _Scope, key: Key, host: Host, indexes: list[int]) -> Parsed:
    family = _family_beside(scope, key)
    if family == "unknown":
        family = PORTS.get(host.port, "unknown")
    name = scope.beside(key, "database")
    if name is not None:
        indexes.append(name)
    dynamic = any(Piece.whole(scope.values[each].value).dynamic for each in indexes)
    text = f"{host.name}:{host.port}" if host.port else host.name
    return Parsed(
        scheme="",
        family=family,
        hosts=(host,),
        database=scope.values[name].value.strip() if name is not None else "",
        tls="unknown",
        user=False,
        password=False,
        secrets=(),
        dynamic=dynamic,
        redacted=text,
    )


def _family_beside(scope: _Scope, key: Key) -> Family:
    driver = scope.beside(key, "driver")
    words = words_of(scope.values[driver].value) if driver is not None else ()
    named: Family = next((FAMILIES[word] for word in words if word in FAMILIES), "unknown")
    return key.family if key.family != "unknown" else named


def _completed(scope: _Scope, key: Key, found: Found) -> Found:
    """With what stands beside: who logs in, and whether TLS is on."""
    parsed, keys = found.parsed, list(found.keys)
    for role in ("user", "password"):
        index = scope.beside(key, role)
        if index is not None and scope.values[index].value.strip():
            keys.append(index)
            literal = bool(literals(Piece.whole(scope.values[index].value)))
            parsed = (
                replace(parsed, user=True) if role == "user" else replace(parsed, password=parsed.password or literal)
            )
    said = _tls_beside(scope, key, parsed)
    if said is not None:
        keys.append(said[0])
        if parsed.tls != "required":
            parsed = replace(parsed, tls=said[1])
    return found._replace(keys=tuple(dict.fromkeys(keys)), parsed=parsed)


def _tls_beside(scope: _Scope, key: Key, parsed: Parsed) -> tuple[int, Tls] | None:
    for prefix in _outer(key.prefix):
        group = scope.groups.get(prefix)
        for role in ("protocol", "tls") if group else ():
            index = group.parts.get(role) if group else None
            if index is not None and (prefix or parsed.family == "kafka"):
                return index, _tls_said(role, scope.values[index].value)
    return None


def _outer(prefix: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The prefix and those that begin it, the longest first; each also with the `properties` that Spring puts in."""
    for length in range(len(prefix), -1, -1):
        yield prefix[:length]
        yield (*prefix[:length], "properties")


def _tls_said(role: str, value: str) -> Tls:
    piece = Piece.whole(value)
    if role == "protocol":
        return "unknown" if piece.dynamic else _PROTOCOLS.get(piece.raw.lower(), "unknown")
    return switch(piece) if piece else mode(piece)
