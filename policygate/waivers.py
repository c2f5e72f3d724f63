"""`policygate-waivers.yaml`: who is excused from what, why, and until when. Pure; what is wrong excuses nothing."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from policygate.builtin import UNWAIVABLE
from policygate.config import WaiversSection, did_you_mean
from policygate.errors import UsageError
from policygate.facts.ignores import Ignore, parse_day
from policygate.findings import Rule
from policygate.location import At, Position, nowhere
from policygate.yaml_places import KEY, Document, parse

FILE_NAME = "policygate-waivers.yaml"
MAX_COUNT = 100_000

Entry = TypeVar("Entry")

_FORM = "`policygate waive` writes one"
_GLOB = frozenset("*?[]")
_FEW = 3
"""Fingerprints that a line shows."""
_FINGERPRINT = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Waiver:
    """One entry; two are equal when they say the same, wherever they stand."""

    rule: str
    reason: str
    owner: str
    created: date
    expires: date
    """The last day that it holds."""
    path: str = ""
    """A glob in which `*` also matches `/`; so are `module` and `context`. Empty where it does not matter."""
    module: str = ""
    context: str = ""
    fingerprints: tuple[str, ...] = ()
    count: int = 1
    """How many findings it covers at most."""
    ticket: str = ""
    approved_by: str = ""
    at: At = field(default_factory=lambda: nowhere("absent"), compare=False)
    """Where the rule is named."""
    lines: tuple[int, int] = field(default=(0, 0), compare=False)
    """The first and the last line of the entry, 1-based."""

    def holds(self, today: date) -> bool:
        """Whether it has not ended; its last day is of it."""
        return today <= self.expires

    @property
    def scope(self) -> str:
        """What it is about, in one line."""
        shown = self.fingerprints if len(self.fingerprints) <= _FEW else self.fingerprints[:1]
        more = len(self.fingerprints) - len(shown)
        fingerprints = ",".join(text[:12] for text in shown) + (f" and {more} more" if more else "")
        said = {"path": self.path, "module": self.module, "context": self.context, "fingerprint": fingerprints}
        return " ".join(f"{name}={value}" for name, value in said.items() if value)


@dataclass(frozen=True)
class Fault:
    """Why an entry, or the whole file, excuses nothing."""

    message: str
    at: At


@dataclass(frozen=True)
class WaiverFile:
    """What a waiver file says: the entries that are in order, and what is wrong with the others."""

    path: str = FILE_NAME
    waivers: tuple[Waiver, ...] = ()
    faults: tuple[Fault, ...] = ()


def parse_waivers(path: str, data: bytes, rules: Mapping[str, Rule], limits: WaiversSection, today: date) -> WaiverFile:
    """The waivers in the bytes of a file; `rules` are all that exist, by id, with the severities that are set."""
    try:
        document = parse(path, data, hint=_FORM)
        entries, faults = _entries(document)
    except UsageError as error:
        return WaiverFile(path, faults=(Fault(error.message, error.at or _start(path)),))
    waivers = []
    for index, entry in enumerate(entries):
        keys = "waivers", index
        try:
            waiver = _Entry.model_validate(entry).waiver()
        except ValidationError as error:
            faults += _wrong(document, keys, error)
            continue
        at = document.at(*keys, "rule") or _start(document.path)
        wrong = refusal(waiver.rule, rules, limits) or _beyond(waiver, rules[waiver.rule], limits, today)
        if wrong:
            faults.append(Fault(f"waiver of `{waiver.rule}`: {wrong}", at))
        else:
            waivers.append(replace(waiver, at=at, lines=document.lines(*keys)))
    return WaiverFile(path, tuple(waivers), tuple(faults))


def pending_waivers(tip: Iterable[Waiver], head: Iterable[Waiver]) -> tuple[Waiver, ...]:
    """Those that only the head has; of two equal ones where the tip has one, one is."""
    known = Counter(tip)
    pending = []
    for waiver in head:
        if known[waiver]:
            known[waiver] -= 1
        else:
            pending.append(waiver)
    return tuple(pending)


def merged(tip: WaiverFile, base: WaiverFile, head: WaiverFile) -> WaiverFile:
    """The file after the merge: that of the tip, less what the head took out since the base, and what it put in.

    What a branch has only because it was cut before the target took it out, or changed it, is not of that branch.
    """
    waivers = _merged(tip.waivers, base.waivers, head.waivers, lambda waiver: waiver)
    return WaiverFile(head.path, waivers, _merged(tip.faults, base.faults, head.faults, lambda fault: fault.message))


def _merged(
    tip: Sequence[Entry], base: Sequence[Entry], head: Sequence[Entry], key: Callable[[Entry], Hashable]
) -> tuple[Entry, ...]:
    """The entries after a merge, those that the head has as it has them."""
    tips, bases, heads = (Counter(map(key, entries)) for entries in (tip, base, head))
    gone = (bases - heads) - (bases - tips)
    come = (heads - bases) - (tips - bases)
    wanted = tips - gone + come
    taken = []
    for entry in (*head, *tip):
        if wanted[key(entry)] > 0:
            wanted[key(entry)] -= 1
            taken.append(entry)
    return tuple(taken)


def check_ignores(
    ignores: Iterable[Ignore], rules: Mapping[str, Rule], limits: WaiversSection, today: date
) -> Iterator[Ignore]:
    """The inline ignores, with a fault where the rules or the limits refuse one."""
    for ignore in ignores:
        wrong = ignore.fault or refusal(ignore.rule, rules, limits) or _too_far(ignore, rules, limits, today)
        yield replace(ignore, fault=wrong)


def refusal(rule: str, rules: Mapping[str, Rule], limits: WaiversSection) -> str:
    """Why nobody can be excused from a rule; empty when one can."""
    if set(rule) & _GLOB:
        return "one rule must be named, and none by a pattern"
    if rule not in rules:
        if any(id_.startswith(f"{rule}.") for id_ in rules):
            return "is the name of a package; name one of its rules"
        hint = did_you_mean(rule, rules)
        return f"there is no such rule{f'; {hint}' if hint else ''}"
    if rule in limits.unwaivable:
        return "`waivers.unwaivable` of policygate.yaml allows no exception from this rule"
    if rule in UNWAIVABLE or not rules[rule].blocks:
        return "from this rule there is no exception"
    return ""


def last_day(rule: Rule, limits: WaiversSection, created: date) -> date:
    """The latest day on which a waiver of a rule may end."""
    return created + timedelta(days=limits.horizon_days.of(rule.severity))


def _too_far(ignore: Ignore, rules: Mapping[str, Rule], limits: WaiversSection, today: date) -> str:
    latest = last_day(rules[ignore.rule], limits, today)
    return "" if parse_day(ignore.until) <= latest else f"ends too late: {_horizon(rules[ignore.rule], limits)}"


def _beyond(waiver: Waiver, rule: Rule, limits: WaiversSection, today: date) -> str:
    if not waiver.scope:
        return "says not what it is about: give a `path`, `module`, `context` or `fingerprint`"
    if waiver.created > today:
        return f"`created` is in the future: {waiver.created}"
    if waiver.expires < waiver.created:
        return "`expires` is before `created`"
    if waiver.expires > last_day(rule, limits, waiver.created):
        return f"`expires` is {(waiver.expires - waiver.created).days} days after `created`; {_horizon(rule, limits)}"
    return ""


def _horizon(rule: Rule, limits: WaiversSection) -> str:
    days = limits.horizon_days.of(rule.severity)
    return f"an exception from a rule of severity {rule.severity} lasts {days} days at most"


# ---- The form of the file --------------------------------------------------------------------------------------------


def _start(path: str) -> At:
    start = Position(line=1, column=1)
    return At(path=path, start=start, end=start, origin="text")


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _fingerprints(values: list[str] | None) -> list[str]:
    if not values or not all(map(_FINGERPRINT.fullmatch, values)):
        raise ValueError("must be 32 hexadecimal digits, or a list of such")
    return list(dict.fromkeys(values))


def _day(value: object) -> date:
    return parse_day(value if isinstance(value, str) else "")


Words = Annotated[str, Field(max_length=1000)]
Said = Annotated[Words, Field(min_length=1)]
Day = Annotated[date, BeforeValidator(_day)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, str_strip_whitespace=True)

    rule: Said
    reason: Said
    owner: Said
    created: Day
    expires: Day
    path: Words = ""
    module: Words = ""
    context: Words = ""
    fingerprint: Annotated[list[str] | None, BeforeValidator(_one_or_more), AfterValidator(_fingerprints)] = None
    count: Annotated[int, Field(ge=1, le=MAX_COUNT)] | None = None
    ticket: Words = ""
    approved_by: Words = ""

    def waiver(self) -> Waiver:
        fingerprints = tuple(self.fingerprint or ())
        return Waiver(
            **self.model_dump(exclude={"fingerprint", "count"}),
            fingerprints=fingerprints,
            count=self.count or len(fingerprints) or 1,
        )


def _entries(document: Document) -> tuple[Sequence[object], list[Fault]]:
    """The entries as they are written, and what is wrong around them.

    Raises:
        UsageError: nothing of the file can be relied on.
    """
    raw = document.texts()
    if raw is None:
        return (), []
    if not isinstance(raw, dict):
        raise UsageError(f"{document.path}: must be a mapping", _FORM, document.at())
    if raw.get("version", "1") != "1":
        raise UsageError("`version` must be 1", "", document.at("version"))
    entries = raw.get("waivers") or []
    if not isinstance(entries, list):
        raise UsageError("`waivers` must be a list", _FORM, document.at("waivers"))
    known = ("version", "waivers")
    unknown = [key for key in raw if key not in known]
    return entries, [
        Fault(f"unknown key `{key}`; known keys: {', '.join(known)}", document.at(key, KEY) or _start(document.path))
        for key in unknown
    ]


def _wrong(document: Document, keys: tuple[str, int], error: ValidationError) -> Iterator[Fault]:
    """One fault for each key that is wrong."""
    rule = document.texts_at(*keys, "rule")
    for each in error.errors(include_url=False):
        place = each["loc"][:1]
        name = str(place[0]) if place else "waivers"
        kind = each["type"]
        text = each["msg"].removeprefix("Value error, ")
        if kind == "extra_forbidden":
            text = f"unknown key; {did_you_mean(name, _Entry.model_fields) or 'see the form'}"
        elif kind == "missing":
            text = "is missing"
        at = document.at(*keys, *place, *([KEY] if kind == "extra_forbidden" else []))
        who = f"waiver of `{rule}`" if isinstance(rule, str) and rule else "waiver without a rule"
        yield Fault(f"{who}: `{name}`: {text[:1].lower()}{text[1:]}", at or _start(document.path))
