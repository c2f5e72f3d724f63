"""What a check says: rules, findings and the verdict. Everything here is pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from json import dumps
from typing import Literal

from policygate.location import At
from policygate.topology import NewPath, Way

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
    about: tuple[str, ...] = ()
    """The parts of the Rego input that it reads, such as `go.works`, sorted."""
    blocks: bool = True
    """Whether its findings can fail a check; else they only tell people what to look at."""


@dataclass(frozen=True)
class Related:
    """Another place that a finding rests on."""

    message: str
    at: At


@dataclass(frozen=True)
class Excuse:
    """Why a finding does not count, or would not if what says so were merged."""

    kind: Literal["waiver", "ignore"]
    reason: str
    owner: str
    """Empty for an ignore."""
    ticket: str
    until: str
    """The last day that it holds, `YYYY-MM-DD`."""
    at: At
    """The waiver or the comment."""
    pending: bool = False
    """Whether it stands only in what is judged, and not yet on the target branch; the finding counts."""


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
    modules: tuple[str, ...] = ()
    """The paths of the modules that it is about, where the rule tells."""
    contexts: tuple[str, ...] = ()
    """The ids of the contexts that it is about, where the rule tells."""
    seen_by: frozenset[str] = frozenset()
    """What it was seen by; where the rule does not tell, its words and the files of its related places."""
    change: Change = "none"
    disposition: Disposition = "active"
    excuse: Excuse | None = None

    @property
    def fingerprint(self) -> str:
        """The identity: 32 hexadecimal digits of rule, file and subject."""
        return _digest(self.rule.id, self.at.path, self.subject)

    @property
    def evidence(self) -> str:
        """What it was seen by, as a digest: the same identity with more evidence is a changed finding."""
        return _digest(*sorted(self.proofs))

    @property
    def proofs(self) -> frozenset[str]:
        """The single pieces of what it was seen by."""
        return self.seen_by or frozenset([self.message, *(f"{r.message} {r.at.path}" for r in self.related)])

    @property
    def counts(self) -> bool:
        """Whether it is of this change, or there is no change to judge; and nothing excuses it."""
        return self.disposition == "active" and self.change in {"none", "new", "changed"}


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
    endpoints: int = 0
    rules: int = 0
    idle: tuple[str, ...] = ()
    """The ids of the rules that met none of the facts that they are about."""
    skipped: tuple[str, ...] = ()
    """Files of known formats that were left out, each with the reason."""


@dataclass(frozen=True)
class EngineInfo:
    """What evaluated the policies; both empty when it never came to that."""

    name: str = ""
    version: str = ""


@dataclass(frozen=True)
class Compared:
    """What a merge request was compared with."""

    target: str
    """The revision as it was asked for."""
    target_commit: str
    """Its tip, whose configuration, policies and waivers hold."""
    base_commit: str
    """The merge base."""
    head_commit: str
    everything: bool = False
    """Whether what the target has already is judged too."""


@dataclass(frozen=True)
class Preview:
    """What a rule would find that this change adds or edits."""

    rule: str
    now: int
    """Its findings on the head."""
    before: int
    """Those among them that the base has too."""
    problem: str = ""
    """Why it could not be evaluated."""


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
    compared: Compared | None = None
    """None outside merge-request mode."""
    previews: tuple[Preview, ...] = ()
    opened: tuple[NewPath, ...] = ()
    """What the change opens in the network; empty outside merge-request mode."""
    around: tuple[Way, ...] = ()
    """The edges beside those that are new, so that these can be drawn."""
    advice: tuple[str, ...] = ()
    """One line each on how to make the next run say more, such as what to state in `policygate.yaml`."""

    @property
    def exit_code(self) -> int:
        """0 passed, 1 findings at or above `fail_on`, 3 no decision. Usage errors (2) never get this far."""
        return {"pass": 0, "fail": 1, "error": 3}[self.outcome]

    def count(self, severity: Severity) -> int:
        """The number of findings of one severity that are judged."""
        return sum(f.severity == severity and self.judges(f) for f in self.findings)

    def judges(self, finding: Finding) -> bool:
        """Whether a finding is judged: active, and of this change or of everything if that was asked for."""
        everything = self.compared is not None and self.compared.everything
        return finding.counts or (everything and finding.disposition == "active" and finding.change == "carried")


def judge(
    findings: Iterable[Finding],
    problems: Sequence[Problem],
    *,
    fail_on: Severity,
    compared: Compared | None = None,
) -> Verdict:
    """Decide: a problem makes the outcome `error` whatever the findings are."""
    verdict = Verdict("pass", tuple(findings), tuple(problems), fail_on=fail_on, compared=compared)
    failed = any(f.rule.blocks and verdict.judges(f) and at_least(f.severity, fail_on) for f in verdict.findings)
    return replace(verdict, outcome="error" if problems else "fail" if failed else "pass")


def ordered(findings: Iterable[Finding], severities: Mapping[str, Severity]) -> tuple[Finding, ...]:
    """The findings by place, each once, with the configured severities by rule id; one that assumes is a note."""
    unique = {_key(finding): _with_severity(finding, severities) for finding in findings}
    return tuple(finding for _, finding in sorted(unique.items()))


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
    return (
        finding.at.path,
        start.line,
        start.column,
        finding.rule.id,
        finding.subject,
        finding.message,
        finding.change,
    )


def _digest(*parts: str) -> str:
    return sha256(dumps(parts).encode()).hexdigest()[:32]
