"""Services and the edges between them: what is declared, what endpoints use, and which contracts that breaks."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from policygate.facts.model import FileFacts, Network
from policygate.facts.model_network import (
    Cycle,
    Edge,
    Endpoint,
    Evidence,
    Exemption,
    FoundEdge,
    FoundService,
    Service,
    ServiceKind,
)
from policygate.facts.net.contracts import Contracts
from policygate.facts.net.cycles import shortest_cycles
from policygate.facts.net.directory import Directory
from policygate.facts.net.stated import Stated
from policygate.facts.own import Surroundings
from policygate.location import At

_QUEUES = frozenset({"amqp", "kafka", "mqtt", "nats"})
"""Families whose callers do not wait for who is behind."""

_MOST_EVIDENCE = 5


def link(files: FileFacts, surroundings: Surroundings, network: Network) -> Network:
    """Add the services, sorted by name, the edges, sorted by both ends, and what follows from these."""
    stated = surroundings.network
    if not (stated.exists or files.services or files.edges or network.endpoints or files.host_networks):
        return network
    directory = Directory(files, stated)
    graph = _Graph(directory, stated)
    for found in files.services:
        graph.add_service(found)
    for declared in _declared(files.edges, directory):
        graph.add_declared(*declared)
    for endpoint in network.endpoints:
        graph.add_used(endpoint)
    return network.model_copy(
        update={
            "services": graph.services(),
            "edges": graph.edges(),
            "cycles": list(graph.cycles()),
            "exemptions": [
                Exemption(service=directory.named(each.service, each.at.path), text=each.text, at=each.at)
                for each in files.exceptions
            ],
            "host_networks": files.host_networks,
        }
    )


@dataclass
class _Node:
    """What is known of a service, the first that says something deciding."""

    name: str
    at: At
    kind: ServiceKind = "service"
    owner: str = ""
    system: str = ""
    zone: str = ""
    layer: str = ""
    lifecycle: str = ""
    declared: bool = False
    declares: bool = False


@dataclass
class _Line:
    """All that is said of one pair of services."""

    protocols: set[str] = field(default_factory=set)
    interfaces: set[str] = field(default_factory=set)
    asynchronous: bool = True
    used: list[Evidence] = field(default_factory=list)
    declared: list[Evidence] = field(default_factory=list)
    lifecycle: str = ""


class _Graph:
    """The graph in the making."""

    def __init__(self, directory: Directory, stated: Stated) -> None:
        self._directory = directory
        self._contracts = Contracts(stated)
        self._nodes: dict[str, _Node] = {}
        self._lines: dict[tuple[str, str], _Line] = defaultdict(_Line)
        for service in stated.services:
            self._nodes[service.name] = _Node(
                name=service.name,
                at=service.at,
                owner=service.owner,
                zone=service.zone,
                layer=service.layer,
                declared=True,
                declares=service.declares,
            )
        for store in stated.datastores:
            self._nodes.setdefault(store.name, _Node(name=store.name, at=store.at, kind="datastore", declared=True))
        for service in stated.services:
            for edge in service.depends_on:
                line = self._line(service.name, directory.named(edge.target, ""), edge.asynchronous)
                self._say(line.declared, "declared here", edge.at)
                line.protocols.update(filter(None, [edge.protocol]))
                line.interfaces.update(filter(None, [edge.interface]))

    def add_service(self, found: FoundService) -> None:
        """Add what a file says of a service to what is known of it."""
        name = self._directory.name_of(found)
        node = self._nodes.setdefault(name, _Node(name=name, at=found.at, kind=found.kind))
        if found.declared and not node.declared:
            node.at, node.kind = found.at, found.kind
        node.declared = node.declared or found.declared
        node.owner = node.owner or found.owner
        node.system = node.system or found.system
        node.zone = node.zone or found.zone
        node.layer = node.layer or found.layer
        node.lifecycle = node.lifecycle or found.lifecycle

    def add_declared(self, source: str, target: str, found: FoundEdge, lifecycle: str) -> None:
        """Add a declaration; `lifecycle` is that of the API that is used, if one is."""
        for name in (source, target):
            self._nodes.setdefault(name, _Node(name=name, at=found.at))
        line = self._line(source, target, found.asynchronous)
        self._say(line.declared, "declared here", found.at)
        line.protocols.update(filter(None, [found.protocol]))
        line.interfaces.update(filter(None, [found.interface]))
        line.lifecycle = line.lifecycle or lifecycle
        if self._nodes[source].declared and self._directory.declares(found):
            self._nodes[source].declares = True

    def add_used(self, endpoint: Endpoint) -> None:
        """Add what an endpoint leads to. One without a service, on the same machine, or of a CI job gives no edge."""
        if not endpoint.service or "#" in endpoint.holder:
            return
        self._nodes.setdefault(endpoint.service, _Node(name=endpoint.service, at=endpoint.at))
        for host in endpoint.hosts:
            behind = host.datastore or self._directory.behind_pooler(host.name) or host.service
            target = behind or (host.name if _is_plain(host.name) else "")
            if not target or host.host_class == "loopback" or target == endpoint.service:
                continue
            line = self._line(endpoint.service, target, endpoint.family in _QUEUES)
            line.protocols.update({endpoint.family} - {"unknown"})
            self._say(line.used, f"`{endpoint.key}` leads there", endpoint.at)

    def services(self) -> list[Service]:
        """The nodes, with their degrees."""
        out = Counter(source for source, target in self._lines if target in self._nodes)
        into = Counter(target for _, target in self._lines)
        return [
            Service(**vars(node), fan_in=into[name], fan_out=out[name]) for name, node in sorted(self._nodes.items())
        ]

    def edges(self) -> list[Edge]:
        """The edges, with the contracts that they break."""
        return [self._edge(source, target, line) for (source, target), line in sorted(self._lines.items())]

    def cycles(self) -> Iterator[Cycle]:
        """The cycles of services that wait for one another."""
        graph: dict[str, list[str]] = defaultdict(list)
        for (source, target), line in sorted(self._lines.items()):
            if not line.asynchronous:
                graph[source].append(target)
        for names in shortest_cycles(graph):
            pairs = list(zip(names, [*names[1:], names[0]], strict=True))
            told = [
                Evidence(message=f"`{source}` calls `{target}`", at=_places(self._lines[source, target])[0].at)
                for source, target in pairs
            ]
            yield Cycle(services=names, at=told[0].at, evidence=told[1:])

    def _edge(self, source: str, target: str, line: _Line) -> Edge:
        one, other = self._nodes.get(source), self._nodes.get(target)
        places = _places(line)
        return Edge(
            source=source,
            target=target,
            protocol=", ".join(sorted(line.protocols)),
            interface=", ".join(sorted(line.interfaces)),
            asynchronous=line.asynchronous,
            declared=bool(line.declared),
            used=bool(line.used),
            breaks=list(self._contracts.broken(_roles(source, one), _roles(target, other))),
            source_owner=one.owner if one else "",
            target_owner=other.owner if other else "",
            target_lifecycle=line.lifecycle or (other.lifecycle if other else ""),
            source_declares=bool(one and one.declares),
            at=places[0].at,
            evidence=places[1 : 1 + _MOST_EVIDENCE],
        )

    def _line(self, source: str, target: str, asynchronous: bool) -> _Line:
        line = self._lines[source, target]
        line.asynchronous = line.asynchronous and asynchronous
        return line

    def _say(self, places: list[Evidence], message: str, at: At) -> None:
        if len(places) <= _MOST_EVIDENCE:
            places.append(Evidence(message=message, at=at))


def _is_plain(host: str) -> bool:
    """Whether a host depends on no variable."""
    return not set(host) & set("${}<>%")


def _places(line: _Line) -> list[Evidence]:
    return [*line.used, *line.declared]


def _roles(name: str, node: _Node | None) -> dict[str, str]:
    """What contracts can call a service."""
    return {"service": name, "layer": node.layer if node else "", "zone": node.zone if node else ""}


def _declared(edges: list[FoundEdge], directory: Directory) -> Iterator[tuple[str, str, FoundEdge, str]]:
    """The declared edges between services; who consumes an API talks to those that provide it."""
    providers: Mapping[str, list[str]] = defaultdict(list)
    for edge in edges:
        if edge.kind == "provides":
            providers[edge.target.lower()].append(edge.source)
    for edge in edges:
        path = edge.at.path
        source = directory.named(edge.source, path)
        consumed = providers.get(edge.target.lower(), []) if edge.kind == "consumes" else []
        for target in consumed or [edge.target] if edge.kind not in {"provides", "network"} else []:
            if directory.named(target, path) != source:
                yield (
                    source,
                    directory.named(target, path),
                    edge,
                    directory.lifecycle_of(edge.target) if consumed else "",
                )
