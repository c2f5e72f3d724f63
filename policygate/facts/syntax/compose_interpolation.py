"""`${NAME:-default}` in compose files (https://docs.docker.com/reference/compose-file/interpolation/)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from policygate.facts.syntax.dockerfile_words import Value

_MAX_NESTING = 20
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_OPERATOR = re.compile(r":?[-?+]")


class FormatError(Exception):
    """A reference that compose refuses."""


@dataclass(frozen=True)
class Surroundings:
    """What compose is called with: the caller's environment, which no file shows, above the `.env` of the project."""

    values: Mapping[str, str]
    """Those of `.env`, by name."""
    spend: Callable[[int], None]
    """Told of the work; may raise."""


def interpolate(text: str, surroundings: Surroundings) -> Value:
    """A value with its references replaced, under the condition that the caller sets none of their names.

    Raises:
        FormatError: compose refuses a reference.
    """
    if "$" not in text:
        return Value(text)
    expander = _Expander(text, surroundings)
    made = expander.run("")
    names = list(expander.names)
    condition = f"unless {' or '.join(names)} is set in the environment" if names else ""
    return Value(made, expander.dynamic, condition)


def stands_for_nothing(text: str, surroundings: Surroundings) -> bool:
    """Whether a reference in a value has nothing put in its place: no file gives its variable a value."""
    if "$" not in text:
        return False
    expander = _Expander(text, surroundings)
    try:
        expander.run("")
    except FormatError:
        return False
    return expander.unset


def passed_on(name: str, surroundings: Surroundings) -> Value:
    """The value of a variable that a file only names: the caller's, else that of `.env`, else none at all."""
    if name in surroundings.values:
        value = surroundings.values[name]
        return Value(value, "$" in value, f"unless {name} is set in the environment")
    return Value(f"${name}", dynamic=True, condition=f"{name} is set in the environment")


class _Expander:
    def __init__(self, source: str, surroundings: Surroundings) -> None:
        self.names: dict[str, None] = {}
        """The names whose values the caller may give."""
        self.dynamic = False
        self.unset = False
        """Whether a variable without a value or default is referred to."""
        self._source = source
        self._surroundings = surroundings
        self._position = 0
        self._depth = 0

    def run(self, stop: str) -> str:
        """The text up to `stop`, or up to the end."""
        pieces: list[str] = []
        while self._position < len(self._source):
            char = self._source[self._position]
            self._position += 1
            if char == stop:
                return "".join(pieces)
            pieces.append(self._reference() if char == "$" else char)
        if stop:
            raise FormatError("a reference without its `}`")
        return "".join(pieces)

    def _reference(self) -> str:
        following = self._source[self._position : self._position + 1]
        if following == "$":
            self._position += 1
            return "$"
        if following == "{":
            self._position += 1
            return self._braced()
        name = _NAME.match(self._source, self._position)
        if name is None:
            return "$"
        self._position = name.end()
        return self._substituted(name.group(), "", "")

    def _braced(self) -> str:
        found = _NAME.match(self._source, self._position)
        if found is None:
            raise FormatError("a `${` that begins no reference: write `$${`")
        name = found.group()
        self._position = found.end()
        operator = _OPERATOR.match(self._source, self._position)
        inner = ""
        if operator:
            self._position = operator.end()
            self._depth += 1
            if self._depth > _MAX_NESTING:
                raise FormatError(f"references more than {_MAX_NESTING} levels deep")
            inner = self._alternative(name, operator.group())
            self._depth -= 1
        elif self._source[self._position : self._position + 1] == "}":
            self._position += 1
        else:
            raise FormatError("a reference that is none")
        return self._substituted(name, operator.group() if operator else "", inner)

    def _alternative(self, name: str, operator: str) -> str:
        """What stands behind the operator; what it refers to matters only where it is used."""
        names, dynamic, unset = dict(self.names), self.dynamic, self.unset
        inner = self.run("}")
        if not self._uses_alternative(name, operator):
            self.names, self.dynamic, self.unset = names, dynamic, unset
        return inner

    def _uses_alternative(self, name: str, operator: str) -> bool:
        value = self._surroundings.values.get(name)
        is_set = bool(value) if operator.startswith(":") else value is not None
        return is_set if operator.endswith("+") else not is_set

    def _substituted(self, name: str, operator: str, inner: str) -> str:
        value = self._surroundings.values.get(name, "")
        self.names[name] = None
        if not operator:
            made = value
            self.unset |= name not in self._surroundings.values
        elif operator.endswith("?") and self._uses_alternative(name, operator):
            self.dynamic = True
            made = f"${name}"
        elif self._uses_alternative(name, operator):
            made = inner
        else:
            made = "" if operator.endswith("+") else value
        self.dynamic |= made is value and "$" in value
        self._surroundings.spend(1 + len(made))
        return made
