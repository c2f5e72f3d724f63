"""The lines of a GNU makefile (https://www.gnu.org/software/make/manual/make.html#Makefile-Contents)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from policygate.facts.syntax.snippet import Snippet
from policygate.location import Text

Operator = Literal["=", ":=", "?=", "+=", "!="]


@dataclass(frozen=True)
class Line:
    """A logical line: continuation lines joined, each with the blanks around it made one space, as make has it."""

    content: Snippet
    condition: str
    """The conditional directives around it, the innermost last, joined by `and`."""


@dataclass(frozen=True)
class Definition(Line):
    """A variable gets a value, in the whole file or for one rule."""

    name: str
    operator: Operator
    value: Snippet
    """Blanks in front are gone, blanks behind are not; a comment is not part of it, the blanks before it are."""
    name_at: Snippet
    exported: bool
    overriding: bool
    """Whether later definitions without `override` do not count."""
    targets: str
    """The targets that it holds for; empty for the whole file."""


@dataclass(frozen=True)
class Export(Line):
    """`export` or `unexport` without a value; no names means all variables."""

    names: tuple[Snippet, ...]
    on: bool


@dataclass(frozen=True)
class Undefinition(Line):
    """`undefine`: the variable is gone, from the environment too."""

    name: str
    name_at: Snippet


@dataclass(frozen=True)
class Target(Line):
    """The head of a rule."""

    targets: str
    prerequisites: str


@dataclass(frozen=True)
class Recipe(Line):
    """One line of a recipe without its prefix; continuation lines are kept as the shell gets them."""

    targets: str


Statement = Definition | Undefinition | Export | Target | Recipe

_DEFINITION = re.compile(
    r"(?P<modifiers>(?:(?:export|unexport|override|private)[ \t]+)*+)"
    r"(?P<name>[^\s:#=!?+$()]++)[ \t]*+(?P<operator>:{1,3}=|\?=|\+=|!=|=)[ \t]*+(?P<value>.*)",
    re.DOTALL,
)
_UNDEFINITION = re.compile(r"(?:override[ \t]+)?undefine[ \t]+(?P<name>[^\s:#=]+)\s*\Z")
_EXPORT = re.compile(r"(?P<keyword>export|unexport)(?:[ \t]+(?P<names>[^=:]*))?\s*\Z")
_CONDITIONAL = re.compile(r"(?P<keyword>ifeq|ifneq|ifdef|ifndef|else|endif)(?=[\s(\"']|\Z)(?P<rest>.*)", re.DOTALL)
_BLOCK = re.compile(
    r"(?:(?:export|override|private)[ \t]+)*+(?P<keyword>define|endef)\b(?:[ \t]+(?P<name>[^\s:#=!?+]+))?"
)
_RULE = re.compile(r"(?P<targets>[^:=#]*[^:=#\s])[ \t]*+&?::?(?P<rest>(?!=).*)", re.DOTALL)
_MAX_DEPTH = 64


def lines(file: Text) -> Iterator[Statement]:
    """Everything of a makefile that may set a variable or run a command, in order. Never raises."""
    return _Lines(file).read()


class _Lines:
    def __init__(self, file: Text) -> None:
        self._file = file
        self._conditions: list[str] = []
        self._defining = 0
        self._prefix = "\t"
        self._targets: str | None = None
        """The targets of the rule that recipe lines belong to."""

    def read(self) -> Iterator[Statement]:
        number = 0
        texts = self._file.lines
        while number < len(texts):
            recipe = texts[number].startswith(self._prefix) and self._targets is not None and not self._defining
            content, number = self._join(number, recipe=recipe)
            condition = " and ".join(self._conditions)
            if recipe:
                yield Recipe(content, condition, self._targets or "")
            else:
                yield from self._directive(content, condition)

    def _join(self, number: int, *, recipe: bool) -> tuple[Snippet, int]:
        """One logical line from a line number (0-based), and the number of the line behind it."""
        texts = self._file.lines
        parts: list[str] = []
        anchors: list[tuple[int, int]] = []
        length = 0
        while True:
            text = texts[number].removesuffix("\r")
            offset = self._file.offset(number + 1, 1)
            number += 1
            goes_on = _backslashes(text, len(text)) % 2 == 1 and number < len(texts)
            lead = 1 if recipe and text.startswith(self._prefix) else 0
            if not recipe:
                lead = len(text) - len(text.lstrip(" \t"))
            piece = text[lead : -1 if goes_on else None]
            if goes_on:
                piece = piece + "\\\n" if recipe else piece.rstrip(" \t") + " "
            anchors.append((length, offset + lead))
            parts.append(piece)
            length += len(piece)
            if not goes_on:
                return Snippet("".join(parts), self._file, tuple(anchors)), number

    def _directive(self, line: Snippet, condition: str) -> Iterator[Statement]:
        line = _without_comment(line)
        text = line.source
        block = _BLOCK.match(text)
        if block:
            self._defining = max(0, self._defining + (1 if block["keyword"] == "define" else -1))
            if block["name"] and self._defining == 1:
                self._targets = None
                yield _block(line, condition, block)
            return
        if self._defining or not text.strip():
            return
        if conditional := _CONDITIONAL.match(text):
            self._change_condition(conditional["keyword"], " ".join(text.split()))
            return
        if definition := _DEFINITION.match(text):
            self._targets = None
            if definition["name"] == ".RECIPEPREFIX":
                self._prefix = definition["value"][:1] or "\t"
            yield _definition(line, condition, definition, "")
        elif undefinition := _UNDEFINITION.match(text):
            self._targets = None
            name = line.part(*undefinition.span("name"))
            yield Undefinition(line, condition, name.source, name)
        elif export := _EXPORT.match(text):
            self._targets = None
            start, end = export.span("names")
            names = tuple(line.part(*name.span()) for name in re.compile(r"\S+").finditer(text, start, end))
            yield Export(line, condition, names if start >= 0 else (), export["keyword"] == "export")
        elif rule := _RULE.match(text):
            yield from self._rule(line, condition, rule)

    def _rule(self, line: Snippet, condition: str, rule: re.Match[str]) -> Iterator[Statement]:
        targets = " ".join(rule["targets"].split())
        start = rule.start("rest") + len(rule["rest"]) - len(rule["rest"].lstrip(" \t"))
        if definition := _DEFINITION.match(line.source, start):
            self._targets = None
            yield _definition(line, condition, definition, targets)
            return
        self._targets = targets
        prerequisites, semicolon, recipe = rule["rest"].partition(";")
        yield Target(line, condition, targets, prerequisites.rpartition(":")[2].replace("|", " "))
        if semicolon:
            yield Recipe(line.part(len(line.source) - len(recipe), len(line.source)), condition, targets)

    def _change_condition(self, keyword: str, text: str) -> None:
        if keyword == "endif":
            self._conditions = self._conditions[:-1]
        elif keyword == "else":
            self._conditions = [*self._conditions[:-1], text if text != "else" else _opposite(self._conditions)]
        elif len(self._conditions) < _MAX_DEPTH:
            self._conditions.append(text)


def _opposite(conditions: list[str]) -> str:
    return f"not {conditions[-1]}" if conditions else "else"


def _definition(line: Snippet, condition: str, found: re.Match[str], targets: str) -> Definition:
    operator: Operator = ":=" if found["operator"].startswith(":") else found["operator"]  # type: ignore[assignment]
    modifiers = found["modifiers"].split()
    return Definition(
        content=line,
        condition=condition,
        name=found["name"],
        operator=operator,
        value=line.part(*found.span("value")),
        name_at=line.part(*found.span("name")),
        exported="export" in modifiers,
        overriding="override" in modifiers,
        targets=targets,
    )


def _block(line: Snippet, condition: str, found: re.Match[str]) -> Definition:
    """A `define`; its lines are nothing that we read."""
    name = line.part(*found.span("name"))
    exported = found.group().startswith("export")
    return Definition(line, condition, name.source, "!=", name.part(0, 0), name, exported, overriding=False, targets="")


def _without_comment(line: Snippet) -> Snippet:
    """The line up to its first `#` that no backslash escapes; the backslash of an escaped one is gone."""
    parts: list[Snippet] = []
    start = 0
    source = line.source
    for sign in re.finditer("#", source):
        escaped = _backslashes(source, sign.start()) % 2 == 1
        parts.append(line.part(start, sign.start() - escaped))
        start = sign.start()
        if not escaped:
            return _concatenated(parts)
    return _concatenated([*parts, line.part(start, len(source))]) if parts else line


def _backslashes(text: str, end: int) -> int:
    """How many backslashes stand right before an offset."""
    start = end
    while start > 0 and text[start - 1] == "\\":
        start -= 1
    return end - start


def _concatenated(parts: list[Snippet]) -> Snippet:
    anchors: list[tuple[int, int]] = []
    length = 0
    for part in parts:
        anchors += [(length + own, theirs) for own, theirs in part.anchors]
        length += len(part.source)
    return Snippet("".join(part.source for part in parts), parts[0].file, tuple(anchors))
