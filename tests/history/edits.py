"""What commits of the scripted history are made of."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.history.company import sums

Edit = Callable[[Path], object]


@dataclass(frozen=True)
class Step:
    """One commit, and the merge request into main that is judged after it."""

    word: str
    title: str
    branch: str
    """Where it is committed; a branch that is not there yet is cut from main."""
    edits: tuple[Edit, ...]
    day: str = ""
    """As of which it is judged; empty for that of the step before."""
    judged: str = ""
    """The branch that is judged, if not the one of the commit."""


def git(root: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@acme.example", "-c", "merge.conflictStyle=merge"]
    done = subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def take(root: Path, step: Step) -> None:
    """Commit a step, and leave checked out what is to be judged."""
    known = git(root, "branch", "--list", step.branch)
    git(root, "checkout", "--quiet", *(() if known else ("-b",)), step.branch, *(() if known else ("main",)))
    for edit in step.edits:
        edit(root)
    git(root, "add", "--all", "--force")
    git(root, "commit", "--quiet", "--message", step.title)
    if step.judged:
        git(root, "checkout", "--quiet", step.judged)


def put(path: str, text: str) -> Edit:
    def edit(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)

    return edit


def swap(path: str, old: str, new: str) -> Edit:
    def edit(root: Path) -> None:
        text = (root / path).read_text()
        assert text.count(old) == 1, f"{path} holds {text.count(old)} times: {old}"
        (root / path).write_text(text.replace(old, new))

    return edit


def drop(path: str) -> Edit:
    return lambda root: (root / path).unlink()


def move(old: str, new: str) -> Edit:
    return lambda root: git(root, "mv", old, new)


def copy(old: str, new: str) -> Edit:
    return lambda root: shutil.copyfile(root / old, root / new)


def merge(branch: str) -> Edit:
    return lambda root: git(root, "merge", "--quiet", "--no-ff", "--no-commit", branch)


def revert(title: str) -> Edit:
    def edit(root: Path) -> None:
        git(
            root,
            "revert",
            "--no-commit",
            git(root, "log", "--all", "--format=%H", "--fixed-strings", f"--grep={title}"),
        )

    return edit


def detach(root: Path) -> None:
    git(root, "checkout", "--quiet", "--detach")


def require(module: str, version: str) -> tuple[Edit, Edit]:
    """A line more in go.mod, and what goes with it in go.sum."""
    return swap("go.mod", "require (\n", f"require (\n\t{module} {version}\n"), hashes(module, version)


def unrequire(module: str, version: str) -> Edit:
    return swap("go.mod", f"\t{module} {version}\n", "")


def hashes(module: str, version: str) -> Edit:
    def edit(root: Path) -> None:
        with (root / "go.sum").open("a") as file:
            file.write(sums(f"{module} {version}"))

    return edit
