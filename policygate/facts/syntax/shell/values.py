"""What a program receives for a word of the shell, and where each character of it is written."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from policygate.facts.syntax.shell.nodes import Expansion, Literal, Part, Word
from policygate.facts.syntax.snippet import Snippet

MAX_VARIABLE = 1000
"""Longer values are not put in the place of `$NAME`: a short script could make them grow without bound."""

_REFERENCE = re.compile(r"\$(?:(?P<plain>\w+)|\{(?P<braced>[A-Za-z_]\w*)(?::?[-=?].*)?\})", re.ASCII | re.DOTALL)
_SPACES = re.compile(r"[ \t\n]+")

Lookup = Callable[[str], str | None]
"""From the name of a variable to its value; None when the script does not say it."""


@dataclass(frozen=True)
class Piece:
    """A part of a value and the span it is written in."""

    text: str
    start: int
    end: int
    dynamic: bool
    in_step: bool
    """Whether the text is what the span holds, character by character."""
    quoted: bool
    splits: bool = False
    """Whether white space in it separates words."""


@dataclass(frozen=True)
class Value:
    """A value in pieces."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The whole value."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def dynamic(self) -> bool:
        """Whether any of it depends on something outside the script."""
        return any(piece.dynamic for piece in self.pieces) or self._from_home()

    @property
    def span(self) -> tuple[int, int]:
        """The offsets of its first and after its last character; equal when it is empty."""
        written = [piece for piece in self.pieces if piece.text]
        return (written[0].start, written[-1].end) if written else (0, 0)

    def after(self, count: int) -> "Value":
        """The value without its first characters."""
        pieces = []
        for piece in self.pieces:
            drop = min(count, len(piece.text))
            count -= drop
            if drop < len(piece.text):
                start = piece.start + drop if piece.in_step else piece.start
                pieces.append(replace(piece, text=piece.text[drop:], start=start))
        return Value(tuple(pieces))

    def snippet(self, outer: Snippet) -> Snippet:
        """The value as a text of its own that stands in `outer`."""
        anchors: dict[int, int] = {}
        length = 0
        for piece in self.pieces:
            steps = _anchors(outer, piece.start, piece.end if piece.in_step else piece.start)
            anchors.update((length + own, theirs) for own, theirs in steps)
            length += len(piece.text)
        anchors.setdefault(0, 0)
        return Snippet(self.text, outer.file, tuple(sorted(anchors.items())))

    def _from_home(self) -> bool:
        return any(piece.text.startswith("~") and not piece.quoted for piece in self.pieces[:1])


def resolve(word: Word, lookup: Lookup) -> Value:
    """The value of a word that is not split, as in an assignment."""
    return Value(tuple(_piece(part, lookup) for part in word.parts))


def split(word: Word, lookup: Lookup) -> list[Value]:
    """The values that a program receives for a word; unquoted variables may make it none, or several."""
    pieces = [_piece(part, lookup) for part in word.parts]
    if not any(piece.splits for piece in pieces):
        return [Value(tuple(pieces))]
    values = []
    current: list[Piece] = []
    for piece in pieces:
        for fragment in _fragments(piece):
            if fragment is not None:
                current.append(fragment)
            elif current:
                values.append(Value(tuple(current)))
                current = []
    return [*values, Value(tuple(current))] if current else values


def default_of(text: str) -> str:
    """The word after `:-` of an expansion that is nothing else; empty for other texts."""
    match = re.fullmatch(r"\$\{\w+:?-([^{}]*)\}", text)
    return match.group(1) if match else ""


def _anchors(snippet: Snippet, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where a part of a snippet stands in the file, as anchors of its own."""
    index = bisect_right(snippet.anchors, start, key=lambda pair: pair[0]) - 1
    own, theirs = snippet.anchors[index]
    yield 0, theirs + start - own
    while (index := index + 1) < len(snippet.anchors) and snippet.anchors[index][0] < end:
        own, theirs = snippet.anchors[index]
        yield own - start, theirs


def _fragments(piece: Piece) -> Iterator[Piece | None]:
    """The piece between its white space; None stands for a gap between words."""
    if not piece.splits:
        yield piece
        return
    for text, gap in pairwise([*_SPACES.split(piece.text), None]):
        if text:
            yield Piece(text, piece.start, piece.end, piece.dynamic, piece.in_step, piece.quoted)
        if gap is not None:
            yield None


def _piece(part: Part, lookup: Lookup) -> Piece:
    if isinstance(part, Literal):
        return Piece(part.text, part.start, part.end, False, len(part.text) == part.end - part.start, part.quoted)
    if isinstance(part, Expansion) and (match := _REFERENCE.fullmatch(part.raw)):
        known = lookup(match.group("plain") or match.group("braced"))
        if known is not None and (known or match.group("plain") or part.raw.endswith(match.group("braced") + "}")):
            return Piece(known, part.start, part.end, False, False, part.quoted, splits=not part.quoted)
    return Piece(part.raw, part.start, part.end, True, True, part.quoted)
