"""Find policy files and refuse what no engine would notice: misspelt decisions, taken packages, dead references."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from policygate.engine.faults import Fault
from policygate.engine.pack import Package, PolicyFile, policy_paths
from policygate.engine.scan import Outline, outline
from policygate.location import Text

LARGEST = 1 << 20
"""Bytes; a policy file beyond it is refused."""

OURS = "policygate"
LIBRARY = (OURS, "lib")
"""Shipped packages below it hold no rule."""
_RESERVED = {OURS: "the shipped policies", "gate": "the list of decisions", "system": "OPA itself"}
_SEGMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_DECISION = re.compile(r"(deny|warn|violation)(?:_[A-Za-z0-9]+)*")
_MISSPELT = {"denied": "deny", "denies": "deny", "warning": "warn", "warnings": "warn"}


@dataclass(frozen=True)
class Module:
    """A policy file and its outline."""

    file: PolicyFile
    outline: Outline
    source: Text
    folder: str
    """The policy folder that it came from."""

    @property
    def package(self) -> Package:
        """The segments of its package; empty when it has none."""
        return self.outline.package

    @property
    def decisions(self) -> tuple[str, ...]:
        """The names it answers by, sorted: `deny`, `warn`, `violation`, each perhaps with a suffix."""
        return tuple(sorted({h.name for h in self.outline.heads if not h.function and _DECISION.fullmatch(h.name)}))

    @property
    def names(self) -> frozenset[str]:
        """The names of its rules and functions."""
        return frozenset(head.name for head in self.outline.heads)

    def fault(self, offset: int, message: str) -> Fault:
        """A fault at a place of its text."""
        position = self.source.position(offset)
        return Fault(self.file.path, position.line, position.column, message)


def kind(decision: str) -> str:
    """`deny`, `warn` or `violation`, whatever the suffix."""
    return decision.partition("_")[0]


def find_modules(folder: Path, faults: list[Fault], *, shown: str = "") -> Iterator[Module]:
    """Read every policy of a folder, or one single file; what cannot be read becomes a fault. Tests are left out.

    `shown` is what people call a folder of users; without it the policies are the shipped ones.
    """
    called = shown or folder.as_posix()
    try:
        paths = list(policy_paths(folder)) if folder.exists() else []
    except OSError as error:
        faults.append(Fault(called, 0, 0, f"the policy folder cannot be read: {error.strerror or error}"))
        return
    for path in paths:
        label = (Path(shown) / path.relative_to(folder)).as_posix()
        try:
            data = _read(path, folder)
            source = Text(label, data.removeprefix(b"\xef\xbb\xbf"))
            declared = outline(source)
            file = PolicyFile(label, source.text, not shown, declared.package)
            yield Module(file, declared, source, called)
        except OSError as error:
            faults.append(Fault(label, 0, 0, f"the policy cannot be read: {error.strerror or error}"))
        except ValueError as error:
            faults.append(Fault(label, 0, 0, f"the policy cannot be read: {error}"))
    if not paths:
        what = "holds no policy" if folder.exists() else "does not exist"
        faults.append(Fault(called, 0, 0, f"the policy folder {what}"))


def _read(path: Path, folder: Path) -> bytes:
    if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
        raise ValueError("it is a link that leaves the policy folder")
    if not path.is_file():
        raise ValueError("it is no file")
    if path.stat().st_size > LARGEST:
        raise ValueError(f"it is larger than {LARGEST} bytes")
    data = path.read_bytes()
    data.decode("utf-8")
    return data


def check_modules(modules: Sequence[Module]) -> list[Fault]:
    """Everything that is wrong with the packages, names and references of all policies together."""
    faults = [fault for module in modules for fault in _check_alone(module)]
    declared: dict[Package, Module] = {}
    for module in modules:
        first = declared.setdefault(module.package, module)
        if first is not module and module.package:
            dotted = ".".join(module.package)
            message = f"package `{dotted}` is declared twice, first in {first.file.path}"
            faults.append(module.fault(module.outline.package_offset, message))
    for module in modules:
        faults += _check_conflicts(module, declared)
        faults += _check_references(module, declared)
    return faults + list(_check_folders(modules))


def _check_alone(module: Module) -> Iterator[Fault]:
    for offset in module.outline.templates:
        yield module.fault(offset, "a string template is not portable between engines: use `sprintf`")
    if not module.package:
        yield module.fault(0, "there is no package line")
        return
    at = module.outline.package_offset
    dotted = ".".join(module.package)
    for segment in module.package:
        if not _SEGMENT.fullmatch(segment):
            yield module.fault(at, f"the package name `{segment}` may hold letters, digits, `_` and `-` only")
    if module.file.shipped:
        yield from _check_shipped(module)
    elif module.package[0] in _RESERVED:
        owner = _RESERVED[module.package[0]]
        yield module.fault(
            at, f"package `{dotted}` belongs to {owner}: choose another first word than `{module.package[0]}`"
        )
    elif not module.decisions:
        yield from _check_misspelt(module)


def _check_shipped(module: Module) -> Iterator[Fault]:
    at = module.outline.package_offset
    if module.file.module != module.file.path:
        yield module.fault(at, f"the package of this file should be `{module.file.path[:-5].replace('/', '.')}`")
    if module.package[: len(LIBRARY)] == LIBRARY:
        if module.decisions:
            yield module.fault(at, f"a library has no `{module.decisions[0]}`")
    elif module.decisions != ("deny",):
        found = ", ".join(f"`{name}`" for name in module.decisions) or "none"
        yield from _check_misspelt(module)
        yield module.fault(at, f"a shipped rule answers by `deny` alone; found: {found}")


def _check_misspelt(module: Module) -> Iterator[Fault]:
    for head in module.outline.heads:
        meant = _meant(head.name)
        decides = _DECISION.fullmatch(head.name)
        if meant and not decides and not head.function:
            yield module.fault(head.offset, f"`{head.name}` is no decision: `{meant}` is meant?")
        elif head.function and decides:
            yield module.fault(head.offset, f"`{head.name}` is a function and decides nothing")


def _meant(name: str) -> str:
    stem = name.lower().partition("_")[0]
    if stem in _MISSPELT:
        return _MISSPELT[stem]
    near = (word for word in ("deny", "violation", "warn") if SequenceMatcher(None, stem, word).ratio() >= 0.75)
    return next(near, "")


def _check_conflicts(module: Module, declared: Iterable[Package]) -> Iterator[Fault]:
    size = len(module.package)
    below = {package[size] for package in declared if len(package) > size and package[:size] == module.package}
    for head in module.outline.heads:
        if head.name in below and module.package:
            yield module.fault(
                head.offset, f"`{head.name}` is also the package `{'.'.join((*module.package, head.name))}`"
            )


def _check_references(module: Module, declared: dict[Package, Module]) -> Iterator[Fault]:
    for ref in module.outline.data:
        if not any(True for _ in reached(ref.path, declared)):
            message = f"nothing declares `data.{'.'.join(ref.path)}`: there are no data documents, only policies"
            yield module.fault(ref.offset, message)


def reached(path: Package, declared: Mapping[Package, Module]) -> Iterator[Module]:
    """The modules that a reference below `data` leads to: the one that holds the rule, or all below the path."""
    for package, module in declared.items():
        if package[: len(path)] == path or (path[: len(package)] == package and path[len(package)] in module.names):
            yield module


def _check_folders(modules: Sequence[Module]) -> Iterator[Fault]:
    folders: dict[str, list[Module]] = {}
    for module in modules:
        if not module.file.shipped:
            folders.setdefault(module.folder, []).append(module)
    for folder, within in folders.items():
        if not any(module.decisions for module in within):
            yield Fault(folder, 0, 0, "no policy of the folder has a `deny`, `warn` or `violation`")
