"""The syntax of go.mod: words, lines, blocks and comments (https://go.dev/ref/mod#go-mod-file-lexical)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r"[ \t\r]*+(?:"
    r"(?P<end>\n|\Z)|(?P<comment>//[^\n]*+)|(?P<mark>[()\[\]{},])|(?P<quote>[\"`])|(?P<word>[^ \t\r\n()\[\]{},]++))"
)
_COMMON_LINE = re.compile(
    r"[ \t]*+([\w.~+-]++(?:/[\w.~+-]++)*+)[ \t]++([\w.~+-]++)[ \t]*+(//[^\n]*+)?\r?(?:\n|\Z)", re.ASCII
)
"""A path and a version, as nearly all lines are: one match instead of four."""
_QUOTED = {'"': re.compile(r'"(?:[^"\\\n]++|\\[\s\S])*+'), "`": re.compile(r"`[^`\n]*+")}
_MAX_WORDS = 1000
"""go refuses every line with more than a few words, though not for its syntax."""
_COMMENT_STARTS = re.compile(r"/[/*]")


class Word(NamedTuple):
    """A word, a quoted string or one of `( ) [ ] { } ,`, and its offsets in the file."""

    text: str
    """As it is written, quotes included."""
    start: int
    end: int


class Row(NamedTuple):
    """What stands on one line of the file."""

    words: list[Word]
    comment: str | None
    """The comment that ends the line, with its slashes; None when there is none."""
    number: int
    """1-based line."""
    start: int
    """Offset of the line's first character."""


class Line(NamedTuple):
    """A directive, or its arguments where it stands in a block."""

    row: Row
    above: list[str]
    """The comments above it; an empty string is a blank line between them and what is before."""


class Block(NamedTuple):
    """A keyword with lines in parentheses."""

    row: Row
    keyword: list[Word]
    above: list[str]
    lines: list[Line]


class Malformed(NamedTuple):
    """Why and where a file cannot be taken apart."""

    message: str
    start: int
    end: int


class Syntax(NamedTuple):
    """The statements of a file in order; those before the malformed place where there is one."""

    statements: list[Line | Block]
    malformed: Malformed | None


def parse_mod_file(text: str) -> Syntax:
    """Take a go.mod apart into its statements; what they mean is the reader's business."""
    parser = _Parser()
    try:
        for row in _rows(text):
            parser.take(row)
        parser.close()
    except _SyntaxError as error:
        return Syntax(parser.statements, error.malformed)
    return Syntax(parser.statements, None)


class _SyntaxError(Exception):
    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.malformed = Malformed(message, start, end)


class _Parser:
    """Rows to statements; a comment belongs to the statement right below it."""

    def __init__(self) -> None:
        self.statements: list[Line | Block] = []
        self._above: list[str] = []
        self._block: Block | None = None

    def take(self, row: Row) -> None:
        if row.words and self._block:
            self._inside(row, self._block)
        elif row.words:
            self._statement(row)
        elif row.comment is not None:
            self._above.append(row.comment)
        elif self._block is None:
            self._above = []
        elif self._above[-1:] not in ([], [""]) or (not self._above and self._block.lines):
            self._above.append("")

    def close(self) -> None:
        if self._block:
            first = self._block.row.words[0]
            raise _SyntaxError("the block is never closed", first.start, first.end)

    def _statement(self, row: Row) -> None:
        texts = [word.text for word in row.words]
        opened = len(texts) > 1 and texts[-1] == "("
        if opened or (len(texts) > 2 and texts[-2:] == ["(", ")"]):
            block = Block(row, row.words[: -1 if opened else -2], self._above, [])
            self.statements.append(block)
            self._block = block if opened else None
        else:
            self.statements.append(Line(row, self._above))
        self._above = []

    def _inside(self, row: Row, block: Block) -> None:
        if row.words[0].text != ")":
            block.lines.append(Line(row, self._above))
        elif len(row.words) > 1:
            raise _SyntaxError("only a comment may follow the `)` of a block", row.words[1].start, row.words[-1].end)
        else:
            self._block = None
        self._above = []


def _rows(text: str) -> Iterator[Row]:
    """The lines of a file; a string that contains an escaped line end goes on in the same row."""
    position = 0
    number = 1
    while position < len(text):
        start = position
        common = _COMMON_LINE.match(text, position)
        if common:
            first, second, comment = common.groups()
            words = [Word(first, *common.span(1)), Word(second, *common.span(2))]
            position = common.end()
        else:
            words, comment, position = _row(text, position)
        yield Row(words, comment, number, start)
        number += 1 if common else max(1, text.count("\n", start, position))


def _row(text: str, position: int) -> tuple[list[Word], str | None, int]:
    """The words and the comment up to the next line end, and the offset behind it."""
    words: list[Word] = []
    comment = None
    while True:
        match = _TOKEN.match(text, position)
        if match is None:  # every character begins some token
            raise _SyntaxError("unexpected character", position, position + 1)
        kind, position = match.lastgroup, match.end()
        if kind == "end":
            return words, comment, position
        if kind == "comment":
            comment = match.group(kind)
            continue
        start = match.start(kind or 0)
        if kind == "quote":
            position = _closing_quote(text, start)
        elif kind == "word":
            position = _word_end(text, start, position)
        if len(words) == _MAX_WORDS:
            raise _SyntaxError("too many words on one line", start, position)
        words.append(Word(text[start:position], start, position))


def _word_end(text: str, start: int, end: int) -> int:
    """Where a word ends: `//` begins a comment even within it."""
    comment = _COMMENT_STARTS.search(text, start, end)
    if comment:
        end = comment.start()
    word = text[start:end]
    if not word.isprintable():
        bad = next(offset for offset, char in enumerate(word, start) if not char.isprintable())
        raise _SyntaxError(f"unexpected character U+{ord(text[bad]):04X}", bad, bad + 1)
    if comment and comment.group() == "/*":
        raise _SyntaxError("comments begin with `//`; there is no `/* */`", end, end + 2)
    return end


def _closing_quote(text: str, start: int) -> int:
    """The offset behind the quote that closes the one at `start`."""
    body = _QUOTED[text[start]].match(text, start)
    end = body.end() if body else start
    if text.startswith(text[start], end):
        return end + 1
    message = "the string does not end on its line" if text.startswith("\n", end) else "the string never ends"
    raise _SyntaxError(message, start, end)
