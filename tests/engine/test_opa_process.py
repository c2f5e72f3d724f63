import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGKILL, SIGTERM
from time import monotonic, sleep

import pytest

from policygate.engine.opa_process import LocalOpa
from policygate.engine.policies import Pack
from policygate.errors import EngineError, PolicyError, PolicygateError

MakePack = Callable[..., Pack]
MakeInput = Callable[..., str]
Gone = Callable[[int], bool]

OWN_ENVIRONMENT = """
import sys, time
from pathlib import Path
from policygate.engine.opa_process import LocalOpa
from policygate.engine.policies import load_pack
engine = LocalOpa(load_pack(shipped=Path(sys.argv[1])), Path(sys.argv[2]), deadline_s=30)
engine.decide('{"run":{"rules":[]}}')
print(engine._folder, flush=True)
time.sleep(60)
"""


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that only this test's temporary files are in."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    folder.rmdir()


def test_it_decides_again_and_again(make_pack: MakePack, make_input: MakeInput, opa_path: Path) -> None:
    pack = make_pack({"go.a": 'deny contains {"subject": m.path} if some m in input.go.modules'})
    with LocalOpa(pack, opa_path, deadline_s=30) as engine:
        for _ in range(2):
            assert engine.decide(make_input(pack)) == {"go.a": {"deny": [{"subject": "git.acme.example/shop"}]}}
        assert engine.decide(make_input(pack, [])) == {}
        assert (engine.name, engine.version) == ("opa", "1.22.2")


def test_a_faulty_policy_is_told_by_decide_too(make_pack: MakePack, make_input: MakeInput, opa_path: Path) -> None:
    pack = make_pack({"go.a": "deny contains {} if input.goo"})
    with LocalOpa(pack, opa_path, deadline_s=30) as engine, pytest.raises(PolicyError, match="unknown input field"):
        engine.decide(make_input(pack))


def test_a_built_in_that_fails_is_an_error(make_pack: MakePack, make_input: MakeInput, opa_path: Path) -> None:
    pack = make_pack(users={"a.rego": 'package a\n\ndeny contains "x" if not to_number(input.now) == 1\n'})
    with LocalOpa(pack, opa_path, deadline_s=30) as engine, pytest.raises(PolicyError) as caught:
        engine.decide(make_input(pack))
    assert caught.value.message.startswith(f"{pack.files[0].path}:3: ")


def test_a_rule_without_a_value_is_an_error(make_pack: MakePack, make_input: MakeInput, opa_path: Path) -> None:
    pack = make_pack({"go.a": 'deny := "x" if input.now == ""'})
    with (
        LocalOpa(pack, opa_path, deadline_s=30) as engine,
        pytest.raises(PolicyError, match=r"rule `go\.a` is undefined"),
    ):
        engine.decide(make_input(pack))


def test_a_policy_that_runs_away_is_stopped(make_pack: MakePack, make_input: MakeInput, opa_path: Path) -> None:
    loops = " ".join(f"some {name} in numbers.range(1, 5000);" for name in "abc")
    pack = make_pack({"go.a": f"deny contains {{}} if {{ {loops} a + b + c == 0 }}"})
    started = monotonic()
    with LocalOpa(pack, opa_path, deadline_s=2) as engine, pytest.raises(EngineError, match="did not answer within"):
        engine.decide(make_input(pack))
    assert monotonic() - started < 10


def test_the_folder_is_private_and_gone_afterwards(make_pack: MakePack, temporary: Path, opa_path: Path) -> None:
    with LocalOpa(make_pack(), opa_path, deadline_s=30) as engine:
        engine.decide('{"run":{"rules":[]}}')
        (folder,) = temporary.iterdir()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_ISSOCK((folder / "socket").stat().st_mode)
    assert list(temporary.iterdir()) == []
    engine.close()


def test_nothing_is_left_when_the_check_was_not_even_waited_for(
    make_pack: MakePack, temporary: Path, opa_path: Path
) -> None:
    LocalOpa(make_pack(), opa_path, deadline_s=30).close()
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("number", [SIGKILL, SIGTERM])
def test_server_and_folder_go_when_the_gate_is_killed(
    make_pack: MakePack, tmp_path: Path, opa_path: Path, gone: Gone, number: int
) -> None:
    make_pack()
    parent = subprocess.Popen(
        [sys.executable, "-c", OWN_ENVIRONMENT, tmp_path / "shipped", opa_path], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent, parent.stdout:
        folder = parent.stdout.readline().strip()
        (server,) = processes(f"unix://{folder}/socket")
        os.kill(parent.pid, number)
    assert gone(server)
    deadline = monotonic() + 10
    while Path(folder).exists() and monotonic() < deadline:
        sleep(0.02)
    assert not Path(folder).exists()


def test_the_server_goes_when_its_keeper_is_killed(
    make_pack: MakePack, temporary: Path, opa_path: Path, gone: Gone
) -> None:
    with LocalOpa(make_pack(), opa_path, deadline_s=30) as engine:
        engine.decide('{"run":{"rules":[]}}')
        (folder,) = temporary.iterdir()
        (server,) = processes(f"unix://{folder}/socket")
        os.kill(engine._server._keeper.pid, SIGKILL)
        assert gone(server)
        with pytest.raises(PolicygateError, match=r"will not start|cannot be reached"):
            engine.decide('{"run":{"rules":[]}}')


def test_the_server_sees_nothing_of_the_environment(
    make_pack: MakePack, temporary: Path, opa_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPA_SECRET", "sesame")
    with LocalOpa(make_pack(), opa_path, deadline_s=30) as engine:
        engine.decide('{"run":{"rules":[]}}')
        (folder,) = temporary.iterdir()
        (server,) = processes(f"unix://{folder}/socket")
        assert Path(f"/proc/{server}/environ").read_bytes() == b""


def test_a_server_that_will_not_start_is_told(make_pack: MakePack, tmp_path: Path, opa_path: Path) -> None:
    program = tmp_path / "opa"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = run ] && {{ echo first >&2; echo no port left >&2; exit 7; }}\nexec {opa_path} "$@"\n'
    )
    program.chmod(0o755)
    with LocalOpa(make_pack(), program, deadline_s=30) as engine, pytest.raises(EngineError) as caught:
        engine.decide("{}")
    assert caught.value.message == f"`{program}` will not start: no port left"


def test_a_server_that_never_listens_is_told(make_pack: MakePack, tmp_path: Path, opa_path: Path) -> None:
    program = tmp_path / "opa"
    program.write_text(f'#!/bin/sh\n[ "$1" = run ] && exec sleep 60\nexec {opa_path} "$@"\n')
    program.chmod(0o755)
    with LocalOpa(make_pack(), program, deadline_s=2) as engine, pytest.raises(EngineError) as caught:
        engine.decide("{}")
    assert caught.value.message == f"`{program}` did not start in time"


def test_no_room_for_the_folder_is_told(
    make_pack: MakePack, tmp_path: Path, opa_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = make_pack()
    monkeypatch.setattr(tempfile, "tempdir", "/none")
    with pytest.raises(EngineError, match="no temporary folder can be made: no such file or directory"):
        LocalOpa(pack, opa_path, deadline_s=30)


def test_a_long_temporary_folder_is_no_obstacle(
    make_pack: MakePack, tmp_path: Path, opa_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 120)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with LocalOpa(make_pack(), opa_path, deadline_s=30) as engine:
        assert engine.decide('{"run":{"rules":[]}}') == {}


def processes(argument: str) -> list[int]:
    """The processes that have an argument, other than Python's."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            arguments = (folder / "cmdline").read_bytes().split(b"\0") if folder.name.isdigit() else []
        except OSError:
            continue
        if argument.encode() in arguments and b"-I" not in arguments:
            found.append(int(folder.name))
    return found
