"""Declarations of a service and what it depends on, as JSON.

    {"service": "order", "owner": "team-a", "layer": "domain", "zone": "eu", "hosts": ["order.acme.example:8080"],
     "depends_on": [{"target": "stock", "protocol": "grpc", "interface": "stock.v1.Stock/Check"}, "billing"]}

or a list of these. A target is the name of a service, or an address: a URL, a DSN, `host:port`. The identity of a gRPC
method is `package.Service/Method` (https://grpc.io/docs/what-is-grpc/core-concepts/#service-definition).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeGuard

from policygate.facts.endpoint.values import Holder, Value, found_in
from policygate.facts.model import FileFacts, Problem
from policygate.facts.model_network import FoundEdge, FoundEndpoint, FoundException, FoundService, HostPort
from policygate.facts.net.backstage import hosts_of
from policygate.facts.syntax.declared import in_order
from policygate.facts.syntax.jsonc import parse_jsonc
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar, Sequence
from policygate.location import At, Text
from policygate.redact import redact

_METHOD = re.compile(r"/?(?P<method>(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*/(?:[A-Za-z_]\w*|\*))", re.ASCII)
_WORD = re.compile(r"[\w-]+")
"""A name that is no address."""
_QUEUES = frozenset({"amqp", "kafka", "mqtt", "nats"})
_MAX_PROBLEMS = 20
_LONGEST = 200
"""Characters of a self-given approval that are shown."""


def read(path: str, data: bytes) -> FileFacts:
    """The services that a file declares, their edges, and the endpoints among their targets.

    `path` is from the root of the checkout. A file without `service` and `depends_on` says nothing. An approval that a
    declaration gives itself, `network_exception`, is a fact, and approves nothing.
    """
    own = path.rpartition("/")[2] == "service.json"
    if not (own or (b"depends_on" in data and b"service" in data)):
        return FileFacts()
    tree = parse_jsonc(Text(path, data))
    if not tree.documents:
        return FileFacts(problems=list(tree.problems))
    root = tree.documents[0]
    said = _Said()
    for node in root.items if isinstance(root, Sequence) else (root,):
        if isinstance(node, Mapping) and {"service", "depends_on"} <= node.entries.keys():
            said.add(node)
    return said.facts()


@dataclass
class _Said:
    """What the declarations of one file say so far."""

    services: list[FoundService] = field(default_factory=list)
    edges: list[FoundEdge] = field(default_factory=list)
    endpoints: list[FoundEndpoint] = field(default_factory=list)
    exceptions: list[FoundException] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    secrets: list[At] = field(default_factory=list)

    def facts(self) -> FileFacts:
        """All of it."""
        return FileFacts(
            services=self.services,
            edges=self.edges,
            endpoints=self.endpoints,
            exceptions=self.exceptions,
            problems=in_order(self.problems)[:_MAX_PROBLEMS],
            secrets=self.secrets,
        )

    def add(self, root: Mapping) -> None:
        """Take one declaration."""
        name = root.value("service")
        if not _is_text(name):
            self._refuse(name, "`service` must be a name")
            return
        self.services.append(_service(root, name))
        for host in filter(_is_text, _items(root.value("hosts"))):
            self._without_login(host)
        self.exceptions += _exceptions(root, name.value)
        targets = root.value("depends_on")
        if not isinstance(targets, Sequence):
            self._refuse(targets, "`depends_on` must be a list")
            return
        for item in targets.items:
            self._add_dependency(name.value, item)

    def _add_dependency(self, service: str, item: Node) -> None:
        target = item.value("target") if isinstance(item, Mapping) else item
        if not _is_text(target):
            self._refuse(target or item, "an element of `depends_on` needs a `target`, which is a name or an address")
            return
        block = item if isinstance(item, Mapping) else None
        protocol = _text(block, "protocol").lower()
        interface = self._interface(block, protocol)
        asynchronous = _text(block, "asynchronous") == "true" or protocol in _QUEUES
        for name in self._names(service, target, protocol):
            self.edges.append(
                FoundEdge(
                    source=service,
                    target=name,
                    kind="depends_on",
                    protocol=protocol,
                    interface=interface,
                    asynchronous=asynchronous,
                    at=target.at(),
                )
            )

    def _names(self, service: str, target: Scalar, protocol: str) -> list[str]:
        """What a target is called: its name, or the hosts of the endpoint that it is."""
        if _WORD.fullmatch(target.value):
            return [target.value]
        value = Value(f"{protocol} address", target.value, target.at())
        endpoints, secrets = found_in([value], Holder(service, scope="depends_on"))
        self.endpoints += [endpoint.model_copy(update={"key": "depends_on.target"}) for endpoint in endpoints]
        self.secrets += secrets
        if endpoints:
            return list(dict.fromkeys(host.name for endpoint in endpoints for host in endpoint.hosts))
        name = target.value if "://" in target.value else self._without_login(target)
        return [redact(name)]

    def _without_login(self, said: Scalar) -> str:
        """A name without who logs in there."""
        login, _, name = said.value.rpartition("@")
        self.secrets += [said.at()] if login else []
        return name

    def _interface(self, block: Mapping | None, protocol: str) -> str:
        """What is used of the target; empty where it is said wrongly."""
        node = block.value("interface") if block else None
        said = node.value if isinstance(node, Scalar) else ""
        scheme, _, rest = said.rpartition("://")
        if not said or (protocol != "grpc" and scheme.lower() not in {"grpc", "grpcs"}):
            return redact(said)
        match = _METHOD.fullmatch(said)
        if match:
            return match["method"]
        hint = rest if _METHOD.fullmatch(rest) else "stock.v1.Stock/Check"
        self._refuse(node, f"`interface` of gRPC is `package.Service/Method`, without a scheme, as `{hint}`")
        return ""

    def _refuse(self, node: Node | None, message: str) -> None:
        if node is not None:
            self.problems.append(Problem(message=message, at=node.at()))


def _service(root: Mapping, name: Scalar) -> FoundService:
    return FoundService(
        name=redact(name.value),
        owner=_text(root, "owner"),
        system=_text(root, "system"),
        zone=_text(root, "zone"),
        layer=_text(root, "layer"),
        lifecycle=_text(root, "lifecycle").lower(),
        declared=True,
        hosts=_hosts(root.value("hosts")),
        at=name.at(),
    )


def _hosts(node: Node | None) -> list[HostPort]:
    return [host for item in _items(node) if _is_text(item) for host in hosts_of(item.value)]


def _items(node: Node | None) -> Iterable[Node | None]:
    """What a list holds, or the one thing that stands in its place."""
    return node.items if isinstance(node, Sequence) else (node,)


def _exceptions(root: Mapping, service: str) -> Iterator[FoundException]:
    """The approvals that a declaration gives itself, wherever they stand in it."""
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            said = node.value("network_exception")
            if said is not None:
                text = said.value if isinstance(said, Scalar) else said.file.text[said.start : said.end]
                yield FoundException(service=service, text=redact(text)[:_LONGEST], at=said.at())
            waiting += reversed([value for _, value in node.pairs])
        elif isinstance(node, Sequence):
            waiting += reversed(node.items)


def _is_text(node: Node | None) -> TypeGuard[Scalar]:
    return isinstance(node, Scalar) and node.style == '"' and bool(node.value.strip())


def _text(block: Mapping | None, name: str) -> str:
    """A field's text, credentials blanked; empty where there is none."""
    node = block.value(name) if block else None
    return redact(node.value) if isinstance(node, Scalar) and node.value != "null" else ""
