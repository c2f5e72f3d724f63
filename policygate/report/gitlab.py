"""GitLab Code Quality (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format)."""

from collections import Counter

from policygate.findings import Severity, Verdict
from policygate.location import At
from policygate.report.drawing.screen import flat
from policygate.report.drawing.words import NO_FILE, stands
from policygate.report.json import encode, writable

_SEVERITIES: dict[Severity, str] = {"error": "critical", "warning": "major", "note": "info"}
_BLOCKED = "policygate"
"""The check and the fingerprint of the entry that says that there was no decision."""

Entry = dict[str, object]


def render(verdict: Verdict) -> str:
    """An array of what stands, judged or carried; the widget of a merge request compares it with the target's.

    Fingerprints are unique, because GitLab keeps one entry of each: equals are counted. That no decision was possible
    is one entry, a blocker.
    """
    seen: Counter[str] = Counter()
    entries = _no_decision(verdict)
    for finding in filter(stands, verdict.findings):
        seen[finding.fingerprint] += 1
        number = seen[finding.fingerprint]
        fingerprint = finding.fingerprint if number == 1 else f"{finding.fingerprint}-{number}"
        severity = _SEVERITIES[finding.severity]
        entries.append(_entry(finding.rule.id, finding.message, fingerprint, severity, finding.at))
    return encode(entries)


def _no_decision(verdict: Verdict) -> list[Entry]:
    if not verdict.problems:
        return []
    first, *others = verdict.problems
    more = f" (and {len(others)} more)" if others else ""
    return [_entry(_BLOCKED, f"no decision was possible: {first.message}{more}", _BLOCKED, "blocker", first.at)]


def _entry(check: str, message: str, fingerprint: str, severity: str, at: At | None) -> Entry:
    path, line = (at.path, at.start.line) if at and at.path else (NO_FILE, 1)
    return {
        "description": flat(message) or flat(check),
        "check_name": flat(check),
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": writable(path), "lines": {"begin": max(line, 1)}},
    }
