"""GitHub annotations: workflow commands (https://docs.github.com/actions/reference/workflow-commands-for-github-actions)."""

from collections import Counter
from collections.abc import Mapping

from policygate.findings import SEVERITIES, Finding, Problem, Verdict
from policygate.location import At
from policygate.report.drawing.screen import flat, show
from policygate.report.drawing.words import count, gravest

MAX_ANNOTATIONS = 10
"""Of errors and of warnings: what GitHub shows of a step."""
_LONGEST = 1000
_ESCAPES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY_ESCAPES = {**_ESCAPES, ":": "%3A", ",": "%2C"}


def render(verdict: Verdict) -> str:
    """The gravest errors and warnings that are judged, a command each, and in the last line how many there are more.

    Problems come first. Empty when there is nothing to show.
    """
    judged = [finding for finding in verdict.findings if verdict.judges(finding)]
    commands = [("error", _problem(problem)) for problem in verdict.problems]
    commands += [(each.severity, _finding(each)) for each in gravest(judged, len(judged))]
    shown: Counter[str] = Counter()
    lines = []
    for severity, command in commands:
        shown[severity] += 1
        if severity != "note" and shown[severity] <= MAX_ANNOTATIONS:
            lines.append(f"{command}\n")
    if left_out := _left_out(shown):
        lines.append(f"::notice title=policygate::not shown here: {left_out}\n")
    return "".join(lines)


def _left_out(found: Mapping[str, int]) -> str:
    more = {s: found.get(s, 0) - (0 if s == "note" else MAX_ANNOTATIONS) for s in SEVERITIES}
    return ", ".join(count(number, severity) for severity, number in more.items() if number > 0)


def _problem(problem: Problem) -> str:
    hint = f" (hint: {problem.hint})" if problem.hint else ""
    return _command("error", "no decision", problem.message + hint, problem.at)


def _finding(finding: Finding) -> str:
    return _command(finding.severity, finding.rule.id, finding.message, finding.at)


def _command(name: str, title: str, message: str, at: At | None) -> str:
    properties = {**_place(at), "title": f"policygate: {flat(title)}"}
    told = ",".join(f"{key}={_escaped(value, _PROPERTY_ESCAPES)}" for key, value in properties.items())
    return f"::{name} {told}::{_escaped(flat(message)[:_LONGEST], _ESCAPES)}"


def _place(at: At | None) -> Mapping[str, str]:
    """The properties of a place; columns only within one line, as GitHub wants it."""
    if at is None or not at.path:
        return {}
    place = {"file": show(at.path)}
    if at.start.line:
        place |= {"line": str(at.start.line), "endLine": str(max(at.end.line, at.start.line))}
    if at.start.line == at.end.line and at.start.column:
        place |= {"col": str(at.start.column), "endColumn": str(max(at.end.column, at.start.column))}
    return place


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    return "".join(escapes.get(character, character) for character in text)
