"""A set of manifests as a cluster, and what the host of an endpoint is in it. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from policygate.errors import SourceError
from policygate.facts.kubernetes.policy import Cluster, Namespace, Pod, Policy
from policygate.facts.kubernetes.policy_facts import pod_of, policy_of
from policygate.facts.kubernetes.policy_questions import Stranger, Target
from policygate.facts.kubernetes.ranges import EVERY_ADDRESS, Ranges, address
from policygate.facts.model_kubernetes import (
    KubernetesObjects,
    KubernetesService,
    NamespaceFact,
    NetworkPolicyFact,
    ServicePort,
    Workload,
)

_WORK = 30_000_000
"""Requirements of selectors that may be compared with labels; a thousand workloads and policies need far fewer."""


@dataclass(frozen=True)
class Aim:
    """What an endpoint's host may be: any of some targets, with the ports of the target itself; None if unknown."""

    targets: tuple[Target, ...]
    ports: Ranges | None


class ManifestCluster:
    """The workloads and policies of one set of manifests.

    A workload or policy whose names or labels somebody else fills in, and a policy that is not valid, are left out.
    Namespaces and Services of `around`, objects that belong to no set of their own, are known too.
    """

    def __init__(self, objects: KubernetesObjects, around: KubernetesObjects) -> None:
        self._around = around
        self._objects = objects
        self.pods: Mapping[int, Pod] = {
            id(each): pod_of(each, namespace=each.namespace) for each in objects.workloads if not each.dynamic
        }
        self.workloads: Mapping[Pod, Workload] = {
            self.pods[id(each)]: each for each in objects.workloads if id(each) in self.pods
        }
        self.policies: Mapping[Policy, NetworkPolicyFact] = {
            policy_of(each, namespace=each.namespace): each
            for each in objects.policies
            if each.valid and not each.dynamic
        }
        self.authentications = (*around.peer_authentications, *objects.peer_authentications)
        self.cluster = Cluster(list(self.workloads), self._namespaces(), list(self.policies))
        self._require_bounded()

    def pod(self, workload: Workload) -> Pod | None:
        """The pods of a workload of the set; None when its labels are not known."""
        return self.pods.get(id(workload))

    def aim(self, host: str, port: int, namespace: str) -> Aim | None:
        """What a host, in normal form, is for a pod of a namespace, an ExternalName followed once.

        None when that cannot be said.
        """
        name, inside = _in_cluster(host, namespace)
        service = self._services.get((inside, name)) if name else None
        if service is not None and service.external_name:
            host, name, service = service.external_name, "", None
        place = address(host)
        ports = Ranges.of([(port, port)]) if port else None
        if place is not None:
            return Aim((Ranges(((place, place),)),), ports)
        if service is not None:
            return self._behind(service, port)
        if not name:
            return Aim((EVERY_ADDRESS,), ports)
        certain = "svc" in host.split(".")
        return Aim((Stranger(inside),) if certain else (Stranger(inside), EVERY_ADDRESS), None)

    def named(self, namespace: str, name: str) -> Workload | None:
        """The one workload of a name, whatever its kind."""
        found = self._by_name.get((namespace, name), [])
        return found[0] if len(found) == 1 else None

    def in_namespace(self, namespace: str) -> Sequence[Pod]:
        """The pods of a namespace."""
        return self._by_namespace.get(namespace, [])

    def _behind(self, service: KubernetesService, port: int) -> Aim | None:
        """The pods behind a Service; None when it has none here, or no such port."""
        chosen = self._chosen(service)
        given = [each for each in service.ports if each.number == port or (not port and len(service.ports) == 1)]
        if service.dynamic or not chosen or any(self.workloads[pod].host_network for pod in chosen):
            return None
        if not given:
            return Aim(tuple(chosen), None) if not port else None
        return Aim(tuple(chosen), Ranges.union(_target(given[0], pod) for pod in chosen))

    def _chosen(self, service: KubernetesService) -> list[Pod]:
        """The pods that a Service selects; none for one without a selector."""
        asked = service.selector.items()
        likely = [self._by_label.get((service.namespace, *label), []) for label in asked]
        return [pod for pod in min(likely, key=len, default=[]) if asked <= pod.labels.items()]

    @cached_property
    def _by_label(self) -> Mapping[tuple[str, str, str], list[Pod]]:
        found: dict[tuple[str, str, str], list[Pod]] = defaultdict(list)
        for pod in self.workloads:
            for label in pod.labels.items():
                found[pod.namespace, *label].append(pod)
        return found

    @cached_property
    def _services(self) -> Mapping[tuple[str, str], KubernetesService]:
        """By namespace and name."""
        known = [*self._around.services, *self._objects.services]
        return {(each.namespace, each.name): each for each in known}

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], list[Workload]]:
        found: dict[tuple[str, str], list[Workload]] = defaultdict(list)
        for each in self._objects.workloads:
            found[each.namespace, each.name].append(each)
        return found

    @cached_property
    def _by_namespace(self) -> Mapping[str, list[Pod]]:
        found: dict[str, list[Pod]] = defaultdict(list)
        for pod in self.workloads:
            found[pod.namespace].append(pod)
        return found

    def _namespaces(self) -> Iterable[Namespace]:
        known: list[NamespaceFact] = [*self._around.namespaces, *self._objects.namespaces]
        return [Namespace(each.name, each.labels) for each in known if not each.dynamic]

    def _require_bounded(self) -> None:
        requirements: dict[str, int] = defaultdict(int)
        for policy in self.policies:
            requirements[policy.namespace] += 1 + sum(1 + len(each.values) for each in policy.selector.requirements)
        if sum(len(pods) * requirements[name] for name, pods in self._by_namespace.items()) > _WORK:
            raise SourceError("too many workloads and policies in one namespace")


def _in_cluster(host: str, namespace: str) -> tuple[str, str]:
    """Name and namespace of the Service that a host may be; an empty name for what is none."""
    inner = host.removesuffix(".cluster.local")
    short = inner.removesuffix(".svc")
    labels = short.split(".")
    if len(labels) == 1 and inner == host:
        return (host, namespace) if short == inner else ("", "")
    if len(labels) == 2 and (short != inner or host == short):
        return labels[0], labels[1]
    return "", ""


def _target(port: ServicePort, pod: Pod) -> Ranges:
    """The ports of a pod that a port of a Service may lead to; of a headless one to its own number."""
    named = [each.number for each in pod.ports if each.name == port.target and each.protocol == port.protocol]
    numbers = [int(port.target)] if port.target.isascii() and port.target.isdigit() else named
    return Ranges.of((number, number) for number in {*numbers, port.number})
