import subprocess
import sys
from pathlib import Path

from policygate.engine import keeper

SCRIPT = [sys.executable, "-I", "-S", keeper.__file__]


def keep(folder: Path, *command: str) -> subprocess.Popen[str]:
    folder.mkdir()
    (folder / "below").mkdir()
    (folder / "below" / "file").touch()
    pipe = subprocess.PIPE
    return subprocess.Popen([*SCRIPT, folder, *command], stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def test_a_program_that_ends_ends_the_keeper_with_its_code(tmp_path: Path) -> None:
    with keep(tmp_path / "own", "/bin/sh", "-c", "echo said; exit 7") as process:
        assert process.stdout is not None
        assert process.stdout.read() == "said\n"
        assert process.wait(10) == 7
    assert (tmp_path / "own" / "below" / "file").exists()


def test_the_end_of_stdin_ends_the_program_and_removes_the_folder(tmp_path: Path) -> None:
    with keep(tmp_path / "own", "/bin/sh", "-c", "trap '' TERM; echo up; exec sleep 60") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(10) == 0
        assert process.stdout.read() == ""
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_cannot_be_run_is_told(tmp_path: Path) -> None:
    with keep(tmp_path / "own", str(tmp_path / "none")) as process:
        assert process.wait(10) == 127
        assert process.stderr is not None
        assert process.stderr.read() == f"{tmp_path / 'none'}: No such file or directory"


def test_the_program_gets_no_environment_and_no_stdin(tmp_path: Path) -> None:
    with keep(tmp_path / "own", "/bin/cat", "/proc/self/environ", "-") as process:
        assert process.stdout is not None
        assert process.stdout.read() == ""
        assert process.wait(10) == 0
