"""Visible text, its width, and its lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from policygate.report.drawing.screen import Line, cells, flat, fold, measure, paint, show

HOSTILE = [
    ("plain `text` with ünïcödé", "plain `text` with ünïcödé"),
    ("\x1b[31m\x07\x9b1m", r"\x1b[31m\x07\x9b1m"),
    ("a\r\nb\vc\x85d", r"a\r\nb\x0bc\x85d"),
    ("\u202egnp.exe\u2066\u200b\ufeff\xad", r"\u202egnp.exe\u2066\u200b\ufeff\xad"),
    ("\ud800\udc80", r"\ud800\udc80"),
    ("a\u2028b\u034fc\U000e0001", r"a\u2028b\u034fc\U000e0001"),
    ("##vso[x] ##[y] ##teamcity[z] #[a] ##v so[b]", r"##vso\[x] ##\[y] ##teamcity\[z] #[a] ##v so[b]"),
    ("#\ufe0f#\ufe0e[x]", r"##\[x]"),
    ("a\tb", "a    b"),
]


@pytest.mark.parametrize(("text", "shown"), HOSTILE)
def test_what_acts_or_hides_is_shown_as_its_escape(text: str, shown: str) -> None:
    assert show(text) == shown


@pytest.mark.parametrize(("text", "shown"), HOSTILE)
def test_a_source_line_is_shown_the_same_way(text: str, shown: str) -> None:
    assert (len(cells(text)), "".join(cells(text))) == (len(text), shown)


@given(st.text(st.characters(exclude_categories=())))
def test_showing_twice_changes_nothing(text: str) -> None:
    assert show(show(text)) == show(text)


@pytest.mark.parametrize("text", ["", "abc", "日本語", "\uff48alf", "é", "e\u0301", "👩", "한글", "\uff21", "→…|"])
def test_text_takes_as_many_columns_as_another_program_says(text: str) -> None:
    assert measure(text) == cell_len(text)


def test_words_are_folded_and_long_ones_stay_whole() -> None:
    text = "  one two\nthree  four-and-five-and-six seven "
    assert fold(text, 10) == ["one two", "three", "four-and-five-and-six", "seven"]


def test_the_first_line_may_be_shorter() -> None:
    assert fold("one two three four", 4, 9) == ["one", "two three", "four"]


def test_a_first_word_that_does_not_fit_goes_to_the_next_line() -> None:
    assert fold("abcdefgh ij", 4, 12) == ["", "abcdefgh ij"]


def test_code_stays_together_where_it_fits() -> None:
    text = "write `go mod tidy` and `go build with many flags` then"
    assert fold(text, 17) == ["write", "`go mod tidy` and", "`go build with", "many flags` then"]


def test_an_empty_text_is_one_empty_line() -> None:
    assert (fold("", 10), flat(" \n")) == ([""], "")


@pytest.mark.parametrize(
    ("line", "painted"),
    [
        ((("::error::x", "plain"),), "\\::error::x\n"),
        (((" ::error::x", "plain"),), "\\::error::x\n"),
        ((("    ", "plain"), ("::error::x", "bold")), "   \\::error::x\n"),
        ((("a ", "plain"), ("::error::x", "plain")), "a ::error::x\n"),
        ((("a", "bold"), ("  ", "frame"), (" ", "plain")), "a\n"),
        ((), "\n"),
    ],
)
def test_no_line_is_a_command_or_ends_with_a_blank(line: Line, painted: str) -> None:
    assert paint([line], color=False) == painted


def test_colour_surrounds_its_text_only() -> None:
    line: Line = (("a", "error"), (" b ", "plain"), ("", "bold"), ("c ", "frame"))
    assert paint([line], color=True) == "\x1b[1;91ma\x1b[0m b \x1b[1;94mc\x1b[0m\n"
