"""A configuration as nginx sees it: blocks that inherit from those around them, servers and their locations."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from policygate.facts.model_nginx import NginxFile
from policygate.facts.net.hosts import host_class, normal
from policygate.facts.nginx.locations import Modifier, Place, Places, modifier_of
from policygate.facts.nginx.targets import SCHEMES
from policygate.location import At, Position

Reach = Literal["loopback", "internal", "public"]


@dataclass(eq=False)
class Node:
    """A directive, and in a block what it holds. The top of a file is a node without a name."""

    name: str
    args: list[str]
    at: At
    outer: "Node | None"
    inner: "list[Node]" = field(default_factory=list)
    memo: dict[str, object] = field(default_factory=dict)
    """What others have found out about it, so that it is found out once however many blocks inherit it."""

    @cached_property
    def _by_name(self) -> "dict[str, list[tuple[int, Node]]]":
        found: dict[str, list[tuple[int, Node]]] = {}
        for index, node in enumerate(self.inner):
            found.setdefault(node.name, []).append((index, node))
        return found

    def own(self, *names: str) -> "list[Node]":
        """The directives of these names right in the block, in order."""
        found = [each for name in names for each in self._by_name.get(name, ())]
        return [node for _, node in (found if len(names) == 1 else sorted(found, key=lambda each: each[0]))]

    def inherited(self, *names: str) -> "list[Node]":
        """Those of the innermost block that has any of these names; blocks further out count no more."""
        node: Node | None = self
        while node:
            if found := node.own(*names):
                return found
            node = node.outer
        return []

    def error_pages(self) -> "dict[str, Node]":
        """By status the `error_page` that holds in the block: the first one that names it."""
        block = next((block for block in (self, *self.around()) if block.own("error_page")), self)
        return block._own_error_pages

    @cached_property
    def _own_error_pages(self) -> "dict[str, Node]":
        pages: dict[str, Node] = {}
        for page in self.own("error_page"):
            for code in page.args[:-1]:
                pages.setdefault(code, page)
        return pages

    def value(self, name: str) -> str:
        """The arguments that hold for a directive, in one text; empty when there are none."""
        found = self.inherited(name)
        return " ".join(found[-1].args) if found else ""

    def around(self) -> Iterator["Node"]:
        """The blocks around it, from the inside out."""
        node = self.outer
        while node:
            yield node
            node = node.outer

    def every(self) -> Iterator["Node"]:
        """All within it, in order."""
        waiting = self.inner[::-1]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += node.inner[::-1]

    @cached_property
    def located(self) -> tuple[Modifier, str]:
        """The modifier and the pattern of a location."""
        return modifier_of(self.args)

    @property
    def label(self) -> str:
        """What a location is called; the server itself by nothing."""
        return " ".join(self.located).strip() if self.name == "location" else ""

    @cached_property
    def location(self) -> "Node":
        """The location that it stands in or is; else the server."""
        return next((node for node in (self, *self.around()) if node.name in ("location", "server", "")), self)


def tree(file: NginxFile) -> Node:
    """The nodes of a file."""
    start = Position(line=1, column=1)
    root = Node("", [], At(path=file.file, start=start, end=start, origin="text"), None)
    nodes: list[Node] = []
    for fact in file.directives:
        outer = nodes[fact.parent] if fact.parent >= 0 else root
        nodes.append(Node(fact.name, fact.args, fact.at, outer))
        outer.inner.append(nodes[-1])
    return root


@dataclass(frozen=True)
class Listen:
    """One address that a server listens on."""

    text: str
    port: int
    tls: bool
    proxied: bool
    """Whether it expects the PROXY protocol."""
    reach: Reach
    at: At


@dataclass(eq=False)
class Site:
    """One server, or the locations of a file that is made to be included in one."""

    node: Node
    whole: bool
    """Whether the file says all of it, and not only a part that somebody includes."""

    @cached_property
    def names(self) -> list[str]:
        """All that it is called."""
        return [name for node in self.node.own("server_name") for name in node.args]

    @cached_property
    def label(self) -> str:
        """What findings call it."""
        named = [name for name in self.names if name not in ("_", "")]
        if not self.whole:
            return self.node.at.path
        return named[0] if named else self.listens[0].text

    @cached_property
    def listens(self) -> list[Listen]:
        """Where it listens; port 80 of every address when it does not say."""
        written = [_listen(node, tls=self._tls) for node in self.node.own("listen") if node.args]
        return written or [Listen("80", 80, self._tls, False, "public", self.node.at)]

    @property
    def _tls(self) -> bool:
        """Whether the directive of old releases turns TLS on for all that it listens on."""
        return self.node.value("ssl") == "on"

    @cached_property
    def locations(self) -> list[Node]:
        """All of them, inner ones too, in order."""
        return [node for node in self.node.every() if node.name == "location"]

    @cached_property
    def places(self) -> Places[Node]:
        """Its locations as nginx chooses among them."""
        return _places(self.node)

    def named(self, name: str) -> Node | None:
        """The location `@name`."""
        return self._named.get(name)

    @cached_property
    def _named(self) -> dict[str, Node]:
        return {node.args[0]: node for node in self.node.own("location") if node.args and node.args[0][:1] == "@"}


def sites_of(file: NginxFile, root: Node) -> list[Site]:
    """The HTTP servers of a file."""
    if file.context == "server":
        return [Site(root, whole=False)]
    if file.context not in ("main", "http"):
        return []
    servers = (node for node in root.every() if node.name == "server" and not node.args)
    return [Site(node, whole=True) for node in servers if all(each.name != "stream" for each in node.around())]


def _places(block: Node) -> Places[Node]:
    places: Places[Node] = Places()
    for node in block.own("location"):
        modifier, pattern = node.located
        if modifier not in ("~", "~*"):
            pattern = pattern.encode("utf-8", "replace").decode("latin-1")
        redirects = pattern.endswith("/") and any(each.name in SCHEMES for each in node.inner)
        places.add(Place(modifier, pattern, node, _places(node), redirects))
    return places


def _listen(node: Node, *, tls: bool) -> Listen:
    address, options = node.args[0], node.args[1:]
    host, port = _host_and_port(address)
    return Listen(
        " ".join(node.args),
        port,
        tls or bool({"ssl", "quic"}.intersection(options)),
        "proxy_protocol" in options,
        _reach(host),
        node.at,
    )


def _host_and_port(address: str) -> tuple[str, int]:
    """The host, empty for every address, and the port, 0 when it is not known."""
    if address.startswith("unix:"):
        return "/", 0
    found = re.fullmatch(r"(?:(?P<host>\[[^]]*\]|[^:\[]*):)?(?P<port>\d{1,5})", address)
    if found:
        return found["host"] or "", int(found["port"])
    return ("", 0) if "$" in address else (address, 80)


def _reach(host: str) -> Reach:
    name = normal(host)
    if name in ("", "*", "0.0.0.0", "::"):  # noqa: S104 - what a file says
        return "public"
    known = host_class(name)
    return known if known in ("loopback", "internal") else "public"
