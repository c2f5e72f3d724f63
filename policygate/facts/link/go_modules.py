"""Modules with what stands beside their go.mod: a vendor directory, a go.sum (https://go.dev/ref/mod#go-sum-files)."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from policygate.facts.model import FileFacts, Go, Module, Replace, Require, Sum, SumLine
from policygate.facts.own import Surroundings


def link(files: FileFacts, surroundings: Surroundings, go: Go) -> Go:  # noqa: ARG001 - every linker has this form
    """Add the modules, sorted by file, and what is missing from their go.sum."""
    vendored = set(files.vendored)
    modules = sorted(files.modules, key=lambda module: module.file)
    linked = [module.model_copy(update={"vendored": _uses_vendor(module, vendored)}) for module in modules]
    hashes = {sums.file: sums.hashes.keys() for sums in files.sums}
    inside = {module.path for module in modules}
    sums = [_sum(module, hashes, inside) for module in linked]
    return go.model_copy(update={"modules": linked, "sums": sums})


def replacement(module: Module, require: Require) -> Replace | None:
    """The replace line that applies to a requirement: one for its version beats one for every version."""
    same = [replace for replace in module.replaces if replace.old_path == require.path]
    exact = [replace for replace in same if replace.old_version == require.version]
    return next(reversed(exact or [replace for replace in same if not replace.old_version]), None)


def _uses_vendor(module: Module, vendored: set[str]) -> bool:
    """Whether the go command takes packages from vendor/: it needs a go line of 1.14 or later."""
    return module.directory in vendored and _minor(module.go.version) >= 14


def _minor(version: str) -> int:
    digits = version.partition(".")[2].partition(".")[0]
    return int("".join(char for char in digits if char.isdigit()) or "0") if version else 0


def _sum(module: Module, hashes: Mapping[str, Iterable[str]], inside: set[str]) -> Sum:
    file = _beside(module.directory, "go.sum")
    present = set(hashes.get(file, ()))
    for directory in _upwards(module.directory):
        present |= set(hashes.get(_beside(directory, "go.work.sum"), ()))
    needed = [line for line in _checksummed(module) if line.module not in inside]
    exists = file in hashes
    missing = [line for line in needed if exists and not _has_line(line, present)]
    at = module.at
    return Sum(module_file=module.file, file=file, exists=exists, needed=bool(needed), missing=missing, at=at)


def _checksummed(module: Module) -> Sequence[SumLine]:
    """The requirements that have a checksum: not directories, and of several versions of one path the last written."""
    lines = {}
    for require in module.requires:
        replace = replacement(module, require)
        if replace is None:
            lines[require.path] = SumLine(
                module=require.path, version=require.version, indirect=require.indirect, at=require.at
            )
        elif not replace.local:
            lines[require.path] = SumLine(
                module=replace.new_path, version=replace.new_version, indirect=require.indirect, at=replace.target_at
            )
    return list(lines.values())


def _has_line(line: SumLine, present: set[str]) -> bool:
    key = f"{line.module} {line.version}"
    return key in present or f"{key}/go.mod" in present


def _beside(directory: str, name: str) -> str:
    return (PurePosixPath(directory) / name).as_posix()


def _upwards(directory: str) -> Iterable[str]:
    path = PurePosixPath(directory)
    return [path.as_posix(), *(parent.as_posix() for parent in path.parents)]
