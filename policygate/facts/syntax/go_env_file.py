"""The lines of a file of `go env -w` or of `$GOROOT/go.env` (https://pkg.go.dev/cmd/go#hdr-Environment_variables)."""

import re

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment
from policygate.location import Text
from policygate.redact import has_credentials, redact

_MENTIONED = re.compile(r"\b(" + "|".join(sorted(VARIABLES)) + r")\b[ \t]*=[ \t]*(.*)")


def assignments_of(file: Text) -> list[Assignment]:
    """The variables of the go command, the last line of each as the strongest; what is `ignored` is among them.

    A line counts when it begins with a capital letter; all that follows the first `=` is the value, quotes and CR too.
    """
    assignments = [
        assignment for number, line in enumerate(file.lines, 1) if (assignment := _assignment(file, number, line))
    ]
    effective = {a.name: a for a in assignments if not a.lost}
    return [a for a in reversed(assignments) if a.lost or effective[a.name] is a]


def _assignment(file: Text, number: int, line: str) -> Assignment | None:
    name, equals, value = line.partition("=")
    counts = bool(equals) and line[:1].isascii() and line[:1].isupper()
    if counts and name not in VARIABLES and name.strip() not in VARIABLES:
        return None
    start = len(name) + 1
    if not counts or name not in VARIABLES:
        mentioned = _MENTIONED.search(line)
        if mentioned is None or line.lstrip().startswith("#"):
            return None
        name, value, start = mentioned[1], mentioned[2].rstrip("\r"), mentioned.start(2)
        counts = False
    offset = file.offset(number, 1)
    first, last = (start, start + len(value)) if value else (0, len(line.rstrip()))
    return Assignment(
        name=name,
        value=redact(value),
        at=file.at(offset + first, offset + last),
        scope="go.env",
        credentials=has_credentials(value),
        lost="" if counts else "ignored",
        stored=True,
    )
