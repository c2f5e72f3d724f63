"""The Kubernetes objects of one file to facts (https://kubernetes.io/docs/reference/kubernetes-api/)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from policygate.facts.endpoint.values import Holder
from policygate.facts.kubernetes.config import Data, data_of, secrets_of, settings_of
from policygate.facts.kubernetes.mesh_objects import (
    aliases_of,
    read_authorization,
    read_peer_authentication,
    read_service_entry,
    read_sidecar,
)
from policygate.facts.kubernetes.objects import Object, child, objects_in
from policygate.facts.kubernetes.policy_yaml import read_policy
from policygate.facts.kubernetes.services import addressed, alias_of, read_ingress, read_namespace, read_service
from policygate.facts.kubernetes.workloads import TEMPLATES, Pods, read_workload
from policygate.facts.model import FileFacts, Problem
from policygate.facts.model_kubernetes import KubernetesObjects, OtherPolicy
from policygate.facts.model_network import FoundAlias, FoundEndpoint, FoundService
from policygate.facts.syntax.budget import Budget
from policygate.facts.syntax.yaml_tree import Node
from policygate.location import At

_SIMPLE = {
    ("networking.k8s.io", "Ingress"): ("ingresses", read_ingress),
    ("extensions", "Ingress"): ("ingresses", read_ingress),
    ("gateway.networking.k8s.io", "HTTPRoute"): ("ingresses", read_ingress),
    ("gateway.networking.k8s.io", "GRPCRoute"): ("ingresses", read_ingress),
    ("", "Namespace"): ("namespaces", read_namespace),
    ("networking.istio.io", "ServiceEntry"): ("service_entries", read_service_entry),
    ("networking.istio.io", "Sidecar"): ("sidecars", read_sidecar),
    ("install.istio.io", "IstioOperator"): ("sidecars", read_sidecar),
    ("security.istio.io", "AuthorizationPolicy"): ("authorizations", read_authorization),
    ("security.istio.io", "PeerAuthentication"): ("peer_authentications", read_peer_authentication),
}
_POLICIES = frozenset({("networking.k8s.io", "NetworkPolicy"), ("extensions", "NetworkPolicy")})
_FIREWALLS = frozenset({"EgressFirewall", "EgressNetworkPolicy"})

KINDS = frozenset(
    {"Service", "ConfigMap", "Secret", "NetworkPolicy"}.union(_FIREWALLS, (kind for _, kind in (*TEMPLATES, *_SIMPLE)))
)
"""The kinds that say something; so does everything that ends in `List` or `NetworkPolicy`."""


def kubernetes_facts(documents: Iterable[Node], budget: Budget, templates: Sequence[At] = ()) -> FileFacts:
    """What the objects of one file say together: a container may have its environment from a ConfigMap beside it.

    `templates` are the places of what must be rendered first.

    Raises:
        TooLargeError: references make the file too large.
    """
    said = _Said(budget)
    for document in documents:
        for found in objects_in(document):
            said.add(found)
    said.finish()
    said.lists["templates"] += templates
    return FileFacts(
        endpoints=said.endpoints,
        services=said.services,
        aliases=said.aliases,
        kubernetes=[KubernetesObjects(**said.lists)] if any(said.lists.values()) else [],
        problems=said.problems,
        secrets=said.secrets,
    )


@dataclass
class _Said:
    """What the objects say so far."""

    budget: Budget
    lists: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    """By field of `KubernetesObjects`."""
    endpoints: list[FoundEndpoint] = field(default_factory=list)
    services: list[FoundService] = field(default_factory=list)
    aliases: list[FoundAlias] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    secrets: list[At] = field(default_factory=list)
    _workloads: list[Object] = field(default_factory=list)
    _maps: dict[str, dict[str, Data]] = field(default_factory=lambda: defaultdict(dict))
    """The data of ConfigMaps by namespace and name."""

    def add(self, found: Object) -> None:
        """Take what an object says on its own; workloads and ConfigMaps wait for one another."""
        kind = (found.group, found.kind)
        if kind in TEMPLATES:
            self._workloads.append(found)
        elif kind == ("", "ConfigMap"):
            self._maps[found.namespace][found.name] = data_of(found)
        elif kind == ("", "Secret"):
            self.secrets += secrets_of(found)
        elif kind == ("", "Service"):
            self._add_service(found)
        elif kind in _POLICIES:
            self._add_policy(found)
        elif kind in _SIMPLE:
            name, read = _SIMPLE[kind]
            each = read(found)
            self.lists[name] += [each] if each else []
            self.aliases += aliases_of(found) if found.kind == "ServiceEntry" else []
        elif found.kind.endswith("NetworkPolicy") or found.kind in _FIREWALLS:
            other = OtherPolicy(kind=found.kind, namespace=found.namespace, name=found.name, at=found.at)
            self.lists["other_policies"].append(other)

    def finish(self) -> None:
        """Take what workloads and ConfigMaps say together."""
        mounted: dict[tuple[str, str], set[str]] = defaultdict(set)
        for found in self._workloads:
            pods = read_workload(found, self._maps[found.namespace], self.budget)
            if pods:
                self._add_pods(pods)
                for name in pods.mounts:
                    mounted[found.namespace, name].add(found.name)
        taken = {each.at for each in self.endpoints}
        for namespace, maps in self._maps.items():
            for name in maps:
                self._add_map(name, namespace, mounted[namespace, name], taken)

    def _add_pods(self, pods: Pods) -> None:
        self.endpoints += pods.endpoints
        self.secrets += pods.secrets
        self.lists["workloads"] += [pods.workload] if pods.workload else []
        self.services += [pods.service] if pods.service else []

    def _add_map(self, name: str, namespace: str, mounting: set[str], taken: set[At]) -> None:
        """What a ConfigMap says but for what containers have from it; for the workload that mounts it, if it is one."""
        holder = Holder(next(iter(mounting)) if len(mounting) == 1 else "", namespace, f"configmap {name}")
        endpoints, secrets = settings_of(self._maps[namespace][name], holder, self.budget)
        self.endpoints += [each for each in endpoints if each.at not in taken]
        self.secrets += secrets

    def _add_service(self, found: Object) -> None:
        service = read_service(found)
        if service:
            alias, named = alias_of(service), addressed(service)
            self.lists["services"].append(service)
            self.aliases += [alias] if alias else []
            self.services += [named] if named else []

    def _add_policy(self, found: Object) -> None:
        """A NetworkPolicy; one without any selector is a patch. What YAML takes a template for is no problem."""
        if found.spec is None or child(found.spec, "podSelector") is None:
            return
        templated = "{{" in found.root.file.text[found.spec.start : found.spec.end]
        policy, problems = read_policy(
            found.spec,
            namespace=found.namespace,
            name=found.name,
            at=found.at,
            dynamic=found.unnamed or templated,
        )
        self.lists["policies"].append(policy)
        self.problems += [] if templated else problems
