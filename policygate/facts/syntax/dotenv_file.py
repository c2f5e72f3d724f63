"""`.env` files as python-dotenv splits them (https://github.com/theskumar/python-dotenv)."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment
from policygate.facts.syntax.budget import TooLargeError
from policygate.location import At, Text
from policygate.redact import has_credentials, redact

MAX_CHARACTERS = 1_000_000
"""The parser looks at a long text many times; no real file comes near."""

MAX_BLANKS = 1_000
"""The parser's time grows with the square of them."""
_BLANKS = re.compile(r"[^\S\n]+")


@dataclass(frozen=True)
class Binding:
    """One line, or several that belong together."""

    text: str
    at: At
    """The line without the white space around it; the value, or the name of an empty one, when there is a name."""
    name: str
    """Empty for what is no binding."""
    value: str | None
    """None for a name without an equals sign."""
    error: bool


def parse_dotenv(file: Text) -> Iterator[Binding]:
    """The bindings of a file in order; raises `TooLargeError`."""
    from dotenv.parser import parse_stream  # noqa: PLC0415 - few checkouts have such a file

    if len(file.text) > MAX_CHARACTERS:
        raise TooLargeError("too large to read as an environment file")
    for blanks in _BLANKS.finditer(file.text):
        if blanks.end() - blanks.start() > MAX_BLANKS:
            raise TooLargeError("too many blanks in a row to read", at=file.at(*blanks.span()))
    offset = 0
    for binding in parse_stream(io.StringIO(file.text.replace("\r", "\n"))):
        text = binding.original.string
        name = "" if binding.error else binding.key or ""
        start, end = _value_span(text, name, binding.value or "") if name else _content_span(text)
        yield Binding(text, file.at(offset + start, offset + end), name, binding.value, binding.error)
        offset += len(text)


def assignments_of(bindings: list[Binding]) -> list[Assignment]:
    """The variables of the go command, the last one first, each with its last value."""
    latest: dict[str, Assignment] = {}
    for binding in bindings:
        if binding.name in VARIABLES and binding.value is not None:
            latest.pop(binding.name, None)
            latest[binding.name] = Assignment(
                name=binding.name,
                value=redact(binding.value),
                at=binding.at,
                scope="env file",
                dynamic="$" in binding.value,
                credentials=has_credentials(binding.value),
            )
    return list(reversed(latest.values()))


def _content_span(text: str) -> tuple[int, int]:
    lead = len(text) - len(text.lstrip())
    return lead, max(lead, len(text.rstrip()))


def _value_span(text: str, name: str, value: str) -> tuple[int, int]:
    """The value; all behind the equals sign where escapes make another text of it; the name when it is empty."""
    start = max(text.find(name), 0)
    behind = start + len(name)
    if not value:
        return start, behind
    found = text.find(value, behind)
    if found >= 0:
        return found, found + len(value)
    rest = text[behind:]
    first = behind + len(rest) - len(rest.lstrip("'\" \t=:"))
    return first, max(first, len(text.rstrip()))
