"""Cycles of a directed graph: its strongly connected parts, and a shortest way round in each. Linear, no recursion."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence

Graph = Mapping[str, Sequence[str]]
"""From each node to those that it leads to."""


def shortest_cycles(graph: Graph) -> Iterator[list[str]]:
    """For each strongly connected part a shortest cycle through its first node in the alphabet, beginning with that."""
    for part in _parts(graph):
        start = min(part)
        if len(part) > 1:
            yield _round_trip(graph, start, part)


def _round_trip(graph: Graph, start: str, part: Collection[str]) -> list[str]:
    """A shortest path from a node back to itself within its part."""
    came_from: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for target in graph.get(node, ()):
            if target == start and node != start:
                return _path(came_from, start, node)
            if target in part and target not in came_from and target != start:
                came_from[target] = node
                waiting.append(target)
    return [start]


def _path(came_from: Mapping[str, str], start: str, end: str) -> list[str]:
    path = [end]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return path[::-1]


def _parts(graph: Graph) -> Iterator[set[str]]:
    """The strongly connected parts, as Tarjan finds them (https://doi.org/10.1137/0201010)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    for root in sorted(graph):
        if root in index:
            continue
        work = [(root, iter(graph.get(root, ())))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, targets = work[-1]
            target = next(targets, None)
            if target is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    yield _cut(stack, on_stack, node)
            elif target not in index:
                index[target] = low[target] = len(index)
                stack.append(target)
                on_stack.add(target)
                work.append((target, iter(graph.get(target, ()))))
            elif target in on_stack:
                low[node] = min(low[node], index[target])


def _cut(stack: list[str], on_stack: set[str], root: str) -> set[str]:
    part = set()
    while True:
        node = stack.pop()
        on_stack.discard(node)
        part.add(node)
        if node == root:
            return part
