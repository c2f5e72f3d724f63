"""Which requirement indirect modules come through, against the real `go mod graph` and `go mod why`."""

import random
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import pytest

from policygate.facts.go.graph import Graph, parse_graph
from policygate.facts.link import go_graph, go_modules, go_sums
from policygate.facts.model import FileFacts, Go
from policygate.facts.own import Surroundings, state_own
from policygate.facts.read import go_mod, go_sum
from policygate.modcache import ModuleCache

OWN = state_own(modules=[], public=[], proxies=[], sumdbs=[])


class Proxy(Protocol):
    url: str

    def add(self, module: str, version: str, files: Mapping[str, str | bytes], go_mod: str | None = None) -> Path: ...


RunGo = Callable[..., subprocess.CompletedProcess[str]]
RecordCount = Callable[[str, int, int], None]


def linked(texts: Mapping[str, str], **how: object) -> Go:
    files = FileFacts(
        modules=[
            m for path, text in texts.items() if path.endswith(".mod") for m in go_mod.read(path, text.encode()).modules
        ],
        sums=[
            s for path, text in texts.items() if path.endswith(".sum") for s in go_sum.read(path, text.encode()).sums
        ],
    )
    surroundings = Surroundings(OWN, **how)  # type: ignore[arg-type]
    go = go_graph.link(files, surroundings, go_modules.link(files, surroundings, Go()))
    return go_sums.link(files, surroundings, go)


def ways(go: Go) -> dict[str, list[str]]:
    return {require.path: require.via for module in go.modules for require in module.requires if require.via}


MOD = """\
module x.test/m

go 1.24

require (
\tx.test/a v1.0.0
\tx.test/d v1.0.0
)

require (
\tx.test/b v1.0.0 // indirect
\tx.test/c v1.2.0 // indirect
\tx.test/e v1.0.0 // indirect
)
"""
GRAPH = parse_graph(
    "x.test/m x.test/a@v1.0.0\nx.test/m x.test/b@v1.0.0\nx.test/m x.test/c@v1.2.0\n"
    "x.test/a@v1.0.0 x.test/b@v1.0.0\nx.test/b@v1.0.0 x.test/c@v1.1.0\n",
    "graph.txt",
)


def test_ways_come_from_a_saved_graph() -> None:
    assert ways(linked({"go.mod": MOD}, graph=GRAPH)) == {
        "x.test/b": ["x.test/a", "x.test/b"],
        "x.test/c": ["x.test/a", "x.test/b", "x.test/c"],
    }


def test_without_a_graph_nothing_is_known() -> None:
    assert ways(linked({"go.mod": MOD})) == {}
    assert ways(linked({"go.mod": MOD.replace("x.test/m", "x.test/other")}, graph=GRAPH)) == {}


def test_a_missing_line_of_go_sum_says_where_it_comes_from() -> None:
    (sums,) = linked({"go.mod": MOD, "go.sum": ""}, graph=GRAPH).sums

    told = {line.module: (line.via, line.via_at.start.line) for line in sums.missing}
    assert told == {
        "x.test/a": ([], 6),
        "x.test/d": ([], 7),
        "x.test/b": (["x.test/a", "x.test/b"], 6),
        "x.test/c": (["x.test/a", "x.test/b", "x.test/c"], 6),
        "x.test/e": ([], 13),
    }


def publish(proxy: Proxy, dice: random.Random) -> list[str]:
    """Thirty modules in two versions, each with a package that imports one of every module that it requires."""
    names = [f"x.test/m{n:02}" for n in range(30)]
    for number, name in enumerate(names):
        for version in ("v1.0.0", "v1.1.0"):
            later = names[number + 1 :]
            required = {
                it: dice.choice(("v1.0.0", "v1.1.0")) for it in dice.sample(later, min(len(later), dice.randint(0, 3)))
            }
            go_line = dice.choice(("go 1.16\n", "go 1.20\n", "go 1.22\n", ""))
            text = f"module {name}\n\n{go_line}\n" + "".join(f"require {it} {v}\n" for it, v in required.items())
            package = f"package m{number:02}\n\n" + "".join(f'import _ "{it}"\n' for it in required)
            proxy.add(name, version, {"x.go": package}, text)
    forked = "module x.test/m03\n\ngo 1.16\n\nrequire x.test/m21 v1.1.0\n"
    proxy.add("x.test/forked", "v1.0.1", {"x.go": 'package m03\n\nimport _ "x.test/m21"\n'}, forked)
    return names


EXTRAS = (
    ("1.24", ""),
    ("1.17", ""),
    ("1.16", ""),
    ("1.24", "exclude x.test/m07 v1.0.0\nexclude x.test/m12 v1.1.0\n"),
    ("1.16", "replace x.test/m03 => x.test/forked v1.0.1\n"),
    ("1.24", "replace x.test/m02 v1.0.0 => ./fork\nreplace x.test/m02 v1.1.0 => ./fork\n"),
)


@pytest.mark.parametrize("variant", EXTRAS, ids=" ".join)
def test_the_graph_of_a_module_cache_is_that_of_go(
    variant: tuple[str, str], proxy: Proxy, go: RunGo, record_count: RecordCount, tmp_path: Path
) -> None:
    """`go mod graph` prints the versions of Go as well, as if they were modules."""
    version, extra = variant
    dice = random.Random(14)  # noqa: S311 - no secret
    names = publish(proxy, dice)
    direct = names[:4]
    checkout, env = tmp_path / "checkout", {"GOPROXY": proxy.url, "GONOSUMDB": "*"}
    (checkout / "fork").mkdir(parents=True)
    fork = "module x.test/m02\n\ngo 1.16\n\nrequire x.test/m20 v1.1.0\n"
    (checkout / "fork/go.mod").write_text(fork)
    (checkout / "fork/x.go").write_text('package m02\n\nimport _ "x.test/m20"\n')
    text = f"module x.test/m\n\ngo {version}\n\n" + "".join(f"require {it} v1.0.0\n" for it in direct) + extra
    (checkout / "go.mod").write_text(text)
    (checkout / "m.go").write_text("package m\n\n" + "".join(f'import _ "{it}"\n' for it in direct))
    done = go("mod", "tidy", cwd=checkout, env=env)
    assert done.returncode == 0, done.stderr
    printed = go("mod", "graph", cwd=checkout, env=env)
    cache = ModuleCache(Path(go("env", "GOMODCACHE", cwd=checkout).stdout.strip()))
    texts = {"go.mod": (checkout / "go.mod").read_text(), "fork/go.mod": fork}
    main, *_ = (module for module in linked(texts).modules if module.file == "go.mod")

    loaded = loaded_graph(texts, cache)

    theirs = edges(parse_graph(printed.stdout, "printed"))
    record_count("module graph", len(theirs), len(theirs ^ edges(loaded)))
    assert edges(loaded) == theirs
    assert len(theirs) > 20
    saved = ways(linked({"go.mod": texts["go.mod"]}, graph=parse_graph(printed.stdout, "printed")))
    assert saved == {
        path: way
        for path, way in ways(linked(texts, cached_go_mod=cache.go_mod)).items()
        if path in {require.path for require in main.requires}
    }


def edges(graph: Graph) -> set[tuple[str, str]]:
    return {
        ("@".join(filter(None, node)), "@".join(child))
        for node, children in graph.items()
        for child in children
        if "." in child[0] and "." in node[0]
    }


def loaded_graph(texts: Mapping[str, str], cache: ModuleCache) -> Graph:
    modules = [go_mod.read(path, text.encode()).modules[0] for path, text in texts.items()]
    room = go_graph._Cache(cache.go_mod, {module.directory: module for module in modules})
    return room.graph(modules[0])


def test_ways_are_those_that_go_explains(proxy: Proxy, go: RunGo, record_count: RecordCount, tmp_path: Path) -> None:
    """Where each module imports what it requires, and requires what it imports, `go mod why` follows the same ways.

    It follows imports and we follow requirements. For a module without an imported package it knows no way at all.
    """
    dice = random.Random(15)  # noqa: S311 - no secret
    names = publish(proxy, dice)
    direct = names[:5]
    checkout, env = tmp_path / "checkout", {"GOPROXY": proxy.url, "GONOSUMDB": "*"}
    checkout.mkdir()
    (checkout / "go.mod").write_text(
        "module x.test/m\n\ngo 1.24\n\n" + "".join(f"require {it} v1.1.0\n" for it in direct)
    )
    (checkout / "m.go").write_text("package m\n\n" + "".join(f'import _ "{it}"\n' for it in direct))
    assert go("mod", "tidy", cwd=checkout, env=env).returncode == 0
    text = (checkout / "go.mod").read_text()
    cache = ModuleCache(Path(go("env", "GOMODCACHE", cwd=checkout).stdout.strip()))

    ours = ways(linked({"go.mod": text}, cached_go_mod=cache.go_mod))

    indirect = [line.split()[0] for line in text.splitlines() if line.endswith("// indirect")]
    said = go("mod", "why", "-m", *indirect, cwd=checkout, env=env).stdout
    theirs = {lines[0][2:]: lines[2:] for part in said.split("\n\n") if (lines := part.strip().splitlines())}
    wrong = [path for path in indirect if len(ours.get(path, [])) != len(theirs[path])]
    record_count("module graph", len(indirect), len(wrong))
    assert wrong == []
    assert len(indirect) > 10
    assert any(len(way) > 2 for way in ours.values())
