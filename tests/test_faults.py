"""The fault table: whatever prevents a decision has its own message and code, and never passes."""

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from policygate import gathering, reading
from policygate.facts import model
from policygate.facts.files import Files
from policygate.gate import check
from policygate.request import Request

GO_MOD = {"go.mod": "module git.acme.example/app\n\ngo 1.26\n"}

Repository = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]
Refused = Callable[..., tuple[int, str, str]]


@pytest.fixture
def refused(run: Run) -> Callable[..., tuple[int, str, str]]:
    """Code, message and place of a check that must not pass; its JSON says the same."""

    def check_refused(root: Path, *arguments: object, engine: str = "embedded") -> tuple[int, str, str]:
        done = run("check", root, "--engine", engine, "--format", "json", *arguments)
        assert "Traceback" not in done.stderr
        report = json.loads(done.stdout)
        assert report["verdict"] == "error"
        (problem, *_) = report["problems"]
        assert problem["message"] in done.stderr
        place = problem["location"]
        return done.returncode, problem["message"], f"{place['path']}:{place['start']['line']}" if place else ""

    return check_refused


@pytest.fixture
def root(repository: Repository) -> Path:
    return repository(GO_MOD)


@pytest.fixture
def policy(tmp_path: Path) -> Callable[..., Path]:
    def write(*texts: str) -> Path:
        folder = tmp_path / "policies"
        folder.mkdir()
        for index, text in enumerate(texts):
            (folder / f"p{index}.rego").write_text(text, encoding="utf-8")
        return folder

    return write


def test_nothing_to_check(refused: Refused, repository: Repository) -> None:
    code, message, _ = refused(repository({"README.md": "hello\n"}))
    assert (code, message) == (3, "repository: nothing to check")


def test_a_root_that_does_not_exist(run: Run) -> None:
    done = run("check", "/nonexistent/checkout")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: /nonexistent/checkout: cannot be opened: no such file or directory",
        "  hint: give the root of a checkout",
    ]


def test_a_file_that_cannot_be_read(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module m.example\n")
    os.mkfifo(tmp_path / "Makefile")
    assert refused(tmp_path)[:2] == (3, "Makefile: is not a regular file")


def test_a_reader_that_breaks(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(reader: str, path: str, data: bytes, files: Files) -> model.FileFacts:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(reading, "run_reader", broken)
    verdict = check(Request(root=root, today="2026-01-01", engine="embedded"))
    messages = [problem.message for problem in verdict.problems]
    assert verdict.exit_code == 3
    assert messages[0] == "go.mod: reader `go_mod` broke: ZeroDivisionError: oops"
    assert messages[1].startswith("source `go_mod` failed, so these rules could not be decided: ")
    assert "gomod.replace_local" in messages[1]


def test_a_linker_that_breaks(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(linker: str, *_: object) -> model.Go:
        raise KeyError(linker)

    monkeypatch.setattr(gathering, "run_linker", broken)
    verdict = check(Request(root=root, today="2026-01-01", engine="embedded"))
    assert verdict.exit_code == 3
    assert verdict.problems[0].message == "linker `go_works` broke: KeyError: 'go_works'"


POLICY_FAULTS = {
    "does not parse": ("package acme.x\n\ndeny contains {\n", "p0.rego:"),
    "unknown field of the input": (
        'package acme.x\n\ndeny contains "x" if input.go.moduls\n',
        "unknown input field `moduls`",
    ),
    "unknown field below a list": (
        'package acme.x\n\ndeny contains "x" if {\n\tsome module in input.go.modules\n\tmodule.pathh == "y"\n}\n',
        "unknown input field `pathh`",
    ),
    "missing builtin": ('package acme.x\n\ndeny contains "x" if no.such(1)\n', "no.such"),
    "refused builtin": (
        'package acme.x\n\ndeny contains "x" if http.send({"url": "u", "method": "GET"})\n',
        "http.send",
    ),
    "recursion": ('package acme.x\n\nf(x) := f(x)\n\ndeny contains "x" if f(1)\n', "recursi"),
    "malformed finding": ('package acme.x\n\ndeny contains {"subject": "s"}\n', "acme.x"),
    "finding of a wrong type": ("package acme.x\n\ndeny contains 7\n", "acme.x"),
    "package inside policygate": (
        'package policygate.goproxy.mine\n\ndeny contains "x" if false\n',
        "policygate.goproxy.mine",
    ),
    "our own package": ('package policygate.goproxy.plain_http\n\ndeny contains "x" if false\n', "policygate.goproxy"),
    "the gate's package": ("package gate\n\ndecision := {}\n", "gate"),
    "no deny": ("package acme.x\n\ndenny contains 1\n", "denny"),
    "undefined": ('package acme.x\n\ndeny := ["x"] if input.go.modules[7].path == "y"\n', "acme.x"),
    "builtin error": ('package acme.x\n\ndeny contains "x" if to_number(input.now) == 1\n', "p0.rego"),
}


@pytest.mark.parametrize("engine", ["embedded", "opa"])
@pytest.mark.parametrize("name", POLICY_FAULTS)
def test_policies_that_cannot_decide(
    refused: Refused, root: Path, policy: Callable[..., Path], name: str, engine: str
) -> None:
    text, words = POLICY_FAULTS[name]
    code, message, place = refused(root, "--policy", policy(text), engine=engine)
    assert code == 3
    assert words in f"{place} {message}"


@pytest.mark.parametrize("engine", ["embedded", "opa"])
def test_a_policy_that_takes_for_ever(refused: Refused, root: Path, policy: Callable[..., Path], engine: str) -> None:
    loops = "".join(f"\tsome x{index} in numbers.range(1, 3000)\n" for index in range(6))
    text = f'package acme.x\n\ndeny contains "x" if {{\n{loops}\tx0 + x1 + x2 + x3 + x4 + x5 == 0\n}}\n'
    code, message, _ = refused(root, "--policy", policy(text), "--timeout", "2", engine=engine)
    assert code == 3
    assert re.search(r"(within|longer than) (2|1\.\d) s", message)


def test_a_package_declared_twice(refused: Refused, root: Path, policy: Callable[..., Path]) -> None:
    text = 'package acme.x\n\ndeny contains "x" if false\n'
    code, message, _ = refused(root, "--policy", policy(text, text))
    assert code == 3
    assert "acme.x" in message


def test_a_folder_without_policies(refused: Refused, root: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, message, _ = refused(root, "--policy", tmp_path / "empty")
    assert code == 3
    assert "empty" in message


def test_opa_is_missing(run: Run, root: Path) -> None:
    done = run("check", root, "--engine", "opa", env={"PATH": "/usr/bin:/bin"})
    assert done.returncode == 3
    assert "opa" in done.stdout


def test_opa_is_unreachable(refused: Refused, root: Path) -> None:
    code, message, _ = refused(root, "--opa-url", "http://127.0.0.1:1", engine="auto")
    assert code == 3
    assert "127.0.0.1:1" in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("owm: {}\n", "unknown key `owm`"),
        ("fail_on: 7\n", "`fail_on`: input should be 'error', 'warning' or 'note'"),
        ("rules: {goproxy.plain_htp: {severity: error}}\n", "unknown rule `goproxy.plain_htp`"),
    ],
)
def test_a_wrong_configuration(refused: Refused, repository: Repository, text: str, message: str) -> None:
    code, said, place = refused(repository({**GO_MOD, "policygate.yaml": text}))
    assert (code, said, place) == (2, message, "policygate.yaml:1")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "xml"], "unknown format `xml`"),
        (["--format", "json", "--format", "text"], "two formats cannot share stdout"),
        (["--rule", "goproxy.nope"], "unknown rule `goproxy.nope`"),
        (["--rule", "goproxy.plain_http", "--skip-rule", "goproxy"], "no rule is left to decide"),
        (["--config", "/nonexistent/c.yaml"], "/nonexistent/c.yaml: cannot be read: no such file or directory"),
        (["--opa-ca", "/x"], "--opa-ca, --opa-cert and --opa-key need --opa-url"),
        (["--engine", "regal"], "Invalid value for '--engine'"),
    ],
)
def test_wrong_usage(run: Run, root: Path, arguments: list[str], message: str) -> None:
    done = run("check", root, *arguments)
    assert done.returncode == 2
    assert message in done.stderr + done.stdout


def test_an_unknown_format_is_refused_before_any_work(run: Run) -> None:
    assert "unknown format `xml`" in run("check", "/nonexistent", "--format", "xml").stderr


def test_a_malformed_manifest_is_a_finding_and_the_rest_is_judged(run: Run, repository: Repository) -> None:
    root = repository(
        {
            "a/go.mod": "module git.acme.example/a\nrequire (\n",
            "b/go.mod": "module git.acme.example/b\nreplace x.example => /abs\n",
            ".gitlab-ci.yml": "a: [\n",
            "Dockerfile": "FROM scratch\nFOO bar\n",
        }
    )
    done = run("check", root, "--engine", "embedded", "--format", "json")
    report = json.loads(done.stdout)
    found = {(finding["rule"], finding["location"]["path"]) for finding in report["findings"]}
    assert done.returncode == 1
    assert found >= {
        ("gate.malformed_file", "a/go.mod"),
        ("gate.malformed_file", ".gitlab-ci.yml"),
        ("gate.malformed_file", "Dockerfile"),
        ("gomod.replace_local", "b/go.mod"),
    }


def test_an_errored_run_still_writes_its_reports(
    run: Run, root: Path, policy: Callable[..., Path], tmp_path: Path
) -> None:
    folder = policy("package acme.x\n\ndeny contains 7\n")
    outputs = ["--format", f"sarif:{tmp_path / 'r.sarif'}", "--format", f"json:{tmp_path / 'r.json'}"]
    done = run("check", root, "--engine", "embedded", "--policy", folder, *outputs, "--format", "text")
    invocation = json.loads((tmp_path / "r.sarif").read_text())["runs"][0]["invocations"][0]
    assert (done.returncode, invocation["executionSuccessful"], invocation["exitCode"]) == (3, False, 3)
    assert json.loads((tmp_path / "r.json").read_text())["verdict"] == "error"
    assert "no decision" in done.stdout
