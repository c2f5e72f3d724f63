"""Join the policy files to a pack: files, rules, and the module that lists their decisions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from json import dumps, loads
from pathlib import Path
from typing import Any

from policygate.engine.faults import Fault, refuse
from policygate.engine.metadata import Metadata, read_metadata
from policygate.engine.modules import Module, Package, PolicyFile, check_modules, find_modules, kind, reached
from policygate.engine.needs import needs
from policygate.errors import PolicyError
from policygate.findings import Parameter, Rule, Severity

__all__ = ["Entry", "Pack", "PolicyFile", "load_pack", "shipped_folder"]


@dataclass(frozen=True)
class Entry:
    """The decisions of one rule: which names its package answers by."""

    rule: str
    package: Package
    names: tuple[str, ...]
    """`deny`, `warn`, `violation`, each perhaps with a suffix; sorted."""


@dataclass(frozen=True)
class Pack:
    """All policies of a run."""

    files: tuple[PolicyFile, ...]
    """Sorted by package."""
    rules: tuple[Rule, ...]
    """Sorted by id."""
    entries: tuple[Entry, ...]
    """One a rule, in the same order."""
    digest: str
    """`sha256:` and 64 hexadecimal digits over packages and texts; where the files lie does not matter."""
    gate_text: str
    """The module `package gate`: the digest, the asked rules (`input.run.rules`) and each one's decision by id."""
    schema: str
    """The JSON Schema of the Rego input, the parameters of the rules included."""

    def label(self, module: str) -> str:
        """Where people find the policy that an engine names, with whatever the engine puts in front of its name."""
        found = max(
            (f for f in self.files if f"/{module}".endswith(f"/{f.module}")), key=lambda f: f.package, default=None
        )
        return found.path if found else module or "policies"


def load_pack(extra_folders: Sequence[Path] = (), *, shipped: Path | None = None) -> Pack:
    """Load the shipped policies and those of users' folders (or single files); tests (`_test.rego`) are left out.

    Raises: PolicyError, one for all faults together.
    """
    home = shipped or shipped_folder()
    faults: list[Fault] = []
    modules = list(find_modules(home, faults, shipped=True))
    for folder in extra_folders:
        modules += find_modules(folder, faults, shipped=False)
    faults += check_modules(modules)
    modules.sort(key=lambda module: module.package)
    described = sorted(_describe(modules, faults), key=lambda pair: pair[0].id)
    if faults:
        raise refuse(faults)
    return _join([m.file for m in modules], [rule for rule, _ in described], [entry for _, entry in described], home)


def shipped_folder() -> Path:
    """The folder of the policies that come with policygate: inside the package, or beside it in a source checkout."""
    package = Path(__file__).parent.parent
    inside = package / "policies"
    return inside if inside.is_dir() else package.parent / "policies"


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
        yield _rule(name, module, metadata, _needs(module, declared)), Entry(name, module.package, module.decisions)


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


def _rule(name: str, module: Module, metadata: Metadata, sources: frozenset[str]) -> Rule:
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
        needs=tuple(sorted(sources)),
    )


def _needs(module: Module, declared: Mapping[Package, Module]) -> frozenset[str]:
    seen: dict[Package, Module] = {}
    waiting = [module]
    while waiting:
        current = waiting.pop()
        if seen.setdefault(current.package, current) is current:
            found = (m for ref in current.outline.data for m in reached(ref.path, declared))
            waiting += (m for m in found if m.package not in seen)
    return needs(ref.path for m in seen.values() for ref in m.outline.inputs)


def _join(files: Sequence[PolicyFile], rules: Sequence[Rule], entries: Sequence[Entry], home: Path) -> Pack:
    texts = sorted((file.module, file.text) for file in files)
    digest = "sha256:" + sha256(dumps(texts).encode()).hexdigest()
    return Pack(
        files=tuple(files),
        rules=tuple(rules),
        entries=tuple(entries),
        digest=digest,
        gate_text=_gate_text(digest, entries),
        schema=dumps(_schema(home, rules)),
    )


def _gate_text(digest: str, entries: Sequence[Entry]) -> str:
    lines = ["package gate", "", f'digest := "{digest}"', "", "asked := input.run.rules"]
    for entry in entries:
        root = "data" + "".join(f'["{segment}"]' for segment in entry.package)
        answers = ", ".join(f'"{name}": {root}["{name}"]' for name in entry.names)
        lines += ["", f'decision["{entry.rule}"] := {{{answers}}} if "{entry.rule}" in input.run.rules']
    return "\n".join(lines) + "\n"


def _schema(home: Path, rules: Sequence[Rule]) -> dict[str, Any]:
    path = home / "schemas" / "input.json"
    try:
        schema: dict[str, Any] = loads(path.read_bytes())
        config = schema["$defs"]["Config"]["properties"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        message = f"{path.as_posix()}: the schema of the input cannot be read: {error}"
        raise PolicyError(message, "install policygate again") from error
    config["parameters"] = parameters_schema(rules)
    return schema


def parameters_schema(rules: Sequence[Rule]) -> dict[str, Any]:
    """The JSON Schema of `input.config.parameters`: the defaults of the rules give the types."""
    described = {rule.id: {p.name: _typed(p.default) for p in rule.parameters} for rule in rules}
    return _closed({id_: _closed(parameters) for id_, parameters in described.items()})


def _typed(default: object) -> dict[str, Any]:
    if isinstance(default, list):
        return {"type": "array", "items": {"type": "string"}}
    types = {bool: "boolean", int: "integer", float: "number", str: "string", dict: "object"}
    return {"type": types[type(default)]} if type(default) in types else {}


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}
