"""The GitHub action and the example workflow, run by act on pull requests that are full of traps.

Here act is not GitHub: its checkout is a copy of the work tree, and the uploader is a step that validates.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

PROJECT = Path(__file__).parents[2]
TOOLS = PROJECT / ".tools"
TEMPLATES = PROJECT / "ci-templates/github"
WORKFLOW = (TEMPLATES / "workflow.yml").read_text(encoding="utf-8")
ACTION, UPLOADER = "acme/policygate/ci-templates/github", "github/codeql-action/upload-sarif"
SCHEMA = TOOLS / "npm/sarif-multitool/node_modules/@microsoft/sarif-multitool-linux/sarif-2.1.0.json"
UNSOUND = {".gitlab-ci.yml": (PROJECT / "tests/projects/sample/.gitlab-ci.yml").read_text(encoding="utf-8")}
SOUND = {"README.md": "nothing new\n"}
PYTHON = Path(sys.executable).resolve().parent
VALIDATE = """
name: validate
description: Stands in for the uploader
inputs: {sarif_file: {description: What is uploaded, required: true}}
runs:
  using: composite
  steps:
    - shell: bash
      env: {FILE: "${{ inputs.sarif_file }}"}
      run: |
        "$VALIDATOR" --schemafile "$SCHEMA" "$FILE"
        cp "$FILE" "$UPLOADED"
"""

USES = f"""
on: pull_request
jobs:
  policygate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - id: opa
        continue-on-error: true
        uses: {ACTION}@main
        with:
          opa-download: OPA/opa
          opa-sha256: DIGEST
          fail-on: warning
          args: |
            --rule=gobuild

            --all
          sarif: "false"
      - id: other
        continue-on-error: true
        uses: {ACTION}@main
        with: {{opa-download: OPA/opa, opa-sha256: {"0" * 64}}}
      - id: unsound
        uses: {ACTION}@main
        with: {{fail-on: grave, annotations: "false", summary: "false", fail: "false"}}
      - id: outcomes
        env:
          OUTCOMES: ${{{{ steps.opa.outcome }}}} ${{{{ steps.other.outcome }}}} ${{{{ steps.unsound.outcome }}}}
        run: echo "all=$OUTCOMES" >> "$GITHUB_OUTPUT"
"""


@dataclass(frozen=True)
class Run:
    """What act says of a run."""

    code: int
    entries: list[dict[str, Any]]
    uploaded: Path

    def outputs(self, *step: str) -> dict[str, str]:
        return {e["name"]: e["arg"] for e in self._of("set-output") if e["stepID"] == list(step)}

    def annotations(self, kind: str) -> list[str]:
        return [f"{e['kvPairs'].get('file', '')}: {e['kvPairs']['title']}: {e['arg']}" for e in self._of(kind)]

    def summary(self) -> str:
        return max((e["content"] for e in self._of("summary")), key=len, default="")

    def log(self) -> str:
        return "".join(e["msg"] for e in self.entries if e.get("raw_output"))

    def _of(self, command: str) -> list[dict[str, Any]]:
        return [entry for entry in self.entries if entry.get("command") == command]


Act = Callable[..., Run]


@pytest.fixture
def act(tmp_path: Path, merge_request: Callable[[Mapping[str, str]], Path], offline: Mapping[str, str]) -> Act:
    """A function that runs a workflow on a pull request with the given files."""
    shutil.copytree(TEMPLATES, tmp_path / "action/ci-templates/github")
    uploader = tmp_path / "uploader/upload-sarif/action.yml"
    uploader.parent.mkdir(parents=True)
    uploader.write_text(VALIDATE)
    uploaded = tmp_path / "uploaded.sarif"
    given = {"VALIDATOR": str(PROJECT / ".venv/bin/check-jsonschema"), "SCHEMA": str(SCHEMA)}
    given |= {**offline, "UPLOADED": str(uploaded), "PIP_NO_COMPILE": "1"}

    def run(files: Mapping[str, str], workflow: str = WORKFLOW, base: str = "main", head: str = "acme/shop") -> Run:
        root = merge_request({**files, **trapped(tmp_path / "sprung")})
        # act takes the repository's name from here, and asks nobody
        subprocess.run(["git", "remote", "set-url", "origin", "https://github.com/acme/shop"], cwd=root, check=True)
        (tmp_path / "workflow.yml").write_text(workflow)
        change = {"number": 7, "base": {"ref": base}, "head": {"ref": "topic", "repo": {"full_name": head}}}
        event = {"pull_request": change, "repository": {"full_name": "acme/shop", "default_branch": "main"}}
        (tmp_path / "event.json").write_text(json.dumps(event))
        command = [str(TOOLS / "act-0.2.89"), "pull_request", "--json", "--no-cache-server", "-C", str(root)]
        command += ["-P", "ubuntu-latest=-self-hosted", "-W", str(tmp_path / "workflow.yml")]
        command += ["-e", str(tmp_path / "event.json"), *local(tmp_path, workflow)]
        command += [part for name, value in given.items() for part in ("--env", f"{name}={value}")]
        environment = {"PATH": f"{PYTHON}:/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
        assert not (tmp_path / "sprung").exists()
        return Run(done.returncode, [json.loads(line) for line in done.stdout.splitlines()], uploaded)

    return run


def local(folder: Path, workflow: str) -> Iterator[str]:
    """The options that replace the actions of a workflow with folders."""
    for used, here in ((ACTION, "action"), (UPLOADER, "uploader")):
        for reference in set(re.findall(rf"{used}@(\w+)", workflow)):
            yield from ("--local-repository", f"{'/'.join(used.split('/')[:2])}@{reference}={folder / here}")


TRAPS = ("python", "python3", "pip3", "opa", "git", "curl", "mktemp", "sha256sum")
MODULES = ("policygate/__init__.py", "pip/__init__.py", "venv.py", "json.py", "pathlib.py", "regorus.py")


def trapped(marker: Path) -> dict[str, str]:
    """Files that leave a mark when anything imports or runs them."""
    python, shell = f"open({str(marker)!r}, 'w')\n", f"#!/bin/sh\n: > '{marker}'\n"
    return {
        **dict.fromkeys([*MODULES, "sitecustomize.py", "usercustomize.py"], python),
        **dict.fromkeys(TRAPS, shell),
        "trap.pth": f"import builtins; builtins.{python}",
        "pip.conf": "[install]\nrequire-hashes = true\n",
        "pyvenv.cfg": "home = /nonexistent\n",
    }


def test_findings_are_shown_uploaded_and_then_fail_the_job(act: Act) -> None:
    run = act(UNSOUND)
    outputs = run.outputs("gate")
    assert {name: outputs[name] for name in ("exit-code", "verdict", "errors", "warnings", "notes")} == {
        "exit-code": "1",
        "verdict": "fail",
        "errors": "6",
        "warnings": "3",
        "notes": "0",
    }
    assert (run.code, len(run.annotations("error")), len(run.annotations("warning"))) == (1, 6, 3)
    assert run.annotations("error")[4] == (
        ".gitlab-ci.yml: policygate: gosumdb.off: `GOSUMDB` is off: new modules are accepted unverified"
    )
    assert "`gosumdb.off`" in run.summary()
    assert "error[gosumdb.off]" in re.sub(r"\x1b\[[\d;]*m", "", run.log())
    (logged,) = json.loads(run.uploaded.read_text())["runs"]
    assert len(logged["results"]) == 9


def test_a_sound_pull_request_of_a_fork_passes_and_uploads_nothing(act: Act) -> None:
    run = act(SOUND, head="somebody/shop")
    assert (run.code, run.outputs("gate")["exit-code"], run.annotations("error")) == (0, "0", [])
    assert run.outputs("gate")["sarif-file"].endswith("/policygate.sarif")
    assert "**policygate: passed**" in run.summary()
    assert not run.uploaded.exists()


def test_no_decision_fails_the_job_and_uploads_nothing(act: Act) -> None:
    run = act(SOUND, base="release")
    assert (run.code, run.outputs("gate")["exit-code"], run.outputs("gate")["verdict"]) == (1, "3", "error")
    (shown,) = run.annotations("error")
    assert "`refs/remotes/origin/release` is no commit of this clone" in shown
    assert "no decision" in run.summary()
    assert not run.uploaded.exists()  # code scanning would close every alert


@pytest.fixture
def mirror() -> Iterator[str]:
    """The address of a mirror that has opa."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(TOOLS))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_inputs(act: Act, mirror: str) -> None:
    digest = sha256((TOOLS / "opa").read_bytes()).hexdigest()
    run = act(UNSOUND, USES.replace("OPA", mirror).replace("DIGEST", digest))
    assert (run.code, run.outputs("outcomes")) == (0, {"all": "failure failure success"})
    opa, other, unsound = run.outputs("opa"), run.outputs("other"), run.outputs("unsound")
    assert (opa["exit-code"], opa["errors"], opa["warnings"], opa["sarif-file"]) == ("1", "1", "1", "")
    assert ", opa 1." in run.log()
    assert set(other.values()) == {""}
    assert (unsound["exit-code"], unsound["verdict"]) == ("2", "error")


def test_the_traps_work(tmp_path: Path) -> None:
    """Otherwise that none of them was sprung would say nothing."""
    marker = tmp_path / "sprung"
    for path, text in trapped(marker).items():
        if path.endswith(".py") or path in TRAPS:
            subprocess.run(
                [sys.executable, "-S"] if path.endswith(".py") else ["sh"], input=text, text=True, check=True
            )
            assert marker.exists(), path
            marker.unlink()
