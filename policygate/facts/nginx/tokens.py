"""The words of an nginx configuration as crossplane tells them apart, each with its place (https://nginx.org/en/docs/)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_BLANK = " \t\r\n"
"""All that separates words for nginx; Python and crossplane know many more."""
_ESCAPE = re.compile(r"\\([\"'\\trn])")
_EARLY_END = re.compile(r"\$\{[^}]*?[;{]")
_MEANING = {"t": "\t", "r": "\r", "n": "\n"}


class Token(NamedTuple):
    """A word, or one of `{`, `}` and `;`, between two offsets of the text."""

    text: str
    """Quotes and escapes resolved."""
    mark: bool
    """Whether it is one of the three marks."""
    start: int
    end: int


class MisreadError(Exception):
    """The text is not what nginx takes for a configuration; `offset` says where."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def tokens(text: str) -> Iterator[Token]:
    """The words and marks in order, comments left out.

    Raises: MisreadError where crossplane and nginx would not read the same.
    """
    from crossplane.errors import NgxParserBaseException  # type: ignore[import-untyped]  # noqa: PLC0415 - large
    from crossplane.lexer import _lex_file_object  # type: ignore[import-untyped]  # noqa: PLC0415 - `lex` opens files

    feed = _Feed(text)
    end = 0
    try:
        for word, _, quoted in _lex_file_object([feed]):
            start = _skip_blank(text, end)
            end = _end(feed, word, start, quoted=quoted)
            if not word.startswith("#") or quoted:
                yield _token(text[start:end], word, start, quoted=quoted)
    except NgxParserBaseException as error:
        raise MisreadError(str(error.strerror), feed.read - 1) from error
    rest = _skip_blank(text, end)
    if rest < len(text) and text[rest] != "#":
        raise MisreadError("unexpected end of file, expecting `;` or `}`", rest)


class _Feed:
    """The characters of a text one by one, and how many were asked for."""

    def __init__(self, text: str) -> None:
        self.read = 0
        self._text = text

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if self.read == len(self._text):
            raise StopIteration
        self.read += 1
        return self._text[self.read - 1]


def _skip_blank(text: str, offset: int) -> int:
    while offset < len(text) and text[offset] in _BLANK:
        offset += 1
    return offset


def _end(feed: _Feed, word: str, start: int, *, quoted: bool) -> int:
    """Where a word ends; the `;` that crossplane adds after a block of Lua has no length."""
    if quoted or word.startswith("#"):
        return feed.read
    return start if word == ";" and feed.read <= start else start + len(word)


def _token(raw: str, word: str, start: int, *, quoted: bool) -> Token:
    """The word as nginx reads it, which takes fewer characters for white space and ends a word at any `;` and `{`."""
    end = start + len(raw)
    if not quoted and word in ("{", "}", ";") and raw in (word, ""):
        return Token(word, True, start, end)
    if raw[:1] not in ("'", '"', "{") if quoted else raw != word:
        raise MisreadError("white space that nginx takes for a part of a word", start)
    if not quoted and "${" in raw and _EARLY_END.search(raw):
        raise MisreadError("a variable whose name does not end with `}`", start)
    if quoted and raw[0] != "{":
        raw = raw[1:-1]
    return Token(_ESCAPE.sub(_unescaped, raw), False, start, end)


def _unescaped(escape: re.Match[str]) -> str:
    return _MEANING.get(escape[1], escape[1])
