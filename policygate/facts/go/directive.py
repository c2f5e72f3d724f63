"""A directive of go.mod or go.work and its arguments (https://go.dev/ref/mod#go-mod-file-grammar)."""

import re
from collections.abc import Container, Iterator
from typing import NamedTuple

from policygate.facts.go.mod_file import Block, Line, Row, Word
from policygate.facts.go.string_literal import unquote
from policygate.facts.go.white_space import trim
from policygate.location import At, Fact, Position
from policygate.redact import redact

_QUOTES = re.compile(r"[\"'`]")
_SHOWN = 60


class Directive(NamedTuple):
    """One directive, in a block or not."""

    verb: Word
    arguments: list[Word]
    row: Row
    above: list[str]
    """The comments that describe it: those above it, or those above its block where it has none itself."""

    @property
    def words(self) -> list[Word]:
        """The arguments; the verb where there is none."""
        return self.arguments or [self.verb]

    @property
    def comment(self) -> str:
        """The text of its comments, above and behind it, by line, credentials blanked."""
        comments = [*self.above, self.row.comment or ""]
        return "\n".join(trim(redact(comment)[2:]) for comment in comments if comment)

    def at(self, file: str, first: Word, last: Word) -> At:
        """The span of some of its words."""
        before = self.row.start - 1
        return At(
            path=file,
            start=Position(line=self.row.number, column=first.start - before),
            end=Position(line=self.row.number, column=last.end - before),
            origin="text",
        )


class RefusedError(Exception):
    """go refuses a directive: why, for which words, and what it says none the less."""

    def __init__(self, message: str, *words: Word, fact: Fact | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.start, self.end = words[0].start, words[-1].end
        self.fact = fact


def directives(statement: Line | Block, blocks: Container[str], file: str) -> Iterator[Directive]:
    """The directives of a statement; `blocks` holds the verbs that may stand before a block in a `file`.

    Raises:
        RefusedError: the verb may not stand before a block.
    """
    if isinstance(statement, Line):
        row = statement.row
        yield Directive(row.words[0], row.words[1:], row, statement.above)
        return
    verb, *surplus = statement.keyword
    if surplus or verb.text not in blocks:
        raise RefusedError(f"{shown(verb)} is not followed by a block in {file}", *statement.keyword)
    for line in statement.lines:
        above = statement.above if not line.above and line.row.comment is None else line.above
        yield Directive(verb, line.row.words, line.row, above)


def only(directive: Directive, usage: str) -> Word:
    """The argument of a directive that takes one.

    Raises:
        RefusedError: it has none or several; `usage` is the message.
    """
    if len(directive.arguments) != 1:
        raise RefusedError(usage, *directive.words)
    return directive.arguments[0]


def string(word: Word) -> str:
    """The text that a word stands for, credentials blanked.

    Raises:
        RefusedError: it is no valid string.
    """
    text = word.text
    if text.startswith('"'):
        unquoted = unquote(text)
        if unquoted is None:
            raise RefusedError(f"{shown(word)} is no valid string", word)
        text = unquoted
    elif _QUOTES.search(text):
        message = f"{shown(word)} has a quote in it; only double quotes around the whole word are allowed"
        raise RefusedError(message, word)
    return redact(text) if "://" in text else text


def shown(word: Word) -> str:
    """A word for a message; nothing behind `://`, where credentials may stand."""
    text = word.text.partition("://")[0]
    printable = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[:_SHOWN])
    return f"`{printable}`" if printable == word.text else f"`{printable}…`"
