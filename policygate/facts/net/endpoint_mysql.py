"""The DSN of Go's MySQL driver: `user:password@tcp(host:port)/database?tls=true` (https://github.com/go-sql-driver/mysql)."""

import re

from policygate.facts.net.draft import Draft, host_of, parameters_of
from policygate.facts.net.endpoint_tls import tls_of
from policygate.facts.net.parsed import Host
from policygate.facts.net.written import Piece

_NET = re.compile(r"(?P<net>[A-Za-z][A-Za-z0-9+._-]{0,40})?(?:\((?P<address>[^()]*)\))?\Z")
_KNOWN = frozenset({"tcp", "tcp4", "tcp6", "unix"})


def read_go_mysql(draft: Draft, whole: Piece) -> bool:
    """Fill the draft; False when the text is no such DSN."""
    before, rest = _last_slash(whole)
    if before is None:
        return False
    userinfo, net = before.cut_last("@")
    match = _NET.match(net.static)
    if match is None or (userinfo is None and (match["net"] not in _KNOWN or match["address"] is None)):
        return False
    user, password = userinfo.cut(":") if userinfo else (None, None)
    if match["net"] not in _KNOWN and (match["net"] or password is None):
        return False
    draft.scheme, draft.family, draft.tls = "", "mysql", "disabled"
    draft.user = bool(user)
    if password is not None:
        draft.hide(password)
    address = net.at(*match.span("address")) if match["address"] else None
    host = _host(match["net"] or "tcp", address)
    if host is None:
        return False
    draft.hosts = [host]
    path, query = rest.cut("?")
    draft.database = path.decoded
    parameters = parameters_of(draft, query.split("&")) if query else {}
    draft.tls = tls_of("mysql", parameters, "disabled")
    return True


def _last_slash(whole: Piece) -> tuple[Piece | None, Piece]:
    """What stands before and behind the last slash that is not in the parameters, as the driver finds it."""
    path, _ = whole.cut("?")
    before, behind = path.cut_last("/")
    return before, behind._replace(end=whole.end)


def _host(net: str, address: Piece | None) -> Host | None:
    if net == "unix":
        return Host(address.raw if address else "/tmp/mysql.sock", 0)  # noqa: S108 - the driver's own default
    host = host_of(address, 3306) if address else Host("127.0.0.1", 3306)
    return host._replace(name=host.name or "127.0.0.1") if host else None
