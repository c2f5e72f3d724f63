"""A pack: the policies of a run, their rules, and the module that lists their decisions."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from json import dumps, loads
from pathlib import Path
from typing import Any, NamedTuple

from policygate.errors import PolicyError
from policygate.findings import Rule

Package = tuple[str, ...]
"""The segments of a package."""


class Folder(NamedTuple):
    """A folder of policies, or a single one, that people know by another name."""

    path: Path
    shown: str


@dataclass(frozen=True)
class PolicyFile:
    """One policy as it was read."""

    path: str
    """Where people find it: below `policies/` for a shipped one, else as its folder was given."""
    text: str
    """Without a byte order mark."""
    shipped: bool
    package: Package

    @property
    def module(self) -> str:
        """Its name for an engine: the package as a path, the same on every machine."""
        return "/".join(self.package) + ".rego"


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


def shipped_folder() -> Path:
    """The folder of the policies that come with policygate: inside the package, or beside it in a source checkout."""
    package = Path(__file__).parent.parent
    inside = package / "policies"
    return inside if inside.is_dir() else package.parent / "policies"


def policy_paths(folder: Path) -> Iterator[Path]:
    """The policies of a folder, sorted, or the one file that is named; tests are left out.

    Raises: OSError.
    """
    if folder.is_file():
        yield folder
        return
    for parent, folders, files in os.walk(folder, onerror=_raise):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if name.endswith(".rego") and not name.endswith("_test.rego"):
                yield Path(parent, name)


def _raise(error: OSError) -> None:
    raise error


def join_pack(files: Sequence[PolicyFile], rules: Sequence[Rule], entries: Sequence[Entry], home: Path) -> Pack:
    """The pack of files and of what is known of them; the schema of the input lies in the folder `home`.

    Raises: PolicyError when it does not.
    """
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
