"""Makefiles against the real make: what a `go` on the PATH receives is what the reader says."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import FileFacts, Place
from policygate.facts.read.makefile import read

Count = Callable[[str, int, int], None]
MAKEFILES = {
    "exported": "export GOPROXY = https://a.example|direct\nb:\n\tgo build ./...\n",
    "exported later": "GOPROXY := https://a.example\nexport GOPROXY\nb:\n\tgo build\n",
    "all exported": "GOPROXY = https://a.example\nexport\nb:\n\tgo build\n",
    "all exported by a target": ".EXPORT_ALL_VARIABLES:\nGOPROXY = https://a.example\nb:\n\tgo build\n",
    "not exported": "GOPROXY = https://a.example\nb:\n\tgo build\n",
    "taken back": "export GOPROXY = https://a.example\nunexport GOPROXY\nb:\n\tgo build\n",
    "the last one counts": "export GOPROXY = https://a.example\nGOPROXY = https://b.example\nb:\n\tgo build\n",
    "a comment leaves its blank": "export GOPRIVATE = *.acme.example # ours\nb:\n\tgo build\n",
    "a blank at the end": "export GOPRIVATE = a.example \nb:\n\tgo build\n",
    "a number sign that is meant": "export GOFLAGS = a\\#b\nb:\n\tgo build\n",
    "continued": "export GOPROXY = https://a.example,\\\n   https://b.example\nb:\n\tgo build\n",
    "a reference": "HOST = a.example\nexport GOPROXY = https://$(HOST)/${HOST}\nb:\n\tgo build\n",
    "a reference to what follows": "export GOPROXY = https://$(HOST)\nHOST = a.example\nb:\n\tgo build\n",
    "expanded at once": "HOST = a\nexport GOPROXY := https://$(HOST)\nHOST = b\nb:\n\tgo build\n",
    "appended": "export GOFLAGS = -v\nGOFLAGS += -mod=mod\nb:\n\tgo build\n",
    "a default": "export GOPROXY ?= https://a.example\nb:\n\tgo build\n",
    "a default that is too late": "export GOPROXY = https://a.example\nGOPROXY ?= https://b.example\nb:\n\tgo build\n",
    "a dollar sign": "export GOFLAGS = a$$b\nb:\n\tgo build\n",
    "overridden": "override export GOPROXY = https://a.example\nb:\n\tgo build\n",
    "a program by its variable": "GO ?= go\nb:\n\t@$(GO) build -o x ./...\n",
    "prefixes": "b:\n\t-@go build\n\t+ go vet\n",
    "in front of the command": "b:\n\tGOFLAGS=-mod=mod go build\n",
    "a line is a shell": "b:\n\texport GOPROXY=https://a.example\n\tgo build\n",
    "one line, two commands": "b:\n\texport GOPROXY=https://a.example && go build\n",
    "one shell": ".ONESHELL:\nb:\n\texport GOPROXY=https://a.example\n\tgo build\n",
    "continued in a recipe": "b:\n\texport GOPROXY=https://a.example; \\\n\tgo build\n",
    "for one target": "b: export GOFLAGS = -mod=mod\nb:\n\tgo build\n",
    "for another target": "c: export GOFLAGS = -mod=mod\nb:\n\tgo build\nc:\n\ttrue\n",
    "behind a semicolon": "b: ; go build\n",
    "a shell variable": "b:\n\tp=./x; go build $$p\n",
    "defined text": "define TEXT\nexport GOPROXY = x\nendef\nb:\n\tgo build\n",
    "in a pipeline by mistake": "b:\n\texport GOPROXY=https://a.example|cat; go build\n",
    "other lines": "# a\ninclude none.mk\n-include none.mk\nX := 1\nb: c\n\tgo build\nc:\n\ttrue\n".replace(
        "include none.mk\n-", "-"
    ),
    "CR": "export GOPROXY = https://a.example\r\nb:\r\n\tgo build -v\r\n",
    "appended to nothing": "GOFLAGS =\nexport GOFLAGS += -v\nb:\n\tgo build\n",
    "nothing appended": "export GOFLAGS = -v \nGOFLAGS += # nothing\nb:\n\tgo build\n",
    "appended at once": "A = 1\nexport GOFLAGS := -v\nGOFLAGS += $(A)$$x\nA = 2\nb:\n\tgo build\n",
    "a default behind an export": "export GOFLAGS\nGOFLAGS ?= -v\nb:\n\tgo build\n",
    "a default that grows": "GOFLAGS ?= -v\nexport GOFLAGS += -x\nb:\n\tgo build\n",
    "undefined again": "export GOFLAGS = -v\nundefine GOFLAGS\nb:\n\tgo build\n",
    "undefined, then defined": "export GOFLAGS = -v\nundefine GOFLAGS\nGOFLAGS = -x\nb:\n\tgo build\n",
    "an override that stays": "override export GOFLAGS = -v\nGOFLAGS = -x\nb:\n\tgo build\n",
    "a target's own reference": "A = 1\nb: A = 2\nb:\n\tgo build $(A)\n",
    "a target's own exported default": "b: export GOFLAGS ?= -v\nb:\n\tgo build\n",
    "a target that appends": "GOFLAGS = -v\nb: export GOFLAGS += -x\nb:\n\tgo build\n",
    "exported for all, set for one": "export GOFLAGS\nb: GOFLAGS = -x\nb:\n\tgo build\n",
    "set for one, not exported": "b: GOFLAGS = -x\nb:\n\tgo build\n",
    "two targets": "b c: export GOFLAGS = -x\nb:\n\tgo build\nc:\n\ttrue\n",
    "unset in a recipe": "export GOFLAGS = -v\nb:\n\tunset GOFLAGS; go build\n\tgo vet\n",
    "another recipe prefix": ".RECIPEPREFIX = >\nexport GOFLAGS = -v\nb:\n> go build\n",
    "a number sign in a recipe": "b:\n\tgo build x\\#y # z\n",
    "letters of the world": "export GOFLAGS = größe😀 # é\nb:\n\tgo build ü\n",
    "automatic variables": "b:\n\tgo build\n\ttrue $@ $< $^\n",
}

FAKE_GO = f"""#!{sys.executable}
import json, os, sys
names = {sorted(VARIABLES)!r}
seen = {{name: os.environ[name] for name in names if os.environ.get(name)}}
open(os.environ["LOG"], "a").write(json.dumps([sys.argv[1:], seen]) + "\\n")
"""


def real(text: str, folder: Path) -> list[tuple[list[str], dict[str, str]]]:
    """Arguments and Go variables of each `go` that GNU make 4.3 runs."""
    (folder / "bin").mkdir()
    fake = folder / "bin" / "go"
    fake.write_text(FAKE_GO)
    fake.chmod(0o755)
    (folder / "Makefile").write_text(text)
    log = folder / "log"
    log.touch()
    environment = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "LOG": str(log)}
    subprocess.run(["make", "--silent", "b"], cwd=folder, check=True, capture_output=True, env=environment)
    return [(arguments, seen) for arguments, seen in map(json.loads, log.read_text().splitlines())]


def ours(text: str) -> list[tuple[list[str], dict[str, str]]]:
    runs = []
    for place in read("Makefile", text.encode()).places:
        for command in place.commands:
            effective: dict[str, str] = {}
            for assignment in (*command.assignments, *place.assignments):
                if not assignment.lost and not assignment.condition.startswith("target "):
                    effective.setdefault(assignment.name, assignment.value)
            runs.append((command.arguments, {name: value for name, value in effective.items() if value}))
    return runs


@pytest.mark.parametrize("name", MAKEFILES)
def test_go_receives_what_make_gives_it(name: str, tmp_path: Path, record_count: Count) -> None:
    expected = real(MAKEFILES[name], tmp_path)
    said = ours(MAKEFILES[name])
    record_count("environment, make", len(expected), sum(run not in expected for run in said))
    assert expected
    assert said == expected


def place(text: str) -> Place:
    (only,) = read("a/Makefile", text.encode()).places
    return only


def test_places_conditions_and_what_is_lost() -> None:
    text = (
        "ifdef CI\nexport GOPROXY = https://a.example\nelse\nexport GOPROXY = https://b.example\nendif\n"
        "GOSUMDB = off\nexport GOPRIVATE ?= $(OURS)\nt:\n\texport GOFLAGS=-v\n"
    )
    shown = [
        (a.name, a.value, a.at.start.line, a.at.start.column, a.at.end.column, a.condition, a.dynamic, a.lost, a.scope)
        for a in place(text).assignments
    ]
    assert shown == [
        ("GOPROXY", "https://b.example", 4, 18, 35, "not ifdef CI", False, "", "makefile"),
        ("GOPROXY", "https://a.example", 2, 18, 35, "ifdef CI", False, "", "makefile"),
        ("GOSUMDB", "off", 6, 11, 14, "", False, "not_exported", "makefile"),
        ("GOPRIVATE", "$(OURS)", 7, 21, 28, "unless GOPRIVATE is set in the environment", True, "", "makefile"),
        ("GOFLAGS", "-v", 9, 17, 19, "", False, "subshell", "target t"),
    ]


def test_commands_stand_where_the_file_has_them() -> None:
    text = "GO := go\nb:\n\t@cd sub && $(GO) build \\\n\t  ./...\n\tgo vet\n"
    shown = [(c.verb, c.arguments, c.directory, c.at.start.line, c.at.start.column) for c in place(text).commands]
    assert shown == [("build", ["build", "./..."], "a/sub", 3, 13), ("vet", ["vet"], "a", 5, 2)]


def test_what_is_set_for_a_target_holds_for_what_it_needs_if_it_is_asked_for() -> None:
    text = "c: export GOFLAGS = -a\nd: export GOPROXY = b\nc: | b\nb:\n\tgo build\nd:\n\ttouch d\ne: GOSUMDB = off\n"
    made = place(text)
    assert [[(a.name, a.value, a.condition, a.scope) for a in command.assignments] for command in made.commands] == [
        [("GOFLAGS", "-a", "target c", "target c")]
    ]
    assert [(a.name, a.value, a.condition, a.lost) for a in made.assignments] == [
        ("GOPROXY", "b", "target d", ""),
        ("GOSUMDB", "off", "", "not_exported"),
    ]


def test_what_a_recipe_writes_or_leaves_to_other_programs_is_told() -> None:
    made = place("b:\n\tgo env -w GOPROXY=a\n\texport GOFLAGS=-b; ./build.sh\n\texport GOSUMDB=off; touch x\n")
    assert [(a.name, a.value, a.condition, a.lost) for a in made.assignments] == [
        ("GOPROXY", "a", "target b", ""),
        ("GOFLAGS", "-b", "target b", ""),
        ("GOSUMDB", "off", "", "subshell"),
    ]


@pytest.mark.parametrize(
    ("line", "argument"),
    [
        ("go build x$(GOFLAGS)y", "x$(GOFLAGS)y"),
        ("GOFLAGS=-v; go build $(GOFLAGS)", "$(GOFLAGS)"),
        ("go build $(shell echo \"a b' | c)", "$(shell echo \"a b' | c)"),
        ("go build $@", "$@"),
        ("go build $(if $(X),a;b)", "$(if $(X),a;b)"),
        ("go build $$(go env X)", "$(go env X)"),
        ("go build $(A)", "$(A)"),
    ],
)
def test_unknown_references_stay_as_they_are_written(line: str, argument: str) -> None:
    commands = place(f"ifdef X\nA = 1\nendif\nb:\n\t{line}\n").commands
    assert commands[-1].arguments == ["build", argument]
    assert commands[-1].text.endswith(argument)


def test_recipes_of_another_language_are_not_read() -> None:
    assert read("Makefile", b"SHELL := /usr/bin/python3\nb:\n\tgo build\n") == FileFacts()
    assert place("SHELL := /usr/bin/env bash\nb:\n\tgo build\n").commands


def test_a_huge_file_is_refused() -> None:
    facts = read("Makefile", b"b:\n\tgo build\n" * 100_000)
    assert [problem.message for problem in facts.problems] == ["too large to read as a makefile"]


def test_a_value_from_a_reference_stands_at_the_reference() -> None:
    text = "FLAGS = -mod=mod -v -x -race\nb:\n\tGOFLAGS='$(FLAGS)' go build # é\n"
    (command,) = place(text).commands
    (assignment,) = command.assignments
    assert assignment.value == "-mod=mod -v -x -race"
    assert (assignment.at.start.column, assignment.at.end.column) == (11, 19)
    assert (command.at.start.column, command.at.end.column) == (2, 29)


def test_credentials_are_blanked() -> None:
    (assignment,) = place("export GOPROXY = https://ci:secret@a.example\n").assignments
    assert (assignment.value, assignment.credentials) == ("https://ci:******@a.example", True)


def test_a_makefile_that_has_nothing_to_do_with_go() -> None:
    assert read("Makefile", b"all:\n\techo hello\n") == FileFacts()


@given(
    st.lists(
        st.sampled_from(
            [
                "GOPROXY",
                "export ",
                "=",
                ":=",
                "?=",
                "\n",
                "\t",
                "\\\n",
                "#",
                "$(",
                ")",
                "${",
                "$$",
                "$",
                ":",
                "ifdef X",
                "endif",
                "else",
                "define X",
                "endef",
                "go build",
                "|",
                ";",
                "é",
                " ",
                "\r\n",
                "X",
                "\0",
            ]
        ),
        max_size=60,
    )
)
def test_nothing_raises(words: list[str]) -> None:
    read("Makefile", "".join(words).encode())


@pytest.mark.parametrize(
    "part",
    [
        "export GOPROXY = ",
        "$(",
        "X = $(X)$(X)\n",
        "a:\n\tgo build\n",
        "\\\n",
        "#",
        "ifdef X\n",
        "b: c ",
        "GOFLAGS += -v\n",
        "a: export GOFLAGS=x\na:\n\tgo build\n",
        "\\#",
        "export GOFLAGS\n",
        "X = \\# \\\n",
    ],
)
def test_any_repetition_is_read_in_bounded_time(part: str) -> None:
    start = time.monotonic()
    read("Makefile", b"export GOPROXY = $(X)\n" + part.encode() * (300_000 // len(part)))
    assert time.monotonic() - start < 20
