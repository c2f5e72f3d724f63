"""Words of the shell, quoting and expansions (POSIX.1-2024, Shell Command Language, 2.2 and 2.6)."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from policygate.facts.syntax.shell.escapes import unescape
from policygate.facts.syntax.shell.nodes import Expansion, Literal, Part, Redirect, Statement, Substitution, Word

_MAX_DEPTH = 60
_META = " \t\n|&;()<>"
_RUN = re.compile(r"[^ \t\n|&;()<>\\'\"`$]+")
_RUN_QUOTED = re.compile(r"[^\"\\`$]+")
_RUN_HERE = re.compile(r"[^\\`$]+")
_RUN_BRACED = re.compile(r"[^}\\'\"`$]+")
_BACKSLASH = re.compile(r"\\")
_NAME = re.compile(r"\$(?:[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])")
_BACKQUOTED = re.compile(r"[^`\\]*(?:\\.[^`\\]*)*", re.DOTALL)
_ANSI = re.compile(r"(?:[^'\\]|\\.)*", re.DOTALL)
_ARRAY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\[[^\]]*\])?\+?=")
_GLOB_GROUP = re.compile(r"\([^()\n]{0,200}\)")
_PARENTHESIS = re.compile(r"[()]")
_BLANKS = re.compile(r"(?:[ \t]|\\\n)+")


class TooDeepError(Exception):
    """The text nests deeper than any script that people write; never leaves this package."""


@dataclass
class _Here:
    redirect: Redirect
    delimiter: str
    quoted: bool
    strip_tabs: bool


class Words(ABC):
    """A cursor over a script that reads words; a text that ends early is read as if it were closed there."""

    def __init__(self, text: str, start: int, end: int, depth: int = 0) -> None:
        self.text = text
        self.begin = self.pos = start
        self.end = end
        self.depth = depth
        self.here: list[_Here] = []

    @abstractmethod
    def statements(self, *closers: str) -> tuple[Statement, ...]:
        """The commands up to one of the closers, which stays."""

    @abstractmethod
    def inside(self, start: int, end: int) -> "Words":
        """A cursor over a part of the text, one level deeper."""

    @abstractmethod
    def all_statements(self) -> tuple[Statement, ...]:
        """The commands up to the end of the text."""

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One more level of nesting."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise TooDeepError
        yield
        self.depth -= 1

    def peek(self, count: int = 1) -> str:
        """The next characters, fewer at the end."""
        end = self.pos + count
        return self.text[self.pos : end if end < self.end else self.end]

    def skip_blanks(self) -> None:
        """Pass spaces, tabs, continued lines and a comment."""
        char = self.peek()
        if char and char in " \t\\" and (blanks := _BLANKS.match(self.text, self.pos, self.end)):
            self.pos = blanks.end()
            char = self.peek()
        if char == "#" and (self.pos == self.begin or self.text[self.pos - 1] in _META):
            newline = self.text.find("\n", self.pos, self.end)
            self.pos = self.end if newline < 0 else newline

    def skip_newline(self) -> None:
        """Pass a newline and the here-documents that begin after it."""
        self.pos += 1
        waiting, self.here = self.here, []
        for here in waiting:
            self._read_here(here)

    def word(self) -> Word:
        """The word at the cursor; empty when there is none."""
        start = self.pos
        parts: list[Part] = []
        while self.pos < self.end:
            char = self.text[self.pos]
            if char in _META:
                part = self._within_word(start, char)
                if part is None:
                    break
                parts.append(part)
            elif char == "\\":
                parts += self._escaped()
            elif char == "'":
                parts.append(self._single(self.pos + 1))
            elif char == '"':
                parts += self._double()
            elif char == "$":
                parts += self._dollar(quoted=False)
            elif char == "`":
                parts.append(self._backquoted(quoted=False))
            else:
                parts.append(self._run(_RUN, quoted=False))
        return Word(start, self.pos, tuple(parts))

    def balanced(self, start: int) -> int:
        """The offset after the `)` that closes the `(` at `start`; -1 when there is none."""
        open_ = 0
        for match in _PARENTHESIS.finditer(self.text, start, self.end):
            open_ += 1 if match.group() == "(" else -1
            if not open_:
                return match.end()
        return -1

    def arithmetic_end(self, start: int) -> int:
        """The offset after `((...))`; -1 when the text at `start` is not of this form."""
        if self.text[start : start + 2] != "((":
            return -1
        end = self.balanced(start)
        closed = end > 0 and self.text[end - 2] == ")" and self.balanced(start + 1) == end - 1
        return end if closed else -1

    def quoted_parts(self) -> tuple[Part, ...]:
        """The rest of the text as a here-document reads it."""
        parts: list[Part] = []
        while self.pos < self.end:
            parts += self._in_quotes(_RUN_HERE, "$`\\\n")
        return tuple(parts)

    def _run(self, pattern: re.Pattern[str], *, quoted: bool) -> Literal:
        match = pattern.match(self.text, self.pos, self.end)
        start, self.pos = self.pos, match.end() if match else self.pos + 1
        return Literal(self.text[start : self.pos], start, self.pos, quoted)

    def _within_word(self, start: int, char: str) -> Part | None:
        """What a metacharacter begins when it does not end the word."""
        if char in "<>" and self.peek(2)[1:] == "(":
            return self._substitution(quoted=False)
        if char == "(" and self.pos > start:
            if _ARRAY.fullmatch(self.text, start, self.pos):
                return self._array()
            if self.text[self.pos - 1] in "?*+@!" and (group := _GLOB_GROUP.match(self.text, self.pos, self.end)):
                self.pos = group.end()
                return Literal(group.group(), group.start(), group.end(), quoted=False)
        return None

    def _array(self) -> Expansion:
        start = self.pos
        self.pos += 1
        inner: list[Part] = []
        with self.deeper():
            while self.pos < self.end and self.peek() != ")":
                self.skip_blanks()
                if self.peek() == "\n":
                    self.skip_newline()
                elif not (parts := self.word().parts):
                    if self.peek() != ")":
                        self.pos += 1
                else:
                    inner += parts
        self.pos = min(self.pos + 1, self.end)
        return Expansion(self.text[start : self.pos], start, self.pos, quoted=False, inner=tuple(inner))

    def _escaped(self) -> list[Part]:
        start = self.pos
        self.pos = min(self.pos + 2, self.end)
        after = self.text[start + 1 : self.pos]
        if after == "\n":
            return []
        if not after:
            return [Literal("\\", start, self.pos, quoted=True)]
        return [Literal(after, start + 1, self.pos, quoted=True)]

    def _single(self, start: int) -> Literal:
        close = self.text.find("'", start, self.end)
        end = self.end if close < 0 else close
        self.pos = min(end + 1, self.end)
        return Literal(self.text[start:end], start, end, quoted=True)

    def _ansi(self) -> Literal:
        start = self.pos + 2
        match = _ANSI.match(self.text, start, self.end)
        end = match.end() if match else start
        self.pos = min(end + 1, self.end)
        return Literal(unescape(self.text[start:end]), start, end, quoted=True)

    def _double(self) -> list[Part]:
        self.pos += 1
        parts: list[Part] = []
        start = self.pos
        with self.deeper():
            while self.pos < self.end and self.text[self.pos] != '"':
                parts += self._in_quotes(_RUN_QUOTED, '$`"\\\n')
        if not parts:
            parts.append(Literal("", start, self.pos, quoted=True))
        self.pos = min(self.pos + 1, self.end)
        return parts

    def _in_quotes(self, pattern: re.Pattern[str], escapable: str) -> list[Part]:
        char = self.text[self.pos]
        if char == "\\":
            if self.peek(2)[1:] in tuple(escapable):
                return self._escaped()
            return [self._run(_BACKSLASH, quoted=True)]
        if char == "$":
            return self._dollar(quoted=True)
        if char == "`":
            return [self._backquoted(quoted=True)]
        return [self._run(pattern, quoted=True)]

    def _dollar(self, *, quoted: bool) -> list[Part]:
        following = self.peek(2)[1:]
        if following == "'" and not quoted:
            return [self._ansi()]
        if following == '"' and not quoted:
            self.pos += 1
            return self._double()
        if following == "{":
            return [self._expansion(self._braced, quoted=quoted)]
        if following == "(":
            return [self._parenthesised(quoted=quoted)]
        if name := _NAME.match(self.text, self.pos, self.end):
            self.pos = name.end()
            return [Expansion(name.group(), name.start(), name.end(), quoted)]
        self.pos += 1
        return [Literal("$", self.pos - 1, self.pos, quoted)]

    def _parenthesised(self, *, quoted: bool) -> Part:
        start = self.pos
        end = self.arithmetic_end(start + 1)
        if end < 0:
            return self._substitution(quoted=quoted)
        self.pos = end
        inner = self.inside(start + 3, end - 2).quoted_parts()
        return Expansion(self.text[start:end], start, end, quoted, inner)

    def _expansion(self, read: Callable[..., tuple[Part, ...]], *, quoted: bool) -> Expansion:
        start = self.pos
        with self.deeper():
            inner = read(quoted=quoted)
        return Expansion(self.text[start : self.pos], start, self.pos, quoted, inner)

    def _braced(self, *, quoted: bool) -> tuple[Part, ...]:
        self.pos += 2
        parts: list[Part] = []
        while self.pos < self.end:
            char = self.text[self.pos]
            if char == "}":
                self.pos += 1
                break
            if char == "'" and not quoted:
                self._single(self.pos + 1)
            elif char == '"':
                parts += self._double()
            elif char in "\\$`":
                parts += self._in_quotes(_RUN_BRACED, "$`\"'}\\\n")
            else:
                self._run(_RUN_BRACED, quoted=quoted)
        return tuple(parts)

    def _substitution(self, *, quoted: bool) -> Substitution:
        start = self.pos
        self.pos += 2
        with self.deeper():
            body = self.statements(")")
        self.pos = min(self.pos + 1, self.end)
        return Substitution(self.text[start : self.pos], start, self.pos, quoted, body)

    def _backquoted(self, *, quoted: bool) -> Substitution:
        start = self.pos
        match = _BACKQUOTED.match(self.text, start + 1, self.end)
        end = match.end() if match else self.end
        self.pos = min(end + 1, self.end)
        with self.deeper():
            body = self.inside(start + 1, end).all_statements()
        return Substitution(self.text[start : self.pos], start, self.pos, quoted, body)

    def expect_here(self, redirect: Redirect) -> None:
        """Note a here-document whose body begins after this line."""
        raw = self.text[redirect.target.start : redirect.target.end]
        delimiter = "".join(part.text if isinstance(part, Literal) else part.raw for part in redirect.target.parts)
        quoted = any(char in raw for char in "'\"\\")
        self.here.append(_Here(redirect, delimiter, quoted, strip_tabs=redirect.operator == "<<-"))

    def _read_here(self, here: _Here) -> None:
        start = close = self.pos
        while self.pos < self.end:
            close = self.pos
            newline = self.text.find("\n", self.pos, self.end)
            line_end = self.end if newline < 0 else newline
            line = self.text[self.pos : line_end]
            self.pos = min(line_end + 1, self.end)
            if (line.lstrip("\t") if here.strip_tabs else line) == here.delimiter:
                break
            close = self.pos
        if here.quoted:
            here.redirect.body = Word(start, close, (Literal(self.text[start:close], start, close, quoted=True),))
        else:
            with self.deeper():
                here.redirect.body = Word(start, close, self.inside(start, close).quoted_parts())
