"""From what was found on each side to what is judged: compare, excuse, and look at the excuses themselves."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from policygate.audit import audit
from policygate.case import Case
from policygate.changes import compare
from policygate.errors import CheckoutError
from policygate.excuses import Exceptions, Use, excuse, ignored
from policygate.facts.ignores import Ignore, read_ignores
from policygate.findings import Finding, ordered
from policygate.gathering import Gathered
from policygate.location import At, Position
from policygate.tree import Tree
from policygate.waivers import FILE_NAME, Fault, WaiverFile, check_ignores, merged, parse_waivers


@dataclass(frozen=True)
class Settled:
    """What was found and what became of it."""

    findings: tuple[Finding, ...]
    """In order, with their `change`, `disposition` and `excuse`; those about the exceptions among them."""
    before: tuple[Finding, ...]
    """Those of the base, as it has them."""
    exceptions: Exceptions
    uses: tuple[Use, ...]
    """What came of each exception."""


def settle(case: Case, sides: Sequence[Gathered], found: Sequence[Sequence[Finding]]) -> Settled:
    """Compare the findings of each side, the head first, and lay the exceptions over them."""
    severities = case.config.severities()
    head = ordered(found[0], severities)
    before: tuple[Finding, ...] = ()
    if case.ground.base is not None:
        before = ordered(found[1], severities)
        head = ordered(compare(head, before, case.ground.renames), {})
    exceptions = _exceptions(case, sides, found)
    excused = excuse(head, exceptions, case.today)
    told = audit(excused, exceptions, case.today, case.config.waivers.warn_days, case.ids)
    shown = ordered([*excused.findings, *ordered(told, severities)], {})
    return Settled(shown, before, exceptions, excused.uses)


def _exceptions(case: Case, sides: Sequence[Gathered], found: Sequence[Sequence[Finding]]) -> Exceptions:
    ground, request = case.ground, case.request
    ignores = [tuple(check_ignores(side.ignores, case.rules, case.config.waivers, case.today)) for side in sides]
    known: dict[bytes, WaiverFile] = {}
    tip = _waivers(ground.tip, case, known)
    holding = Exceptions(tip, ignores=ignores[0], no_ignores=not request.ignores)
    if ground.base is None:
        return holding
    return replace(
        holding,
        head_waivers=merged(tip, _waivers(ground.base, case, known), _waivers(ground.head, case, known)),
        base_ignores=ignores[1],
        merged_ignores=ignored(found[1], _kept(ignores[1], ground.tip)),
        renamed={new: old for old, new in ground.renames.items()},
        trust_head=request.trust_head,
    )


def _kept(ignores: Sequence[Ignore], tip: Tree) -> list[Ignore]:
    """Those of the base that the target has not taken out of their files since."""
    words: dict[str, set[tuple[str, str, str]]] = {}
    for path in {ignore.at.path for ignore in ignores}:
        with suppress(CheckoutError):
            words[path] = {ignore.words for ignore in read_ignores(path, tip.content(path) or b"")}
    return [ignore for ignore in ignores if ignore.words in words.get(ignore.at.path, ())]


def _waivers(tree: Tree, case: Case, known: dict[bytes, WaiverFile]) -> WaiverFile:
    """The waivers of a tree; `known` are those of contents that were read before."""
    try:
        data = tree.content(FILE_NAME) or b""
    except CheckoutError as error:
        start = Position(line=1, column=1)
        at = At(path=FILE_NAME, start=start, end=start, origin="text")
        return WaiverFile(faults=(Fault(f"{FILE_NAME} cannot be read: {error.message}", at),))
    if data not in known:
        known[data] = parse_waivers(FILE_NAME, data, case.rules, case.config.waivers, case.today)
    return known[data]
