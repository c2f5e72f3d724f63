"""Places of which several variants run, such as the jobs of a matrix: one place, its values under conditions."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from policygate.facts.model import Assignment, GoCommand, Place
from policygate.facts.syntax.shell_session import under

T = TypeVar("T")
Variants = Sequence[tuple[str, T]]
"""What holds in each variant, and the condition under which it is the one that runs."""


def merge_places(variants: Variants[Sequence[Place]]) -> list[Place]:
    """One place for each id, in order; what only some variants have is under their conditions."""
    if len(variants) == 1:
        return list(variants[0][1])
    return [_merge_place(same) for same in _grouped(variants, lambda place: place.id)]


def _merge_place(variants: Variants[Place]) -> Place:
    assignments = _merge_assignments([(condition, place.assignments) for condition, place in variants])
    commands = [(condition, place.commands) for condition, place in variants]
    merged = [_merge_command(same) for same in _grouped(commands, _spelt)]
    return variants[0][1].model_copy(update={"assignments": assignments, "commands": merged})


def _merge_command(variants: Variants[GoCommand]) -> GoCommand:
    assignments = _merge_assignments([(condition, command.assignments) for condition, command in variants])
    return variants[0][1].model_copy(update={"assignments": assignments})


def _spelt(command: GoCommand) -> Hashable:
    return command.text, command.at, command.directory


def _merge_assignments(variants: Variants[Sequence[Assignment]]) -> list[Assignment]:
    """Strongest first, as they are in each variant.

    Where every variant gives a variable a value, the last one needs no condition: it holds where no stronger one does.
    """
    order: list[Assignment] = []
    conditions: dict[Assignment, list[str]] = {}
    for condition, assignments in variants:
        position = len(order)
        for assignment in reversed(assignments):
            if assignment in conditions:
                position = order.index(assignment)
            else:
                order.insert(position, assignment)
            conditions.setdefault(assignment, []).append(condition)
    certain = {assignment for assignment, held in conditions.items() if len(held) == len(variants)}
    certain |= {max(each, key=order.index) for each in _given_by_all(variants)}
    return [each if each in certain else under(each, _any_of(conditions[each])) for each in order]


def _given_by_all(variants: Variants[Sequence[Assignment]]) -> Iterator[set[Assignment]]:
    """For each variable to which every variant gives a value, these values."""
    given = [{a.name: a for a in reversed(held) if not a.condition and not a.lost} for _, held in variants]
    for name in given[0]:
        if all(name in each for each in given):
            yield {each[name] for each in given}


def _any_of(conditions: Iterable[str]) -> str:
    return " or ".join(dict.fromkeys(conditions))


def _grouped(variants: Variants[Sequence[T]], key: Callable[[T], Hashable]) -> list[list[tuple[str, T]]]:
    """What is the same in several variants, in the order of the first one that has it."""
    groups: dict[Hashable, list[tuple[str, T]]] = {}
    for condition, items in variants:
        for item in items:
            groups.setdefault(key(item), []).append((condition, item))
    return list(groups.values())
