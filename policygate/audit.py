"""What there is to say of waivers and inline ignores themselves: wrong, unused, ended, ending, added. Pure."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from typing import Literal

from policygate.builtin import (
    ADDED_WAIVER,
    EXPIRED_WAIVER,
    EXPIRING_WAIVER,
    MALFORMED_WAIVER,
    UNUSED_IGNORE,
    UNUSED_WAIVER,
)
from policygate.excuses import Exceptions, Excused, Use
from policygate.facts.ignores import Ignore, parse_day
from policygate.findings import Change, Finding, Rule
from policygate.location import At
from policygate.waivers import Waiver

State = Literal["active", "expiring", "expired", "unused"]


def audit(
    excused: Excused, exceptions: Exceptions, today: date, warn_days: int, asked: Collection[str]
) -> Iterator[Finding]:
    """The findings about the exceptions of a check, with their `change`; `asked` are the ids of the decided rules.

    A merge request answers for what it brings; what it takes away is not spoken of.
    """
    for finding in (*_faults(exceptions), *_of_waivers(excused, exceptions, today, warn_days, asked)):
        if finding.rule.id in asked:
            yield finding
    if not exceptions.no_ignores:
        for finding in _of_ignores(excused, exceptions, today, warn_days, asked):
            if finding.rule.id in asked:
                yield finding


def state_of(use: Use, today: date, warn_days: int) -> State:
    """How a waiver or an ignore stands."""
    left = days_left(use.by, today)
    if left < 0:
        return "expired"
    if not use.matched:
        return "unused"
    return "expiring" if left <= warn_days else "active"


def days_left(by: Waiver | Ignore, today: date) -> int:
    """The days until its last one; negative when that is over."""
    return (_last_day(by) - today).days


def _faults(exceptions: Exceptions) -> Iterator[Finding]:
    """What is wrong with waivers; what the target has wrong too is carried."""
    known = Counter(fault.message for fault in exceptions.waivers.faults)
    for fault in (exceptions.head_waivers or exceptions.waivers).faults:
        change: Change = "none"
        if exceptions.compares:
            change = "carried" if known[fault.message] > 0 else "new"
            known[fault.message] -= 1
        yield _finding(MALFORMED_WAIVER, fault.message, fault.message, fault.at, change)


def _of_waivers(
    excused: Excused, exceptions: Exceptions, today: date, warn_days: int, asked: Collection[str]
) -> Iterator[Finding]:
    kept = Counter(exceptions.head_waivers.waivers) if exceptions.head_waivers else None
    for use in excused.uses:
        if not isinstance(use.by, Waiver):
            continue
        if kept is not None:
            kept[use.by] -= 1
            if kept[use.by] < 0:
                continue
        change: Change = "none" if kept is None else "new" if use.added else "carried"
        yield from _told(use, today, warn_days, change, decided=use.by.rule in asked)
        if use.added:
            yield _added(use.by)


def _of_ignores(
    excused: Excused, exceptions: Exceptions, today: date, warn_days: int, asked: Collection[str]
) -> Iterator[Finding]:
    known = Counter(_identity(ignore, ignore.at.path) for ignore in exceptions.base_ignores)
    uses = {id(use.by): use for use in excused.uses}
    for ignore in exceptions.ignores:
        change: Change = "none"
        if exceptions.compares:
            identity = _identity(ignore, exceptions.renamed.get(ignore.at.path, ignore.at.path))
            change = "carried" if known[identity] > 0 else "new"
            known[identity] -= 1
        if ignore.fault:
            message = (
                f"inline ignore of `{ignore.rule}` {ignore.fault}" if ignore.rule else f"inline ignore {ignore.fault}"
            )
            yield _finding(MALFORMED_WAIVER, message, message, ignore.at, change)
            continue
        yield from _told(uses[id(ignore)], today, warn_days, change, decided=ignore.rule in asked)
        if change == "new":
            yield _added(ignore)


def _told(use: Use, today: date, warn_days: int, change: Change, *, decided: bool) -> Iterator[Finding]:
    """What its state is, unless it is just active, or unused because its rule was not decided."""
    by, until = use.by, _last_day(use.by)
    state = state_of(use if decided else replace(use, matched=1), today, warn_days)
    if state == "expired":
        yield _finding(EXPIRED_WAIVER, f"{_name(by)} ended on {until}", _subject(by), by.at, change)
    elif state == "unused":
        rule = UNUSED_WAIVER if isinstance(by, Waiver) else UNUSED_IGNORE
        yield _finding(rule, f"{_name(by)} matches nothing", _subject(by), by.at, change)
    elif state == "expiring":
        left = days_left(by, today)
        days = "today is its last day" if not left else f"{left} day{'s' if left > 1 else ''} left"
        yield _finding(EXPIRING_WAIVER, f"{_name(by)} ends on {until}: {days}", _subject(by), by.at, change)


def _added(by: Waiver | Ignore) -> Finding:
    owner = f"; its owner is {by.owner}" if isinstance(by, Waiver) else ""
    message = f"{_name(by)} is added here, until {_last_day(by)}{owner}: {by.reason}"
    return _finding(ADDED_WAIVER, message, _subject(by), by.at, "new")


def _finding(rule: Rule, message: str, subject: str, at: At, change: Change) -> Finding:
    """What it says may count days, which is no change of anything: so the subject is all the evidence."""
    return Finding(rule, rule.severity, message, subject, at, seen_by=frozenset([subject]), change=change)


def _name(by: Waiver | Ignore) -> str:
    if isinstance(by, Waiver):
        return f"the waiver of `{by.rule}` for `{by.scope}`"
    return f"the inline ignore of `{by.rule}`"


def _subject(by: Waiver | Ignore) -> str:
    return f"{by.rule} {by.scope}" if isinstance(by, Waiver) else f"{by.rule} {by.until} {by.reason}"


def _last_day(by: Waiver | Ignore) -> date:
    return by.expires if isinstance(by, Waiver) else parse_day(by.until)


def _identity(ignore: Ignore, path: str) -> tuple[str, ...]:
    """What makes an ignore the same on both sides; of one in order neither its line nor its place counts."""
    return path, *ignore.words, ignore.fault
