"""Interpreted string literals (https://go.dev/ref/spec#String_literals)."""

import re

_SIMPLE = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, '"': 34}
_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\\"])|x([0-9A-Fa-f]{2})|([0-3][0-7]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([\s\S]?))"
)


def unquote(literal: str) -> str | None:
    """The text between double quotes with its escapes resolved; None when an escape or a line end is not allowed."""
    body = literal[1:-1]
    if "\n" in body:
        return None
    if "\\" not in body:
        return body
    parts = []
    position = 0
    for escape in _ESCAPE.finditer(body):
        resolved = _resolve(escape)
        if resolved is None:
            return None
        parts += [body[position : escape.start()].encode(), resolved]
        position = escape.end()
    return b"".join([*parts, body[position:].encode()]).decode("utf-8", "replace")


def _resolve(escape: re.Match[str]) -> bytes | None:
    simple, byte, octal, short, long, _ = escape.groups()
    if simple:
        return bytes([_SIMPLE[simple]])
    if byte or octal:
        return bytes([int(byte, 16) if byte else int(octal, 8)])
    digits = short or long
    point = int(digits, 16) if digits else -1
    if not 0 <= point <= 0x10FFFF or 0xD800 <= point < 0xE000:
        return None
    return chr(point).encode()
