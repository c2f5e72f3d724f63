"""The words of a command line to the settings among them: `--db=postgres://...`, `-Ddb.url=...`, `--db postgres://...`."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_WORD = re.compile(r"(?:[^\s\"']++|\"[^\"]*+\"|'[^']*+')++")
_SETTING = re.compile(r"(?:-D|(?=-|[A-Za-z_]))(?P<key>[\w.-]{1,200})=(?P<value>.+)", re.DOTALL)
_QUOTES = ("'", '"')


class Argument(NamedTuple):
    """A value on a command line."""

    key: str
    """The option, with its dashes; the variable or property; empty for a word that stands alone."""
    text: str
    start: int
    """Its offset in the line, without its quotes."""


def arguments(line: str) -> Iterator[Argument]:
    """The words of a line, without the options and the quotes around them."""
    option = ""
    for match in _WORD.finditer(line):
        word, start = match.group(), match.start()
        setting = _SETTING.fullmatch(word)
        if setting:
            yield _unquoted(setting["key"], setting["value"], start + setting.start("value"))
        else:
            yield _unquoted(option, word, start)
        option = word if word.startswith("-") and not setting else ""


def _unquoted(key: str, text: str, start: int) -> Argument:
    if len(text) > 1 and text[0] in _QUOTES and text[0] == text[-1]:
        return Argument(key, text[1:-1], start + 1)
    return Argument(key, text, start)
