"""What a merge request changes, from the facts of both sides; git says which files differ."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeVar

from policygate.facts.go.module_path import canonical_version, version_order
from policygate.facts.model import (
    Base,
    Change,
    ChangedFile,
    ChangedSum,
    Downgrade,
    FileFacts,
    Go,
    GoSum,
    Module,
    Network,
    Require,
    Settings,
)
from policygate.location import At, Fact, Position

_WITH_FILE = ("modules", "works", "vendors", "sums")
_WITH_PLACE = ("sum_conflicts", "contexts", "exposures", "work_flags", "netrcs", "unseen")

Manifest = TypeVar("Manifest", GoSum, Module)
Part = TypeVar("Part", bound=Fact)


def change_of(base: FileFacts, head: FileFacts, files: Sequence[ChangedFile], *, revisions: tuple[str, str]) -> Change:
    """What differs between two sides, of which `files` are the differing ones and `revisions` the commits, base first.

    Hashes and downgrades are in the order of the head's files and lines.
    """
    origins = {file.path: file.old_path or file.path for file in files if file.status in {"changed", "renamed"}}
    return Change(
        exists=True,
        base=revisions[0],
        head=revisions[1],
        files=list(files),
        sums=[changed for pair in _pairs(base.sums, head.sums, origins) for changed in _other_hashes(*pair)],
        downgrades=[lower for pair in _pairs(base.modules, head.modules, origins) for lower in _downgrades(*pair)],
    )


def base_paths(files: Sequence[ChangedFile]) -> frozenset[str]:
    """What the differing files that the base has are called there."""
    return frozenset(file.old_path or file.path for file in files if file.status != "added")


def base_of(go: Go, network: Network, paths: Collection[str]) -> Base:
    """The base's facts that stand in one of the paths; what a place takes from other files counts where it stands."""
    kept: dict[str, object] = {name: [fact for fact in getattr(go, name) if fact.file in paths] for name in _WITH_FILE}
    kept |= {name: [fact for fact in getattr(go, name) if fact.at.path in paths] for name in _WITH_PLACE}
    settings = {
        name: [setting for setting in getattr(go.settings, name) if setting.at.path in paths]
        for name in Settings.model_fields
    }
    return Base(
        exists=True,
        go=Go.model_validate({**kept, "settings": Settings.model_validate(settings)}),
        network=_network_in(network, paths),
    )


def _network_in(part: Part, paths: Collection[str]) -> Part:
    """A part of the network half with those facts of its lists that stand in one of the paths."""
    kept = {
        name: [fact for fact in facts if fact.at.path in paths]
        if isinstance(facts, list)
        else _network_in(facts, paths)
        for name, facts in part
    }
    return part.model_copy(update=kept)


def _pairs(
    base: Sequence[Manifest], head: Sequence[Manifest], origins: Mapping[str, str]
) -> Iterator[tuple[Manifest, Manifest]]:
    """Files that both sides have and that differ: as before, as now."""
    before = {fact.file: fact for fact in base}
    for now in head:
        known = before.get(origins.get(now.file, ""))
        if known is not None:
            yield known, now


def _other_hashes(base: GoSum, head: GoSum) -> Iterator[ChangedSum]:
    """Of several hashes for one thing the first decides, so one that moves to the front is another one, too."""
    for key, hashes in head.hashes.items():
        before = base.hashes.get(key, [])
        for index, after in enumerate(hashes if before else []):
            moved_up = index == 0 and after != before[0]
            if moved_up or after not in before:
                yield _changed_sum(head, key, index, before[0])


def _changed_sum(head: GoSum, key: str, index: int, before: str) -> ChangedSum:
    module, _, version = key.partition(" ")
    line, start, end = head.spans[key][index]
    return ChangedSum(
        file=head.file,
        module=module,
        version=version.removesuffix("/go.mod"),
        go_mod=version.endswith("/go.mod"),
        before=before,
        after=head.hashes[key][index],
        at=At(
            path=head.file,
            start=Position(line=line, column=start),
            end=Position(line=line, column=end),
            origin="text",
        ),
    )


def _downgrades(base: Module, head: Module) -> Iterator[Downgrade]:
    before = _highest(base)
    for path, require in _highest(head).items():
        known = before.get(path)
        if known is not None and version_order(require.version) < version_order(known.version):
            yield Downgrade(file=head.file, module=path, before=known.version, after=require.version, at=require.at)


def _highest(module: Module) -> Mapping[str, Require]:
    """Of each required path the highest version, which is the one that counts; what is no version is left out."""
    highest: dict[str, Require] = {}
    for require in module.requires:
        known = highest.get(require.path)
        if canonical_version(require.version) and (
            known is None or version_order(require.version) > version_order(known.version)
        ):
            highest[require.path] = require
    return highest
