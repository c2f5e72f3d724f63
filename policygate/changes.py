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

MANIFESTS = frozenset({"go.mod", "go.work"})
"""Files that make what lies beside and below them one module, or one workspace."""

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
    moves = {old: new for old, new in renames.items() if same_environment(old, new)}
    move = _mover(moves)
    for finding in base:
        moved = _moved(finding, moves, move) if moves else finding
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


def _mover(moves: Mapping[str, str]) -> Move:
    """A function that puts new paths, and the folders of moved files, in the place of old ones in a text.

    What a path names below the folder of a moved manifest is taken to have moved along, a missing go.sum for one.
    """
    if not moves:
        return lambda text: text
    kept = [(old, new) for old, new in moves.items() if basename(old) == basename(new)]
    folders = {dirname(old): dirname(new) for old, new in kept if dirname(old) and dirname(new)}
    known = {**folders, **moves}
    modules = {dirname(old) for old, _ in kept if basename(old) in MANIFESTS} - {""}
    files, below = _either(known), _either(modules & folders.keys())
    pattern = re.compile(rf"(?<![\w./-])(?:(?:{files})(?![\w./-])|(?:{below})(?=/))")
    return lambda text: pattern.sub(lambda match: known[match[0]], text)


def _either(paths: Iterable[str]) -> str:
    """A pattern of any of the paths, and of nothing where there is none."""
    return "|".join(re.escape(path) for path in sorted(paths, key=len, reverse=True)) or r"(?!)"


def _moved(finding: Finding, moves: Mapping[str, str], move: Move) -> Finding:
    """What the finding would be if it were of the head; what stands beside a moved file stays."""
    path = finding.at.path
    return replace(
        finding,
        subject=move(finding.subject),
        at=finding.at.model_copy(update={"path": moves.get(path, path)}),
        seen_by=frozenset(map(move, finding.proofs)),
    )


def _environments(path: str) -> frozenset[str]:
    return ENVIRONMENTS.intersection(_WORD.findall(path.lower()))
