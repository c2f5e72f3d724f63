"""What a shell script sets for the go command, and the go commands it runs (POSIX.1-2024, Shell Command Language)."""

from collections.abc import Sequence
from dataclasses import dataclass

from policygate.facts.model import Assignment, GoCommand, Problem
from policygate.facts.syntax.shell.environment import Environment
from policygate.facts.syntax.shell.walk import Walk
from policygate.facts.syntax.snippet import Snippet

__all__ = ["Script", "read_script"]

_MAX_SIZE = 1_000_000
_MATTERS = ("go", "GO", "cd", "pushd", "popd")


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
    """What a script does that starts in `directory`, after `carried` and with `exported` in its environment.

    The text is read tolerantly, as bash reads it; a part that is too large or too deep is a problem, never an error.
    """
    if not any(word in snippet.source for word in _MATTERS):
        return Script((), (), (), directory, exported, ())
    if len(snippet.source) > _MAX_SIZE:
        problem = Problem(message="too large to read as a shell script", at=snippet.at(0, 1))
        return Script((), (), (), "", exported, (problem,))
    environment = Environment(carried, exported, directory)
    walk = Walk(snippet, scope, environment)
    walk.read()
    state = environment.state
    return Script(
        assignments=environment.report(),
        written=tuple(reversed(walk.written)),
        commands=tuple(walk.commands),
        directory=state.directory,
        exported=state.exported | state.perhaps_exported,
        problems=tuple(walk.problems),
    )
