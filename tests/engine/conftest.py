"""Small packs of policies, an input for them, and the pinned `opa`."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import dedent
from time import monotonic, sleep
from typing import Any

import pytest

import policygate.engine.opa_api  # noqa: F401 - before pytest makes errors of its libraries' warnings
from policygate.engine.policies import Pack, load_pack, parameters_schema
from policygate.facts import model
from policygate.facts.schema import input_schema
from policygate.location import At, Position

PROJECT = Path(__file__).parents[2]

MakePack = Callable[..., Pack]
MakeInput = Callable[..., str]

METADATA = """\
# METADATA
# title: A rule of the tests
# description: It is there to be decided.
# custom:
#   severity: error
#   fix: Nothing to do.
"""


@pytest.fixture
def opa_path() -> Path:
    """The `opa` that `make setup` installs; no test of an engine makes sense without it."""
    path = PROJECT / ".tools" / "opa"
    assert path.is_file(), "run `make setup` first: it installs the pinned opa"
    return path


@pytest.fixture
def with_opa(opa_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The pinned `opa`, first on the PATH."""
    monkeypatch.setenv("PATH", str(opa_path.parent))
    return opa_path


@pytest.fixture(scope="session")
def schema_text() -> str:
    """The schema of the input as it ships, for rules without parameters."""
    return json.dumps(input_schema(parameters_schema([])))


@pytest.fixture
def make_folder(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes policies into a folder below `tmp_path`; texts are dedented."""

    def make(name: str, files: Mapping[str, str | bytes]) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        for path, text in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else dedent(text).encode())
        return folder

    return make


@pytest.fixture
def make_shipped(make_folder: Callable[..., Path], schema_text: str) -> Callable[..., Path]:
    """A function that makes a folder of shipped policies: rules by id, their bodies without package and METADATA."""

    def make(rules: Mapping[str, str]) -> Path:
        files = {
            f"policygate/{name.replace('.', '/')}.rego": f"{METADATA}package policygate.{name}\n\n{dedent(text)}"
            for name, text in rules.items()
        }
        return make_folder("shipped", {"schemas/input.json": schema_text, **files})

    return make


@pytest.fixture
def make_pack(make_folder: Callable[..., Path], make_shipped: Callable[..., Path]) -> MakePack:
    """A function that loads a pack of shipped rules (bodies by id) and users' policies (whole files by path)."""

    def make(rules: Mapping[str, str] | None = None, users: Mapping[str, str] | None = None) -> Pack:
        shipped = make_shipped({"go.quiet": "deny contains {} if false\n"} if rules is None else rules)
        return load_pack([make_folder("users", users)] if users else [], shipped=shipped)

    return make


def place(path: str, line: int, column: int = 1, length: int = 1) -> At:
    start = Position(line=line, column=column)
    return At(path=path, start=start, end=Position(line=line, column=column + length), origin="text")


def module(file: str, path: str, requires: Sequence[tuple[str, str]] = ()) -> model.Module:
    absent = model.GoVersion(exists=False, version="", at=place(file, 1).standing_for("absent"))
    return model.Module(
        file=file,
        directory=file.rpartition("/")[0] or ".",
        path=path,
        at=place(file, 1, 8, len(path)),
        deprecated="",
        go=absent,
        toolchain=absent,
        godebug=[],
        requires=[
            model.Require(path=name, version=version, indirect=False, at=place(file, number, 2, len(name)))
            for number, (name, version) in enumerate(requires, 4)
        ],
        excludes=[],
        replaces=[],
        retracts=[],
        tools=[],
        ignores=[],
    )


@pytest.fixture
def make_input() -> MakeInput:
    """A function that prints the Rego input of a checkout with one module, for the rules of a pack."""

    def make(pack: Pack, rules: Sequence[str] | None = None, **changes: Any) -> str:  # noqa: ANN401 - fields of Facts
        requires = [("git.acme.example/lib/a", "v1.2.0"), ("example.com/grün", "v0.0.0-20200101000000-abcdefabcdef")]
        facts = model.Facts(
            now="2026-11-23",
            run=model.Run(mode="check", rules=[rule.id for rule in pack.rules] if rules is None else list(rules)),
            config=model.Config(
                own=model.Own(modules=["git.acme.example"], private=[], public=[], proxies=[], sumdbs=[], stated=True),
                outer=[],
                parameters={rule.id: {p.name: p.default for p in rule.parameters} for rule in pack.rules},
            ),
            sources={"go_mod": model.Source(status="ok", files=1, problems=[])},
            go=model.Go(modules=[module("go.mod", "git.acme.example/shop", requires)]),
        )
        return facts.model_copy(update=changes).model_dump_json()

    return make


@pytest.fixture
def serve(opa_path: Path, tmp_path: Path) -> Iterator[Callable[..., int]]:
    """A function that starts a real OPA with some arguments; returns its port."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str | Path) -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port: int = free.getsockname()[1]
        address = ["--addr", f"127.0.0.1:{port}", "--disable-telemetry", "--log-level", "error"]
        running.append(subprocess.Popen([opa_path, "run", "--server", *address, *arguments], cwd=tmp_path))
        deadline = monotonic() + 20
        while monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return port
            sleep(0.01)
        raise AssertionError("opa did not start")

    yield start
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
def gone() -> Callable[[int], bool]:
    """A function that waits until a process is gone; one that stays is killed."""

    def wait(pid: int) -> bool:
        deadline = monotonic() + 10
        while monotonic() < deadline:
            try:
                state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                return True
            if state == "Z":
                return True
            sleep(0.02)
        os.kill(pid, signal.SIGKILL)
        return False

    return wait
