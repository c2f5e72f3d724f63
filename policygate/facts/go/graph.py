"""The module graph without a network: from a saved `go mod graph`, or from the go.mod files of dependencies.

What is in it follows the go command: below a module that says go 1.17 or later nothing is loaded, because its go.mod
lists all that its packages need (https://go.dev/ref/mod#graph-pruning). A vendor directory holds no graph: modules.txt
says which modules there are, and not which of them requires which.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from policygate.errors import UsageError
from policygate.facts.go.go_version import go_version_order

MAX_PATH = 50
"""A longer way through a graph explains nothing; none of that length was made by people."""

_LISTS_ALL = go_version_order("1.17")

Node = tuple[str, str]
"""Path and version; the version of a main module is empty."""
Graph = Mapping[Node, Sequence[Node]]
"""From each module to those that it requires."""


class Requirements(NamedTuple):
    """What a go.mod adds to a graph."""

    go_version: str
    """Empty when the go.mod has no go line."""
    requires: Sequence[Node]

    @property
    def lists_all(self) -> bool:
        """Whether it lists everything that the packages of its module need."""
        return go_version_order(self.go_version) >= _LISTS_ALL


Load = Callable[[Node], Requirements | None]
"""The requirements of a version, replaced where it is replaced; None when they are not at hand."""


def parse_graph(text: str, name: str) -> Graph:
    """The graph that `go mod graph` printed, or several of them one after the other.

    Raises:
        UsageError: a line is none of a graph; `name` says of which file.
    """
    graph: dict[Node, list[Node]] = {}
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split()
        if words and len(words) != 2:
            hint = "give what `go mod graph` prints"
            raise UsageError(f"{name}:{number}: a line of a module graph has two modules, not {len(words)}", hint)
        if words:
            first, second = (_node(word) for word in words)
            graph.setdefault(first, []).append(second)
    return graph


def load_graph(main: str, roots: Requirements, load: Load) -> Graph:
    """The graph of a main module; `roots` is what its own go.mod requires."""
    graph: dict[Node, Sequence[Node]] = {(main, ""): roots.requires}
    queued: set[tuple[Node, bool]] = set()
    pending: deque[tuple[Node, bool]] = deque()

    def enqueue(nodes: Iterable[Node], *, whole: bool) -> None:
        for node in nodes:
            if (node, whole) not in queued:
                queued.add((node, whole))
                pending.append((node, whole))

    enqueue(roots.requires, whole=not roots.lists_all)
    while pending:
        node, whole = pending.popleft()
        said = load(node)
        if said is not None:
            graph[node] = said.requires
            if whole or not said.lists_all:
                enqueue(said.requires, whole=True)
    return graph


def shortest_paths(graph: Graph, roots: Iterable[Node]) -> dict[str, list[str]]:
    """The shortest way from any of the roots to every module that is not one of them.

    Both ends are part of it. Of ways of one length that from the first root comes first, then that through the module
    that is required first. A way of more than `MAX_PATH` modules is left out.
    """
    parents: dict[Node, Node | None] = dict.fromkeys(roots)
    reached = {path: (path, version) for path, version in reversed(parents)}
    of_roots = frozenset(reached)
    depths = dict.fromkeys(parents, 1)
    pending = deque(parents)
    while pending:
        node = pending.popleft()
        for child in graph.get(node, ()) if depths[node] < MAX_PATH else ():
            if child not in parents:
                parents[child] = node
                depths[child] = depths[node] + 1
                reached.setdefault(child[0], child)
                pending.append(child)
    return {path: _way(node, parents) for path, node in reached.items() if path not in of_roots}


def _way(node: Node, parents: Mapping[Node, Node | None]) -> list[str]:
    def upwards() -> Iterator[str]:
        current: Node | None = node
        while current is not None:
            yield current[0]
            current = parents[current]

    return list(upwards())[::-1]


def _node(word: str) -> Node:
    path, _, version = word.partition("@")
    return path, version
