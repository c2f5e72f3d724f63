"""Regular expressions as automata: whether one matches a path, and a path that it matches, in time that has a bound."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from policygate.facts.nginx.regex import Anchor, Chars, Choice, Node, Repeat, Sequence, UndecidableError, parse
from policygate.facts.syntax.budget import Budget

_STATES = 2000
"""The largest automaton; a pattern that needs more is not decided."""
_TRIES = 400
"""The sets of states that a search for a path looks at."""
_KEPT = 2000
"""The sets of states of one automaton that are remembered."""
_LONGEST = 60
"""The characters that a search adds."""
_NICE = b"xaeioutnsrlbcdfghjkmpqvwyz0123456789-_.~/ABCDEFGHIJKLMNOPQRSTUVWXYZ!$'()*+,;=:@"
"""The characters of a path that need no escape, the most readable first."""
_NEWLINE = ord("\n")
_NOWHERE: frozenset[str] = frozenset()
_END = frozenset({"end", "very end"})
_BEGIN: frozenset[int] = frozenset((-1,))
"""Stands for the states before the first byte."""


@dataclass(eq=False, slots=True)
class _Stop:
    """All the states that a path may have led to so far."""

    states: frozenset[int]
    sides: frozenset[str]
    """`start` before the first byte."""
    closed: frozenset[int]
    """Those states, and what is reached from them without a byte."""
    accepts: bool
    accepts_at_end: bool
    ways: "dict[int, _Stop]" = field(default_factory=dict)


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
    _stops: dict[frozenset[int], _Stop] = field(default_factory=dict)
    _completions: dict[_Stop, bytes | None] = field(default_factory=dict)

    def matches(self, path: bytes, budget: Budget) -> bool:
        """Whether some part of a path matches.

        Raises: TooLargeError.
        """
        budget.spend(len(path))
        last = len(path) - 1 if path.endswith(b"\n") else len(path)
        stop = self._begin(budget)
        for byte in path[:last]:
            if stop.accepts:
                return True
            stop = stop.ways.get(byte) or self._after(stop, byte, budget)
        if last == len(path):
            return stop.accepts_at_end
        before = self._closed(stop.states, stop.sides | {"end"}, budget)
        return 0 in before or self._stop(self._led(before, _NEWLINE), budget).accepts_at_end

    def completion(self, start: bytes, budget: Budget) -> bytes | None:
        """What makes a match out of the start of a path, as short as can be; None when nothing was found.

        Raises: TooLargeError.
        """
        budget.spend(len(start))
        stop = self._begin(budget)
        for byte in start:
            stop = stop.ways.get(byte) or self._after(stop, byte, budget)
        if stop not in self._completions:
            self._completions[stop] = self._search(stop, budget)
        return self._completions[stop]

    def _search(self, stop: _Stop, budget: Budget) -> bytes | None:
        """The shortest way to the end of a path, through sets of states."""
        waiting, seen = deque([(stop, b"")]), {stop.states}
        while waiting:
            stop, added = waiting.popleft()
            if stop.accepts_at_end:
                return added
            for byte in self._choices(stop.closed) if len(added) < _LONGEST else ():
                further = stop.ways.get(byte) or self._after(stop, byte, budget)
                if further.states not in seen and len(seen) < _TRIES:
                    seen.add(further.states)
                    waiting.append((further, added + bytes([byte])))
        return None

    def _choices(self, states: Iterable[int]) -> Iterator[int]:
        """A byte for each way on."""
        for mask in dict.fromkeys(self.masks[state] for state in sorted(states)):
            byte = next((each for each in _NICE if mask >> each & 1), None)
            if byte is not None:
                yield byte

    def _begin(self, budget: Budget) -> _Stop:
        """Before the first byte; no later place is like it."""
        return self._stops.get(_BEGIN) or self._stop(_BEGIN, budget)

    def _after(self, stop: _Stop, byte: int, budget: Budget) -> _Stop:
        """Where a byte leads."""
        states = self._led(stop.closed, byte)
        further = self._stops.get(states) or self._stop(states, budget)
        if len(self._stops) < _KEPT:
            stop.ways[byte] = further
        return further

    def _led(self, closed: Iterable[int], byte: int) -> frozenset[int]:
        """The states that a byte leads to; a match may begin behind it, too."""
        return frozenset((self.first, *(self.targets[state] for state in closed if self.masks[state] >> byte & 1)))

    def _stop(self, states: frozenset[int], budget: Budget) -> _Stop:
        begins = states is _BEGIN
        sides = frozenset({"start"}) if begins else _NOWHERE
        states = frozenset((self.first,)) if begins else states
        closed, at_end = self._closed(states, sides, budget), self._closed(states, sides | _END, budget)
        stop = _Stop(states, sides, closed, 0 in closed, 0 in at_end)
        if len(self._stops) < _KEPT:
            self._stops[_BEGIN if begins else states] = stop
        return stop

    def _closed(self, states: frozenset[int], sides: frozenset[str], budget: Budget) -> frozenset[int]:
        """With all states that are reached without a byte."""
        found, waiting = set(states), list(states)
        while waiting:
            for condition, target in self.jumps[waiting.pop()]:
                if target not in found and (not condition or condition in sides):
                    found.add(target)
                    waiting.append(target)
        budget.spend(50 + 10 * len(found))
        return frozenset(found)

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


def automaton(pattern: str, *, caseless: bool) -> Automaton | None:
    """The automaton of a pattern; None when it cannot be decided here what the pattern matches."""
    made = Automaton()
    try:
        made.first = made.add(parse(pattern, caseless=caseless), 0)
    except UndecidableError:
        return None
    return made
