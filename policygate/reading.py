"""Every wanted file of a checkout to what it says: the first step of the gate."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from policygate.errors import CheckoutError
from policygate.facts import FOLLOWING, READERS, SNIFFING, environment, reader_of, run_reader
from policygate.facts.files import Files
from policygate.facts.ignores import Ignore, read_ignores
from policygate.facts.model import FileFacts, Source, Unseen
from policygate.findings import Problem
from policygate.tree import Tree

GITLAB = ".gitlab-ci.yml"
MOST = 300_000
"""Services and edges that the files of one side may say, an endpoint counting as `_ENDPOINT`.

A small file that many others take in says its part for each of them.
"""
_ENDPOINT = 5
_SHOWN = 3


@dataclass(frozen=True)
class Reading:
    """What the files say together, how it went by reader, and what prevents a decision."""

    files: FileFacts
    sources: dict[str, Source]
    problems: tuple[Problem, ...]
    ignores: tuple[Ignore, ...]


@dataclass(frozen=True)
class _Read:
    path: str
    reader: str
    facts: FileFacts
    ignores: tuple[Ignore, ...]


class Memory:
    """What was read of one tree, for another one that holds the same contents."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], tuple[_Read, Mapping[str, str]]] = {}

    def recall(self, tree: Tree, path: str, reader: str) -> _Read | None:
        """What a file said, if it and all that it was read with are the same here."""
        said, others = self._known.get(self._key(tree, path, reader), (None, {}))
        return said if all(tree.identity(other) == identity for other, identity in others.items()) else None

    def keep(self, tree: Tree, said: _Read, others: Iterable[str]) -> None:
        """Remember what a file says, and the paths that its reader looked up."""
        if tree.identity(said.path):
            seen = {other: tree.identity(other) for other in others}
            self._known[self._key(tree, said.path, said.reader)] = (said, seen)

    def _key(self, tree: Tree, path: str, reader: str) -> tuple[object, ...]:
        return (reader, path, tree.identity(path), tree.every if reader in FOLLOWING else ())


def read_files(
    checkout: Tree,
    caller: Mapping[str, str] | None = None,
    merged: tuple[str, bytes] | None = None,
    memory: Memory | None = None,
) -> Reading:
    """Read every wanted file; one that cannot be read fails its source, and every other file is still judged.

    `caller` is an environment to be judged too, `merged` the path and content of what stands for `.gitlab-ci.yml`,
    `memory` what was read of another side.
    """
    run = _Run(checkout, memory or Memory())
    found = [each for path in checkout.paths if (each := run.read(path)) and _counts(each)]
    if merged:
        path, data = merged
        found = _with_merged(found, path, run.read_as("gitlab_ci", path, lambda: data))
    order = list(READERS)
    standing = sorted(_standing(found), key=lambda each: order.index(each.reader))
    said = [environment.read_environment(caller)] if caller is not None else []
    said += [each.facts for each in standing]
    return Reading(
        _together(said),
        {name: _source(name, standing, run.failed) for name in READERS},
        tuple(run.problems),
        tuple(ignore for each in found for ignore in each.ignores),
    )


class _Run:
    """The reading of one tree."""

    def __init__(self, tree: Tree, memory: Memory) -> None:
        self.problems: list[Problem] = []
        self.failed: set[str] = set()
        self._said = 0
        self._tree = tree
        self._memory = memory
        self._looked_up: set[str] = set()
        self._files = Files(tree.every, self._look_up)

    def read(self, path: str) -> _Read | None:
        """What a file says, or said on another side; None when it cannot be read, or when the files say too much."""
        reader = reader_of(path)
        if self._said > MOST:
            self.failed.add(reader)
            return None
        said = self._memory.recall(self._tree, path, reader)
        if said is None:
            self._looked_up.clear()
            said = self.read_as(reader, path, partial(self._tree.read, path))
            if said:
                self._memory.keep(self._tree, said, self._looked_up)
        self._count(said)
        return said

    def _count(self, said: _Read | None) -> None:
        facts = said.facts if said else FileFacts()
        self._said += len(facts.services) + len(facts.edges) + _ENDPOINT * len(facts.endpoints)
        if said and self._said > MOST:
            hint = "leave files out that are not deployed: `exclude` in policygate.yaml"
            self.problems.append(Problem(f"the files up to {said.path} say too much of the network to judge", hint))
            self.failed.add(said.reader)

    def read_as(self, reader: str, path: str, content: Callable[[], bytes]) -> _Read | None:
        """What a content says in a format; None when it cannot be read."""
        try:
            data = content()
            return _Read(path, reader, run_reader(reader, path, data, self._files), read_ignores(path, data))
        except CheckoutError as error:
            self.problems.append(Problem(error.message, error.hint, error.at))
        except Exception as error:  # noqa: BLE001 - a reader that breaks must deny, not crash
            self.problems.append(broken(f"{path}: reader `{reader}`", error))
        self.failed.add(reader)
        return None

    def _look_up(self, path: str) -> bytes | None:
        self._looked_up.add(path)
        return self._tree.follow(path)


def _counts(said: _Read) -> bool:
    """Whether a file is what its name suggests."""
    return said.reader not in SNIFFING or any(facts for _, facts in said.facts)


def require_files(tree: Tree, reading: Reading) -> None:
    """Refuse a tree in which nothing was to be read.

    Raises:
        CheckoutError: there is no file of any known format.
    """
    if not tree.leaving and not reading.problems and not any(source.files for source in reading.sources.values()):
        names = ", ".join(patterns[0] for patterns in READERS.values())
        hint = f"the gate reads {names} and their like, as git tracks them"
        raise CheckoutError(f"{tree.root.name}: nothing to check", hint)


def broken(what: str, error: Exception) -> Problem:
    """A reader or linker that broke, as what prevents a decision."""
    hint = "this is a defect of policygate; please report it with the file, or exclude the file for now"
    return Problem(f"{what} broke: {type(error).__name__}: {error}", hint)


def unseen_advice(unseen: Iterable[Unseen]) -> Iterator[str]:
    """A line for what GitLab includes from elsewhere, one for templates, and one for what other files refer to."""
    gitlab: dict[str, None] = {}
    manifests: dict[str, None] = {}
    others: dict[str, None] = {}
    for each in unseen:
        other = each.kind in {"action", "workflow", "file", "variables"}
        (others if other else manifests if each.kind == "manifest" else gitlab)[f"`{each.what}`"] = None
    if gitlab:
        count = f"{len(gitlab)} include{'s' if len(gitlab) > 1 else ''}"
        yield f"not seen: {count} ({_some(gitlab)}): hand the merged YAML over with --gitlab-merged FILE"
    if manifests:
        count = f"{len(manifests)} template{'s' if len(manifests) > 1 else ''}"
        yield f"not seen: {count} of manifests ({_some(manifests)}): put the rendered ones into the checkout"
    if others:
        yield f"not seen, though it may set variables: {_some(others)}"


def _some(names: Iterable[str]) -> str:
    shown = list(names)
    more = [f"{len(shown) - _SHOWN} more"] if len(shown) > _SHOWN else []
    return ", ".join([*shown[:_SHOWN], *more])


def _with_merged(found: Sequence[_Read], path: str, merged: _Read | None) -> list[_Read]:
    """The merged YAML in the place of the pipeline; the files that the pipeline includes are in it."""
    kept = [each for each in found if each.path != GITLAB]
    if merged is None:
        return kept
    inside = {other for each in found if each.path == GITLAB for other in each.facts.followed}
    followed = sorted(inside.union(merged.facts.followed))
    facts = merged.facts.model_copy(update={"followed": followed})
    return [*kept, _Read(path, "gitlab_ci", facts, merged.ignores)]


def _standing(found: Sequence[_Read]) -> Iterator[_Read]:
    """Those files that are judged on their own: no other one takes them in.

    Of files that take one another in the first one stands.
    """
    followed = {path for each in found for path in each.facts.followed}
    covered: set[str] = set()
    for each in sorted(found, key=lambda each: each.path in followed):
        if each.path not in covered:
            covered.update(each.facts.followed)
            yield each


def _source(name: str, found: Iterable[_Read], failed: set[str]) -> Source:
    own = [each for each in found if each.reader == name]
    problems = [problem for each in own for problem in each.facts.problems]
    status = "failed" if name in failed else "partial" if problems else "ok" if own else "skipped"
    files = {path for each in own for path in (each.path, *each.facts.followed)}
    return Source.model_validate({"status": status, "files": len(files), "problems": problems})


def _together(said: Sequence[FileFacts]) -> FileFacts:
    return FileFacts(
        **{name: [item for facts in said for item in getattr(facts, name)] for name in FileFacts.model_fields}
    )
