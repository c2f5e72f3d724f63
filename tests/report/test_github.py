"""Annotations, read back as the runner reads them."""

import re
from collections.abc import Callable
from dataclasses import replace

from policygate.findings import Problem, Severity, Verdict
from policygate.location import At, Position
from policygate.report.github import render

Golden = Callable[[str, str], None]
Command = tuple[str, dict[str, str], str]


def unescaped(text: str, *escapes: str) -> str:
    for escape in escapes:
        text = text.replace(escape, chr(int(escape[1:], 16)))
    return text.replace("%25", "%")


def commands_of(verdict: Verdict) -> list[Command]:
    """Command, properties and message of each line; each line must be one."""
    commands = []
    for line in render(verdict).splitlines():
        told = re.fullmatch(r"::(error|warning|notice) (.*?)::(.*)", line)
        assert told, line
        properties = dict(pair.split("=", 1) for pair in told[2].split(","))
        shown = {name: unescaped(value, "%0D", "%0A", "%3A", "%2C") for name, value in properties.items()}
        commands.append((told[1], shown, unescaped(told[3], "%0D", "%0A")))
    return commands


def test_the_report_of_every_case(cases: dict[str, Verdict], golden: Golden) -> None:
    for case, verdict in cases.items():
        assert len(commands_of(verdict)) <= 21
        golden(f"report/github/{case}.txt", render(verdict))


def test_a_finding_is_a_command_at_its_place(cases: dict[str, Verdict]) -> None:
    finding = replace(cases["failing"].findings[1], message="100% a,b:c")
    at = finding.at.model_copy(update={"path": "a,b:c%.yml"})
    (command,) = commands_of(Verdict("fail", (replace(finding, at=at),)))
    place = {"file": "a,b:c%.yml", "line": "2", "endLine": "2", "col": "13", "endColumn": "41"}
    assert command == ("warning", {**place, "title": "policygate: goproxy.comma_failover"}, "100% a,b:c")


def test_columns_are_of_one_line_only(cases: dict[str, Verdict]) -> None:
    at = At(path="x", start=Position(line=2, column=3), end=Position(line=4, column=1), origin="text")
    ((_, properties, _),) = commands_of(Verdict("fail", (replace(cases["failing"].findings[1], at=at),)))
    assert (properties["line"], properties["endLine"], "col" in properties) == ("2", "4", False)


def test_the_gravest_are_shown_and_the_rest_is_counted(cases: dict[str, Verdict]) -> None:
    severities: list[Severity] = ["note", "warning", "error"] * 12
    findings = tuple(
        replace(cases["failing"].findings[1], severity=severity, message=str(number))
        for number, severity in enumerate(severities)
    )
    *shown, last = commands_of(Verdict("error", findings, (Problem("first"),)))
    errors = ["first", *(str(number) for number in range(2, 27, 3))]
    warnings = [str(number) for number in range(1, 30, 3)]
    assert [message for _, _, message in shown] == errors + warnings
    assert last == ("notice", {"title": "policygate"}, "not shown here: 3 errors, 2 warnings, 12 notes")


def test_only_what_is_judged_is_shown(cases: dict[str, Verdict]) -> None:
    titles = [properties["title"] for _, properties, _ in commands_of(cases["merge_request"])]
    assert titles == ["policygate: gosumdb.off", "policygate: goproxy.unquoted_pipe"]
    assert render(cases["passing"]) == ""
