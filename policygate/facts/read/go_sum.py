"""go.sum and go.work.sum (https://go.dev/ref/mod#go-sum-files)."""

import re

from policygate.facts.go.white_space import fields
from policygate.facts.model import FileFacts, GoSum, Problem
from policygate.location import Text

_CONFLICT = re.compile(r"(?:<{7}|\|{7}|>{7})(?: |\r?\Z)|={7}\r?\Z")
_EMPTY_GO_MOD = "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY="
"""The hash of an empty go.mod: old go commands wrote it by mistake, and go ignores it."""
_MAX_PROBLEMS = 20


def read(path: str, data: bytes) -> FileFacts:
    """The hashes of a go.sum that count, and its malformed lines.

    Only `h1` hashes count; go keeps the others and never looks at them. After twenty malformed lines the rest of them
    is one problem.
    """
    text = Text(path, data)
    hashes: dict[str, list[str]] = {}
    spans: dict[str, list[tuple[int, int, int]]] = {}
    malformed: list[tuple[int, str]] = []
    for number, line in enumerate(text.lines, 1):
        words = fields(line)
        if len(words) == 3 and not line.startswith(">"):
            if words[2].startswith("h1:") and words[2] != _EMPTY_GO_MOD:
                key = f"{words[0]} {words[1]}"
                hashes.setdefault(key, []).append(words[2])
                start = line.index(words[0])
                spans.setdefault(key, []).append((number, start + 1, line.rindex(words[2]) + len(words[2]) + 1))
        elif words:
            malformed.append((number, _reason(line, len(words))))
    problems = [Problem(message=reason, at=text.line_at(number)) for number, reason in malformed[:_MAX_PROBLEMS]]
    if len(malformed) > _MAX_PROBLEMS:
        message = f"{len(malformed) - _MAX_PROBLEMS} more malformed lines from here on"
        problems.append(Problem(message=message, at=text.line_at(malformed[_MAX_PROBLEMS][0])))
    return FileFacts(sums=[GoSum(file=path, hashes=hashes, spans=spans)], problems=problems)


def _reason(line: str, count: int) -> str:
    if _CONFLICT.match(line):
        return "a merge conflict is not resolved"
    return f"a line has three fields, not {count}: path, version and hash"
