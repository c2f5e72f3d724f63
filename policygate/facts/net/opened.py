"""What a change opens in the network: edges that the base has not, and datastores that they bring into reach. Pure."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from policygate.facts.model import Network
from policygate.facts.model_network import Edge, Endpoint, EndpointHost, Evidence, Opened
from policygate.location import At

MOST = 50
"""Of the ways that lead over other services, and of the services and datastores that are searched from for them.

One search takes time linear in nodes and edges.
"""

LONGEST = 20
"""Services between the ends of a way."""

Pair = tuple[str, str]
Store = tuple[str, str]
"""A datastore of a protected environment: its name, and that of the environment."""


@dataclass(frozen=True)
class _Use:
    """An endpoint that leads from one service to another."""

    endpoint: Endpoint
    host: EndpointHost

    @property
    def kind(self) -> tuple[str, str]:
        """What makes it another way than its equals in source and target: family and environment."""
        return self.endpoint.family, self.host.environment

    @property
    def store(self) -> bool:
        return bool(self.host.datastore) or self.endpoint.is_datastore


def opened(base: Network, head: Network, renames: Mapping[str, str] | None = None) -> list[Opened]:
    """The edges of the head that the base has not, then at most `MOST` ways over several services to a datastore.

    An edge is a source, a target and a protocol, and not the place where it stands. One without a protocol in the base
    is for all of them; one that the base uses for other environments only is new where it enters a protected one. A way
    counts if its datastore is of a protected environment and its source could not reach that before; the shortest
    stands for all. `renames` leads from old to new paths: a service that is called by its folder moves along.
    """
    if not head.edges:
        return []
    names = _moved(base, head, renames or {})
    before, after = _Side(base, names), _Side(head)
    known = _stores([before, after])
    direct = [each for edge in head.edges for each in _new(edge, before, after, known)]
    if not direct:
        return []
    sources = list(dict.fromkeys(each.source for each in direct))[:MOST]
    return [*direct, *_reached(sources, before.graph(known), after.graph(known), after, before)]


class _Side:
    """The network of one side, by pairs of services; `names` leads from names to those that they have now."""

    def __init__(self, network: Network, names: Mapping[str, str] | None = None) -> None:
        self._names = names or {}
        self.edges = {(self._name(edge.source), self._name(edge.target)): edge for edge in network.edges}
        self.uses: dict[Pair, list[_Use]] = defaultdict(list)
        for endpoint in network.endpoints:
            for host in endpoint.hosts if "#" not in endpoint.holder else ():
                target = host.datastore or host.service or host.name
                self.uses[self._name(endpoint.service), self._name(target)].append(_Use(endpoint, host))

    def graph(self, known: Mapping[str, Sequence[str]]) -> "_Graph":
        """Who talks to whom, and to which datastores; a mere declaration leads to every protected one of that name."""
        graph = _Graph()
        for source, target in self.edges:
            uses = self.uses.get((source, target), [])
            environments = [use.host.environment for use in uses if use.store and use.host.protected]
            graph.add(source, target, dict.fromkeys(environments if uses else known.get(target, ())))
        return graph

    def _name(self, name: str) -> str:
        return self._names.get(name, name)


@dataclass
class _Graph:
    calls: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    stores: dict[str, list[Store]] = field(default_factory=lambda: defaultdict(list))

    def add(self, source: str, target: str, environments: Iterable[str]) -> None:
        self.calls[source].append(target)
        self.stores[source] += [(target, environment) for environment in environments]

    @cached_property
    def callers(self) -> Mapping[str, Sequence[str]]:
        callers: dict[str, list[str]] = defaultdict(list)
        for source, targets in self.calls.items():
            for target in targets:
                callers[target].append(source)
        return callers

    @cached_property
    def holders(self) -> Mapping[Store, Sequence[str]]:
        holders: dict[Store, list[str]] = defaultdict(list)
        for source, stores in self.stores.items():
            for store in stores:
                holders[store].append(source)
        return holders

    def reach(self, source: str) -> dict[Store, None]:
        """The datastores that a service reaches, itself or through others."""
        visited = _search([source], self.calls)
        return dict.fromkeys(store for name in visited for store in self.stores.get(name, ()))

    def reaching(self, store: Store) -> dict[str, str]:
        """The services that reach a datastore, the nearest first, each with the next one on a shortest way."""
        return _search(self.holders.get(store, ()), self.callers)


def _search(start: Iterable[str], neighbours: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Breadth first: what is found in the order in which it is, and from where; empty for where it starts."""
    found = dict.fromkeys(start, "")
    waiting = deque(found)
    while waiting:
        name = waiting.popleft()
        for neighbour in neighbours.get(name, ()):
            if neighbour not in found:
                found[neighbour] = name
                waiting.append(neighbour)
    return found


def _moved(base: Network, head: Network, renames: Mapping[str, str]) -> dict[str, str]:
    """Services of the base that the head calls by the new folder of their file, which is all that differs."""
    before, after = ({service.name for service in side.services} for side in (base, head))
    fresh = {
        (service.at.path, _last(service.name)): service.name for service in head.services if service.name not in before
    }
    return {
        service.name: fresh[renames[service.at.path], _last(service.name)]
        for service in base.services
        if service.name not in after and (renames.get(service.at.path, ""), _last(service.name)) in fresh
    }


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _stores(sides: Iterable[_Side]) -> Mapping[str, Sequence[str]]:
    """By the name of a datastore the protected environments that it is known to be in, whichever side says so."""
    known: dict[str, dict[str, None]] = defaultdict(dict)
    for side in sides:
        for (_, target), uses in side.uses.items():
            known[target] |= {use.host.environment: None for use in uses if use.store and use.host.protected}
    return {target: list(environments) for target, environments in known.items() if environments}


def _new(edge: Edge, before: _Side, after: _Side, known: Mapping[str, Sequence[str]]) -> Iterator[Opened]:
    """What of an edge of the head the base has not, one for each protocol and environment."""
    pair = (edge.source, edge.target)
    was = before.edges.get(pair)
    spoken = set(_protocols(was)) if was else set()
    environments = {use.host.environment for use in before.uses.get(pair, [])}
    uses = {use.kind: use for use in reversed(after.uses.get(pair, []))}
    for family, environment in sorted(uses):
        use = uses[family, environment]
        enters = use.host.protected and bool(environments) and environment not in environments
        if was is None or enters or (spoken and family not in spoken):
            yield _used(edge, use)
    for protocol in _protocols(edge) or ([] if uses else [""]):
        is_used = any(family == protocol for family, _ in uses)
        if not is_used and (was is None or (protocol and spoken and protocol not in spoken)):
            yield from _declared(edge, protocol, known.get(edge.target, ()))


def _protocols(edge: Edge) -> list[str]:
    return [protocol for protocol in edge.protocol.split(", ") if protocol]


def _used(edge: Edge, use: _Use) -> Opened:
    endpoint, host = use.endpoint, use.host
    return Opened(
        source=edge.source,
        target=edge.target,
        protocol=endpoint.family,
        tls="required" if endpoint.mesh_tls else endpoint.tls,
        family=endpoint.family,
        datastore=use.store,
        environment=host.environment,
        protected=host.protected,
        hops=[],
        at=endpoint.at,
        evidence=host.evidence,
    )


def _declared(edge: Edge, protocol: str, environments: Sequence[str]) -> Iterator[Opened]:
    for environment in environments or [""]:
        yield Opened(
            source=edge.source,
            target=edge.target,
            protocol=protocol,
            tls="unknown",
            family="unknown",
            datastore=bool(environment),
            environment=environment,
            protected=bool(environment),
            hops=[],
            at=edge.at,
            evidence=edge.evidence,
        )


def _reached(sources: Iterable[str], base: _Graph, head: _Graph, after: _Side, before: _Side) -> list[Opened]:
    """The ways over several services, the shortest first.

    Whoever newly reaches a datastore does so by way of the source of a new edge for which that datastore is new, too.
    """
    stores: dict[Store, None] = {}
    for source in sources:
        had = base.reach(source)
        stores |= {store: None for store in head.reach(source) if store not in had}
    ways = [way for store in sorted(stores)[:MOST] for way in _ways(store, base, head)]
    ways.sort(key=lambda way: (len(way[0]), way))
    return [_way(names, store, after, before) for names, store in ways[:MOST]]


def _ways(store: Store, base: _Graph, head: _Graph) -> Iterator[tuple[list[str], Store]]:
    """For each service that newly reaches a datastore through others: the services on its way, itself the first."""
    had, following = base.reaching(store), head.reaching(store)
    new = (name for name, after in following.items() if after and name not in had)
    for name in islice(new, MOST):
        way = [name]
        while following[way[-1]] and len(way) <= LONGEST:
            way.append(following[way[-1]])
        if not following[way[-1]]:
            yield way, store


def _way(names: list[str], store: Store, after: _Side, before: _Side) -> Opened:
    target, environment = store
    pairs = list(zip(names, [*names[1:], target], strict=True))
    uses = after.uses.get(pairs[-1], [])
    last = next((use for use in uses if use.store and use.host.environment == environment), None)
    places = [(pair, after.edges[pair].at) for pair in pairs[:-1]]
    places.append((pairs[-1], last.endpoint.at if last else after.edges[pairs[-1]].at))
    new = next((place for place in places if place[0] not in before.edges), places[-1])
    return Opened(
        source=names[0],
        target=target,
        protocol=last.endpoint.family if last else after.edges[pairs[-1]].protocol,
        tls=last.endpoint.tls if last else "unknown",
        family=last.endpoint.family if last else "unknown",
        datastore=True,
        environment=environment,
        protected=True,
        hops=names[1:],
        at=new[1],
        evidence=[*_calls(place for place in places if place is not new), *(last.host.evidence if last else [])],
    )


def _calls(places: Iterable[tuple[Pair, At]]) -> Iterator[Evidence]:
    for (source, target), at in places:
        yield Evidence(message=f"`{source}` talks to `{target}`", at=at)
