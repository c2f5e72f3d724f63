"""JUnit XML as CI servers take it (https://docs.gitlab.com/ci/testing/unit_test_reports/, https://github.com/testmoapp/junitxml)."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from policygate.findings import Finding, Problem, Verdict
from policygate.report.drawing.screen import flat, show
from policygate.report.drawing.words import fails, place, short_place

_NO_DECISION = "no decision was possible"


def render(verdict: Verdict) -> str:
    """One test case for each rule that was asked and has no failing finding, one for each finding that is judged.

    A finding that does not fail the check is a passing case that says so. Where no decision was possible, a problem is
    an error, and a rule without finding is skipped instead of passed.
    """
    cases = [*map(_problem, verdict.problems), *_rules(verdict)]
    cases += [
        _finding(finding, failing=fails(verdict, finding)) for finding in verdict.findings if verdict.judges(finding)
    ]
    _make_unique(cases)
    totals = {"tests": str(len(cases))}
    for total, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        totals[total] = str(sum(case.find(tag) is not None for case in cases))
    root = ET.Element("testsuites", {"name": "policygate", **totals})
    ET.SubElement(root, "testsuite", {"name": "policygate", **totals}).extend(cases)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _rules(verdict: Verdict) -> Iterator[ET.Element]:
    failing = {finding.rule.id for finding in verdict.findings if fails(verdict, finding)}
    for rule in verdict.rules:
        if rule.id not in failing:
            case = _case(rule.id, rule.title)
            if verdict.problems:
                ET.SubElement(case, "skipped", {"message": _NO_DECISION})
            yield case


def _finding(finding: Finding, *, failing: bool) -> ET.Element:
    case = _case(finding.rule.id, f"{finding.subject} ({finding.at.path or short_place(finding.at)})", finding.at.path)
    lines = [f"at {place(finding.at)}"]
    lines += [f"rests on {place(related.at)}: {flat(related.message)}" for related in finding.related]
    lines += [f"assumes: {flat(assumed)}" for assumed in finding.assumes]
    lines += [f"fix: {flat(finding.rule.fix)}"] if finding.rule.fix else []
    lines += [f"help: policygate explain {show(finding.rule.id)}"]
    if failing:
        failure = ET.SubElement(case, "failure", {"type": finding.severity, "message": flat(finding.message)})
        failure.text = "\n".join(lines)
    else:
        output = ET.SubElement(case, "system-out")
        output.text = "\n".join([f"{finding.severity}: {flat(finding.message)}", *lines])
    return case


def _problem(problem: Problem) -> ET.Element:
    case = _case("policygate", problem.message, problem.at.path if problem.at else "")
    error = ET.SubElement(case, "error", {"type": _NO_DECISION, "message": flat(problem.message)})
    lines = [f"at {place(problem.at)}"] if problem.at else []
    lines += [f"hint: {flat(problem.hint)}"] if problem.hint else []
    error.text = "\n".join(lines)
    return case


def _case(group: str, name: str, file: str = "") -> ET.Element:
    attributes = {"classname": flat(group) or "-", "name": flat(name) or flat(group) or "-"}
    return ET.Element("testcase", attributes | ({"file": show(file)} if file else {}))


def _make_unique(cases: list[ET.Element]) -> None:
    """Number the names that are there already: of two alike GitLab shows the first only."""
    names = {case.get("name", "") for case in cases}
    seen: dict[str, int] = {}
    for case in cases:
        name = case.get("name", "")
        number = seen[name] = seen.get(name, 0) + 1
        if number == 1:
            continue
        while f"{name} #{number}" in names:
            number += 1
        seen[name] = number
        case.set("name", f"{name} #{number}")
        names.add(f"{name} #{number}")
