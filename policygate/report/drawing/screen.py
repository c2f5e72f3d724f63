"""Text as a terminal or a job log shows it: visible, measured, wrapped, coloured.

Nothing that a checkout says may act on whoever shows it: no control sequence, no text direction, and no command of a
CI runner (`::error::` at the start of a line; `##vso[` and `##[` anywhere in it).
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal
from unicodedata import category, east_asian_width

Style = Literal["plain", "bold", "frame", "error", "warning", "note", "good"]
Piece = tuple[str, Style]
Line = tuple[Piece, ...]

BLANK: Line = ()

_CODES: dict[Style, str] = {
    "plain": "",
    "bold": "1",
    "frame": "1;94",
    "error": "1;91",
    "warning": "1;93",
    "note": "1;96",
    "good": "1;92",
}
_EMOJI_SELECTORS = "\ufe0e\ufe0f"
_COMMAND = re.compile(rf"#[{_EMOJI_SELECTORS}]*#[\w{_EMOJI_SELECTORS}]*(?=\[)")
_UNIT = re.compile(r"(?:`[^` ][^`]{0,60}`|[^ ])+")
_UNUSUAL = re.compile(r"[^ -~]")
_UNSEEN_MARKS = "\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f"


def show(text: str) -> str:
    """The text with every character visible: what a terminal would obey or hide is written as its escape."""
    text = _COMMAND.sub(r"\g<0>\\", text)
    return text if text.isascii() and text.isprintable() else _UNUSUAL.sub(lambda match: _visible(match[0]), text)


def flat(text: str) -> str:
    """The text on one line, visible."""
    return " ".join(show(word) for word in text.split())


def cells(line: str) -> list[str]:
    """What is shown for each character of a source line."""
    shown = [_visible(character) if not " " <= character <= "~" else character for character in line]
    for command in _COMMAND.finditer(line):
        shown[command.end()] = "\\["
    return shown


def measure(text: str) -> int:
    """The columns that visible text takes."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(c) in "WF" else 0 if category(c) in {"Mn", "Me"} else 1 for c in text)


def fold(text: str, first: int, rest: int | None = None) -> list[str]:
    """The words of a text in lines of at most so many columns; a word that is longer than a line stays whole.

    The first line may have another room than the others. Code between backticks is kept together where it fits. Each
    line is visible text.
    """
    lines, line, used = [], "", 0
    room = first
    for shown in _units(text, min(first, first if rest is None else rest)):
        needed = measure(shown)
        if line and used + 1 + needed <= room:
            line, used = f"{line} {shown}", used + 1 + needed
            continue
        if line or (rest is not None and needed > room and room == first < rest):
            lines.append(line)
            room = first if rest is None else rest
        line, used = shown, needed
    return [*lines, line]


def headline(tag: str, style: Style, message: str, width: int, *, bold: bool = True) -> list[Line]:
    """`tag: message`, in as many lines as it takes, those after the first a little indented."""
    first, *others = fold(message, width - measure(tag) - 2, width - 4)
    weight: Style = "bold" if bold else "plain"
    return [((tag, style), (f": {first}", weight)), *((("    ", "plain"), (text, weight)) for text in others)]


def paint(lines: Iterable[Line], *, color: bool) -> str:
    """The lines as one text, each ended by a line feed, none by a blank."""
    return "".join(f"{_paint(_trimmed(_harmless(line)), color=color)}\n" for line in lines)


def _units(text: str, room: int) -> Iterator[str]:
    for unit in _UNIT.findall(" ".join(text.split())):
        shown = show(unit)
        yield from [shown] if measure(shown) <= room else map(show, unit.split())


def _visible(character: str) -> str:
    if character == "\t":
        return "    "
    if character in _EMOJI_SELECTORS:
        return ""
    if character.isprintable() and character not in _UNSEEN_MARKS and not "\U000e0100" <= character <= "\U000e01ef":
        return character
    return character.encode("unicode_escape").decode("ascii")


def _harmless(line: Line) -> Line:
    """A line that no runner takes for a command: `::` counts only at the start."""
    text = "".join(text for text, _ in line)
    words = text.lstrip()
    if not words.startswith("::"):
        return line
    return ((f"{text[: -len(words) - 1]}\\{words}", "plain"),)


def _trimmed(line: Line) -> Line:
    pieces = list(line)
    while pieces:
        text, style = pieces.pop()
        if text.rstrip():
            return (*pieces, (text.rstrip(), style))
    return BLANK


def _paint(line: Line, *, color: bool) -> str:
    if not color:
        return "".join(text for text, _ in line)
    return "".join(f"\x1b[{_CODES[style]}m{text}\x1b[0m" if _CODES[style] and text else text for text, style in line)
