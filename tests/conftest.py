"""What every test shares: a clean environment, and repositories made on the spot."""

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
TOOLS = PROJECT / ".tools"

SCRUBBED = ("GO", "CI", "GIT", "POLICYGATE", "NO_COLOR", "FORCE_COLOR", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy")
GOLDEN = Path(__file__).parent / "golden"
REWRITE = bool(os.environ.get("POLICYGATE_GOLDEN"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a test that was skipped fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """A function that compares a text with a file of `golden/`, or writes it there when POLICYGATE_GOLDEN is set."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if REWRITE:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        assert text == path.read_bytes().decode(), f"{name}: `make golden` rewrites it"

    return compare


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the caller changes what a test sees."""
    for name in list(os.environ):
        if name.startswith(SCRUBBED) and not name.startswith("POLICYGATE_GOLDEN"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def repository(tmp_path: Path) -> Callable[..., Path]:
    """A function that makes a git repository of the given files and links, all of them tracked."""

    def make(files: Mapping[str, str], links: Mapping[str, str] | None = None, name: str = "repository") -> Path:
        root = tmp_path / name
        root.mkdir()
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        for path, target in (links or {}).items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).symlink_to(target)
        who = ["-c", "user.name=Tester", "-c", "user.email=tester@acme.example"]
        for command in (["init", "--quiet", "--initial-branch=main"], ["add", "--all", "--force"]):
            subprocess.run(["git", *command], cwd=root, check=True)
        subprocess.run(["git", *who, "commit", "--quiet", "--message", "start"], cwd=root, check=True)
        return root

    return make


@pytest.fixture
def run() -> Callable[..., subprocess.CompletedProcess[str]]:
    """A function that runs the installed `policygate` in a clean environment, with the pinned `opa` on its PATH."""

    def execute(
        *arguments: object, cwd: Path | str = "/", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": f"{TOOLS}:/usr/bin:/bin", "HOME": "/nonexistent", **(env or {})}
        command = [str(PROJECT / ".venv" / "bin" / "policygate"), *(str(argument) for argument in arguments)]
        return subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd, env=environment)

    return execute
