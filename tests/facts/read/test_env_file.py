"""`.env` files, held against python-dotenv and against a shell that sources them, where these two agree."""

import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import FileFacts
from policygate.facts.read.env_file import read
from policygate.facts.syntax.dotenv_file import MAX_CHARACTERS

TEXTS = [
    "GOPROXY=https://a.example,direct\nGOFLAGS=-mod=mod\n",
    "GOPROXY='https://a.example|direct'\nGOFLAGS=\"-a -b\"\n",
    "export GOPROXY=a\n  export   GOFLAGS=b\n",
    "GOPROXY=\nGOFLAGS=''\nGOVCS=\"\"\n",
    "GOPROXY=a # a comment\nGOFLAGS=b#none\nGOVCS='c # in it' # d\n",
    "GOPROXY=a\nGOPROXY=b\nGOFLAGS=c\n",
    "GOPROXY=a\n# GOPROXY=b\n\n   \nGOFLAGS=c",
    "GOFLAGS='-a\n-b'\nGOPROXY=x\n",
    'GOFLAGS="-a\n-b"\nGOPROXY=x\n',
    "GOFLAGS='a\\b'\nGOVCS='*:git|hg'\n",
    'GOFLAGS="a\\"b\\\\c"\nGOPROXY=x\n',
    "GOPROXY=a=b=c\nGOPRIVATE=*.acme.example,git.example/*\n",
    "GOSUMDB=off\nGO111MODULE=on\nGONOSUMDB=1.50\nGOWORK=off\n",
    "GOPRIVATE=größe.example\nGOFLAGS='é 😀'\n",
    "MYGOPROXY=a\nGOPROXY_=b\nGOVCS=c\n",
    "GOPROXY=a\nexport GOPROXY\nGOFLAGS=b\n",
    "GOFLAGS=-a -b\nGOPROXY=x\n",
    "GOPROXY = a\nGOFLAGS= b\nGOVCS=c\n",
    "GOPROXY=a;b\nGOFLAGS=x&y\nGOVCS=c\n",
    'GOFLAGS=a\\nb\nGOVCS="a\\nb"\nGOPROXY=x\n',
    "GOPROXY=a\r\nGOFLAGS='b'\r\nGOVCS=c\n",
    "GOFLAGS='a'b\nGOPROXY=x\n",
    "GOFLAGS='it''s'\nGOPROXY=x\n",
    "GOPROXY=$NONE/x\nGOFLAGS='$NONE'\nGOVCS=c\n",
    "HOST=a.example\nGOPROXY=https://${HOST}\nGOVCS=c\n",
]


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_values_are_those_of_the_readers_of_such_files(
    number: int,
    tmp_path: Path,
    go_runs: Callable[..., list[tuple[list[str], str, dict[str, str]]]],
    record_count: Callable[[str, int, int], None],
) -> None:
    (tmp_path / "env").write_bytes(TEXTS[number].encode())
    runs = go_runs(["sh", "-c", "set -a; . ./env; go build"], tmp_path)
    sourced = runs[0][2] if runs else {}
    library = {name: value or "" for name, value in dotenv_values(stream=io.StringIO(TEXTS[number])).items()}
    agreed = {
        name: value
        for name in VARIABLES
        if (value := library.get(name, "")) == sourced.get(name, "") and name in library
    }
    ours = {a.name: a for place in read(".env", TEXTS[number].encode()).places for a in place.assignments}
    wrong = [name for name, value in agreed.items() if not ours[name].dynamic and ours[name].value != value]
    record_count("environment, .env", len(agreed), len(wrong))
    assert agreed
    assert wrong == []
    assert {name for name in library if name in VARIABLES} == ours.keys()


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
