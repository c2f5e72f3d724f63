"""Scripts that one shell reads in turn, and what holds for the place that they run in."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from policygate.facts.model import Assignment, GoCommand
from policygate.facts.syntax.shell import Script, read_script
from policygate.facts.syntax.snippet import Snippet

Part = tuple[Snippet, str]
"""A script, and the scope of what it assigns."""

ReadScript = Callable[..., Script]
"""`read_script`, or a function that remembers what it said."""

_LATE = "once it has been set"
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "zsh"})
_MAX_CANDIDATES = 64
_MAX_GAP = 200
_NOTHING = re.compile(r"=?[\s\"';&\\-]*(?:export\s+)?(?:[A-Z0-9]+=)?[\"']?")
_WRAPPER = re.compile(
    r"(?:^|[\s;&|(])"
    r"(?:g?make|task|mage|just|bazel(?:isk)?|golangci-lint|goreleaser|ko|(?:ba|da|k|z)?sh|source"
    r"|\.{1,2}/[^\s;&|()]+|[^\s;&|()]+\.sh)"
    r"(?=$|[\s;&|)])"
)


def run_in_turn(
    parts: Iterable[Part], *, directory: str, environment: Sequence[Assignment], read: ReadScript = read_script
) -> Script:
    """What the parts do together when one shell, which starts in `directory`, reads them one after another.

    `environment` is what is set for the shell, strongest first; the commands carry it where the shell lets it through.
    """
    whole = Script((), (), (), directory, frozenset(assignment.name for assignment in environment), ())
    last = None
    for snippet, scope in parts:
        last = snippet
        made = (assignment for assignment in whole.assignments if not assignment.lost)
        carried = (*made, *environment)
        part = read(snippet, scope=scope, directory=whole.directory, carried=carried, exported=whole.exported)
        whole = Script(
            assignments=part.assignments + whole.assignments,
            written=part.written + whole.written,
            commands=whole.commands + part.commands,
            directory=part.directory,
            exported=part.exported,
            problems=whole.problems + part.problems,
        )
    return replace(whole, assignments=_ended(whole.assignments, last)) if last else whole


def without(commands: Iterable[GoCommand], declared: Iterable[Assignment]) -> list[GoCommand]:
    """The commands without what is declared for their whole place."""
    known = set(declared)
    kept = ((command, [a for a in command.assignments if a not in known]) for command in commands)
    return [
        command if len(own) == len(command.assignments) else command.model_copy(update={"assignments": own})
        for command, own in kept
    ]


def prevailing(made: Iterable[Assignment], commands: Sequence[GoCommand]) -> list[Assignment]:
    """What is set from some point on, for the whole place: under a condition unless every command has the variable."""
    held = [frozenset(assignment.name for assignment in command.assignments) for command in commands]
    everywhere = held[0].intersection(*held[1:]) if held else None
    return [a if a.lost or everywhere is None or a.name in everywhere else under(a, _LATE) for a in made]


def passing(made: Sequence[Assignment], commands: Sequence[GoCommand], condition: str) -> list[Assignment]:
    """What is set in one of several shells, for the whole place: what only some commands see is left to them."""
    known = set(made)
    seen = [{a.name: a for a in reversed(command.assignments)} for command in commands]
    governed = [frozenset(name for name, a in first.items() if a in known) for first in seen]
    everywhere = governed[0].intersection(*governed[1:]) if governed else frozenset()
    carried = {assignment for command in commands for assignment in command.assignments}
    kept = [a for a in made if a.lost or a.name in everywhere or a not in carried]
    return [a if a.lost or a.name in everywhere else under(a, condition) for a in kept]


def visible(assignments: Iterable[Assignment]) -> list[Assignment]:
    """Those that no stronger one always hides, strongest first; the first 64 of them."""
    settled: set[str] = set()
    found = []
    for assignment in assignments:
        if assignment.name not in settled:
            found.append(assignment)
        if not assignment.condition:
            settled.add(assignment.name)
    return found[:_MAX_CANDIDATES]


def under(assignment: Assignment, condition: str) -> Assignment:
    """The same assignment where one more thing must hold."""
    both = "; ".join(filter(None, (assignment.condition, condition)))
    return assignment.model_copy(update={"condition": both})


def join(snippets: Iterable[Snippet]) -> Snippet:
    """Scripts of one file as one, each on lines of its own."""
    whole = list(snippets)
    anchors: list[tuple[int, int]] = []
    length = 0
    for snippet in whole:
        anchors += [(length + own, offset) for own, offset in snippet.anchors]
        length += len(snippet.source) + 1
    return Snippet("\n".join(snippet.source for snippet in whole), whole[0].file, tuple(anchors))


def may_run_go(text: str) -> bool:
    """Whether a script runs something that may run the go command for it, such as `make` or `./build.sh`."""
    return bool(_WRAPPER.search(text))


def is_posix_shell(program: str) -> bool:
    """Whether a program, with or without its directory, reads the language that we read."""
    return program.rpartition("/")[2] in _SHELLS


def _ended(assignments: Sequence[Assignment], last: Snippet) -> tuple[Assignment, ...]:
    """Lost is what a shell sets as the last thing before it ends, such as a `RUN export GOPROXY=...`."""
    file = last.file
    end = last.at(0, len(last.source)).end
    following = file.offset(end.line, end.column)
    ended: list[Assignment] = []
    for assignment in assignments:
        if assignment.at.path != file.path:
            break
        start, end = assignment.at.start, assignment.at.end
        gap = file.text[file.offset(end.line, end.column) : following]
        if assignment.lost or len(gap) > _MAX_GAP or not _NOTHING.fullmatch(gap):
            break
        ended.append(assignment.model_copy(update={"lost": "subshell"}))
        following = file.offset(start.line, start.column)
    return (*ended, *assignments[len(ended) :])
