"""Text with variables in it: cut into pieces at signs that stand outside of variables, each piece with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Self
from urllib.parse import unquote

_MASK = "\ue000"
"""Stands for each character of a variable; in the text itself it is replaced, so that nobody forges one."""
_FORGED = "\ue001"
_TOKEN = re.compile(r"\$\{|\$\(|#\{|[{}()]")
_SIMPLE = re.compile(
    r"\$[A-Za-z_]\w*+"
    r"|%\([\w.]{1,100}\)[a-z]|%(?:\[\d{1,3}\])?[sqv]|%d(?![0-9A-Fa-f])"
    r"|<[A-Za-z_][\w .-]{0,60}>"
)
_OPENED_BY = {")": ("$(", "("), "}": ("${", "#{", "{")}
_FIELD = re.compile(r"\{[\w.:!\[\]\"']*\}")
_DEFAULT = re.compile(r"\$\{\s*+[\w.-]++(?P<sign>:?[-+?]|:)")
_DEEPEST = 8
"""Defaults of defaults that are followed; what lies deeper is taken as it is written."""
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")


def variables(text: str, *, fields: bool = True) -> Iterator[tuple[int, int]]:
    """The spans of `$X`, `${X}`, `$(X)`, `{{ x }}`, `%s`, `<x>` and the like, in order, none within another.

    With `fields`, `{x}` is one too.
    """
    spans = sorted([*_bracketed(text, fields=fields), *(match.span() for match in _SIMPLE.finditer(text))])
    end = 0
    for span in spans:
        if span[0] >= end:
            yield span
            end = span[1]


def _bracketed(text: str, *, fields: bool) -> Iterator[tuple[int, int]]:
    """Variables in brackets; each bracket is pushed and popped once, so that time is linear."""
    opened: list[tuple[str, int]] = []
    depth = {")": 0, "}": 0}
    for match in _TOKEN.finditer(text):
        sign = match.group()
        closing = ")" if sign[-1] in "()" else "}"
        if sign != closing:
            opened.append((sign, match.start()))
            depth[closing] += 1
        elif depth[closing]:
            kind, start = opened.pop()
            while kind not in _OPENED_BY[closing]:
                depth[")" if closing == "}" else "}"] -= 1
                kind, start = opened.pop()
            depth[closing] -= 1
            if _is_variable(text, kind, start, match.end(), fields=fields):
                yield start, match.end()


def _is_variable(text: str, kind: str, start: int, end: int, *, fields: bool) -> bool:
    if kind != "{":
        return kind != "("
    doubled = text.startswith("{{", start) and text.endswith("}}", start, end)
    return doubled or (fields and end - start <= 100 and _FIELD.fullmatch(text, start, end) is not None)


class Piece(NamedTuple):
    """A stretch of a text."""

    text: str
    masked: str
    """As long as the text; characters of variables are masked."""
    start: int
    end: int

    @classmethod
    def whole(cls, text: str, *, fields: bool = True) -> Self:
        """All of a text but the blanks around it."""
        plain = text.replace(_MASK, _FORGED)
        parts, kept = [], 0
        for start, end in variables(text, fields=fields):
            parts += [plain[kept:start], _MASK * (end - start)]
            kept = end
        start = len(text) - len(text.lstrip())
        return cls(text, "".join([*parts, plain[kept:]]), start, max(start, len(text.rstrip())))

    def __bool__(self) -> bool:
        """Whether anything is in it."""
        return self.end > self.start

    @property
    def raw(self) -> str:
        """As written."""
        return self.text[self.start : self.end]

    @property
    def static(self) -> str:
        """As written, each character of a variable masked."""
        return self.masked[self.start : self.end]

    @property
    def dynamic(self) -> bool:
        """Whether a variable is in it."""
        return self.masked.find(_MASK, self.start, self.end) >= 0

    @property
    def is_variable(self) -> bool:
        """Whether there is nothing but variables in it."""
        return bool(self) and not self.static.strip(_MASK)

    @property
    def decoded(self) -> str:
        """Escapes undone (https://www.rfc-editor.org/rfc/rfc3986#section-2.1); as written where a variable is in it."""
        return self.raw if self.dynamic else unquote(self.raw)

    def at(self, start: int, end: int | None = None) -> Self:
        """A part of it, by offsets from its start."""
        return self._replace(start=self.start + start, end=self.end if end is None else self.start + end)

    def stripped(self) -> Self:
        """Without the blanks around it."""
        raw = self.raw
        start = len(raw) - len(raw.lstrip())
        return self.at(start, max(start, len(raw.rstrip())))

    def find(self, sign: str) -> int:
        """The offset of a sign, outside of variables; -1 if there is none."""
        return max(self.masked.find(sign, self.start, self.end) - self.start, -1)

    def starts(self, prefix: str) -> bool:
        """Whether a prefix in lower case starts it, in any case."""
        return self.masked[self.start : min(self.end, self.start + len(prefix))].lower() == prefix

    def cut(self, sign: str) -> tuple[Self, Self | None]:
        """What stands before a sign, and what behind it; all and None where the sign is missing."""
        place = self.masked.find(sign, self.start, self.end)
        if place < 0:
            return self, None
        return self._replace(end=place), self._replace(start=place + len(sign))

    def cut_last(self, sign: str) -> tuple[Self | None, Self]:
        """What stands before the last such sign, and what behind it; None and all where the sign is missing."""
        place = self.masked.rfind(sign, self.start, self.end)
        if place < 0:
            return None, self
        return self._replace(end=place), self._replace(start=place + len(sign))

    def cut_any(self, signs: re.Pattern[str]) -> tuple[Self, str, Self]:
        """What stands before the first of some signs, the sign, and what behind it."""
        match = signs.search(self.masked, self.start, self.end)
        if match is None:
            return self, "", self._replace(start=self.end)
        return self._replace(end=match.start()), match.group(), self._replace(start=match.end())

    def split(self, sign: str) -> Iterator[Self]:
        """The pieces between the signs."""
        rest: Self | None = self
        while rest is not None:
            piece, rest = rest.cut(sign)
            yield piece


def literals(piece: Piece, depth: int = 0) -> list[tuple[int, int]]:
    """What no report may show of a secret: all of it, or only the defaults where nothing but variables is in it."""
    if not piece or not piece.static.strip("*"):
        return []
    if not piece.is_variable or depth > _DEEPEST:
        return [(piece.start, piece.end)]
    spans = list(variables(piece.raw))
    return [
        span for start, end in spans for given in _given(piece.at(start, end)) for span in literals(given, depth + 1)
    ]


def _given(variable: Piece) -> Iterator[Piece]:
    """The values that a variable itself holds: `${X:-value}`, `{{ .x | default "value" }}`."""
    raw = variable.raw
    match = _DEFAULT.match(raw)
    if match and "?" not in match["sign"]:
        inner = Piece.whole(raw[match.end() : -1])
        offset = variable.start + match.end()
        masked = variable.masked[:offset] + inner.masked + variable.masked[offset + len(inner.masked) :]
        yield variable._replace(masked=masked, start=offset + inner.start, end=offset + inner.end)
    elif raw.startswith("{{"):
        for quoted in _QUOTED.finditer(raw):
            start, end = variable.start + quoted.start() + 1, variable.start + quoted.end() - 1
            yield variable._replace(masked=variable.text, start=start, end=end)


@dataclass(frozen=True)
class Default:
    """What a variable stands for when nobody sets it."""

    text: str
    offset: int


def default_of(text: str) -> Default | None:
    """The default of a text that is one variable, `${X:-y}` of a shell and of compose or `${x:y}` of Spring."""
    stripped = text.strip()
    match = _DEFAULT.match(stripped)
    if match is None or match["sign"] not in ("-", ":-", ":"):
        return None
    spans = list(variables(stripped))
    if spans != [(0, len(stripped))]:
        return None
    return Default(stripped[match.end() : -1], len(text) - len(text.lstrip()) + match.end())
