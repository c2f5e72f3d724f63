"""What references in a makefile stand for (https://www.gnu.org/software/make/manual/make.html#Reference)."""

import re
from collections.abc import Mapping

from policygate.facts.syntax.snippet import Snippet

MAX_LENGTH = 20_000
"""Characters that references of one text may add up to: references to references grow exponentially."""
_MAX_DEPTH = 8
_MAX_REFERENCE = 2_000
_MAX_REFERENCES = 2_000
_NAME = re.compile(r"[A-Za-z0-9_.-]+\Z")
_BRACKETS = {"(": re.compile(r"[()]"), "{": re.compile(r"[{}]")}
_SAME_IN_SHELL = frozenset({"GO", "GOCMD", "GO_CMD", "CURDIR", "PWD", "HOME", "CI_PROJECT_DIR", "GITHUB_WORKSPACE"})
"""Variables that mean the same to the shell, or that the reader of scripts knows by their names."""
_STAND_IN = "__make_"
_STOOD_IN = re.compile(rf"\$\{{{_STAND_IN}([0-9]{{1,9}})_([0-9]{{1,9}})\}}")

Values = Mapping[str, str | None]
"""The text of each variable, with its references; None for a variable whose value the file does not say."""


def expand(text: Snippet, values: Values, *, for_shell: bool) -> tuple[Snippet, bool]:
    """The text with references to known variables replaced, and whether all of them were known.

    `$$` is a `$`. What is unknown stays as it is written. When the text goes to a shell, which would take `$(NAME)` for
    a command, a variable of the shell stands for it: see `restored`.
    """
    source = text.source
    if "$" not in source or source.count("$") > _MAX_REFERENCES:
        return text, "$" not in source
    pieces: list[str] = []
    anchors: list[tuple[int, int]] = []
    length, start, known, left = 0, 0, True, MAX_LENGTH
    while start < len(source):
        dollar = source.find("$", start)
        dollar = len(source) if dollar < 0 else dollar
        if dollar > start:
            anchors += [(length + own, theirs) for own, theirs in text.part(start, dollar).anchors]
            pieces.append(source[start:dollar])
            length += dollar - start
        if dollar == len(source):
            break
        name, start = _reference(source, dollar)
        value = "$" if name == "$" else _value(name, values, _MAX_DEPTH)
        if value is None or len(value) > left:
            known = False
            value = _as_shell(dollar, start, name) if for_shell else source[dollar:start]
        left -= len(value)
        anchors += [(length + own, theirs) for own, theirs in _spread(text, dollar, start, len(value))]
        pieces.append(value)
        length += len(value)
    return Snippet("".join(pieces), text.file, tuple(anchors)), known


def restored(text: str, source: str) -> str:
    """A text out of what was expanded from `source` for a shell, with unknown references as they are written there."""
    return _STOOD_IN.sub(lambda found: source[int(found[1]) : int(found[2])], text)


def value_of(text: str, values: Values) -> str | None:
    """The text with all references replaced; None when one of them is unknown."""
    return _resolve(text, values, _MAX_DEPTH)


def _spread(text: Snippet, start: int, end: int, length: int) -> list[tuple[int, int]]:
    """Where the characters of a value stand: its first one at the `$`, those past the reference at its last one."""
    if not length:
        return []
    first, *others = text.part(start, end).anchors
    if length == end - start:
        return [first, *others]
    last = text.part(end - 1, end).anchors[0][1]
    turn = max(1, min(length, end - start) - 1)
    return [first, *(anchor for anchor in others if anchor[0] < turn), *((own, last) for own in range(turn, length))]


def _reference(source: str, dollar: int) -> tuple[str, int]:
    """The name behind a dollar sign, and where the reference ends."""
    opening = source[dollar + 1 : dollar + 2]
    if opening not in _BRACKETS:
        return opening, min(dollar + 2, len(source))
    depth = 0
    for bracket in _BRACKETS[opening].finditer(source, dollar + 1, dollar + _MAX_REFERENCE):
        depth += 1 if bracket.group() == opening else -1
        if depth == 0:
            return source[dollar + 2 : bracket.start()], bracket.end()
    return opening, dollar + 2


def _value(name: str, values: Values, depth: int) -> str | None:
    """The value of a variable with all references in it resolved; None when one of them is unknown."""
    value = values.get(name) if _NAME.match(name) else None
    if value is None or "$" not in value:
        return value
    return _resolve(value, values, depth - 1) if depth else None


def _resolve(text: str, values: Values, depth: int) -> str | None:
    parts = []
    start = length = 0
    while (dollar := text.find("$", start)) >= 0:
        parts.append(text[start:dollar])
        inner, start = _reference(text, dollar)
        resolved = "$" if inner == "$" else _value(inner, values, depth)
        length += len(resolved or "")
        if resolved is None or length > MAX_LENGTH:
            return None
        parts.append(resolved)
    return "".join([*parts, text[start:]])


def _as_shell(start: int, end: int, name: str) -> str:
    if name in _SAME_IN_SHELL:
        return f"${{{name}}}"
    return f"${{{_STAND_IN}{start}_{end}}}"
