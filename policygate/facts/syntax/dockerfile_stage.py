"""What ENV and ARG make of the environment of a build stage (https://docs.docker.com/reference/dockerfile/#arg)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment
from policygate.facts.syntax.budget import Budget
from policygate.facts.syntax.declared import blanked
from policygate.facts.syntax.dockerfile import Instruction
from policygate.facts.syntax.dockerfile_words import Value, WordError, expand, split_words
from policygate.location import At

PLATFORM = frozenset(
    side + part for side in ("BUILD", "TARGET") for part in ("PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT")
)
"""Global arguments that BuildKit itself gives a value."""

_WORD = 100
"""What a word counts beside its characters."""

_GAP = re.compile(r"[\t\v\f\r ]+")
_UNSET = Value("", exists=False)


@dataclass(frozen=True)
class Variable:
    """A variable of a stage, and where it got its value."""

    value: Value
    at: At
    scope: str

    def assignment(self, name: str) -> Assignment:
        """The variable as a fact."""
        return blanked(
            Assignment(
                name=name,
                value=self.value.text,
                at=self.at,
                scope=self.scope,
                condition=self.value.condition,
                dynamic=self.value.dynamic,
            )
        )


@dataclass
class Environment:
    """The variables of a stage, or the arguments in front of the first one; latest last."""

    escape: str
    budget: Budget
    closed: bool
    """Whether nothing comes from an image that the file does not show."""
    variables: dict[str, Variable] = field(default_factory=dict)
    image: dict[str, Variable] = field(default_factory=dict)
    """What ENV set last, whatever ARG made of it since: the part that the image keeps."""
    given: Mapping[str, Variable] = field(default_factory=dict)
    """What `--build-arg` gives to arguments."""

    def child(self) -> Self:
        """A copy for a stage built from this one: arguments stay set, but what the image keeps is stronger."""
        self.budget.spend(len(self.variables) + len(self.image))
        return replace(self, variables={**self.variables, **self.image}, image=dict(self.image))

    def lookup(self, name: str) -> Value | None:
        """What a reference to a name finds."""
        if name in self.variables:
            return self.variables[name].value
        return _UNSET if self.closed else None

    def in_force(self) -> list[Assignment]:
        """The variables of the go command, the latest first."""
        return _assignments(self.variables)

    def kept(self) -> list[Assignment]:
        """Those that the image keeps, the latest first."""
        return _assignments(self.image)

    def expand(self, text: str) -> Value:
        """A word with its variables replaced; raises `WordError`."""
        self.budget.spend(_WORD + len(text))
        value = expand(text, self.lookup, self.escape)
        self.budget.spend(len(value.text))
        return value

    def put(self, name: str, variable: Variable) -> None:
        """Set a variable."""
        self.variables.pop(name, None)
        self.variables[name] = variable

    def env(self, instruction: Instruction, scope: str) -> set[str]:
        """Follow an ENV instruction and say what it sets; raises `WordError`."""
        arguments = instruction.arguments
        found = []
        for (name_start, name_end), (start, end) in self._pairs(arguments.source):
            name = self.expand(arguments.source[name_start:name_end]).text
            value = self.expand(arguments.source[start:end])
            span = _content(arguments.source, start, end) if value.text else (name_start, name_end)
            found.append((name, Variable(value, arguments.at(*span), scope)))
        for name, variable in found:
            self.put(name, variable)
            self.image[name] = variable
        return {name for name, _ in found}

    def arg(self, instruction: Instruction, scope: str, outer: Mapping[str, Variable]) -> set[str]:
        """Follow an ARG instruction and say what it names; raises `WordError`.

        `outer` are the arguments in front of the first stage, whose values a mere name takes over.
        """
        arguments = instruction.arguments
        words = split_words(arguments.source, self.escape)
        if not words:
            raise WordError("ARG without a name")
        names = set()
        for start, end in words:
            name, equals, text = arguments.source[start:end].partition("=")
            if not name:
                raise WordError("ARG without a name")
            names.add(name)
            at = arguments.at(start, start + len(name))
            if name in self.given:
                self.put(name, self.given[name])
            elif equals:
                value = self.expand(text)
                span = _content(arguments.source, start + len(name) + 1, end)
                self.put(name, Variable(value, arguments.at(*span) if value.text else at, scope))
            elif name in outer and outer[name].value.exists:
                self.put(name, Variable(outer[name].value, outer[name].at, scope))
            elif name in PLATFORM:
                self.put(name, Variable(Value(f"${name}", dynamic=True), at, scope))
            elif name not in self.variables:
                condition = f"unless --build-arg {name} is given"
                self.put(name, Variable(Value("", condition=condition, exists=False), at, scope))
        return names

    def _pairs(self, text: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """Spans of names and values: `NAME=value ...`, or the old `NAME value` whose value is the rest."""
        words = split_words(text, self.escape)
        if not words:
            raise WordError("ENV without a name")
        first, last = words[0]
        if "=" not in text[first:last]:
            gap = _GAP.search(text)
            if not gap:
                raise WordError("ENV without a value")
            yield (0, gap.start()), (gap.end(), len(text))
            return
        for start, end in words:
            equals = text.find("=", start, end)
            if equals < 0:
                raise WordError("ENV without a value")
            if equals == start:
                raise WordError("ENV without a name")
            yield (start, equals), (equals + 1, end)


def _assignments(variables: Mapping[str, Variable]) -> list[Assignment]:
    found = [(name, variable) for name, variable in variables.items() if name in VARIABLES]
    return [variable.assignment(name) for name, variable in reversed(found)]


def _content(text: str, start: int, end: int) -> tuple[int, int]:
    """The span of a value, inside its quotes if these are all around it."""
    quoted = end - start > 1 and text[start] in "'\"" and text[end - 1] == text[start]
    return (start + 1, end - 1) if quoted else (start, end)
