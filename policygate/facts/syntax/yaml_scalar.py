"""The content of a YAML scalar and where each of its characters stands (https://yaml.org/spec/1.1/#id926836)."""

import re
from collections.abc import Iterator

from policygate.facts.syntax.snippet import Snippet
from policygate.location import Text

_LINE = re.compile(r"(?P<text>[^\r\n]*)(?:\r\n|\r|\n|\Z)")
_FOLD = r"(?P<fold>[ \t]*(?:(?:\r\n|\r|\n)[ \t]*)+)"
_PLAIN = re.compile(rf"{_FOLD}|[^\r\n \t]+|[ \t]+")
_SINGLE = re.compile(rf"{_FOLD}|(?P<escape>'')|[^\r\n \t']+|[ \t]+")
_DOUBLE = re.compile(
    rf"{_FOLD}|(?P<joined>\\(?:\r\n|\r|\n)[ \t]*)|(?P<escape>\\(?:x..|u.{{4}}|U.{{8}}|.))|[^\r\n \t\\]+|[ \t]+"
)
_BREAK = re.compile(r"\r\n|\r|\n")
_BREAKS = re.compile(r"\n+")
_SEPARATOR = re.compile(r"\n+| ")


def map_flow(file: Text, start: int, end: int, value: str, style: str) -> Snippet:
    """The content of a plain or quoted scalar between two offsets; approximate when the text does not yield it."""
    last = end - len(style)
    first = last - len(value)
    if file.text[first:last] == value and file.text[first - len(style) : first] == style:
        return Snippet(value, file, ((0, first),))
    first = _content(file.text, start, last, style)
    grammar = {"": _PLAIN, "'": _SINGLE, '"': _DOUBLE}[style]
    return _joined(file, value, start, list(_flow_pieces(file.text, first, last, value, grammar)))


def map_block(file: Text, start: int, end: int, value: str) -> Snippet:
    """The content of a literal or folded scalar, line by line; approximate when the text does not yield it."""
    head = _BREAK.search(file.text, start, end)
    pieces = list(_block_pieces(file.text, head.end(), end, value)) if head else []
    return _joined(file, value, start, pieces)


def _content(text: str, start: int, end: int, style: str) -> int:
    """Where the content begins behind the anchor and the tag."""
    while start < end and text[start] in "&!":
        while start < end and not text[start].isspace():
            start += 1
        while start < end and text[start].isspace():
            start += 1
    return start + len(style)


def _flow_pieces(text: str, first: int, last: int, value: str, grammar: re.Pattern[str]) -> Iterator[tuple[str, int]]:
    position = 0
    for token in grammar.finditer(text, first, last):
        kind, piece = token.lastgroup, token.group()
        if kind == "joined":
            continue
        if kind == "escape":
            piece = value[position : position + 1]
        elif kind == "fold":
            piece = "\n" * (len(_BREAK.findall(piece)) - 1) or " "
        yield piece, token.start()
        position += len(piece)


def _block_pieces(text: str, first: int, end: int, value: str) -> Iterator[tuple[str, int]]:
    indentation = -1
    position = 0
    separator = first
    for line in _LINE.finditer(text, first, end):
        content = line["text"]
        if indentation < 0 and content.strip(" "):
            indentation = _leading(content) - _leading(value.lstrip("\n"))
        if indentation < 0 or len(content) <= indentation:
            continue
        gap = _SEPARATOR.match(value, position) if position else _BREAKS.match(value)
        if gap:
            yield gap.group(), separator
            position = gap.end()
        yield content[indentation:], line.start() + indentation
        position += len(content) - indentation
        separator = line.start() + len(content)
    yield value[position:], separator


def _leading(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _joined(file: Text, value: str, start: int, pieces: list[tuple[str, int]]) -> Snippet:
    if "".join(piece for piece, _ in pieces) != value:
        return Snippet(value, file, ((0, start),))
    anchors: list[tuple[int, int]] = []
    own = 0
    for piece, offset in pieces:
        if piece and not (anchors and anchors[-1][1] - anchors[-1][0] == offset - own):
            anchors.append((own, offset))
        own += len(piece)
    return Snippet(value, file, tuple(anchors) or ((0, start),))
