"""Exposures: which party outside the organisation learns the names of private modules (https://go.dev/ref/mod#privacy).

Go's toolchains are one public module, so that fetching one tells nobody anything. What is asked `direct`, vanity
lookups included, goes to the host in the path itself, which serves the module and knows its name: no exposure either.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import NamedTuple

from policygate.facts.go.arguments import Path, candidates
from policygate.facts.go.exposure import Group, Wanted, merge
from policygate.facts.go.use import Use, covered_by, uses
from policygate.facts.link.go_works import workspaces
from policygate.facts.model import Context, FileFacts, Go, GoSum, Module, Own, Replace, Require, Work
from policygate.facts.own import Surroundings, is_private


def link(files: FileFacts, surroundings: Surroundings, go: Go) -> Go:
    """Add the exposures, once for equal settings, sorted by place."""
    private = _PrivateModules(files, go.modules, surroundings)
    groups: dict[tuple[object, ...], Group] = {}
    for context in go.contexts:
        for use in uses(context, surroundings):
            for wanted in private.wanted(context, use):
                key = (*use.identity, wanted.identity)
                groups.setdefault(key, Group(use, wanted, surroundings)).contexts.add(context.id)
    exposures = merge(exposure for group in groups.values() for exposure in group.exposures())
    return go.model_copy(update={"exposures": exposures})


class _Required(NamedTuple):
    """A module as it is asked for: what a requirement is replaced by, if it is."""

    path: str
    version: str
    indirect: bool
    vendored: bool


@dataclass
class _Room:
    """The modules that go loads together, one or the members of a workspace, and the sums that it reads for them."""

    modules: Sequence[Module]
    sums: Sequence[GoSum]
    work: Work | None
    own: Own

    @cached_property
    def paths(self) -> frozenset[str]:
        return frozenset(module.path for module in self.modules)

    @cached_property
    def _summed(self) -> set[str]:
        return {key for sums in self.sums for key in sums.hashes}

    def has_sums(self, path: str, version: str, *, indirect: bool = False) -> bool:
        """Whether nothing of a module is looked up; what is indirect may not be needed but for its go.mod."""
        key = f"{path} {version}"
        return f"{key}/go.mod" in self._summed and (indirect or key in self._summed)

    @cached_property
    def private(self) -> list[_Required]:
        """What its modules require, a member of the workspace included: go loads the go.mod of that version."""
        asked = (self._as_asked(module, require) for module in self.modules for require in module.requires)
        return [it for it in asked if it.path and is_private(it.path, self.own)]

    def _as_asked(self, module: Module, require: Require) -> _Required:
        path, version = require.path, require.version
        replace = self._replaced and (self._replaced.get((path, version)) or self._replaced.get((path, "")))
        if replace:
            path, version = "" if replace.local else replace.new_path, replace.new_version
        return _Required(path, version, require.indirect, module.vendored)

    @cached_property
    def replaced(self) -> frozenset[str]:
        """The paths that are replaced in some version."""
        return frozenset(path for path, _ in self._replaced)

    @cached_property
    def _replaced(self) -> Mapping[tuple[str, str], Replace]:
        """By path and version; go.work decides about the paths that it replaces."""
        outer = self.work.replaces if self.work else []
        decided = {replace.old_path for replace in outer if not replace.old_version}
        inner = [r for module in self.modules for r in module.replaces if r.old_path not in decided]
        return {(replace.old_path, replace.old_version): replace for replace in (*inner, *outer)}


def _rooms(files: FileFacts, modules: Sequence[Module], own: Own, *, workspace: bool) -> Mapping[str, _Room]:
    """By go.mod; without workspaces each module has a room of its own."""
    sums = {sum_.file: sum_ for sum_ in files.sums}
    works = workspaces(files) if workspace else {}
    members: dict[str, list[Module]] = {}
    for module in modules:
        work = works.get(module.directory)
        members.setdefault(work.file if work else module.file, []).append(module)
    rooms = {}
    for file, inside in members.items():
        names = [f"{file}.sum", *(f"{module.file.removesuffix('.mod')}.sum" for module in inside)]
        room = _Room(inside, [sums[name] for name in names if name in sums], works.get(inside[0].directory), own)
        rooms.update({module.file: room for module in inside})
    return rooms


@dataclass
class _PrivateModules:
    """The private module paths that contexts ask for: their modules require them, or their commands name them."""

    files: FileFacts
    modules: Sequence[Module]
    surroundings: Surroundings
    known: dict[tuple[object, ...], tuple[str, ...]] = field(default_factory=dict)

    def wanted(self, context: Context, use: Use) -> Iterator[Wanted]:
        """What a use asks for: once for all requirements, and for each path that the command names."""
        rooms = [] if use.named.outside else self._rooms_of(context, use)
        required = Wanted("required")
        if not use.named.alone:
            required = Wanted("required", self._required(rooms, use), self._unsummed(rooms, use))
        if required.modules:
            yield required
        for named in use.named.paths:
            if is_private(named.path, self.surroundings.own) and not self._stays_inside(rooms, use, named):
                yield from self._named(rooms, use, named, required)

    def _rooms_of(self, context: Context, use: Use) -> list[_Room]:
        """All modules count when it is not known which ones a context builds."""
        rooms = self._together if use.workspace else self._apart
        chosen = [rooms[file] for file in context.modules if file in rooms] or rooms.values()
        return list({id(room): room for room in chosen}.values())

    @cached_property
    def _together(self) -> Mapping[str, _Room]:
        return _rooms(self.files, self.modules, self.surroundings.own, workspace=True)

    @cached_property
    def _apart(self) -> Mapping[str, _Room]:
        return _rooms(self.files, self.modules, self.surroundings.own, workspace=False)

    def _required(self, rooms: Sequence[_Room], use: Use) -> tuple[str, ...]:
        key = ("required", use.vendor, *map(id, rooms))
        if key not in self.known:
            found = {it.path for room in rooms for it in room.private if not (use.vendor and it.vendored)}
            self.known[key] = tuple(sorted(found))
        return self.known[key]

    def _unsummed(self, rooms: Sequence[_Room], use: Use) -> tuple[str, ...]:
        """Sorted paths of what go.sum does not hold as it is needed; in workspaces every command looks it up."""
        looking = [room for room in rooms if use.adds_sums or (room.work and use.command)]
        key = ("unsummed", use.vendor, use.upgrades, *map(id, looking))
        if key not in self.known:
            found = {
                it.path
                for room in looking
                for it in room.private
                if (use.upgrades or not room.has_sums(it.path, it.version, indirect=it.indirect))
                and not (use.vendor and it.vendored)
            }
            self.known[key] = tuple(sorted(found))
        return self.known[key]

    def _named(self, rooms: Sequence[_Room], use: Use, named: Path, required: Wanted) -> Iterator[Wanted]:
        """What one path makes a command ask for beyond what is required.

        If the path itself is not asked of proxies, its prefixes are only where nothing of it is found.
        """
        main = {path for room in rooms for path in room.paths} if named.searched else set()
        tried = candidates(named.path) if named.searched else [named.path]
        asked = tuple(path for path in tried if path not in main and is_private(path, self.surroundings.own))
        module = self._module_of(named.path) if named.searched else named.path
        held = (it.version for room in rooms for it in room.private if it.path == module)
        version = next(held, "") if named.version == "none" else named.version
        summed = bool(rooms) and all(room.has_sums(module, version) for room in rooms)
        summed = summed or (named.searched and any(module in room.replaced for room in rooms))
        lookups = (module,) if not summed and module not in {*main, *required.unsummed} else ()
        direct = bool(covered_by(use.no_proxy, [named.path]))
        if direct or module in required.modules:
            assumes = (f"no repository of `{named.path}` is found",) if direct else ()
            prefixes = tuple(path for path in asked if path not in required.modules)
            yield Wanted("prefix", prefixes, (), use.command, use.place, assumes)
            asked = ()
        yield Wanted("named", asked, lookups, use.command, use.place)

    def _module_of(self, package: str) -> str:
        """The longest prefix that the checkout knows as a module, else the path itself: it may be a module's, too."""
        return next((path for path in candidates(package) if path in self._modules_known), package)

    @cached_property
    def _modules_known(self) -> set[str]:
        required = {require.path for module in self.modules for require in module.requires}
        return required | {module.path for module in self.modules}

    def _stays_inside(self, rooms: Sequence[_Room], use: Use, named: Path) -> bool:
        """Whether a command finds a path without asking: in a module that it builds, or nowhere but in `vendor`."""
        modules = [module for room in rooms for module in room.modules]
        if not named.searched:
            return use.vendor and any(module.vendored for module in modules)
        mains = {module.path: module for module in modules}
        main = next((mains[prefix] for prefix in candidates(named.path) if prefix in mains), None)
        if main is None:
            return False
        folder = (PurePosixPath(main.directory) / named.path.removeprefix(main.path).strip("/")).as_posix()
        return named.path == main.path or not self.surroundings.entries or folder in self._packages

    @cached_property
    def _packages(self) -> set[str]:
        """The folders with Go files."""
        return {entry.rpartition("/")[0] or "." for entry in self.surroundings.entries if entry.endswith(".go")}
