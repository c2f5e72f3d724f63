"""What a check says: rules, findings and the verdict. Everything here is pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from json import dumps
from typing import Literal

from policygate.location import At

Severity = Literal["error", "warning", "note"]
Outcome = Literal["pass", "fail", "error"]
Change = Literal["none", "new", "carried", "changed", "fixed"]
Disposition = Literal["active", "waived", "ignored"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""The gravest first."""


@dataclass(frozen=True)
class Link:
    """A page to read on."""

    ref: str
    description: str


@dataclass(frozen=True)
class Parameter:
    """A knob of a rule, set in `policygate.yaml` under `rules.<id>.parameters`."""

    name: str
    default: object
    description: str


@dataclass(frozen=True)
class Rule:
    """A rule as its METADATA describes it; the id is its package, below `policygate` where it is ours."""

    id: str
    title: str
    description: str
    severity: Severity
    fix: str
    links: tuple[Link, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    profiles: tuple[str, ...] = ()
    security_severity: str = ""
    """A CVSS-like figure for code-scanning platforms, from `0.1` to `10.0`; empty when it is no security rule."""
    needs: tuple[str, ...] = ()
    """The sources whose facts it reads, sorted; empty for rules that the gate itself decides."""


@dataclass(frozen=True)
class Related:
    """Another place that a finding rests on."""

    message: str
    at: At


@dataclass(frozen=True)
class Finding:
    """One problem at one place."""

    rule: Rule
    severity: Severity
    message: str
    subject: str
    """What makes it *this* problem: module, context, setting; never a line."""
    at: At
    related: tuple[Related, ...] = ()
    assumes: tuple[str, ...] = ()
    """What it rests on that nobody stated; such a finding is a note."""
    change: Change = "none"
    disposition: Disposition = "active"

    @property
    def fingerprint(self) -> str:
        """The identity: 32 hexadecimal digits of rule, file and subject."""
        return _digest(self.rule.id, self.at.path, self.subject)

    @property
    def evidence(self) -> str:
        """What it was seen by: the same identity with other evidence is a changed finding."""
        return _digest(self.message, *(text for r in self.related for text in (r.message, r.at.path)))


@dataclass(frozen=True)
class Problem:
    """Why no decision, or only a part of one, was possible."""

    message: str
    hint: str = ""
    at: At | None = None


@dataclass(frozen=True)
class Checked:
    """How much was looked at."""

    files: int = 0
    modules: int = 0
    contexts: int = 0
    rules: int = 0


@dataclass(frozen=True)
class EngineInfo:
    """What evaluated the policies; both empty when it never came to that."""

    name: str = ""
    version: str = ""


@dataclass(frozen=True)
class Verdict:
    """The answer of a check, and all that a report may show.

    `findings` are sorted by path, line, column, rule and subject. `lines` holds the source lines around them, by path
    and 1-based number, with every credential blanked.
    """

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    checked: Checked = Checked()
    engine: EngineInfo = EngineInfo()
    fail_on: Severity = "error"
    rules: tuple[Rule, ...] = ()
    """The rules that were asked, sorted by id."""
    lines: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    advice: tuple[str, ...] = ()
    """One line each on how to make the next run say more, such as what to state in `policygate.yaml`."""

    @property
    def exit_code(self) -> int:
        """0 passed, 1 findings at or above `fail_on`, 3 no decision. Usage errors (2) never get this far."""
        return {"pass": 0, "fail": 1, "error": 3}[self.outcome]

    def count(self, severity: Severity) -> int:
        """The number of active findings of one severity."""
        return sum(f.severity == severity and f.disposition == "active" for f in self.findings)


def judge(
    findings: Iterable[Finding],
    problems: Sequence[Problem],
    *,
    fail_on: Severity,
    severities: Mapping[str, Severity],
) -> Verdict:
    """Order the findings, apply the configured severities by rule id, and decide.

    A problem makes the outcome `error` whatever the findings are; a finding that assumes something is a note.
    """
    ordered = sorted({_key(f): _with_severity(f, severities) for f in findings}.items())
    judged = tuple(finding for _, finding in ordered)
    failed = any(f.disposition == "active" and at_least(f.severity, fail_on) for f in judged)
    outcome: Outcome = "error" if problems else "fail" if failed else "pass"
    return Verdict(outcome=outcome, findings=judged, problems=tuple(problems), fail_on=fail_on)


def at_least(severity: Severity, threshold: Severity) -> bool:
    """Whether a severity is as grave as the threshold."""
    return SEVERITIES.index(severity) <= SEVERITIES.index(threshold)


def _with_severity(finding: Finding, severities: Mapping[str, Severity]) -> Finding:
    severity = severities.get(finding.rule.id, finding.severity)
    if finding.assumes:
        severity = "note"
    return replace(finding, severity=severity)


def _key(finding: Finding) -> tuple[object, ...]:
    start = finding.at.start
    return (finding.at.path, start.line, start.column, finding.rule.id, finding.subject, finding.message)


def _digest(*parts: str) -> str:
    return sha256(dumps(parts).encode()).hexdigest()[:32]
