"""Label selectors (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors). Pure."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from policygate.facts.model_kubernetes import Selector as WrittenSelector

Verb = Literal["In", "NotIn", "Exists", "DoesNotExist"]

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The label that every namespace has: its name."""


@dataclass(frozen=True)
class Requirement:
    """One thing that labels must fulfil."""

    key: str
    verb: Verb
    values: frozenset[str] = frozenset()

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Whether labels fulfil it; `NotIn` holds where there is no such label."""
        match self.verb:
            case "In":
                return labels.get(self.key) in self.values
            case "NotIn":
                return labels.get(self.key) not in self.values
            case "Exists":
                return self.key in labels
            case "DoesNotExist":
                return self.key not in labels

    def may_hold(self, known: Mapping[str, str]) -> bool:
        """Whether labels of which only some are known can fulfil it."""
        return self.holds(known) if self.key in known else True

    def __str__(self) -> str:
        values = sorted(self.values)
        match self.verb:
            case "In":
                return f"{self.key}={values[0]}" if len(values) == 1 else f"{self.key} in ({', '.join(values)})"
            case "NotIn":
                return f"{self.key} not in ({', '.join(values)})"
            case "Exists":
                return self.key
            case "DoesNotExist":
                return f"!{self.key}"


@dataclass(frozen=True)
class Selector:
    """What labels must fulfil altogether; without any requirement all labels do."""

    requirements: tuple[Requirement, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether it selects something with these labels."""
        return all(requirement.holds(labels) for requirement in self.requirements)

    def may_match(self, known: Mapping[str, str]) -> bool:
        """Whether it can select something of whose labels only some are known."""
        return all(requirement.may_hold(known) for requirement in self.requirements)

    @cached_property
    def any_of(self) -> tuple[tuple[str, str], ...]:
        """Labels of which whatever it selects has one; empty when it asks for no value."""
        asked = [each for each in self.requirements if each.verb == "In"]
        first = min(asked, key=lambda each: len(each.values), default=None)
        return tuple((first.key, value) for value in sorted(first.values)) if first else ()

    @cached_property
    def keys(self) -> AbstractSet[str]:
        """The labels that it is about."""
        return {requirement.key for requirement in self.requirements}

    def __str__(self) -> str:
        return ", ".join(str(requirement) for requirement in self.requirements)


def selector_of(written: WrittenSelector) -> Selector:
    """A selector as a manifest has it; equal requirements once."""
    return Selector(tuple(dict.fromkeys(_requirements(written))))


def _requirements(written: WrittenSelector) -> Iterator[Requirement]:
    for key, value in written.labels.items():
        yield Requirement(key, "In", frozenset({value}))
    for each in written.expressions:
        yield Requirement(each.key, each.operator, frozenset(each.values))
