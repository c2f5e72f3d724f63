import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment, FileFacts
from policygate.facts.read.go_env import read

FILES = {
    "plain": "GOPROXY=https://a.example,direct\nGOPRIVATE=git.acme.example\n",
    "the last one counts": "GOPROXY=https://a.example\nGOPROXY=https://b.example\n",
    "quotes are part of it": 'GOPROXY="https://a.example"\n',
    "a comment behind is part of it": "GOPRIVATE=a.example # ours\n",
    "blanks are part of it": "GOPRIVATE= a.example \n",
    "CRLF": "GOPRIVATE=a.example\r\nGONOSUMDB=b.example\r\n",
    "export does not count": "export GOPRIVATE=a.example\n",
    "a blank in front does not count": "  GOPRIVATE=a.example\n",
    "a blank in the name does not count": "GOPRIVATE = a.example\n",
    "a comment": "# GOPRIVATE=a.example\nGONOSUMDB=b.example\n",
    "no end of line": "GONOPROXY=none",
    "an equals sign in the value": "GOFLAGS=-mod=mod -ldflags=-s\n",
    "another variable": "GOOS=linux\n",
    "ignored, then real": "export GOPRIVATE=a.example\nGOPRIVATE=b.example\n",
}


def assignments(text: str) -> list[Assignment]:
    return [a for place in read("go.env", text.encode()).places for a in place.assignments]


@pytest.mark.parametrize("name", FILES)
def test_the_values_are_those_of_go(name: str, tmp_path: Path, record_count: Callable[[str, int, int], None]) -> None:
    """Checked against `go env` of go 1.26."""
    file = tmp_path / "env"
    file.write_bytes(FILES[name].encode())
    names = ["GOPROXY", "GOPRIVATE", "GONOSUMDB", "GOFLAGS"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GOTOOLCHAIN": "local"}
    command = ["go", "env", "-json", *names]
    told = [
        json.loads(subprocess.run(command, check=True, capture_output=True, env={**environment, "GOENV": where}).stdout)
        for where in (str(file), "off")
    ]
    changed = {key: value for key, value in told[0].items() if value != told[1][key]}
    if "GOPRIVATE" in changed and changed.get("GONOSUMDB") == changed["GOPRIVATE"]:
        del changed["GONOSUMDB"]
    ours = {a.name: a.value for a in assignments(FILES[name]) if not a.lost and a.name in names}
    record_count("environment, go.env", len(names), len(ours.items() ^ changed.items()))
    assert ours == changed


def test_places_and_what_is_ignored() -> None:
    shown = [
        (a.name, a.value, a.at.start.line, a.at.start.column, a.at.end.column, a.lost)
        for a in assignments("# é\nexport GOPRIVATE=a.example\nGOPROXY=\nGOFLAGS=-mod=mod\r\nGOPRIVATE = b.example\n")
    ]
    assert shown == [
        ("GOPRIVATE", "b.example", 5, 13, 22, "ignored"),
        ("GOFLAGS", "-mod=mod\r", 4, 9, 18, ""),
        ("GOPROXY", "", 3, 1, 9, ""),
        ("GOPRIVATE", "a.example", 2, 18, 27, "ignored"),
    ]


def test_a_file_without_go_variables_says_nothing() -> None:
    assert read("config/go/env", b"PATH=/bin\n") == FileFacts()


@given(st.lists(st.sampled_from([*sorted(VARIABLES)[:3], "=", " ", "export", "\n", "\r", "#", "x", "é", "\0"])))
def test_nothing_raises(words: list[str]) -> None:
    read("go.env", "".join(words).encode())


def test_a_long_line_takes_linear_time() -> None:
    start = time.monotonic()
    read("go.env", b"GOPROXY " * 1_000_000)
    assert time.monotonic() - start < 5
