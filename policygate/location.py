"""Where a fact stands: a span of one file, in lines and columns that people and SARIF viewers count alike."""

from bisect import bisect_right
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict

Origin = Literal["text", "default", "absent", "outer", "environment"]


class Fact(BaseModel):
    """A frozen value whose keys are all known; the base of every fact type."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Position(Fact):
    """A place between two characters of a file."""

    line: int
    """1-based line; 0 when there is no text."""
    column: int
    """1-based column in Unicode code points; 0 when there is no text."""


class At(Fact):
    """The span of a file that a fact was read from."""

    path: str
    """Path from the root of the checkout, with `/`; empty when there is no file."""
    start: Position
    """First character."""
    end: Position
    """One past the last character."""
    origin: Origin
    """`text` when the span holds the fact; else what stands for it: a Go `default`, something `absent`, an `outer`
    variable declared in `policygate.yaml`, or the caller's `environment`. The span is then the nearest text, if any."""

    def standing_for(self, origin: Origin) -> "At":
        """The same place, as the nearest text of something that is not written there."""
        return At(path=self.path, start=self.start, end=self.end, origin=origin)

    def within(self, offset: int, length: int) -> "At":
        """The part that begins `offset` characters in; the whole span when it runs over several lines."""
        if self.start.line != self.end.line or self.start.column + offset + length > self.end.column:
            return self
        column = self.start.column + offset
        return At(
            path=self.path,
            start=Position(line=self.start.line, column=column),
            end=Position(line=self.start.line, column=column + length),
            origin=self.origin,
        )


_NOTHING = Position(line=0, column=0)


def nowhere(origin: Origin) -> At:
    """The place of a fact that no file holds."""
    return At(path="", start=_NOTHING, end=_NOTHING, origin=origin)


class Text:
    """The text of one file, and the spans within it.

    Bytes that are not UTF-8 read as U+FFFD, so that every offset is a count of code points. Lines end at LF only, as
    the go command, BuildKit and the shell have it.
    """

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.text = data.decode("utf-8", "replace")

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their LF (a CR stays)."""
        return self.text.split("\n")

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line) + 1)
        return starts

    def position(self, offset: int) -> Position:
        """The position `offset` code points into the text (0-based)."""
        index = bisect_right(self._starts, offset, hi=len(self.lines)) - 1
        return Position(line=index + 1, column=offset - self._starts[index] + 1)

    def offset(self, line: int, column: int) -> int:
        """The code points before a 1-based line and column."""
        return self._starts[line - 1] + column - 1

    def at(self, start: int, end: int) -> At:
        """The span between two offsets, the second one exclusive."""
        return At(path=self.path, start=self.position(start), end=self.position(end), origin="text")

    def line_at(self, line: int) -> At:
        """The whole of one line (1-based), without the white space around it."""
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        first = len(text) - len(text.lstrip()) + 1
        return At(
            path=self.path,
            start=Position(line=line, column=first),
            end=Position(line=line, column=max(first, len(text.rstrip()) + 1)),
            origin="text",
        )
