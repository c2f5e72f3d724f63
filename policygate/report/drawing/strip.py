"""One source line, cut so that it fits the screen and still shows what is marked in it."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from policygate.report.drawing.screen import cells, measure

CUT = "…"

Span = tuple[int, int]
"""Characters of a line, 0-based, the end exclusive."""

_NARROWEST = 14
_PATIENCE = 4
"""How many characters are looked at for each column: a line of combining marks has no width and no end."""


class Strip:
    """A source line as it is shown, in at most `room` columns, and where its characters went.

    `spans` are what must be seen of it, the most important one first.
    """

    def __init__(self, line: str, spans: Sequence[Span], room: int) -> None:
        shown: list[str] = []
        self._room = room
        self._firsts: list[int] = []
        self._columns = [0]
        kept = _kept(line, spans, room)
        for (_, before), (start, end) in pairwise([(0, 0), *kept, (len(line), len(line))]):
            if start > before:
                shown.append(self._put(before, CUT))
            shown += [self._put(start + index, cell) for index, cell in enumerate(cells(line[start:end]))]
        self._firsts.append(len(line))
        self.text = "".join(shown).rstrip()

    def columns(self, span: Span) -> tuple[int, int]:
        """The columns of a span (0-based, the end exclusive), at least one."""
        start, end = span
        first = min(self._columns[self._cell(start)], self._room - 1)
        last = self._columns[self._cell(end - 1) + 1] if end > start else first
        return first, max(last, first + 1)

    def _put(self, index: int, cell: str) -> str:
        self._firsts.append(index)
        self._columns.append(self._columns[-1] + measure(cell))
        return cell

    def _cell(self, index: int) -> int:
        """The cell that shows a character, or hides it; one more than there are for the end of the line."""
        return bisect_right(self._firsts, index) - 1


def _kept(line: str, spans: Sequence[Span], room: int) -> list[Span]:
    """The parts of a line to show, in order, none touching another."""
    if _fits(line, (0, len(line)), room):
        return [(0, len(line))]
    around = (min(start for start, _ in spans), max(end for _, end in spans))
    if _fits(line, (0, around[1]), room - 1):
        return [(0, _reach(line, room - 1))]
    if _fits(line, around, room - 2):
        return [_grown(line, around, room - 2)]
    chosen = spans[: max(1, room // _NARROWEST)]
    kept = _merged(_grown(line, span, room // len(chosen) - 2) for span in chosen)
    return _merged(_grown(line, part, room // len(kept) - 2) for part in kept)


def _fits(line: str, span: Span, room: int) -> bool:
    start, end = span
    return end - start <= _PATIENCE * room and _width(line[start:end]) <= room


def _width(text: str) -> int:
    return sum(measure(cell) for cell in cells(text))


def _grown(line: str, span: Span, room: int) -> Span:
    """The span, cut or with text around it, so that it fills the room."""
    start, end = span
    end = start + _reach(line[start:end], room)
    spare = room - _width(line[start:end])
    before = line[max(0, start - _PATIENCE * room) : start][::-1]
    left = _reach(before, spare // 2)
    right = _reach(line[end:], spare - _width(before[:left]))
    left = _reach(before, spare - _width(line[end : end + right]))
    return start - left, end + right


def _reach(text: str, room: int) -> int:
    """How many characters from the start fit."""
    used = 0
    within = cells(text[: _PATIENCE * max(room, 1)])
    for index, cell in enumerate(within):
        used += measure(cell)
        if used > room:
            return index
    return len(within)


def _merged(parts: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(parts):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
