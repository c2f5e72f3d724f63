"""The process that evaluates policies with regorus (https://github.com/microsoft/regorus); `embedded.py` talks to it.

Each message is its length in eight bytes, then JSON. The first one brings the policies and is answered with their
faults; each further one is an input and is answered with the `gate` document, or with why there is none.
"""

import gc
import json
import re
import sys

import regorus

from policygate.engine.overlay import OVERLAY
from policygate.engine.static import check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO

BYTES_PER_BYTE = 24
"""The memory that evaluation may take for each byte of the input, on top of what it is given."""

_PLACE = re.compile(r"^--> (.+):(\d+):(\d+)$", re.MULTILINE)
_PICTURE = re.compile(r"^(?:-->.*| *\d* \|.*)\n?", re.MULTILINE)
_EXTENSION = re.compile(r"extension '([^']+)' raises Python error: \w+: ")
_TAB = 4
"""The columns that regorus counts for a tab."""


def main() -> None:
    """Answer messages from stdin until it ends."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    gc.disable()
    sys.setrecursionlimit(10_000)
    limits = _Limits()
    policies = Policies()
    pack = json.loads(_receive(source, limits))
    limits.deadline_s, limits.memory_bytes = pack["deadline_s"], pack["memory_bytes"]
    send(sink, json.dumps({"faults": policies.load(pack["modules"], json.loads(pack["schema"]))}).encode())
    while message := _receive(source, limits):
        send(sink, policies.decide(message.decode()))


def _receive(source: "BinaryIO", limits: "_Limits") -> bytes:
    """The next message; nothing when the gate is gone."""
    size = int.from_bytes(source.read(8))
    limits.set(size)
    data = source.read(size)
    return data if len(data) == size else b""


def send(sink: "BinaryIO", data: bytes) -> None:
    """Write one message."""
    sink.write(len(data).to_bytes(8))
    sink.write(data)
    sink.flush()


class Policies:
    """An engine with policies in it."""

    def __init__(self) -> None:
        self._engine = regorus.Engine()
        self._engine.set_policy_length_config(max_col=8192, max_file_bytes=1 << 21, max_lines=50_000)
        self._engine.set_gather_prints(True)
        self._texts: dict[str, str] = {}
        for name, (arity, function) in OVERLAY.items():
            self._engine.add_extension(name, arity, function)

    def load(self, modules: list[list[str]], schema: "dict[str, Any]") -> "list[list[Any]]":
        """Add modules, each a label and a text; return every fault as file, line, column and message."""
        faults = []
        for label, text in modules:
            self._texts[label] = text
            try:
                self._engine.add_policy(label, text)
            except RuntimeError as error:
                faults.append(self.explain(str(error)))
        if faults:
            return faults
        return [list(fault) for fault in check(json.loads(self._engine.get_ast_as_json()), schema)]

    def decide(self, input_json: str) -> bytes:
        """Evaluate `data.gate`: an object with `result`, with a `fault`, or with `broken` when regorus itself fails."""
        try:
            self._engine.set_input_json(input_json)
            answer: str = self._engine.eval_query_as_json("data.gate")
        except RuntimeError as error:
            return json.dumps({"fault": self.explain(str(error))}).encode()
        except MemoryError:
            return json.dumps({"broken": "out of memory"}).encode()
        except BaseException as error:  # noqa: BLE001 - a panic of Rust derives from BaseException
            return json.dumps({"broken": f"{type(error).__name__}: {error}"}).encode()
        finally:
            self._engine.take_prints()
        return answer.encode()

    def explain(self, text: str) -> "list[Any]":
        """File, line, column in code points (zeros where unknown) and message of what regorus says."""
        text = text.partition("\n\nStack backtrace")[0].strip()
        place = _PLACE.search(text)
        message = " ".join(_PICTURE.sub("", text).split()).removeprefix("error: ")
        message = _EXTENSION.sub(r"`\1`: ", message)
        if "unhashable type" in message:
            message = "this built-in cannot take a set of lists, sets or objects here"
        if not place:
            return ["", 0, 0, message]
        label, line, column = place[1], int(place[2]), int(place[3])
        return [label, line, self._column(label, line, column), message]

    def _column(self, label: str, line: int, wanted: int) -> int:
        """Regorus counts bytes, and a tab as four."""
        lines = self._texts.get(label, "").split("\n")
        counted = 1
        for index, char in enumerate(lines[line - 1] if line <= len(lines) else ""):
            if counted >= wanted:
                return index + 1
            counted += _TAB if char == "\t" else len(char.encode())
        return wanted


class _Limits:
    """What the process may use; the gate's own deadline comes first, unless the gate was killed."""

    deadline_s = 60.0
    memory_bytes = 2 << 30

    def set(self, input_bytes: int) -> None:
        """Allow what one message needs."""
        try:
            import resource  # noqa: PLC0415 - not on every platform
        except ImportError:
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = int(used.ru_utime + used.ru_stime + self.deadline_s) + 5
        wanted = {resource.RLIMIT_AS: self.memory_bytes + BYTES_PER_BYTE * input_bytes, resource.RLIMIT_CPU: seconds}
        for limit, value in wanted.items():
            _, hard = resource.getrlimit(limit)
            resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


if __name__ == "__main__":
    main()
