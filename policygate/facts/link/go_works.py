"""Workspaces: the members of each go.work, and why go refuses it as a whole (https://go.dev/ref/mod#workspaces)."""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from policygate.facts.go.go_version import go_version_order
from policygate.facts.model import FileFacts, Go, Module, Replace, Use, Work, WorkFault, WorkFaultKind
from policygate.facts.own import Surroundings
from policygate.location import At

_WITHOUT_GO_LINE = "1.18"
_STRICT = go_version_order("1.21")
"""A member that asks for less is taken into any workspace."""


def link(files: FileFacts, surroundings: Surroundings, go: Go) -> Go:
    """Add the workspaces, sorted by file, with the module in each directory and with their faults."""
    modules = {module.directory: module for module in files.modules}
    works = [_work(work, modules, surroundings) for work in sorted(files.works, key=lambda work: work.file)]
    return go.model_copy(update={"works": works})


def workspaces(files: FileFacts) -> Mapping[str, Work]:
    """From the directory of each module that is a member to its go.work: the nearest one, where it lists the module."""
    works = {work.directory: work for work in files.works}
    members = {}
    for module in files.modules:
        nearest = nearest_work(module.directory, works)
        if nearest and any(use.directory == module.directory for use in nearest.uses):
            members[module.directory] = nearest
    return members


def nearest_work(directory: str, works: Mapping[str, Work]) -> Work | None:
    """The go.work that go takes in a directory; `works` is by directory."""
    while directory not in works:
        if directory == ".":
            return None
        directory = posixpath.dirname(directory) or "."
    return works[directory]


def _work(work: Work, modules: Mapping[str, Module], surroundings: Surroundings) -> Work:
    uses = [
        use.model_copy(update={"module_file": modules[use.directory].file}) if use.directory in modules else use
        for use in work.uses
    ]
    members = {use.directory: (use, modules[use.directory]) for use in reversed(uses) if use.module_file}
    workspace = _Workspace(work, uses, list(reversed(members.values())), surroundings)
    return work.model_copy(update={"uses": uses, "faults": list(workspace.faults())})


class _Target(NamedTuple):
    """What a module is replaced by, whoever says it."""

    shown: str
    path: str
    version: str
    at: At


class _Workspace(NamedTuple):
    """One go.work with its members, in its order."""

    work: Work
    uses: Sequence[Use]
    members: Sequence[tuple[Use, Module]]
    surroundings: Surroundings

    def faults(self) -> Iterator[WorkFault]:
        yield from self._directories()
        yield from self._go_versions()
        yield from self._paths()
        yield from self._conflicts()

    def _directories(self) -> Iterator[WorkFault]:
        seen: dict[str, Use] = {}
        for use in self.uses:
            directory = use.directory or posixpath.normpath(use.path)
            if directory in seen:
                yield _fault("repeated", use.path, use.at, seen[directory].at)
            elif use.directory and not use.module_file and not self._may_exist(use.directory):
                yield _fault("missing", use.path, use.at)
            seen.setdefault(directory, use)

    def _may_exist(self, directory: str) -> bool:
        """Whether there may be a go.mod that was not read: excluded, in a submodule, or behind a link."""
        entries = self.surroundings.entries
        path = PurePosixPath(directory)
        outer = (path, *path.parents)
        return str(path / "go.mod") in entries or any(str(p) in entries or f"{p}/" in entries for p in outer)

    def _go_versions(self) -> Iterator[WorkFault]:
        found = self.work.go.version or _WITHOUT_GO_LINE
        ours = go_version_order(found)
        for use, module in self.members:
            wanted = go_version_order(module.go.version)
            if wanted > ours and wanted >= _STRICT:
                yield _fault("go_version", use.path, self.work.at, module.go.at, (module.go.version, found))

    def _paths(self) -> Iterator[WorkFault]:
        seen: dict[str, Use] = {}
        for use, module in self.members:
            if module.path and module.path in seen:
                yield _fault("same_path", module.path, use.at, seen[module.path].at)
            seen.setdefault(module.path, use)
        for replace in self.work.replaces:
            if replace.old_path in seen and not replace.old_version:
                yield _fault("replaced", replace.old_path, replace.at, seen[replace.old_path].at)

    def _conflicts(self) -> Iterator[WorkFault]:
        """Those of go.work itself, then those between members, for what go.work does not replace."""
        targets: dict[tuple[str, str], _Target] = {}
        for replace in self.work.replaces:
            yield from _conflict(replace, _Target(_shown(replace), *_said(replace), replace.at), targets)
        decided = {replace.old_path for replace in self.work.replaces}
        targets.clear()
        for _, module in self.members:
            own = {
                (replace.old_path, replace.old_version): replace
                for replace in module.replaces
                if replace.old_path not in decided
            }
            for replace in own.values():
                yield from _conflict(replace, _target(module, replace), targets)


def _conflict(replace: Replace, target: _Target, targets: dict[tuple[str, str], _Target]) -> Iterator[WorkFault]:
    key = (replace.old_path, replace.old_version)
    other = targets.setdefault(key, target)
    if (other.path, other.version) != (target.path, target.version):
        subject = " ".join(filter(None, key))
        yield _fault("conflict", subject, replace.at, other.at, (target.shown, other.shown))


def _target(module: Module, replace: Replace) -> _Target:
    """Directories of several go.mod files are the same when they lead to the same place."""
    path, version = _said(replace)
    if replace.local:
        path = posixpath.normpath(posixpath.join(module.directory, path))
    return _Target(_shown(replace), path, version, replace.at)


def _said(replace: Replace) -> tuple[str, str]:
    return replace.new_path, replace.new_version


def _shown(replace: Replace) -> str:
    return " ".join(filter(None, _said(replace)))


def _fault(
    kind: WorkFaultKind, subject: str, at: At, other: At | None = None, differ: tuple[str, str] = ("", "")
) -> WorkFault:
    wanted, found = differ
    return WorkFault(kind=kind, subject=subject, wanted=wanted, found=found, at=at, other=other or at)
