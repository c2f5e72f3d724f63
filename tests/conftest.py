"""What every test shares: a clean environment, and repositories made on the spot."""

import json
import os
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say of each oracle how many cases were compared with the real program, and how many were wrong."""
    counts: dict[str, list[int]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()) if getattr(report, "when", "") == "call" else ():
                if name == "oracle":
                    oracle, cases, wrong = value
                    total = counts.setdefault(oracle, [0, 0])
                    total[0] += cases
                    total[1] += wrong
    for oracle, (cases, wrong) in sorted(counts.items()):
        terminalreporter.write_line(f"oracle {oracle}: {cases} cases, {wrong} wrong")


@pytest.fixture
def record_count(record_property: Callable[[str, object], None]) -> Callable[[str, int, int], None]:
    """A function that notes how many cases of an oracle a test compared and how many of them were wrong."""

    def record(oracle: str, cases: int, wrong: int) -> None:
        record_property("oracle", (oracle, cases, wrong))

    return record


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
def go(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Callable[..., Any]:
    """A function that runs the real go, without a network and with nothing of the caller's."""
    home = tmp_path_factory.mktemp("home")
    room = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GOPATH": str(home / "go"),
        "GOCACHE": str(request.config.cache.mkdir("go-build")),
        "GOENV": "off",
        "GOFLAGS": "-modcacherw",
        "GOPROXY": "off",
        "GOSUMDB": "off",
        "GOTOOLCHAIN": "local",
        "GOTELEMETRY": "off",
        "CGO_ENABLED": "0",
    }

    def execute(
        *arguments: object, cwd: Path, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        command = ["go", *map(str, arguments)]
        return subprocess.run(
            command, cwd=cwd, env={**room, **(env or {})}, capture_output=True, text=True, check=False, timeout=120
        )

    return execute


class ModuleProxy:
    """A module proxy in a folder, as `GOPROXY=file://` takes it (`go help goproxy`)."""

    def __init__(self, folder: Path) -> None:
        self.url = folder.as_uri()
        self._folder = folder

    def add(self, module: str, version: str, files: Mapping[str, str | bytes], go_mod: str | None = None) -> Path:
        """Publish a version with a go.mod and other files, in the order given; the zip that holds them."""
        text = f"module {module}\n\ngo 1.20\n" if go_mod is None else go_mod
        folder = self._folder / _escaped(module) / "@v"
        folder.mkdir(parents=True, exist_ok=True)
        stem = _escaped(version)
        (folder / f"{stem}.info").write_text(json.dumps({"Version": version}))
        (folder / f"{stem}.mod").write_text(text)
        with zipfile.ZipFile(folder / f"{stem}.zip", "w") as archive:
            for name, content in {**files, "go.mod": text}.items():
                archive.writestr(f"{module}@{version}/{name}", content)
        return folder / f"{stem}.zip"


def _escaped(text: str) -> str:
    return "".join(f"!{char.lower()}" if char.isupper() else char for char in text)


@pytest.fixture
def proxy(tmp_path: Path) -> ModuleProxy:
    """An empty module proxy."""
    folder = tmp_path / "proxy"
    folder.mkdir()
    return ModuleProxy(folder)


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
