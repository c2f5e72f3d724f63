"""The wheel as a user gets it: built, installed into a clean environment without the network, and run there."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
WHEELS = PROJECT / ".tools" / "wheels"
SAMPLE = PROJECT / "tests" / "projects" / "sample"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(PROJECT)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def installed(folder: Path, requirement: str) -> Path:
    """A clean environment with one requirement in it; its `policygate`."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-index"]
    scrubbed = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    subprocess.run([*pip, "--find-links", str(WHEELS), requirement], check=True, env=scrubbed)
    return folder / "bin" / "policygate"


def run(gate: Path, *arguments: str, path: str = "/usr/bin:/bin") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(gate), *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        env={"PATH": path, "HOME": "/nonexistent"},
    )


def test_with_the_embedded_engine(wheel: Path, tmp_path: Path) -> None:
    gate = installed(tmp_path / "venv", f"{wheel}[embedded]")
    assert run(gate, "--version").stdout.startswith("policygate ")
    done = run(gate, "check", str(SAMPLE), "--format", "json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["verdict"], report["engine"]["name"], done.stderr) == (1, "fail", "embedded", "")
    assert len({finding["rule"] for finding in report["findings"]}) >= 8


def test_without_an_engine_and_with_an_opa(wheel: Path, tmp_path: Path) -> None:
    gate = installed(tmp_path / "venv", str(wheel))
    bare = run(gate, "check", str(SAMPLE))
    assert bare.returncode == 3
    assert "policygate[embedded]" in bare.stdout + bare.stderr
    tools = tmp_path / "tools"
    tools.mkdir()
    shutil.copy(PROJECT / ".tools" / "opa", tools / "opa")
    done = run(gate, "check", str(SAMPLE), "--format", "json", path=f"{tools}:/usr/bin:/bin")
    report = json.loads(done.stdout)
    assert (done.returncode, report["verdict"], report["engine"]["name"]) == (1, "fail", "opa")
