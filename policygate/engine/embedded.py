"""Decide with regorus in a worker process, which may crash, run away or eat memory without taking the gate along."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import IO, Any, Self

from policygate.engine.decision import decision_of
from policygate.engine.faults import Fault, refuse
from policygate.engine.policies import Pack
from policygate.errors import EngineError

FIELDS_HINT = "`policygate schema` prints the input; conftest's input, one file at a time, does not exist here"


def is_installed() -> bool:
    """Whether regorus can be imported."""
    return find_spec("regorus") is not None


class EmbeddedEngine:
    """Regorus; loading and checking the policies begins at once, in the background."""

    name = "embedded"

    def __init__(self, pack: Pack, *, deadline_s: float, memory_bytes: int = 2 << 30) -> None:
        self.version = _version()
        self._pack = pack
        self._deadline_s = deadline_s
        self._loaded = False
        modules = [[file.path, file.text] for file in pack.files]
        first = {
            "modules": [*modules, ["gate", pack.gate_text]],
            "schema": pack.schema,
            "deadline_s": deadline_s,
            "memory_bytes": memory_bytes,
        }
        self._worker = _Worker(json.dumps(first).encode())

    def check(self) -> None:
        """Wait until the policies are loaded and checked.

        Raises: PolicyError for faulty policies; EngineError when the worker died or took too long.
        """
        self._load(monotonic() + self._deadline_s)

    def decide(self, input_json: str) -> Mapping[str, Any]:
        """Evaluate; the answer holds, by rule id, what each decision of the rule returned.

        Raises: PolicyError for policies that are refused or fail; EngineError for everything else.
        """
        deadline = monotonic() + self._deadline_s
        self._load(deadline)
        self._worker.send(input_json.encode(errors="backslashreplace"))
        answer = self._receive(deadline)
        if "broken" in answer:
            raise EngineError(f"the policy engine broke: {answer['broken']}", "try `--engine opa`")
        if "fault" in answer:
            raise refuse([_fault(answer["fault"])])
        results = answer.get("result") or [{"expressions": [{}]}]
        return decision_of(results[0]["expressions"][0].get("value"), self._pack)

    def close(self) -> None:
        """Stop the worker."""
        self._worker.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _load(self, deadline: float) -> None:
        if not self._loaded:
            faults = [_fault(fault) for fault in self._receive(deadline)["faults"]]
            if faults:
                self.close()
                raise refuse(faults, FIELDS_HINT if any("input field" in fault.message for fault in faults) else "")
            self._loaded = True

    def _receive(self, deadline: float) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = json.loads(self._worker.receive(max(0.0, deadline - monotonic())))
        except TimeoutError:
            self.close()
            message = f"the policies took longer than {self._deadline_s:g} s"
            raise EngineError(message, "find the rule that loops too much, or allow more with `--timeout`") from None
        except EOFError:
            raise self._worker.explain_death() from None
        return answer


class _Worker:
    """The process, and the thread that carries messages to and fro."""

    def __init__(self, first: bytes) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-E", "-m", "policygate.engine.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=Path(sys.executable).anchor,
            env={name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ},
        )
        self._last_words = b""
        self._outgoing: SimpleQueue[bytes] = SimpleQueue()
        self._incoming: SimpleQueue[bytes | None] = SimpleQueue()
        self._outgoing.put(first)
        self._thread = Thread(target=self._carry, daemon=True)
        self._thread.start()

    def send(self, message: bytes) -> None:
        """Hand a message over; it never waits."""
        self._outgoing.put(message)

    def receive(self, timeout_s: float) -> bytes:
        """The next answer.

        Raises: TimeoutError; EOFError when the process is gone.
        """
        try:
            answer = self._incoming.get(timeout=timeout_s)
        except Empty:
            raise TimeoutError from None
        if answer is None:
            raise EOFError
        return answer

    def stop(self) -> None:
        """End the process, if it still runs, and the thread."""
        self._process.kill()
        self._outgoing.put(b"")
        self._thread.join()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            with suppress(OSError):
                _opened(pipe).close()
        self._process.wait()

    def explain_death(self) -> EngineError:
        """The error for a process that ended by itself."""
        code = self._process.wait()
        words = _opened(self._process.stderr).read().decode("utf-8", "replace").strip()
        self.stop()
        if "memory allocation" in words or "MemoryError" in words:
            hint = "a rule builds too large a value, or the checkout is too large for this engine: try `--engine opa`"
            return EngineError("the policy engine ran out of memory", hint)
        if code < 0:
            return EngineError(
                f"the policy engine died (signal {-code}, {signal.Signals(-code).name})", "try `--engine opa`"
            )
        return EngineError(f"the policy engine died (exit code {code}): {words.rpartition(chr(10))[2]}")

    def _carry(self) -> None:
        stdin, stdout = _opened(self._process.stdin), _opened(self._process.stdout)
        try:
            while message := self._outgoing.get():
                stdin.write(len(message).to_bytes(8) + message)
                stdin.flush()
                size = int.from_bytes(stdout.read(8))
                answer = stdout.read(size)
                if not size or len(answer) < size:
                    break
                self._incoming.put(answer)
        except (OSError, ValueError):
            pass
        self._incoming.put(None)


def _opened(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise EngineError("the policy engine has no pipes")
    return pipe


def _fault(fault: list[Any]) -> Fault:
    label, line, column, message = fault
    return Fault(label or "policies", line, column, message)


def _version() -> str:
    """The version of the installed distribution, read off its folder: importlib.metadata costs 20 ms."""
    spec = find_spec("regorus")
    if spec is None or spec.origin is None:
        return ""
    found = Path(spec.origin).parent.parent.glob("*regorus-*.dist-info")
    return next((path.name.removesuffix(".dist-info").rpartition("-")[2] for path in found), "")
