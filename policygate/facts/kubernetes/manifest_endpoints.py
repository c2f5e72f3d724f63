"""Endpoints of workloads against NetworkPolicies and a mesh: what is blocked, encrypted, or open for nothing. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from policygate.facts.kubernetes.manifest_cluster import Aim, ManifestCluster
from policygate.facts.kubernetes.mesh import bypasses, is_strict
from policygate.facts.kubernetes.policy import Peer, Pod, Policy, Rule
from policygate.facts.kubernetes.policy_questions import (
    Verdict,
    egress_verdict,
    ingress_verdict,
    is_most,
    may_use,
    ports_text,
)
from policygate.facts.kubernetes.ranges import NOTHING, Ranges
from policygate.facts.model_kubernetes import SelectingPolicy, Uncovered, Unneeded, Workload
from policygate.facts.model_network import FoundEndpoint, HostPort
from policygate.facts.net.hosts import host_class, normal
from policygate.facts.syntax.budget import Budget

MOST_POLICIES = 10
"""Policies that one fact names; more would tell nobody more."""

_QUESTION = 12
"""What asking a policy counts of the work that manifests may cause, beside its peers and ports."""
_DNS = Ranges(((53, 53),))


@dataclass(frozen=True)
class Held:
    """An endpoint as its file has it, and the workload that it is for."""

    endpoint: FoundEndpoint
    workload: Workload

    @cached_property
    def hosts(self) -> list[HostPort]:
        """Its hosts but for loopback."""
        return [host for host in self.endpoint.hosts if host_class(normal(host.name)) != "loopback"]


class EndpointCheck:
    """The endpoints of one complete set of manifests.

    Raises `TooLargeError` when there is too much to compare.
    """

    def __init__(self, manifests: ManifestCluster, held: Sequence[Held], environment: str, budget: Budget) -> None:
        self.manifests = manifests
        self.held = held
        self.environment = environment
        self.budget = budget
        self._aims: dict[tuple[str, int, str], Aim | None] = {}

    def uncovered(self) -> Iterator[Uncovered]:
        """The endpoints that policies surely block, whatever the addresses of their hosts are."""
        for each in self.held:
            pod = self._judged(each)
            if pod is None:
                continue
            for host in each.hosts:
                aim = self._aim(host, each.workload.namespace)
                if aim is not None and pod not in aim.targets:
                    yield from self._blocked(each, host, pod, aim)

    def unneeded(self) -> Iterator[Unneeded]:
        """The peers of policies for egress that no endpoint of the selected workloads can be behind.

        Nothing is said of a policy unless all that it selects have endpoints, and these are all known.
        """
        for policy, fact in self.manifests.policies.items():
            aims = self._aims_of(policy) if "egress" in policy.types else None
            if not aims:
                continue
            for rule in policy.egress:
                for peer in self._unused(policy, rule, aims):
                    yield Unneeded(
                        environment=self.environment,
                        namespace=fact.namespace or "default",
                        policy=fact.name,
                        peer=peer_text(peer),
                        ports=ports_text(rule),
                        at=peer.at,
                    )

    def encrypted(self) -> Iterator[tuple[FoundEndpoint, bool]]:
        """Endpoints whose targets are all workloads here, and whether these take only what the mesh has encrypted."""
        for each in self.held:
            aims = [self._aim(host, each.workload.namespace) for host in each.hosts]
            if each.endpoint.dynamic or not aims or not all(map(_is_known, aims)):
                continue
            direct = any(bypasses(each.workload.mesh))
            yield each.endpoint, not direct and all(self._is_strict(aim) for aim in aims if aim)

    def _is_strict(self, aim: Aim) -> bool:
        policies = self.manifests.authentications
        pods = [target for target in aim.targets if isinstance(target, Pod)]
        self.budget.spend(len(pods) * len(policies))
        ports = [port for first, last in aim.ports.spans for port in range(first, last + 1)] if aim.ports else [0]
        return all(is_strict(policies, self.manifests.workloads[pod], ports) for pod in pods)

    def _judged(self, held: Held) -> Pod | None:
        """The pods of a workload that policies hold, if the endpoint is one whose way is known."""
        workload, endpoint = held.workload, held.endpoint
        known = not (workload.host_network or endpoint.dynamic or endpoint.scheme == "udp")
        return self.manifests.pod(workload) if known else None

    def _aim(self, host: HostPort, namespace: str) -> Aim | None:
        key = (host.name, host.port, namespace)
        if key not in self._aims:
            self._aims[key] = self.manifests.aim(normal(host.name), host.port, namespace)
        return self._aims[key]

    def _blocked(self, held: Held, host: HostPort, pod: Pod, aim: Aim) -> Iterator[Uncovered]:
        cluster = self.manifests.cluster
        self._spend(cluster.policies_of(pod, "egress"), len(aim.targets))
        out = [egress_verdict(cluster, pod, target, "TCP", aim.ports) for target in aim.targets]
        if _all(out, "blocked"):
            yield self._uncovered(held, host, out[0], "egress")
        elif all(verdict.kind in ("open", "allowed") for verdict in out):
            pods = [target for target in aim.targets if isinstance(target, Pod)]
            self._spend([each for target in pods for each in cluster.policies_of(target, "ingress")], 1)
            into = [ingress_verdict(cluster, target, pod, "TCP", aim.ports) for target in pods]
            if len(pods) == len(aim.targets) and _all(into, "blocked"):
                yield self._uncovered(held, host, into[0], "ingress")

    def _uncovered(self, held: Held, host: HostPort, verdict: Verdict, reason: str) -> Uncovered:
        fields = {
            "environment": self.environment,
            "namespace": held.workload.namespace or "default",
            "workload": held.workload.name,
            "key": held.endpoint.key,
            "endpoint": held.endpoint.text,
            "host": host.name,
            "port": host.port,
            "reason": reason,
            "policies": [SelectingPolicy(name=each.name, at=each.at) for each in verdict.policies[:MOST_POLICIES]],
            "at": held.endpoint.at,
        }
        return Uncovered.model_validate(fields)

    def _aims_of(self, policy: Policy) -> list[Aim]:
        """What the endpoints of all selected workloads are, each once; empty when not all of that is known."""
        pods = self.manifests.cluster.selecting(policy)
        aims = [self._aims_by_pod.get(pod) for pod in pods]
        return list(dict.fromkeys(aim for some in aims if some for aim in some)) if all(aims) else []

    @cached_property
    def _aims_by_pod(self) -> dict[Pod, list[Aim] | None]:
        """What the endpoints of a workload are; None when not all of that is known."""
        found: dict[Pod, list[Aim] | None] = {}
        for each in self.held:
            pod = self.manifests.pod(each.workload)
            if pod is None:
                continue
            aims = [self._aim(host, each.workload.namespace) for host in each.hosts]
            before = found.setdefault(pod, [])
            known = self._judged(each) is not None and before is not None and None not in aims
            found[pod] = [*(before or []), *(aim for aim in aims if aim is not None)] if known else None
        return found

    def _unused(self, policy: Policy, rule: Rule, aims: Sequence[Aim]) -> Iterator[Peer]:
        """The peers of a rule that none of some endpoints needs; DNS and what is wide is another matter."""
        tcp = rule.traffic(None).get("TCP", NOTHING)
        if not rule.peers or not tcp or tcp == _DNS or any(port.name for port in rule.ports):
            return
        for peer in rule.peers:
            alone = Rule((peer,), rule.ports)
            self.budget.spend(len(aims) * (1 + len(rule.ports)))
            wide = peer.addresses is not None and is_most(peer.addresses)
            if not wide and not any(self._may_use(policy, alone, aim) for aim in aims):
                yield peer

    def _may_use(self, policy: Policy, rule: Rule, aim: Aim) -> bool:
        cluster = self.manifests.cluster
        return any(may_use(cluster, policy, rule, target, aim.ports) for target in aim.targets)

    def _spend(self, policies: Iterable[Policy], times: int) -> None:
        self.budget.spend(times * (1 + sum(_QUESTION + policy.size for policy in policies)))


def _is_known(aim: Aim | None) -> bool:
    """Whether all that a host may be are workloads here."""
    return aim is not None and all(isinstance(target, Pod) for target in aim.targets)


def _all(verdicts: Sequence[Verdict], kind: str) -> bool:
    return bool(verdicts) and all(verdict.kind == kind for verdict in verdicts)


def peer_text(peer: Peer) -> str:
    """A peer in short: its block, or what its selectors ask for."""
    if peer.addresses is not None:
        return peer.cidr
    pods = str(peer.pods or "") or "all pods"
    if peer.namespaces is None:
        return pods
    return (
        f"{pods} in namespaces with {peer.namespaces}" if peer.namespaces.requirements else f"{pods} of all namespaces"
    )
