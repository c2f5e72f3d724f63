"""Modules, and whether they are built from a vendor directory (https://go.dev/ref/mod#go-mod-file)."""

from policygate.facts.link.go_vendors import used_vendors
from policygate.facts.model import FileFacts, Go, Module, Replace, Require
from policygate.facts.own import Surroundings


def link(files: FileFacts, surroundings: Surroundings, go: Go) -> Go:
    """Add the modules, sorted by file."""
    vendored = {m.file for source, _ in used_vendors(files, surroundings).values() for m in source.modules}
    modules = sorted(files.modules, key=lambda module: module.file)
    linked = [module.model_copy(update={"vendored": module.file in vendored}) for module in modules]
    return go.model_copy(update={"modules": linked})


def replacement(module: Module, require: Require) -> Replace | None:
    """The replace line that applies to a requirement: one for its version beats one for every version."""
    same = [replace for replace in module.replaces if replace.old_path == require.path]
    exact = [replace for replace in same if replace.old_version == require.version]
    return next(reversed(exact or [replace for replace in same if not replace.old_version]), None)
