"""What the tests of the CI templates share: the wheel, how it is installed offline, and a merge request to judge."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
FIXED = PROJECT / "tests/projects/sample-fixed"

MergeRequest = Callable[[Mapping[str, str]], Path]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this work tree."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(PROJECT)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def offline(wheel: Path) -> dict[str, str]:
    """The environment in which pip installs `policygate` from that wheel, and nothing from anywhere else."""
    links = f"{wheel.parent} {PROJECT / '.tools/wheels'}"
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": links, "PIP_CONFIG_FILE": os.devnull}


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@acme.example", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


def write(root: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
        (root / path).chmod(0o755 if text.startswith("#!") else 0o644)


@pytest.fixture
def merge_request(tmp_path: Path) -> MergeRequest:
    """A function that clones a sound project, whose `topic` branch is ahead of `origin/main` by the given files."""

    def make(files: Mapping[str, str]) -> Path:
        origin, clone = tmp_path / "origin/acme/shop.git", tmp_path / "shop"
        origin.parent.mkdir(parents=True)
        git(tmp_path, "init", "--quiet", "--bare", str(origin))
        git(tmp_path, "clone", "--quiet", str(origin), str(clone))
        write(clone, {str(p.relative_to(FIXED)): p.read_text() for p in FIXED.rglob("*") if p.is_file()})
        for step in (["add", "--all", "--force"], ["commit", "--message", "start"], ["push", "origin", "HEAD:main"]):
            git(clone, *step)
        git(clone, "switch", "--quiet", "--create", "topic")
        write(clone, files)
        for step in (["add", "--all", "--force"], ["commit", "--message", "change"], ["push", "origin", "topic"]):
            git(clone, *step)
        return clone

    return make
