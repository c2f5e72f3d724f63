"""The facts that stand where a finding does: a walk through the whole Rego input, whatever types it has. Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from policygate.facts import model
from policygate.findings import Finding
from policygate.location import At, Fact
from policygate.reasons import Matched, Source

MOST = 6
DERIVED = {
    "go.exposures": "go.contexts",
    "go.sum_conflicts": "go.sums",
    "go.work_flags": "go.works",
    "network.cycles": "network.edges",
    "network.exemptions": "network.services",
    "network.host_networks": "network.services",
    "network.kubernetes.aliases": "network.services",
    "network.kubernetes.openings": "network.kubernetes.workloads",
    "network.kubernetes.scopes": "network.kubernetes.workloads",
    "network.kubernetes.uncovered": "network.kubernetes.policies",
    "network.kubernetes.unneeded": "network.kubernetes.policies",
}
"""Facts that are there only where something is wrong, and those that they are made of."""

_MOST_FIELDS = 6
_MOST_NAMES = 3
"""Elements of a list that a field shows."""
_ROOTS = ("change", "go", "network", "observed")
"""What facts are in; the rest of the input is what was asked and configured."""
_IN_WORDS = {"scope", "confidence", "condition"}
"""Fields of settings that are said in words."""
_CONFIDENCE: dict[model.Confidence, str] = {
    "effective": "effective: nothing outside can replace it",
    "declared": "declared: something outside may replace it",
    "unknown": "unknown: its value is known only when it runs",
}


@dataclass(frozen=True)
class _Seen:
    """A fact on the way through the input, with what is around it."""

    part: str
    fact: Fact
    depth: int
    context: str = ""
    setting: model.Setting | None = None

    @property
    def places(self) -> Iterator[At]:
        for name in type(self.fact).model_fields:
            value = getattr(self.fact, name)
            if isinstance(value, At):
                yield value


def matching(finding: Finding, facts: model.Facts) -> tuple[tuple[Matched, ...], int]:
    """The facts that the finding rests on, at most `MOST`, and how many more there are.

    Those that stand exactly at its place or at a related one; else those within that; else the narrowest around it.
    Of several parts of the input that hold a fact, those count that the rule reads.
    """
    seen = [each for root in _ROOTS for each in _walk(_Seen(root, getattr(facts, root), 0))]
    seen = [each for each in seen if each.depth and any(True for _ in each.places)]
    chosen: list[_Seen] = []
    for place in dict.fromkeys([finding.at, *(related.at for related in finding.related)]):
        chosen += _of_interest(_at(place, seen), finding)
    told = _merged(map(_matched, chosen))
    return told[:MOST], max(0, len(told) - MOST)


def _walk(seen: _Seen) -> Iterator[_Seen]:
    yield seen
    for name in type(seen.fact).model_fields:
        value = getattr(seen.fact, name)
        inner = [(f"{seen.part}.{name}[]", each) for each in value] if isinstance(value, list) else []
        for part, fact in inner or [(f"{seen.part}.{name}", value)]:
            if isinstance(fact, Fact) and not isinstance(fact, At):
                context = fact.id if isinstance(fact, model.Context) else seen.context
                setting = fact if isinstance(fact, model.Setting) else seen.setting
                yield from _walk(_Seen(part, fact, seen.depth + 1, context, setting))


def _at(place: At, seen: Sequence[_Seen]) -> list[_Seen]:
    """The facts of one place; of equal spans the innermost fact of each branch."""
    exact = _having(seen, lambda at: _span(at) == _span(place))
    if not place.path:
        return [each for each in exact if any(at.origin == place.origin for at in each.places)]
    if exact:
        return _innermost(exact)
    within = _having(seen, lambda at: _encloses(place, at))
    if within:
        return _innermost(within)
    around = _having(seen, lambda at: _encloses(at, place))
    narrowest = min((_length(at) for each in around for at in each.places if _encloses(at, place)), default=(0, 0))
    return _innermost(_having(around, lambda at: _encloses(at, place) and _length(at) == narrowest))


def _having(seen: Iterable[_Seen], fits: Callable[[At], bool]) -> list[_Seen]:
    return [each for each in seen if any(map(fits, each.places))]


def _innermost(seen: Sequence[_Seen]) -> list[_Seen]:
    """Without those that the next one is a part of; a walk meets the parts of a fact right behind it."""
    following = [*seen, None][1:]
    return [
        each
        for each, after in zip(seen, following, strict=True)
        if after is None or not after.part.startswith(f"{each.part}.") or after.context != each.context
    ]


def _of_interest(seen: Sequence[_Seen], finding: Finding) -> Sequence[_Seen]:
    """Those that the rule reads, in the contexts that the finding names; all where that leaves none."""
    read = [each for each in seen if _is_read(each.part, finding.rule.about)] or seen
    return [each for each in read if each.context in {"", *finding.contexts}] or read


def _is_read(part: str, about: Collection[str]) -> bool:
    names = part.replace("[]", "")
    read = [name for name in (*about, *(DERIVED[name] for name in about if name in DERIVED)) if name != "change"]
    return any(names == name or names.startswith(f"{name}.") for name in read)


def _matched(seen: _Seen) -> Matched:
    at = getattr(seen.fact, "at", None) or next(seen.places)
    setting = seen.setting
    source = Source(setting.scope, _CONFIDENCE[setting.confidence], setting.condition) if setting else None
    contexts = (seen.context,) if seen.context and not isinstance(seen.fact, model.Context) else ()
    return Matched(seen.part, tuple(islice(_fields(seen.fact), _MOST_FIELDS)), at, contexts, source)


def _fields(fact: Fact) -> Iterator[tuple[str, str]]:
    hidden = _IN_WORDS if isinstance(fact, model.Setting) else ()
    for name in type(fact).model_fields:
        value = getattr(fact, name)
        text = _text(value)
        if text and name not in hidden:
            yield name, text


def _text(value: object) -> str:
    """A value in one line; empty for what is absent, false, or has parts of its own."""
    if isinstance(value, bool):
        return "true" if value else ""
    if isinstance(value, str | int):
        return str(value)
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        more = len(value) - _MOST_NAMES
        return ", ".join(value[:_MOST_NAMES]) + (f", {more} more" if more > 0 else "")
    return value.version if isinstance(value, model.GoVersion) else ""


def _merged(facts: Iterable[Matched]) -> tuple[Matched, ...]:
    """Equal ones once, with all of their contexts; in the order in which the first of them came."""
    known: dict[object, Matched] = {}
    for fact in facts:
        key = fact.part.rpartition(".")[2], fact.fields, fact.at, fact.source
        first = known.get(key)
        contexts = dict.fromkeys([*(first.contexts if first else ()), *fact.contexts])
        known[key] = replace(first or fact, contexts=tuple(contexts))
    return tuple(known.values())


def _span(at: At) -> tuple[object, ...]:
    return at.path, at.start, at.end


def _encloses(outer: At, inner: At) -> bool:
    return (
        outer.path == inner.path
        and _pair(outer, first=True) <= _pair(inner, first=True)
        and _pair(inner, first=False) <= _pair(outer, first=False)
    )


def _pair(at: At, *, first: bool) -> tuple[int, int]:
    position = at.start if first else at.end
    return position.line, position.column


def _length(at: At) -> tuple[int, int]:
    """Lines and columns, to compare spans that hold one place."""
    return at.end.line - at.start.line, at.end.column - at.start.column
