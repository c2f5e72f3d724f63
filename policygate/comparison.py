"""What go.sum says beside what a module cache holds: the values of `policygate gosum`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from policygate.location import At

Status = Literal["ok", "missing", "differs", "broken", "malformed"]

FAILING: frozenset[Status] = frozenset({"differs", "broken", "malformed"})


@dataclass(frozen=True)
class Compared:
    """One line of a go.sum."""

    status: Status
    """`missing`: the cache holds nothing of it; `broken`: what it holds cannot be hashed; `malformed`: no such line."""
    at: At
    module: str = ""
    version: str = ""
    go_mod: bool = False
    """Whether the line is about the go.mod alone."""
    expected: str = ""
    """The hash in go.sum."""
    found: Mapping[str, str] = field(default_factory=dict)
    """The hashes in the cache: of the `zip`, the unpacked `folder`, the `mod`, and what the `ziphash` says."""
    problem: str = ""
    """Why it is broken or malformed."""

    @property
    def name(self) -> str:
        """What the line is about, as go.sum writes it."""
        return f"{self.module} {self.version}{'/go.mod' if self.go_mod else ''}"

    @property
    def different(self) -> tuple[str, ...]:
        """What in the cache has another hash than the line says."""
        return tuple(what for what, hash_ in self.found.items() if hash_ != self.expected)


@dataclass(frozen=True)
class Comparison:
    """Every line of every go.sum, in file order."""

    lines: tuple[Compared, ...]

    @property
    def exit_code(self) -> int:
        """1 when a line fails; 3 when the cache held nothing to compare with; else 0."""
        statuses = {line.status for line in self.lines}
        if statuses & FAILING:
            return 1
        return 0 if "ok" in statuses else 3


def compare(line: Compared, found: Mapping[str, str]) -> Compared:
    """The line with what the cache holds of it, and its status."""
    status: Status = "missing" if not found else "ok" if set(found.values()) == {line.expected} else "differs"
    return Compared(status, line.at, line.module, line.version, line.go_mod, line.expected, dict(found))
