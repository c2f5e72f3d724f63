"""A text that stands inside a file in another form: a YAML scalar, a recipe line, a RUN instruction."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policygate.location import At, Text


def _own(anchor: tuple[int, int]) -> int:
    return anchor[0]


@dataclass(frozen=True)
class Snippet:
    """What an inner program reads, and where each of its characters stands in the file.

    `anchors` are pairs of offsets, in the snippet and in the file, from which both run in step up to the next pair.
    They are sorted, and the first one is at 0 of the snippet.
    """

    source: str
    file: Text
    anchors: tuple[tuple[int, int], ...]

    @classmethod
    def whole(cls, file: Text) -> "Snippet":
        """The file itself."""
        return cls(file.text, file, ((0, 0),))

    def at(self, start: int, end: int) -> At:
        """The span in the file of two offsets of the snippet, the second one exclusive."""
        first = self._offset(start)
        last = self._offset(end - 1) + 1 if end > start else first
        return self.file.at(first, max(first, min(last, len(self.file.text))))

    def part(self, start: int, end: int) -> "Snippet":
        """The snippet between two of its offsets."""
        first = bisect_right(self.anchors, start, key=_own)
        last = bisect_left(self.anchors, end, lo=first, key=_own)
        inner = [(own - start, theirs) for own, theirs in self.anchors[first:last]]
        return Snippet(self.source[start:end], self.file, ((0, self._offset(start)), *inner))

    def replaced(self, replacements: Iterable[tuple[int, int, str]]) -> "Snippet":
        """The snippet with other texts in the place of some of its parts, given as start, end and text, in order.

        The new texts stand where the old ones do.
        """
        pieces: list[str] = []
        anchors: list[tuple[int, int]] = []
        length = done = 0
        for start, end, text in (*replacements, (len(self.source), len(self.source), "")):
            kept = self.part(done, start)
            anchors += [(length + own, theirs) for own, theirs in kept.anchors if kept.source]
            length += len(kept.source)
            anchors += [(length + own, theirs) for own, theirs in self._spread(start, end, len(text))]
            length += len(text)
            pieces += [kept.source, text]
            done = end
        return Snippet("".join(pieces), self.file, tuple(anchors) or ((0, self._offset(0)),))

    def _spread(self, start: int, end: int, length: int) -> Iterator[tuple[int, int]]:
        """Anchors that make `length` characters stand between two offsets: from the first one to the last one."""
        if not length:
            return
        first, last = self._offset(start), self._offset(max(start, end - 1))
        yield 0, first
        for own in range(min(length - 1, last - first + 1) or length, length):
            yield own, last

    def _offset(self, own: int) -> int:
        index = bisect_right(self.anchors, own, key=_own) - 1
        start, theirs = self.anchors[max(index, 0)]
        return min(theirs + own - start, len(self.file.text))
