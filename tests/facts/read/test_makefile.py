"""Makefiles against the real make: what a `go` on the PATH receives is what the reader says."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import FileFacts, Place
from policygate.facts.read.makefile import read

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
    "CR": "export GOPROXY = https://a.example\nb:\n\tgo build -v\n",
}

FAKE_GO = f"""#!{sys.executable}
import json, os, sys
names = {sorted(VARIABLES)!r}
seen = {{name: os.environ[name] for name in names if name in os.environ}}
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
            strongest_last = [*place.assignments[::-1], *command.assignments[::-1]]
            runs.append((command.arguments, {a.name: a.value for a in strongest_last if not a.lost}))
    return runs


@pytest.mark.parametrize("name", MAKEFILES)
def test_go_receives_what_make_gives_it(name: str, tmp_path: Path) -> None:
    text = MAKEFILES[name]
    expected = real(text, tmp_path)
    if name == "a shell variable":
        expected = [
            (["build", "$p"], {}) if arguments == ["build", "./x"] else (arguments, s) for arguments, s in expected
        ]
        assert [(["build", "$p"], s) for _, s in ours(text)] == expected
        return
    assert expected
    assert ours(text) == expected


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
    ],
)
def test_any_repetition_is_read_in_bounded_time(part: str) -> None:
    start = time.monotonic()
    read("Makefile", b"export GOPROXY = $(X)\n" + part.encode() * (300_000 // len(part)))
    assert time.monotonic() - start < 20
