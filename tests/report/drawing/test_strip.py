"""Source lines cut to fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.report.drawing.screen import measure
from policygate.report.drawing.strip import Strip

LINES = st.text(st.characters(exclude_categories=()), max_size=400)
SPANS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=1, max_size=6)


def within(line: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    ends = [sorted((min(start, len(line)), min(end, len(line)))) for start, end in spans]
    return [(start, end) for start, end in ends]


@given(LINES, SPANS, st.integers(20, 120))
def test_a_strip_fits_and_so_do_its_marks(line: str, spans: list[tuple[int, int]], room: int) -> None:
    spans = within(line, spans)
    strip = Strip(line, spans, room)
    assert measure(strip.text) <= room
    for span in spans:
        start, end = strip.columns(span)
        assert 0 <= start < end <= room


@given(st.text("abcdefghij", min_size=1, max_size=400), SPANS, st.integers(20, 120))
def test_the_first_mark_stands_below_its_characters(line: str, spans: list[tuple[int, int]], room: int) -> None:
    spans = within(line, spans)
    strip = Strip(line, spans, room)
    start, end = spans[0]
    first, last = strip.columns(spans[0])
    below, marked = strip.text[first:last], line[start:end]
    if not marked:
        return
    assert below.partition("…")[0]
    assert marked.startswith(below.partition("…")[0])
    if "…" not in below:
        assert below == marked


@pytest.mark.parametrize(
    ("line", "spans", "room", "text"),
    [
        ("short", [(0, 2)], 20, "short"),
        ("a" * 30, [(0, 2)], 20, "a" * 19 + "…"),
        ("a" * 15 + "B" + "a" * 15, [(15, 16)], 20, "a" * 15 + "B" + "aaa…"),
        ("a" * 30 + "B" + "a" * 30, [(30, 31)], 20, "…" + "a" * 8 + "B" + "a" * 9 + "…"),
        ("a" * 30 + "B", [(30, 31)], 20, "…" + "a" * 17 + "B"),
        ("B" + "a" * 60 + "C", [(0, 1), (61, 62)], 30, "B" + "a" * 12 + "…" + "a" * 12 + "C"),
        ("漢" * 30, [(0, 1)], 20, "漢" * 9 + "…"),
    ],
)
def test_where_a_line_is_cut(line: str, spans: list[tuple[int, int]], room: int, text: str) -> None:
    assert Strip(line, spans, room).text == text
