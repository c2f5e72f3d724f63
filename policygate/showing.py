"""From the network facts to what reports show of them. Pure."""

from collections.abc import Iterator

from policygate.facts import model
from policygate.facts.model_kubernetes import KubernetesWorkload
from policygate.facts.model_network import Edge, Endpoint, EndpointHost
from policygate.facts.model_nginx import Nginx, NginxLocation
from policygate.topology import Address, NewPath, Node, Row, Topology, Way

MOST_AROUND = 60
"""Edges around a change; a drawing has no room for more."""


def topology(network: model.Network) -> Topology:
    """The network of a checkout in tables."""
    addresses = [address for endpoint in network.endpoints for address in _addresses(endpoint)]
    return Topology(
        addresses=tuple(sorted(addresses, key=lambda each: each.service)),
        ways=tuple(map(_way, network.edges)),
        nodes=tuple(
            Node(
                name=each.name,
                kind=each.kind,
                owner=each.owner,
                layer=each.layer,
                fan_in=each.fan_in,
                fan_out=each.fan_out,
                declared=each.declared,
                at=each.at,
            )
            for each in network.services
        ),
        workloads=tuple(map(_workload, network.kubernetes.workloads)),
        nginx=locations(network.nginx),
    )


def locations(nginx: Nginx) -> tuple[Row, ...]:
    """The locations of nginx: who gets there, and what is behind."""
    return tuple(map(_location, nginx.locations))


def new_paths(change: model.Change) -> tuple[NewPath, ...]:
    """What a change opens, in the order of the facts."""
    return tuple(
        NewPath(
            source=each.source,
            target=each.target,
            protocol=each.protocol,
            tls=each.tls,
            family=each.family,
            datastore=each.datastore,
            environment=each.environment,
            protected=each.protected,
            hops=tuple(each.hops),
            at=each.at,
            evidence=tuple((evidence.message, evidence.at) for evidence in each.evidence),
        )
        for each in change.opened
    )


def around(change: model.Change, network: model.Network) -> tuple[Way, ...]:
    """The edges that share an end with a new one, none of them new: at most `MOST_AROUND`."""
    new = {(each.source, each.target) for each in change.opened if not each.hops}
    ends = {end for pair in new for end in pair}
    found = (
        edge
        for edge in network.edges
        if (edge.source, edge.target) not in new and (edge.source in ends or edge.target in ends)
    )
    return tuple(_way(edge) for edge, _ in zip(found, range(MOST_AROUND), strict=False))


def _way(edge: Edge) -> Way:
    return Way(
        source=edge.source,
        target=edge.target,
        protocol=edge.protocol,
        declared=edge.declared,
        used=edge.used,
        at=edge.at,
    )


def _addresses(endpoint: Endpoint) -> Iterator[Address]:
    if not endpoint.hosts:
        yield _address(endpoint, None)
    for host in endpoint.hosts:
        yield _address(endpoint, host)


def _address(endpoint: Endpoint, host: EndpointHost | None) -> Address:
    return Address(
        service=endpoint.service,
        key=endpoint.key,
        family=endpoint.family,
        host=host.name if host else "",
        port=host.port if host else 0,
        database=endpoint.database,
        tls="required" if endpoint.mesh_tls else endpoint.tls,
        environment=endpoint.environment,
        protected=endpoint.protected,
        host_environment=host.environment if host else "",
        host_protected=bool(host and host.protected),
        host_class=host.host_class if host else "unknown",
        marks=tuple(_marks(endpoint, host)),
        at=endpoint.at,
    )


def _marks(endpoint: Endpoint, host: EndpointHost | None) -> Iterator[str]:
    if endpoint.credentials:
        yield "password"
    if host and host.pooler:
        yield "pooler"
    if host and host.shared:
        yield "shared"
    if endpoint.mesh_tls:
        yield "mesh"
    if endpoint.dynamic:
        yield "dynamic"


def _location(location: NginxLocation) -> Row:
    unguarded = "perhaps guarded" if location.undecided else "open"
    guarded = f"guarded by {', '.join(location.protected_by)}" if location.protected_by else unguarded
    said = ("public" if location.public else "internal", guarded, location.content)
    return Row(f"{location.server} {location.location}".strip(), said, location.at)


def _workload(workload: KubernetesWorkload) -> Row:
    policies = ", ".join(policy.name for policy in workload.selected_by_egress)
    egress = f"egress by {policies}" if workload.isolated_egress else "egress open"
    more = [workload.environment, egress, "host network" if workload.host_network else ""]
    return Row(f"{workload.namespace}/{workload.kind}/{workload.name}", tuple(filter(None, more)), workload.at)
