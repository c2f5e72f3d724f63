"""A bound for what a small file may cause once its references are followed."""

from dataclasses import dataclass

from policygate.errors import SourceError

LIMIT = 3_000_000
"""Characters and nodes: many times what the largest pipelines that people write need."""


class TooLargeError(SourceError):
    """Following its references makes a file too large."""


@dataclass
class Budget:
    """The work that one file may still cause."""

    left: int = LIMIT

    def spend(self, work: int) -> None:
        """Count work; raises `TooLargeError` when there is none left."""
        self.left -= work
        if self.left < 0:
            raise TooLargeError("the file is too large once its references are followed")
