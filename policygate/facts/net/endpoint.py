"""Any text to the endpoint that it names, if it names one."""

import re
from dataclasses import replace

from policygate.facts.model_network import Family
from policygate.facts.net.draft import Draft, host_of
from policygate.facts.net.endpoint_keywords import read_ado, read_libpq
from policygate.facts.net.endpoint_mysql import read_go_mysql
from policygate.facts.net.endpoint_schemes import scheme_of
from policygate.facts.net.endpoint_url import read_url
from policygate.facts.net.parsed import Host, Parsed, is_datastore
from policygate.facts.net.written import Piece, default_of

__all__ = ["Host", "Parsed", "is_datastore", "parse_address", "parse_endpoint"]

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+._-]{0,30}):")
_SEPARATOR = re.compile(r"[,;\s]+")
_DIGITS = re.compile(r"[0-9]+\Z")
_DEEPEST = 4


def parse_endpoint(text: str) -> Parsed | None:
    """The endpoint that a whole text is, blanks around it aside; None for everything else.

    A variable with a default, `${URL:-redis://cache}`, is what its default is, and dynamic.
    """
    return _parse(text, _DEEPEST)


def _parse(text: str, depth: int) -> Parsed | None:
    default = default_of(text) if depth else None
    if default is None:
        return _read(text)
    inner = _parse(default.text, depth - 1)
    if inner is None:
        return None
    start, end = default.offset, default.offset + len(default.text)
    secrets = tuple((start + first, start + last) for first, last in inner.secrets)
    return replace(inner, secrets=secrets, dynamic=True, redacted=text[:start] + inner.redacted + text[end:])


def _read(text: str) -> Parsed | None:
    whole = Piece.whole(text)
    draft = Draft(text, dynamic=whole.dynamic)
    match = _SCHEME.match(whole.masked, whole.start, whole.end)
    if match and whole.masked.startswith("//", match.end()):
        known = scheme_of(match.group(1).lower())
        if known is None:
            return None
        draft.scheme, scheme = known
        done = read_url(draft, scheme, whole._replace(start=match.end() + 2))
        return draft.parsed() if done else None
    for read in (read_ado, read_libpq, read_go_mysql):
        draft = Draft(text, dynamic=whole.dynamic)
        if read(draft, whole):
            return draft.parsed()
    return None


def parse_address(text: str, family: Family = "unknown") -> Parsed | None:
    """`host:port`, or several with commas or blanks between them; None when one of them is neither that nor a URL.

    For values of which something else says that they are addresses: `nginx:1` is one, too. A port must be said once.
    """
    whole = Piece.whole(text)
    draft = Draft(text, family=family, dynamic=whole.dynamic)
    rest: Piece = whole
    ported = False
    while rest:
        piece, _, rest = rest.cut_any(_SEPARATOR)
        host = _address(draft, piece)
        if host is None:
            return None
        ported |= piece.static.rfind(":") > piece.static.rfind("]")
        draft.hosts.append(host)
    return draft.parsed() if draft.hosts and ported else None


def _address(draft: Draft, piece: Piece) -> Host | None:
    """One address; a scheme before it, such as Kafka's `SASL_SSL://`, decides protocol and TLS."""
    match = _SCHEME.match(piece.masked, piece.start, piece.end)
    if match and piece.masked.startswith("//", match.end()):
        known = scheme_of(match.group(1).lower())
        piece = piece._replace(start=match.end() + 2)
        if known:
            draft.scheme, draft.tls = known[0], known[1].tls
            draft.family = known[1].family if draft.family == "unknown" else draft.family
    host = host_of(piece, 0)
    return None if host is None or not host.name or _DIGITS.match(host.name) else host
