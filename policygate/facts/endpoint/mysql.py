"""MySQL's own notations: the DSN of Go's driver, and the lists of hosts of the JDBC driver.

https://github.com/go-sql-driver/mysql#dsn-data-source-name
https://dev.mysql.com/doc/connector-j/en/connector-j-reference-jdbc-url-format.html
"""

import re
from collections.abc import Iterator

from policygate.facts.endpoint.draft import Draft, host_of, port_of
from policygate.facts.endpoint.parsed import Host
from policygate.facts.endpoint.tls import tls_of
from policygate.facts.endpoint.written import Piece

_NET = re.compile(r"(?P<net>[A-Za-z][A-Za-z0-9+._-]{0,40})?(?:\((?P<address>[^()]*)\))?\Z")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+._-]{0,30}://")
_SCHEME = "mysql://"
_KNOWN = frozenset({"tcp", "tcp4", "tcp6", "unix"})
_PORT = 3306
_PROPERTY = re.compile(r"(?i)\(?\s*+(?P<key>\w{1,60}+)\s*+=\s*+(?P<value>[^(),=]*+)\)?")


def read_go_mysql(draft: Draft, whole: Piece) -> bool:
    """Fill the draft from `user:password@tcp(host:port)/database?tls=true`; False when the text is no such DSN.

    The driver takes the last slash of all, so that one among the parameters is a mistake; we forgive it. Tools that
    migrate databases put `mysql://` before it.
    """
    whole = whole.at(len(_SCHEME)) if whole.starts(_SCHEME) else whole
    if _URL.match(whole.masked, whole.start, whole.end):
        return False
    path, _ = whole.cut("?")
    return any(_read_dsn(draft, *piece.cut_last("/"), whole.end) for piece in (whole, path))


def _read_dsn(draft: Draft, before: Piece | None, behind: Piece, end: int) -> bool:
    userinfo, net = before.cut_last("@") if before else (None, behind)
    match = _NET.match(net.static) if before else None
    if match is None or not _is_plausible(userinfo, match):
        return False
    address = net.at(*match.span("address")) if match["address"] else None
    host = _host(match["net"] or "tcp", address)
    path, query = behind._replace(end=end).cut("?")
    if host is None or path.has("@"):
        return False
    draft.family, draft.hosts = "mysql", [host]
    draft.log_in(userinfo)
    draft.database, draft.database_at = path.decoded, path
    draft.tls = tls_of("mysql", draft.parameters(query.split("&")) if query else {}, "disabled")
    return True


def _is_plausible(userinfo: Piece | None, match: re.Match[str]) -> bool:
    """The driver takes `x(y)/z`, `a@b/c` and `/z`, too, which mostly are something else."""
    known = match["net"] in _KNOWN
    if userinfo is None:
        return known and match["address"] is not None
    login = userinfo.has(":") or userinfo.is_variable
    return known or (login and (not match["net"] or match["address"] is not None))


def _host(net: str, address: Piece | None) -> Host | None:
    if net not in _KNOWN:
        return Host(address.raw, 0) if address else None
    if net == "unix":
        return Host(address.raw if address else "/tmp/mysql.sock", 0)  # noqa: S108 - the driver's own default
    host = host_of(address, _PORT) if address else Host("127.0.0.1", _PORT)
    return host._replace(name=host.name or "127.0.0.1") if host else None


def jdbc_hosts(draft: Draft, authority: Piece) -> Iterator[Host | None]:
    """Hosts of the JDBC driver: `a:1,b`, `address=(host=a)(port=1)`, `(host=a,port=1)`, `u:p@[a,b]`."""
    userinfo, rest = authority.cut_last("@")
    draft.log_in(userinfo)
    if rest.starts("[") and rest.raw.endswith("]") and not host_of(rest, 0):
        rest = rest.at(1, rest.end - rest.start - 1)
    for piece in _outside_parentheses(rest):
        text = piece.raw.lower()
        if text.startswith(("address=", "(")):
            yield _described(draft, piece.cut("=")[1] or piece if text.startswith("address=") else piece)
        else:
            yield host_of(piece, _PORT)


def _outside_parentheses(rest: Piece) -> Iterator[Piece]:
    """The pieces between commas that are in no parentheses."""
    depth, start = 0, rest.start
    for match in re.compile(r"[(),]").finditer(rest.masked, rest.start, rest.end):
        if match.group() != ",":
            depth += 1 if match.group() == "(" else -1
        elif depth <= 0:
            yield rest._replace(start=start, end=match.start())
            start = match.end()
    yield rest._replace(start=start)


def _described(draft: Draft, piece: Piece) -> Host | None:
    host, port = None, _PORT
    for match in _PROPERTY.finditer(piece.masked, piece.start, piece.end):
        key, value = match["key"].lower(), piece._replace(start=match.start("value"), end=match.end("value")).stripped()
        if key == "host":
            host = host_of(value, _PORT)
        elif key == "port":
            port = port_of(value, _PORT) or 0
        else:
            draft.note(key, value)
    return host._replace(port=port) if host and host.name else None
