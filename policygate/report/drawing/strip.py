"""One source line, cut so that it fits the screen and still shows what is marked in it."""

from bisect import bisect_right
from collections.abc import Sequence
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
        self._stops: list[int] = []
        self._columns: list[int] = []
        self._end = 0
        kept = _kept(line, spans, room)
        for (_, before), (start, end) in pairwise([(0, 0), *kept, (len(line), len(line))]):
            if start > before:
                shown.append(self._put(before, CUT))
            shown += [self._put(start + index, cell) for index, cell in enumerate(cells(line[start:end]))]
        self.text = "".join(shown).rstrip()

    def columns(self, span: Span) -> tuple[int, int]:
        """The columns of a span (0-based, the end exclusive), at least one."""
        first, last = self._column(span[0]), self._column(span[1])
        return first, max(last, first + 1)

    def _put(self, index: int, cell: str) -> str:
        self._stops.append(index)
        self._columns.append(self._end)
        self._end += measure(cell)
        return cell

    def _column(self, index: int) -> int:
        at = bisect_right(self._stops, index) - 1
        if at < 0:
            return 0
        past = at == len(self._stops) - 1 and index > self._stops[at]
        return self._end if past else self._columns[at]


def _kept(line: str, spans: Sequence[Span], room: int) -> list[Span]:
    """The parts of a line to show, in order, none touching another."""
    if _fits(line, (0, len(line)), room):
        return [(0, len(line))]
    around = (min(start for start, _ in spans), max(end for _, end in spans))
    if _fits(line, around, room - 2):
        return [_grown(line, around, room - 2)]
    chosen = spans[: max(1, room // _NARROWEST)]
    share = room // len(chosen) - 2
    return _merged(_grown(line, span, share) for span in chosen)


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


def _merged(parts: "Sequence[Span] | object") -> list[Span]:
    raise NotImplementedError
