"""Which requirement each indirect module comes through, where a module graph is at hand (`go help mod graph`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from policygate.facts.go.graph import Graph, Node, Requirements, load_graph, shortest_paths
from policygate.facts.model import FileFacts, Go, Module, Require
from policygate.facts.own import Surroundings
from policygate.facts.read import go_mod


def link(files: FileFacts, surroundings: Surroundings, go: Go) -> Go:
    """Add the way to each indirect requirement: from a saved graph, else from the go.mod files of a module cache.

    Each module counts alone, as with GOWORK=off.
    """
    if surroundings.graph is None and surroundings.cached_go_mod is None:
        return go
    cache = _Cache(surroundings.cached_go_mod, {module.directory: module for module in files.modules})
    return go.model_copy(update={"modules": [_explained(module, surroundings, cache) for module in go.modules]})


def _explained(module: Module, surroundings: Surroundings, cache: "_Cache") -> Module:
    saved = surroundings.graph or {}
    graph = saved if (module.path, "") in saved else cache.graph(module)
    direct = [(require.path, require.version) for require in module.requires if not require.indirect]
    ways = shortest_paths(graph, direct)
    requires = [
        require.model_copy(update={"via": ways[require.path]}) if require.indirect and require.path in ways else require
        for require in module.requires
    ]
    return module.model_copy(update={"requires": requires})


@dataclass
class _Cache:
    """The go.mod files of dependencies, each read once."""

    read: Callable[[str, str], bytes | None] | None
    directories: Mapping[str, Module]
    known: dict[Node, Module | None] = field(default_factory=dict)

    def graph(self, main: Module) -> Graph:
        excluded = {(exclude.path, exclude.version) for exclude in main.excludes}
        replaced = {(replace.old_path, replace.old_version): replace for replace in main.replaces}

        def load(node: Node) -> Requirements | None:
            replace = replaced.get(node) or replaced.get((node[0], ""))
            if replace is None:
                found = self._version(node)
            elif replace.local:
                found = self.directories.get(replace.directory)
            else:
                found = self._version((replace.new_path, replace.new_version))
            return None if found is None else _requirements(found, excluded)

        return {} if self.read is None else load_graph(main.path, _requirements(main, excluded), load)

    def _version(self, node: Node) -> Module | None:
        if node not in self.known:
            data = self.read(*node) if self.read else None
            self.known[node] = None if data is None else go_mod.read("go.mod", data).modules[0]
        return self.known[node]


def _requirements(module: Module, excluded: set[Node]) -> Requirements:
    required = [_node(require) for require in module.requires]
    return Requirements(module.go.version, [node for node in required if node not in excluded])


def _node(require: Require) -> Node:
    return require.path, require.version
