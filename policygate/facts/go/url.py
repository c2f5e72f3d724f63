"""URLs as the go command parses them (https://pkg.go.dev/net/url#Parse), or why it refuses them."""

import re
from typing import NamedTuple

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*+):")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_BAD_HOST_ESCAPE = re.compile(r"%(?!25|[89A-Fa-f][0-9A-Fa-f])")
_BAD_IN_HOST = re.compile(r"[\x00-\x20#/?@\\^`{|}\x7f]")
_USERINFO = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*+")
_PORT = re.compile(r"(?::[0-9]*+)?")


class URL(NamedTuple):
    """The parts of a URL as they are written, escapes included."""

    scheme: str = ""
    """In lower case; empty when there is none."""
    userinfo: str | None = None
    host: str = ""
    """Host with port."""
    path: str = ""
    rooted: bool = False
    """Whether `//` stands before the host, even an empty one."""
    plain: bool = True
    """Whether there is neither query, fragment, nor something between scheme and path that is no slash."""
    problem: str = ""
    """Why the URL does not parse; the other parts are then empty."""


def parse_url(text: str) -> URL:
    """Take a URL apart; nothing but the syntax is checked."""
    text, _, fragment = text.partition("#")
    if _CONTROL.search(text):
        return URL(problem="there is a control character in it")
    scheme, rest = _scheme(text)
    if scheme is None:
        return URL(problem="the scheme before `:` is missing")
    rest, question, _ = rest.partition("?")
    plain = not (question or fragment)
    if not rest.startswith("/"):
        if scheme:
            return URL(scheme=scheme, plain=plain and not rest)
        if ":" in rest.partition("/")[0]:
            return URL(problem="there is a colon before the first slash, yet no scheme")
    userinfo, host, path = _authority(rest, scheme)
    bad = _bad_escape(path + " " + fragment) or _bad_host(host, scheme) or _bad_userinfo(userinfo)
    if bad:
        return URL(problem=bad)
    rooted = rest.startswith("//")
    return URL(scheme=scheme, userinfo=userinfo, host=host, path=path, rooted=rooted, plain=plain)


def _scheme(text: str) -> tuple[str | None, str]:
    if text.startswith(":"):
        return None, text
    match = _SCHEME.match(text)
    return (match.group(1).lower(), text[match.end() :]) if match else ("", text)


def _authority(rest: str, scheme: str) -> tuple[str | None, str, str]:
    """User information, host and path."""
    if not rest.startswith("//") or (not scheme and rest.startswith("///")):
        return None, "", rest
    authority, slash, path = rest[2:].partition("/")
    userinfo, at, host = authority.rpartition("@")
    return (userinfo if at else None), host, slash + path


def _bad_escape(text: str) -> str:
    return "`%` is not followed by two hexadecimal digits" if _BAD_ESCAPE.search(text) else ""


def _bad_userinfo(userinfo: str | None) -> str:
    if userinfo is None:
        return ""
    if not _USERINFO.fullmatch(userinfo):
        return "there is a character in the user information that must be escaped"
    return _bad_escape(userinfo)


def _bad_host(host: str, scheme: str) -> str:
    if host.rfind("[") > 0:
        return "there is a `[` inside the host"
    if host.startswith("["):
        return _bad_literal(host)
    colon = host.find(":") if scheme in ("http", "https") else host.rfind(":")
    if colon >= 0 and not _PORT.fullmatch(host, colon):
        return f"`{_shorten(host[colon:])}` is no port"
    return _bad_host_characters(host)


def _bad_host_characters(host: str) -> str:
    if _BAD_HOST_ESCAPE.search(host):
        return "the host has a `%` that escapes no byte above 7F"
    bad = _BAD_IN_HOST.search(host)
    return f"`{bad.group()}` cannot stand in a host" if bad else ""


def _bad_literal(host: str) -> str:
    """Why `[...]` with an optional port is no IPv6 host."""
    closing = host.rfind("]")
    if closing < 0:
        return "the `]` of the host is missing"
    if not _PORT.fullmatch(host, closing + 1):
        return f"`{_shorten(host[closing + 1 :])}` is no port"
    return _bad_address(host[1:closing])


def _bad_address(literal: str) -> str:
    from ipaddress import AddressValueError, IPv6Address  # noqa: PLC0415 - hardly any proxy is a bare IPv6 address

    address, percent, zone = literal.partition("%25")
    try:
        IPv6Address(address if "%" not in address else "")
    except AddressValueError:
        return "only an IPv6 address stands in square brackets"
    if percent and not zone:
        return "the zone of the IPv6 address is empty"
    return _bad_escape(zone) or _bad_host_characters(zone.replace("%", ""))


def _shorten(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
