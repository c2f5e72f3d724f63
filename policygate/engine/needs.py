"""Which sources a policy needs, by the input paths that it reads."""

from collections.abc import Iterable
from itertools import chain

_MODULES = ("go_graph", "go_mod", "go_modules", "go_work", "vendor")
_SUMS = ("go_graph", "go_mod", "go_modules", "go_sum", "go_sums", "go_work")
_SETTINGS = (
    *("compose", "devcontainer", "dockerfile", "env_file", "github_workflow", "gitlab_ci", "go_contexts"),
    *("go_env", "makefile", "shell"),
)
_CONTEXTS = (*_SETTINGS, "go_mod", "go_modules")

GO: dict[str, tuple[str, ...]] = {
    "modules": _MODULES,
    "works": ("go_mod", "go_work", "go_works"),
    "vendors": ("go_mod", "go_vendors", "go_work", "vendor"),
    "sums": _SUMS,
    "sum_conflicts": _SUMS,
    "contexts": _CONTEXTS,
    "settings": _SETTINGS,
    "exposures": (*_CONTEXTS, "go_exposures", "go_sum", "go_work", "vendor"),
    "work_flags": (*_SETTINGS, "go_work", "go_work_flags"),
    "netrcs": ("dockerfile", "go_contexts"),
    "unseen": ("compose", "devcontainer", "dockerfile", "github_workflow", "gitlab_ci", "go_contexts"),
}
"""The sources (readers and linkers) behind each key of `input.go`."""

_NODES = (
    *(
        "app_config",
        "compose",
        "dockerfile",
        "endpoints",
        "edges",
        "env_file",
        "github_workflow",
        "gitlab_ci",
        "kubernetes",
        "manifest",
    ),
    *("nginx", "service_file"),
)

NETWORK: dict[str, tuple[str, ...]] = {
    "services": _NODES,
    "endpoints": _NODES,
    "edges": _NODES,
    "cycles": _NODES,
    "exemptions": ("edges", "service_file"),
    "host_networks": ("compose", "edges"),
    "nginx": ("nginx", "nginx_sites"),
    "kubernetes": ("endpoints", "kubernetes", "manifest"),
}
"""The sources behind each key of `input.network`."""

CHANGE: dict[str, tuple[str, ...]] = {
    "exists": (),
    "base": (),
    "head": (),
    "files": (),
    "sums": ("go_sum",),
    "downgrades": ("go_mod",),
    "opened": _NODES,
    "endpoints": _NODES,
}
"""The sources behind each key of `input.change`; git itself tells the most of it."""

EVERYTHING = frozenset(source for half in (GO, NETWORK) for sources in half.values() for source in sources)
_FACTS = frozenset({("change",), ("go",), ("network",)})
_DEPTH: dict[tuple[str, ...], int] = {
    ("go", "settings"): 3,
    ("network", "kubernetes"): 3,
    ("network", "nginx"): 3,
    ("change", "exists"): 1,
    ("change", "files"): 1,
    ("change", "sums"): 1,
    ("change", "opened"): 1,
}
_WITHOUT_SOURCES = frozenset({"config", "now", "observed", "run", "sources"})
_HALVES = {"go": GO, "network": NETWORK}


def needs(paths: Iterable[tuple[str, ...]]) -> frozenset[str]:
    """The names of the sources behind input paths, given without `input`.

    A path that stops above the facts, or that goes on with a variable there, needs every source.
    """
    return frozenset(source for path in paths for source in _sources(path))


def about(paths: Iterable[tuple[str, ...]]) -> frozenset[str]:
    """The parts of the facts at input paths, as `go.works`, `go.settings.GOPROXY` or `change`."""
    return frozenset(".".join(path[: _DEPTH.get(path[:2], 2)]) for path in paths if path[:1] in _FACTS)


def _sources(path: tuple[str, ...]) -> Iterable[str]:
    below = path[1:] if path[:1] == ("base",) else path
    if below[:1] == ("exists",) or (below and below[0] in _WITHOUT_SOURCES):
        return ()
    if path[:1] == ("change",):
        return CHANGE.get(path[1], EVERYTHING) if len(path) > 1 else chain.from_iterable(CHANGE.values())
    if len(below) < 2 or below[0] not in _HALVES:
        return EVERYTHING
    return _HALVES[below[0]].get(below[1], EVERYTHING)
