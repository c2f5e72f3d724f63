"""Where go takes a value from: the process, the user's file, `$GOROOT/go.env`; held against the real command."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from policygate.facts.read.shell import read

Linked = Callable[..., dict[str, dict[str, set[str]]]]
NAMES = ("GOPROXY", "GOSUMDB", "GOPRIVATE", "GOFLAGS", "GOVCS", "GOAUTH", "GOINSECURE")
SCRIPTS: dict[str, tuple[dict[str, str], str]] = {
    "nothing is set": ({}, "go env -json\n"),
    "the process": ({}, "export GOPROXY=https://a.example GOSUMDB=off\ngo env -json\n"),
    "the user's file": ({}, "go env -w GOPROXY=https://a.example GOPRIVATE=a.example\ngo env -json\n"),
    "the process before the user's file": (
        {},
        "go env -w GOPROXY=https://file.example GOFLAGS=-mod=mod\nexport GOPROXY=https://own.example\ngo env -json\n",
    ),
    "in front of the command": ({}, "go env -w GOFLAGS=-mod=mod\nGOFLAGS=-trimpath go env -json\n"),
    "an empty process": ({}, "go env -w GOPROXY=https://file.example\nexport GOPROXY= GOSUMDB=\ngo env -json\n"),
    "unset again": ({}, "go env -w GOPROXY=https://file.example\nexport GOPROXY=x\nunset GOPROXY\ngo env -json\n"),
    "open: unset in the file": ({}, "go env -w GOPROXY=x GOPRIVATE=y\ngo env -u GOPROXY\ngo env -json\n"),
    "what the caller sets": ({"GOPROXY": "https://outer.example", "GOVCS": "*:git"}, "go env -json\n"),
    "the script over the caller": (
        {"GOPROXY": "https://outer.example", "GOVCS": "*:git"},
        "export GOPROXY=direct\nunset GOVCS\ngo env -json\n",
    ),
    "the caller over the user's file": (
        {"GOPROXY": "https://outer.example"},
        "go env -w GOPROXY=https://file.example GOAUTH=off\ngo env -json\n",
    ),
    "an empty value of the caller": (
        {"GOPROXY": ""},
        "go env -w GOPROXY=https://file.example\ngo env -json\n",
    ),
}


def real(script: str, caller: dict[str, str], home: Path) -> dict[str, str]:
    home.mkdir()
    room = {"PATH": os.environ["PATH"], "HOME": str(home), "GOTOOLCHAIN": "local"}
    done = subprocess.run(["sh", "-ec", script], env={**room, **caller}, capture_output=True, text=True, check=True)
    told: dict[str, str] = json.loads(done.stdout)
    return {name: told[name] for name in NAMES}


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_value_in_force_is_the_one_that_go_reports(
    name: str, tmp_path: Path, linked: Linked, record_count: Callable[[str, int, int], None]
) -> None:
    caller, script = SCRIPTS[name]
    default = real("go env -json", {}, tmp_path / "nobody")
    expected = {variable: {value} for variable, value in real(script, caller, tmp_path / "user").items()}
    values = linked(read("build.sh", script.encode()), caller)["env -json"]
    said = {variable: {value or default[variable] for value in values[variable]} for variable in NAMES}
    told = {each: {*values & expected[each]} if name.startswith("open") else values for each, values in said.items()}
    record_count("environment, shell", len(NAMES), sum(told[variable] != expected[variable] for variable in NAMES))
    assert told == expected
