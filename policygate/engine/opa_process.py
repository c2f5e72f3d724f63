"""Decide with a local `opa`: checked, started on a socket in a private folder, and gone when we are."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree
from time import monotonic, sleep
from typing import Any, Self

from policygate.engine.address import unix_address
from policygate.engine.decision import decision_of
from policygate.engine.opa import ask_within, import_client, version_of
from policygate.engine.opa_check import OpaCheck, checkable
from policygate.engine.policies import Pack
from policygate.errors import EngineError

_KEEPER = Path(__file__).with_name("keeper.py")
_LONGEST = 70
"""Bytes; the path of a unix socket must fit in 104 on some systems."""


class LocalOpa:
    """An `opa` of our own; checking the policies and starting the server begin at once, side by side."""

    name = "opa"

    def __init__(self, pack: Pack, program: Path, *, deadline_s: float) -> None:
        self.version = ""
        self._pack = pack
        self._deadline_s = deadline_s
        self._folder = _make_folder()
        try:
            _write(pack, self._folder)
            self._server = _Server(program, self._folder)
        except OSError as error:
            rmtree(self._folder, ignore_errors=True)
            raise EngineError(f"`{program}` cannot be started: {(error.strerror or '').lower()}") from error
        self._check = OpaCheck(pack, program, self._folder)
        import_client()

    def check(self) -> None:
        """Wait until the policies are loaded and checked.

        Raises: PolicyError for faulty policies; EngineError when `opa` does not do its work.
        """
        self._check.wait(self._deadline_s)

    def decide(self, input_json: str) -> Mapping[str, Any]:
        """Query; the answer holds, by rule id, what each decision of the rule returned.

        Raises: PolicyError for policies that are refused or fail; EngineError for everything else.
        """
        deadline = monotonic() + self._deadline_s
        self._check.wait(self._deadline_s)
        self._server.wait(deadline)
        answer = ask_within(max(0.0, deadline - monotonic()), self._server.address, self._pack, input_json)
        self.version = version_of(answer)
        return decision_of(answer.get("result"), self._pack)

    def close(self) -> None:
        """Stop everything and remove the folder."""
        self._check.stop()
        self._server.stop()
        rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _make_folder() -> Path:
    """A new folder that only we may enter, on a path that is short enough for a socket."""
    place = tempfile.gettempdir()
    try:
        short = "/tmp" if len(os.fsencode(place)) > _LONGEST else None  # noqa: S108 - the folder within is ours alone
        return Path(tempfile.mkdtemp(prefix="policygate-", dir=short))
    except OSError as error:
        raise EngineError(f"no temporary folder can be made: {(error.strerror or '').lower()}") from error


def _write(pack: Pack, folder: Path) -> None:
    (folder / "schema.json").write_text(checkable(pack.schema), "utf-8")
    for name, text in [("gate.rego", pack.gate_text), *((file.module, file.text) for file in pack.files)]:
        path = folder / "policies" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


class _Server:
    """`opa run`, and the keeper that ends it with us."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.address = unix_address(str(folder / "socket"))
        self._program = program
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the server
        options = ["--server", "--addr", self.address.shown, "--disable-telemetry", "--log-level", "error"]
        self._keeper = subprocess.Popen(
            [sys.executable, "-I", "-S", _KEEPER, folder, program, "run", *options, "policies"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._words,
            cwd=folder,
            env={},
            start_new_session=True,
        )

    def wait(self, deadline: float) -> None:
        """Wait until it accepts a connection.

        Raises: EngineError.
        """
        while not self._accepts():
            if self._keeper.poll() is not None:
                raise EngineError(f"`{self._program}` will not start: {self._last_words()}")
            if monotonic() > deadline:
                raise EngineError(f"`{self._program}` did not start in time", "allow more with `--timeout`")
            sleep(0.002)

    def stop(self) -> None:
        """End it; the keeper needs a moment to do so."""
        if self._keeper.stdin and not self._keeper.stdin.closed:
            self._keeper.stdin.close()
        try:
            self._keeper.wait(5)
        except subprocess.TimeoutExpired:
            self._keeper.kill()
            self._keeper.wait()
        self._words.close()

    def _accepts(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            return probe.connect_ex(self.address.socket) == 0

    def _last_words(self) -> str:
        self._words.seek(0)
        lines = self._words.read(4096).decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else f"exit code {self._keeper.returncode}"
