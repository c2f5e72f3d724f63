"""Which location answers a path (https://nginx.org/en/docs/http/ngx_http_core_module.html#location)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, Literal, NamedTuple, TypeVar

from policygate.facts.nginx.automaton import Automaton, automaton
from policygate.facts.syntax.budget import Budget

Owner = TypeVar("Owner")
Modifier = Literal["", "=", "^~", "~", "~*", "@"]
_MODIFIERS: tuple[Modifier, ...] = ("=", "^~", "~*", "~", "@")


def modifier_of(args: list[str]) -> tuple[Modifier, str]:
    """The modifier and the pattern of a `location`; they need no space between them."""
    if len(args) > 1:
        return next((each for each in _MODIFIERS if each == args[0]), ""), args[1]
    written = args[0] if args else ""
    for modifier in _MODIFIERS:
        if written.startswith(modifier):
            return modifier, written if modifier == "@" else written[len(modifier) :]
    return "", written


class Verdict(NamedTuple, Generic[Owner]):
    """What answers a path."""

    kind: Literal["location", "none", "redirect", "unknown"]
    """`redirect` to the same path with a slash; `unknown` when a regular expression cannot be decided."""
    owner: Owner | None
    """The location, or the one whose pattern cannot be decided."""


@dataclass
class Place(Generic[Owner]):
    """One location as it takes part in the choice."""

    modifier: Modifier
    pattern: str
    owner: Owner
    inner: "Places[Owner]"
    redirects: bool = False
    """Whether its path without the final slash leads to it: it hands requests over."""

    @cached_property
    def automaton(self) -> Automaton | None:
        """That of its regular expression, when it can be decided."""
        return automaton(self.pattern, caseless=self.modifier == "~*")


@dataclass
class Places(Generic[Owner]):
    """The locations of one block."""

    exact: dict[str, Place[Owner]] = field(default_factory=dict)
    prefixes: dict[str, Place[Owner]] = field(default_factory=dict)
    regexes: list[Place[Owner]] = field(default_factory=list)

    def add(self, place: Place[Owner]) -> None:
        """Add a location; those with regular expressions count in this order. Named ones answer no path."""
        match place.modifier:
            case "=":
                self.exact.setdefault(place.pattern, place)
            case "" | "^~":
                self.prefixes.setdefault(place.pattern, place)
            case "~" | "~*":
                self.regexes.append(place)
            case "@":
                pass

    def every(self) -> Iterator[Place[Owner]]:
        """All locations, inner ones after the one that holds them."""
        for place in (*self.exact.values(), *self.prefixes.values(), *self.regexes):
            yield place
            yield from place.inner.every()

    def answer(self, path: str, budget: Budget) -> Verdict[Owner]:
        """What answers a path that is `normalised`.

        Raises: TooLargeError.
        """
        return self._found(path, budget)[0]

    def _found(self, path: str, budget: Budget) -> tuple[Verdict[Owner], bool]:
        """What answers, and whether no regular expression of an outer block can change that."""
        if path in self.exact:
            return Verdict("location", self.exact[path].owner), True
        if redirecting := self._redirecting(path):
            return Verdict("redirect", redirecting.owner), True
        prefix = self._longest(path)
        best: Verdict[Owner] = Verdict("none", None)
        if prefix:
            best, final = prefix.inner._found(path, budget)
            if final:
                return best, True
            if best.kind == "none":
                best = Verdict("location", prefix.owner)
        if not prefix or prefix.modifier != "^~":
            for place in self.regexes:
                if found := _by_regex(place, path, budget):
                    return found, True
        return best, False

    def _longest(self, path: str) -> Place[Owner] | None:
        found = (self.prefixes.get(path[:length]) for length in range(len(path), -1, -1))
        return next((place for place in found if place), None)

    def _redirecting(self, path: str) -> Place[Owner] | None:
        """The location that answers the path with a slash, when nothing is there for the path itself."""
        if path in self.prefixes:
            return None
        places = (self.exact.get(f"{path}/"), self.prefixes.get(f"{path}/"))
        return next((place for place in places if place and place.redirects), None)


def _by_regex(place: Place[Owner], path: str, budget: Budget) -> Verdict[Owner] | None:
    """What a location with a regular expression answers; None when it does not."""
    pattern = place.automaton
    if pattern is None:
        return Verdict("unknown", place.owner)
    if not pattern.matches(path.encode("latin-1", "replace"), budget):
        return None
    inner, _ = place.inner._found(path, budget)
    return inner if inner.kind != "none" else Verdict("location", place.owner)
