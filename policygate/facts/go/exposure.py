"""What parties outside learn of what go commands ask for: exposures (https://go.dev/ref/mod#privacy)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from policygate.facts.go.use import Use, covered_by
from policygate.facts.model import Exposure, ProxyEntry, Setting
from policygate.facts.own import Surroundings
from policygate.location import At


class Wanted(NamedTuple):
    """The private modules that a use asks for, for one reason."""

    asked: Literal["required", "named", "prefix"]
    modules: tuple[str, ...] = ()
    """What proxies are asked for."""
    unsummed: tuple[str, ...] = ()
    """What is looked up in the checksum database."""
    command: str = ""
    """The text of the command that names them."""
    place: At | None = None
    assumes: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[object, ...]:
        """Equal for requirements whatever command needs them, and for one command."""
        start = self.place.start if self.place else None
        spot = (self.place.path, start.line, start.column) if self.place and start else ()
        return (self.asked, self.modules, self.unsummed, self.command, spot)


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
class Group:
    """Contexts that run with the same settings and ask for the same private modules."""

    use: Use
    wanted: Wanted
    surroundings: Surroundings
    contexts: set[str] = field(default_factory=set)

    def exposures(self) -> Iterator[Exposure]:
        """One for each party outside."""
        named = self.wanted.place
        for leak in (*self._through_proxies(), *self._through_lookups()):
            default = leak.setting.at.origin == "default"
            yield Exposure(
                through=leak.through,
                party=leak.party,
                modules=sorted(leak.modules),
                contexts=sorted(self.contexts),
                asked=self.wanted.asked,
                reason=leak.reason,
                at=named or (self.use.place.standing_for("default") if default else leak.at),
                scope=self.wanted.command or leak.setting.scope,
                assumes=[*self._assumes(leak.setting), *self.wanted.assumes],
            )

    def _through_proxies(self) -> Iterator[_Leak]:
        modules = covered_by(self.use.no_proxy, self.wanted.modules, wanted=False)
        for entry, reason in _askable(self.use.proxy.chain) if modules else ():
            yield _Leak("proxy", entry.host, modules, reason, self.use.proxy, entry.at)

    def _through_lookups(self) -> Iterator[_Leak]:
        modules = self.use.looks_up(self.wanted.unsummed)
        if modules:
            responsible = self.use.no_sumdb or self.use.sumdb
            yield _Leak("sumdb", self.use.sumdb.name, modules, "lookup", responsible, responsible.at)

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
        if entry.kind not in ("proxy", "file") or entry.problem:
            return
        if entry.role == "outside":
            yield entry, reason
        reason = "pipe" if entry.separator == "|" else "comma"


def merge(exposures: Iterable[Exposure]) -> list[Exposure]:
    """One exposure for all contexts in which the same party learns the same modules by the same setting, by place.

    A command that a file repeats is one exposure as well, where it stands first.
    """
    merged: dict[tuple[str, ...], Exposure] = {}
    for exposure in sorted(exposures, key=_order):
        repeated = exposure.asked != "required"
        said = exposure.model_dump_json(exclude={"contexts", "at"} if repeated else {"contexts"})
        key = (said, exposure.at.path)
        earlier = merged.get(key, exposure)
        contexts = sorted({*exposure.contexts, *earlier.contexts})
        merged[key] = earlier.model_copy(update={"contexts": contexts})
    return sorted(merged.values(), key=_order)


def _order(exposure: Exposure) -> tuple[object, ...]:
    start = exposure.at.start
    return (exposure.at.path, start.line, start.column, exposure.through, exposure.party, exposure.contexts)
