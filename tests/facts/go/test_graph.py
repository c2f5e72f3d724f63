"""Ways through a module graph, and the graph itself against the real `go mod graph`."""

import random
import time
from itertools import pairwise

import pytest

from policygate.errors import UsageError
from policygate.facts.go.graph import MAX_PATH, Graph, Node, Requirements, load_graph, parse_graph, shortest_paths

SAVED = """\
x.test/m x.test/a@v1.0.0
x.test/m go@1.24
x.test/a@v1.0.0 x.test/b@v1.0.0

x.test/b@v1.0.0 x.test/c@v1.2.0
go@1.24 toolchain@go1.24
"""


def nodes(*paths: str) -> list[Node]:
    return [(path, "v1.0.0") for path in paths]


def test_a_saved_graph() -> None:
    assert parse_graph(SAVED, "graph.txt") == {
        ("x.test/m", ""): [("x.test/a", "v1.0.0"), ("go", "1.24")],
        ("x.test/a", "v1.0.0"): [("x.test/b", "v1.0.0")],
        ("x.test/b", "v1.0.0"): [("x.test/c", "v1.2.0")],
        ("go", "1.24"): [("toolchain", "go1.24")],
    }


@pytest.mark.parametrize("text", ["x.test/m\n", "x.test/m x.test/a@v1.0.0 more\n", "<html>\n"])
def test_what_is_no_graph_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"graph\.txt:2: a line of a module graph has two modules, not [13]") as error:
        parse_graph(f"\n{text}", "graph.txt")
    assert error.value.hint == "give what `go mod graph` prints"


def test_the_shortest_way_is_given_with_both_ends() -> None:
    graph = parse_graph(SAVED + "x.test/d@v1.0.0 x.test/c@v1.0.0\n", "graph.txt")

    assert shortest_paths(graph, nodes("x.test/a")) == {
        "x.test/b": ["x.test/a", "x.test/b"],
        "x.test/c": ["x.test/a", "x.test/b", "x.test/c"],
    }
    assert shortest_paths(graph, nodes("x.test/a", "x.test/d"))["x.test/c"] == ["x.test/d", "x.test/c"]
    assert shortest_paths(graph, nodes("x.test/b", "x.test/a")) == {"x.test/c": ["x.test/b", "x.test/c"]}
    assert shortest_paths(graph, nodes("x.test/nowhere")) == {}


def test_of_ways_of_one_length_the_first_is_given() -> None:
    graph: Graph = {
        ("a", "v1.0.0"): nodes("y", "x"),
        ("b", "v1.0.0"): nodes("x"),
        ("x", "v1.0.0"): nodes("z"),
        ("y", "v1.0.0"): nodes("z"),
    }

    assert shortest_paths(graph, nodes("a", "b"))["z"] == ["a", "y", "z"]
    assert shortest_paths(graph, nodes("b", "a"))["z"] == ["b", "x", "z"]


def test_any_version_of_a_module_is_a_way_to_it() -> None:
    graph: Graph = {
        ("a", "v1.0.0"): [("b", "v1.0.0")],
        ("b", "v1.0.0"): [("c", "v1.9.0"), ("b", "v1.1.0"), ("a", "v2")],
    }

    assert shortest_paths(graph, nodes("a")) == {"b": ["a", "b"], "c": ["a", "b", "c"]}


def test_circles_and_endless_ways_end() -> None:
    circle: Graph = {("a", "v1.0.0"): nodes("b"), ("b", "v1.0.0"): nodes("a", "b")}
    chain: Graph = {node: [after] for node, after in pairwise(nodes(*map(str, range(1000))))}

    assert shortest_paths(circle, nodes("a")) == {"b": ["a", "b"]}
    ways = shortest_paths(chain, nodes("0"))
    assert len(ways) == MAX_PATH - 1
    assert ways[str(MAX_PATH - 1)] == [str(n) for n in range(MAX_PATH)]


def test_the_shortest_ways_are_those_of_a_plain_search() -> None:
    dice = random.Random(12)  # noqa: S311 - no secret
    for _ in range(50):
        names = nodes(*map(str, range(30)))
        graph: Graph = {node: dice.sample(names, dice.randint(0, 3)) for node in names}
        roots = dice.sample(names, 3)

        ways = shortest_paths(graph, roots)

        lengths = dict.fromkeys(roots, 1)
        for _ in names:
            for node, children in graph.items():
                for child in children:
                    if node in lengths:
                        lengths[child] = min(lengths.get(child, 99), lengths[node] + 1)
        assert {path: len(way) for path, way in ways.items()} == {
            node[0]: length for node, length in lengths.items() if node not in roots
        }
        for way in ways.values():
            steps = list(pairwise(nodes(*way)))
            assert steps[0][0] in roots
            assert all(child in graph[node] for node, child in steps)


def test_twenty_thousand_edges_take_no_time() -> None:
    dice = random.Random(13)  # noqa: S311 - no secret
    names = [f"x.test/module/number{n}" for n in range(4000)]
    lines = "".join(f"{a}@v1.0.0 {dice.choice(names)}@v1.0.0\n" for a in names for _ in range(5))

    started = time.process_time()
    graph = parse_graph(lines, "graph.txt")
    ways = shortest_paths(graph, nodes(*names[:50]))

    assert sum(map(len, graph.values())) == 20_000
    assert len(ways) > 3000
    assert time.process_time() - started < 2


def test_what_is_not_at_hand_ends_there() -> None:
    held = {("a", "v1.0.0"): Requirements("1.16", nodes("b")), ("c", "v1.0.0"): Requirements("", nodes("d"))}

    assert load_graph("m", Requirements("1.24", nodes("a", "c")), held.get) == {
        ("m", ""): nodes("a", "c"),
        ("a", "v1.0.0"): nodes("b"),
        ("c", "v1.0.0"): nodes("d"),
    }
