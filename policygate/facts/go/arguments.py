"""What the arguments of a go command ask proxies for (`go help packages`, `go help modules`, `go help build`)."""

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from policygate.facts.go.module_path import check_path, is_import_path

_BUILDING = frozenset(
    {"C", "asmflags", "buildmode", "compiler", "covermode", "coverpkg", "debug-actiongraph", "debug-runtime-trace"}
    | {"debug-trace", "exec", "gccgoflags", "gcflags", "installsuffix", "ldflags", "mod", "modfile", "overlay", "p"}
    | {"pgo", "pkgdir", "tags", "toolexec"}
)
_TAKES_VALUE: Mapping[str, frozenset[str]] = {
    "build": _BUILDING | {"o"},
    "list": _BUILDING | {"f", "reuse"},
    "mod download": frozenset({"C", "reuse"}),
    "mod vendor": frozenset({"C", "o"}),
    "test": _BUILDING | {"o", "run"},
    "vet": _BUILDING | {"vettool"},
}
_REFUSED: Mapping[str, frozenset[str]] = {"get": frozenset({"mod", "m", "insecure"})}
"""Flags with which a command does nothing at all."""


class Line(NamedTuple):
    """The rest of a command line behind the verb."""

    flags: Mapping[str, str]
    """By name without dashes; the last one of a name counts, and a switch is empty."""
    words: tuple[str, ...]


class Path(NamedTuple):
    """A path that a command names."""

    path: str
    """A module or a package; of a pattern what stands before its wildcard."""
    version: str
    """Empty when it names none."""
    searched: bool = False
    """Whether it is a package, whose module may be any prefix of it: every one is asked for."""


class Named(NamedTuple):
    """What a command asks for because its arguments say so."""

    paths: tuple[Path, ...] = ()
    alone: bool = False
    """Whether nothing that go.mod requires is asked for."""
    outside: bool = False
    """Whether the command runs as if there were no go.mod and no go.sum."""


def split_line(verb: str, arguments: Sequence[str]) -> Line:
    """Flags and words; as in every go command the first word ends the flags."""
    rest = list(arguments)
    for word in verb.split():
        rest = rest[rest.index(word) + 1 :] if word in rest else []
    taking = _TAKES_VALUE.get(verb, _BUILDING)
    flags: dict[str, str] = {}
    while rest and rest[0].startswith("-") and rest[0] != "-":
        name, equals, value = rest.pop(0).removeprefix("-").removeprefix("-").partition("=")
        if not name:
            break
        flags[name] = rest.pop(0) if name in taking and not equals and rest else value
    return Line(flags, tuple(rest))


def named_by(verb: str, arguments: Sequence[str]) -> Named:
    """The paths that a command is certain to ask for; what is dynamic, local or of the standard library is none."""
    line = split_line(verb, arguments)
    if not _REFUSED.get(verb, frozenset()).isdisjoint(line.flags):
        return Named(alone=True)
    if verb == "get":
        return _got(line.words)
    if verb in ("install", "run"):
        return _ran(line.words if verb == "install" else line.words[:1])
    if verb == "mod download" or (verb == "list" and "m" in line.flags):
        paths = [_split(word) for word in line.words if "@" in word or "versions" in line.flags]
        return Named(tuple(_fetchable(paths)), alone=bool(line.words) and all("@" in word for word in line.words))
    return Named()


def candidates(path: str) -> list[str]:
    """The prefixes of a package path that may be its module, longest first: those with a host that can be fetched."""
    found = []
    while path:
        if not check_path(path):
            found.append(path)
        path = path.rpartition("/")[0]
    return found


def _got(words: Iterable[str]) -> Named:
    """`go get`: a wildcard is only looked for where no requirement matches, and what has to go is a module."""
    paths = [_split(word) for word in words]
    if any(it.version == "@" for it in paths):
        return Named(alone=True)
    wanted = [
        Path(posixpath.normpath(it.path), it.version, searched=it.version != "none")
        for it in paths
        if "..." not in it.path and not it.path.startswith((".", "/"))
    ]
    return Named(tuple(_fetchable(wanted)))


def _ran(words: Sequence[str]) -> Named:
    """`go install` and `go run` with a version, which all packages share; the module of the first one is looked for."""
    if not any("@" in word and not word.startswith((".", "/")) for word in words):
        return Named()
    paths = [_split(word) for word in words]
    first = Path(_before_wildcard(paths[0].path), paths[0].version, searched=True)
    refused = len({it.version for it in paths}) > 1 or first.version in ("", "@")
    return Named(() if refused else tuple(_fetchable([first])), alone=True, outside=True)


def _split(word: str) -> Path:
    """Path and version; the version is `@` where go refuses it."""
    path, at, version = word.partition("@")
    return Path(path, "@" if at and (not version or "@" in version) else version)


def _fetchable(paths: Iterable[Path]) -> list[Path]:
    return [it for it in paths if it.version != "@" and is_import_path(it.path) and "." in it.path.split("/", 1)[0]]


def _before_wildcard(path: str) -> str:
    start = path.find("...")
    return path if start < 0 else posixpath.dirname(path[: start + 3])
