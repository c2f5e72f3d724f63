"""GOFLAGS, split and checked as by the real go command."""

import os
import random
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from policygate.facts.go.goflags import parse_goflags
from policygate.location import At, Position

Ask = Callable[[Iterable[Mapping[str, str]]], list[Any]]
RecordCount = Callable[[str, int, int], None]


def _at(value: str) -> At:
    return At(path=".env", start=Position(line=3, column=9), end=Position(line=3, column=9 + len(value)), origin="text")


@pytest.mark.parametrize(
    ("value", "flags"),
    [
        ("", []),
        (" \t\n", []),
        ("-mod=mod", [("-mod=mod", "mod", "mod", 9)]),
        (" --mod=vendor  -v", [("--mod=vendor", "mod", "vendor", 10), ("-v", "v", "", 24)]),
        ("'-ldflags=-s -w' -x", [("-ldflags=-s -w", "ldflags", "-s -w", 10), ("-x", "x", "", 26)]),
        ('"-x""-v"', [("-x", "x", "", 10), ("-v", "v", "", 14)]),
        ("-tags='a b'", [("-tags='a", "tags", "'a", 9), ("b'", "", "", 18)]),
        ("-x '-v", [("-x", "x", "", 9), ("'-v", "", "", 12)]),
        ("mod=mod - -- ---x -= --=x ''", [(x, "", "", 0) for x in ("mod=mod", "-", "--", "---x", "-=", "--=x", "")]),
        (
            "$FLAGS -mod=${M:-a b} $(cat x)",
            [
                (x, *y)
                for x, *y in (
                    ("$FLAGS", "", "", 9),
                    ("-mod=${M:-a b}", "mod", "${M:-a b}", 16),
                    ("$(cat x)", "", "", 31),
                )
            ],
        ),
    ],
)
def test_words_become_flags_at_their_place(value: str, flags: list[tuple[str, str, str, int]]) -> None:
    parsed = parse_goflags(value, _at(value))

    assert [(x.text, x.name, x.value) for x in parsed] == [flag[:3] for flag in flags]
    columns = [column for *_, column in flags if column]
    assert [x.at.start.column for x in parsed if columns] == columns
    assert all(x.at.end.column - x.at.start.column == len(x.text) for x in parsed)


def test_words_are_split_as_go_splits_them(ask: Ask, record_count: RecordCount) -> None:
    dice = random.Random(7)  # noqa: S311 - no secret
    values = ["".join(dice.choices("--mx=  \t\"'é", k=dice.randint(0, 12))) for _ in range(2000)]

    answers = ask({"Kind": "words", "A": value} for value in values)

    closed = [(value, answer["words"] or []) for value, answer in zip(values, answers, strict=True) if answer["ok"]]
    assert 500 < len(closed) < 2000
    differing = [it for it in closed if [flag.text for flag in parse_goflags(it[0], _at(it[0]))] != it[1]]
    broken = [value for value, answer in zip(values, answers, strict=True) if not answer["ok"]]
    taken = [value for value in broken if parse_goflags(value, _at(value))[-1].name]
    record_count("GOFLAGS", len(values), len(differing) + len(taken))
    assert (differing, taken) == ([], [])


@pytest.mark.parametrize(
    "value",
    [
        "-mod=mod",
        "--mod=mod",
        "-x",
        "x",
        "-",
        "--",
        "---x",
        "-=",
        "--=",
        "'-x' \"-v\"",
        "'-x",
        "''",
        "'-x'-v",
        "-x'",
        "-tags=a -x",
    ],
)
def test_what_go_refuses_has_no_name(value: str, tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module m\n")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "GOPATH": str(tmp_path / "gopath"),
        "GOENV": "off",
        "GOFLAGS": value,
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }
    command = ["go", "mod", "edit", "-json"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    refused = "non-flag" in done.stderr or "unterminated" in done.stderr

    assert refused or done.returncode == 0 or "unknown flag" in done.stderr, done.stderr
    assert any(not flag.name for flag in parse_goflags(value, _at(value))) == refused
