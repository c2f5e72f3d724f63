"""Vendor directories against go.mod, as every build checks them (https://go.dev/ref/mod#vendoring)."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from policygate.facts.go.go_version import go_version_order
from policygate.facts.go.module_path import version_order
from policygate.facts.go.replace_target import is_directory
from policygate.facts.link.go_works import workspaces
from policygate.facts.model import (
    FileFacts,
    Go,
    GoVersion,
    Module,
    Replace,
    Vendor,
    VendorCheck,
    VendoredModule,
    VendorFault,
    VendorFaultKind,
    Work,
)
from policygate.facts.own import Surroundings
from policygate.location import At

_SINCE = go_version_order("1.14")
_LISTS_ALL = go_version_order("1.17")

Key = tuple[str, str]
"""Path and version."""

_NOTHING: Key = ("", "")


def link(files: FileFacts, surroundings: Surroundings, go: Go) -> Go:
    """Add the vendor directories that builds use, sorted by file, with their faults."""
    used = used_vendors(files, surroundings)
    checks = [_Check(source, vendor).fact() for source, vendor in used.values()]
    return go.model_copy(update={"vendors": sorted(checks, key=lambda check: check.file)})


class Source(NamedTuple):
    """What a vendor directory has to go with: a module, or a workspace with its members."""

    manifest: str
    directory: str
    go: GoVersion
    work: Work | None
    modules: Sequence[Module]


def used_vendors(files: FileFacts, surroundings: Surroundings) -> Mapping[str, tuple[Source, Vendor | None]]:
    """The vendor directories that builds use, by the directory that holds them; None stands for a missing modules.txt.

    One is used from go 1.14 on, and only by builds in the mode that it was made for: of the module alone, or of the
    workspace.
    """
    vendors = {vendor.directory: vendor for vendor in files.vendors}
    folders = {*vendors, *_without_list(surroundings.entries)}
    used = {}
    for source in _sources(files):
        vendor = vendors.get(source.directory)
        made_for_it = (vendor is not None and vendor.workspace) == (source.work is not None)
        new_enough = source.go.exists and go_version_order(source.go.version) >= _SINCE
        if source.directory in folders and made_for_it and new_enough:
            used[source.directory] = (source, vendor)
    return used


def _sources(files: FileFacts) -> Iterator[Source]:
    """Everything that builds may be of: modules that are in no workspace, and workspaces."""
    members = workspaces(files)
    for module in files.modules:
        if module.directory not in members:
            yield Source(module.file, module.directory, module.go, None, [module])
    by_directory = {module.directory: module for module in files.modules}
    for work in files.works:
        modules = [by_directory[use.directory] for use in work.uses if use.directory in by_directory]
        yield Source(work.file, work.directory, work.go, work, modules)


def _without_list(entries: frozenset[str]) -> set[str]:
    """The directories with a vendor directory that holds files and no modules.txt."""
    found = set()
    for entry in entries:
        before, vendor, name = f"/{entry}".partition("/vendor/")
        if vendor and name and not name.endswith("/"):
            found.add(before[1:])
    return {folder or "." for folder in found if posixpath.join(folder, "vendor/modules.txt") not in entries}


class _Check:
    """One vendor directory beside what it has to go with."""

    def __init__(self, source: Source, vendor: Vendor | None) -> None:
        self.source = source
        self.vendor = vendor
        self.mains = {module.path for module in source.modules}
        self.targets = _targets(source)
        self.marks = {(module.path, module.version): module for module in vendor.modules} if vendor else {}

    def fact(self) -> VendorCheck:
        return VendorCheck(
            file=posixpath.normpath(posixpath.join(self.source.directory, "vendor/modules.txt")),
            exists=self.vendor is not None,
            manifest=self.source.manifest,
            faults=[*self._requires(), *self._replaces(), *self._marks(), *self._unlisted()],
        )

    def _requires(self) -> Iterator[VendorFault]:
        for module in self.source.modules:
            for require in module.requires:
                mark = self.marks.get((require.path, require.version))
                if mark is None or not mark.explicit:
                    yield _fault("not_explicit", (require.path, require.version), require.at)

    def _replaces(self) -> Iterator[VendorFault]:
        manifests: list[Module | Work] = [*self.source.modules, *([self.source.work] if self.source.work else [])]
        written: dict[Key, Replace] = {}
        for replace in (replace for manifest in manifests for replace in manifest.replaces):
            written.setdefault((replace.old_path, replace.old_version), replace)
        for key, replace in written.items():
            wanted = self._applying(key)
            mark = self.marks.get(key)
            found = (mark.new_path, mark.new_version) if mark else _NOTHING
            if found == _NOTHING and wanted != _NOTHING:
                yield _fault("not_replaced", key, replace.at)
            elif found != wanted:
                yield _fault("other_target", key, replace.at, (wanted, found))

    def _marks(self) -> Iterator[VendorFault]:
        required = {(require.path, require.version) for module in self.source.modules for require in module.requires}
        for mark in _selected(self.marks.values()):
            if mark.explicit and (mark.path, mark.version) not in required:
                yield _fault("not_required", (mark.path, mark.version), mark.at)
        for mark in self.marks.values():
            if mark.new_path and self._applying((mark.path, mark.version)) == _NOTHING:
                yield _fault("only_replaced", (mark.path, mark.version), mark.at)

    def _unlisted(self) -> Iterator[VendorFault]:
        """From go 1.17 on go.mod lists every module that packages come from; a workspace may not."""
        if self.source.work or go_version_order(self.source.go.version) < _LISTS_ALL:
            return
        highest: dict[str, str] = {}
        for module in self.source.modules:
            excluded = {(exclude.path, exclude.version) for exclude in module.excludes}
            for require in module.requires:
                key = (require.path, require.version)
                if key not in excluded and version_order(require.version) >= version_order(highest.get(key[0], "")):
                    highest[require.path] = require.version
        for mark in _selected(self.marks.values()):
            listed = mark.path in self.mains or highest.get(mark.path) == mark.version
            if not mark.explicit and not listed:
                yield _fault("not_listed", (mark.path, mark.version), mark.at)

    def _applying(self, key: Key) -> Key:
        """What a module is replaced by; two empty strings for nothing, as for a main module itself."""
        path, version = key
        if not version and path in self.mains:
            return _NOTHING
        return self.targets.get(key) or self.targets.get((path, "")) or _NOTHING


def _targets(source: Source) -> Mapping[Key, Key]:
    """What is replaced by what: go.work overrides its members, whose directories count from the workspace's."""
    work = source.work
    inner: dict[Key, Key] = {}
    for module in source.modules:
        for replace in module.replaces:
            target = _seen_from(work.directory, module.directory, replace) if work else _target(replace)
            inner[replace.old_path, replace.old_version] = target
    outer = {(replace.old_path, replace.old_version): _target(replace) for replace in work.replaces} if work else {}
    decided = {path for path, version in outer if not version}
    return {**{key: target for key, target in inner.items() if key[0] not in decided}, **outer}


def _target(replace: Replace) -> Key:
    return replace.new_path, replace.new_version


def _seen_from(work: str, module: str, replace: Replace) -> Key:
    if not replace.local or posixpath.isabs(replace.new_path):
        return _target(replace)
    root = "/" + "x/" * replace.new_path.count("..")  # deep enough for every step up
    path = posixpath.relpath(posixpath.join(root, module, replace.new_path), posixpath.join(root, work))
    return (path if is_directory(path) else f"./{path}"), ""


def _selected(marks: Iterable[VendoredModule]) -> Iterator[VendoredModule]:
    """The modules that packages come from: of several versions of one path each that is higher than those before."""
    highest: dict[str, str] = {}
    for mark in marks:
        if mark.packages and (
            mark.path not in highest or version_order(highest[mark.path]) < version_order(mark.version)
        ):
            highest[mark.path] = mark.version
            yield mark


def _fault(
    kind: VendorFaultKind,
    module: Key,
    at: At,
    differ: tuple[Key, Key] = (_NOTHING, _NOTHING),
) -> VendorFault:
    wanted, found = (" ".join(filter(None, key)) for key in differ)
    return VendorFault(kind=kind, module=" ".join(filter(None, module)), wanted=wanted, found=found, at=at)
