"""The source lines that reports show around findings, with every credential blanked."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from policygate.findings import Finding
from policygate.location import At
from policygate.redact import redact
from policygate.tree import Tree

CONTEXT_LINES = 1
"""Lines before and after a span."""
HASHED_UNITS = 100
"""UTF-16 units from the beginning of a finding's line, blanks not counted, that reports hash; they may span lines."""


def excerpts(
    checkout: Tree, secrets: Sequence[At], shown: Iterable[Finding], given: Mapping[str, bytes]
) -> Mapping[str, Mapping[int, str]]:
    """The lines around every span of the findings, by path and 1-based number.

    From the line of each finding on there are so many that `HASHED_UNITS` can be taken, or all up to the end. `secrets`
    are the spans that readers found; text that looks like a credential is blanked besides. `given` are files that
    stand elsewhere.
    """
    hidden = defaultdict(list)
    for at in secrets:
        hidden[at.path].append(at)
    wanted: dict[str, set[int]] = {}
    hashed: dict[str, set[int]] = {}
    for finding in (each for each in shown if each.change != "fixed"):
        for at in (finding.at, *(related.at for related in finding.related)):
            if at.path and at.start.line:
                near = range(at.start.line - CONTEXT_LINES, at.end.line + CONTEXT_LINES + 1)
                wanted.setdefault(at.path, set()).update(near)
        hashed.setdefault(finding.at.path, set()).add(finding.at.start.line)
    return {
        path: _lines(data, numbers, hashed.get(path, ()), hidden.get(path, ()))
        for path, numbers in sorted(wanted.items())
        if (data := given[path] if path in given else _content(checkout, path)) is not None
    }


def _content(checkout: Tree, path: str) -> bytes | None:
    return checkout.read(path) if path in checkout.paths else checkout.follow(path)


def _lines(data: bytes, near: Iterable[int], hashed: Iterable[int], secrets: Iterable[At]) -> Mapping[int, str]:
    lines = data.decode("utf-8", "replace").split("\n")
    wanted = {*near, *(number for start in hashed if start for number in _window(lines, start))}
    numbers = sorted(number for number in wanted if 0 < number <= len(lines))
    hidden: dict[int, list[tuple[int, int]]] = {number: [] for number in numbers}
    for at in secrets:
        for number in numbers[bisect_left(numbers, at.start.line) : bisect_right(numbers, at.end.line)]:
            first = at.start.column - 1 if number == at.start.line else 0
            last = at.end.column - 1 if number == at.end.line else len(lines[number - 1])
            hidden[number].append((first, last))
    return {number: _blanked(redact(lines[number - 1]), spans) for number, spans in hidden.items()}


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end in sorted(spans):
        if end > done:
            pieces += [text[done:start], "*" * (end - max(start, done))]
            done = end
    return "".join([*pieces, text[done:]])


def _window(lines: Sequence[str], start: int) -> Iterator[int]:
    """The numbers of the lines that hold the units to be hashed from the start of a line on, and of one more."""
    units = 0
    for number in range(start, len(lines) + 1):
        yield number
        if units >= HASHED_UNITS:
            break
        line = lines[number - 1][: 2 * HASHED_UNITS]
        units += len(line) - line.count(" ") - line.count("\t") + 1
