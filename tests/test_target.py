import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from policygate.errors import CheckoutError
from policygate.repository import Repository
from policygate.target import compare_with, target_of

Make = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]


def git(root: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@acme.example", "-c", "protocol.file.allow=always"]
    done = subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(root: Path, files: Mapping[str, str]) -> str:
    for path, text in files.items():
        (root / path).write_text(text)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "next")
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def forked(repository: Make) -> Path:
    """A repository whose main and whose branch have gone on from one commit; the branch is checked out."""
    root = repository({"go.mod": "module example.com/a\n"})
    git(root, "checkout", "--quiet", "-b", "branch")
    for number in range(3):
        commit(root, {"b.txt": f"{number}"})
    git(root, "checkout", "--quiet", "main")
    for number in range(3):
        commit(root, {"m.txt": f"{number}"})
    git(root, "checkout", "--quiet", "branch")
    return root


def test_the_merge_base_is_compared_and_the_tip_judges(forked: Path) -> None:
    compared = compare_with(Repository(forked), "main")
    assert compared.head_commit == git(forked, "rev-parse", "branch")
    assert compared.target_commit == git(forked, "rev-parse", "main")
    assert compared.base_commit == git(forked, "merge-base", "main", "branch") != compared.target_commit


def test_a_merge_commit_is_compared_with_what_it_merges_into(forked: Path) -> None:
    git(forked, "checkout", "--quiet", "--detach", "main")
    git(forked, "merge", "--quiet", "--no-edit", "branch")
    compared = compare_with(Repository(forked), "main")
    assert compared.base_commit == git(forked, "rev-parse", "main")


@pytest.mark.parametrize(
    ("environment", "target"),
    [
        ({"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "rel/1"}, "rel/1"),
        ({"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"}, ""),
        ({"CI_PIPELINE_SOURCE": "schedule", "CI_COMMIT_BRANCH": "main"}, ""),
        ({"GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main"}, "main"),
        ({"GITHUB_EVENT_NAME": "push", "GITHUB_BASE_REF": "", "GITHUB_REF_NAME": "main"}, ""),
        ({"GITHUB_EVENT_NAME": "schedule"}, ""),
        ({}, ""),
    ],
)
def test_the_ci_names_the_target(environment: dict[str, str], target: str) -> None:
    assert target_of(environment) == (f"refs/remotes/origin/{target}" if target else "")


def test_a_merge_queue_names_its_target_in_the_event(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"merge_group": {"base_ref": "refs/heads/main"}}))
    environment = {"GITHUB_EVENT_NAME": "merge_group", "GITHUB_EVENT_PATH": str(event)}
    assert target_of(environment) == "refs/remotes/origin/main"
    event.write_text("{}")
    with pytest.raises(CheckoutError, match="names no base"):
        target_of(environment)


def check(run: Run, root: Path, *arguments: str, env: Mapping[str, str] | None = None) -> tuple[int, str]:
    done = run("check", root, "--engine", "embedded", *arguments, env=env)
    return done.returncode, done.stdout + done.stderr


def mend(root: Path, said: str) -> None:
    """Run the command of the hint."""
    command = said.partition("run `")[2].partition("`")[0].replace("\n", " ").split()
    assert command[0] == "git"
    subprocess.run(["git", "-c", "protocol.file.allow=always", *command[1:]], cwd=root, check=True, capture_output=True)


def clone(source: Path, *arguments: str) -> Path:
    target = source.parent / "clone"
    url = source.as_uri()
    git(source.parent, "clone", "--quiet", *arguments, url, str(target))
    return target


def test_a_shallow_clone_is_refused_with_the_command_that_mends_it(forked: Path, run: Run) -> None:
    root = clone(forked, "--depth=1", "--no-single-branch", "--branch=branch")
    code, said = check(run, root, "--base", "origin/main")
    assert (code, "this shallow clone does not reach the merge base" in said) == (3, True)
    mend(root, said)
    assert check(run, root, "--base", "origin/main")[0] == 0


def test_a_missing_target_is_refused_with_the_command_that_mends_it(forked: Path, run: Run) -> None:
    root = clone(forked, "--depth=1", "--branch=branch")
    env = {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
    code, said = check(run, root, env=env)
    assert (code, "is no commit of this clone" in said) == (3, True)
    mend(root, said)
    code, said = check(run, root, env=env)
    assert (code, "compared with `origin/main`" in said) == (0, True)


def test_unrelated_histories_are_refused(forked: Path, run: Run) -> None:
    git(forked, "checkout", "--quiet", "--orphan", "alone")
    commit(forked, {"x.txt": ""})
    code, said = check(run, forked, "--base", "main")
    assert (code, "have no common history" in said) == (3, True)
    git(forked, "merge", "--allow-unrelated-histories", "--no-edit", "-Xours", "main")
    assert check(run, forked, "--base", "main")[0] == 0


def test_a_repository_without_a_commit_is_refused(tmp_path: Path, run: Run) -> None:
    git(tmp_path, "init", "--quiet")
    code, said = check(run, tmp_path, "--base", "main")
    assert (code, "there is no commit to judge yet" in said) == (3, True)


def test_what_is_not_committed_is_told(forked: Path, run: Run) -> None:
    (forked / "go.mod").write_text("module example.com/b\n")
    (forked / "new.env").write_text("GOFLAGS=-mod=mod\n")
    git(forked, "add", "new.env")
    code, said = check(run, forked, "--base", "main")
    assert (code, "not judged, since it is not committed: `go.mod`, `new.env`" in said) == (0, True)


def test_the_work_tree_is_not_touched(forked: Path, run: Run) -> None:
    before = {path: path.stat().st_mtime_ns for path in forked.rglob("*") if path.is_file()}
    assert check(run, forked, "--base", "main")[0] == 0
    assert {path: path.stat().st_mtime_ns for path in forked.rglob("*") if path.is_file()} == before


def test_a_target_that_only_the_environment_names_and_that_hides_all_is_judged_whole(forked: Path, run: Run) -> None:
    """Whoever edits the pipeline may name his own branch; a base that leaves nothing to judge is none."""
    commit(forked, {"app.env": "GOSUMDB=off\n"})
    git(forked, "update-ref", "refs/remotes/origin/mine", "HEAD")
    code, said = check(run, forked, env={"GITHUB_BASE_REF": "mine"})
    assert (code, "gosumdb.off" in said) == (1, True)
    assert check(run, forked, "--base", "origin/mine")[0] == 0


def test_the_facts_of_a_merge_request_say_what_changed(forked: Path, run: Run) -> None:
    commit(forked, {"go.mod": "module example.com/a\n\ngo 1.26\n"})
    facts = json.loads(run("facts", forked, "--base", "main").stdout)
    assert (facts["run"]["mode"], facts["change"]["exists"]) == ("merge_request", True)
    assert {file["path"] for file in facts["change"]["files"]} == {"b.txt", "go.mod"}
    assert [module["go"]["version"] for module in facts["base"]["go"]["modules"]] == [""]


def test_a_configuration_that_was_named_is_on_one_of_the_sides(run: Run, forked: Path) -> None:
    asked = ("--base", "main", "--config", str(forked / "gate.yaml"))
    code, said = check(run, forked, *asked)
    assert (code, "gate.yaml: is neither in HEAD nor in `main`" in said) == (2, True)
    commit(forked, {"gate.yaml": "version: 1\n"})
    assert check(run, forked, *asked)[0] == 0
