"""Endpoints that are no URLs of a protocol: gRPC's names, sockets, and StackExchange.Redis' lists.

https://github.com/grpc/grpc/blob/master/doc/naming.md
https://stackexchange.github.io/StackExchange.Redis/Configuration
"""

import re

from policygate.facts.endpoint.draft import Draft, host_of
from policygate.facts.endpoint.parsed import Host
from policygate.facts.endpoint.tls import switch
from policygate.facts.endpoint.written import Piece

_RESOLVER = re.compile(r"(?i)(?P<name>dns|passthrough|xds|ipv4|ipv6)(?::///?|:)")
_SOCKET = re.compile(r"(?i)(?P<scheme>unix|unix-abstract|redis\+socket|redis\+unix|redis-socket):(?://)?")
_WITH_PORT = re.compile(r":\d{1,5}\Z")
_REDIS = re.compile(
    r"(?i),\s*+(?:password|ssl|abortconnect|connecttimeout|allowadmin|defaultdatabase|synctimeout)\s*+="
)
_ITS_OWN = frozenset({"abortconnect", "connecttimeout", "allowadmin", "defaultdatabase", "synctimeout"})
_HTTPS = 443


def read_grpc(draft: Draft, whole: Piece) -> bool:
    """Fill the draft from `dns:///host:port`, `ipv4:address:port,...`; False for another text."""
    match = _RESOLVER.match(whole.masked, whole.start, whole.end)
    if match is None:
        return False
    name, rest = match["name"].lower(), whole._replace(start=match.end())
    slashes = match.group().count("/")
    if slashes == 2:
        _, behind = rest.cut("/")
        rest = behind if behind is not None else rest.nothing()
    if not slashes and not (rest.dynamic or _WITH_PORT.search(rest.raw)):
        return False
    draft.scheme, draft.family = name, "grpc"
    for piece in rest.cut("?")[0].split(",") if name.startswith("ipv") else (rest.cut("?")[0],):
        host = host_of(piece, _HTTPS if name in ("dns", "ipv4", "ipv6") else 0)
        if host is None or not host.name:
            return False
        draft.hosts.append(host)
    return True


def read_socket(draft: Draft, whole: Piece) -> bool:
    """Fill the draft from `unix:///path`, `unix:path`; False for another text."""
    match = _SOCKET.match(whole.masked, whole.start, whole.end)
    if match is None:
        return False
    rest = whole._replace(start=match.end())
    rest, query = rest.cut("?")
    userinfo, path = rest.cut_last("@") if rest.has(":") else (None, rest)
    if not path or re.search(r"\s", path.static):
        return False
    draft.scheme = match["scheme"].lower()
    draft.family = "redis" if draft.scheme.startswith("redis") else "unix"
    draft.tls = "disabled" if draft.family == "redis" else "unknown"
    draft.log_in(userinfo)
    name = path.decoded
    draft.hosts = [Host(f"@{name}" if draft.scheme == "unix-abstract" else name, 0)]
    database = draft.parameters(query.split("&")).get("db") if query else None
    draft.database = database.decoded if database else ""
    return (name.startswith(("/", "@", ".")) and len(name) > 1) or draft.scheme == "unix-abstract" or path.dynamic


def read_redis_list(draft: Draft, whole: Piece) -> bool:
    """Fill the draft from `host:6379,password=...,ssl=true`; False for another text.

    Without an option that only this client has, a port must be said.
    """
    if _REDIS.search(whole.masked, whole.start, whole.end) is None:
        return False
    pieces = [piece.stripped() for piece in whole.split(",")]
    names = [piece for piece in pieces if piece and not piece.has("=")]
    parameters = draft.parameters(piece for piece in pieces if piece.has("="))
    if pieces[0].has("=") or not (_ITS_OWN & parameters.keys() or all(piece.has(":") for piece in names)):
        return False
    draft.tls = switch(parameters["ssl"]) if "ssl" in parameters else "disabled"
    default = 6380 if draft.tls == "required" else 6379
    hosts = [host_of(piece, default) for piece in names]
    draft.family, draft.hosts = "redis", [host for host in hosts if host and host.name]
    draft.database = parameters["defaultdatabase"].raw if "defaultdatabase" in parameters else ""
    return bool(hosts) and len(draft.hosts) == len(hosts)
