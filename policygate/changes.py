"""Two decisions side by side: which findings are new, carried, changed or fixed. Pure; identities, never lines."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from posixpath import basename, dirname

from policygate.findings import Change, Finding

ENVIRONMENTS = frozenset(
    {"dev", "development", "live", "preprod", "prod", "production", "qa", "stage", "staging", "test"}
)
"""Words of a path that say where something runs."""

_WORD = re.compile(r"[a-z]+")
_MOST = 100
"""Equal identities beyond it are not searched for one that has lost evidence only; they are changed then."""

Move = Callable[[str], str]


def compare(head: Iterable[Finding], base: Iterable[Finding], renames: Mapping[str, str]) -> tuple[Finding, ...]:
    """The head's findings with their `change`, then those that only the base has, as `fixed`.

    `renames` leads from old to new paths; one from development to production is not followed. Equal identities are
    counted: of three where the base had two, one is new.
    """
    before: dict[str, list[tuple[Finding, Finding]]] = defaultdict(list)
    move = _mover(renames)
    for finding in base:
        moved = _moved(finding, move) if renames else finding
        before[moved.fingerprint].append((moved, finding))
    now: dict[str, list[Finding]] = defaultdict(list)
    for finding in head:
        now[finding.fingerprint].append(finding)
    compared = [pair for identity, found in now.items() for pair in _matched(found, before[identity])]
    fixed = [finding for pairs in before.values() for _, finding in pairs]
    return tuple(replace(finding, change=change) for finding, change in (*compared, *((f, "fixed") for f in fixed)))


def same_environment(old: str, new: str) -> bool:
    """Whether two paths name the same environments, so that what is known of one holds for the other."""
    return _environments(old) == _environments(new)


def _matched(now: list[Finding], before: list[tuple[Finding, Finding]]) -> Iterator[tuple[Finding, Change]]:
    """Findings of one identity, each with its change; what they are matched with is taken out of `before`."""
    alike: dict[frozenset[str], list[tuple[Finding, Finding]]] = defaultdict(list)
    for pair in before:
        alike[pair[0].proofs].append(pair)
    left = []
    for finding in now:
        if alike[finding.proofs]:
            alike[finding.proofs].pop()
            yield finding, "carried"
        else:
            left.append(finding)
    before[:] = [pair for pairs in alike.values() for pair in pairs]
    for finding in left:
        proven = len(before) <= _MOST and next((pair for pair in before if finding.proofs <= pair[0].proofs), None)
        if proven:
            before.remove(proven)
            yield finding, "carried"
        elif before:
            before.pop()
            yield finding, "changed"
        else:
            yield finding, "new"


def _mover(renames: Mapping[str, str]) -> Move:
    """A function that puts new paths, and the folders of moved manifests, in the place of old ones in a text."""
    moves = {old: new for old, new in renames.items() if same_environment(old, new)}
    for old, new in tuple(moves.items()):
        if basename(old) == basename(new) and dirname(old) and dirname(new):
            moves.setdefault(dirname(old), dirname(new))
    if not moves:
        return lambda text: text
    paths = "|".join(re.escape(path) for path in sorted(moves, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w./-])(?:{paths})(?![\w./-])")
    return lambda text: pattern.sub(lambda match: moves[match[0]], text)


def _moved(finding: Finding, move: Move) -> Finding:
    return replace(
        finding,
        subject=move(finding.subject),
        at=finding.at.model_copy(update={"path": move(finding.at.path)}),
        seen_by=frozenset(map(move, finding.proofs)),
    )


def _environments(path: str) -> frozenset[str]:
    return ENVIRONMENTS.intersection(_WORD.findall(path.lower()))
