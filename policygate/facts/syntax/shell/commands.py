"""What one command of a shell script does: assignments, built-in commands, go."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment, GoCommand, Problem
from policygate.facts.syntax.shell.directories import resolve_directory
from policygate.facts.syntax.shell.environment import Environment
from policygate.facts.syntax.shell.nodes import Assign, Literal, Redirect, Simple, Word
from policygate.facts.syntax.shell.programs import (
    Invocation,
    invoke,
    is_go,
    is_shell,
    read_go,
    reads_input,
    shell_script,
)
from policygate.facts.syntax.shell.values import Piece, Value, resolve, split
from policygate.facts.syntax.snippet import Snippet
from policygate.redact import has_credentials, redact

_MAX_COMMANDS = 10_000
_DECLARATIONS = frozenset({"export", "declare", "typeset", "readonly", "local"})
_READERS = frozenset({"read", "mapfile", "readarray", "getopts", "printf", "let"})
"""Built-in commands that give variables a value that nobody knows."""
_WITHDRAWN = "until `go env -u`"
_DECLARED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:(\+?)=|$)")


class Commands(ABC):
    """The commands of one script, as far as they concern the go command."""

    def __init__(self, snippet: Snippet, scope: str, environment: Environment) -> None:
        self.snippet = snippet
        self.scope = scope
        self.environment = environment
        self.conditions: list[str] = []
        self.glued: tuple[int, tuple[Piece, ...]] = (-1, ())
        """What is written against a `|` at this offset, as part of the value before it."""
        self.commands: list[GoCommand] = []
        self.written: list[Assignment] = []
        self.problems: list[Problem] = []
        self._full = False
        self._standing: dict[str, list[int]] = {}
        """Where in `written` the values are that no `go env -u` has taken away yet."""
        whole = snippet.source == snippet.file.text
        self._folder = (snippet.file.path.rpartition("/")[0] or ".") if whole else ""

    @abstractmethod
    def read_inner(self, script: Value, *, child: bool) -> None:
        """Follow a script inside the script, in a shell of its own when it is a `child`."""

    @abstractmethod
    def is_function(self, name: str) -> bool:
        """Whether the script has defined a function of this name."""

    @abstractmethod
    def call(self, name: str) -> None:
        """Follow the body of a function."""

    def run_simple(self, node: Simple) -> None:
        """Follow one command; its substitutions have been followed."""
        if not node.words:
            for assign in node.assigns:
                self._assign(assign)
            return
        builtin = _literal(node.words[0])
        if builtin in _DECLARATIONS:
            self._declare(builtin, [self._glue(word) for word in node.words[1:]])
            return
        words = [value for word in node.words for value in split(word, self.environment.lookup)]
        invocation = invoke(words)
        if is_go(invocation.program):
            self._run_go(node, invocation)
        elif not invocation.program:
            self._lose_glued(node, invocation)
        else:
            self._run_other(node, invocation)

    def _run_other(self, node: Simple, invocation: Invocation) -> None:
        name, arguments = invocation.program, invocation.arguments
        if name in _DECLARATIONS:
            self._declare(name, arguments)
        elif name == "unset":
            self._unset(arguments)
        elif name in ("cd", "pushd", "popd"):
            self._change_directory(name, arguments)
        elif name == "set":
            self._set(arguments)
        elif name in _READERS:
            for argument in arguments:
                self.environment.remember(argument.text, None)
        elif name == "eval":
            self.read_inner(_spaced(arguments), child=False)
        elif is_shell(name):
            self._run_shell(node.redirects, arguments)
        elif self.is_function(name):
            with self._in_front(node, invocation):
                self.call(name)

    def _run_shell(self, redirects: Sequence[Redirect], arguments: list[Value]) -> None:
        if script := shell_script(arguments):
            self.read_inner(script, child=True)
            return
        bodies = [redirect.body for redirect in redirects if redirect.body]
        if bodies and reads_input(arguments):
            self.read_inner(resolve(bodies[-1], self.environment.lookup), child=True)

    def _run_go(self, node: Simple, invocation: Invocation) -> None:
        if len(self.commands) >= _MAX_COMMANDS:
            if not self._full:
                at = self.snippet.at(node.start, node.end)
                self.problems.append(Problem(message="too many go commands to read", at=at))
            self._full = True
            return
        line = read_go(invocation.arguments)
        directory = self.environment.state.directory
        for value in (*invocation.directories, *line.directories):
            directory = resolve_directory(value.text, directory, self._folder)
        for name, value, word in line.written:
            if name in VARIABLES:
                assignment = self._assignment(name, value, word, self._condition())
                self._standing.setdefault(name, []).append(len(self.written))
                self.written.append(assignment.model_copy(update={"stored": True}))
        for index in (index for name in line.withdrawn for index in self._standing.pop(name, [])):
            condition = "; ".join(filter(None, (self.written[index].condition, _WITHDRAWN)))
            self.written[index] = self.written[index].model_copy(update={"condition": condition})
        self.commands.append(
            GoCommand(
                verb=line.verb,
                arguments=[redact(argument.text) for argument in invocation.arguments],
                text=redact(self.snippet.source[node.start : node.end]),
                at=self.snippet.at(node.start, node.end),
                directory=directory,
                assignments=self._seen_by(node, invocation),
            )
        )

    def _seen_by(self, node: Simple, invocation: Invocation) -> list[Assignment]:
        inline = self._inline(node, invocation)
        names = {assignment.name for assignment in inline}
        return [*inline, *(before for before in self.environment.in_force() if before.name not in names)]

    def _inline(self, node: Simple, invocation: Invocation) -> list[Assignment]:
        """What stands in front of a command, strongest first."""
        front = [assign for assign in node.assigns if assign.name in VARIABLES]
        prefix = {assign.name: self._prefix(assign) for assign in front}
        for word in invocation.unset:
            prefix[word.text] = self._assignment(word.text, Value(()), word, "")
        for option in invocation.cleared:
            names = {*prefix, *self.environment.state.exported, *self.environment.state.candidates}
            prefix = {name: self._assignment(name, Value(()), option, "") for name in sorted(names)}
        for name, value, word in invocation.assigned:
            prefix[name] = self._assignment(name, value, word, "")
        return [assignment for name, assignment in reversed(prefix.items()) if name in VARIABLES]

    def _prefix(self, assign: Assign) -> Assignment:
        value = self._appended(assign.name, resolve(assign.value, self.environment.lookup), append=assign.append)
        return self._assignment(assign.name, value, _name_of(assign), "")

    @contextmanager
    def _in_front(self, node: Simple, invocation: Invocation) -> Iterator[None]:
        """What stands in front of a function holds while it runs."""
        inline = self._inline(node, invocation)
        before = self.environment.snapshot()
        made = self.environment.made()
        for assignment in reversed(inline):
            self.environment.assign(assignment, export=True)
        yield
        if inline:
            self.environment.take_back({assignment.name for assignment in inline}, before, made, len(inline))

    def _lose_glued(self, node: Simple, invocation: Invocation) -> None:
        """`env GOPROXY=a|direct`: no program, and a value that was meant for one."""
        offset, pieces = self.glued
        if invocation.assigned and pieces and node.words[-1].end == offset:
            name, value, word = invocation.assigned[-1]
            if name in VARIABLES:
                value = Value((*value.pieces, *pieces))
                self.environment.assign(self._assignment(name, value, word, self._condition()), export=True)

    def _assign(self, assign: Assign) -> None:
        value = self._appended(assign.name, self._glue(assign.value), append=assign.append)
        self.environment.remember(assign.name, None if value.dynamic else value.text)
        if assign.name in VARIABLES:
            glued = assign.value.end == self.glued[0] and bool(self.glued[1])
            assignment = self._assignment(assign.name, value, _name_of(assign), self._condition())
            self.environment.assign(assignment, export=glued)

    def _declare(self, builtin: str, arguments: list[Value]) -> None:
        flags = [argument.text for argument in arguments if argument.text.startswith(("-", "+"))]
        on = "".join(flag for flag in flags if flag[0] == "-")
        if "f" in on or "F" in on:
            return
        export = "x" in on or (builtin == "export" and "n" not in on)
        withdraw = (builtin == "export" and "n" in on) or any("x" in flag for flag in flags if flag[0] == "+")
        for argument in arguments:
            if (match := _DECLARED.match(argument.text)) and (
                match.group(2) is not None or match.end() == len(argument.text)
            ):
                self._declare_one(match, argument, export=export, withdraw=withdraw)

    def _declare_one(self, match: re.Match[str], word: Value, *, export: bool, withdraw: bool) -> None:
        name = match.group(1)
        if match.group(2) is not None:
            value = self._appended(name, word.after(match.end()), append=bool(match.group(2)))
            self.environment.remember(name, None if value.dynamic else value.text)
            if name in VARIABLES:
                assignment = self._assignment(name, value, word, self._condition())
                self.environment.assign(assignment, export=export)
        if name in VARIABLES and withdraw:
            self.environment.unset(self._assignment(name, Value(()), word, self._condition()), keep=True)
        elif name in VARIABLES and export:
            self.environment.export(name, self._condition())

    def _unset(self, arguments: list[Value]) -> None:
        if any(argument.text == "-f" for argument in arguments):
            return
        for argument in arguments:
            self.environment.remember(argument.text, None)
            if argument.text in VARIABLES:
                self.environment.unset(self._assignment(argument.text, Value(()), argument, self._condition()))

    def _set(self, arguments: list[Value]) -> None:
        for flag, following in pairwise([*(argument.text for argument in arguments), ""]):
            if flag in ("--", "-") or flag[:1] not in ("-", "+"):
                break
            if "a" in flag or (flag[1:].endswith("o") and following == "allexport"):
                self.environment.export_all(on=flag[0] == "-")

    def _change_directory(self, name: str, arguments: list[Value]) -> None:
        operands = [
            argument.text for argument in arguments if argument.text == "-" or argument.text[:1] not in ("-", "+")
        ]
        environment = self.environment
        if name == "popd":
            environment.pop()
            return
        if operands[:1] == ["-"]:
            target = environment.state.previous
        else:
            target = resolve_directory(operands[0], environment.state.directory, self._folder) if operands else ""
        if name == "pushd":
            environment.push(target)
        else:
            environment.move(target)

    def _glue(self, word: Word) -> Value:
        """The value of a word, with what is written against the `|` after it."""
        value = resolve(word, self.environment.lookup)
        offset, pieces = self.glued
        return Value((*value.pieces, *pieces)) if word.end == offset else value

    def _appended(self, name: str, value: Value, *, append: bool) -> Value:
        if not append:
            return value
        known = self.environment.lookup(name)
        start = value.span[0]
        text = f"${{{name}}}" if known is None else known
        return Value((Piece(text, start, start, known is None, in_step=False, quoted=True), *value.pieces))

    def _assignment(self, name: str, value: Value, word: Value, condition: str) -> Assignment:
        text = value.text
        start, end = value.span if text else word.span
        if not text:
            end = min(end, start + len(name))
        return Assignment(
            name=name,
            value=redact(text),
            at=self.snippet.at(start, end),
            scope=self.scope,
            condition=condition,
            dynamic=value.dynamic,
            credentials=has_credentials(text),
        )

    def _condition(self) -> str:
        return "; ".join(self.conditions)


def _literal(word: Word) -> str:
    return "".join(part.text for part in word.parts if isinstance(part, Literal))


def _name_of(assign: Assign) -> Value:
    start = assign.start
    return Value((Piece(assign.name, start, start + len(assign.name), dynamic=False, in_step=True, quoted=True),))


def _spaced(values: Sequence[Value]) -> Value:
    pieces: list[Piece] = []
    for value in values:
        end = value.span[1]
        if pieces:
            pieces.append(Piece(" ", value.span[0], end, dynamic=False, in_step=False, quoted=True))
        pieces += value.pieces
    return Value(tuple(pieces))
