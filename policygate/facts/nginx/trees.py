"""Folders whose files nginx serves, the URLs that lead to them, and how long clients may keep them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from policygate.facts.model_nginx import NginxTree, NginxTwin
from policygate.facts.nginx.access import access_of
from policygate.facts.nginx.blocks import Node, Site
from policygate.facts.nginx.content import Folder, content_of, folder_of
from policygate.facts.syntax.budget import Budget

_MODULES = re.compile(r"(?i)go-?_?(?:mod|proxy)|athens|(?:^|/)modules?(?:/|$)|cache/download|@v\b|\|?mod\|")
"""What speaks for a tree of Go modules."""
_FILE = "some-file"
_SHOWN = 3
"""The other URLs that are named for one folder."""
_SAMPLE = "git.acme.example/kit"
_TIME = re.compile(r"(\d{1,9})(ms|[yMwdhms]?)")
_SECONDS = {"y": 31536000, "M": 2592000, "w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1, "": 1, "ms": 0}
_MAX_AGE = re.compile(r"max-age\s*=\s*\"?(\d{1,10})")
_FOREVER_S = 10 * _SECONDS["y"]


@dataclass(frozen=True)
class _Served:
    """A folder and a location that serves its files."""

    folder: Folder
    node: Node
    open: bool

    @property
    def path(self) -> str:
        """What the paths of its files begin with."""
        modifier, pattern = self.node.located if self.node.name == "location" else ("", "/")
        return pattern if modifier in ("", "^~", "=") and pattern.startswith("/") else "/"


def trees(site: Site, budget: Budget) -> Iterator[NginxTree]:
    """One for each `root` and `alias` that some location serves files from, in order.

    Raises: TooLargeError.
    """
    served = list(_served(site))
    modules = _is_module_tree(site)
    by_directory: dict[str, dict[tuple[str, int], int]] = {}
    for index, each in enumerate(served):
        urls = (each.folder.how, each.folder.cut)
        by_directory.setdefault(each.folder.directory, {}).setdefault(urls, index)
    for index, each in enumerate(served):
        around = (by_directory.get(directory, {}) for directory in _around(each.folder.file(f"{each.path}/{_FILE}")))
        others = (other for found in around for other in found.values() if other != index)
        twins = ((other, _twin(site, each, served[other], budget)) for other in others)
        kept = islice((twin for other, twin in twins if twin and (other < index or twin.weaker)), _SHOWN)
        yield _tree(site, each, list(kept), budget, modules=modules)


def _around(file: str) -> Iterator[str]:
    """The folders that a file is in, the nearest first."""
    while len(file) > 1 and "/" in file:
        file = file.rpartition("/")[0] or "/"
        yield file


def _served(site: Site) -> Iterator[_Served]:
    """Each folder once, by an open location if there is one."""
    found: dict[Node, _Served] = {}
    whole = () if "/" in site.places.prefixes else (site.node,)
    for node in (*whole, *site.locations):
        folder = folder_of(node) if content_of(node) == "static" else None
        if folder is None:
            continue
        access = access_of(node)
        served = _Served(folder, node, site.whole and not access.guards and not access.undecided)
        if folder.node not in found or (served.open and not found[folder.node].open):
            found[folder.node] = served
    yield from sorted(found.values(), key=lambda each: (each.folder.node.at.path, each.folder.node.at.start.line))


def _tree(site: Site, served: _Served, twins: list[NginxTwin], budget: Budget, *, modules: bool) -> NginxTree:
    path, cached_s, says = _mutable(site, served, budget)
    return NginxTree(
        server=site.label,
        location=served.node.label,
        how=served.folder.how,
        directory=served.folder.directory,
        open=served.open,
        twins=twins,
        module_proxy=modules or any(map(_MODULES.search, (served.folder.directory, served.path))),
        mutable_path=path,
        mutable_cached_s=cached_s,
        mutable_at=(says or served.folder.node).at,
        at=served.folder.node.at,
    )


def _twin(site: Site, one: _Served, other: _Served, budget: Budget) -> NginxTwin | None:
    """The other folder's URL for a file of the first one, where both hold the same files or one is less protected."""
    budget.spend(5)
    path = f"{one.path.rstrip('/')}/{_FILE}"
    file = one.folder.file(path)
    directory = other.folder.directory.rstrip("/")
    if not other.open or not file.startswith(f"{directory}/"):
        return None
    url = f"{other.path.rstrip('/')}/" if other.folder.how == "alias" else "/"
    url += file.removeprefix(f"{directory}/")
    answers = site.places.answer(url, budget)
    node = answers.owner or site.node
    folder = folder_of(node) if answers.kind in ("location", "none") and content_of(node) == "static" else None
    if url == path or folder is None or folder.file(url) != file:
        return None
    if access_of(node).guards or not (one.folder.directory.rstrip("/") == directory or not one.open):
        return None
    return NginxTwin(location=node.label, path=url, weaker=not one.open, at=other.folder.node.at)


def _is_module_tree(site: Site) -> bool:
    """Whether a server is there for modules, by its names and by the files that it tells apart."""
    patterns = [node.located[1] for node in site.locations if node.located[0] in ("~", "~*")]
    return any(map(_MODULES.search, (*site.names, *patterns)))


def _mutable(site: Site, served: _Served, budget: Budget) -> tuple[str, int, Node | None]:
    """A path of a module tree that changes, how long it may be kept, and what says so; the worst of two."""
    found: list[tuple[str, int, Node | None]] = []
    for name in ("@v/list", "@latest"):
        path = f"{served.path.rstrip('/')}/{_SAMPLE}/{name}"
        verdict = site.places.answer(path, budget)
        node = verdict.owner or site.node
        if verdict.kind in ("location", "none") and content_of(node) == "static":
            found.append((path, *kept_s(node)))
    return max(found, key=lambda each: each[1], default=("", 0, None))


def kept_s(node: Node) -> tuple[int, Node | None]:
    """How many seconds clients may keep what a location serves, and the directive that says so."""
    said: list[tuple[int, Node | None]] = [(0, None)]
    said += [(_expires_s(each.args), each) for each in node.inherited("expires")[-1:]]
    for each in node.inherited("add_header"):
        age = _MAX_AGE.search(" ".join(each.args[1:]))
        said.append((int(age[1]) if age else 0, each))
    return max(said, key=lambda each: each[0])


def _expires_s(args: list[str]) -> int:
    written = args[-1] if args else "off"
    if written == "max":
        return _FOREVER_S
    if _TIME.sub("", written):
        return 0
    return sum(int(number) * _SECONDS[unit] for number, unit in _TIME.findall(written))
