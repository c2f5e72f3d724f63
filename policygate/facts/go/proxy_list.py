"""The GOPROXY list (https://go.dev/ref/mod#goproxy-protocol and `go help goproxy`)."""

import re
from collections.abc import Callable
from typing import NamedTuple

from policygate.facts.go.reference import MASK, masked
from policygate.facts.go.url import URL, parse_url
from policygate.facts.go.white_space import trim
from policygate.facts.model import EntryKind, ProxyEntry, Role
from policygate.location import At

DEFAULT = "default"
"""Stands for the proxy that Go itself is configured with, here and in `ProxyEntry.host`."""

_ELEMENT = re.compile(r"[^,|]+")
_EMPTY_LIST = "the list is set but has no element"


class _Address(NamedTuple):
    """What an element that is neither `direct` nor `off` asks go to contact."""

    kind: EntryKind
    host: str = ""
    path: str = ""
    plain_http: bool = False
    credentials: bool = False
    problem: str = ""


def parse_proxy_list(value: str, at: At, role: Callable[[str], Role]) -> list[ProxyEntry]:
    """The elements of a GOPROXY value in order, without the empty ones.

    `value` is what the go command receives, `at` its place; `role` says who runs the proxy at `host[:port][/path]`.
    What follows `direct` or `off` is never read, so it has no problem. An element with an unresolved reference is
    `dynamic`; its host is given where the reference does not touch it. A value that is not empty and yet has no element
    is one invalid entry, as go refuses it.
    """
    if not value:
        return []
    entries: list[ProxyEntry] = []
    reachable = True
    mask = masked(value)
    for element in _ELEMENT.finditer(mask):
        text = trim(value[element.start() : element.end()])
        if not text:
            continue
        start = value.index(text, element.start())
        address = _address(text, mask[start : start + len(text)])
        separator = mask[element.end() : element.end() + 1]
        entries.append(_entry(text, address, at.within(start, len(text)), role, separator))
        if not reachable:
            entries[-1] = entries[-1].model_copy(update={"reachable": False, "problem": ""})
        reachable = reachable and address.kind not in ("direct", "off")
    return entries or [_entry(value, _Address("invalid", problem=_EMPTY_LIST), at, role, "")]


def _entry(text: str, address: _Address, at: At, role: Callable[[str], Role], separator: str) -> ProxyEntry:
    return ProxyEntry(
        text=text,
        kind=address.kind,
        host=address.host,
        role=role(address.host + address.path) if address.host else "none",
        separator="," if separator == "," else "|" if separator == "|" else "",
        reachable=True,
        plain_http=address.plain_http,
        credentials=address.credentials,
        problem=address.problem,
        at=at,
    )


def _address(text: str, mask: str) -> _Address:
    if mask != text:
        return _dynamic(mask)
    if text == "off":
        return _Address("off")
    if text == "direct":
        return _Address("direct")
    if text == DEFAULT:
        return _Address("proxy", host=DEFAULT)
    return _judged(text, parse_url(_with_scheme(text)))


def _with_scheme(text: str) -> str:
    """The element as go completes it: without a scheme it is taken for an https address unless it is a single word."""
    incomplete = any(char in text for char in ".:/") and ":/" not in text and not text.startswith("/")
    return f"https://{text}" if incomplete else text


def _judged(text: str, url: URL) -> _Address:
    if url.problem:
        return _Address("invalid", problem=url.problem)
    if url.scheme == "file":
        pure = url.rooted and url.plain and not url.host and url.userinfo is None
        return _Address("file") if pure else _Address("invalid", problem="a `file` URL has a path and nothing else")
    if not url.scheme:
        return _Address("invalid", problem=_missing_scheme(text))
    if url.scheme not in ("http", "https"):
        return _Address("invalid", problem=f"the scheme `{url.scheme[:40]}` is none of `https`, `http`, `file`")
    return _proxy(url)


def _proxy(url: URL) -> _Address:
    """An address that go accepts as such; it may still refuse to send a request there."""
    plain_http = url.scheme == "http"
    credentials = url.userinfo is not None
    problem = ""
    if url.host in ("", ":"):
        problem = "the URL names no host"
    elif plain_http and credentials:
        problem = "go sends no credentials over plain http"
    host = url.host.lower()
    return _Address("proxy", host, url.path.rstrip("/"), plain_http, credentials, problem)


def _missing_scheme(text: str) -> str:
    if text.lower() in ("direct", "off"):
        return f"`{text}` is not `{text.lower()}`: keywords are in lower case"
    if text.startswith("/"):
        return "a path must be written as a `file://` URL"
    return "it is neither a URL nor `direct` nor `off`"


def _dynamic(mask: str) -> _Address:
    """What is certain of an element with references: its host, if they only stand around it."""
    url = parse_url(_with_scheme(mask))
    if url.problem or url.scheme not in ("http", "https") or MASK in url.host:
        return _Address("dynamic")
    known = _proxy(url)
    return known._replace(kind="dynamic", path=known.path.partition(MASK)[0].rstrip("/"), problem="")
