"""What the variables of a configuration may hold, as far as it says so itself: by `set`, `map` and `geo`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from policygate.facts.net.nginx_blocks import Node, Site

_NAME = re.compile(r"\$(?:\{(\w{1,100})\}|(\w{1,100}))")
_MOST = 30
"""The values that are looked at."""
_TABLES = frozenset({"map", "geo", "split_clients"})


def names_in(text: str) -> list[str]:
    """The variables in a text, lower case, each once."""
    return list(dict.fromkeys((one or other).lower() for one, other in _NAME.findall(text)))


@dataclass(frozen=True)
class Value:
    """One value that a text may have."""

    text: str
    """Variables that nothing is known of are left in it."""
    said_by: tuple[Node, ...] = ()
    """The directives that give their values to its variables."""


@dataclass
class Variables:
    """The variables of one server."""

    site: Site
    _given: dict[str, list[Node]] = field(default_factory=dict)

    @cached_property
    def _known(self) -> dict[str, list[tuple[str, Node]]]:
        """By name the values, and what says so."""
        known: dict[str, list[tuple[str, Node]]] = {}
        for node in self.site.node.every():
            if node.name == "set" and node.args:
                value = node.args[1] if len(node.args) > 1 else f"${node.args[0]}?"
                known.setdefault(node.args[0].lstrip("$").lower(), []).append((value, node))
        for table in self._tables():
            name = table.args[-1].lstrip("$").lower()
            known.setdefault(name, []).extend((entry.args[0], entry) for entry in table.own("entry"))
        return known

    def _tables(self) -> Iterator[Node]:
        for block in self.site.node.around():
            for node in block.inner:
                if node.name in _TABLES and node.args:
                    yield node

    def values(self, text: str) -> list[Value]:
        """What a text may be once nginx has put in the values of its variables."""
        done: list[Value] = []
        waiting = [(Value(text), frozenset[str]())]
        while waiting and len(done) + len(waiting) <= _MOST:
            value, used = waiting.pop()
            name = next((name for name in names_in(value.text) if name in self._known and name not in used), None)
            if name is None:
                done.append(value)
                continue
            for known, node in self._known[name]:
                waiting.append((Value(_put(value.text, name, known), (*value.said_by, node)), used | {name}))
        return [*done, *(value for value, _ in waiting)]

    def sources(self, text: str) -> list[str]:
        """The variables that a text depends on, those that these are made of included; lower case, each once."""
        found: dict[str, None] = dict.fromkeys(names_in(text))
        waiting = list(found)
        while waiting:
            for name in self._made_of.get(waiting.pop(), ()):
                if name not in found:
                    found[name] = None
                    waiting.append(name)
        return list(found)

    @cached_property
    def _made_of(self) -> dict[str, list[str]]:
        made: dict[str, list[str]] = {}
        for name, values in self._known.items():
            made.setdefault(name, []).extend(each for value, _ in values for each in names_in(value))
        for table in self._tables():
            made.setdefault(table.args[-1].lstrip("$").lower(), []).extend(names_in(" ".join(table.args[:-1])))
        return made


def _put(text: str, name: str, value: str) -> str:
    """The text with a value in place of a variable; it gets no longer than a line."""
    put = _NAME.sub(lambda found: value if (found[1] or found[2]).lower() == name else found[0], text)
    return put[:1000]
