"""Kubernetes manifests together: what NetworkPolicies select and open, what meshes let by, what is blocked.

Only manifests that belong together are compared (`facts.kubernetes.manifest_sets`), and no absence is concluded from a
set that is not complete.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Protocol, TypeVar

from policygate.facts.kubernetes.manifest_cluster import ManifestCluster
from policygate.facts.kubernetes.manifest_endpoints import MOST_POLICIES, EndpointCheck, Held
from policygate.facts.kubernetes.manifest_near import nearest
from policygate.facts.kubernetes.manifest_sets import ManifestSet, manifest_sets
from policygate.facts.kubernetes.mesh import bypasses, holds, open_hosts, open_rules
from policygate.facts.kubernetes.policy import Policy
from policygate.facts.kubernetes.policy_facts import policy_of
from policygate.facts.kubernetes.policy_questions import Wide, wide
from policygate.facts.kubernetes.selectors import selector_of
from policygate.facts.model import FileFacts, Network
from policygate.facts.model_kubernetes import (
    Kubernetes,
    KubernetesAlias,
    KubernetesObjects,
    KubernetesPolicy,
    KubernetesService,
    KubernetesWorkload,
    MeshOpening,
    MeshScope,
    NetworkPolicyFact,
    SelectingPolicy,
    Sidecar,
    WideRule,
    Workload,
)
from policygate.facts.model_network import Endpoint, Evidence
from policygate.facts.net.directory import Directory
from policygate.facts.own import Surroundings
from policygate.facts.syntax.budget import Budget
from policygate.location import At

_RUNTIME_LABELS = (
    "pod-template-hash",
    "controller-revision-hash",
    "job-name",
    "controller-uid",
    "batch.kubernetes.io/",
    "statefulset.kubernetes.io/",
    "apps.kubernetes.io/",
)
"""Labels that pods get when they are made."""


def link(files: FileFacts, surroundings: Surroundings, network: Network) -> Network:
    """Add what the manifests say together, every list sorted by place, and which endpoints a mesh encrypts."""
    if not files.kubernetes:
        return network
    linker = _Linker(files, surroundings, network)
    return network.model_copy(update={"kubernetes": linker.kubernetes(), "endpoints": linker.endpoints()})


class _Linker:
    def __init__(self, files: FileFacts, surroundings: Surroundings, network: Network) -> None:
        self.files = files
        self.network = network
        self.stated = surroundings.network
        self.placed = cache(Directory(files, self.stated).environment_of)
        self.budget = Budget()
        sets = manifest_sets(files, self._environment)
        around = self._around(sets)
        self.sets = [(each, ManifestCluster(each.objects, around if each.environment else _NOBODY)) for each in sets]

    def kubernetes(self) -> Kubernetes:
        """All facts."""
        return Kubernetes(
            workloads=_sorted(each for some in self._workloads for each in some),
            policies=_sorted(each for part in self.sets for each in self._policies(*part)),
            aliases=_sorted(self._alias(each) for part in self.sets for each in _external(part[0])),
            openings=_sorted(each for part, _ in self.sets for each in self._openings(part.objects)),
            scopes=_sorted(self._scopes()),
            uncovered=_sorted(each for check in self._checks for each in check.uncovered()),
            unneeded=_sorted(each for check in self._checks for each in check.unneeded()),
        )

    def endpoints(self) -> list[Endpoint]:
        """Those of the network, with what a mesh does to them."""
        told = {
            (*_place(each.at), each.key): {"mesh_tls": strict}
            for check in self._checks
            for each, strict in check.encrypted()
        }
        keys = [(*_place(each.at), each.key) for each in self.network.endpoints]
        pairs = zip(keys, self.network.endpoints, strict=True)
        return [each.model_copy(update=told[key]) if key in told else each for key, each in pairs]

    def _environment(self, path: str, namespace: str) -> str:
        environment, _ = self.placed(path, namespace)
        return environment.name if environment else ""

    def _around(self, sets: Sequence[ManifestSet]) -> KubernetesObjects:
        """What no environment claims, if that is one set."""
        unclaimed = [each.objects for each in sets if not each.environment]
        return unclaimed[0] if len(unclaimed) == 1 else _NOBODY

    @cached_property
    def _workloads(self) -> list[list[KubernetesWorkload]]:
        """By the number of their set, in the order of its workloads."""
        return [list(self._workloads_of(*part)) for part in self.sets]

    def _workloads_of(self, part: ManifestSet, manifests: ManifestCluster) -> Iterator[KubernetesWorkload]:
        everywhere = any(not each.namespace for each in part.objects.other_policies)
        elsewhere = {each.namespace for each in part.objects.other_policies}
        for each in part.objects.workloads:
            known = part.complete and not everywhere and each.namespace not in elsewhere
            yield self._workload(each, manifests, known=known)

    def _workload(self, workload: Workload, manifests: ManifestCluster, *, known: bool) -> KubernetesWorkload:
        environment, evidence = self.placed(workload.at.path, workload.namespace)
        pod = manifests.pod(workload)
        out = manifests.cluster.policies_of(pod, "egress") if pod else []
        into = manifests.cluster.policies_of(pod, "ingress") if pod else []
        required = bool(environment and environment.isolated)
        if environment and required:
            told = Evidence(message=f"every workload of `{environment.name}` must be isolated", at=environment.at)
            evidence = (*evidence, told)
        return KubernetesWorkload(
            environment=environment.name if environment else "",
            protected=bool(environment and environment.protected),
            isolation_required=required,
            namespace=workload.namespace or "default",
            kind=workload.kind,
            name=workload.name,
            known=known,
            isolated_egress=bool(out),
            isolated_ingress=bool(into),
            selected_by_egress=_selecting(out),
            selected_by_ingress=_selecting(into),
            host_network=workload.host_network,
            host_network_at=workload.host_network_at,
            bypasses=list(bypasses(workload.mesh)),
            at=workload.at,
            evidence=list(evidence),
        )

    def _policies(self, part: ManifestSet, manifests: ManifestCluster) -> Iterator[KubernetesPolicy]:
        of_fact = {id(fact): policy for policy, fact in manifests.policies.items()}
        for fact in part.objects.policies:
            if fact.valid:
                yield self._policy(fact, of_fact.get(id(fact)), part, manifests)

    def _policy(
        self, fact: NetworkPolicyFact, policy: Policy | None, part: ManifestSet, manifests: ManifestCluster
    ) -> KubernetesPolicy:
        """A valid policy; None stands for one whose names are not known: only its wide rules are."""
        environment, _ = self.placed(fact.at.path, fact.namespace)
        selector = selector_of(fact.selector)
        selects = len(manifests.cluster.selecting(policy)) if policy else 0
        judged = part.complete and not any(key.startswith(_RUNTIME_LABELS) for key in selector.keys)
        near = nearest(selector, manifests.in_namespace(fact.namespace)) if judged and not selects else None
        return KubernetesPolicy(
            environment=environment.name if environment else "",
            protected=bool(environment and environment.protected),
            namespace=fact.namespace or "default",
            name=fact.name,
            egress="egress" in fact.types,
            ingress="ingress" in fact.types,
            selects=selects,
            known=judged,
            selector=str(selector),
            near=[Evidence(message=near.labels, at=manifests.workloads[near.pod].at)] if near else [],
            like=bool(near and near.like),
            wide=[_wide(each) for each in wide(policy or policy_of(fact, namespace=fact.namespace))],
            at=fact.at,
        )

    def _alias(self, service: KubernetesService) -> KubernetesAlias:
        host = service.external_name
        own, _ = self.placed(service.at.path, service.namespace)
        found = self.stated.environment_of_host(host)
        store = self.stated.datastore_of_host(host)
        pooler = self.stated.pooler_of_host(host)
        claims = [(f"`{host}` is of the environment `{found[0].name}`", found[1].at)] if found else []
        claims += [(f"`{host}` is an address of `{store[0].name}`", store[1].at)] if store else []
        return KubernetesAlias(
            namespace=service.namespace or "default",
            name=service.name,
            environment=own.name if own else "",
            host=host,
            host_environment=found[0].name if found else "",
            host_protected=bool(found and found[0].protected),
            datastore=store[0].name if store else "",
            pooler=pooler is not None,
            at=service.external_name_at,
            evidence=[Evidence(message=message, at=at) for message, at in claims],
        )

    def _openings(self, objects: KubernetesObjects) -> Iterator[MeshOpening]:
        for entry in objects.service_entries:
            for host in open_hosts(entry):
                yield self._opening("ServiceEntry", entry.namespace, entry.name, host.name, host.at)
        for policy in objects.authorizations:
            for at in open_rules(policy):
                yield self._opening("AuthorizationPolicy", policy.namespace, policy.name, "", at)

    def _opening(self, kind: str, namespace: str, name: str, host: str, at: At) -> MeshOpening:
        environment, _ = self.placed(at.path, namespace)
        fields = {
            "kind": kind,
            "environment": environment.name if environment else "",
            "protected": bool(environment and environment.protected),
            "namespace": namespace or "default",
            "name": name,
            "host": host,
            "at": at,
        }
        return MeshOpening.model_validate(fields)

    def _scopes(self) -> Iterator[MeshScope]:
        """The settings of a mesh that are all that keeps protected workloads from calling anybody."""
        free = [
            [workload for workload, fact in zip(part.objects.workloads, facts, strict=True) if _is_free(fact)]
            for (part, _), facts in zip(self.sets, self._workloads, strict=True)
        ]
        for (part, _), inside in zip(self.sets, free, strict=True):
            for sidecar in part.objects.sidecars:
                wide = sidecar.kind == "IstioOperator"
                found = [each for some in free for each in some] if wide else inside
                self.budget.spend(len(found))
                about = [each for each in found if holds(sidecar, each)]
                if about and sidecar.mode == "REGISTRY_ONLY" and not sidecar.dynamic:
                    yield self._scope(sidecar, about)

    def _scope(self, sidecar: Sidecar, workloads: Sequence[Workload]) -> MeshScope:
        first = workloads[0]
        return MeshScope(
            kind=sidecar.kind,
            environment=self._environment(first.at.path, first.namespace),
            protected=True,
            namespace=sidecar.namespace or "default",
            name=sidecar.name,
            workloads=len(workloads),
            workload=first.name,
            workload_at=first.at,
            at=sidecar.at,
        )

    @cached_property
    def _checks(self) -> list[EndpointCheck]:
        """One for each complete set."""
        held = self._held()
        return [
            EndpointCheck(manifests, held[index], part.environment, self.budget)
            for index, (part, manifests) in enumerate(self.sets)
            if part.complete and held.get(index)
        ]

    def _held(self) -> Mapping[int, list[Held]]:
        """The endpoints of workloads, by the number of their set."""
        by_path: dict[str, list[int]] = defaultdict(list)
        for index, (part, _) in enumerate(self.sets):
            for path in part.paths:
                by_path[path].append(index)
        found: dict[int, list[Held]] = defaultdict(list)
        for endpoint in self.files.endpoints:
            for index in by_path.get(endpoint.at.path, ()) if endpoint.holder else ():
                workload = self.sets[index][1].named(endpoint.namespace, endpoint.holder)
                if workload is not None:
                    found[index].append(Held(endpoint, workload))
        return found


_NOBODY = KubernetesObjects()


def _is_free(workload: KubernetesWorkload) -> bool:
    """Whether it is protected, and policies keep it from nothing."""
    return workload.protected and workload.known and not workload.isolated_egress and not workload.host_network


def _external(part: ManifestSet) -> Iterator[KubernetesService]:
    return (each for each in part.objects.services if each.external_name and not each.dynamic)


def _selecting(policies: Sequence[Policy]) -> list[SelectingPolicy]:
    return [SelectingPolicy(name=each.name, at=each.at) for each in policies[:MOST_POLICIES]]


def _wide(found: Wide) -> WideRule:
    return WideRule(
        direction=found.direction,
        kind=found.kind,
        cidr=", ".join(peer.cidr for peer in found.blocks),
        excepts=[each for peer in found.blocks for each in peer.excepts],
        private_excepted=found.private_excepted,
        ports=found.ports,
        at=found.blocks[0].at if found.blocks else found.rule.at,
    )


_Found = TypeVar("_Found", bound="_Standing")


class _Standing(Protocol):
    """What has a place."""

    @property
    def at(self) -> At: ...


def _sorted(found: Iterable[_Found]) -> list[_Found]:
    return sorted(found, key=lambda each: _place(each.at))


def _place(at: At) -> tuple[str, int, int]:
    return at.path, at.start.line, at.start.column
