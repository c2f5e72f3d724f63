"""What readers of configuration files do to their facts last: credentials blanked, problems in order."""

from collections.abc import Iterable, Sequence

from policygate.facts.model import Assignment, Place, Problem
from policygate.location import At, Text
from policygate.redact import has_credentials, redact


def blanked(assignment: Assignment) -> Assignment:
    """The assignment with the credentials of its value blanked; every other assignment as it is."""
    value = redact(assignment.value)
    if value == assignment.value:
        return assignment
    return assignment.model_copy(update={"value": value, "credentials": has_credentials(assignment.value)})


def secret_spans(files: Sequence[Text], places: Iterable[Place]) -> list[At]:
    """The values with credentials that a file writes in a form that blanking its lines would miss, in file order."""
    texts = {file.path: file for file in files}
    spans = {}
    for place in places:
        own = [*place.assignments, *(a for command in place.commands for a in command.assignments)]
        for at in (assignment.at for assignment in own if assignment.credentials):
            file = texts[at.path]
            start, end = (file.offset(position.line, position.column) for position in (at.start, at.end))
            written = file.text[start:end]
            if all(redact(line) == line for line in written.split("\n")):
                spans[at.path, start] = at
    return [spans[key] for key in sorted(spans)]


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """The problems by their place, each once."""
    return sorted(set(problems), key=lambda p: (p.at.path, p.at.start.line, p.at.start.column, p.message))
