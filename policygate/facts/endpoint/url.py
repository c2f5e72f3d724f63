"""Endpoints as URLs: `scheme://user:password@host:port,host:port/path?parameters` (https://www.rfc-editor.org/rfc/rfc3986).

Clients disagree about a `/`, `?`, `#` or `@` that stands unescaped in a password. The hosts are those that most clients
connect to; what any of them takes for a password is secret.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from policygate.facts.endpoint.ado import parameters_in
from policygate.facts.endpoint.draft import Draft, Parameters, host_of, port_of
from policygate.facts.endpoint.overrides import read_overrides
from policygate.facts.endpoint.parsed import Host
from policygate.facts.endpoint.schemes import Scheme
from policygate.facts.endpoint.tls import tls_of
from policygate.facts.endpoint.written import Piece

_END = re.compile(r"[/?#]")
_END_SEMICOLON = re.compile(r"[/?#;]")
_QUERY = re.compile(r"[?#]")
_PART = re.compile(r"[/&?#]")
_BLANK = re.compile(r"\s")
_LIST = re.compile(r",\s*+[A-Za-z][A-Za-z0-9+._-]{0,30}://")


class Parts(NamedTuple):
    """A URL behind its scheme, taken apart."""

    userinfo: Piece | None
    authority: Piece
    """Hosts and ports."""
    path: Piece
    """Behind the slash."""
    query: Piece
    """Behind `?` or `;`, up to `#`."""
    behind: Piece
    """Behind the path, all of it."""
    fragment: Piece


def read_url(draft: Draft, scheme: Scheme, rest: Piece) -> bool:
    """Fill the draft from what follows `scheme://`; False when that is no endpoint."""
    draft.family, draft.tls = scheme.family, scheme.tls
    if scheme.family == "sqlserver" and rest.has(";"):
        rest = _with_braces(rest)
        draft.dynamic = rest._replace(start=0).dynamic
        draft.tls = "unknown"
    parts = parts_of(rest, semicolons=scheme.family == "sqlserver")
    if _is_prose(rest, parts):
        return False
    instance = scheme.family == "sqlserver" and not scheme.database and bool(parts.path)
    if not read_hosts(draft, scheme._replace(port=0) if instance else scheme, parts.authority):
        return False
    draft.log_in(parts.userinfo)
    hide_strays(draft, parts)
    if scheme.database:
        draft.database, draft.database_at = _database(draft, parts.path), parts.path
    parameters = parameters_of(draft, parts.query)
    draft.tls = tls_of(draft.family, parameters, draft.tls)
    read_overrides(draft, parameters, parts.query)
    draft.hosts = [host for host in draft.hosts if host.name]
    if not draft.hosts and scheme.host:
        draft.hosts = [Host(scheme.host, scheme.port)]
    return bool(draft.hosts) or scheme.family == "postgresql"


def _database(draft: Draft, path: Piece) -> str:
    """The path, where it names one: MongoDB's may hold a collection, that of Redis is a number."""
    text = path.decoded
    if draft.family == "mongodb":
        return text.partition(".")[0]
    if draft.scheme in ("redis", "rediss") and not path.dynamic:
        text = text.replace("/", "")
        return text if text.isdecimal() else ""
    return text


def _with_braces(rest: Piece) -> Piece:
    """The piece read again: braces are quotation marks where semicolons end values."""
    return Piece.whole(rest.text, fields=False)._replace(start=rest.start, end=rest.end)


def _is_prose(rest: Piece, parts: Parts) -> bool:
    """Whether it is one of several URLs, or the beginning of a sentence; a password alone may hold blanks."""
    behind = rest._replace(start=parts.authority.start)
    return _BLANK.search(behind.static) is not None or _LIST.search(rest.masked, rest.start, rest.end) is not None


def parts_of(rest: Piece, *, semicolons: bool = False) -> Parts:
    """The parts of what follows `scheme://`; parameters may begin at a semicolon."""
    ends = _END_SEMICOLON if semicolons else _END
    authority, sign, path = rest.cut_any(ends)
    userinfo, hosts = authority.cut_last("@")
    if userinfo is None and authority.has(":") and path.has("@") and not _are_hosts(authority):
        userinfo, behind = _cut_forgivingly(rest)
        hosts, sign, path = behind.cut_any(ends)
    if sign == "/":
        path, sign, query = path.cut_any(_END_SEMICOLON if semicolons else _QUERY)
    else:
        path, query = path.nothing(), path
    behind = query
    query, fragment = (behind.nothing(), behind) if sign == "#" else behind.cut("#")
    return Parts(userinfo, hosts, path, query, behind, fragment or behind.nothing())


def _are_hosts(authority: Piece) -> bool:
    return all(host_of(piece, 0) is not None for piece in authority.split(","))


def _cut_forgivingly(rest: Piece) -> tuple[Piece, Piece]:
    """User information whose password holds a sign that should have ended it: up to the last `@` before parameters."""
    before, behind = rest.cut("@")
    first = before.end
    tail, _, _ = (behind or rest).cut_any(_QUERY)
    last = max(first, rest.masked.rfind("@", first, tail.end))
    return rest._replace(end=last), rest._replace(start=last + 1)


def hide_strays(draft: Draft, parts: Parts) -> None:
    """Hide what stands where no client looks for a password, and may be one all the same."""
    for part in (*_split(parts.path), *_split(parts.behind)):
        draft.suspect(part)
    if draft.family != "http":
        stray, _ = parts.path.cut_last("@")
        draft.hide(stray or parts.path.nothing(), password=False)
        draft.suspect(parts.behind)
    draft.parameters(_split(parts.fragment))


def _split(piece: Piece) -> Iterator[Piece]:
    """The parts of a path, of parameters or of a fragment."""
    sign, rest = "&", piece
    while rest and sign:
        part, sign, rest = rest.cut_any(_PART)
        yield part


def read_hosts(draft: Draft, scheme: Scheme, authority: Piece) -> bool:
    """Add the hosts, with an empty name where none is said; False when one of them cannot be a host."""
    if not authority:
        return True
    for piece in authority.split(",") if scheme.many else (authority,):
        host = _host(piece, scheme)
        if host is None:
            return False
        draft.hosts.append(host if host.name else Host(scheme.host, host.port))
    return True


def _host(piece: Piece, scheme: Scheme) -> Host | None:
    """A host, a socket with its slashes escaped, or a server's instance, whose port only the server tells."""
    socket = piece.decoded
    if "/" in socket and not piece.has("/"):
        return Host(socket, 0)
    name, instance = piece.cut("\\") if scheme.family == "sqlserver" else (piece, None)
    if instance is None:
        return host_of(piece, scheme.port)
    host, port = host_of(name, 0), port_of(instance.cut(":")[1], 0)
    return host._replace(port=port) if host and port is not None else None


def parameters_of(draft: Draft, query: Piece) -> Parameters:
    """The parameters behind `?`, or those behind `;`."""
    if not query:
        return {}
    if query.has(";") and (draft.family in ("sqlserver", "unknown") or not query.has("&")):
        return parameters_in(draft, query) or {}
    return draft.parameters(query.split("&"))
