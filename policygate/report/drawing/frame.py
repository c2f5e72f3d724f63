"""Source lines with what matters underlined and labelled, the way compilers show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policygate.location import At
from policygate.report.drawing.screen import Line, Piece, Style, flat, fold, measure
from policygate.report.drawing.strip import Span, Strip

_WHOLE_LINES = 4
"""A span of more lines than this is shown by its first and its last one."""
_LABEL_ROOM = 44
"""A label moves to the left of its mark rather than have less room than this."""


@dataclass(frozen=True)
class Mark:
    """A span to underline, and what to say about it."""

    at: At
    label: str
    stroke: str
    """`^` for what the finding is about, `-` for what it rests on."""
    style: Style


@dataclass(frozen=True)
class _Part:
    """What one line shows of a mark."""

    span: Span
    label: str
    mark: Mark


def can_draw(at: At, lines: Mapping[int, str]) -> bool:
    """Whether the first line of a span is at hand."""
    return at.start.line in lines


def drawn_lines(at: At, lines: Mapping[int, str]) -> list[int]:
    """The numbers of the lines that are shown of a span that can be drawn, in order."""
    first, last = at.start.line, at.end.line
    if last > first and at.end.column <= 1:
        last -= 1
    shown = range(first, last + 1) if last - first < _WHOLE_LINES else (first, last)
    return [number for number in shown if number in lines] or [first]


def draw(lines: Mapping[int, str], marks: Sequence[Mark], *, gutter: int, width: int) -> list[Line]:
    """The lines that hold the marks, each mark underlined; `gutter` is the room for line numbers.

    The marks belong to one file and can all be drawn. Nothing is wider than `width`, long words of labels apart.
    """
    parts = _parts(lines, marks)
    drawing: list[Line] = [_beside(gutter)]
    before = 0
    for number in sorted(parts):
        if before and number == before + 2 and before + 1 in lines:
            drawing += _source(before + 1, lines, [], gutter, width)
        elif before and number > before + 1:
            drawing.append((("...", "frame"),))
        drawing += _source(number, lines, parts[number], gutter, width)
        before = number
    return [*drawing, _beside(gutter)]


def _parts(lines: Mapping[int, str], marks: Sequence[Mark]) -> dict[int, list[_Part]]:
    parts: dict[int, list[_Part]] = {}
    for mark in marks:
        numbers = drawn_lines(mark.at, lines)
        for number in numbers:
            label = mark.label if number == numbers[-1] else ""
            parts.setdefault(number, []).append(_Part(_span(mark.at, number, lines[number]), label, mark))
    return parts


def _span(at: At, number: int, line: str) -> Span:
    """The characters of a line that a span covers, without the indentation of the lines that it runs on to."""
    length = len(line.removesuffix("\r"))
    start = at.start.column - 1 if number == at.start.line else length - len(line.lstrip())
    end = at.end.column - 1 if number == at.end.line else length
    start = max(0, min(start, length))
    return start, max(start, min(end, length))


def _source(number: int, lines: Mapping[int, str], parts: Sequence[_Part], gutter: int, width: int) -> list[Line]:
    room = width - gutter - 3
    strip = Strip(lines[number].removesuffix("\r"), [part.span for part in parts] or [(0, 0)], room)
    drawing: list[Line] = [((f"{number:>{gutter}} | ", "frame"), (strip.text, "plain"))]
    if parts:
        rows = _rows([(strip.columns(part.span), part) for part in parts], room)
        drawing += [(*_beside(gutter), (" ", "plain"), *row) for row in rows]
    return drawing


def _rows(parts: Sequence[tuple[Span, _Part]], room: int) -> list[Line]:
    """The underlines of a line, and its labels: the last one beside its underline, the others below."""
    row = _Row()
    for (first, last), part in sorted(parts, key=lambda each: (each[0][0] - each[0][1], each[1].mark.stroke == "^")):
        row.put(first, part.mark.stroke * (last - first), part.mark.style)
    by_column = sorted(parts, key=lambda each: -each[0][0])
    pending = [(columns[0], part) for columns, part in by_column if part.label]
    rightmost = (by_column[0][0][0], row.end)
    beside = next((part for columns, part in by_column if part.label and columns == rightmost), None)
    if beside is not None and measure(label := flat(beside.label)) < room - row.end:
        row.put(row.end + 1, label, beside.mark.style)
        pending = [each for each in pending if each[1] is not beside]
    return [row.line(), *_below(pending, room)]


def _below(pending: Sequence[tuple[int, _Part]], room: int) -> list[Line]:
    """The labels that hang below their underlines, the rightmost first."""
    if not pending:
        return []
    bars = _Row()
    for column, part in pending:
        bars.put(column, "|", part.mark.style)
    rows = [bars.line()]
    for index, (column, part) in enumerate(pending):
        start = _label_column(part.label, column, [left for left, _ in pending[index + 1 :]], room)
        for text in fold(part.label, room - start):
            row = _Row()
            for left, other in pending[index + 1 :]:
                if left < start:
                    row.put(left, "|", other.mark.style)
            row.put(start, text, part.mark.style)
            rows.append(row.line())
    return rows


def _label_column(label: str, column: int, bars: Sequence[int], room: int) -> int:
    """Where a hanging label begins: below its mark, or as far to the left as it needs, to the bars if that will do."""
    needed = measure(flat(label))
    free = max((bar + 2 for bar in bars if bar < column), default=0)
    if needed <= room - free:
        return min(column, room - needed)
    longest = max(map(measure, fold(label, 0)))
    return min(column, max(0, room - max(_LABEL_ROOM, longest)))


def _beside(gutter: int) -> Line:
    return ((f"{'':{gutter}} |", "frame"),)


class _Row:
    """A row of annotations, written at columns in any order."""

    def __init__(self) -> None:
        self._cells: dict[int, Piece] = {}
        self.end = 0

    def put(self, column: int, text: str, style: Style) -> None:
        """Write over what stands at a column and after it; a text wider than it is long stands last in its row."""
        for index, character in enumerate(text):
            self._cells[column + index] = (character, style)
        self.end = max(self.end, column + len(text))

    def line(self) -> Line:
        """The row, neighbours of one style joined."""
        pieces: list[Piece] = []
        for column in range(self.end):
            character, style = self._cells.get(column, (" ", "plain"))
            if pieces and (pieces[-1][1] == style):
                pieces[-1] = (pieces[-1][0] + character, style)
            else:
                pieces.append((character, style))
        return tuple(pieces)
