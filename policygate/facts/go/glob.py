"""Globs as the go command matches them against parts of paths (https://pkg.go.dev/path#Match)."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

_TERM = re.compile(
    r"(?P<star>\*++)|(?P<any>\?)|(?P<class>\[)|\\(?P<escaped>[\s\S])|(?P<broken>\\\Z)|(?P<literal>[^*?[\\])"
)
_RANGE = re.compile(r"(?:\\([\s\S])|([^\\\]-]))(?:-(?:\\([\s\S])|([^\\\]-])))?")


class CharacterClass(NamedTuple):
    """One character out of ranges, or out of everything but them; `/` is a character like any other."""

    negated: bool
    ranges: tuple[tuple[str, str], ...]

    def accepts(self, char: str) -> bool:
        """Whether the class matches a character."""
        return any(low <= char <= high for low, high in self.ranges) != self.negated


class AnyCharacter(NamedTuple):
    """One character that is no `/`."""

    def accepts(self, char: str) -> bool:
        """Whether it matches a character."""
        return char != "/"


Term = str | AnyCharacter | CharacterClass
"""What matches one character."""


@dataclass(frozen=True)
class Glob:
    """A well-formed glob: chunks of terms, with any characters but `/` between two of them."""

    chunks: tuple[tuple[Term, ...], ...]
    """The first one is where the text begins, the last one where it ends; both may be empty."""

    def matches(self, text: str) -> bool:
        """Whether the whole text matches; the time is at most the product of both lengths."""
        first, *middle = self.chunks
        if not _fits(first, text, 0):
            return False
        position = len(first)
        if not middle:
            return position == len(text)
        *middle, last = middle
        for chunk in middle:
            position = _leftmost(chunk, text, position)
            if position < 0:
                return False
            position += len(chunk)
        return _ends(last, text, position)


@lru_cache(maxsize=256)
def parse_glob(text: str) -> Glob | None:
    """The glob that a text stands for; None when it is malformed, as then it matches nothing."""
    chunks: list[list[Term]] = [[]]
    position = 0
    while position < len(text):
        match = _TERM.match(text, position)
        position = match.end() if match else len(text)
        kind = match.lastgroup if match else "broken"
        if kind == "star":
            chunks.append([])
        elif kind == "any":
            chunks[-1].append(AnyCharacter())
        elif kind == "class":
            parsed = _class(text, position)
            if parsed is None:
                return None
            position = parsed[1]
            chunks[-1].append(parsed[0])
        elif kind == "broken" or match is None:
            return None
        else:
            chunks[-1].append(match.group(match.lastgroup or 0))
    return Glob(tuple(map(tuple, chunks)))


def _class(text: str, position: int) -> tuple[CharacterClass, int] | None:
    """The class whose `[` ends at an offset, and the offset behind its `]`; None when it is malformed."""
    negated = text.startswith("^", position)
    position += negated
    ranges: list[tuple[str, str]] = []
    while not (ranges and text.startswith("]", position)):
        match = _RANGE.match(text, position)
        if match is None or text.startswith("-", match.end()):
            return None
        low = match.group(1) or match.group(2)
        ranges.append((low, match.group(3) or match.group(4) or low))
        position = match.end()
    return CharacterClass(negated, tuple(ranges)), position + 1


def _leftmost(chunk: tuple[Term, ...], text: str, start: int) -> int:
    """The first offset at which a chunk fits, with no `/` skipped before it; -1 when there is none."""
    slash = text.find("/", start)
    limit = min(slash if slash >= 0 else len(text), len(text) - len(chunk))
    return next((at for at in range(start, limit + 1) if _fits(chunk, text, at)), -1)


def _ends(chunk: tuple[Term, ...], text: str, start: int) -> bool:
    """Whether a chunk fits at the end, with no `/` skipped before it."""
    at = len(text) - len(chunk)
    return at >= start and "/" not in text[start:at] and _fits(chunk, text, at)


def _fits(chunk: tuple[Term, ...], text: str, start: int) -> bool:
    if len(text) - start < len(chunk):
        return False
    for offset, term in enumerate(chunk, start):
        char = text[offset]
        if term != char if isinstance(term, str) else not term.accepts(char):
            return False
    return True
