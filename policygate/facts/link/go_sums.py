"""go.sum against go.mod: what builds miss, and what contradicts itself (https://go.dev/ref/mod#go-sum-files).

A build reads the line of the go.mod of a requirement when it loads the module graph, which it always does where go.mod
asks for less than go 1.17, and the line of the module itself when a package of it is imported. What the manifests alone
tell of that: direct requirements are imported somewhere, be it in a test or for another platform, and need both lines;
indirect ones need that of their go.mod. Not known are the imports of indirect requirements, and what is in the graph
but not in go.mod. In a workspace no line has to be there, because go adds what is missing to go.work.sum; and members
need none, though `go list -m all` asks for the go.mod of a version of theirs that is required.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from policygate.facts.go.module_path import version_order
from policygate.facts.link.go_works import workspaces
from policygate.facts.model import FileFacts, Go, GoSum, Module, Replace, Require, Sum, SumConflict, SumLine, Work
from policygate.facts.own import Surroundings
from policygate.location import At, Position


def link(files: FileFacts, surroundings: Surroundings, go: Go) -> Go:  # noqa: ARG001 - every linker has this form
    """Add the go.sum of each module, by module, and every conflict, in file order."""
    sums = {sums.file: sums for sums in files.sums}
    builds = _builds(files, go.modules, sums)
    conflicts = {_spot(conflict): conflict for build in builds for conflict in _between(build.sums)}
    conflicts |= {_spot(conflict): conflict for own in sums.values() for conflict in _within(own)}
    found = sorted((sum_ for build in builds for sum_ in build.facts()), key=lambda sum_: sum_.module_file)
    return go.model_copy(update={"sums": found, "sum_conflicts": [conflicts[spot] for spot in sorted(conflicts)]})


def _builds(files: FileFacts, modules: Iterable[Module], sums: Mapping[str, GoSum]) -> list["_Build"]:
    """What go commands build: each workspace with its members, and each module that is in none."""
    works = workspaces(files)
    together: dict[str, list[Module]] = {}
    for module in modules:
        work = works.get(module.directory)
        together.setdefault(work.file if work else module.file, []).append(module)
    by_file = {work.file: work for work in works.values()}
    return [_Build(members, by_file.get(file), sums) for file, members in together.items()]


@dataclass(frozen=True)
class _Build:
    """A module, or the members of a workspace, which share their checksums."""

    modules: Sequence[Module]
    work: Work | None
    by_file: Mapping[str, GoSum]

    def facts(self) -> Iterator[Sum]:
        for module in self.modules:
            file = _beside(module.directory, "go.sum")
            checked = list(self._checked(module))
            missing = [line for line in checked if line is not None]
            exists = file in self.by_file
            yield Sum(
                module_file=module.file,
                file=file,
                exists=exists,
                needed=bool(checked if exists else missing),
                work=self.work.file if self.work else "",
                missing=missing if exists else [],
                at=module.at,
            )

    @cached_property
    def sums(self) -> list[GoSum]:
        """The files that are read, in the order in which go asks them."""
        names = [_beside(module.directory, "go.sum") for module in self.modules]
        names = [_beside(self.work.directory, "go.work.sum"), *names] if self.work else names
        return [self.by_file[name] for name in names if name in self.by_file]

    @cached_property
    def _present(self) -> set[str]:
        return {key for sums in self.sums for key in sums.hashes}

    @cached_property
    def _inside(self) -> set[str]:
        return {module.path for module in self.modules}

    @cached_property
    def _excluded(self) -> set[tuple[str, str]]:
        return {(exclude.path, exclude.version) for module in self.modules for exclude in module.excludes}

    @cached_property
    def _replaced(self) -> Mapping[tuple[str, str], Replace]:
        """By path and version; go.work decides about the paths that it replaces."""
        outer = self.work.replaces if self.work else []
        decided = {replace.old_path for replace in outer if not replace.old_version}
        inner = [r for module in self.modules for r in module.replaces if r.old_path not in decided]
        return {(replace.old_path, replace.old_version): replace for replace in (*inner, *outer)}

    @cached_property
    def _highest(self) -> Mapping[str, str]:
        """The highest version of each path that is required: that one is built."""
        highest: dict[str, str] = {}
        for require in (require for module in self.modules for require in module.requires):
            known = highest.get(require.path)
            if known is None or version_order(require.version) > version_order(known):
                highest[require.path] = require.version
        return highest

    def _checked(self, module: Module) -> Iterator[SumLine | None]:
        """For each requirement that has a checksum what is missing, None for nothing.

        Directories and what is built itself have none.
        """
        direct = {require.path: require.at for require in module.requires if not require.indirect}
        for require in module.requires:
            replace = self._replaced.get((require.path, require.version)) or self._replaced.get((require.path, ""))
            local = replace is not None and replace.local
            if not local and require.path not in self._inside and (require.path, require.version) not in self._excluded:
                yield self._missing(require, replace, direct)

    def _missing(self, require: Require, replace: Replace | None, direct: Mapping[str, At]) -> SumLine | None:
        path, version = (replace.new_path, replace.new_version) if replace else (require.path, require.version)
        has, has_go_mod = f"{path} {version}" in self._present, f"{path} {version}/go.mod" in self._present
        content = not require.indirect and self._highest[require.path] == require.version
        if has_go_mod and (has or not content):
            return None
        at = replace.target_at if replace else require.at
        return SumLine(
            module=path,
            version=version,
            lacks="content" if has_go_mod else "go_mod" if has else "both",
            indirect=require.indirect,
            via=require.via,
            at=at,
            via_at=direct.get(require.via[0], at) if require.via else at,
        )


# ---- Conflicts -------------------------------------------------------------------------------------------------------


def _within(sums: GoSum) -> Iterator[SumConflict]:
    """The things that one file has two hashes for; of several the first that differs."""
    for key, hashes in sums.hashes.items():
        if len(hashes) > 1:
            other = next((index for index, hash_ in enumerate(hashes) if hash_ != hashes[0]), 0)
            if other:
                yield _conflict(key, (sums, 0), (sums, other))


def _between(files: Sequence[GoSum]) -> Iterator[SumConflict]:
    """The things that two files of a workspace have different hashes for; in each file the first one counts."""
    first: dict[str, GoSum] = {}
    for sums in files:
        for key, hashes in sums.hashes.items():
            known = first.setdefault(key, sums)
            if known.hashes[key][0] != hashes[0]:
                yield _conflict(key, (known, 0), (sums, 0))


def _conflict(key: str, first: tuple[GoSum, int], second: tuple[GoSum, int]) -> SumConflict:
    module, _, version = key.partition(" ")
    return SumConflict(
        module=module,
        version=version.removesuffix("/go.mod"),
        go_mod=version.endswith("/go.mod"),
        first=first[0].hashes[key][first[1]],
        second=second[0].hashes[key][second[1]],
        same_file=first[0] is second[0],
        at=_place(key, *second),
        first_at=_place(key, *first),
    )


def _place(key: str, sums: GoSum, index: int) -> At:
    line, start, end = sums.spans[key][index]
    return At(
        path=sums.file,
        start=Position(line=line, column=start),
        end=Position(line=line, column=end),
        origin="text",
    )


def _spot(conflict: SumConflict) -> tuple[str, int]:
    return conflict.at.path, conflict.at.start.line


def _beside(directory: str, name: str) -> str:
    return (PurePosixPath(directory) / name).as_posix()
