"""With which settings go commands run: what each variable may be in a context, all combinations once."""

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import islice, product
from typing import NamedTuple

from policygate.facts.go.arguments import Line, Named, named_by, split_line
from policygate.facts.go.pattern import matches
from policygate.facts.model import Command, Context, PatternSetting, ProxySetting, Setting, SumdbSetting
from policygate.facts.own import FAMILIES, Surroundings
from policygate.location import At

_OFFLINE = frozenset({"bug", "env", "help", "mod edit", "mod init", "telemetry", "version"})
_CACHES = frozenset({"cache", "fuzzcache", "modcache", "testcache"})
_GO_TOOLS = frozenset(
    {"addr2line", "api", "asm", "buildid", "cgo", "compile", "covdata", "cover", "dist", "distpack", "doc", "fix"}
    | {"link", "nm", "objdump", "pack", "pprof", "preprofile", "test2json", "trace", "vet"}
)
_NEEDS_SOURCES_ONLY = frozenset(
    {"build", "clean", "doc", "fix", "fmt", "generate", "install", "list", "run", "test", "tool", "vet"}
)
_ADDS_SUMS = frozenset({"get", "mod download", "mod graph", "mod tidy", "mod verify", "mod why", "work sync"})
_OUTSIDE_WORKSPACES = frozenset({"get", "mod tidy", "mod vendor"})
_DEVELOPERS = frozenset(
    {"shell", "env_file", "go_env_file", "environment", "makefile", "compose_service", "devcontainer"}
)
_MAX_COMBINATIONS = 16


class Use(NamedTuple):
    """One combination of settings that go commands of a context run with."""

    proxy: ProxySetting
    no_proxy: PatternSetting | None
    sumdb: SumdbSetting
    no_sumdb: PatternSetting | None
    adds_sums: bool
    """Whether what go.sum lacks is looked up in the checksum database."""
    upgrades: bool
    """Whether what is required is fetched in versions that go.sum does not hold yet."""
    vendor: bool
    """Whether packages come from vendor directories where there are any."""
    workspace: bool
    """Whether a go.work counts where there is one."""
    named: Named
    command: str
    """The text of the command; empty for a context without any."""
    place: At
    """Where a missing setting is missed: the command, else the context."""
    family: str
    open: bool
    """Whether something outside the repository may set what is not set here."""

    @property
    def identity(self) -> tuple[object, ...]:
        """Equal for uses that differ in their place only: typed settings are shared objects, defaults are alike."""
        parts = (self.proxy, self.no_proxy, self.sumdb, self.no_sumdb)
        marks = tuple(None if part is None or part.at.origin == "default" else id(part) for part in parts)
        return (*marks, self.adds_sums, self.family if self.open else "")

    def looks_up(self, paths: Iterable[str]) -> list[str]:
        """Those of the modules without lines in go.sum that are looked up in a database outside.

        A module is checked once it is fetched: under GOPROXY=off none is, but for those that no proxy is asked for.
        """
        known = self.sumdb.confidence != "unknown" or self.sumdb.at.origin == "default"
        if not known or self.sumdb.off or self.sumdb.problem or self.sumdb.role == "own":
            return []
        uncovered = covered_by(self.no_sumdb, paths, wanted=False)
        if self.proxy.chain and self.proxy.chain[0].kind == "off":
            return covered_by(self.no_proxy, uncovered)
        return uncovered


def uses(context: Context, surroundings: Surroundings) -> Iterator[Use]:
    """Every combination for every command that fetches something, 16 for one command at most."""
    family = FAMILIES[context.kind]
    commands: Sequence[Command | None] = [command for command in context.commands if not _is_offline(command)]
    if not context.commands:
        commands = [None]
    for command in commands:
        chosen = {
            name: _candidates(context, command, name)
            for name in ("GOPROXY", "GONOPROXY", "GOPRIVATE", "GOSUMDB", "GONOSUMDB")
        }
        named = named_by(command.verb, command.arguments) if command else Named()
        line = split_line(command.verb, command.arguments) if command else Line({}, ())
        mod_mod = command is not None and _mod_mod(context, command, line.flags.get("mod"))
        combinations = product(*chosen.values())
        for proxy, no_proxy, private, sumdb, no_sumdb in islice(combinations, _MAX_COMBINATIONS):
            if not isinstance(proxy, ProxySetting) or not isinstance(sumdb, SumdbSetting):
                continue
            yield Use(
                proxy=proxy,
                no_proxy=_patterns(no_proxy, private),
                sumdb=sumdb,
                no_sumdb=_patterns(no_sumdb, private),
                adds_sums=mod_mod or (_adds_sums(command, line.flags) if command else context.kind in _DEVELOPERS),
                upgrades=_upgrades(line) if command else context.kind in _DEVELOPERS,
                vendor=command is not None and command.verb in _NEEDS_SOURCES_ONLY and not mod_mod,
                workspace=_in_workspaces(context, command),
                named=named,
                command=command.text if command else "",
                place=command.at if command else context.at,
                family=family,
                open=family not in surroundings.outer,
            )


def _is_offline(command: Command) -> bool:
    """Whether a command loads no package and no module graph; `go fmt ./...` and `go clean` do."""
    line = split_line(command.verb, command.arguments)
    if command.verb == "clean":
        return not line.words and not _CACHES.isdisjoint(line.flags)
    if command.verb == "tool":
        return not line.words or line.words[0] in _GO_TOOLS
    return command.verb in _OFFLINE


def covered_by(patterns: PatternSetting | None, paths: Iterable[str], *, wanted: bool = True) -> list[str]:
    """The paths that a pattern covers, or those that none does; neither when the patterns are not known."""
    if patterns is None:
        return [] if wanted else list(paths)
    if patterns.confidence == "unknown":
        return []
    texts = [pattern.text for pattern in patterns.patterns]
    return [path for path in paths if matches(texts, path) == wanted]


def _candidates(context: Context, command: Command | None, name: str) -> Sequence[Setting | None]:
    """What a variable may be for a command: the shell's values, and the context's unless those are certain."""
    held: list[Setting | None] = list(getattr(command.settings, name)) if command else []
    if _may_be_unset(held):
        held += getattr(context.settings, name)
    return [*held, None] if _may_be_unset(held) else held


def _may_be_unset(held: Sequence[Setting | None]) -> bool:
    """Whether none of the values may be in force; `unless X is set` means that another one is when it is not."""
    last = held[-1] if held else None
    return last is None or (bool(last.condition) and not last.condition.startswith("unless "))


def _patterns(specific: Setting | None, private: Setting | None) -> PatternSetting | None:
    """GONOPROXY or GONOSUMDB where it is set to something, else GOPRIVATE: they replace it, they are not merged."""
    for setting in (specific, private):
        if isinstance(setting, PatternSetting) and not setting.empty:
            return setting
    return None


def _adds_sums(command: Command, flags: Container[str]) -> bool:
    """`go list -m -u` does as well: it reads the go.mod of newer versions, to see which ones are retracted."""
    return command.verb in _ADDS_SUMS or (command.verb == "list" and "m" in flags and "u" in flags)


def _upgrades(line: Line) -> bool:
    """Whether `-u` is there and meant for what the module requires; `go get -u PACKAGE` is for the package's own."""
    return "u" in line.flags and all(word == "all" or word.startswith((".", "/")) for word in line.words)


def _in_workspaces(context: Context, command: Command | None) -> bool:
    held = [*(command.settings.GOWORK if command else ()), *context.settings.GOWORK]
    return all(it.value in ("", "auto") for it in held) and not (command and command.verb in _OUTSIDE_WORKSPACES)


def _mod_mod(context: Context, command: Command, flag: str | None) -> bool:
    """Whether `-mod=mod` is in force, by a flag of the command or by GOFLAGS."""
    if flag is None and command.verb == "test" and "-mod=mod" in command.arguments:
        return True
    if flag is not None:
        return flag == "mod"
    flags = _candidates(context, command, "GOFLAGS")[0]
    return flags is not None and "-mod=mod" in flags.value.split()
