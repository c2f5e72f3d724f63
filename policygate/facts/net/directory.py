"""Who is who: from the names and addresses that files use to services, as all files of a checkout say it together."""

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from policygate.facts.kubernetes.cluster import cluster_of, place_of
from policygate.facts.model import FileFacts
from policygate.facts.model_network import Evidence, FoundAlias, FoundEdge, FoundEndpoint, FoundService
from policygate.facts.net.hosts import normal
from policygate.facts.net.stated import Stated, StatedEnvironment

_MAX_HOPS = 8
"""Aliases of aliases; a chain of real ones has two or three."""

_SUFFIXES = ("", ".svc", ".svc.cluster.local")
"""What may follow `name.namespace` in a cluster."""


@dataclass(frozen=True)
class Where:
    """The place from which a name is used, which decides what it means."""

    path: str
    namespace: str


@dataclass(frozen=True)
class Resolved:
    """A host behind its aliases."""

    name: str
    evidence: tuple[Evidence, ...]


Placed = tuple[StatedEnvironment | None, tuple[Evidence, ...]]
"""An environment, and what says so."""


class Directory:
    """The services of a checkout by name and by address."""

    def __init__(self, files: FileFacts, stated: Stated) -> None:
        self.stated = stated
        self._placed: dict[tuple[str, str], Placed] = {}
        self._folders = _folders(files.services)
        self._declared = {service.name.lower(): service.name for service in stated.services}
        self._declared |= {store.name.lower(): store.name for store in stated.datastores}
        for each in files.services:
            if each.declared:
                self._declared.setdefault(each.name.lower(), each.name)
        self._catalog = _catalog(files.services)
        self._lifecycles = {each.name.lower(): each.lifecycle for each in files.services if each.lifecycle}
        self._cluster = cluster_of(files.kubernetes, files.services)
        self._local: dict[tuple[str, str], FoundService] = {}
        self._hosts: dict[str, FoundService] = {}
        for service in files.services:
            for host in service.hosts:
                self._enter(service, normal(host.name))
        self._aliases: dict[tuple[str, str], list[FoundAlias]] = defaultdict(list)
        for alias in files.aliases:
            for name in _called(alias):
                self._aliases[alias.at.path if alias.local else "", name].append(alias)

    def name_of(self, service: FoundService) -> str:
        """What a service is called in the graph: one of a compose file by its folder too, if others are called so.

        A Service of Kubernetes is called as the workload behind it.
        """
        service = self._cluster.behind.get(place_of(service.at), service)
        declared = self._declared.get(service.name.lower())
        if declared or not service.local or len(self._folders[service.name]) < 2:
            return declared or service.name
        return f"{posixpath.dirname(service.at.path) or '.'}/{service.name}"

    def named(self, name: str, path: str) -> str:
        """What a service that a declaration in a file names is called in the graph."""
        local = self._local.get((path, name.lower()))
        declared = self._declared.get(name.lower())
        if local or declared:
            return self.name_of(local) if local else declared or name
        host = normal(name.rpartition(":")[0] or name)
        store = self.stated.datastore_of_host(host)
        return store[0].name if store else self.service_of(host, Where(path, "")) or name

    def holder_of(self, endpoint: FoundEndpoint) -> tuple[str, tuple[Evidence, ...]]:
        """The service that has an endpoint, and what says so; empty when nothing does.

        An nginx before a service is not that service: its configuration belongs to one only where a path says so.
        """
        path = endpoint.at.path
        workload = self._cluster.holders.get((path, endpoint.namespace, endpoint.holder))
        holder = workload.name if workload else endpoint.holder
        declared = self._declared.get(holder.lower())
        if declared:
            return declared, ()
        claimed = self.stated.service_of_path(path)
        if claimed:
            service, claim = claimed
            return service.name, (Evidence(message=f"`{claim.pattern}` belongs to `{service.name}`", at=claim.at),)
        if holder and "#" not in holder:
            return self.named(holder, path), ()
        return ("", ()) if endpoint.by == "pass" else self._standing_for(path)

    def environment_of(self, path: str, namespace: str) -> Placed:
        """The environment that a file, or else a namespace, belongs to, and what says so."""
        if (path, namespace) not in self._placed:
            self._placed[path, namespace] = self._environment_of(path, namespace)
        return self._placed[path, namespace]

    def _environment_of(self, path: str, namespace: str) -> Placed:
        by_path = self.stated.environment_of_path(path)
        found = by_path or self.stated.environment_of_namespace(namespace)
        if found is None:
            return None, ()
        environment, claim = found
        what = f"`{path}`" if by_path else f"the namespace `{namespace}`"
        message = f"{what} is of the environment `{environment.name}`, by `{claim.pattern}`"
        return environment, (Evidence(message=message, at=claim.at),)

    def environment_of_host(self, host: str, where: Where) -> Placed:
        """The environment that a host belongs to: by its name, or by the namespace that it is in."""
        found = self.stated.environment_of_host(host)
        if found:
            environment, claim = found
            message = f"`{host}` is of the environment `{environment.name}`, by `{claim.pattern}`"
            return environment, (Evidence(message=message, at=claim.at),)
        namespace = self.namespace_of(host, where)
        found = self.stated.environment_of_namespace(namespace)
        if found is None:
            return None, ()
        environment, claim = found
        message = f"the namespace `{namespace}` is of the environment `{environment.name}`, by `{claim.pattern}`"
        return environment, (Evidence(message=message, at=claim.at),)

    def resolve(self, host: str, where: Where) -> list[Resolved]:
        """The hosts that a name stands for where it is used: itself, or what its aliases lead to.

        A name that `policygate.yaml` knows stays beside them: an alias does not take it out of its environment.
        """
        done: list[Resolved] = []
        open_: list[Resolved] = [Resolved(host, ())]
        seen = {host}
        while open_:
            current = open_.pop()
            aliases = self._aliases_of(current.name, where) if len(current.evidence) < _MAX_HOPS else []
            targets = {normal(alias.host): alias for alias in aliases}
            fresh = {name: alias for name, alias in targets.items() if name not in seen}
            if not fresh or self._is_stated(current.name):
                done.append(current)
            for name, alias in fresh.items():
                seen.add(name)
                told = Evidence(message=f"`{current.name}` is another name for `{name}`", at=alias.at)
                open_.append(Resolved(name, (*current.evidence, told)))
        return done

    def service_of(self, host: str, where: Where) -> str:
        """The service that a host is an address of, where it is used; empty when none is known."""
        local = self._local_service(host, where)
        if local:
            return self.name_of(local)
        stated = self.stated.service_of_host(host)
        if stated:
            return stated[0].name
        for name in (host, f"{host}.{where.namespace}") if where.namespace else (host,):
            if name in self._hosts:
                return self.name_of(self._hosts[name])
        return ""

    def is_encrypted(self, host: str, where: Where) -> bool:
        """Whether the mesh refuses plaintext where a host of the cluster is."""
        namespace = self.namespace_of(host, where)
        return bool(namespace) and namespace in self._cluster.encrypted

    def lifecycle_of(self, name: str) -> str:
        """The lifecycle of what a catalog calls so; empty when it says none."""
        return self._lifecycles.get(name.lower(), "")

    def namespace_of(self, host: str, where: Where) -> str:
        """The namespace that a host of a cluster is in; empty for other hosts."""
        labels = host.removesuffix(".cluster.local").split(".")
        if len(labels) >= 3 and labels[-1] == "svc":
            return labels[-2]
        if len(labels) == 2 and labels[1] in self._cluster.namespaces:
            return labels[1]
        return where.namespace if self.service_of(host, where) else ""

    def behind_pooler(self, host: str) -> str:
        """The datastore that a host is the way to; empty for other hosts."""
        pooled = self.stated.pooler_of_host(host)
        return pooled[0].name if pooled else ""

    def is_local(self, host: str, where: Where) -> bool:
        """Whether a host is a service of the same file, or of the compose file beside an environment file."""
        return self._local_service(host, where) is not None

    def declares(self, edge: FoundEdge) -> bool:
        """Whether an edge is meant to tell what a service depends on; those of compose order what starts when."""
        return (edge.at.path, edge.source.lower()) not in self._local

    def _local_service(self, host: str, where: Where) -> FoundService | None:
        folder, name = posixpath.split(where.path)
        beside = self._local.get((folder, host)) if name.startswith(".env") or name.endswith(".env") else None
        return self._local.get((where.path, host)) or beside

    def _is_stated(self, host: str) -> bool:
        stated = self.stated
        return bool(stated.environment_of_host(host) or stated.datastore_of_host(host) or stated.pooler_of_host(host))

    def _standing_for(self, path: str) -> tuple[str, tuple[Evidence, ...]]:
        """The service that a whole folder, or the whole repository, is."""
        folder = posixpath.dirname(path)
        while True:
            components = self._catalog.get(folder, [])
            if len(components) == 1:
                told = Evidence(message=f"the files below belong to `{components[0].name}`", at=components[0].at)
                return self.name_of(components[0]), (told,)
            if components or not folder:
                return self.stated.service, ()
            folder = posixpath.dirname(folder)

    def _enter(self, service: FoundService, host: str) -> None:
        if service.local:
            self._local.setdefault((service.at.path, host), service)
            self._local.setdefault((posixpath.dirname(service.at.path), host), service)
        elif "." in host or not service.namespace:
            self._hosts.setdefault(host, service)

    def _aliases_of(self, host: str, where: Where) -> Sequence[FoundAlias]:
        """The aliases of a name where it is used; where environments differ, those of the same one count."""
        local = self._aliases.get((where.path, host))
        if local:
            return local
        names = (host, f"{host}.{where.namespace}") if where.namespace else (host,)
        found = [alias for name in names for alias in self._aliases.get(("", name), ())]
        here, _ = self.environment_of(where.path, where.namespace)
        placed = [(alias, self.environment_of(alias.at.path, alias.namespace)[0]) for alias in found]
        same = [alias for alias, there in placed if there == here]
        return same or [alias for alias, there in placed if here is None or there is None]


def _folders(services: Iterable[FoundService]) -> dict[str, set[str]]:
    folders: dict[str, set[str]] = defaultdict(set)
    for service in services:
        if service.local:
            folders[service.name].add(posixpath.dirname(service.at.path))
    return folders


def _catalog(services: Iterable[FoundService]) -> dict[str, list[FoundService]]:
    """By folder the services that its catalog or declaration is about."""
    catalog: dict[str, list[FoundService]] = defaultdict(list)
    for service in services:
        if service.declared and service.kind == "service":
            catalog[posixpath.dirname(service.at.path)].append(service)
    return catalog


def _called(alias: FoundAlias) -> Iterator[str]:
    """The names under which an alias is asked for."""
    name = normal(alias.name)
    if alias.local or not alias.namespace:
        yield name
    else:
        yield from (f"{name}.{alias.namespace}{suffix}" for suffix in _SUFFIXES)
