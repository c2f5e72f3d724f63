"""The module graphs that a caller hands over: a saved `go mod graph`, or a module cache."""

from collections.abc import Callable, Sequence
from pathlib import Path

from policygate.errors import ArchiveError, UsageError
from policygate.facts.go.graph import Graph, Node, parse_graph
from policygate.modcache import ModuleCache

MAX_GRAPH_BYTES = 64 * 1024 * 1024


def read_graphs(files: Sequence[Path]) -> Graph | None:
    """What `go mod graph` printed into the files, of one module or of several; None without a file.

    Raises:
        UsageError: a file cannot be read, or holds no such thing.
    """
    if not files:
        return None
    together: dict[Node, Sequence[Node]] = {}
    for file in files:
        together |= parse_graph(_read(file).decode(errors="replace"), str(file))
    return together


def cached_go_mod(modcache: Path | None) -> Callable[[str, str], bytes | None] | None:
    """What reads the go.mod of a version in a module cache; a damaged one counts as none.

    Raises:
        UsageError: the folder is no module cache.
    """
    if modcache is None:
        return None
    cache = ModuleCache(modcache)

    def read(module: str, version: str) -> bytes | None:
        try:
            return cache.go_mod(module, version)
        except ArchiveError:
            return None

    return read


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as content:
            data = content.read(MAX_GRAPH_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {(error.strerror or str(error)).lower()}") from error
    if len(data) > MAX_GRAPH_BYTES:
        raise UsageError(f"{file}: is larger than {MAX_GRAPH_BYTES // 1024 // 1024} MiB")
    return data
