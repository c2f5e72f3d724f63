"""What a shell has set by some point of its script: scopes that end, and branches that may not be taken, included."""

from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment, Lost
from policygate.facts.syntax.shell.values import MAX_VARIABLE

_MAX_CANDIDATES = 64
"""More alternatives for one variable are not followed; the oldest go first."""


@dataclass(frozen=True)
class State:
    """A moment of a shell. Candidates are numbers of assignments, latest first; negative ones were carried in."""

    candidates: dict[str, tuple[int, ...]]
    shell_only: dict[str, tuple[int, ...]]
    """Assigned, but not in the environment."""
    exported: frozenset[str]
    """In the environment for sure."""
    perhaps_exported: frozenset[str]
    all_exported: bool
    directory: str
    previous: str
    """The directory before the last `cd`."""
    pushed: tuple[str, ...]
    mark: int
    """How many variables had been changed by then."""


@dataclass(frozen=True)
class Ending:
    """How a branch ended, and the variables that it changed."""

    state: State
    changed: frozenset[str] = frozenset()


class Environment:
    """The shell while its script is read."""

    def __init__(self, carried: Sequence[Assignment], exported: Iterable[str], directory: str) -> None:
        self._carried = carried
        self._made: list[Assignment] = []
        self._hidden: set[int] = set()
        self._seen: set[int] = set()
        self._variables: dict[str, str | None] = {}
        self._changes: list[tuple[str, str | None, bool]] = []
        self._in_force: tuple[Assignment, ...] | None = None
        candidates: dict[str, tuple[int, ...]] = {}
        for index, assignment in enumerate(carried):
            if not assignment.lost:
                candidates[assignment.name] = (*candidates.get(assignment.name, ()), -1 - index)
        self.state = State(candidates, {}, frozenset(exported) & VARIABLES, frozenset(), False, directory, "", (), 0)

    def lookup(self, name: str) -> str | None:
        """The value of a variable; None when it is not known."""
        if name in self._variables:
            return self._variables[name]
        for number in self.state.candidates.get(name, ())[:1]:
            first = self._assignment(number)
            if not (first.condition or first.dynamic or first.credentials):
                return first.value
        return None

    def remember(self, name: str, value: str | None) -> None:
        """Give a variable a value that may stand in the place of `$NAME`; None when nobody knows it."""
        self._changes.append((name, self._variables.get(name), name in self._variables))
        self._variables[name] = value if value is not None and len(value) <= MAX_VARIABLE else None

    def assign(self, assignment: Assignment, *, export: bool = False) -> None:
        """Give a variable of the go command a value."""
        name, state, number = assignment.name, self.state, len(self._made)
        if export or state.all_exported or name in state.exported:
            self._made.append(assignment)
            self._put(name, (number,))
            return
        if name in state.perhaps_exported:
            condition = assignment.condition or f"export {name}"
            self._made.append(assignment.model_copy(update={"condition": condition}))
            self._put(name, (number, *state.candidates.get(name, ())))
            self.state = replace(self.state, exported=state.exported, perhaps_exported=state.perhaps_exported)
        else:
            self._made.append(assignment.model_copy(update={"lost": "not_exported"}))
        self.state = replace(self.state, shell_only={**state.shell_only, name: (number,)})

    def export(self, name: str, condition: str) -> None:
        """Put a variable of the go command into the environment."""
        numbers = self.state.shell_only.get(name, ())
        for number in numbers:
            made = self._made[number]
            self._hidden.discard(number)
            if made.lost == "not_exported":
                update = {"lost": "", "condition": made.condition or condition}
                self._made[number] = made.model_copy(update=update)
        self._put(name, numbers or self.state.candidates.get(name, ()))

    def unset(self, marker: Assignment, *, keep: bool = False) -> None:
        """Take a variable of the go command out of the environment; with `keep` the shell still has it."""
        name = marker.name
        kept = self.state.candidates.get(name, ()) if keep else ()
        self._made.append(marker)
        self._put(name, (len(self._made) - 1,))
        self.state = replace(
            self.state,
            exported=self.state.exported - {name},
            shell_only={**self.state.shell_only, name: tuple(number for number in kept if number >= 0)},
        )

    def export_all(self, *, on: bool) -> None:
        """`set -a` and `set +a`."""
        self.state = replace(self.state, all_exported=on)

    def move(self, directory: str) -> None:
        """`cd`."""
        self.state = replace(self.state, directory=directory, previous=self.state.directory)

    def push(self, directory: str) -> None:
        """`pushd`."""
        self.state = replace(self.state, directory=directory, pushed=(*self.state.pushed[-50:], self.state.directory))

    def pop(self) -> None:
        """`popd`."""
        *pushed, directory = self.state.pushed or ("",)
        self.state = replace(self.state, directory=directory, pushed=tuple(pushed))

    def in_force(self) -> tuple[Assignment, ...]:
        """What a go command now sees, strongest first."""
        if self._in_force is None:
            numbers = sorted((n for numbers in self.state.candidates.values() for n in numbers), reverse=True)
            self._in_force = tuple(map(self._assignment, numbers))
            self._seen.update(numbers)
        return self._in_force

    def made(self) -> int:
        """How many assignments there were so far."""
        return len(self._made)

    def snapshot(self) -> State:
        """The present, to come back to."""
        return replace(self.state, mark=len(self._changes))

    def leave(self, before: State, made: int, lost: Lost) -> None:
        """End a subshell: what it set is gone, and worth a report unless one of its go commands saw it."""
        self._rewind(before)
        for number in range(made, len(self._made)):
            self._lose(number, lost)
        for name, numbers in before.shell_only.items():
            for number in set(numbers) - set(before.candidates.get(name, ())):
                self._lose(number, "not_exported")

    def end_branch(self, before: State) -> Ending:
        """End a branch and go back to where it began."""
        ending = Ending(self.state, frozenset(name for name, _, _ in self._changes[before.mark :]))
        self._rewind(before)
        return ending

    def merge(self, endings: Sequence[Ending]) -> None:
        """Go on after alternatives, any of which may have been taken."""
        ends = [ending.state for ending in endings]
        first = ends[0]
        sure = first.exported.intersection(*(end.exported for end in ends))
        self._in_force = None
        self.state = State(
            candidates=_union([end.candidates for end in ends]),
            shell_only=_union([end.shell_only for end in ends]),
            exported=sure,
            perhaps_exported=frozenset().union(*(end.exported | end.perhaps_exported for end in ends)) - sure,
            all_exported=any(end.all_exported for end in ends),
            directory=first.directory if len({end.directory for end in ends}) == 1 else "",
            previous=first.previous if len({end.previous for end in ends}) == 1 else "",
            pushed=first.pushed if len({end.pushed for end in ends}) == 1 else (),
            mark=0,
        )
        for name in frozenset().union(*(ending.changed for ending in endings)):
            self.remember(name, None)

    def take_back(self, names: Set[str], before: State, made: int, count: int) -> None:
        """End what stood in front of a function: the `count` assignments from number `made` on."""
        state = self.state
        candidates = {**state.candidates, **{name: before.candidates.get(name, ()) for name in names}}
        exported = (state.exported - names) | (before.exported & names)
        self._in_force = None
        self._hidden.update(range(made, made + count))
        self.state = replace(state, candidates=candidates, exported=exported)

    @contextmanager
    def without_variables(self) -> Iterator[None]:
        """A new shell, which knows only what is in the environment."""
        outer = self._variables, self._changes
        self._variables, self._changes = {}, []
        yield
        self._variables, self._changes = outer

    def report(self) -> tuple[Assignment, ...]:
        """Every assignment, latest first, but for those that ended with a subshell whose go commands saw them."""
        numbers = range(len(self._made) - 1, -1, -1)
        return tuple(self._made[number] for number in numbers if number not in self._hidden)

    def _assignment(self, number: int) -> Assignment:
        return self._made[number] if number >= 0 else self._carried[-1 - number]

    def _put(self, name: str, numbers: tuple[int, ...]) -> None:
        self._in_force = None
        state = self.state
        self.state = replace(
            state,
            candidates={**state.candidates, name: numbers},
            shell_only={other: kept for other, kept in state.shell_only.items() if other != name},
            exported=state.exported | {name},
            perhaps_exported=state.perhaps_exported - {name},
        )

    def _lose(self, number: int, lost: Lost) -> None:
        assignment = self._made[number]
        if number in self._seen:
            self._hidden.add(number)
        elif not assignment.lost:
            self._made[number] = assignment.model_copy(update={"lost": lost})

    def _rewind(self, before: State) -> None:
        while len(self._changes) > before.mark:
            name, value, known = self._changes.pop()
            if known:
                self._variables[name] = value
            else:
                del self._variables[name]
        self._in_force = None
        self.state = before


def _union(alternatives: Sequence[dict[str, tuple[int, ...]]]) -> dict[str, tuple[int, ...]]:
    names = {name: None for alternative in alternatives for name in alternative}
    return {
        name: tuple(
            sorted({number for alternative in alternatives for number in alternative.get(name, ())}, reverse=True)
        )[:_MAX_CANDIDATES]
        for name in names
    }
