"""Variables that a makefile sets for one target, and for all that is built for it."""

from collections import ChainMap, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policygate.facts.model import Assignment, Problem
from policygate.facts.syntax.make_scope import Exports, Resolved, Scope, assignment_of
from policygate.facts.syntax.make_variables import Values
from policygate.facts.syntax.shell_session import under

_MAX_STEPS = 20_000
_MAX_CARRIED = 32


@dataclass(frozen=True)
class Rule:
    """What holds in the recipe of a rule."""

    values: Values
    assignments: list[Assignment]
    """What its environment has that the whole file's has not, strongest first."""


class Targets:
    """The targets of a makefile."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.names: set[str] = set()
        """Variables that some target has a value of its own for."""
        self._definitions: dict[str, list[Resolved]] = {}
        self._prerequisites: dict[str, dict[str, None]] = {}
        self._askers: dict[str, list[str]] = {}
        self._names: dict[str, set[str]] = {}
        self._scope = Scope()
        self._exports = Exports()
        self._own: dict[str, list[Assignment]] = {}
        self._passed_on: dict[str, list[Assignment]] = {}
        self._lost: list[Assignment] = []
        self._seen: set[tuple[str, object]] = set()
        self._rules: dict[str, Rule] = {}

    def require(self, targets: Iterable[str], prerequisites: Iterable[str]) -> None:
        """`targets: prerequisites`."""
        names = dict.fromkeys(prerequisites)
        for target in targets:
            self._prerequisites.setdefault(target, {}).update(names)

    def define(self, targets: Iterable[str], definition: Resolved) -> None:
        """`targets: NAME = value`."""
        self.names.add(definition.line.name)
        for target in targets:
            self._definitions.setdefault(target, []).append(definition)
            self._names.setdefault(target, set()).add(definition.line.name)

    def settle(self, scope: Scope, exports: Exports) -> None:
        """Take the whole file's variables as they are at its end."""
        self._scope, self._exports = scope, exports
        left = _MAX_STEPS
        for target in self._definitions:
            left = self._pass_down(target, left)
        if left <= 0:
            first = next(iter(self._definitions.values()))[0].line.name_at
            message = "too many variables of targets to follow to their prerequisites"
            self.problems.append(Problem(message=message, at=first.at(0, len(first.source))))
        for target in self._definitions:
            self._own[target] = list(self._settle(target))

    def of(self, targets: str) -> Rule:
        """What holds in the recipe of a rule for these targets."""
        if targets not in self._rules:
            self._rules[targets] = self._rule(targets.split())
        return self._rules[targets]

    def saw(self, assignments: Iterable[Assignment]) -> None:
        """Note what a go command has seen."""
        self._seen.update((assignment.name, assignment.at) for assignment in assignments)

    def unseen(self) -> Iterator[Assignment]:
        """What is set for a target that runs no go command itself, and what never reaches a recipe."""
        for target, own in self._own.items():
            for assignment in own:
                if (assignment.name, assignment.at) not in self._seen:
                    yield under(assignment, f"target {target}")
        yield from self._lost

    def _pass_down(self, target: str, left: int) -> int:
        """Note the target at everything that is built for it."""
        known = {target}
        waiting = deque([target])
        while waiting and left > 0:
            for prerequisite in self._prerequisites.get(waiting.popleft(), ()):
                left -= len(self._names[target])
                if left <= 0:
                    break
                if prerequisite not in known:
                    known.add(prerequisite)
                    waiting.append(prerequisite)
                    self._askers.setdefault(prerequisite, []).append(target)
        return left

    def _inherited(self, target: str) -> set[str]:
        askers = self._askers.get(target, [])[:_MAX_CARRIED]
        return {name for asker in askers for name in self._names[asker]}

    def _values(self, target: str) -> tuple[Scope, ChainMap[str, str | None]]:
        scope = Scope(self._scope, self._inherited(target))
        for definition in self._definitions.get(target, ()):
            scope.define(definition)
        return scope, scope.values

    def _settle(self, target: str) -> Iterator[Assignment]:
        scope, values = self._values(target)
        for name, definitions in scope.held.items():
            exported = self._exports.reaches(name) or any(held.exported for held in definitions)
            for held in reversed(definitions):
                needed = "" if any(own.exported for own in definitions) else self._exports.condition(name)
                assignment = assignment_of(held, f"target {target}", values, "" if exported else "not_exported")
                assignment = under(assignment, needed) if needed else assignment
                if exported:
                    yield assignment
                else:
                    self._lost.append(assignment)

    def _passed(self, asker: str) -> list[Assignment]:
        """What a target's own variables are for what is built for it."""
        if asker not in self._passed_on:
            own = self._own.get(asker, ())
            self._passed_on[asker] = [under(assignment, f"target {asker}") for assignment in own]
        return self._passed_on[asker]

    def _rule(self, targets: list[str]) -> Rule:
        values = self._scope.values
        own: dict[str, list[Assignment]] = {}
        for target in targets[:_MAX_CARRIED]:
            _, values = self._values(target)
            for assignment in self._own.get(target, ()):
                alone = assignment if len(targets) == 1 else under(assignment, f"target {target}")
                own.setdefault(assignment.name, []).append(alone)
        for target in targets[:_MAX_CARRIED]:
            for asker in self._askers.get(target, ())[:_MAX_CARRIED]:
                for assignment in self._passed(asker):
                    if all(mine.condition for mine in own.get(assignment.name, ())):
                        own.setdefault(assignment.name, []).append(assignment)
        if len(targets) > 1:
            mine: dict[str, str | None] = {
                d.line.name: None for target in targets for d in self._definitions.get(target, ())
            }
            values = values.new_child(mine)
        return Rule(values, [assignment for found in own.values() for assignment in found[:_MAX_CARRIED]])
