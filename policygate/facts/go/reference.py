"""References to variables that nobody has resolved yet: `$NAME`, `${NAME:-x}`, `$(NAME)`, `${{ name }}`."""

import re

_START = re.compile(r"\$(?:\w++|(?=[({]))", re.ASCII)
_BRACKETS = {"(": re.compile(r"[()]"), "{": re.compile(r"[{}]")}


MASK = "~"
"""Stands for a character of a reference: it separates nothing, URLs may hold it anywhere, and no host has it."""


def masked(text: str) -> str:
    """The text with every character of a reference replaced by `MASK`, so that offsets hold.

    A reference that is never closed runs to the end.
    """
    if "$" not in text:
        return text
    parts = []
    end = 0
    found = _START.search(text)
    while found:
        parts.append(text[end : found.start()])
        end = _closed(text, found.end()) if found.group() == "$" else found.end()
        parts.append(MASK * (end - found.start()))
        found = _START.search(text, end)
    return "".join([*parts, text[end:]])


def _closed(text: str, opening: int) -> int:
    """The offset behind the bracket that closes the one at `opening`; only brackets of the same sort are counted."""
    depth = 0
    for bracket in _BRACKETS[text[opening]].finditer(text, opening):
        depth += 1 if bracket.group() == text[opening] else -1
        if depth == 0:
            return bracket.end()
    return len(text)
