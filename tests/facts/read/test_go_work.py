"""go.work files against the real `go work edit -json`, and where in the file each fact and problem stands."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.model import FileFacts, Work
from policygate.facts.read.go_work import read
from policygate.location import At

Go = Callable[..., subprocess.CompletedProcess[str]]
RecordCount = Callable[[str, int, int], None]

TEXTS: list[str] = json.loads((Path(__file__).parent / "go_work_texts.json").read_text(encoding="utf-8"))
"""One go.work for every corner of the grammar."""


def test_files_are_accepted_and_understood_as_by_the_go_command(
    go: Go, record_count: RecordCount, tmp_path: Path
) -> None:
    """But for what the command does not print: toolchain and godebug, which the random texts compare."""
    assert len(set(TEXTS)) == len(TEXTS) >= 180

    differing = [
        (text, ours, theirs)
        for text in TEXTS
        if (ours := _as_json(read("go.work", text.encode()))) != (theirs := _edit(go, tmp_path, text))
    ]

    record_count("parser", len(TEXTS), len(differing))
    assert differing == []


def _edit(go: Go, folder: Path, text: str) -> dict[str, Any] | None:
    """What the real go makes of a go.work; None when it refuses it."""
    (folder / "go.work").write_bytes(text.encode())
    done = go("work", "edit", "-json", folder / "go.work", cwd=folder)
    assert (done.returncode != 0) == ("errors parsing" in done.stderr), done.stderr
    shown: dict[str, Any] | None = None if done.returncode else json.loads(done.stdout)
    return shown


def _as_json(facts: FileFacts) -> dict[str, Any] | None:
    """The workspace as `go work edit -json` has it, which drops repeated and nameless lines; None for a problem."""
    if facts.problems:
        return None
    (work,) = facts.works
    shown: dict[str, Any] = {"Go": work.go.version} if work.go.exists else {}
    shown["Use"] = [{"DiskPath": x.path} for x in work.uses if x.path] or None
    shown["Replace"] = _last(work) or None
    return shown


def _last(work: Work) -> list[dict[str, object]]:
    """Of several replacements of the same the last one."""
    last = {(x.old_path, x.old_version): index for index, x in enumerate(work.replaces)}
    return [
        {"Old": _module(x.old_path, x.old_version), "New": _module(x.new_path, x.new_version)}
        for index, x in enumerate(work.replaces)
        if last[x.old_path, x.old_version] == index and x.old_path
    ]


def _module(path: str, version: str) -> dict[str, str]:
    return {"Path": path, "Version": version} if version else {"Path": path}


EVERYTHING = """\
go 1.24.0

toolchain go1.26.8
godebug panicnil=1
use ./cmd // éé
use (
\t"../lib s"
\t"/abs"
 api/../web
)
replace a.example/x v1 => a.example/y v1.2 // why
replace a.example/z => "./é z"
"""


def test_every_fact_stands_at_its_words() -> None:
    facts = read("src/go.work", EVERYTHING.encode())

    (work,) = facts.works
    assert facts.problems == []
    assert (work.file, work.directory, _under(work.at)) == ("src/go.work", "src", "1.24.0")
    assert [_under(x.at) for x in (work.go, work.toolchain)] == ["1.24.0", "go1.26.8"]
    assert [(x.key, x.value, _under(x.at)) for x in work.godebug] == [("panicnil", "1", "panicnil=1")]
    assert [(x.path, x.directory, _under(x.at)) for x in work.uses] == [
        ("./cmd", "src/cmd", "./cmd"),
        ("../lib s", "lib s", '"../lib s"'),
        ("/abs", "", '"/abs"'),
        ("api/../web", "src/web", "api/../web"),
    ]
    assert [(x.old_version, x.new_version, x.directory, _under(x.at), _under(x.target_at)) for x in work.replaces] == [
        ("v1.0.0", "v1.2.0", "", "a.example/x v1 => a.example/y v1.2", "a.example/y v1.2"),
        ("", "", "src/é z", 'a.example/z => "./é z"', '"./é z"'),
    ]
    assert work.uses[0].at.model_dump() == {
        "path": "src/go.work",
        "start": {"line": 5, "column": 5},
        "end": {"line": 5, "column": 10},
        "origin": "text",
    }


def test_absent_lines_stand_at_the_start() -> None:
    (work,) = read("go.work", b"\nuse .\n").works

    places = [(at.start.line, at.start.column, at.origin) for at in (work.at, work.go.at, work.toolchain.at)]
    assert places == [(1, 1, "absent")] * 3
    assert [work.go.exists, work.toolchain.exists, work.directory] == [False, False, "."]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (
            "require a.example/x v1.0.0\nuse ./a ./b\ngo x\nuse",
            [
                ("require", "unknown directive `require`"),
                ("./a ./b", "`use` takes one directory"),
                ("x", "`x` is no Go version such as `1.23.0`"),
                ("use", "`use` takes one directory"),
            ],
        ),
        ("go 1.24\ngo 1.24", [("1.24", "a second `go` line")]),
        (
            "require (\n)\nuse 'a'",
            [
                ("require", "`require` is not followed by a block in go.work"),
                ("'a'", "`'a'` has a quote in it; only double quotes around the whole word are allowed"),
            ],
        ),
        ("foo\nuse (\n\t./a", [("use", "the block is never closed")]),
    ],
)
def test_all_that_go_refuses_is_said_at_once(text: str, problems: list[tuple[str, str]]) -> None:
    assert [(_under(x.at, text), x.message) for x in read("go.work", text.encode()).problems] == problems


def test_credentials_are_blanked() -> None:
    (work,) = read("go.work", b'use "https://bot:hunter2@a.example/x"\n').works

    assert work.uses[0].path == "https://bot:*******@a.example/x"


GRAMMAR = st.text(st.sampled_from('use replace=>[](),v1."`\\/\n\r\t \x00\xa0é')) | st.text()


@given(st.binary() | GRAMMAR.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_input_makes_the_reader_fail(data: bytes) -> None:
    lines = data.decode("utf-8", "replace").split("\n")
    for problem in read("go.work", data).problems:
        assert 1 <= problem.at.start.line <= problem.at.end.line <= len(lines)


@pytest.mark.parametrize(
    "text",
    ["use " + "../" * 3_000_000, "use ./a\n" * 200_000, "use (\n" + "\t./a\n" * 300_000 + ")\n", "use (\n)\n" * 50_000],
    ids=lambda text: repr(text[:12]),
)
def test_time_is_linear_in_the_size_of_the_file(text: str) -> None:
    started = time.process_time()
    read("go.work", text.encode())

    assert time.process_time() - started < 60


def _under(at: At, text: str = EVERYTHING) -> str:
    """The text that a place covers; it never runs over a line."""
    assert at.start.line == at.end.line
    return text.split("\n")[at.start.line - 1][at.start.column - 1 : at.end.column - 1]
