"""The lists of module patterns: GOPRIVATE, GONOPROXY, GONOSUMDB, GOINSECURE (https://go.dev/ref/mod#private-modules)."""

import re
from collections.abc import Iterable
from string import ascii_lowercase, ascii_uppercase, digits

from policygate.facts.go.glob import Glob, parse_glob
from policygate.facts.go.module_path import check_elements
from policygate.facts.go.reference import masked
from policygate.facts.go.white_space import trim
from policygate.facts.model import Pattern
from policygate.location import At

_ELEMENT = re.compile(r"[^,]+")
_SPECIAL = re.compile(r"[*?\[\\]")
_EVERYTHING = re.compile(r"(?=.*\*)\**+\?{0,3}+\**+|\*++\.\*++")
"""Globs that match every host: it has a dot and a character on each side of it."""
_LONGEST = 1024
"""Longer patterns and paths match nothing: no such module can be fetched, and matching them would take long."""

_HOST = frozenset(ascii_lowercase + digits + "-.")
_BELOW = _HOST | frozenset(ascii_uppercase + "_~")
_PLACEHOLDERS = frozenset({"none", "off", "no", "nothing", "never", "nil", "null", "false", "disabled", "0", "-"})
"""What people write on purpose to match no module."""

_MISTAKES = (
    (re.compile(r"\s*[A-Za-z][\w+.-]*://"), "a pattern has no scheme"),
    (re.compile(r".*\s", re.DOTALL), "white space belongs to the pattern"),
    (re.compile(r".*[\"'`]", re.DOTALL), "quotes belong to the pattern"),
    (re.compile(r".*;", re.DOTALL), "`;` does not separate patterns, a comma does"),
    (re.compile(r"[^/]*@"), "a pattern has no user name"),
    (re.compile(r".*@", re.DOTALL), "a pattern has no version"),
    (re.compile(r"/"), "it begins with `/`"),
    (
        re.compile(r"(?:.*/)?\.\.\.(?:/|\Z)", re.DOTALL),
        "`...` is no wildcard: a pattern covers what is below it anyway",
    ),
    (re.compile(r"(?:.*//|.*/\Z)", re.DOTALL), "it has an empty path element"),
    (re.compile(r"[^/:]*:[0-9*?]+(?:/|\Z)"), "a module path has no port"),
)


def split_patterns(value: str) -> list[str]:
    """The elements of a list, as they are written, without the empty ones; go trims nothing."""
    return [value[start:end] for start, end in _spans(value)]


def parse_patterns(value: str, at: At) -> list[Pattern]:
    """The elements of a list with what is wrong about them; `value` is what the go command receives, `at` its place."""
    mask = masked(value)
    return [
        _pattern(value[start:end], at.within(start, end - start), dynamic=mask[start:end] != value[start:end])
        for start, end in _spans(value)
    ]


def matches(patterns: Iterable[str], module_path: str) -> bool:
    """Whether any pattern matches a module path: it then covers the module as every one below its prefix."""
    return any(_covers(pattern, module_path) for pattern in patterns)


def _spans(value: str) -> list[tuple[int, int]]:
    """The elements as offsets; a comma within a reference such as `${A:-b,c}` is a part of it."""
    return [element.span() for element in _ELEMENT.finditer(masked(value))]


def _covers(pattern: str, module_path: str) -> bool:
    glob = pattern.removesuffix("/")
    slashes = glob.count("/")
    elements = module_path.split("/", slashes + 1)
    if not glob or len(elements) <= slashes or max(len(glob), len(module_path)) > _LONGEST:
        return False
    prefix = module_path if len(elements) == slashes + 1 else module_path[: -len(elements[-1]) - 1]
    if not _SPECIAL.search(glob):
        return glob == prefix
    parsed = parse_glob(glob)
    return parsed is not None and parsed.matches(prefix)


def _pattern(text: str, at: At, *, dynamic: bool) -> Pattern:
    glob = text.removesuffix("/")
    intended = dynamic or trim(glob).lower() in _PLACEHOLDERS
    return Pattern(
        text=text,
        never="" if intended else _never(text, glob),
        everything=_EVERYTHING.fullmatch(glob) is not None,
        at=at,
    )


def _never(text: str, glob: str) -> str:
    """Why a glob matches no module path that can be fetched; empty when it may match one."""
    if len(glob) > _LONGEST:
        return "it is too long"
    reason = _impossible(glob)
    if not reason:
        return ""
    return next((mistake for form, mistake in _MISTAKES if form.match(text)), reason)


def _impossible(glob: str) -> str:
    if parse_glob(glob) is None:
        return "the glob is malformed"
    host, *below = map(parse_glob, glob.split("/"))
    if host is None or None in below:
        return ""  # a slash within a class or behind a backslash: hardly ever written, and too odd to judge
    reasons = (_impossible_host(host), *(_impossible_element(element, _BELOW) for element in below if element))
    return next(filter(None, reasons), "") or ("" if _SPECIAL.search(glob) else check_elements(glob))


def _impossible_host(host: Glob) -> str:
    terms = [term for chunk in host.chunks for term in chunk]
    literals = {term for term in terms if isinstance(term, str)}
    if literals & set(ascii_uppercase):
        return "the host of a module path is in lower case"
    reason = _impossible_element(host, _HOST)
    if reason:
        return reason
    if len(host.chunks) == 1 and not any(t == "." if isinstance(t, str) else t.accepts(".") for t in terms):
        return "the host of a module path has a dot"
    return "it begins with a dash" if host.chunks[0][:1] == ("-",) else ""


def _impossible_element(element: Glob, allowed: frozenset[str]) -> str:
    if element.chunks == ((),):
        return "it has an empty path element"
    for chunk in element.chunks:
        for term in chunk:
            if isinstance(term, str):
                if term not in allowed:
                    return f"`{term}` cannot stand in a module path" if term.isprintable() else "it is not printable"
            elif not any(map(term.accepts, allowed)):
                return "a class in it matches no character of a module path"
    if element.chunks[0][:1] == (".",):
        return "an element of a module path does not begin with a dot"
    return "an element of a module path does not end with a dot" if element.chunks[-1][-1:] == (".",) else ""
