"""vendor/modules.txt (https://go.dev/ref/mod#vendoring): the go command skips what it does not know in it."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from policygate.facts.go.module_path import canonical_version, is_import_path
from policygate.facts.go.white_space import fields, trim
from policygate.facts.model import FileFacts, Problem, Vendor, VendoredModule
from policygate.location import Text

MAX_LINES = 100_000
"""Many times what the vendor directories of large projects have."""


def read(path: str, data: bytes) -> FileFacts:
    """The vendored modules in the order of their first lines; nothing but more than `MAX_LINES` makes it malformed."""
    text = Text(path, data)
    if len(text.lines) > MAX_LINES:
        return FileFacts(problems=[Problem(message=f"more than {MAX_LINES:,} lines are not read", at=text.line_at(1))])
    modules: dict[tuple[str, str], _Module] = {}
    current: _Module | None = None
    for number, line in enumerate(text.lines, 1):
        if line.startswith("# "):
            words = fields(line)
            if len(words) > 2:
                current = _module(words, number, modules)
        elif current is not None and line.startswith("## "):
            current.annotate(line[3:])
        elif current is not None:
            words = fields(line)
            if len(words) == 1 and is_import_path(words[0]):
                current.packages.append(words[0])
    vendor = Vendor(
        file=path,
        directory=PurePosixPath(path).parent.parent.as_posix(),
        workspace=_is_for_workspace(text.lines[0]),
        modules=[module.fact(text) for module in modules.values()],
    )
    return FileFacts(vendors=[vendor])


@dataclass
class _Module:
    path: str
    version: str
    line: int
    explicit: bool = False
    go_version: str = ""
    target: tuple[str, str] = ("", "")
    packages: list[str] = field(default_factory=list)

    def annotate(self, text: str) -> None:
        for entry in map(trim, text.split(";")):
            self.explicit = self.explicit or entry == "explicit"
            if entry.startswith("go "):
                self.go_version = entry[3:]

    def fact(self, text: Text) -> VendoredModule:
        return VendoredModule(
            path=self.path,
            version=self.version,
            explicit=self.explicit,
            go_version=self.go_version,
            new_path=self.target[0],
            new_version=self.target[1],
            packages=self.packages,
            at=text.line_at(self.line),
        )


def _module(words: list[str], line: int, modules: dict[tuple[str, str], _Module]) -> _Module | None:
    """The module that `# path version`, `# path version => target` or `# path => target` begins or goes on with."""
    _, path, second, *rest = words
    if canonical_version(second):
        version, replaced = second, rest
    elif second == "=>":
        version, replaced = "", [second, *rest]
    else:
        return None
    module = modules.setdefault((path, version), _Module(path, version, line))
    if replaced[:1] == ["=>"] and (len(replaced) == 2 or (len(replaced) == 3 and canonical_version(replaced[2]))):
        module.target = (replaced[1], "".join(replaced[2:]))
    return module


def _is_for_workspace(line: str) -> bool:
    """Go looks at the first 512 bytes of the file for this."""
    start = line.encode()[:512].decode(errors="replace")
    return start.startswith("## ") and "workspace" in map(trim, start[3:].split(";"))
