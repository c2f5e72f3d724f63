"""Exposures: which party outside the organisation learns the names of private modules (https://go.dev/ref/mod#privacy)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Literal, NamedTuple

from policygate.facts.go.pattern import matches
from policygate.facts.link.go_modules import replacement
from policygate.facts.model import (
    Command,
    Context,
    Exposure,
    FileFacts,
    Go,
    Module,
    Own,
    PatternSetting,
    ProxyEntry,
    ProxySetting,
    Setting,
    SumdbSetting,
)
from policygate.facts.own import FAMILIES, Surroundings, is_private
from policygate.location import At

_OFFLINE = frozenset(
    {"bug", "clean", "doc", "env", "fix", "fmt", "help", "mod edit", "mod init", "telemetry", "version"}
)
_NEEDS_SOURCES_ONLY = frozenset({"build", "generate", "install", "list", "run", "test", "vet"})
_ADDS_SUMS = frozenset({"get", "mod tidy", "work sync"})
_DEVELOPERS = frozenset(
    {"shell", "env_file", "go_env_file", "environment", "makefile", "compose_service", "devcontainer"}
)
_MAX_COMBINATIONS = 16


def link(files: FileFacts, surroundings: Surroundings, go: Go) -> Go:  # noqa: ARG001 - every linker has this form
    """Add the exposures, once for equal settings, sorted by place."""
    private = _PrivateModules(go.modules, surroundings.own)
    groups: dict[tuple[object, ...], _Group] = {}
    for context in go.contexts:
        for use in _uses(context, surroundings):
            modules = private.of(context.modules, vendor=use.vendor)
            if modules:
                groups.setdefault((*use.identity, modules), _Group(use, modules, surroundings)).contexts.add(context.id)
    exposures = [exposure for group in groups.values() for exposure in group.exposures()]
    return go.model_copy(update={"exposures": sorted(_merged(exposures), key=_order)})


class _Use(NamedTuple):
    """One combination of settings that go commands of a context run with."""

    proxy: ProxySetting
    no_proxy: PatternSetting | None
    sumdb: SumdbSetting
    no_sumdb: PatternSetting | None
    adds_sums: bool
    vendor: bool
    """Whether packages come from vendor directories where there are any."""
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


def _uses(context: Context, surroundings: Surroundings) -> Iterator[_Use]:
    family = FAMILIES[context.kind]
    commands: Sequence[Command | None] = [c for c in context.commands if c.verb not in _OFFLINE]
    if not context.commands:
        commands = [None]
    for command in commands:
        chosen = {
            name: _candidates(context, command, name)
            for name in ("GOPROXY", "GONOPROXY", "GOPRIVATE", "GOSUMDB", "GONOSUMDB")
        }
        combinations = product(*chosen.values())
        for proxy, no_proxy, private, sumdb, no_sumdb in islice(combinations, _MAX_COMBINATIONS):
            if not isinstance(proxy, ProxySetting) or not isinstance(sumdb, SumdbSetting):
                continue
            yield _Use(
                proxy=proxy,
                no_proxy=_patterns(no_proxy, private),
                sumdb=sumdb,
                no_sumdb=_patterns(no_sumdb, private),
                adds_sums=_adds_sums(context, command),
                vendor=command is not None and command.verb in _NEEDS_SOURCES_ONLY and not _mod_mod(context, command),
                place=command.at if command else context.at,
                family=family,
                open=family not in surroundings.outer,
            )


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


def _adds_sums(context: Context, command: Command | None) -> bool:
    """Whether go.sum lines are added, which is when the checksum database is asked."""
    if command is None:
        return context.kind in _DEVELOPERS
    return command.verb in _ADDS_SUMS or _mod_mod(context, command)


def _mod_mod(context: Context, command: Command) -> bool:
    flags = _candidates(context, command, "GOFLAGS")[0]
    return "-mod=mod" in command.arguments or (flags is not None and "-mod=mod" in flags.value.split())


@dataclass
class _PrivateModules:
    """The private module paths that the modules of a context require, as the go command would ask for them."""

    modules: Sequence[Module]
    own: Own
    known: dict[tuple[tuple[str, ...], bool], tuple[str, ...]] = field(default_factory=dict)

    def of(self, files: Iterable[str], *, vendor: bool) -> tuple[str, ...]:
        """Sorted paths; all modules count when it is not known which ones a context builds."""
        key = (tuple(files), vendor)
        if key not in self.known:
            chosen = [m for m in self.modules if not key[0] or m.file in key[0]]
            inside = {m.path for m in self.modules}
            paths = {path for m in chosen if not (vendor and m.vendored) for path in self._asked(m)}
            self.known[key] = tuple(sorted(paths - inside))
        return self.known[key]

    def _asked(self, module: Module) -> Iterator[str]:
        for require in module.requires:
            replace = replacement(module, require) if module.replaces else None
            path = require.path if replace is None else "" if replace.local else replace.new_path
            if path and is_private(path, self.own):
                yield path


class _Leak(NamedTuple):
    """One way in which a party outside learns module paths."""

    through: Literal["proxy", "sumdb"]
    party: str
    modules: list[str]
    reason: Literal["first", "comma", "pipe", "lookup"]
    setting: Setting
    """The setting responsible, a default included."""
    at: At


@dataclass
class _Group:
    """Contexts that run with the same settings and build the same private modules."""

    use: _Use
    modules: tuple[str, ...]
    surroundings: Surroundings
    contexts: set[str] = field(default_factory=set)

    def exposures(self) -> Iterator[Exposure]:
        for leak in (*self._through_proxies(), *self._through_lookups()):
            default = leak.setting.at.origin == "default"
            yield Exposure(
                through=leak.through,
                party=leak.party,
                modules=leak.modules,
                contexts=sorted(self.contexts),
                reason=leak.reason,
                at=self.use.place.standing_for("default") if default else leak.at,
                scope=leak.setting.scope,
                assumes=list(self._assumes(leak.setting)),
            )

    def _through_proxies(self) -> Iterator[_Leak]:
        modules = self._uncovered(self.use.no_proxy)
        for entry, reason in _askable(self.use.proxy.chain) if modules else ():
            yield _Leak("proxy", entry.host, modules, reason, self.use.proxy, entry.at)

    def _through_lookups(self) -> Iterator[_Leak]:
        sumdb = self.use.sumdb
        known = sumdb.confidence != "unknown" or sumdb.at.origin == "default"
        asked = self.use.adds_sums and known and not sumdb.off and not sumdb.problem and sumdb.role != "own"
        modules = self._uncovered(self.use.no_sumdb) if asked else []
        if modules:
            responsible = self.use.no_sumdb or sumdb
            yield _Leak("sumdb", sumdb.name, modules, "lookup", responsible, responsible.at)

    def _uncovered(self, patterns: PatternSetting | None) -> list[str]:
        """The modules that no pattern covers; none when the patterns are not known."""
        if patterns is None:
            return list(self.modules)
        if patterns.confidence == "unknown":
            return []
        texts = [pattern.text for pattern in patterns.patterns]
        return [path for path in self.modules if not matches(texts, path)]

    def _assumes(self, setting: Setting) -> Iterator[str]:
        own = self.surroundings.own
        if not own.stated:
            prefixes = ", ".join(f"`{prefix}`" for prefix in own.private)
            yield f"{prefixes} is private (`own.modules` in policygate.yaml would say so)"
        absent = self.use.no_proxy is None or self.use.no_sumdb is None
        if self.use.open and (absent or setting.at.origin == "default"):
            yield f"nothing outside the repository sets it (`outer.{self.use.family}` in policygate.yaml would say so)"
        if setting.condition.startswith("unless "):
            yield f"it is not the case that {setting.condition.removeprefix('unless ')}"


def _askable(chain: Sequence[ProxyEntry]) -> Iterator[tuple[ProxyEntry, Literal["first", "comma", "pipe"]]]:
    """The outside proxies that a request for a module may come to, and how.

    After an outside proxy that is not the last one the next may be asked too. The walk ends at the first element that
    go refuses or that is dynamic, because nothing is known of what follows.
    """
    reason: Literal["first", "comma", "pipe"] = "first"
    for entry in chain:
        if entry.kind not in ("proxy", "file"):
            return
        if entry.problem:
            return
        if entry.role == "outside":
            yield entry, reason
        reason = "pipe" if entry.separator == "|" else "comma"


def _merged(exposures: Iterable[Exposure]) -> list[Exposure]:
    """One exposure for all contexts in which the same party learns the same modules by the same setting."""
    merged: dict[str, Exposure] = {}
    for exposure in exposures:
        key = exposure.model_dump_json(exclude={"contexts"})
        earlier = merged.get(key)
        contexts = sorted({*exposure.contexts, *(earlier.contexts if earlier else ())})
        merged[key] = exposure.model_copy(update={"contexts": contexts})
    return list(merged.values())


def _order(exposure: Exposure) -> tuple[object, ...]:
    start = exposure.at.start
    return (exposure.at.path, start.line, start.column, exposure.through, exposure.party, exposure.contexts)
