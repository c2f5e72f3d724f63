"""Text with variables in it: cut into pieces at signs that stand outside of variables, each piece with its place."""

import re
from collections.abc import Iterator
from typing import NamedTuple, Self
from urllib.parse import unquote

from policygate.facts.endpoint.references import references

_MASK = "\ue000"
"""Stands for each character of a variable; in the text itself it is replaced, so that nobody forges one."""
_FORGED = "\ue001"


class Piece(NamedTuple):
    """A stretch of a text."""

    text: str
    masked: str
    """As long as the text; characters of variables are masked."""
    start: int
    end: int

    @classmethod
    def whole(cls, text: str, *, fields: bool = True) -> Self:
        """All of a text but the blanks around it; `fields` as for `references`."""
        plain = text.replace(_MASK, _FORGED)
        parts, kept = [], 0
        for start, end in references(text, fields=fields, plain=True):
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

    def nothing(self) -> Self:
        """The empty piece at its end."""
        return self._replace(start=self.end)

    def stripped(self) -> Self:
        """Without the blanks around it."""
        raw = self.raw
        start = len(raw) - len(raw.lstrip())
        return self.at(start, max(start, len(raw.rstrip())))

    def has(self, sign: str) -> bool:
        """Whether a sign stands in it, outside of variables."""
        return self.masked.find(sign, self.start, self.end) >= 0

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
            return self, "", self.nothing()
        return self._replace(end=match.start()), match.group(), self._replace(start=match.end())

    def split(self, sign: str) -> Iterator[Self]:
        """The pieces between the signs."""
        rest: Self | None = self
        while rest is not None:
            piece, rest = rest.cut(sign)
            yield piece
