"""The GitLab component, the plain include and the enforced job, run by gitlab-ci-local on merge requests.

Here gitlab-ci-local is not GitLab: it runs the job in the clone itself, and answers 1 for whatever a job fails with.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from tests.live.gitlab import GitLab, serve

PROJECT = Path(__file__).parents[2]
TOOLS = PROJECT / ".tools"
TEMPLATES = PROJECT / "ci-templates/gitlab"
COMPONENT = TEMPLATES / "templates/policygate.yml"
INCLUDE = TEMPLATES / "policygate.gitlab-ci.yml"
ENFORCED = TEMPLATES / "pipeline-execution-policy/gate.yml"
GITLAB_CI_LOCAL = TOOLS / "npm/gitlab-ci-local/node_modules/.bin/gitlab-ci-local"
SAMPLE_JOBS = yaml.safe_load((PROJECT / "tests/projects/sample/.gitlab-ci.yml").read_text(encoding="utf-8"))
UNSOUND = {
    "ci/unsound.sh": "export GOSUMDB=off\n"
    "export GOPROXY='http://goproxy.acme.example|https://goproxy.io'\ngo build ./...\n"
}
SOUND = {"README.md": "nothing new\n"}
PLACES: dict[str, set[str]] = {"pass": set(), "fail": {"ci/unsound.sh"}, "error": {"policygate.yaml"}}
"""Where the Code Quality report shows something; what is of no file stands at the configuration."""
REPORTS = ".policygate/reports"
FILES = {"gl-code-quality-report.json", "junit.xml", "policygate.json", "policygate.md", "policygate.sarif"}
RSYNC = """#!/bin/sh
# The stand-in copies artifacts; what only containers need is left out.
[ "$3" = -Ra ] || exit 0
shift 3
exec cp -a --parents "$@"
"""
IN_A_MERGE_REQUEST = {
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    "CI_MERGE_REQUEST_PROJECT_ID": "42",
    "CI_MERGE_REQUEST_IID": "3",
}
INSTALLED = {"version": ""}
"""The image, which is this environment, holds policygate."""


@dataclass(frozen=True)
class Job:
    """What became of a job."""

    code: int
    log: str
    artifacts: Path

    def names(self) -> set[str]:
        return {path.name for path in self.artifacts.iterdir()} if self.artifacts.is_dir() else set()

    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.artifacts / "policygate.json").read_bytes())
        return report


def by_component(inputs: Mapping[str, str]) -> dict[str, str]:
    component = {"component": "$CI_SERVER_FQDN/acme/shop/policygate@$CI_COMMIT_SHA", "inputs": dict(inputs)}
    pipeline = json.dumps({"include": [component]})
    return {".gitlab-ci.yml": pipeline, "templates/policygate.yml": COMPONENT.read_text(encoding="utf-8")}


def by_include(inputs: Mapping[str, str]) -> dict[str, str]:
    variables = {f"POLICYGATE_{name.upper()}": value for name, value in inputs.items()}
    pipeline = json.dumps({"include": [{"local": "policygate.gitlab-ci.yml"}], "variables": variables})
    return {".gitlab-ci.yml": pipeline, "policygate.gitlab-ci.yml": INCLUDE.read_text(encoding="utf-8")}


WAYS = {"component": by_component, "include": by_include}
Pipeline = Callable[..., Job]
MakeRequest = Callable[[Mapping[str, str]], Path]


def gitlab_ci_local(root: Path, environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    tools = root.parent / "bin"
    tools.mkdir(exist_ok=True)
    (tools / "rsync").write_text(RSYNC)
    (tools / "rsync").chmod(0o755)
    node = shutil.which("node")
    assert node
    path = f"{tools}:{Path(sys.executable).parent}:/usr/bin:/bin"
    given = {"PATH": path, "HOME": str(root.parent), "TMPDIR": str(root.parent), "LC_ALL": "C.UTF-8", **environment}
    command = [node, str(GITLAB_CI_LOCAL), "--force-shell-executor", "--color=false", *arguments]
    return subprocess.run(command, cwd=root, env=given, capture_output=True, text=True, check=False, timeout=240)


@pytest.fixture
def pipeline(merge_request: MakeRequest, offline: Mapping[str, str]) -> Pipeline:
    """A function that runs the job in the pipeline of a merge request with the given files."""

    def run(files: Mapping[str, str], before: Callable[[Path], None] | None = None, **variables: str) -> Job:
        root = merge_request(files)
        remote = ["git", "remote", "add", "gcl-origin", "https://gitlab.example/acme/shop.git"]
        subprocess.run(remote, cwd=root, check=True)
        if before:
            before(root)
        given = {**IN_A_MERGE_REQUEST, "CI_PROJECT_DIR": str(root), **variables}
        arguments = [part for name, value in given.items() for part in ("--variable", f"{name}={value}")]
        done = gitlab_ci_local(root, offline, *arguments)
        log = done.stdout + done.stderr
        failed = re.search(r"^policygate finished in .*FAIL (\d+)", log, re.MULTILINE)
        code = int(failed[1]) if failed else 0
        assert (done.returncode, "policygate finished in" in log) == (int(bool(code)), True), log
        return Job(code, log, root / f".gitlab-ci-local/artifacts/policygate/{REPORTS}")

    return run


def forget_on_the_server(root: Path) -> None:
    """`release` is a branch that this clone fetched once and that is no more."""
    subprocess.run(["git", "update-ref", "refs/remotes/origin/release", "HEAD~1"], cwd=root, check=True)


CASES = {
    "pass": (SOUND, None, "main", 0),
    "fail": (UNSOUND, None, "main", 1),
    "error": (SOUND, forget_on_the_server, "release", 3),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("outcome", CASES)
def test_a_merge_request(way: str, outcome: str, pipeline: Pipeline) -> None:
    files, before, target, code = CASES[outcome]
    installs = (way, outcome) in {("component", "pass"), ("include", "fail")}
    inputs = {"requirement": "policygate[embedded]"} if installs else INSTALLED
    job = pipeline({**files, **WAYS[way](inputs)}, before, CI_MERGE_REQUEST_TARGET_BRANCH_NAME=target)
    assert (job.code, job.names()) == (code, FILES), job.log
    report = job.report()
    assert (report["verdict"], report["engine"]["name"] in {"embedded", ""}) == (outcome, True)
    assert all(finding["change"] == "new" for finding in report["findings"])
    quality = json.loads((job.artifacts / "gl-code-quality-report.json").read_bytes())
    assert {entry["location"]["path"] for entry in quality} == PLACES[outcome]
    sarif = json.loads((job.artifacts / "policygate.sarif").read_bytes())
    assert sarif["runs"][0]["invocations"][0]["executionSuccessful"] is (outcome != "error")
    (suites,) = ElementTree.parse(job.artifacts / "junit.xml").iter("testsuites")  # noqa: S314 - our own
    verdicts = {"pass": (0, 0), "fail": (int(suites.get("failures", "0")) or -1, 0), "error": (0, 1)}
    assert (int(suites.get("failures", "-2")), int(suites.get("errors", "-2"))) == verdicts[outcome]
    if outcome == "error":
        assert "git fetch" in job.log
    assert (job.artifacts / "policygate.md").read_text(encoding="utf-8").startswith("<!-- policygate -->\n")


@pytest.mark.parametrize("way", WAYS)
def test_inputs_reach_the_check(way: str, pipeline: Pipeline, offline: Mapping[str, str]) -> None:
    """A name that no shell may take for more than a name, and an opa that is what it is said to be."""
    opa = (TOOLS / "opa").resolve()
    inputs = {
        **INSTALLED,
        "opa_download": opa.as_uri(),
        "opa_sha256": sha256(opa.read_bytes()).hexdigest(),
        "fail_on": "warning",
        "config": "a b;touch hit;`touch hit`.yaml",
        "args": "--skip-rule=gosumdb.off",
    }
    files = {inputs["config"]: "version: 1\nrules: {gobuild.mod_mod: {severity: note}}\n", **UNSOUND}
    job = pipeline({**files, **WAYS[way](inputs)})
    report = job.report()
    assert (job.code, report["engine"]["name"], report["fail_on"]) == (1, "opa", "warning"), job.log
    assert "gosumdb.off" not in {finding["rule"] for finding in report["findings"]}
    assert list(job.artifacts.parents[4].glob("**/hit*")) == []


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with serve() as server:
        yield server


def test_a_note_follows_the_merge_request(gitlab: GitLab, pipeline: Pipeline) -> None:
    note = {"CI_API_V4_URL": gitlab.api, "POLICYGATE_TOKEN": "good"}
    gitlab.hold("<!-- policygate -->\nfailed\n")
    job = pipeline({**SOUND, **by_component(INSTALLED)}, **note)
    assert (job.code, "note: updated" in job.log, len(gitlab.notes)) == (0, True, 1), job.log
    assert gitlab.notes[0]["body"] == (job.artifacts / "policygate.md").read_text(encoding="utf-8")


def test_a_note_that_cannot_be_written_fails_nothing(gitlab: GitLab, pipeline: Pipeline) -> None:
    note = {"CI_API_V4_URL": gitlab.api, "POLICYGATE_TOKEN": "bad"}
    job = pipeline({**UNSOUND, **by_include(INSTALLED)}, **note)
    assert (job.code, gitlab.notes) == (1, [])
    assert "GitLab answered 401" in job.log
    assert "the note was not written" in job.log
    assert "good" not in job.log.split()


@pytest.mark.parametrize(("target", "files", "code"), [("main", SOUND, 0), ("main", UNSOUND, 1), ("release", SOUND, 3)])
def test_the_enforced_job(target: str, files: Mapping[str, str], code: int, pipeline: Pipeline) -> None:
    stages = {"stages": [".pipeline-policy-pre"], "include": [{"local": "gate.yml"}]}
    enforced = {".gitlab-ci.yml": json.dumps(stages), "gate.yml": ENFORCED.read_text(encoding="utf-8")}
    variables = {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": target, "POLICYGATE_ARGS": "--rule=gobuild"}
    job = pipeline({**files, **enforced}, forget_on_the_server, **variables)
    assert (job.code, job.names()) == (code, {"gl-code-quality-report.json", "junit.xml"}), job.log


@dataclass(frozen=True)
class Shell:
    """The script of the job in a shell that is not bash, in the clone of a merge request."""

    root: Path

    def run(self, **variables: str) -> subprocess.CompletedProcess[str]:
        script = yaml.safe_load(INCLUDE.read_text(encoding="utf-8"))["policygate"]["script"][0]
        room = self.root.parent / "tmp"
        room.mkdir(exist_ok=True)
        environment = {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": str(room),
            "TMPDIR": str(room),
            "CI_PROJECT_DIR": str(self.root),
            **IN_A_MERGE_REQUEST,
            **variables,
        }
        command = ["dash", "-e", "-c", script]
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, check=False)

    def left(self) -> list[Path]:
        return [path for path in (self.root.parent / "tmp").iterdir() if path.name.startswith("tmp.")]


def test_any_posix_shell_will_do(merge_request: MakeRequest) -> None:
    shell = Shell(merge_request(UNSOUND))
    done = shell.run(POLICYGATE_ARGS="--rule=gosumdb\n\n--color=never", PYTHONPATH=str(shell.root))
    assert (done.returncode, shell.left()) == (1, []), done.stderr
    assert {path.name for path in (shell.root / REPORTS).iterdir()} == FILES


def test_nothing_of_the_checkout_is_imported(merge_request: MakeRequest, offline: Mapping[str, str]) -> None:
    trap = "raise SystemExit('imported from the checkout')\n"
    traps = {f"{name}.py": trap for name in ("venv", "pip", "policygate", "typing", "json", "sitecustomize")}
    shell = Shell(merge_request({**traps, **SOUND}))
    done = shell.run(POLICYGATE_REQUIREMENT="policygate[embedded]", PYTHONPATH=str(shell.root), **offline)
    assert (done.returncode, "imported" in done.stdout + done.stderr) == (0, False), done.stderr


def test_a_checkout_cannot_provide_reports_or_packages(merge_request: MakeRequest) -> None:
    root = merge_request({"README.md": "0\n"})
    for path in (f"{REPORTS}/junit.xml", ".PolicyGate/packages/http-v2/x"):
        shell = Shell(_with(root, {path: "planted"}))
        done = shell.run()
        assert (done.returncode, "has a .policygate of its own" in done.stderr) == (3, True)
        assert not (shell.root / REPORTS).exists()


def _with(root: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    subprocess.run(["git", "rm", "-r", "--quiet", "--cached", "--ignore-unmatch", ".policygate"], cwd=root, check=True)
    subprocess.run(["git", "add", "--all", "--force"], cwd=root, check=True)
    return root


def test_what_is_installed_must_be_there_and_what_it_is_said_to_be(merge_request: MakeRequest) -> None:
    shell = Shell(merge_request(SOUND))
    opa = (TOOLS / "opa").resolve().as_uri()
    no_index = {"PIP_NO_INDEX": "1"}
    cases: list[tuple[dict[str, str], int, str]] = [
        ({"POLICYGATE_VERSION": "99.0", **no_index}, 3, "the installation failed"),
        ({"POLICYGATE_REQUIREMENT": "--help", **no_index}, 3, "the installation failed"),
        ({"POLICYGATE_OPA_DOWNLOAD": f"{opa}-absent"}, 3, "opa cannot be downloaded"),
        ({"POLICYGATE_OPA_DOWNLOAD": opa}, 2, "not what opa_sha256 says"),
        ({"POLICYGATE_OPA_DOWNLOAD": opa, "POLICYGATE_OPA_SHA256": "0" * 64}, 2, "not what opa_sha256 says"),
    ]
    for variables, code, said in cases:
        done = shell.run(**variables)
        assert (done.returncode, said in done.stderr) == (code, True), done.stderr
        assert list((shell.root / REPORTS).iterdir()) == []
