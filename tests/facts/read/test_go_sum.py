"""go.sum files, also as the real go command counts their fields."""

import os
import re
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.model import GoSum
from policygate.facts.read.go_sum import read

H1 = "h1:" + "A" * 43 + "="
H1_B = "h1:" + "B" * 43 + "="


def test_hashes_are_kept_by_path_and_version_in_file_order() -> None:
    text = (
        f"a.example/x v1.0.0 {H1}\n\na.example/x v1.0.0/go.mod {H1_B}\r\n"
        f"\t a.example/x   v1.0.0\t{H1_B}\na.example/y v1.0.0 h2:xyz\na.example/z v1.0.0 {H1}"
    )

    facts = read("sub/go.sum", text.encode())

    hashes = {"a.example/x v1.0.0": [H1, H1_B], "a.example/x v1.0.0/go.mod": [H1_B], "a.example/z v1.0.0": [H1]}
    spans = {
        "a.example/x v1.0.0": [(1, 1, 67), (4, 3, 71)],
        "a.example/x v1.0.0/go.mod": [(3, 1, 74)],
        "a.example/z v1.0.0": [(6, 1, 67)],
    }
    assert facts.sums == [GoSum(file="sub/go.sum", hashes=hashes, spans=spans)]
    assert facts.problems == []


def test_the_hash_of_an_empty_go_mod_does_not_count() -> None:
    data = b"a.example/x v1.0.0/go.mod h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=\n"

    assert read("go.sum", data).sums == [GoSum(file="go.sum", hashes={}, spans={})]


def test_malformed_lines_are_problems_and_the_others_still_count() -> None:
    text = (
        f"<<<<<<< HEAD\na.example/x v1.0.0 {H1}\n=======\r\na b\n>>>>>>> my branch\n"
        f" a b c d \nx v1 {H1}\x1cy\n|||||||\n"
    )

    facts = read("go.work.sum", text.encode())

    places = [(x.at.start.line, x.at.start.column, x.at.end.column, x.message) for x in facts.problems]
    conflict = "a merge conflict is not resolved"
    assert places == [
        (1, 1, 13, conflict),
        (3, 1, 8, conflict),
        (4, 1, 4, "a line has three fields, not 2: path, version and hash"),
        (5, 1, 18, conflict),
        (6, 2, 9, "a line has three fields, not 4: path, version and hash"),
        (8, 1, 8, conflict),
    ]
    assert [list(x.hashes) for x in facts.sums] == [["a.example/x v1.0.0", "x v1"]]


def test_a_file_of_another_sort_is_a_few_problems() -> None:
    problems = read("go.sum", b"<p>\n" * 1000).problems

    assert len(problems) == 21
    assert (problems[-1].message, problems[-1].at.start.line) == ("980 more malformed lines from here on", 21)


@pytest.mark.parametrize(
    ("line", "accepted"),
    [
        ("", True),
        (" \t\v\f\r\x85\xa0\u2003\u3000", True),
        ("a b c", True),
        ("a\x85b\xa0c\u3000", True),
        ("a\x1cb c\x1fd e\x1df", True),
        ("a b\x1cc", False),
        ("a\u200bb c", False),
        ("a b", False),
        ("=======", False),
        ("a b c d", False),
    ],
)
def test_fields_are_counted_as_go_counts_them(line: str, accepted: bool, tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module m\n\ngo 1.21\n\nrequire a.example/x v1.0.0\n")
    (tmp_path / "go.sum").write_text(line + "\n", encoding="utf-8", newline="")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "GOPATH": str(tmp_path / "gopath"),
        "GOENV": "off",
        "GOFLAGS": "-mod=readonly",
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }
    done = subprocess.run(
        ["go", "list", "-m", "all"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    refused = re.search(r"wrong number of fields|missing go.sum entry", done.stderr)

    assert refused is not None, done.stderr
    assert ("missing" in refused.group()) == accepted
    assert (not read("go.sum", f"{line}\n".encode()).problems) == accepted


@given(st.binary())
def test_no_input_makes_the_reader_fail(data: bytes) -> None:
    assert len(read("go.sum", data).sums) == 1


@pytest.mark.parametrize(
    "text",
    ["x" * 5_000_000, "x " * 2_500_000, f"a.example/x v1.0.0 {H1}\n" * 200_000, "x\n" * 200_000, "\x1c \n" * 200_000],
    ids=lambda text: repr(text[:8]),
)
def test_time_is_linear_in_the_size_of_the_file(text: str) -> None:
    started = time.process_time()
    read("go.sum", text.encode())

    assert time.process_time() - started < 30
