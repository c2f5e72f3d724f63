"""Which findings are excused: waivers and inline ignores laid over them. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from operator import itemgetter

from policygate.builtin import UNWAIVABLE
from policygate.facts.ignores import Ignore
from policygate.findings import Change, Excuse, Finding, Related
from policygate.tree import is_excluded
from policygate.waivers import Waiver, WaiverFile, pending_waivers

Words = tuple[str, str, str, str]
"""A fingerprint, then the rule, the last day and the reason of what ignored it."""

_TURN: Mapping[Change, int] = {"carried": 0, "changed": 1, "none": 2, "new": 2}
"""Whose turn it is at the places of a waiver: a new finding never takes that of an old one."""


@dataclass(frozen=True)
class Exceptions:
    """All that may excuse findings. Outside merge-request mode there is one side, whose word holds."""

    waivers: WaiverFile = field(default_factory=WaiverFile)
    """Those that hold: of the target's tip, else of the checkout."""
    head_waivers: WaiverFile | None = None
    """Those that there would be after the merge; None outside merge-request mode."""
    ignores: Sequence[Ignore] = ()
    """Those of the head or of the checkout, after `check_ignores`."""
    base_ignores: Sequence[Ignore] = ()
    """Those of the base, after `check_ignores`."""
    merged_ignores: frozenset[Words] = frozenset()
    """What the base ignores already, and the target still: `ignored` of its findings."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Old paths by new ones."""
    trust_head: bool = False
    no_ignores: bool = False

    @property
    def compares(self) -> bool:
        """Whether it is about a merge request."""
        return self.head_waivers is not None


@dataclass(frozen=True)
class Use:
    """What came of one waiver or ignore."""

    by: Waiver | Ignore
    matched: int
    """The findings that it is about."""
    used: int
    """Those that it covers, or would."""
    added: bool = False
    """Whether it is a waiver that only the head has."""


@dataclass(frozen=True)
class Excused:
    """The findings in their order, with `disposition` and `excuse`, and what came of each exception."""

    findings: tuple[Finding, ...]
    uses: tuple[Use, ...]


def excuse(findings: Sequence[Finding], exceptions: Exceptions, today: date) -> Excused:
    """Lay the exceptions over findings that know their `change`.

    A waiver covers as many findings as its count says, carried ones first, then changed, then new ones. One that has
    ended covers nothing, and what it would have covered says so. What only the head has covers nothing either; the
    finding stays active and its `excuse` is pending.
    """
    head = exceptions.head_waivers or WaiverFile()
    pending = pending_waivers(exceptions.waivers.waivers, head.waivers)
    book = _Book(exceptions, today)
    book.add(exceptions.waivers.waivers, added=False)
    book.add(pending, added=True)
    told: dict[int, Finding] = {}
    for index in sorted(range(len(findings)), key=lambda index: _TURN.get(findings[index].change, 3)):
        finding = findings[index]
        told[index] = book.settle(finding) if _may_be_excused(finding) else finding
    return Excused(tuple(told[index] for index in range(len(findings))), tuple(book.uses()))


def ignored(findings: Iterable[Finding], ignores: Sequence[Ignore]) -> frozenset[Words]:
    """What a base ignores: each of its findings that a comment covers, with the words of it."""
    by_line = _by_line(ignores)
    return frozenset(
        (finding.fingerprint, *ignore.words) for finding in findings for ignore in by_line.get(_line_of(finding), ())
    )


def covers(waiver: Waiver, finding: Finding, renamed: Mapping[str, str]) -> bool:
    """Whether a waiver is about a finding: each scope that it gives matches, and an old path as well as the new."""
    paths = [finding.at.path, *([renamed[finding.at.path]] if finding.at.path in renamed else [])]
    return (
        waiver.rule == finding.rule.id
        and (not waiver.fingerprints or finding.fingerprint in waiver.fingerprints)
        and all(_in_path(waiver, path) for path in paths)
        and (not waiver.module or _all_match(finding.modules, waiver.module))
        and (not waiver.context or _all_match(finding.contexts, waiver.context))
    )


class _Entry:
    """A waiver or an ignore with its places."""

    def __init__(self, by: Waiver | Ignore, *, ended: bool, added: bool = False) -> None:
        self.by = by
        self.ended = ended
        self.added = added
        self.matched = 0
        self.used = 0

    @property
    def is_free(self) -> bool:
        return not self.ended and (isinstance(self.by, Ignore) or self.used < self.by.count)


class _Book:
    """Who is excused by what, kept while findings come one after the other."""

    def __init__(self, exceptions: Exceptions, today: date) -> None:
        self._exceptions = exceptions
        self._today = today
        self._waivers: list[_Entry] = []
        self._found_by: dict[str, list[_Entry]] = defaultdict(list)
        """By the fingerprints that they give, else by rule: a baseline holds thousands."""
        standing = [] if exceptions.no_ignores else [each for each in exceptions.ignores if not each.fault]
        self._ignores = [_Entry(each, ended=each.until < today.isoformat()) for each in standing]
        self._by_path: dict[tuple[str, str], list[_Entry]] = {}
        self._by_line: dict[tuple[str, str, int], list[_Entry]] = defaultdict(list)
        for each, entry in zip(standing, self._ignores, strict=True):
            self._by_line[each.rule, each.at.path, each.line].append(entry)

    def add(self, waivers: Iterable[Waiver], *, added: bool) -> None:
        """Take waivers in."""
        for waiver in waivers:
            entry = _Entry(waiver, ended=not waiver.holds(self._today), added=added)
            self._waivers.append(entry)
            for key in waiver.fingerprints or (waiver.rule,):
                self._found_by[key].append(entry)

    def settle(self, finding: Finding) -> Finding:
        """The finding with what became of it: ignores come first, then waivers that name it, then the others."""
        concerned = [*self._by_line.get(_line_of(finding), ()), *self._waivers_about(finding)]
        for entry in concerned:
            entry.matched += 1
        standing = [(entry, self._is_pending(entry, finding)) for entry in concerned if entry.is_free]
        if standing:
            entry, pending = min(standing, key=itemgetter(1))
            entry.used += 1
            return _excused(finding, entry.by, pending=pending)
        ended = tuple(_ended(entry.by) for entry in concerned if entry.ended)
        return replace(finding, related=(*finding.related, *ended)) if ended else finding

    def uses(self) -> Iterator[Use]:
        """What came of each, waivers first."""
        for entry in (*self._waivers, *self._ignores):
            yield Use(entry.by, entry.matched, entry.used, entry.added)

    def _waivers_about(self, finding: Finding) -> Iterator[_Entry]:
        named = self._found_by.get(finding.fingerprint, ())
        for entry in (*named, *self._waivers_in(finding.rule.id, finding.at.path)):
            if isinstance(entry.by, Waiver) and covers(entry.by, finding, self._exceptions.renamed):
                yield entry

    def _waivers_in(self, rule: str, path: str) -> Sequence[_Entry]:
        """The waivers of a rule that may be about a file; hundreds of them meet thousands of findings in few files."""
        known = self._by_path.get((rule, path))
        if known is None:
            known = [e for e in self._found_by.get(rule, ()) if isinstance(e.by, Waiver) and _in_path(e.by, path)]
            self._by_path[rule, path] = known
        return known

    def _is_pending(self, entry: _Entry, finding: Finding) -> bool:
        """Whether it is not agreed to yet; an ignore is when the base had this finding ignored in these words."""
        exceptions = self._exceptions
        if not exceptions.compares or exceptions.trust_head:
            return False
        if isinstance(entry.by, Waiver):
            return entry.added
        if finding.change not in {"carried", "changed"}:
            return True
        old = exceptions.renamed.get(finding.at.path)
        known = [finding, *([replace(finding, at=finding.at.model_copy(update={"path": old}))] if old else [])]
        return not any((each.fingerprint, *entry.by.words) in exceptions.merged_ignores for each in known)


def _may_be_excused(finding: Finding) -> bool:
    allowed = finding.rule.blocks and finding.rule.id not in UNWAIVABLE
    return allowed and finding.change != "fixed" and finding.disposition == "active"


def _by_line(ignores: Iterable[Ignore]) -> Mapping[tuple[str, str, int], list[Ignore]]:
    found: dict[tuple[str, str, int], list[Ignore]] = defaultdict(list)
    for ignore in ignores:
        if not ignore.fault:
            found[ignore.rule, ignore.at.path, ignore.line].append(ignore)
    return found


def _line_of(finding: Finding) -> tuple[str, str, int]:
    return finding.rule.id, finding.at.path, finding.at.start.line


def _in_path(waiver: Waiver, path: str) -> bool:
    return waiver.path in {"", path} or is_excluded(path, [waiver.path])


def _all_match(names: Sequence[str], glob: str) -> bool:
    return bool(names) and all(name == glob or fnmatchcase(name, glob) for name in names)


def _excused(finding: Finding, by: Waiver | Ignore, *, pending: bool) -> Finding:
    if isinstance(by, Waiver):
        said = Excuse("waiver", by.reason, by.owner, by.ticket, by.expires.isoformat(), by.at, pending)
    else:
        said = Excuse("ignore", by.reason, "", "", by.until, by.at, pending)
    if pending:
        return replace(finding, excuse=said)
    return replace(finding, excuse=said, disposition="waived" if said.kind == "waiver" else "ignored")


def _ended(by: Waiver | Ignore) -> Related:
    kind, day = ("waiver", by.expires.isoformat()) if isinstance(by, Waiver) else ("ignore", by.until)
    return Related(f"this {kind} ended on {day}", by.at)
