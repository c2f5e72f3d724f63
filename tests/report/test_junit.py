"""JUnit, read back by junitparser."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from policygate.findings import Severity, Verdict
from policygate.report.junit import render

Golden = Callable[[str, str], None]


def cases_of(verdict: Verdict) -> list[TestCase]:
    """The test cases, after a look at the totals and at the names, of which GitLab shows each once."""
    report = JUnitXml.fromstring(render(verdict).encode())
    (suite,) = report
    assert isinstance(suite, TestSuite)
    shown = list(suite)
    told = (suite.tests, suite.failures, suite.errors, suite.skipped)
    assert told == (report.tests, report.failures, report.errors, report.skipped)
    suite.update_statistics()  # type: ignore[no-untyped-call]
    assert told == (suite.tests, suite.failures, suite.errors, suite.skipped) == (len(shown), *told[1:])
    assert len({case.name for case in shown}) == len(shown)
    assert all(case.classname for case in shown)
    return shown


def results(verdict: Verdict, kind: type[Failure | Error | Skipped]) -> list[str]:
    return [case.classname for case in cases_of(verdict) if any(isinstance(each, kind) for each in case.result)]


def test_the_report_of_every_case(cases: dict[str, Verdict], golden: Golden) -> None:
    for case, verdict in cases.items():
        assert cases_of(verdict)
        golden(f"report/junit/{case}.xml", render(verdict))


def test_a_rule_without_failing_finding_passes(cases: dict[str, Verdict]) -> None:
    verdict = cases["failing"]
    failures = ["gosumdb.off", "goproxy.unquoted_pipe", "goproxy.unquoted_pipe", "gomod.replace_local"]
    assert results(verdict, Failure) == failures
    passed = [case.classname for case in cases_of(verdict) if case.is_passed]
    assert passed == [
        "acme.no_forks",
        "goproxy.comma_failover",
        "goproxy.comma_failover",
        "goproxy.comma_failover",
        "acme.no_forks",
    ]


@pytest.mark.parametrize(("fail_on", "failed"), [("error", 0), ("warning", 1), ("note", 1)])
def test_what_does_not_fail_the_check_is_no_failure(cases: dict[str, Verdict], fail_on: Severity, failed: int) -> None:
    verdict = Verdict("fail", cases["failing"].findings[1:2], fail_on=fail_on)
    assert len(results(verdict, Failure)) == failed
    (case,) = cases_of(verdict)
    told = case.result[0].text if failed else f"{case.system_out}"
    assert told
    assert "at .gitlab-ci.yml:2:13\nrests on .gitlab-ci.yml:2:42: not asked when" in told


def test_without_a_decision_nothing_passes(cases: dict[str, Verdict]) -> None:
    verdict = replace(cases["errored"], findings=())
    assert results(verdict, Error) == ["policygate"] * 3
    assert results(verdict, Skipped) == [rule.id for rule in verdict.rules]
    assert [case.name for case in cases_of(verdict) if case.is_passed] == []


def test_names_are_numbered_until_they_are_unique(cases: dict[str, Verdict]) -> None:
    finding = cases["failing"].findings[1]
    subjects = ["x", "x", "y", "x (.gitlab-ci.yml) #2", "x"]
    findings = tuple(replace(finding, subject=subject) for subject in subjects)
    tail = " (.gitlab-ci.yml)"
    assert [case.name for case in cases_of(Verdict("fail", findings))] == [
        f"x{tail}",
        f"x{tail} #2",
        f"y{tail}",
        f"x{tail} #2{tail}",
        f"x{tail} #3",
    ]


def test_what_is_excused_or_carried_is_no_case(cases: dict[str, Verdict]) -> None:
    verdict = cases["merge_request"]
    assert results(verdict, Failure) == ["gosumdb.off", "goproxy.unquoted_pipe"]
    assert len(cases_of(verdict)) == 5
