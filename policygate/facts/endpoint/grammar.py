"""Any text to the endpoint that it names, if it names one."""

import re
from collections.abc import Callable
from dataclasses import replace

from policygate.facts.endpoint.ado import read_ado
from policygate.facts.endpoint.draft import Draft, host_of
from policygate.facts.endpoint.jdbc import read_jdbc
from policygate.facts.endpoint.libpq import read_libpq
from policygate.facts.endpoint.mysql import read_go_mysql
from policygate.facts.endpoint.oracle import is_description, read_target
from policygate.facts.endpoint.parsed import Host, Parsed, is_datastore
from policygate.facts.endpoint.references import default_of
from policygate.facts.endpoint.schemes import scheme_of
from policygate.facts.endpoint.targets import read_grpc, read_redis_list, read_socket
from policygate.facts.endpoint.url import read_url
from policygate.facts.endpoint.written import Piece
from policygate.facts.model_network import Family

__all__ = ["Host", "Parsed", "is_datastore", "parse_address", "parse_endpoint"]

_PREFIX = re.compile(r"([A-Za-z][A-Za-z0-9+._-]{0,30}):")
_PLAUSIBLE = re.compile(r"[:=/(]")
_SEPARATOR = re.compile(r"[,;\s]+")
_NUMBER = re.compile(r"[0-9]+\Z")
_DEEPEST = 4

Form = Callable[[Draft, Piece], bool]


def parse_endpoint(text: str) -> Parsed | None:
    """The endpoint that a whole text is, blanks around it aside; None for everything else.

    A variable with a default, `${URL:-redis://cache}`, is what its default is, and dynamic.
    """
    return _through_defaults(text, _read, _DEEPEST) if _PLAUSIBLE.search(text) else None


def _through_defaults(text: str, read: Callable[[str], Parsed | None], depth: int) -> Parsed | None:
    default = default_of(text) if depth else None
    if default is None:
        return read(text)
    inner = _through_defaults(default.text, read, depth - 1)
    if inner is None:
        return None
    start, end = default.offset, default.offset + len(default.text)
    secrets = tuple((start + first, start + last) for first, last in inner.secrets)
    return replace(inner, secrets=secrets, dynamic=True, redacted=text[:start] + inner.redacted + text[end:])


def _read(text: str) -> Parsed | None:
    whole = Piece.whole(text)
    for form in _FORMS:
        draft = Draft(text, dynamic=whole.dynamic)
        if form(draft, whole):
            return draft.parsed()
    return None


def _read_scheme(draft: Draft, whole: Piece) -> bool:
    match = _PREFIX.match(whole.masked, whole.start, whole.end)
    if match is None or not whole.masked.startswith("//", match.end()):
        return False
    known = scheme_of(match.group(1).lower())
    if known is None:
        return False
    draft.scheme, scheme = known
    return read_url(draft, scheme, whole._replace(start=match.end() + 2))


def _read_description(draft: Draft, whole: Piece) -> bool:
    return is_description(whole) and read_target(draft, whole)


_FORMS: tuple[Form, ...] = (
    _read_scheme,
    read_jdbc,
    read_grpc,
    read_socket,
    _read_description,
    read_libpq,
    read_redis_list,
    read_ado,
    read_go_mysql,
)


def parse_address(text: str, family: Family = "unknown") -> Parsed | None:
    """`host:port`, or several with commas or blanks between them; None when one of them is neither that nor a URL.

    For values of which something else says that they are addresses: `nginx:1` is one, too. A port must be said once.
    Defaults of variables count as in `parse_endpoint`.
    """
    return _through_defaults(text, lambda inner: _read_addresses(inner, family), _DEEPEST)


def _read_addresses(text: str, family: Family) -> Parsed | None:
    whole = Piece.whole(text)
    draft = Draft(text, family=family, dynamic=whole.dynamic)
    rest, ported = whole, False
    while rest:
        piece, _, rest = rest.cut_any(_SEPARATOR)
        host = _address(draft, piece)
        if host is None:
            return None
        ported |= piece.static.rfind(":") > piece.static.rfind("]")
        draft.hosts.append(host)
    return draft.parsed() if ported else None


def _address(draft: Draft, piece: Piece) -> Host | None:
    """One address; a scheme before it decides protocol and TLS, and those of Kafka's listeners may be anything."""
    match = _PREFIX.match(piece.masked, piece.start, piece.end)
    if match and piece.masked.startswith("//", match.end()):
        name = match.group(1).lower()
        known = scheme_of(name)
        if known is None and draft.family != "kafka":
            return None
        draft.scheme = name
        if known:
            draft.tls = known[1].tls
            draft.family = known[1].family if draft.family == "unknown" else draft.family
        piece = piece._replace(start=match.end() + 2)
    login, piece = piece.cut_last("@")
    draft.log_in(login)
    host = host_of(piece, 0)
    return None if host is None or not host.name or _NUMBER.match(host.name) else host
