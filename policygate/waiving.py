"""`policygate waive` and `policygate waivers`: exceptions written, listed and pruned, by what a plain check finds."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from policygate.audit import days_left, state_of
from policygate.case import open_case
from policygate.config import WaiversSection
from policygate.errors import CheckoutError, PolicygateError, UsageError
from policygate.excuses import Use
from policygate.facts.ignores import parse_day
from policygate.findings import Finding, Rule, at_least
from policygate.gate import decide, judged
from policygate.report.waivers import Row, Wrong
from policygate.request import Request
from policygate.waiver_text import added, pruned, render
from policygate.waivers import FILE_NAME, Waiver, WaiverFile, last_day, parse_waivers, refusal
from policygate.yaml_places import Document, parse

MIN_PREFIX = 6


@dataclass(frozen=True)
class Standing:
    """A checkout, what a check finds in it, and its waivers."""

    root: Path
    today: date
    rules: Mapping[str, Rule]
    asked: frozenset[str]
    limits: WaiversSection
    data: bytes | None
    """The waiver file; None when there is none."""
    file: WaiverFile
    findings: Sequence[Finding]
    uses: Sequence[Use]

    def parsed(self, text: str) -> WaiverFile:
        """What another text of the file would say."""
        return parse_waivers(FILE_NAME, text.encode("utf-8", "backslashreplace"), self.rules, self.limits, self.today)

    def rows(self) -> Iterator[Row]:
        """The waivers and how each stands, in the order of the file."""
        for use in self.uses:
            if isinstance(use.by, Waiver):
                yield self._row(use.by, use)

    def wrong(self) -> list[Wrong]:
        """What is malformed."""
        return [Wrong(fault.message, fault.at) for fault in self.file.faults]

    def _row(self, waiver: Waiver, use: Use) -> Row:
        named = {name: getattr(waiver, name) for name in ("rule", "scope", "count", "reason", "owner", "ticket")}
        return Row(
            **named,
            approved_by=waiver.approved_by,
            used=use.used,
            created=waiver.created.isoformat(),
            expires=waiver.expires.isoformat(),
            age_days=(self.today - waiver.created).days,
            days_left=days_left(waiver, self.today),
            state=self.state(use),
            at=waiver.at,
        )

    def state(self, use: Use) -> str:
        """How a waiver stands; one whose rule was not decided is never unused."""
        decided = use.by.rule in self.asked
        return state_of(use if decided else replace(use, matched=1), self.today, self.limits.warn_days)


@dataclass(frozen=True)
class Details:
    """What a waiver says beside what it is about."""

    reason: str
    owner: str
    expires: str
    """`YYYY-MM-DD`."""
    ticket: str = ""
    approved_by: str = ""


def stand(root: Path, today: str) -> Standing:
    """Check a work tree, and lay its waivers over what was found.

    Raises:
        PolicygateError: there is no such checkout, or no decision was possible.
    """
    case = open_case(Request(root=root, today=today))
    decided = decide(case)
    problems = judged(decided).problems
    if problems:
        raise PolicygateError(problems[0].message, problems[0].hint, problems[0].at)
    try:
        data = case.ground.head.content(FILE_NAME)
    except CheckoutError as error:
        raise UsageError(error.message, error.hint) from error
    settled = decided.settled
    return Standing(
        root=root,
        today=case.today,
        rules=case.rules,
        asked=case.ids,
        limits=case.config.waivers,
        data=data,
        file=settled.exceptions.waivers,
        findings=settled.findings,
        uses=settled.uses,
    )


def everything(standing: Standing) -> list[Finding]:
    """All active findings that could fail a check which is strict about warnings, but for those without exception."""
    return [
        finding
        for finding in standing.findings
        if finding.disposition == "active"
        and at_least(finding.severity, "warning")
        and not refusal(finding.rule.id, standing.rules, standing.limits)
    ]


def named(standing: Standing, prefixes: Iterable[str]) -> list[Finding]:
    """The findings with the given fingerprints, of which a beginning is enough that only one has.

    Raises:
        UsageError: no finding, or several ones, or one that cannot be waived.
    """
    chosen: dict[str, list[Finding]] = {}
    for prefix in prefixes:
        found = with_fingerprint(standing.findings, prefix)
        active = [finding for finding in found if finding.disposition == "active"]
        if not active:
            raise UsageError(f"finding `{prefix}` is excused already")
        wrong = refusal(active[0].rule.id, standing.rules, standing.limits)
        if wrong:
            raise UsageError(f"finding `{prefix}` of rule `{active[0].rule.id}` cannot be waived: {wrong}")
        chosen[active[0].fingerprint] = active
    return [finding for found in chosen.values() for finding in found]


def with_fingerprint(findings: Iterable[Finding], prefix: str) -> list[Finding]:
    """The findings of the one fingerprint that begins like this.

    Raises:
        UsageError: no finding has one, or several have different ones.
    """
    found = [finding for finding in findings if finding.fingerprint.startswith(prefix)]
    whole = sorted({finding.fingerprint for finding in found})
    if not whole:
        raise UsageError(f"no finding has the fingerprint `{prefix}`", "`policygate check --format json` shows them")
    if len(whole) > 1:
        raise UsageError(f"`{prefix}` is the beginning of several fingerprints", ", ".join(whole))
    return found


def waivers_for(standing: Standing, findings: Sequence[Finding], details: Details) -> list[Waiver]:
    """One waiver for each rule and file, which names all of its findings.

    Raises:
        UsageError: the last day is no day, over already, or beyond the horizon of a rule.
    """
    try:
        expires = parse_day(details.expires)
    except ValueError as error:
        raise UsageError(f"`--expires {details.expires}` {error}") from error
    if expires < standing.today:
        raise UsageError(f"`--expires {expires}` is over already")
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.rule.id, finding.at.path), []).append(finding)
    latest = {rule: last_day(standing.rules[rule], standing.limits, standing.today) for rule, _ in groups}
    if latest and expires > min(latest.values()):
        rule = min(latest, key=lambda rule: latest[rule])
        days = (latest[rule] - standing.today).days
        severity = standing.rules[rule].severity
        said = f"`--expires {expires}` is too late: a waiver of `{rule}`, {severity}, lasts {days} days at most"
        raise UsageError(said, f"the last possible day is {latest[rule]}; `waivers.horizon_days` sets it")
    return [
        Waiver(
            rule,
            details.reason.strip(),
            details.owner.strip(),
            standing.today,
            expires,
            path=path,
            fingerprints=tuple(dict.fromkeys(finding.fingerprint for finding in group)),
            count=len(group),
            ticket=details.ticket.strip(),
            approved_by=details.approved_by.strip(),
        )
        for (rule, path), group in sorted(groups.items())
    ]


def text_with(standing: Standing, waivers: Sequence[Waiver]) -> tuple[str, str]:
    """The text of the file with more waivers, and what is new in it.

    Raises:
        UsageError: the file is no YAML, or the text would not say what it should.
    """
    text = added(_document(standing), waivers)
    _ensure(standing, text, [*standing.file.waivers, *waivers])
    return text, render(waivers)


def text_without(standing: Standing) -> tuple[str, list[Waiver]]:
    """The text of the file without the waivers that have ended or match nothing, and these.

    Raises:
        UsageError: the file is no YAML, or an entry has no lines of its own.
    """
    document = _document(standing)
    gone = [u.by for u in standing.uses if isinstance(u.by, Waiver) and standing.state(u) in {"expired", "unused"}]
    if document is None or not gone:
        return "", []
    lines = {waiver.lines for waiver in gone}
    entries = document.texts_at("waivers")
    count = len(entries) if isinstance(entries, list) else 0
    indexes = [index for index in range(count) if document.lines("waivers", index) in lines]
    text = pruned(document, indexes)
    _ensure(standing, text, [w for w in standing.file.waivers if not any(w is each for each in gone)])
    return text, gone


def _document(standing: Standing) -> Document | None:
    return None if standing.data is None else parse(FILE_NAME, standing.data)


def _ensure(standing: Standing, text: str, expected: Sequence[Waiver]) -> None:
    """Nothing is written but what says exactly what it should, and leaves wrong what was wrong."""
    file = standing.parsed(text)
    faults = [[fault.message for fault in each.faults] for each in (file, standing.file)]
    if list(file.waivers) != list(expected) or faults[0] != faults[1]:
        new = [message for message in faults[0] if message not in faults[1]]
        hint = new[0] if new else "write `waivers` as a list with each entry on lines of its own"
        raise UsageError(f"{FILE_NAME}: cannot be edited", hint)
