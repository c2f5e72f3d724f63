"""Endpoints as URLs: `scheme://user:password@host:port,host:port/path?parameters` (https://www.rfc-editor.org/rfc/rfc3986)."""

import re

from policygate.facts.net.draft import Draft, host_of, parameters_of
from policygate.facts.net.endpoint_schemes import Scheme
from policygate.facts.net.endpoint_tls import Parameters, tls_of
from policygate.facts.net.hosts import normal
from policygate.facts.net.parsed import Host
from policygate.facts.net.written import Piece

_END = re.compile(r"[/?#;]")
_END_PLAIN = re.compile(r"[/?#]")
_BLANK = re.compile(r"\s")
_LIST = re.compile(r",\s*[A-Za-z][A-Za-z0-9+._-]{0,30}://")


def read_url(draft: Draft, scheme: Scheme, rest: Piece) -> bool:
    """Fill the draft from what follows `scheme://`; False when that is no endpoint."""
    if _LIST.search(rest.masked, rest.start, rest.end):
        return False
    draft.family, draft.tls = scheme.family, scheme.tls
    userinfo, authority, sign, path = split_authority(rest, _END if scheme.family == "sqlserver" else _END_PLAIN)
    if _BLANK.search(authority.static):
        return False
    read_userinfo(draft, userinfo, token=scheme.family == "http")
    if not read_hosts(draft, scheme, authority):
        return False
    parameters = _read_rest(draft, scheme, sign, path)
    _read_overrides(draft, scheme, parameters)
    draft.tls = tls_of(draft.family, parameters, draft.tls)
    if not draft.hosts and scheme.host:
        draft.hosts = [Host(scheme.host, scheme.port)]
    return bool(draft.hosts) or scheme.family == "postgresql"


def split_authority(rest: Piece, ends: re.Pattern[str]) -> tuple[Piece | None, Piece, str, Piece]:
    """User information, hosts, the sign behind them and the rest.

    A password with an unescaped `/`, `?` or `#` is a mistake that some clients forgive, and that must not show: so the
    last `@` ends it where the text before the sign is no host and port.
    """
    authority, sign, path = rest.cut_any(ends)
    userinfo, hosts = authority.cut_last("@")
    if userinfo is None and sign and path.find("@") >= 0 and _is_cut_short(authority):
        userinfo, behind = rest.cut_last("@")
        hosts, sign, path = behind.cut_any(ends)
    return userinfo, hosts, sign, path


def _is_cut_short(authority: Piece) -> bool:
    """Whether `user:pass` stands where `host:port` is expected."""
    return authority.find(":") >= 0 and any(host_of(piece, 0) is None for piece in authority.split(","))


def read_userinfo(draft: Draft, userinfo: Piece | None, *, token: bool = False) -> None:
    """Note the user, and the password or a lone token."""
    if userinfo is None:
        return
    user, password = userinfo.cut(":")
    draft.user = bool(user)
    if password is not None:
        draft.hide(password)
    elif token and user.raw != "git":
        draft.hide(user, password=False)


def read_hosts(draft: Draft, scheme: Scheme, authority: Piece) -> bool:
    """Add the hosts; False when one of them cannot be a host."""
    if not authority:
        return True
    pieces = list(authority.split(",")) if scheme.many else [authority]
    for piece in pieces:
        socket = "/" in piece.decoded
        host = Host(piece.decoded, 0) if socket else host_of(piece, scheme.port)
        if host is None:
            return False
        if host.name or scheme.host:
            draft.hosts.append(host if host.name else Host(scheme.host, host.port))
    return True


def _read_rest(draft: Draft, scheme: Scheme, sign: str, rest: Piece) -> Parameters:
    """The path, where it means something, and the parameters."""
    rest, _ = rest.cut("#") if sign != "#" else (rest._replace(end=rest.start), None)
    path, query = rest, None
    if sign == "/":
        path, query = rest.cut("?")
    elif sign in ("?", ";"):
        path, query = rest._replace(end=rest.start), rest
    if scheme.database:
        draft.database = path.decoded
    return parameters_of(draft, query.split(";" if sign == ";" else "&")) if query else {}


def _read_overrides(draft: Draft, scheme: Scheme, parameters: Parameters) -> None:
    """Parameters that say where to connect: libpq's `host`, `hostaddr`, `port`, and names of databases."""
    for name in ("dbname", "database", "databasename", "db", "initialcatalog"):
        if name in parameters and (scheme.family in ("postgresql", "sqlserver") or name == "db"):
            draft.database = parameters[name].decoded
    if scheme.family != "postgresql":
        return
    names = parameters.get("hostaddr") or parameters.get("host")
    ports = parameters.get("port")
    if names:
        draft.hosts = libpq_hosts(names.decoded, ports.decoded if ports else "")


def libpq_hosts(names: str, ports: str) -> list[Host]:
    """Hosts and ports as libpq pairs them (https://www.postgresql.org/docs/current/libpq-connect.html)."""
    numbers = ports.split(",")
    hosts = []
    for index, name in enumerate(names.split(",")):
        port = (
            (numbers[index] if index < len(numbers) else numbers[0]).strip() if len(numbers) > 1 else numbers[0].strip()
        )
        number = int(port) if port.isdecimal() and port.isascii() and len(port) < 6 else 0 if port else 5432
        if name.strip():
            hosts.append(Host(normal(name.strip()), number))
    return hosts
