"""Read policies and describe their rules, as their METADATA and their references have it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from policygate.engine.faults import Fault, refuse
from policygate.engine.metadata import Metadata, read_metadata
from policygate.engine.modules import Module, check_modules, find_modules, kind, reached
from policygate.engine.needs import about, needs
from policygate.engine.pack import Entry, Folder, Pack, Package, join_pack
from policygate.findings import Parameter, Rule, Severity


def describe_policies(home: Path, extra_folders: Sequence[Path | Folder]) -> Pack:
    """The pack of the shipped policies below `home` and of users' folders.

    Raises: PolicyError, one for all faults together.
    """
    faults: list[Fault] = []
    modules = list(find_modules(home, faults))
    for folder in extra_folders:
        named = folder if isinstance(folder, Folder) else Folder(folder, folder.as_posix())
        modules += find_modules(named.path, faults, shown=named.shown)
    faults += check_modules(modules)
    modules.sort(key=lambda module: module.package)
    described = sorted(_describe(modules, faults), key=lambda pair: pair[0].id)
    if faults:
        raise refuse(faults)
    rules, entries = [rule for rule, _ in described], [entry for _, entry in described]
    return join_pack([module.file for module in modules], rules, entries, home)


def _describe(modules: Sequence[Module], faults: list[Fault]) -> Iterator[tuple[Rule, Entry]]:
    declared = {module.package: module for module in modules}
    taken: dict[str, Module] = {}
    for module in sorted(modules, key=lambda module: not module.file.shipped):
        metadata, wrong = read_metadata(module.file.path, module.outline.annotation)
        faults += wrong
        if not module.decisions:
            continue
        name = ".".join(module.package[1:] if module.file.shipped else module.package)
        if taken.setdefault(name, module).package != module.package:
            faults.append(module.fault(module.outline.package_offset, f"a shipped rule has the id `{name}` already"))
        if module.file.shipped and not wrong:
            faults += _lacks(module, metadata)
        inputs = frozenset(_inputs(module, declared))
        yield _rule(name, module, metadata, inputs), Entry(name, module.package, module.decisions)


def _lacks(module: Module, metadata: Metadata) -> Iterator[Fault]:
    told = {
        "title": metadata.title,
        "description": metadata.description,
        "custom.severity": metadata.custom.severity,
        "custom.fix": metadata.custom.fix,
    }
    for key, value in told.items():
        if not value:
            yield module.fault(module.outline.package_offset, f"METADATA: `{key}` is missing")


def _rule(name: str, module: Module, metadata: Metadata, inputs: frozenset[tuple[str, ...]]) -> Rule:
    custom = metadata.custom
    grave = any(kind(decision) != "warn" for decision in module.decisions)
    default: Severity = "error" if grave else "warning"
    return Rule(
        id=name,
        title=metadata.title.strip() or name,
        description=metadata.description.strip(),
        severity=custom.severity or default,
        fix=custom.fix.strip(),
        links=metadata.links,
        parameters=tuple(
            Parameter(key, p.default, p.description.strip()) for key, p in sorted(custom.parameters.items())
        ),
        profiles=tuple(custom.profiles),
        security_severity=custom.security_severity or "",
        needs=tuple(sorted(needs(inputs))),
        about=tuple(sorted(about(inputs))),
    )


def _inputs(module: Module, declared: Mapping[Package, Module]) -> Iterator[tuple[str, ...]]:
    """The input paths that a module reads, and those that it refers to."""
    seen: dict[Package, Module] = {}
    waiting = [module]
    while waiting:
        current = waiting.pop()
        if seen.setdefault(current.package, current) is current:
            found = (m for ref in current.outline.data for m in reached(ref.path, declared))
            waiting += (m for m in found if m.package not in seen)
    yield from (ref.path for m in seen.values() for ref in m.outline.inputs)
