"""What is wrong in policy files, gathered and told together."""

from collections.abc import Iterable
from dataclasses import dataclass

from policygate.errors import PolicyError
from policygate.location import At, Position


@dataclass(frozen=True, order=True)
class Fault:
    """One fault of one policy file; line and column are 1-based, and 0 where the whole file is meant."""

    label: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        """The fault as a compiler would print it: `file:line: message`."""
        return f"{self.label}:{self.line}: {self.message}" if self.line else f"{self.label}: {self.message}"

    @property
    def at(self) -> At:
        """The character where it begins."""
        start = Position(line=self.line, column=self.column)
        end = Position(line=self.line, column=self.column + 1 if self.column else 0)
        return At(path=self.label, start=start, end=end, origin="text" if self.line else "absent")


def refuse(faults: Iterable[Fault], hint: str = "") -> PolicyError:
    """The error that names every fault once, one a line, in file order; it has a place when there is one fault only."""
    ordered = sorted(set(faults))
    at = ordered[0].at if len(ordered) == 1 else None
    return PolicyError("\n".join(map(str, ordered)), hint, at)
