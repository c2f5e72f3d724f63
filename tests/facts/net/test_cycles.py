"""The cycles of a graph, against looking for every one of them."""

import random
from itertools import pairwise, permutations

from policygate.facts.net.cycles import shortest_cycles


def by_trying(graph: dict[str, list[str]]) -> dict[str, int]:
    """The first node of each strongly connected part of several nodes, and the least steps back to it."""
    reach = {a: {b for b in graph[a] if b != a} for a in graph}
    for middle in graph:
        for a in graph:
            if middle in reach[a]:
                reach[a] |= reach[middle]
    found = {}
    for node in graph:
        part = {other for other in graph if other != node and other in reach[node] and node in reach[other]}
        if part and node == min({node, *part}):
            lengths = (
                len(way)
                for size in range(1, len(part) + 1)
                for way in permutations(sorted(part), size - 0)
                if all(b in graph[a] for a, b in pairwise([node, *way, node]))
            )
            found[node] = next(lengths) + 1
    return found


def test_random_graphs() -> None:
    chance = random.Random(7)  # noqa: S311 - a fixed seed, on purpose
    seen: set[int] = set()
    for _ in range(400):
        names = "abcdef"[: chance.randint(1, 6)]
        graph = {a: sorted(b for b in names if chance.random() < 0.3) for a in names}
        cycles = list(shortest_cycles(graph))
        for cycle in cycles:
            assert all(b in graph[a] for a, b in pairwise([*cycle, cycle[0]])), (graph, cycle)
        assert {cycle[0]: len(cycle) for cycle in cycles} == by_trying(graph), graph
        seen.update(len(cycle) for cycle in cycles)
    assert seen >= {2, 3, 4}


def test_a_long_chain_needs_no_recursion() -> None:
    names = [f"n{number:06}" for number in range(50_000)]
    graph = {a: [b] for a, b in pairwise([*names, names[0]])}
    (cycle,) = shortest_cycles(graph)
    assert cycle == names
