"""The sample service, end to end: its findings, the same from every engine, and none after each fix is made."""

import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[1]
PROJECTS = PROJECT / "tests" / "projects"
OPA = PROJECT / ".tools" / "opa"

Run = Callable[..., subprocess.CompletedProcess[str]]
Golden = Callable[[str, str], None]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An OPA server started by hand that serves the bundle; its URL."""
    bundle = tmp_path_factory.mktemp("bundle") / "policies.tar.gz"
    subprocess.run([str(PROJECT / ".venv" / "bin" / "policygate"), "bundle", str(bundle)], check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [str(OPA), "run", "--server", "--addr", address, "--disable-telemetry", "--log-level", "error"]
    process = subprocess.Popen([*command, "--bundle", str(bundle)])
    host, _, port = address.partition(":")
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) == 0:
                break
        time.sleep(0.1)
    yield f"http://{address}"
    process.terminate()
    process.wait()


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """The sample outside of this repository, so that a report may be written and nothing of ours is found above it."""
    return Path(shutil.copytree(PROJECTS / "sample", tmp_path / "sample"))


def report(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(done.stdout)
    return loaded


def test_the_text_of_the_sample(run: Run, sample: Path, golden: Golden) -> None:
    done = run("check", sample, "--engine", "embedded")
    assert (done.returncode, done.stderr) == (1, "")
    golden("sample/check.txt", re.sub(r"embedded \d+\.\d+\.\d+", "embedded VERSION", done.stdout))


def test_at_least_ten_rules_and_every_place_is_right(run: Run, sample: Path) -> None:
    findings = report(run("check", sample, "--engine", "embedded", "--format", "json"))["findings"]
    assert len({finding["rule"] for finding in findings}) >= 10
    for finding in findings:
        place = finding["location"]
        lines = (sample / place["path"]).read_text().split("\n")
        assert 1 <= place["start"]["column"] <= place["end"]["column"] <= len(lines[place["end"]["line"] - 1]) + 1


def test_the_engines_say_the_same_byte_for_byte(run: Run, sample: Path, server: str) -> None:
    texts = {}
    for name, arguments in {
        "embedded": ["--engine", "embedded"],
        "opa": ["--engine", "opa"],
        "server": ["--opa-url", server],
    }.items():
        done = run("check", sample, *arguments, "--format", "json")
        assert (done.returncode, done.stderr) == (1, "")
        texts[name] = re.sub(r'"engine": \{[^}]*\}', '"engine": {}', done.stdout)
    assert texts["opa"] == texts["embedded"]
    assert texts["server"] == texts["embedded"]


def test_the_same_bytes_twice(run: Run, sample: Path) -> None:
    first, second = (run("check", sample, "--engine", "embedded", "--format", "sarif").stdout for _ in range(2))
    assert first == second


@pytest.mark.parametrize("engine", ["embedded", "opa"])
def test_nothing_is_left_when_everything_is_fixed(run: Run, engine: str) -> None:
    done = run("check", PROJECTS / "sample-fixed", "--engine", engine, "--fail-on", "note", "--format", "json")
    assert report(done)["findings"] == []
    assert (done.returncode, report(done)["verdict"]) == (0, "pass")


def test_without_configuration_nothing_certain_is_invented(run: Run, sample: Path) -> None:
    """What rests on a guess or on an undeclared outside is a note; what the files themselves say is not."""
    (sample / "policygate.yaml").unlink()
    loaded = report(run("check", sample, "--engine", "embedded", "--format", "json"))
    graver = {finding["rule"] for finding in loaded["findings"] if finding["severity"] != "note"}
    assert not graver & {"goprivate.exposed_to_proxy", "goprivate.exposed_to_sumdb"}
    assert graver >= {"gosumdb.off", "goproxy.credentials_in_url", "goprivate.never_matches"}
    assert any("policygate.yaml" in line for line in loaded["advice"])


def test_facts_are_the_input_that_the_schema_describes(run: Run, sample: Path) -> None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    schema = json.loads(run("schema").stdout)
    Draft202012Validator.check_schema(schema)
    facts = json.loads(run("facts", sample).stdout)
    assert [error.message for error in Draft202012Validator(schema).iter_errors(facts)] == []


def test_init_writes_a_file_that_the_check_takes(run: Run, sample: Path, golden: Golden) -> None:
    (sample / "policygate.yaml").unlink()
    assert run("init", sample).returncode == 0
    text = (sample / "policygate.yaml").read_text()
    golden("sample/policygate.yaml", text)
    assert run("check", sample, "--engine", "embedded").returncode == 1
    assert run("init", sample).returncode == 2
    assert run("init", sample, "--stdout").stdout == text


def test_rules_and_explain(run: Run) -> None:
    listed = run("rules").stdout
    assert "goproxy.comma_failover" in listed
    assert "gate.malformed_file" in listed
    assert "after a comma" in run("explain", "goproxy.comma_failover").stdout.lower()
    done = run("explain", "goproxy.comma_failovr")
    assert (done.returncode, "did you mean `goproxy.comma_failover`?" in done.stderr) == (2, True)


def test_one_rule_and_all_but_one(run: Run, sample: Path) -> None:
    only = report(run("check", sample, "--engine", "embedded", "--format", "json", "--rule", "goproxy"))
    assert {finding["rule"].partition(".")[0] for finding in only["findings"]} == {"goproxy"}
    without = report(run("check", sample, "--engine", "embedded", "--format", "json", "--skip-rule", "goproxy"))
    assert "goproxy" not in {finding["rule"].partition(".")[0] for finding in without["findings"]}


def test_the_callers_environment_counts_only_when_asked(run: Run, sample: Path) -> None:
    arguments = ["check", sample, "--engine", "embedded", "--rule", "gosumdb.gonosumcheck", "--format", "json"]
    environment = {"GONOSUMCHECK": "git.acme.example"}
    places = [
        [finding["location"]["origin"] for finding in report(run(*arguments, *more, env=environment))["findings"]]
        for more in ([], ["--with-environment"])
    ]
    assert places == [["text"], ["environment", "text"]]
