import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.model import FileFacts
from policygate.facts.read.env_file import read
from policygate.facts.syntax.dotenv_file import MAX_CHARACTERS


def shown(text: str) -> list[tuple[str, str, int, int, int]]:
    return [
        (a.name, a.value, a.at.start.line, a.at.start.column, a.at.end.column)
        for place in read(".env", text.encode()).places
        for a in place.assignments
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GOPROXY=https://a.example,direct\n", [("GOPROXY", "https://a.example,direct", 1, 9, 33)]),
        ("GOPROXY=https://a.example|direct\n", [("GOPROXY", "https://a.example|direct", 1, 9, 33)]),
        ("A=1\nexport GOPRIVATE=a.example\n", [("GOPRIVATE", "a.example", 2, 18, 27)]),
        ("GOPROXY='https://a.example'\n", [("GOPROXY", "https://a.example", 1, 10, 27)]),
        ('GOPROXY="https://a.example"\n', [("GOPROXY", "https://a.example", 1, 10, 27)]),
        ("GOPRIVATE = a.example # ours\n", [("GOPRIVATE", "a.example", 1, 13, 22)]),
        ("GOPROXY=\n", [("GOPROXY", "", 1, 1, 8)]),
        ("GOPROXY=a\nGOPROXY=b\n", [("GOPROXY", "b", 2, 9, 10)]),
        ("# é GOPROXY=a\n\n  GOSUMDB=off\r\nX=1\n", [("GOSUMDB", "off", 3, 11, 14)]),
        ("GOPROXY\n", []),
        ("MYGOPROXY=a\n", []),
    ],
)
def test_values_and_places(text: str, expected: list[tuple[str, str, int, int, int]]) -> None:
    assert shown(text) == expected


def test_references_and_credentials() -> None:
    (place,) = read("a/.env", b"GOPROXY=https://ci:$TOKEN@a.example\nGOSUMDB=https://u:secret@b.example\n").places
    assert [(a.value, a.dynamic, a.credentials) for a in place.assignments] == [
        ("https://u:******@b.example", False, True),
        ("https://ci:$TOKEN@a.example", True, True),
    ]
    assert (place.id, place.kind, place.name) == ("a/.env", "env_file", ".env")


def test_a_line_that_no_reader_understands() -> None:
    facts = read(".env", b"A=1\n  GOPROXY='https://a.example\nB=2\n")
    (problem,) = facts.problems
    assert (problem.message, problem.at.start.line, problem.at.start.column) == (
        "not a line that readers of `.env` files understand",
        2,
        3,
    )


def test_a_broken_line_of_another_variable_is_nobodys_business() -> None:
    assert read(".env", b"A='x\n") == FileFacts()


def test_a_huge_file_is_refused() -> None:
    facts = read(".env", b"GOPROXY=" + b"a" * MAX_CHARACTERS)
    assert [problem.message for problem in facts.problems] == ["too large to read as an environment file"]


def test_blanks_that_would_keep_the_parser_busy_are_refused() -> None:
    facts = read(".env", b"A=1\nGOPROXY=x" + b" " * 900_000 + b"y\n")
    (problem,) = facts.problems
    assert (facts.places, problem.message) == ([], "too many blanks in a row to read")
    assert (problem.at.start.line, problem.at.start.column) == (2, 10)


@pytest.mark.parametrize("part", ["'", '"', "GOPROXY=", "=", "GOPROXY='", "\n", "a b ", "GOPROXY='\n"])
def test_any_repetition_is_read_in_bounded_time(part: str) -> None:
    start = time.monotonic()
    read(".env", b"GOPROXY=x\n" + part.encode() * (900_000 // len(part)))
    assert time.monotonic() - start < 20


@given(
    st.lists(st.sampled_from(["GOPROXY", "GOSUMDB", "=", " ", "export ", "\n", "\r", "#", "'", '"', "é", "\\", "\0"]))
)
def test_nothing_raises(words: list[str]) -> None:
    read(".env", "".join(words).encode())
