"""Backslashes inside `$'...'` (https://www.gnu.org/software/bash/manual/html_node/ANSI_002dC-Quoting.html)."""

import re

_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c(.)|(.))", re.DOTALL
)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "v": "\v"}


def unescape(text: str) -> str:
    """The text that the shell reads between `$'` and `'`."""
    return _ESCAPE.sub(_character, text)


def _character(escape: re.Match[str]) -> str:
    hexadecimal = escape.group(1) or escape.group(2) or escape.group(3)
    octal, control, letter = escape.group(4, 5, 6)
    if hexadecimal or octal:
        code = int(hexadecimal, 16) if hexadecimal else int(octal, 8) & 0xFF
        return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\N{REPLACEMENT CHARACTER}"
    if control:
        return chr(ord(control) & 0x1F)
    if letter in "\\'\"?":
        return str(letter)
    return _LETTERS.get(letter, "\\" + letter)
