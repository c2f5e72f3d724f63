"""What a shell script sets for the go command and which go commands it runs (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html)."""

from collections.abc import Sequence
from dataclasses import dataclass

from policygate.facts.model import Assignment, GoCommand, Problem
from policygate.facts.syntax.snippet import Snippet


@dataclass(frozen=True)
class Script:
    """What a script does to the environment of go commands, and the go commands it runs."""

    assignments: tuple[Assignment, ...]
    """Every assignment of a variable of the go command made for what follows it, lost ones included, latest first."""
    written: tuple[Assignment, ...]
    """What `go env -w` writes to the user file, latest first; weaker than any variable of the process."""
    commands: tuple[GoCommand, ...]
    """In order; each with what the shell has set for it, strongest first: in front of it, before it, carried."""
    directory: str
    """Where the shell stands at the end, from the root of the checkout (`.` is the root); empty when unknown."""
    exported: frozenset[str]
    """The variables of the go command that are in the environment at the end."""
    problems: tuple[Problem, ...]


def read_script(
    snippet: Snippet,
    *,
    scope: str,
    directory: str,
    carried: Sequence[Assignment] = (),
    exported: frozenset[str] = frozenset(),
) -> Script:
    """What the script does when it starts in `directory` with `exported` in its environment; never raises."""
    return Script((), (), (), directory, exported, ())
