"""What references in a makefile stand for (https://www.gnu.org/software/make/manual/make.html#Reference)."""

import re
from collections.abc import Mapping

from policygate.facts.syntax.snippet import Snippet

MAX_LENGTH = 20_000
"""Characters of an expanded text: references to references grow exponentially."""
_MAX_DEPTH = 8
_NAME = re.compile(r"[A-Za-z0-9_.-]+\Z")


def expand(text: Snippet, values: Mapping[str, str], *, for_shell: bool) -> tuple[Snippet, bool]:
    """The text with references to known variables replaced, and whether all of them were known.

    `$$` is a `$`. Of what is unknown, `$(NAME)` stays as it is written, or becomes a shell variable when the text goes
    to a shell, which would take it for a command.
    """
    pieces: list[str] = []
    anchors: list[tuple[int, int]] = []
    length, start, known = 0, 0, True
    source = text.source
    while start < len(source) and length <= MAX_LENGTH:
        dollar = source.find("$", start)
        if dollar < 0:
            dollar = len(source)
        if dollar > start:
            literal = text.part(start, dollar)
            anchors += [(length + own, theirs) for own, theirs in literal.anchors]
            pieces.append(literal.source)
            length += len(literal.source)
        if dollar == len(source):
            break
        name, start = _reference(source, dollar)
        value = "$" if name == "$" else _value(name, values, _MAX_DEPTH)
        known = known and value is not None
        if value is None:
            value = _as_shell(name) if for_shell else source[dollar:start]
        anchors.append((length, text.part(dollar, start).anchors[0][1]))
        pieces.append(value)
        length += len(value)
    first = anchors or list(text.part(0, 0).anchors)
    return Snippet("".join(pieces), text.file, tuple(first)), known and length <= MAX_LENGTH


def _reference(source: str, dollar: int) -> tuple[str, int]:
    """The name behind a dollar sign, and where the reference ends."""
    opening = source[dollar + 1 : dollar + 2]
    if opening not in ("(", "{"):
        return opening, dollar + 2 if opening else dollar + 1
    closing = ")" if opening == "(" else "}"
    depth = 0
    for index in range(dollar + 1, min(len(source), dollar + MAX_LENGTH)):
        depth += (source[index] == opening) - (source[index] == closing)
        if depth == 0:
            return source[dollar + 2 : index], index + 1
    return source[dollar + 2 :], len(source)


def _value(name: str, values: Mapping[str, str], depth: int) -> str | None:
    """The value of a variable with all references in it resolved; None when one of them is unknown."""
    value = values.get(name) if _NAME.match(name) else None
    if value is None or "$" not in value:
        return value
    if depth == 0 or len(value) > MAX_LENGTH:
        return None
    parts = []
    start = 0
    while (dollar := value.find("$", start)) >= 0:
        parts.append(value[start:dollar])
        inner, start = _reference(value, dollar)
        resolved = "$" if inner == "$" else _value(inner, values, depth - 1)
        if resolved is None or sum(map(len, parts)) > MAX_LENGTH:
            return None
        parts.append(resolved)
    return "".join([*parts, value[start:]])


def _as_shell(name: str) -> str:
    return f"${{{name}}}" if name.isidentifier() and name.isascii() else "${_}"
