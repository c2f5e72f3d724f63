"""What the variables of a configuration may hold, as far as it says so itself: by `set`, `map` and `geo`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from policygate.facts.nginx.blocks import Node, Site
from policygate.facts.syntax.budget import Budget

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

    @cached_property
    def _known(self) -> dict[str, list[tuple[str, Node]]]:
        """By name the values that the server gives, and what says so."""
        known: dict[str, list[tuple[str, Node]]] = {}
        for node in self.site.node.every():
            if node.name == "set" and node.args:
                value = node.args[1] if len(node.args) > 1 else ""
                known.setdefault(node.args[0].lstrip("$").lower(), []).append((value, node))
        return known

    def _said(self, name: str) -> Sequence[tuple[str, Node]]:
        """The values of a variable, and what says so: the server, else a table around it."""
        if name in self._known:
            return self._known[name]
        return [(entry.args[0], entry) for table in self._tables(name) for entry in table.own("entry")]

    def _tables(self, name: str) -> Iterator[Node]:
        for block in self.site.node.around():
            if "tables" not in block.memo:
                tables = [node for node in block.own(*_TABLES) if node.args]
                block.memo["tables"] = {node.args[-1].lstrip("$").lower(): node for node in tables}
            known = block.memo["tables"]
            found = known.get(name) if isinstance(known, dict) else None
            if isinstance(found, Node):
                yield found

    def values(self, text: str) -> list[Value]:
        """What a text may be once nginx has put in the values of its variables."""
        done: list[Value] = []
        waiting = [(Value(text), frozenset[str]())]
        while waiting and len(done) + len(waiting) <= _MOST:
            value, used = waiting.pop()
            said = ((name, self._said(name)) for name in names_in(value.text) if name not in used)
            name, values = next(((name, values) for name, values in said if values), ("", ()))
            if not name:
                done.append(value)
            for known, node in values[:_MOST]:
                waiting.append((Value(_put(value.text, name, known), (*value.said_by, node)), used | {name}))
        return [*done, *(value for value, _ in waiting)]

    def sources(self, text: str, budget: Budget) -> list[str]:
        """The variables that a text depends on, those that these are made of included; lower case, each once.

        Raises: TooLargeError.
        """
        found: dict[str, None] = dict.fromkeys(names_in(text))
        waiting = list(found)
        while waiting:
            name = waiting.pop()
            made_of = " ".join([*(value for value, _ in self._said(name)), *map(_asked, self._tables(name))])
            new = [each for each in names_in(made_of) if each not in found]
            budget.spend(1 + len(made_of) // 10)
            found.update(dict.fromkeys(new))
            waiting += new
        return list(found)


def _asked(table: Node) -> str:
    """What a table makes its variable from."""
    return " ".join(table.args[:-1])


def _put(text: str, name: str, value: str) -> str:
    """The text with a value in place of a variable; it gets no longer than a line."""
    put = _NAME.sub(lambda found: value if (found[1] or found[2]).lower() == name else found[0], text)
    return put[:1000]
