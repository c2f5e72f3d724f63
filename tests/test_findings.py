from dataclasses import replace

import pytest

from policygate.findings import Finding, Problem, Related, Rule, Severity, judge, ordered
from policygate.location import At, Position

RULE = Rule("goproxy.comma_failover", "t", "d", "warning", "f")
OTHER = Rule("goproxy.plain_http", "t", "d", "error", "f")


def at(line: int, column: int = 1, path: str = "a.yml") -> At:
    return At(
        path=path,
        start=Position(line=line, column=column),
        end=Position(line=line, column=column + 1),
        origin="text",
    )


def finding(line: int, rule: Rule = RULE, subject: str = "s", **more: object) -> Finding:
    return replace(Finding(rule, rule.severity, "m", subject, at(line)), **more)  # type: ignore[arg-type]


def test_findings_are_ordered_by_place_then_rule_then_subject() -> None:
    given = [
        finding(3),
        finding(2, OTHER),
        finding(2, subject="z"),
        finding(2),
        replace(finding(9), at=at(1, 1, "Z.yml")),
    ]
    shown = judge(ordered(given, {}), (), fail_on="error").findings
    assert [(f.at.path, f.at.start.line, f.rule.id, f.subject) for f in shown] == [
        ("Z.yml", 1, "goproxy.comma_failover", "s"),
        ("a.yml", 2, "goproxy.comma_failover", "s"),
        ("a.yml", 2, "goproxy.comma_failover", "z"),
        ("a.yml", 2, "goproxy.plain_http", "s"),
        ("a.yml", 3, "goproxy.comma_failover", "s"),
    ]


@pytest.mark.parametrize(
    ("fail_on", "outcome", "code"), [("error", "pass", 0), ("warning", "fail", 1), ("note", "fail", 1)]
)
def test_the_threshold_decides(fail_on: Severity, outcome: str, code: int) -> None:
    verdict = judge(ordered([finding(1)], {}), (), fail_on=fail_on)
    assert (verdict.outcome, verdict.exit_code) == (outcome, code)


def test_a_problem_is_no_decision_whatever_was_found() -> None:
    verdict = judge(ordered([finding(1, OTHER)], {}), [Problem("broken")], fail_on="error")
    assert (verdict.outcome, verdict.exit_code, len(verdict.findings)) == ("error", 3, 1)


def test_configured_severities_replace_the_rules() -> None:
    verdict = judge(ordered([finding(1)], {RULE.id: "error"}), (), fail_on="error")
    assert (verdict.outcome, verdict.count("error"), verdict.count("warning")) == ("fail", 1, 0)


def test_a_finding_that_assumes_something_is_a_note_even_when_configured() -> None:
    verdict = judge(ordered([finding(1, OTHER, assumes=("x",))], {OTHER.id: "error"}), (), fail_on="warning")
    assert (verdict.outcome, verdict.count("note")) == ("pass", 1)


def test_what_is_waived_does_not_fail() -> None:
    verdict = judge(ordered([finding(1, OTHER, disposition="waived")], {}), (), fail_on="error")
    assert (verdict.outcome, verdict.count("error")) == ("pass", 0)


def test_the_identity_is_rule_file_and_subject() -> None:
    one = finding(1)
    assert one.fingerprint == replace(one, at=at(7, 3), message="other words").fingerprint
    others = [
        replace(one, at=at(1, 1, "b.yml")),
        replace(one, subject="t"),
        replace(one, rule=OTHER),
        replace(one, subject="", at=at(1, 1, "a.ymls")),
    ]
    assert len({one.fingerprint, *(f.fingerprint for f in others)}) == 5


def test_the_evidence_is_what_was_said_without_lines() -> None:
    one = finding(1)
    assert one.evidence == replace(one, at=at(7)).evidence
    assert one.evidence != replace(one, message="other").evidence
    assert one.evidence != replace(one, related=(Related("r", at(1)),)).evidence
