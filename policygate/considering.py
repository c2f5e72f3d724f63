"""Waivers and inline ignores that might excuse a finding, and why each does or does not. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from policygate.excuses import Exceptions, Use, covers
from policygate.facts.ignores import Ignore
from policygate.findings import Finding
from policygate.reasons import Considered
from policygate.waivers import Fault, Waiver

_APPLIES: Mapping[int, Literal["yes", "later"]] = {0: "yes", 1: "later"}
_COVERS, _MALFORMED = 2, 3
"""Distances of what covers the finding and still does not apply, and of what nobody can tell; mismatches add to it."""


@dataclass(frozen=True)
class _Weighed:
    """A reason, and how far it is from excusing: the nearest is shown first."""

    why: str
    distance: int
    """0 applies, 1 will once it is merged."""


def considered(finding: Finding, exceptions: Exceptions, uses: Sequence[Use], today: date) -> tuple[Considered, ...]:
    """The exceptions that name the rule of a finding; those that apply first, then those that come close.

    `finding` and `uses` are what `excuse` made of them.
    """
    weighed: list[tuple[_Weighed, Waiver | Ignore | Fault]] = [
        *((_weighed(use, finding, exceptions, today), use.by) for use in uses if use.by.rule == finding.rule.id),
        *((_Weighed(f"does not apply: {why}", _MALFORMED), by) for by, why in _idle_ignores(finding, exceptions)),
        *((_Weighed(f"is malformed: {why}", _MALFORMED), by) for by, why in _faults(finding, exceptions)),
    ]
    weighed.sort(key=lambda pair: pair[0].distance)
    return tuple(_considered(by, each) for each, by in weighed)


def _considered(by: Waiver | Ignore | Fault, each: _Weighed) -> Considered:
    says = ""
    if isinstance(by, Waiver):
        count = f" count={by.count}" if by.count > 1 else ""
        says = f"{by.scope}{count}, until {by.expires}, {by.owner}: {by.reason}"
    elif isinstance(by, Ignore) and not by.fault:
        says = f"until {by.until}: {by.reason}"
    kind: Literal["waiver", "ignore"] = "ignore" if isinstance(by, Ignore) else "waiver"
    return Considered(kind, by.at, says, _APPLIES.get(each.distance, "no"), each.why)


def _weighed(use: Use, finding: Finding, exceptions: Exceptions, today: date) -> _Weighed:
    by = use.by
    if _is_excused_by(finding, use):
        if finding.excuse and finding.excuse.pending:
            return _Weighed("does not apply yet: it is only on this branch, and takes effect when merged", 1)
        return _Weighed(f"holds until {_last_day(by)}", 0)
    if finding.change == "fixed":
        return _Weighed("does not apply: the finding is gone", _COVERS)
    misses = list(_mismatches(by, finding, exceptions) if isinstance(by, Waiver) else _misses(by, finding))
    wrong = [*misses, *([f"it ended on {_last_day(by)}"] if _last_day(by) < today.isoformat() else [])]
    why = "; ".join(wrong or [_unneeded(use, finding)])
    return _Weighed(f"does not apply: {why}", _MALFORMED + len(misses) if misses else _COVERS)


def _is_excused_by(finding: Finding, use: Use) -> bool:
    excuse = finding.excuse
    if excuse is None or excuse.at != use.by.at:
        return False
    if isinstance(use.by, Ignore):
        return excuse.kind == "ignore"
    return excuse.kind == "waiver" and excuse.pending == use.added


def _unneeded(use: Use, finding: Finding) -> str:
    """Why what is about a finding and has not ended leaves it alone."""
    if isinstance(use.by, Waiver) and use.used >= use.by.count:
        return "its only place is taken" if use.by.count == 1 else f"its {use.by.count} places are taken"
    return "another exception comes first" if finding.excuse else "from this rule there is no exception"


def _mismatches(waiver: Waiver, finding: Finding, exceptions: Exceptions) -> Iterator[str]:
    """For each scope that a waiver gives, why it is not of the finding."""
    anything = replace(waiver, path="", module="", context="", fingerprints=())

    def fits(narrow: Waiver, one: Finding = finding) -> bool:
        return covers(narrow, one, exceptions.renamed)

    old = exceptions.renamed.get(finding.at.path, "")
    if not fits(by_path := replace(anything, path=waiver.path)):
        was_renamed = old and covers(by_path, finding, {})
        yield f"path `{waiver.path}` is not {f'its file before it was renamed, `{old}`' if was_renamed else 'its file'}"
    if not fits(by_module := replace(anything, module=waiver.module)):
        others = [name for name in finding.modules if not fits(by_module, replace(finding, modules=(name,)))]
        yield _unlike("module", waiver.module, others)
    if not fits(by_context := replace(anything, context=waiver.context)):
        others = [name for name in finding.contexts if not fits(by_context, replace(finding, contexts=(name,)))]
        yield _unlike("context", waiver.context, others)
    if not fits(replace(anything, fingerprints=waiver.fingerprints)):
        yield "its fingerprint is not among those named"


def _unlike(kind: str, glob: str, others: Sequence[str]) -> str:
    if not others:
        return f"{kind} `{glob}` is asked for, and the finding names none"
    more = f" and {len(others) - 1} more" if len(others) > 1 else ""
    return f"{kind} `{glob}` is not `{others[0]}`{more}, which the finding is about"


def _misses(ignore: Ignore, finding: Finding) -> Iterator[str]:
    if ignore.at.path != finding.at.path:
        yield f"`{ignore.at.path}` is not its file"
    elif ignore.line != finding.at.start.line:
        yield f"it covers line {ignore.line}, and the finding is in line {finding.at.start.line}"


def _idle_ignores(finding: Finding, exceptions: Exceptions) -> Iterator[tuple[Ignore, str]]:
    """The ignores that suppress nothing at all: malformed ones, and all of them if that was asked for."""
    here = finding.at.path, finding.at.start.line
    for ignore in exceptions.ignores:
        concerns = ignore.rule == finding.rule.id or (not ignore.rule and (ignore.at.path, ignore.line) == here)
        if concerns and (ignore.fault or exceptions.no_ignores):
            yield ignore, "`--no-ignores` is given" if exceptions.no_ignores else f"it is malformed: it {ignore.fault}"


def _faults(finding: Finding, exceptions: Exceptions) -> Iterator[tuple[Fault, str]]:
    """What is wrong with waivers of the rule, or with a whole file; what two sides have wrong once."""
    head = exceptions.head_waivers.faults if exceptions.head_waivers else ()
    for message, fault in {fault.message: fault for fault in (*head, *exceptions.waivers.faults)}.items():
        if message.startswith(its_own := f"waiver of `{finding.rule.id}`: ") or not message.startswith("waiver "):
            yield fault, message.removeprefix(its_own)


def _last_day(by: Waiver | Ignore) -> str:
    return by.expires.isoformat() if isinstance(by, Waiver) else by.until
