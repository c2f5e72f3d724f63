"""Regular expressions as automata: whether one matches a path, and a path that it matches, in time that has a bound."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from policygate.facts.net.nginx_regex import Anchor, Chars, Choice, Node, Repeat, Sequence, UndecidableError, parse
from policygate.facts.syntax.budget import Budget

_STATES = 2000
"""The largest automaton; a pattern that needs more is not decided."""
_TRIES = 400
"""The sets of states that a search for a path looks at."""
_KEPT = 2000
"""The steps of one automaton that are remembered."""
_LONGEST = 60
"""The characters that it adds."""
_NICE = b"xaeioutnsrlbcdfghjkmpqvwyz0123456789-_.~/ABCDEFGHIJKLMNOPQRSTUVWXYZ!$'()*+,;=:@"
"""The characters of a path that need no escape, the most readable first."""


States = frozenset[int]
Sides = frozenset[str]
_NOWHERE: Sides = frozenset()
_START: Sides = frozenset({"start"})
_END: Sides = frozenset({"end", "very end"})


@dataclass
class Automaton:
    """States with their ways on; state 0 accepts."""

    masks: list[int] = field(default_factory=lambda: [0])
    """By state the bytes that lead on; 0 for a state that needs none."""
    targets: list[int] = field(default_factory=lambda: [0])
    """By state where such a byte leads."""
    jumps: list[tuple[tuple[str, int], ...]] = field(default_factory=lambda: [()])
    """By state where it leads without a byte, and under which condition: that of an anchor, or none."""
    first: int = 0
    _ways: "dict[tuple[States, int, Sides], States]" = field(default_factory=dict)
    _closures: "dict[tuple[States, Sides], States]" = field(default_factory=dict)
    _completions: "dict[States, bytes | None]" = field(default_factory=dict)

    def matches(self, path: bytes, budget: Budget) -> bool:
        """Whether some part of a path matches.

        Raises: TooLargeError.
        """
        states = self._start
        for index, byte in enumerate(path):
            sides = _sides(path, index)
            if 0 in self._closed(states, sides, budget):
                return True
            states = self._after(states, byte, sides, budget)
        return 0 in self._closed(states, _sides(path, len(path)), budget)

    def completion(self, start: bytes, budget: Budget) -> bytes | None:
        """What makes a match out of the start of a path, as short as can be; None when nothing was found.

        `start` is not empty. Raises: TooLargeError.
        """
        states = self._start
        for index, byte in enumerate(start):
            states = self._after(states, byte, _START if index == 0 else _NOWHERE, budget)
        if states not in self._completions:
            self._completions[states] = self._search(states, budget)
        return self._completions[states]

    def _search(self, states: States, budget: Budget) -> bytes | None:
        """The shortest way from the middle of a path to its end, through sets of states."""
        waiting, seen = deque([(states, b"")]), {states}
        while waiting:
            states, added = waiting.popleft()
            if 0 in self._closed(states, _END, budget):
                return added
            for byte in self._choices(self._closed(states, _NOWHERE, budget)) if len(added) < _LONGEST else ():
                further = self._after(states, byte, _NOWHERE, budget)
                if further not in seen and len(seen) < _TRIES:
                    seen.add(further)
                    waiting.append((further, added + bytes([byte])))
        return None

    def _choices(self, states: Iterable[int]) -> Iterator[int]:
        """A byte for each way on."""
        for mask in dict.fromkeys(self.masks[state] for state in sorted(states)):
            byte = next((each for each in _NICE if mask >> each & 1), None)
            if byte is not None:
                yield byte

    @property
    def _start(self) -> States:
        return frozenset((self.first,))

    def _after(self, states: States, byte: int, sides: Sides, budget: Budget) -> States:
        """Where a byte leads; a match may begin behind it, too."""
        budget.spend(1)
        known = self._ways.get((states, byte, sides))
        if known is None:
            closed = self._closed(states, sides, budget)
            known = frozenset((self.first, *(self.targets[state] for state in closed if self.masks[state] >> byte & 1)))
            if len(self._ways) < _KEPT:
                self._ways[states, byte, sides] = known
        return known

    def _closed(self, states: States, sides: Sides, budget: Budget) -> States:
        """With all states that are reached without a byte."""
        known = self._closures.get((states, sides))
        if known is None:
            found, waiting = set(states), list(states)
            while waiting:
                for condition, target in self.jumps[waiting.pop()]:
                    if target not in found and (not condition or condition in sides):
                        found.add(target)
                        waiting.append(target)
            budget.spend(len(found))
            known = frozenset(found)
            if len(self._closures) < _KEPT:
                self._closures[states, sides] = known
        return known

    def add(self, node: Node, target: int) -> int:
        """Put a part in front of a state; the state where it begins.

        Raises: UndecidableError.
        """
        match node:
            case Chars(mask):
                return self._state(mask, target)
            case Anchor(side):
                return self._state(0, 0, (side, target))
            case Sequence(parts):
                for part in reversed(parts):
                    target = self.add(part, target)
                return target
            case Choice(parts):
                return self._state(0, 0, *(("", self.add(part, target)) for part in parts))
            case Repeat(part, least, most):
                return self._repeated(part, least, most, target)

    def _repeated(self, part: Node, least: int, most: int, target: int) -> int:
        if most < 0:
            loop = self._state(0, 0, ("", target))
            self.jumps[loop] = (("", self.add(part, loop)), ("", target))
            target = loop
        for _ in range(max(0, most - least)):
            target = self._state(0, 0, ("", self.add(part, target)), ("", target))
        for _ in range(least):
            target = self.add(part, target)
        return target

    def _state(self, mask: int, target: int, *jumps: tuple[str, int]) -> int:
        if len(self.masks) == _STATES:
            raise UndecidableError("too large")
        self.masks.append(mask)
        self.targets.append(target)
        self.jumps.append(jumps)
        return len(self.masks) - 1


@lru_cache(maxsize=100)
def automaton(pattern: str, *, caseless: bool) -> Automaton | None:
    """The automaton of a pattern; None when it cannot be decided here what the pattern matches."""
    made = Automaton()
    try:
        made.first = made.add(parse(pattern, caseless=caseless), 0)
    except UndecidableError:
        return None
    return made


def _sides(path: bytes, index: int) -> Sides:
    """Which anchors hold before a byte."""
    sides = _START if index == 0 else _NOWHERE
    if index == len(path):
        return sides | _END
    return sides | {"end"} if index == len(path) - 1 and path[index] == ord("\n") else sides
