"""Code Quality, entry by entry as GitLab's parser takes it."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from policygate.findings import Change, Disposition, Problem, Severity, Verdict
from policygate.report.gitlab import render

Golden = Callable[[str, str], None]

TEXT = {"type": "string", "minLength": 1}
ENTRY = {
    "type": "object",
    "required": ["description", "fingerprint", "severity", "location"],
    "properties": {
        "description": TEXT,
        "check_name": TEXT,
        "fingerprint": TEXT,
        "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
        "location": {
            "type": "object",
            "required": ["path", "lines"],
            "properties": {
                "path": {"type": "string", "minLength": 1, "not": {"pattern": "^\\.?/"}},
                "lines": {
                    "type": "object",
                    "required": ["begin"],
                    "properties": {"begin": {"type": "integer", "minimum": 1}},
                },
            },
        },
    },
}
"""What GitLab's parser asks of an entry; at the first that lacks it, it stops."""


def entries_of(verdict: Verdict) -> list[dict[str, Any]]:
    entries = json.loads(render(verdict))
    assert isinstance(entries, list)
    validator = Draft202012Validator(ENTRY)
    for entry in entries:
        validator.validate(entry)
    fingerprints = [entry["fingerprint"] for entry in entries]
    assert len(set(fingerprints)) == len(fingerprints), "GitLab keeps one entry of a fingerprint"
    return entries


def test_the_report_of_every_case(cases: dict[str, Verdict], golden: Golden) -> None:
    for case, verdict in cases.items():
        entries_of(verdict)
        golden(f"report/gitlab/{case}.json", render(verdict))


def test_nothing_found_is_an_empty_array() -> None:
    assert render(Verdict("pass")) == "[]\n"


@pytest.mark.parametrize(("severity", "shown"), [("error", "critical"), ("warning", "major"), ("note", "info")])
def test_a_severity_is_one_of_gitlab(cases: dict[str, Verdict], severity: Severity, shown: str) -> None:
    (entry,) = entries_of(Verdict("fail", (replace(cases["failing"].findings[1], severity=severity),)))
    assert entry == {
        "description": "a comma after `proxy-a.acme.example` does not fail over to `proxy-b.acme.example`",
        "check_name": "goproxy.comma_failover",
        "fingerprint": cases["failing"].findings[1].fingerprint,
        "severity": shown,
        "location": {"path": ".gitlab-ci.yml", "lines": {"begin": 2}},
    }


@pytest.mark.parametrize(
    ("change", "disposition", "entries"),
    [
        ("none", "active", 1),
        ("new", "active", 1),
        ("changed", "active", 1),
        ("carried", "active", 1),
        ("fixed", "active", 0),
        ("new", "waived", 0),
        ("carried", "ignored", 0),
    ],
)
def test_what_stands_is_listed(
    cases: dict[str, Verdict], change: Change, disposition: Disposition, entries: int
) -> None:
    finding = replace(cases["failing"].findings[1], change=change, disposition=disposition)
    assert len(entries_of(Verdict("fail", (finding,)))) == entries


def test_equals_are_counted(cases: dict[str, Verdict]) -> None:
    finding = cases["failing"].findings[1]
    one = finding.fingerprint
    assert [e["fingerprint"] for e in entries_of(Verdict("fail", (finding,) * 3))] == [one, f"{one}-2", f"{one}-3"]


def test_no_decision_is_one_blocker(cases: dict[str, Verdict]) -> None:
    at = cases["failing"].findings[1].at
    first, *others = entries_of(Verdict("error", problems=(Problem("it broke", at=at), Problem("and this"))))
    assert (first["severity"], first["description"]) == ("blocker", "no decision was possible: it broke (and 1 more)")
    assert first["location"] == {"path": ".gitlab-ci.yml", "lines": {"begin": 2}}
    assert others == []
