"""SARIF, as its own validator and schema see it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from policygate import __version__
from policygate.findings import Change, Disposition, Finding, Link, Problem, Severity, Verdict
from policygate.location import At, Position
from policygate.report.sarif import render
from tests.report.oracle import MULTITOOL, complaints

Golden = Callable[[str, str], None]
Log = dict[str, Any]

CASES = ["passing", "failing", "errored", "nothing", "hostile", "wide", "merge_request"]
HOMELESS = {("SARIF2005", "warning")}
"""The validator wants the address of the tool's home page, and it has none yet."""


def log_of(verdict: Verdict) -> Log:
    log: Log = json.loads(render(verdict))
    return log


def run_of(verdict: Verdict) -> Log:
    run: Log = log_of(verdict)["runs"][0]
    return run


@pytest.mark.parametrize("case", CASES)
def test_the_log_of_a_case(cases: dict[str, Verdict], golden: Golden, case: str) -> None:
    golden(f"report/sarif/{case}.sarif", render(cases[case]).replace(f'"{__version__}"', '"VERSION"'))


def test_the_tool_says_its_version(cases: dict[str, Verdict]) -> None:
    driver = run_of(cases["passing"])["tool"]["driver"]
    assert (driver["version"], driver["semanticVersion"]) == (__version__, __version__)


@pytest.mark.parametrize("case", CASES)
def test_the_log_follows_the_schema(cases: dict[str, Verdict], case: str) -> None:
    schema = json.loads((MULTITOOL / "sarif-2.1.0.json").read_text(encoding="utf-8-sig"))
    Draft202012Validator(schema).validate(log_of(cases[case]))


def test_the_validator_would_notice(cases: dict[str, Verdict], tmp_path: Path) -> None:
    log = log_of(cases["failing"])
    driver, results = log["runs"][0]["tool"]["driver"], log["runs"][0]["results"]
    del driver["rules"][0]["help"]
    results[1]["ruleIndex"] = 99
    results[2]["locations"] = []
    results[3]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    found = complaints(tmp_path, json.dumps(log))
    assert found > HOMELESS | {("GH2012", "error"), ("SARIF1009", "error"), ("GH1015", "error"), ("JSON1008", "error")}


def test_a_rule_carries_what_github_shows(cases: dict[str, Verdict]) -> None:
    rules = {rule["id"]: rule for rule in run_of(cases["failing"])["tool"]["driver"]["rules"]}
    why = "With GOSUMDB=off the go command accepts a module that go.sum does not hold yet without any check."
    fix = "Delete the setting, and list the prefixes of private modules in `GOPRIVATE`."
    links = ("https://go.dev/ref/mod#checksum-database", "https://go.dev/ref/mod#private-module-privacy")
    assert rules["gosumdb.off"] == {
        "id": "gosumdb.off",
        "name": "GosumdbOff",
        "shortDescription": {"text": "The checksum database is switched off"},
        "fullDescription": {"text": why},
        "help": {
            "text": f"{why}\n\nFix: {fix}\n\nThe checksum database: {links[0]}\n{links[1]}",
            "markdown": f"{why}\n\n**Fix:** {fix}\n\n- [The checksum database]({links[0]})\n- <{links[1]}>\n\n"
            "`policygate explain gosumdb.off` prints this page.",
        },
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "tags": ["security", "gosumdb", "baseline", "strict"],
            "precision": "high",
            "problem.severity": "error",
            "security-severity": "7.4",
        },
        "helpUri": "https://go.dev/ref/mod#checksum-database",
    }
    assert rules["acme.no_forks"]["properties"] == {
        "tags": ["acme"],
        "precision": "high",
        "problem.severity": "recommendation",
    }


def test_only_an_address_is_a_help_address(cases: dict[str, Verdict]) -> None:
    links = (Link("our handbook", ""), Link("https://a b", ""), Link("https://go.dev/ref", ""), Link("https://x", ""))
    rule = replace(cases["failing"].rules[0], links=links)
    (described,) = run_of(Verdict("pass", rules=(rule,)))["tool"]["driver"]["rules"]
    assert described["helpUri"] == "https://go.dev/ref"
    (described,) = run_of(Verdict("pass", rules=(replace(rule, links=links[:2]),)))["tool"]["driver"]["rules"]
    assert "helpUri" not in described


def test_only_rules_that_were_asked_or_found_something_are_listed(cases: dict[str, Verdict]) -> None:
    run = run_of(replace(cases["failing"], rules=cases["failing"].rules[-1:]))
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert ids[0] == "gosumdb.off"
    assert len(ids) == len(set(ids)) == 5
    assert [ids[result["ruleIndex"]] for result in run["results"]] == [result["ruleId"] for result in run["results"]]


def test_long_descriptions_are_cut_where_github_would_refuse_them(cases: dict[str, Verdict]) -> None:
    rule = replace(cases["failing"].rules[0], title="t" * 1025, description="d" * 1024)
    (described,) = run_of(Verdict("pass", rules=(rule,)))["tool"]["driver"]["rules"]
    assert described["shortDescription"]["text"] == "t" * 1023 + "…"
    assert described["fullDescription"]["text"] == "d" * 1024


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/ü#?.yml", "a%20b/%C3%BC%23%3F.yml"),
        ("c:/x%y", "c%3A/x%25y"),
        ("\udcff\ud800", "%FF%EF%BF%BD"),
        ("", "policygate.yaml"),
    ],
)
def test_a_path_is_a_relative_uri(cases: dict[str, Verdict], path: str, uri: str) -> None:
    finding = cases["failing"].findings[1]
    moved = replace(finding, at=finding.at.model_copy(update={"path": path}))
    (result,) = run_of(Verdict("fail", (moved,)))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": uri, "uriBaseId": "%SRCROOT%"}


def region_of(verdict: Verdict, start: tuple[int, int], end: tuple[int, int]) -> object:
    first, last = (Position(line=line, column=column) for line, column in (start, end))
    at = At(path="x", start=first, end=last, origin="text")
    run = run_of(replace(verdict, findings=(replace(verdict.findings[1], at=at),), lines={"x": {1: "añb\r", 2: "c"}}))
    return run["results"][0]["locations"][0]["physicalLocation"]["region"]


def region(*numbers: int, snippet: str = "") -> object:
    keys = ("startLine", "startColumn", "endLine", "endColumn")
    return dict(zip(keys, numbers, strict=True)) | ({"snippet": {"text": snippet}} if snippet else {})


def test_a_region_counts_code_points_and_ends_with_its_first_line(cases: dict[str, Verdict]) -> None:
    verdict = cases["failing"]
    assert region_of(verdict, (1, 2), (1, 4)) == region(1, 2, 1, 4, snippet="ñb")
    assert region_of(verdict, (1, 2), (2, 2)) == region(1, 2, 1, 4, snippet="ñb")
    assert region_of(verdict, (2, 2), (2, 2)) == region(2, 2, 2, 2)
    assert region_of(verdict, (5, 2), (7, 1)) == region(5, 2, 7, 1)
    assert region_of(verdict, (0, 0), (0, 0)) == region(1, 1, 1, 1)
    assert run_of(verdict)["columnKind"] == "unicodeCodePoints"


@pytest.mark.parametrize(
    ("disposition", "suppressions"),
    [
        ("active", None),
        ("waived", [{"kind": "external", "status": "accepted"}]),
        ("ignored", [{"kind": "inSource", "status": "accepted"}]),
    ],
)
def test_what_does_not_count_is_suppressed(
    cases: dict[str, Verdict], disposition: Disposition, suppressions: object
) -> None:
    finding = replace(cases["failing"].findings[1], disposition=disposition)
    (result,) = run_of(Verdict("pass", (finding,)))["results"]
    assert result.get("suppressions") == suppressions


@pytest.mark.parametrize(
    ("change", "state"),
    [("none", None), ("new", "new"), ("carried", "unchanged"), ("changed", "updated"), ("fixed", "absent")],
)
def test_the_change_is_the_baseline_state(cases: dict[str, Verdict], change: Change, state: str | None) -> None:
    (result,) = run_of(Verdict("pass", (replace(cases["failing"].findings[1], change=change),)))["results"]
    assert result.get("baselineState") == state


def test_a_run_without_decision_says_so(cases: dict[str, Verdict]) -> None:
    at = At(path="a b", start=Position(line=2, column=3), end=Position(line=2, column=4), origin="text")
    (invocation,) = run_of(Verdict("error", problems=(Problem("it [broke](x)", "mend it", at),)))["invocations"]
    assert invocation == {
        "executionSuccessful": False,
        "exitCode": 3,
        "toolExecutionNotifications": [
            {
                "level": "error",
                "message": {"text": "it [broke] (x) (hint: mend it)"},
                "locations": [
                    {
                        "physicalLocation": {
                            "artifactLocation": {"uri": "a%20b", "uriBaseId": "%SRCROOT%"},
                            "region": {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 4},
                        }
                    }
                ],
            }
        ],
    }
    (failed,) = run_of(cases["failing"])["invocations"]
    assert failed == {"executionSuccessful": True, "exitCode": 1, "toolExecutionNotifications": []}


def many(finding: Finding, severities: list[Severity]) -> tuple[Finding, ...]:
    return tuple(replace(finding, severity=s, subject=str(number)) for number, s in enumerate(severities))


def test_the_gravest_five_thousand_are_kept_in_their_order(cases: dict[str, Verdict]) -> None:
    severities: list[Severity] = ["note", "error", "warning"]
    findings = many(cases["failing"].findings[1], severities * 2000)
    run = run_of(replace(cases["failing"], findings=findings))
    kept = [f for f in findings if f.severity != "note"] + [f for f in findings if f.severity == "note"][:1000]
    expected = sorted(kept, key=lambda finding: int(finding.subject))
    assert [result["partialFingerprints"] for result in run["results"]] == [
        {"policygate/v1": finding.fingerprint} for finding in expected
    ]
    assert run["invocations"][0]["toolExecutionNotifications"] == [
        {
            "level": "warning",
            "message": {"text": "1000 findings of lesser severity are left out: only 5000 of a run are shown."},
        }
    ]
