"""`.env` files, as python-dotenv and docker compose read them (https://github.com/theskumar/python-dotenv)."""

import io
import re

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment, FileFacts, Place, Problem
from policygate.location import Text
from policygate.redact import has_credentials, redact

MAX_CHARACTERS = 1_000_000
"""The parser looks at a long text many times; no real file comes near."""

MAX_BLANKS = 1_000
"""The parser's time grows with the square of them."""
_BLANKS = re.compile(r"[^\S\n]+")


def read(path: str, data: bytes) -> FileFacts:
    """One place for the file, when it sets a Go variable; the last value of a variable is the one that counts.

    A value is what readers of such files take it for. A shell that sources the file may take it for something else.
    """
    file = Text(path, data)
    if not any(name in file.text for name in VARIABLES):
        return FileFacts()
    if len(file.text) > MAX_CHARACTERS:
        return FileFacts(problems=[Problem(message="too large to read as an environment file", at=file.line_at(1))])
    for blanks in _BLANKS.finditer(file.text):
        if blanks.end() - blanks.start() > MAX_BLANKS:
            problem = Problem(message="too many blanks in a row to read", at=file.at(*blanks.span()))
            return FileFacts(problems=[problem])
    return _read(path, file)


def _read(path: str, file: Text) -> FileFacts:
    from dotenv.parser import parse_stream  # noqa: PLC0415 - few checkouts have such a file

    latest: dict[str, Assignment] = {}
    problems = []
    offset = 0
    for binding in parse_stream(io.StringIO(file.text.replace("\r", "\n"))):
        text = binding.original.string
        if binding.error and any(name in text for name in VARIABLES):
            lead = len(text) - len(text.lstrip())
            at = file.at(offset + lead, offset + max(lead, len(text.rstrip())))
            problems.append(Problem(message="not a line that readers of `.env` files understand", at=at))
        elif binding.key in VARIABLES and binding.value is not None:
            latest.pop(binding.key, None)
            latest[binding.key] = _assignment(file, offset, text, binding.key, binding.value)
        offset += len(text)
    place = Place(
        id=path,
        kind="env_file",
        name=path.rpartition("/")[2],
        at=file.line_at(1),
        directory=".",
        assignments=list(reversed(latest.values())),
        commands=[],
    )
    return FileFacts(places=[place] if latest else [], problems=problems)


def _assignment(file: Text, offset: int, text: str, name: str, value: str) -> Assignment:
    start = text.index(name)
    found = text.find(value, start + len(name)) if value else -1
    first, last = (found, found + len(value)) if found >= 0 else (start, start + len(name))
    return Assignment(
        name=name,
        value=redact(value),
        at=file.at(offset + first, offset + last),
        scope="env file",
        dynamic="$" in value,
        credentials=has_credentials(value),
    )
