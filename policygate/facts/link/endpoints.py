"""Endpoints: what each address is, whose it is, and in which environment both ends stand."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from policygate.facts.endpoint.grammar import is_datastore
from policygate.facts.model import FileFacts, Network
from policygate.facts.model_network import (
    AddedEndpoint,
    Endpoint,
    EndpointHost,
    Evidence,
    Family,
    FoundEndpoint,
    HostClass,
    HostPort,
    Tls,
)
from policygate.facts.model_nginx import NginxFile
from policygate.facts.net.directory import Directory, Resolved, Where
from policygate.facts.net.hosts import host_class, is_address, normal
from policygate.facts.net.stated import Stated, claimed
from policygate.facts.own import Surroundings


def link(files: FileFacts, surroundings: Surroundings, network: Network) -> Network:
    """Add the endpoints, sorted by place."""
    every = [*_held(files.endpoints), *(found for file in files.nginx for found in passed_to(file))]
    if not every:
        return network
    linker = _Linker(Directory(files, surroundings.network), surroundings.network)
    endpoints = [linker.endpoint(found) for found in every]
    return network.model_copy(update={"endpoints": sorted(endpoints, key=_by_place)})


def classified(added: Iterable[AddedEndpoint], files: FileFacts, stated: Stated) -> list[Endpoint]:
    """The endpoints in added lines, with all that the files of their side and `policygate.yaml` know of them."""
    linker = _Linker(Directory(files, stated), stated)
    return [linker.endpoint(_as_found(each)) for each in added]


def _as_found(added: AddedEndpoint) -> FoundEndpoint:
    """A literal has no key, and stands in a line and no part of a configuration."""
    return FoundEndpoint(key="", by="form", holder="", namespace="", scope="added line", **dict(added))


def _held(endpoints: Sequence[FoundEndpoint]) -> Iterator[FoundEndpoint]:
    """The endpoints, but for those of an environment file that some service takes: that one has them."""
    held = {(each.at, each.key) for each in endpoints if each.holder}
    return (each for each in endpoints if each.holder or (each.at, each.key) not in held)


_PASSED: dict[str, tuple[Family, Tls]] = {
    "http": ("http", "disabled"),
    "https": ("http", "required"),
    "grpc": ("grpc", "disabled"),
    "grpcs": ("grpc", "required"),
    "memcached": ("memcached", "disabled"),
}
"""By the scheme of what nginx hands requests to; all others are protocols of their own."""


def passed_to(file: NginxFile) -> Iterator[FoundEndpoint]:
    """What nginx hands requests to, but for sockets, as endpoints."""
    for target in file.passes:
        family, tls = _PASSED.get(target.scheme, ("tcp", "unknown"))
        if target.host and not target.host.startswith("/"):
            yield FoundEndpoint(
                key="proxy_pass" if family in {"http", "grpc"} else f"{target.scheme}_pass",
                text=target.text,
                scheme=target.scheme,
                family=family,
                hosts=[HostPort(name=target.host, port=target.port)],
                database="",
                tls=tls,
                credentials=False,
                dynamic=target.dynamic,
                by="pass",
                holder="",
                namespace="",
                scope=f"server {', '.join(target.names)}".rstrip(),
                at=target.at,
            )


@dataclass(frozen=True)
class _Linker:
    directory: Directory
    stated: Stated

    def endpoint(self, found: FoundEndpoint) -> Endpoint:
        where = Where(found.at.path, found.namespace)
        service, named_by = self.directory.holder_of(found)
        environment, placed_by = self.directory.environment_of(where.path, where.namespace)
        hosts = list(self._hosts(found, where))
        return Endpoint(
            service=service,
            holder=found.holder,
            environment=environment.name if environment else "",
            protected=bool(environment and environment.protected),
            key=found.key,
            text=found.text,
            scheme=found.scheme,
            family=found.family,
            is_datastore=is_datastore(found.family) or any(host.datastore for host in hosts),
            hosts=hosts,
            database=found.database,
            tls=found.tls,
            mesh_tls=bool(hosts) and all(self.directory.is_encrypted(host.name, where) for host in hosts),
            credentials=found.credentials,
            dynamic=found.dynamic,
            by=found.by,
            local=bool(hosts) and all(self._is_local(host, where) for host in hosts),
            scope=found.scope,
            at=found.at,
            evidence=[*named_by, *placed_by],
        )

    def _hosts(self, found: FoundEndpoint, where: Where) -> Iterator[EndpointHost]:
        for written in found.hosts:
            for resolved in self.directory.resolve(normal(written.name), where):
                yield self._host(resolved, written.port, where)

    def _host(self, resolved: Resolved, port: int, where: Where) -> EndpointHost:
        name = resolved.name
        stated = self.stated
        environment, placed_by = self.directory.environment_of_host(name, where)
        store, pooled = stated.datastore_of_host(name), stated.pooler_of_host(name)
        service = self.directory.service_of(name, where)
        shared = claimed(stated.shared, name)
        known = environment or store or pooled or service or shared
        evidence = [*resolved.evidence, *placed_by]
        if store:
            owners = ", ".join(f"`{owner}`" for owner in store[0].owners) or "nobody"
            evidence.append(Evidence(message=f"`{store[0].name}` is for {owners} only", at=store[1].at))
            evidence += [
                Evidence(message=f"all others go through `{pooler.pattern}`", at=pooler.at)
                for pooler in store[0].poolers
            ]
        return EndpointHost(
            name=name,
            port=port,
            host_class=self._class(name, service or self.directory.namespace_of(name, where)),
            literal_ip=is_address(name),
            service=service,
            datastore=store[0].name if store else "",
            owners=list(store[0].owners) if store else [],
            pooler=pooled is not None,
            environment=environment.name if environment else "",
            protected=bool(environment and environment.protected),
            shared=shared is not None,
            allowed=bool(known) or claimed((*stated.internal, *stated.egress), name) is not None,
            evidence=evidence,
        )

    def _class(self, name: str, inside: str) -> HostClass:
        """What kind of place a host is; `inside` is what it is called there where it is one of the cluster."""
        stated = host_class(name)
        if inside and (stated == "unknown" or name.count(".") == 1):
            return "cluster"
        return "internal" if stated == "external" and claimed(self.stated.internal, name) else stated

    def _is_local(self, host: EndpointHost, where: Where) -> bool:
        return host.host_class == "loopback" or self.directory.is_local(host.name, where)


def _by_place(endpoint: Endpoint) -> tuple[str, int, int, str]:
    return endpoint.at.path, endpoint.at.start.line, endpoint.at.start.column, endpoint.key
