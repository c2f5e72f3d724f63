"""What Kubernetes manifests add to who is who: workloads behind Services, namespaces, and where a mesh encrypts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from policygate.facts.model_kubernetes import KubernetesObjects, KubernetesService, Workload
from policygate.facts.model_network import FoundService
from policygate.location import At

Place = tuple[str, int, int]
"""The path, line and column of a name, by which two facts about one object know each other."""


@dataclass(frozen=True)
class Cluster:
    """The objects of all manifests together."""

    namespaces: frozenset[str] = frozenset()
    """Those that some manifest names."""
    encrypted: frozenset[str] = frozenset()
    """Those in which every pod of the mesh refuses plaintext, whatever file says so."""
    holders: Mapping[tuple[str, str, str], FoundService] = field(default_factory=dict)
    """By path, namespace and name of a workload the service that it is."""
    behind: Mapping[Place, FoundService] = field(default_factory=dict)
    """By the place of a Service what it leads to, where all workloads that it selects are one service."""


def cluster_of(objects: Sequence[KubernetesObjects], services: Iterable[FoundService]) -> Cluster:
    """What the objects say; `services` are those found, of which some are these workloads and Services."""
    if not objects:
        return Cluster()
    found = {place_of(service.at): service for service in services}
    workloads = [each for one in objects for each in one.workloads if place_of(each.at) in found]
    return Cluster(
        namespaces=frozenset(_namespaces(objects)) - {""},
        encrypted=frozenset(_encrypted(objects)),
        holders={(each.at.path, each.namespace, each.name): found[place_of(each.at)] for each in workloads},
        behind=_behind([each for one in objects for each in one.services], workloads, found),
    )


def place_of(at: At) -> Place:
    """What tells one name from another."""
    return at.path, at.start.line, at.start.column


def _namespaces(objects: Iterable[KubernetesObjects]) -> Iterable[str]:
    for one in objects:
        yield from (space.name for space in one.namespaces)
        yield from (workload.namespace for workload in one.workloads)
        yield from (service.namespace for service in one.services)


def _encrypted(objects: Iterable[KubernetesObjects]) -> set[str]:
    found = [each for one in objects for each in one.peer_authentications]
    relaxed = {each.namespace for each in found if each.mode != "STRICT" or each.dynamic or each.port_modes}
    return {each.namespace for each in found if each.mode == "STRICT" and not each.labels} - relaxed


def _behind(
    services: Iterable[KubernetesService], workloads: Iterable[Workload], found: Mapping[Place, FoundService]
) -> dict[Place, FoundService]:
    by_label: dict[tuple[str, str, str], list[Workload]] = defaultdict(list)
    for workload in workloads:
        for key, value in workload.labels.items():
            by_label[workload.namespace, key, value].append(workload)
    behind = {}
    for service in services:
        pairs = list(service.selector.items())
        first = by_label.get((service.namespace, *pairs[0]), []) if pairs and not service.dynamic else []
        selected = [each for each in first if all(each.labels.get(key) == value for key, value in pairs)]
        names = {found[place_of(each.at)].name for each in selected}
        if len(names) == 1:
            behind[place_of(service.at)] = found[place_of(selected[0].at)]
    return behind
