"""Variables of a makefile: what they may be at the end, and which of them recipes find in their environment."""

from collections import ChainMap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment, Lost
from policygate.facts.syntax.make_variables import Values, expand
from policygate.facts.syntax.makefile import Definition, Export, Undefinition
from policygate.facts.syntax.snippet import Snippet
from policygate.redact import has_credentials, redact

_MAX_TEXT = 20_000
_MAX_HELD = 64
"""More definitions of one variable that may be in force are not followed; the oldest go first."""


@dataclass(frozen=True)
class Held:
    """A definition that may be in force at the end."""

    name: str
    text: str
    """The value with its references, or without them when it is `final`."""
    spot: Snippet
    condition: str
    exported: bool
    final: bool
    known: bool
    """Whether the value does not depend on what the file does not say, references aside."""


@dataclass(frozen=True)
class Resolved:
    """A definition, and whether its references have been resolved where it stands."""

    line: Definition
    text: str
    final: bool
    known: bool


class Scope:
    """The variables of the whole file, or of one target."""

    def __init__(self, outer: "Scope | None" = None, unknown: Iterable[str] = ()) -> None:
        self._own: dict[str, str | None] = dict.fromkeys(unknown)
        self.values = ChainMap(self._own, *([outer._own] if outer else []))
        self.held: dict[str, list[Held]] = {}
        self._defined: set[str] = set()
        """Variables that have a value for sure, whether we know it or not."""
        self._outer_defined = frozenset(self._own)
        self._defaults: dict[str, str] = dict(outer._defaults) if outer else {}
        """Variables that were set with `?=`, and under what condition that holds."""
        self._overridden: set[str] = set()
        self._simple: set[str] = set()

    def has(self, name: str) -> bool:
        """Whether the file gives the variable a value."""
        return bool(self.held.get(name))

    def is_defined(self, name: str) -> bool:
        """Whether the variable has a value by now, whatever the environment says."""
        return name in self._defined or name in self._outer_defined

    def resolved_at_once(self, line: Definition) -> Resolved:
        """The definition; `:=`, and `+=` behind it, take the variables as they are at this line."""
        simple = line.operator == ":="
        if not simple and (line.operator != "+=" or line.name not in self._simple):
            return Resolved(line, line.value.source, final=False, known=line.operator != "!=")
        expanded, known = expand(line.value, self.values, for_shell=False)
        text = expanded.source if simple else expanded.source.replace("$", "$$")
        return Resolved(line, text, final=simple, known=known)

    def declare(self, line: Export) -> None:
        """`export NAME` alone gives a variable that has no value an empty one, which keeps `?=` from counting."""
        for name in (spot.source for spot in line.names):
            self._own.setdefault(name, None)
            if not line.condition:
                self._defined.add(name)

    def define(self, definition: Resolved) -> None:
        """Give a variable a value."""
        line = definition.line
        name, operator = line.name, line.operator
        earlier = self.values.get(name)
        if (operator == "?=" and self.is_defined(name)) or (name in self._overridden and not line.overriding):
            return
        if line.overriding and not line.condition:
            self._overridden.add(name)
        condition = line.condition
        text = definition.text
        known = definition.known
        if operator == "?=":
            condition = " and ".join(filter(None, (f"unless {name} is set in the environment", condition)))
        elif operator == "+=":
            condition = " and ".join(filter(None, (self._defaults.get(name, ""), condition)))
            known = known and earlier is not None
            if earlier is not None:
                text = _appended(earlier, definition.text, always=bool(line.targets))
        self._remember(definition, text, condition, known=known)
        if name in VARIABLES:
            if condition.startswith("unless ") and operator == "+=":
                self._hold_alone(definition)
            held = Held(name, text, _spot(line), condition, line.exported, definition.final, known)
            self._hold(held, sure=not condition or (operator == "?=" and not self.has(name)))

    def undefine(self, line: Undefinition) -> None:
        """Take a variable away, out of the environment too."""
        if line.name in self._overridden:
            return
        self._own[line.name] = None
        self._defined.discard(line.name)
        self._defaults.pop(line.name, None)
        if line.name in VARIABLES:
            held = Held(line.name, "", line.name_at, line.condition, exported=True, final=True, known=True)
            self._hold(held, sure=not line.condition)

    def assignments(self, scope: str, values: Values, exports: "Exports") -> Iterator[Assignment]:
        """What may be in force at the end, the strongest of each variable first."""
        for name in dict.fromkeys((*exports.withdrawn, *self.held)):
            if name in exports.withdrawn:
                spot, condition = exports.withdrawn[name]
                nothing = Held(name, "", spot, condition, exported=True, final=True, known=True)
                yield assignment_of(nothing, scope, values, "")
            for held in reversed(self.held.get(name, [])):
                needed = "" if held.exported else exports.condition(name)
                if needed not in held.condition:
                    held = replace(held, condition=" and ".join(filter(None, (held.condition, needed))))  # noqa: PLW2901
                yield assignment_of(held, scope, values, exports.lost(held))

    def _remember(self, definition: Resolved, text: str, condition: str, *, known: bool) -> None:
        name = definition.line.name
        unknown = not known or bool(definition.line.condition) or len(text) > _MAX_TEXT
        self._own[name] = None if unknown else (text.replace("$", "$$") if definition.final else text)
        if definition.line.operator != "+=":
            (self._simple.add if definition.final else self._simple.discard)(name)
        if not definition.line.condition:
            self._defined.add(name)
        self._defaults.pop(name, None)
        if condition and not unknown:
            self._defaults[name] = condition

    def _hold_alone(self, definition: Resolved) -> None:
        """`+=` after `?=`, where the environment has the variable: its value, and then what is appended."""
        line = definition.line
        text, final = definition.text, definition.final
        held = Held(line.name, text, _spot(line), line.condition, line.exported, final, known=False)
        self._hold(held, sure=not line.condition)

    def _hold(self, held: Held, *, sure: bool) -> None:
        earlier = self.held.setdefault(held.name, [])
        if sure:
            earlier.clear()
        earlier.append(held)
        del earlier[:-_MAX_HELD]


class Exports:
    """Which variables recipes find in their environment."""

    def __init__(self) -> None:
        self._named: dict[str, list[tuple[bool, str]]] = {}
        self._all: list[tuple[bool, str]] = []
        self.withdrawn: dict[str, tuple[Snippet, str]] = {}
        """Variables of the go command that are taken out of the environment: where, and under what condition."""

    def note(self, line: Export) -> None:
        """`export` or `unexport`."""
        if not line.names:
            self.everything(line.condition, on=line.on)
        for name in line.names:
            self._note(name.source, line.condition, on=line.on)
            if not line.on and name.source in VARIABLES:
                self.withdrawn[name.source] = (name, line.condition)

    def note_definition(self, line: Definition) -> None:
        """`export NAME = value`."""
        if line.exported:
            self._note(line.name, line.condition, on=True)

    def everything(self, condition: str, *, on: bool) -> None:
        """`export` without a name."""
        self._all = [*([] if not condition else self._all), (on, condition)][-2:]

    def forget(self, line: Undefinition) -> None:
        """`undefine` takes the mark of `export` away as well."""
        if not line.condition:
            self._named.pop(line.name, None)

    def reaches(self, name: str) -> bool:
        """Whether recipes may find the variable in their environment."""
        return self._state(name)[0]

    def condition(self, name: str) -> str:
        """Under what condition recipes find the variable in their environment."""
        return self._state(name)[1]

    def lost(self, held: Held) -> Lost:
        """Why a definition never reaches a recipe."""
        return "" if self.reaches(held.name) or (not held.text and held.exported and held.final) else "not_exported"

    def _note(self, name: str, condition: str, *, on: bool) -> None:
        earlier = self._named.get(name, []) if condition else []
        self._named[name] = [*earlier, (on, condition)][-2:]
        if on:
            self.withdrawn.pop(name, None)

    def _state(self, name: str) -> tuple[bool, str]:
        for on, condition in (*reversed(self._named.get(name, [])), *reversed(self._all)):
            if on or not condition:
                return on, condition
        return False, ""


def assignment_of(held: Held, scope: str, values: Values, lost: Lost) -> Assignment:
    """The fact that a definition amounts to."""
    text = Snippet(held.text, held.spot.file, ((0, 0),))
    text, resolved = (text, True) if held.final else expand(text, values, for_shell=False)
    value = text.source
    return Assignment(
        name=held.name,
        value=redact(value),
        at=held.spot.at(0, len(held.spot.source)),
        scope=scope,
        condition=held.condition,
        dynamic=not (resolved and held.known),
        credentials=has_credentials(value),
        lost=lost,
    )


def _spot(line: Definition) -> Snippet:
    return line.value if line.value.source else line.name_at


def _appended(earlier: str, text: str, *, always: bool) -> str:
    """A value with what it had before in front, and a space between them unless one is empty; for a target `always`."""
    return f"{earlier} {text}" if earlier and (text or always) else earlier + text
