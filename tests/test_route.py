"""`policygate route`, end to end; what it predicts is held against the real go in tests/facts/go."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).parent / "projects" / "sample"
KIT = "git.acme.example/platform/kit"

Run = Callable[..., subprocess.CompletedProcess[str]]
Golden = Callable[[str, str], None]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("pipe", [KIT, SAMPLE, "--context", "binary", "--answers", "goproxy.acme.example=502"]),
        ("default", [KIT, SAMPLE, "--context", "unit"]),
        ("lookup", ["git.acme.example/new/thing@v1.0.0", SAMPLE, "--context", "Makefile"]),
        ("never-matches", [KIT, SAMPLE, "--context", ".envrc"]),
        ("replaced", ["git.acme.example/platform/audit", SAMPLE, "--context", "lint"]),
        (
            "set",
            [
                "example.test/m@v1.0.0",
                "--set",
                "GOPROXY=https://a.example|https://b.example",
                "--answers",
                "a.example=html",
            ],
        ),
    ],
)
def test_the_walk_in_words(run: Run, golden: Golden, name: str, arguments: list[object]) -> None:
    done = run("route", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    golden(f"route/{name}.txt", done.stdout)


def told(run: Run, *arguments: object) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(run("route", *arguments, "--format", "json").stdout)
    return loaded


def test_the_json_has_the_promised_keys(run: Run) -> None:
    document = told(run, KIT, SAMPLE, "--context", "binary", "--answers", "goproxy.acme.example=reset,goproxy.io=404")
    assert (document["outcome"], document["served_by"]) == ("not_found", None) or document["served_by"] == "direct"
    assert document["asked"][:2] == ["goproxy.acme.example", "goproxy.io"]
    assert {"entry", "answer", "then", "why", "at"} <= document["steps"][0].keys()
    assert {"party", "through", "what", "why", "at"} <= document["learns"][0].keys()
    assert {"used", "name", "through"} <= document["sumdb"].keys()
    assert document["steps"][0]["at"]["start"] == {"line": 12, "column": 13}


@pytest.mark.parametrize(
    ("answers", "outcome", "served_by"),
    [
        ("a.example=200", "found", "a.example"),
        ("a.example=404", "found", "b.example"),
        ("a.example=500", "failed", None),
        ("a.example=404,b.example=410", "not_found", None),
        ("a.example=stall", "hangs", None),
        ("a.example=404,b.example=refused", "failed", None),
    ],
)
def test_a_question_without_any_checkout(run: Run, tmp_path: Path, answers: str, outcome: str, served_by: str) -> None:
    settings = ["--set", "GOPROXY=https://a.example,https://b.example", "--set", "GOSUMDB=off"]
    done = run("route", "x.example/m@v1.0.0", *settings, "--answers", answers, "--format", "json", cwd=tmp_path)
    document = json.loads(done.stdout)
    assert (document["outcome"], document["served_by"]) == (outcome, served_by)


def test_settings_replace_those_of_the_context(run: Run) -> None:
    document = told(run, KIT, SAMPLE, "--context", "binary", "--set", "GOPROXY=off", "--set", "GONOPROXY=none")
    assert document["outcome"] == "off"
    assert [s["scope"] for s in document["settings"] if s["name"] == "GOPROXY"] == ["--set"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([KIT, SAMPLE], "there are several contexts"),
        ([KIT, SAMPLE, "--context", "nope"], "no context is called `nope`"),
        ([KIT, "--set", "GOPROXI=off"], "`GOPROXI` is no variable of the go command that the gate reads"),
        ([KIT, "--set", "GOPROXY"], "`GOPROXY` is no setting"),
        ([KIT, "--set", "GOPROXY=off", "--answers", "x"], "`x` is no answer"),
        ([KIT, "--set", "GOPROXY=off", "--answers", "x=soon"], "soon"),
    ],
)
def test_questions_that_make_no_sense(run: Run, arguments: list[object], message: str) -> None:
    done = run("route", *arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_module_that_cannot_be_fetched(run: Run) -> None:
    document = told(run, "nodots/m@v1.0.0", "--set", "GOPROXY=https://a.example")
    assert document["outcome"] == "failed"
    assert "is no module path that can be fetched" in document["steps"][0]["why"]
