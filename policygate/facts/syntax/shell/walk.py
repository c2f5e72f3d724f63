"""A shell script followed from its first command to its last, without running it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import assert_never

from policygate.facts.model import Lost, Problem
from policygate.facts.syntax.shell.commands import Commands
from policygate.facts.syntax.shell.environment import Ending, Environment
from policygate.facts.syntax.shell.functions import Defined, Functions
from policygate.facts.syntax.shell.grammar import Parser
from policygate.facts.syntax.shell.nodes import (
    Chain,
    Choice,
    Expansion,
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
_MAX_GLUED = 20
_TOO_DEEP = "nested too deeply to read as a shell script"
_STEP = re.compile(
    r"[.:]|apk|apt|apt-get|cd|chmod|chown|cp|curl|declare|dnf|echo|export|git|go|ln|local|make|mkdir|mv|popd|printf|pushd"
    r"|readonly|rm|set|source|sudo|tar|touch|true|typeset|umask|unset|wget|yum"
)
"""Commands that do something rather than ask something: after them, `&&` is no condition."""


class Walk(Commands):
    """The control flow of a script."""

    def __init__(self, snippet: Snippet, scope: str, environment: Environment) -> None:
        super().__init__(snippet, scope, environment)
        self._functions = Functions()
        self._refused: set[str] = set()
        self._depth = 0
        self._inner = 0
        self._inner_text = 0

    def read(self) -> None:
        """Follow the whole script, and then the functions that it never calls."""
        self._read_text()
        while defined := self._functions.take_uncalled():
            before = self.environment.snapshot()
            self._call(defined)
            self.environment.end_branch(before)

    def read_inner(self, script: Value, *, child: bool) -> None:
        """Follow `sh -c`, a here-document of a shell, or `eval`."""
        if self._inner >= _MAX_INNER:
            return
        outer = self.snippet
        snippet = script.snippet(outer)
        self._inner_text += len(snippet.source)
        if self._inner_text > _MAX_INNER_TEXT:
            self._refuse("too much text in inner shell scripts to read", script.span)
            return
        glued, self.glued = self.glued, (-1, ())
        self.snippet = snippet
        self._inner += 1
        if child:
            with self._subshell("subshell"), self.environment.without_variables():
                self._read_text()
        else:
            self._read_text()
        self._inner -= 1
        self.snippet, self.glued = outer, glued

    def is_function(self, name: str) -> bool:
        """Whether the script has defined a function of this name."""
        return name in self._functions

    def call(self, name: str) -> None:
        """Follow the body of a function where it is first called."""
        if defined := self._functions.take(name):
            self._call(defined)

    def _call(self, defined: Defined) -> None:
        outer, self.snippet = self.snippet, defined.snippet
        with self._when(f"function {defined.function.name}"):
            self._node(defined.function.body)
        self.snippet = outer

    def _read_text(self) -> None:
        parser = Parser(self.snippet.source, 0, len(self.snippet.source))
        try:
            for statements in parser.lines():
                self._run(statements)
        except TooDeepError:
            self._refuse(_TOO_DEEP, (parser.pos, parser.pos + 1))

    def _refuse(self, message: str, span: tuple[int, int]) -> None:
        if message not in self._refused:
            self._refused.add(message)
            self.problems.append(Problem(message=message, at=self.snippet.at(*span)))

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
                self._functions.define(node, self.snippet)
            case _:
                assert_never(node)
        self._depth -= 1

    def _simple(self, node: Simple) -> None:
        self._substitutions(node.words)
        self._substitutions(assign.value for assign in node.assigns)
        self._redirections(node.redirects)
        self.run_simple(node)

    def _pipeline(self, node: Pipeline) -> None:
        if len(node.parts) == 1:
            self._node(node.parts[0])
            return
        for index, part in enumerate(node.parts):
            outer, self.glued = self.glued, (part.end, self._written_on(node, index))
            with self._subshell("pipeline"):
                self._node(part)
            self.glued = outer

    def _written_on(self, node: Pipeline, index: int) -> tuple[Piece, ...]:
        """`|direct` after `GOPROXY=https://a`: what the author took for the rest of the value."""
        pieces: list[Piece] = []
        first = node.parts[index]
        if not isinstance(first, Simple) or "=" not in self.snippet.source[first.start : first.end]:
            return ()
        end = first.end
        for position in range(index, min(index + _MAX_GLUED, len(node.bars))):
            bar, part = node.bars[position], node.parts[position + 1]
            if bar != end or not isinstance(part, Simple) or part.assigns or not part.words:
                break
            word = part.words[0]
            if word.start != bar + 1:
                break
            pieces.append(Piece("|", bar, bar + 1, dynamic=False, in_step=True, quoted=True))
            pieces += resolve(word, self.environment.lookup).pieces
            end = word.end
            if end != part.end:
                break
        return tuple(pieces)

    def _chain(self, node: Chain) -> None:
        """`a && b || c`: what follows an `&&` knows that everything before it has succeeded."""
        self._node(node.first)
        sure, end, branch = _is_step(node.first), node.first.end, None
        for operator, following in node.rest:
            guard = f"{self._text(node.start, end)} {operator}"
            if branch and operator == "||":
                branch.close()
                branch = None
            if operator == "||":
                with self._branch(guard):
                    self._node(following)
                sure = sure or _is_step(following)
            else:
                if branch:
                    self.conditions[-1] = self.conditions[-1] if sure else guard
                elif not sure:
                    branch = ExitStack()
                    branch.enter_context(self._branch(guard))
                self._node(following)
                sure = _is_step(following)
            end = following.end
        if branch:
            branch.close()

    def _group(self, node: Group) -> None:
        self._redirections(node.redirects)
        if node.subshell:
            with self._subshell("subshell"):
                self._run(node.body)
        else:
            self._run(node.body)

    def _choice(self, node: Choice) -> None:
        self._substitutions(node.words)
        self._redirections(node.redirects)
        endings = []
        for index, branch in enumerate(node.branches):
            self._run(branch.condition)
            before = self.environment.snapshot()
            with self._when(self._guard(node, index)):
                self._run(branch.body)
            endings.append(self.environment.end_branch(before))
        if not node.exhaustive:
            endings.append(Ending(self.environment.state))
        self.environment.merge(endings)

    def _guard(self, node: Choice, index: int) -> str:
        text = self._text(*node.branches[index].guard)
        if node.words:
            return f"case {self._text(node.words[0].start, node.words[0].end)} in {text}"
        is_else = node.exhaustive and index == len(node.branches) - 1
        return f"else of {text}" if is_else else text

    def _loop(self, node: Loop) -> None:
        self._substitutions(node.words)
        self._redirections(node.redirects)
        if node.variable:
            self.environment.remember(node.variable, None)
        self._run(node.branch.condition)
        if node.branch.body:
            with self._branch(self._text(*node.branch.guard)):
                self._run(node.branch.body)

    def _redirections(self, redirects: Sequence[Redirect]) -> None:
        self._substitutions([redirect.target for redirect in redirects])
        self._substitutions([redirect.body for redirect in redirects if redirect.body])

    def _substitutions(self, words: Iterable[Word]) -> None:
        for word in words:
            for part in word.parts:
                self._substitution(part)

    def _substitution(self, part: Part) -> None:
        if isinstance(part, Substitution):
            with self._subshell("subshell"):
                self._run(part.body)
        elif isinstance(part, Expansion):
            for inner in part.inner:
                self._substitution(inner)

    @contextmanager
    def _subshell(self, lost: Lost) -> Iterator[None]:
        before, made = self.environment.snapshot(), self.environment.made()
        functions = self._functions.mark()
        yield
        self.environment.leave(before, made, lost)
        self._functions.forget(functions)

    @contextmanager
    def _branch(self, guard: str) -> Iterator[None]:
        before = self.environment.snapshot()
        with self._when(guard):
            yield
        self.environment.merge([self.environment.end_branch(before), Ending(before)])

    @contextmanager
    def _when(self, condition: str) -> Iterator[None]:
        self.conditions.append(condition)
        yield
        self.conditions.pop()

    def _text(self, start: int, end: int) -> str:
        text = self.snippet.source[start : min(end, start + _MAX_GUARD)]
        return redact(text.split("\n", 1)[0].rstrip(" \t\\"))


def _is_step(node: Node) -> bool:
    if isinstance(node, Simple):
        first = node.words[0].parts if node.words else ()
        return not node.words or (isinstance(first[0], Literal) and _STEP.fullmatch(first[0].text) is not None)
    return isinstance(node, Function)
