"""The grammar of the shell, read tolerantly (POSIX.1-2024, Shell Command Language, 2.10; bash's additions)."""

import re
from collections.abc import Iterator

from policygate.facts.syntax.shell.compounds import CLOSER, END, Compounds
from policygate.facts.syntax.shell.nodes import (
    Assign,
    Chain,
    Literal,
    Node,
    Pipeline,
    Redirect,
    Simple,
    Statement,
    Word,
)

_NEGATION = re.compile(rf"!{END}")
_TIME = re.compile(rf"time(?=[ \t\n]+[^- \t\n])(?:[ \t]+-p{END})?|time[ \t]+-p{END}")
_ASSIGN = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[[^\]\s]*\])?(\+?)=")


class Parser(Compounds):
    """A cursor over a script that reads commands; what it does not understand it passes over."""

    def __init__(self, text: str, start: int, end: int, depth: int = 0) -> None:
        super().__init__(text, start, end, depth)
        self._awaited: list[tuple[str, ...]] = []

    def lines(self) -> Iterator[tuple[Statement, ...]]:
        """The statements of each line, or of the lines that belong together, in order."""
        statements: list[Statement] = []
        while self._to_statement():
            statements.append(self._statement())
            self.skip_blanks()
            if self.peek() == "\n":
                self.skip_newline()
                yield tuple(statements)
                statements = []
        yield tuple(statements)

    def inside(self, start: int, end: int) -> "Parser":
        """A cursor over a part of the text, one level deeper."""
        return Parser(self.text, start, end, self.depth + 1)

    def all_statements(self) -> tuple[Statement, ...]:
        """The commands up to the end."""
        return tuple(statement for line in self.lines() for statement in line)

    def statements(self, *closers: str) -> tuple[Statement, ...]:
        """The commands up to one of the closers, or of those that an outer command awaits; the closer stays."""
        self._awaited.append(closers)
        statements = []
        with self.deeper():
            while self._to_statement():
                statements.append(self._statement())
        self._awaited.pop()
        return tuple(statements)

    def command(self) -> Node:
        """The command at the cursor."""
        return self.compound() or self._simple()

    def _to_statement(self) -> bool:
        """Move to the next command; false at the end or where an open construct closes."""
        while self.pos < self.end:
            self.skip_blanks()
            if self.peek() == "\n":
                self.skip_newline()
            elif closer := CLOSER.match(self.text, self.pos, self.end):
                if any(closer.group() in awaited for awaited in self._awaited):
                    return False
                self.pos = closer.end()
            elif self.peek() in (";", "&", "|"):
                self.pos += 1
            else:
                return self.pos < self.end
        return False

    def _statement(self) -> Statement:
        start = self.pos
        node = self._chain()
        if self.pos == start:
            self.pos += 1
        self.skip_blanks()
        following = self.peek(2)
        background = following[:1] == "&" and following not in ("&&", "&>")
        if background or (following[:1] == ";" and following not in (";;", ";&")):
            self.pos += 1
        return Statement(node, background)

    def _chain(self) -> Node:
        first = self._pipeline()
        rest = []
        self.skip_blanks()
        while (operator := self.peek(2)) in ("&&", "||"):
            self.pos += 2
            self.skip_lines()
            rest.append((operator, self._pipeline()))
            self.skip_blanks()
        return Chain(first.start, rest[-1][1].end, first, tuple(rest)) if rest else first

    def _pipeline(self) -> Node:
        start = self.pos
        negated = self._pass_prefixes()
        parts = [self.command()]
        bars = []
        self.skip_blanks()
        while self.peek() == "|" and self.peek(2) != "||":
            bars.append(self.pos)
            self.pos += 2 if self.peek(2) == "|&" else 1
            self.skip_lines()
            parts.append(self.command())
            self.skip_blanks()
        if len(parts) == 1 and not negated:
            return parts[0]
        return Pipeline(start, parts[-1].end, tuple(parts), tuple(bars))

    def _pass_prefixes(self) -> bool:
        """Pass `!` and `time`; whether there was a `!`."""
        negated = False
        while self.peek() in ("!", "t") and (
            prefix := _NEGATION.match(self.text, self.pos, self.end) or _TIME.match(self.text, self.pos, self.end)
        ):
            negated = negated or prefix.group() == "!"
            self.pos = prefix.end()
            self.skip_blanks()
        return negated

    def _simple(self) -> Node:
        start = end = self.pos
        assigns: list[Assign] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while self.pos < self.end:
            self.skip_blanks()
            if redirect := self.redirect():
                redirects.append(redirect)
                continue
            assign = None if words else _ASSIGN.match(self.text, self.pos, self.end)
            word = self.word()
            if word.end == word.start:
                break
            end = self.pos
            if assign:
                value = _after(word, assign.end())
                assigns.append(Assign(assign.group(1), bool(assign.group(2)), word.start, value))
                continue
            words.append(word)
            if len(words) == 1 and not (assigns or redirects):
                self.skip_blanks()
                if self.peek() == "(" and self.pass_no_arguments():
                    return self.function(start, word)
        return Simple(start, end, tuple(assigns), tuple(words), tuple(redirects))


def _after(word: Word, offset: int) -> Word:
    """The part of a word from an offset inside its first part."""
    first, rest = word.parts[0], word.parts[1:]
    if isinstance(first, Literal) and first.end > offset:
        head = (Literal(first.text[offset - first.start :], offset, first.end, first.quoted),)
        return Word(offset, word.end, (*head, *rest))
    return Word(offset, word.end, rest)
