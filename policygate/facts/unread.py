"""What reports may show of the lines at which a file stops making sense: names and signs, since no reader saw secrets.

Only formats that hold settings are meant; in others a line that nobody understands is mostly a command.
"""

import re
from collections.abc import Iterable, Iterator

from policygate.facts.files import Files
from policygate.facts.model import FileFacts, Problem
from policygate.location import At, Text

MALFORMED = "not valid "
"""How the message of a problem begins when the syntax is wrong, so that it is not known what the text is."""

_READERS = frozenset(
    {"app_config", "compose", "devcontainer", "github_workflow", "gitlab_ci", "manifest", "nginx", "service_file"}
)
_AROUND = 1
"""Lines before and after a problem that reports show with it."""
_NAME = re.compile(r"[\s{\[,-]*+[\"']?[\w.-]{1,60}+[\"']?\s*+(?:[:=]|(?=\s))")
_VALUE = re.compile(r"[^\s\"'{}\[\],:=\\]{6,}")
_LONGEST = 1_000
"""Characters of a line that is taken apart."""


def unread(reader: str, path: str, data: bytes, files: Files, facts: FileFacts) -> list[At]:
    """The values on the lines around the problems of a file that could not be parsed, and of those that it takes in."""
    problems = [each for each in facts.problems if _is_unread(reader, each, facts)] if reader in _READERS else []
    texts: dict[str, Text] = {}
    for each in problems:
        if each.at.path not in texts:
            content = data if each.at.path == path else files.read(each.at.path)
            texts[each.at.path] = Text(each.at.path, content or b"")
    return list(dict.fromkeys(at for each in problems for at in _values(texts[each.at.path], each.at)))


def _is_unread(reader: str, problem: Problem, facts: FileFacts) -> bool:
    return problem.message.startswith(MALFORMED) or (reader == "nginx" and not facts.nginx)


def _values(file: Text, at: At) -> Iterator[At]:
    first, last = max(at.start.line - _AROUND, 1), min(at.end.line + _AROUND, len(file.lines))
    for number in range(first, last + 1):
        line = file.lines[number - 1]
        start = file.offset(number, 1)
        name = _NAME.match(line)
        for begin, end in _spans(line, name.end() if name else 0):
            yield file.at(start + begin, start + end)


def _spans(line: str, start: int) -> Iterable[tuple[int, int]]:
    if len(line) > _LONGEST:
        return [(0, len(line))]
    return (match.span() for match in _VALUE.finditer(line, start))
