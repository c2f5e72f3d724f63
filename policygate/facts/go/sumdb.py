"""The value of GOSUMDB (https://go.dev/ref/mod#environment-variables)."""

import re
from binascii import a2b_base64
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

from policygate.facts.go.reference import masked
from policygate.facts.go.url import parse_url
from policygate.facts.go.white_space import fields
from policygate.facts.model import Role

DEFAULT = "default"
"""Stands for the database that Go itself is configured with."""

_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_PATH = re.compile(r"[A-Za-z0-9\-._~$&,/:;=@%]*+")
_KEY = re.compile(r"(?P<hash>[0-9A-Fa-f]{8})\+(?P<key>[A-Za-z0-9+/]{44})")
_ED25519 = 1


class Sumdb(NamedTuple):
    """What GOSUMDB says."""

    off: bool
    name: str
    """The database's name; `default` for Go's own default; empty when it is off or an unresolved reference."""
    url: str
    """The explicit address; empty when the proxies are asked for it."""
    role: Role
    problem: str
    """Why the go command refuses the value; empty when it does not."""


def parse_sumdb(value: str, role: Callable[[str], Role]) -> Sumdb:
    """The database of a GOSUMDB value; `value` is what the go command receives, `role` says who runs the one of a name.

    go knows the key of its default only, so that any other name without a key is refused; which name that is stands in
    the installation, so a host name without a key passes here.
    """
    if value == "off":
        return Sumdb(off=True, name="", url="", role="none", problem="")
    words = _words(value)
    first, url = (*words, "", "")[:2]
    if masked(first) != first:
        return Sumdb(off=False, name="", url=url, role="none", problem="")
    name = first.partition("+")[0]
    problem = _count_problem(value, words) or _name_problem(first) or _url_problem(url)
    return Sumdb(off=False, name=name, url=url, role=role(name) if name else "none", problem=problem)


def _words(value: str) -> list[str]:
    """The fields of the value; white space inside a reference such as `${{ x }}` is a part of it."""
    if masked(value) == value:
        return fields(value)
    mask = masked(value)
    return [value[word.start() : word.end()] for word in re.finditer(r"\S+", mask)]


def _count_problem(value: str, words: list[str]) -> str:
    if value and not words:
        return "it names no database"
    if len(words) > 2:
        return "it has more than a name and a URL"
    return f"white space around `{words[0]}` makes it a name" if words == ["off"] else ""


def _name_problem(word: str) -> str:
    """Why go knows no key for the first word."""
    name, plus, key = word.partition("+")
    if not word or word == DEFAULT:
        return ""
    if not plus:
        return "" if _HOST.fullmatch(name) else "a database other than the default needs its key: `name+hash+key`"
    match = _KEY.fullmatch(key)
    if not name or not match:
        return "the key must be written as `name+hash+key`"
    raw = a2b_base64(match["key"])
    if sha256(f"{name}\n".encode() + raw).digest()[:4].hex() != match["hash"].lower():
        return "the hash is not that of the name and the key"
    if raw[0] != _ED25519:
        return "the key is of an unknown algorithm"
    return "" if _is_host_and_path(name) else "the name must be a host with an optional path"


def _is_host_and_path(name: str) -> bool:
    url = parse_url(f"https://{name}")
    pure = url.plain and url.userinfo is None and _PATH.fullmatch(url.path) is not None
    return pure and bool(url.host) and not url.problem and not name.endswith("/")


def _url_problem(url: str) -> str:
    if not url or masked(url) != url:
        return ""
    parsed = parse_url(url)
    if parsed.problem:
        return f"the URL is invalid: {parsed.problem}"
    if parsed.scheme not in ("", "http", "https", "file"):  # without one go asks by https
        return f"the scheme `{parsed.scheme[:40]}` is none of `https`, `http`, `file`"
    if parsed.scheme == "http" and parsed.userinfo is not None:
        return "go sends no credentials over plain http"
    return ""
