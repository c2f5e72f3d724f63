"""The pre-commit hook, run by pre-commit from a clean clone, without a network."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from policygate.facts import READERS

PROJECT = Path(__file__).parents[2]
UNSOUND = {".gitlab-ci.yml": (PROJECT / "tests/projects/sample/.gitlab-ci.yml").read_text(encoding="utf-8")}


@pytest.fixture(scope="module")
def hook() -> dict[str, Any]:
    (found,) = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def test_the_engine_is_that_of_the_extra(hook: dict[str, Any]) -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert hook["additional_dependencies"] == project["optional-dependencies"]["embedded"]


@pytest.mark.parametrize("pattern", sorted({pattern for patterns in READERS.values() for pattern in patterns}))
def test_every_format_that_is_read_calls_the_hook(hook: dict[str, Any], pattern: str) -> None:
    for name in (pattern.replace("*", ""), pattern.replace("*", "x.y"), pattern.replace("*", "prod")):
        assert fnmatchcase(name, pattern)
        for path in (name, f"services/pay/{name}"):
            assert re.search(hook["files"], path), path


@pytest.mark.parametrize(
    "path", ["main.go", "README.md", "docs/ago.mod.txt", "modules.txt", "xgo.mod", "x.json", "x.conf"]
)
def test_other_files_do_not(hook: dict[str, Any], path: str) -> None:
    assert not re.search(hook["files"], path)


def test_from_a_clean_clone(
    tmp_path: Path, merge_request: Callable[[Mapping[str, str]], Path], offline: Mapping[str, str]
) -> None:
    root, clone = merge_request(UNSOUND), tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--no-local", str(PROJECT), str(clone)], check=True)
    environment = {"PATH": f"{Path(sys.executable).resolve().parent}:/usr/bin:/bin", "HOME": str(tmp_path), **offline}

    def attempt(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(PROJECT / ".venv/bin/pre-commit"), "try-repo", str(clone), "policygate", *arguments]
        return subprocess.run(command, cwd=root, check=False, capture_output=True, text=True, env=environment)

    done = attempt("--all-files")
    assert (done.returncode, done.stderr) == (1, "")
    assert re.search(r"policygate\.*Failed\n- hook id: policygate\n- exit code: 1\n", done.stdout)
    assert "error[gosumdb.off]: `GOSUMDB` is off" in done.stdout
