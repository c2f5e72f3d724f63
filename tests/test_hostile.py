"""Checkouts whose author wants the gate to run something, read something, write somewhere or stop working."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[1] / ".tools"
GO_MOD = {"go.mod": "module git.acme.example/app\n\ngo 1.26\n"}

Repository = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 10)
)


@pytest.mark.parametrize("engine", ["embedded", "opa"])
def test_programs_and_modules_of_the_checkout_do_not_run(
    run: Run, repository: Repository, tmp_path: Path, engine: str
) -> None:
    ran = tmp_path / "ran"
    module = f"open({str(ran)!r}, 'w')\nraise SystemExit(0)\n"
    names = ("click", "typer", "yaml", "json", "regorus", "pydantic", "git", "requests", "policygate", "sitecustomize")
    root = repository({**GO_MOD, **{f"{name}.py": module for name in names}})
    for name in ("opa", "git", "python"):
        program = root / name
        program.write_text(f"#!/bin/sh\ntouch {ran}\nexit 0\n")
        program.chmod(0o755)
    path = f".:{root}::{TOOLS}:/usr/bin:/bin"
    done = run("check", ".", "--engine", engine, "--format", "json", cwd=root, env={"PATH": path})
    assert not ran.exists()
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (0, "pass")


def test_only_an_opa_inside_the_checkout_is_no_opa(run: Run, repository: Repository) -> None:
    root = repository(GO_MOD)
    (root / "opa").write_text("#!/bin/sh\nexit 0\n")
    (root / "opa").chmod(0o755)
    done = run("check", ".", "--engine", "opa", cwd=root, env={"PATH": f"{root}:.:/usr/bin:/bin"})
    assert done.returncode == 3


def test_a_link_that_leads_out_is_a_finding_and_is_not_read(run: Run, repository: Repository, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yml"
    secret.write_text("variables: {GOPROXY: 'https://topsecret.example'}\n")
    root = repository(GO_MOD, links={".gitlab-ci.yml": str(secret)})
    done = run("check", root, "--engine", "embedded", "--format", "json")
    (finding,) = json.loads(done.stdout)["findings"]
    assert (done.returncode, finding["rule"], finding["location"]["path"]) == (1, "gate.leaving_link", ".gitlab-ci.yml")
    assert "topsecret" not in done.stdout + run("facts", root).stdout


def test_a_report_path_that_is_a_committed_link_is_refused(run: Run, repository: Repository, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    root = repository(GO_MOD, links={"report.json": str(victim)})
    done = run("check", ".", "--engine", "embedded", "--format", "json:report.json", cwd=root)
    assert (done.returncode, victim.read_text()) == (2, "precious")
    assert "`report.json` is a link inside the checkout" in done.stderr


def test_a_report_path_that_is_a_committed_file_is_refused(run: Run, repository: Repository) -> None:
    root = repository({**GO_MOD, "report.json": "{}\n"})
    done = run("check", ".", "--engine", "embedded", "--format", "json:report.json", cwd=root)
    assert (done.returncode, (root / "report.json").read_text()) == (2, "{}\n")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".gitlab-ci.yml", BOMB + "job: {script: *a9, variables: {GOPROXY: *a9}}\n"),
        (".github/workflows/ci.yml", BOMB + "jobs: {b: {steps: *a9}}\n"),
        (".gitlab-ci.yml", "job: {script: " + "[" * 100_000 + "\n"),
        ("go.mod", "module m.example\n" + "require (\n" * 100_000),
        ("Dockerfile", "FROM scratch\nRUN " + "( " * 100_000 + "\n"),
        ("x.sh", "$(" * 100_000 + "\nexport GOPROXY=direct\n"),
        ("Makefile", "ifdef X\n" * 100_000 + "export GOPROXY = direct\n"),
        (".env", "GOPROXY=" + "a" * 5_000_000 + "\n"),
    ],
)
def test_bombs_are_bounded(run: Run, repository: Repository, path: str, text: str) -> None:
    root = repository({"sub/go.mod": "module sub.example\n", path: text})
    start = time.monotonic()
    done = run("check", root, "--engine", "embedded", "--format", "json")
    assert done.returncode in (0, 1)
    assert json.loads(done.stdout)["verdict"] in ("pass", "fail")
    assert "Traceback" not in done.stderr
    assert time.monotonic() - start < 30


def test_credentials_are_in_no_output(run: Run, repository: Repository, tmp_path: Path) -> None:
    secret = "glpat-Zq7rT9"
    root = repository(
        {
            **GO_MOD,
            ".gitlab-ci.yml": f"variables:\n  GOPROXY: https://ci:{secret}@goproxy.cn,https://goproxy.io\n"
            f"  DEPLOY_TOKEN: {secret}\nb: {{script: [go build]}}\n",
            "Dockerfile": f"FROM golang AS b\nENV GOPROXY=https://ci:{secret}@goproxy.acme.example\nRUN go build\n",
            "x.sh": f"export GOPROXY='https://{secret}@goproxy.acme.example'\ngo build\n",
            "Makefile": f"export GOPROXY = https://ci:{secret}@goproxy.acme.example\nb:\n\tgo build\n",
            ".env": f"GOPROXY=https://ci:{secret}@goproxy.acme.example\n",
        }
    )
    formats = [part for name in ("json", "sarif") for part in ("--format", f"{name}:{tmp_path / name}")]
    done = run("check", root, "--engine", "embedded", "--format", "text", *formats)
    outputs = [done.stdout, done.stderr, (tmp_path / "json").read_text(), (tmp_path / "sarif").read_text()]
    assert outputs[0].count("goproxy.credentials_in_url") >= 5
    assert [secret in output for output in [*outputs, run("facts", root).stdout]] == [False] * 5


def test_terminal_sequences_and_workflow_commands_do_not_get_through(run: Run, repository: Repository) -> None:
    name = "x\x1b[31m\n::error file=a::pwned"
    root = repository({**GO_MOD, f"{name}/go.mod": "module \x1b]0;pwned\x07\n"})
    done = run("check", root, "--engine", "embedded")
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert [line for line in done.stdout.splitlines() if line.startswith(("::", "##vso["))] == []
