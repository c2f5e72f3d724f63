"""SARIF multitool, with its own rules and GitHub's, over many verdicts in both profiles."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from policygate.checkout import Checkout
from policygate.excerpt import excerpts
from policygate.findings import Change, Disposition, Excuse, Severity, Verdict
from policygate.location import At, Position
from policygate.report import renderer
from tests.report.oracle import complaints

EXPECTED = {("SARIF2005", "warning")}
"""The validator wants the address of the tool's home page, and it has none yet."""
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


def many(verdict: Verdict, count: int) -> Verdict:
    finding = replace(verdict.findings[1], related=())
    findings = (replace(finding, subject=str(n), severity=SEVERITIES[n % 3], change="new") for n in range(count))
    return replace(verdict, findings=tuple(findings))


def corpus(cases: dict[str, Verdict]) -> dict[str, Verdict]:
    base, merge = cases["failing"], cases["merge_request"]
    excuse = Excuse("waiver", "reason", "", "", "2027-01-30", base.findings[1].at)
    changes: tuple[Change, ...] = ("none", "new", "carried", "changed", "fixed")
    dispositions: tuple[Disposition, ...] = ("active", "waived", "ignored")
    return {
        **cases,
        "empty": Verdict("pass"),
        **{change: replace(base, findings=(replace(base.findings[1], change=change),)) for change in changes},
        **{
            disposition: replace(base, findings=(replace(base.findings[1], disposition=disposition, excuse=excuse),))
            for disposition in dispositions
        },
        "pending": replace(base, findings=(replace(base.findings[1], excuse=replace(excuse, pending=True)),)),
        "judged all": replace(merge, compared=replace(merge.compared, everything=True) if merge.compared else None),
        "no rules": replace(base, rules=()),
        "no lines": replace(base, lines={}),
        "no finding, no decision": replace(cases["errored"], findings=()),
        "30,000": many(base, 30_000),
    }


@pytest.mark.parametrize("name", ["sarif", "sarif-github"])
def test_the_validator_has_nothing_against_any(
    cases: dict[str, Verdict], tmp_path: Path, record_count: Callable[[str, int, int], None], name: str
) -> None:
    logs = {case: renderer(name)(verdict) for case, verdict in corpus(cases).items()}
    assert len(logs) >= 20
    assert "25000 findings of lesser severity are left out" in logs["30,000"]
    found = complaints(tmp_path, *logs.values())
    record_count("SARIF multitool", len(logs), len(found - EXPECTED))
    assert found == EXPECTED


@pytest.mark.parametrize("name", ["sarif", "sarif-github", "json", "text", "junit", "markdown", "gitlab", "github"])
def test_no_planted_secret_is_shown(cases: dict[str, Verdict], name: str, tmp_path: Path) -> None:
    """A reader's span, a URL's password and a token, on the finding's line and on those that are hashed."""
    lines = [
        "A: https://user:hunter2@proxy.acme.example",
        "B: opensesame",
        *["x"] * 5,
        "TOKEN: glpat-0123456789",
        "BEARER: bearer abcdefghijklmnop",
    ]
    data = "\n".join(lines).encode()
    secret = at("x.yml", 2, 4, 14)
    findings = [replace(cases["failing"].findings[1], at=at("x.yml", line, 1, 99), related=()) for line in (1, 2, 8, 9)]
    shown = excerpts(Checkout(tmp_path, lambda _: False), [secret], findings, {"x.yml": data})
    report = renderer(name)(Verdict("fail", tuple(findings), lines=shown))
    assert sorted(shown["x.yml"]) == list(range(1, 10))
    assert [word for word in ("hunter2", "opensesame", "glpat-", "abcdefghij") if word in report] == []
    assert "x.yml" in report


def at(path: str, line: int, first: int, last: int) -> At:
    return At(path=path, start=Position(line=line, column=first), end=Position(line=line, column=last), origin="text")
