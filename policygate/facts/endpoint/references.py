"""References to variables, in whatever notation a configuration has them, and the values that they hold themselves."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

_BRACKET = re.compile(r"\$\{|\$\(|#\{|[{}()]")
_SIMPLE = re.compile(
    r"\$[A-Za-z_]\w*+"
    r"|%\([\w.]{1,100}\)[a-z]|%(?:\[\d{1,3}\])?[sqv]|%d(?![0-9A-Fa-f])"
    r"|<[A-Za-z_][\w .-]{0,60}>"
)
_OPENED_BY = {")": ("$(", "("), "}": ("${", "#{", "{")}
_OTHER = {")": "}", "}": ")"}
_STRUCTURE = re.compile(r"[@;=&]")
_FIELD = re.compile(r"\{[\w.:!\[\]\"']*\}")
_DEFAULT = re.compile(
    r"\$\{\s*+(?:\w++(?P<colon>:[-+?])|[A-Z_][A-Z0-9_]*+(?P<plain>[-+?])|[\w.-]++(?P<spring>:)|\w++(?P<other>[-+?]))"
)
_NAMED = re.compile(r"\$\{(?:\s*+[\w.\[\]-]++\s*+\}|\s*+\w++:?\?|\{)")
"""`${X}`, `${X:?message}`, `${{ x }}`."""
_DASHED = re.compile(r"\$[a-z]+(?:-[a-z]+)+")
"""The key of a Secret as Argo CD refers to it: `$email-password`."""
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_DEEPEST = 8
"""Defaults of defaults that are followed; what lies deeper is taken as it is written."""

Span = tuple[int, int]


def references(text: str, *, fields: bool = True, plain: bool = False) -> Iterator[Span]:
    """The spans of `$X`, `${X}`, `$(X)`, `{{ x }}`, `%s`, `<x>` and the like, in order, none within another.

    With `fields`, `{x}` is one too, as format strings have it. With `plain`, those are none that hold a sign which ends
    passwords or parameters: whoever puts brackets around a part of a URL does not hide it.
    """
    spans = sorted([*_bracketed(text, fields=fields), *(match.span() for match in _SIMPLE.finditer(text))])
    signs = [match.start() for match in _STRUCTURE.finditer(text)] if plain else []
    end = 0
    for span in spans:
        if span[0] >= end and bisect_left(signs, span[0]) == bisect_left(signs, span[1]):
            yield span
            end = span[1]


def _bracketed(text: str, *, fields: bool) -> Iterator[Span]:
    """References in brackets; each bracket is pushed and popped once, so that time is linear."""
    opened: list[tuple[str, int]] = []
    depth = {")": 0, "}": 0}
    for match in _BRACKET.finditer(text):
        sign = match.group()
        closing = ")" if sign[-1] in "()" else "}"
        if sign != closing:
            opened.append((sign, match.start()))
            depth[closing] += 1
        elif depth[closing]:
            kind, start = opened.pop()
            while kind not in _OPENED_BY[closing]:
                depth[_OTHER[closing]] -= 1
                kind, start = opened.pop()
            depth[closing] -= 1
            if _is_reference(text, kind, start, match.end(), fields=fields):
                yield start, match.end()


def _is_reference(text: str, kind: str, start: int, end: int, *, fields: bool) -> bool:
    if kind != "{":
        return kind != "("
    doubled = text.startswith("{{", start) and text.endswith("}}", start, end)
    return doubled or (fields and end - start <= 100 and _FIELD.fullmatch(text, start, end) is not None)


class Default(NamedTuple):
    """What a variable stands for when nobody sets it."""

    text: str
    offset: int


def default_of(text: str) -> Default | None:
    """The default of a text that is one variable: `${X:-y}` of a shell and of compose, `${x:y}` of Spring."""
    stripped = text.strip()
    sign, begin = _operator(stripped)
    if sign not in ("-", ":-", ":") or next(references(stripped), None) != (0, len(stripped)):
        return None
    return Default(stripped[begin:-1], len(text) - len(text.lstrip()) + begin)


def _operator(variable: str) -> tuple[str, int]:
    """What stands between name and default, and where the default begins."""
    match = _DEFAULT.match(variable)
    if match is None:
        return "", 0
    return next(sign for sign in match.groups() if sign), match.end()


def literals(text: str, depth: int = 0) -> list[Span]:
    """What no report may show of a secret: all of it, or only the defaults where nothing but variables is in it."""
    if not text.strip("*") or _DASHED.fullmatch(text.strip()):
        return []
    spans = list(references(text))
    if depth > _DEEPEST or sum(end - start for start, end in spans) < len(text):
        return [(0, len(text))]
    return [span for start, end in spans for span in _literal_defaults(text[start:end], start, depth)]


def _literal_defaults(variable: str, offset: int, depth: int) -> Iterator[Span]:
    """The literals that a variable itself holds: `${X:-value}`, `{{ .x | default "value" }}`."""
    sign, begin = _operator(variable)
    if sign and "?" not in sign:
        for start, end in literals(variable[begin:-1], depth + 1):
            yield offset + begin + start, offset + begin + end
    elif variable.startswith("${") and not _NAMED.match(variable):
        yield offset + 2, offset + len(variable) - 1
    elif variable.startswith("{{"):
        for quoted in _QUOTED.finditer(variable):
            if quoted.end() - quoted.start() > 2:
                yield offset + quoted.start() + 1, offset + quoted.end() - 1
