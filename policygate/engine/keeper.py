"""Run a program in a folder of its own, and end both when our stdin does: however the gate ends, nothing is left.

A script for a bare interpreter: `keeper.py FOLDER PROGRAM ARGUMENT...`.
"""

# Nothing of pathlib, which would double the start.
# ruff: noqa: PTH106, PTH108, PTH118

import os
import select
import signal
import sys

_PR_SET_PDEATHSIG = 1


def keep(folder: str, command: list[str]) -> int:
    """Run until stdin ends, and remove the folder; if the program ends first, return its exit code at once."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    child = os.fork()
    if child == 0:
        _become(command)
    while 0 not in select.select([0, woken], [], [])[0]:
        os.read(woken, 512)
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    _remove(folder)
    return 0


def _become(command: list[str]) -> None:
    try:
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        if sys.platform == "linux":
            import ctypes  # noqa: PLC0415 - the parent needs none of it

            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        os.execve(command[0], command, {})  # noqa: S606 - that is the point
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}".encode())
    finally:
        os._exit(127)


def _remove(folder: str) -> None:
    for parent, folders, files in os.walk(folder, topdown=False):
        for name in files:
            os.unlink(os.path.join(parent, name))
        for name in folders:
            os.rmdir(os.path.join(parent, name))
    os.rmdir(folder)


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1], sys.argv[2:]) % 256)
