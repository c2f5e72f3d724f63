"""What every report says of a verdict in the same words: outcome, counts, places, what was compared and checked."""

from collections import Counter
from collections.abc import Iterator, Sequence

from policygate.findings import SEVERITIES, Checked, Excuse, Finding, Preview, Verdict, at_least
from policygate.location import At, Origin
from policygate.report.drawing.screen import flat, show
from policygate.topology import NewPath, Tls

OUTCOMES: dict[str, str] = {"pass": "passed", "fail": "failed", "error": "no decision"}
STANDS_FOR: dict[Origin, str] = {
    "text": "",
    "default": "go's default",
    "absent": "absent",
    "outer": "declared outside",
    "environment": "the caller's environment",
}
NO_FILE = "policygate.yaml"
"""The file of what has none, for formats that want one: it is where such a thing can be stated."""
TLS: dict[Tls, str] = {"required": "TLS", "optional": "TLS optional", "disabled": "plaintext", "unknown": ""}
_SHOWN = 4
_DIGITS = 10


def fails(verdict: Verdict, finding: Finding) -> bool:
    """Whether a finding by itself makes the check fail."""
    return finding.rule.blocks and verdict.judges(finding) and at_least(finding.severity, verdict.fail_on)


def stands(finding: Finding) -> bool:
    """Whether a finding is there and nothing excuses it, be it of this change or carried."""
    return finding.disposition == "active" and finding.change != "fixed"


def gravest(findings: Sequence[Finding], most: int) -> list[Finding]:
    """At most so many findings, the gravest, in the order of gravity; equals keep their order."""
    order = [(SEVERITIES.index(finding.severity), not finding.rule.blocks) for finding in findings]
    return [findings[i] for i in sorted(range(len(findings)), key=order.__getitem__)[:most]]


def summary(verdict: Verdict) -> tuple[str, str]:
    """The counts, empty when there is nothing to count; and what was checked, with the outcome."""
    reasons = [count(len(verdict.problems), "problem")] if verdict.problems else []
    reasons += [f"fail_on: {verdict.fail_on}"] if verdict.fail_on != "error" else []
    reason = f" ({', '.join(reasons)})" if reasons else ""
    return counts(verdict), f"{checked(verdict)}: {OUTCOMES[verdict.outcome]}{reason}"


def counts(verdict: Verdict) -> str:
    """How many of each severity are judged, and how many are excused; empty when there was no decision to count."""
    told = [count(verdict.count(severity), severity) for severity in SEVERITIES if verdict.count(severity)]
    for disposition in ("waived", "ignored"):
        left_out = sum(f.disposition == disposition and f.change != "fixed" for f in verdict.findings)
        told += [f"{left_out} {disposition}"] if left_out else []
    if told:
        return ", ".join(told)
    nothing = "nothing new" if verdict.compared and not verdict.compared.everything else "no findings"
    return "" if verdict.problems else nothing


def checked(verdict: Verdict) -> str:
    """How much was looked at, and by which engine."""
    looked_at, engine = verdict.checked, verdict.engine
    if verdict.problems and looked_at == Checked():
        return "nothing checked"
    facts = f"{count(looked_at.modules, 'module')}, {count(looked_at.contexts, 'context')}"
    facts += f", {count(looked_at.endpoints, 'endpoint')}" if looked_at.endpoints else ""
    by = flat(f", {engine.name} {engine.version}") if engine.name else ""
    return f"{count(looked_at.files, 'file')} ({facts}), {count(looked_at.rules, 'rule')}{by}"


def compared_with(verdict: Verdict) -> str:
    """What a merge request was compared with; empty outside of one."""
    compared = verdict.compared
    if compared is None:
        return ""
    return f"compared with `{show(compared.target)}` (merge base {show(compared.base_commit[:_DIGITS])})"


def surveyed(verdict: Verdict) -> Iterator[str]:
    """What was compared, and what was there but not judged, a line each."""
    if verdict.compared:
        changes = Counter(finding.change for finding in verdict.findings)
        told = ", ".join(f"{changes[change]} {change}" for change in ("new", "changed", "carried", "fixed"))
        scope = ", all of them judged" if verdict.compared.everything else ""
        yield f"{compared_with(verdict)}: {told}{scope}"
    if verdict.checked.idle:
        yield f"{count(len(verdict.checked.idle), 'rule')} met no facts: {_some(verdict.checked.idle)}"
    if verdict.checked.skipped:
        yield f"left out: {_some(verdict.checked.skipped)}"


def previewed(preview: Preview) -> str:
    """What a rule that the change adds or edits would find."""
    rule = f"rule `{show(preview.rule)}`, which this change adds or edits,"
    if preview.problem:
        return f"{rule} cannot be evaluated: {flat(preview.problem)}"
    return f"{rule} would find {preview.now}, {preview.before} of them in the base too; it is not judged by yet"


def opens(paths: Sequence[NewPath]) -> str:
    """How much a change opens."""
    return f"this change opens {count(len(paths), 'new path')}"


def spoken(path: NewPath) -> str:
    """What is spoken with the target of a new path, and whether anybody can listen; empty when nothing says it."""
    return ", ".join(filter(None, [path.protocol, TLS[path.tls]]))


def pending(excuse: Excuse) -> str:
    """What an exception would do that stands in the change only."""
    by = f" by {flat(excuse.owner)}" if excuse.owner else ""
    return f"{short_place(excuse.at)} excuses it{by} until {flat(excuse.until)} once that is merged"


def place(at: At) -> str:
    """`path:line:column`, and what the text there stands for; never empty."""
    stands_for = STANDS_FOR[at.origin]
    return f"{short_place(at)} ({stands_for}; nearest text)" if at.path and stands_for else short_place(at)


def short_place(at: At) -> str:
    """`path:line:column`, or in parentheses what is meant when there is no file."""
    if not at.path:
        return f"({STANDS_FOR[at.origin] or 'no place'})"
    return show(at.path) + (f":{at.start.line}:{at.start.column}" if at.start.line else "")


def count(number: int, noun: str) -> str:
    """A number and its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(map(flat, names[:_SHOWN]))
    return f"{shown}, {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
