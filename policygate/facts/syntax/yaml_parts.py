"""The documents of a YAML file as texts of their own, each with its places in the file.

kubectl splits files in the same way before it parses: what is wrong with one document says nothing of the others
(https://yaml.org/spec/1.1/#id868524).
"""

import re
from collections.abc import Iterator

from policygate.location import At, Position, Text

_MARKER = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)


class Part(Text):
    """Some lines of a file, which know where they stand in it."""

    def __init__(self, path: str, text: str, before: int) -> None:
        self.path = path
        self.text = text
        self.before = before
        """The lines of the file before them."""

    def position(self, offset: int) -> Position:
        """The position in the file `offset` code points into the text (0-based)."""
        own = super().position(offset)
        return Position(line=own.line + self.before, column=own.column)

    def offset(self, line: int, column: int) -> int:
        """The code points of the text before a 1-based line and column of the file."""
        return super().offset(line - self.before, column)

    def line_at(self, line: int) -> At:
        """The whole of one line of the file (1-based), without the white space around it."""
        own = super().line_at(line - self.before)
        start, end = (Position(line=line, column=each.column) for each in (own.start, own.end))
        return At(path=self.path, start=start, end=end, origin="text")


def parts_of(file: Text) -> Iterator[Part]:
    """The parts of a file between its `---` lines, each with the marker that begins it."""
    start = before = 0
    for marker in _MARKER.finditer(file.text):
        if marker.start() > start:
            yield Part(file.path, file.text[start : marker.start()], before)
            before += file.text.count("\n", start, marker.start())
            start = marker.start()
    yield Part(file.path, file.text[start:], before)
