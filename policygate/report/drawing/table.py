"""Rows in columns, for terminals of any width."""

from collections.abc import Iterator, Sequence

from policygate.report.drawing.screen import Line, Piece, measure

_WIDEST = 44
"""A wider cell does not widen its column; it pushes what follows in its row."""
_GAP = 2
_HANG = 4
"""What there is no room for stands below its row, indented by so much more."""


def table(head: Sequence[str], rows: Sequence[Sequence[Piece]], *, width: int, indent: int = 0) -> list[list[Line]]:
    """The lines of the names, in bold, then those of each row; nothing without rows. Empty columns are left out.

    Cells are visible text on one line. Nothing is wider than `width`, cells that by themselves are apart.
    """
    if not rows:
        return []
    filled = [column for column in range(len(head)) if any(row[column][0] for row in rows)]
    names: list[Piece] = [(head[column], "bold") for column in filled]
    cells = [names, *([row[column] for column in filled] for row in rows)]
    widths = [min(_WIDEST, max(measure(row[column][0]) for row in cells)) for column in range(len(filled))]
    return [list(_row(row, widths, width, indent)) for row in cells]


def _row(cells: Sequence[Piece], widths: Sequence[int], width: int, indent: int) -> Iterator[Line]:
    pieces: list[Piece] = []
    cursor, start = 0, indent
    for index, (text, style) in enumerate(cells):
        first = max(start, cursor + _GAP if index else start)
        if index and max(start + widths[index], first + measure(text)) > width:
            yield tuple(pieces)
            yield from _below(cells[index:], width, indent + _HANG)
            return
        pieces += [(" " * (first - cursor), "plain"), (text, style)]
        cursor = first + measure(text)
        start += widths[index] + _GAP
    yield tuple(pieces)


def _below(cells: Sequence[Piece], width: int, indent: int) -> Iterator[Line]:
    pieces: list[Piece] = []
    cursor = 0
    for text, style in cells:
        if not text:
            continue
        if pieces and cursor + _GAP + measure(text) > width:
            yield tuple(pieces)
            pieces = []
        gap = _GAP if pieces else indent
        cursor = (cursor if pieces else 0) + gap + measure(text)
        pieces += [(" " * gap, "plain"), (text, style)]
    if pieces:
        yield tuple(pieces)
