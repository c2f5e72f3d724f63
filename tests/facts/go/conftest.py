"""The code of the go command itself as an oracle: its own copy of golang.org/x/mod, built from GOROOT."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

Ask = Callable[[Iterable[Mapping[str, str]]], list[Any]]

_SOURCE = Path(__file__).parent / "oracle" / "main.go"
_GO_MOD = """module oracle

go {version}

require golang.org/x/mod v0.0.0

replace golang.org/x/mod => ./mod
"""


@pytest.fixture(scope="session")
def ask(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """A function from questions to the answers of Go, in the same order."""
    folder = tmp_path_factory.mktemp("oracle")
    # only what the compiler makes of the standard library outlives the session
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "GOPATH": str(folder / "gopath"),
        "GOCACHE": str(request.config.cache.mkdir("go-build")),
        "GOENV": "off",
        "GOFLAGS": "-mod=mod",
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        "CGO_ENABLED": "0",
    }
    root, version, *_ = _run(["go", "env", "GOROOT", "GOVERSION"], folder, environment).split()
    goroot = Path(root)
    shutil.copytree(goroot / "src/cmd/vendor/golang.org/x/mod", folder / "mod")
    shutil.copytree(goroot / "src/cmd/internal/quoted", folder / "quoted", ignore=shutil.ignore_patterns("*_test.go"))
    shutil.copy(_SOURCE, folder)
    (folder / "mod/go.mod").write_text("module golang.org/x/mod\n\ngo 1.24\n")
    (folder / "go.mod").write_text(_GO_MOD.format(version=version.removeprefix("go")))
    _run(["go", "build", "-o", "oracle", "."], folder, environment)

    def ask_oracle(questions: Iterable[Mapping[str, str]]) -> list[Any]:
        lines = "".join(json.dumps(question) + "\n" for question in questions)
        answers = _run([str(folder / "oracle")], folder, environment, lines)
        return [json.loads(line) for line in answers.split("\n") if line]

    return ask_oracle


def _run(command: list[str], folder: Path, environment: Mapping[str, str], text: str = "") -> str:
    done = subprocess.run(command, cwd=folder, env=environment, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
