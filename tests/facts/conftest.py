"""A stand-in for the go command that writes down how it was run."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from subprocess import DEVNULL, run

import pytest

from policygate.facts.go.variables import VARIABLES

NAMES = sorted(VARIABLES)
FAKE_GO = f"""#!/bin/sh
{{
    printf '%s\\0' "$PWD" "$#" "$@" {" ".join(f'"${name}"' for name in NAMES)}
}} >> "${{0%/*}}/runs"
"""

Run = tuple[list[str], str, dict[str, str]]
"""Arguments, directory from where everything began, and the variables that are set to something."""


@pytest.fixture
def go_runs(tmp_path: Path) -> Callable[..., list[Run]]:
    """A function that runs a program with a stand-in for go, and says how go was run, in order."""
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "go").write_text(FAKE_GO)
    (tools / "go").chmod(0o755)

    def execute(command: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> list[Run]:
        environment = {"PATH": f"{tools}:/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", **(env or {})}
        run(command, cwd=cwd, env=environment, check=False, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)
        log = tools / "runs"
        return list(_parse(log.read_bytes().decode("utf-8", "replace").split("\0"), cwd)) if log.exists() else []

    return execute


def _parse(fields: list[str], cwd: Path) -> list[Run]:
    runs: list[Run] = []
    while len(fields) > 1:
        directory, count, *fields = fields
        arguments, fields = fields[: int(count)], fields[int(count) :]
        values, fields = fields[: len(NAMES)], fields[len(NAMES) :]
        environment = {name: value for name, value in zip(NAMES, values, strict=True) if value}
        runs.append((arguments, str(Path(directory).relative_to(cwd)), environment))
    return runs
