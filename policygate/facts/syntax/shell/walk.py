"""A shell script followed from its first command to its last, without running it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import assert_never

from policygate.facts.model import Lost, Problem
from policygate.facts.syntax.shell.commands import Commands
from policygate.facts.syntax.shell.environment import Ending, Environment
from policygate.facts.syntax.shell.grammar import Parser
from policygate.facts.syntax.shell.nodes import (
    Assign,
    Branch,
    Chain,
    Choice,
    Function,
    Group,
    Literal,
    Loop,
    Node,
    Part,
    Pipeline,
    Redirect,
    Simple,
    Statement,
    Substitution,
    Word,
)
from policygate.facts.syntax.shell.values import Piece, Value, resolve
from policygate.facts.syntax.shell.words import TooDeepError
from policygate.facts.syntax.snippet import Snippet
from policygate.redact import redact

_MAX_DEPTH = 60
_MAX_INNER = 3
_MAX_INNER_TEXT = 1_000_000
_MAX_GUARD = 120
_TOO_DEEP = "nested too deeply to read as a shell script"
_STEPS = frozenset(
    "apk apt apt-get cd chmod chown cp curl dnf echo export git go ln make mkdir mv popd printf pushd rm set source "
    "tar touch true umask unset wget yum . : declare typeset readonly local".split()
)
"""Commands that do something rather than ask something: after them, `&&` is no condition."""


class Walk(Commands):
    """The control flow of a script."""

    def __init__(self, snippet: Snippet, scope: str, environment: Environment) -> None:
        super().__init__(snippet, scope, environment)
        self._functions: dict[str, tuple[Function, Snippet]] = {}
        self._uncalled: dict[str, tuple[Function, Snippet]] = {}
        self._depth = 0
        self._inner = 0
        self._inner_text = 0

    def read(self) -> None:
        """Follow the whole script, and then the functions that it never calls."""
        self._read_text()
        while self._uncalled:
            before = self.environment.snapshot()
            self.call(next(iter(self._uncalled)))
            self.environment.end_branch(before)

    def read_inner(self, script: Value, *, child: bool) -> None:
        if self._inner >= _MAX_INNER:
            return
        outer = self.snippet
        snippet = script.snippet(outer)
        self._inner_text += len(snippet.source)
        if self._inner_text > _MAX_INNER_TEXT:
            self._refuse("too much text in inner shell scripts to read", script.span)
            return
        self.snippet = snippet
        self._inner += 1
        if child:
            with self._subshell("subshell"), self.environment.without_variables():
                self._read_text()
        else:
            self._read_text()
        self._inner -= 1
        self.snippet = outer

    def call(self, name: str) -> bool:
        if name not in self._functions:
            return False
        if self._uncalled.pop(name, None):
            function, snippet = self._functions[name]
            outer, self.snippet = self.snippet, snippet
            with self._when(f"function {name}"):
                self._node(function.body)
            self.snippet = outer
        return True

    def _read_text(self) -> None:
        parser = Parser(self.snippet.source, 0, len(self.snippet.source))
        try:
            for statements in parser.lines():
                self._run(statements)
        except TooDeepError:
            self._refuse(_TOO_DEEP, (parser.pos, parser.pos + 1))

    def _refuse(self, message: str, span: tuple[int, int]) -> None:
        problem = Problem(message=message, at=self.snippet.at(*span))
        if problem not in self.problems[-1:]:
            self.problems.append(problem)

    def _run(self, statements: Iterable[Statement]) -> None:
        for statement in statements:
            if statement.background:
                with self._subshell("subshell"):
                    self._node(statement.node)
            else:
                self._node(statement.node)

    def _node(self, node: Node) -> None:
        if self._depth >= _MAX_DEPTH:
            self._refuse(_TOO_DEEP, (node.start, node.end))
            return
        self._depth += 1
        match node:
            case Simple():
                self._simple(node)
            case Pipeline():
                self._pipeline(node)
            case Chain():
                self._chain(node)
            case Group():
                self._group(node)
            case Choice():
                self._choice(node)
            case Loop():
                self._loop(node)
            case Function():
                self._functions[node.name] = self._uncalled[node.name] = (node, self.snippet)
            case _:
                assert_never(node)
        self._depth -= 1

    def _simple(self, node: Simple) -> None:
        self._substitutions(node.words, node.assigns, node.redirects)
        self.run_simple(node)

    def _pipeline(self, node: Pipeline) -> None:
        if len(node.parts) == 1:
            self._node(node.parts[0])
            return
        for index, part in enumerate(node.parts):
            outer = self.glued
            with self._subshell("pipeline"):
                self.glued = (part.end, self._written_on(node, index))
                if not self.glued[1]:
                    self.glued = outer if index == len(node.parts) - 1 else (-1, ())
                self._node(part)
            self.glued = outer

    def _written_on(self, node: Pipeline, index: int) -> tuple[Piece, ...]:
        """`|direct` after `GOPROXY=https://a`: what the author took for the rest of the value."""
        pieces: list[Piece] = []
        end = node.parts[index].end
        for bar, part in zip(node.bars[index:], node.parts[index + 1 :], strict=True):
            if bar != end or not isinstance(part, Simple) or part.assigns or not part.words:
                break
            word = part.words[0]
            if word.start != bar + 1:
                break
            pieces.append(Piece("|", bar, bar + 1, dynamic=False, in_step=True, quoted=False))
            pieces += resolve(word, self.environment.lookup).pieces
            end = word.end
            if end != part.end:
                break
        return tuple(pieces)

    def _chain(self, node: Chain) -> None:
        """`a && b || c`: what follows an `&&` knows that all before it has succeeded."""
        self._node(node.first)
        sure = _is_step(node.first)
        before = None
        end = node.first.end
        for operator, following in node.rest:
            if operator == "||" or not sure:
                if before is not None:
                    self.conditions.pop()
                if before is not None and operator == "||":
                    self._rejoin(before)
                    before = None
                before = before or self.environment.snapshot()
                self.conditions.append(self._text((node.start, end)) + " " + operator)
            self._node(following)
            sure = _is_step(following)
            end = following.end
            if operator == "||":
                self.conditions.pop()
                self._rejoin(before)
                before = None
        if before is not None:
            self.conditions.pop()
            self._rejoin(before)

    def _rejoin(self, before: object) -> None:
        raise NotImplementedError

    def _group(self, node: Group) -> None:
        self._substitutions((), (), node.redirects)
        if node.subshell:
            with self._subshell("subshell"):
                self._run(node.body)
        else:
            self._run(node.body)
