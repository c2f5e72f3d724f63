"""Questions to NetworkPolicies whose answer may be that nobody knows: may a pod reach a host, and which rules are wide.

A target is a pod of the checkout, addresses of which the target, which is no pod, has one, or a pod that no manifest
here describes. The labels of a namespace without a manifest are not known, but for that with its name. Network plugins
differ in whether a block holds pods: one with private addresses may, and then the answer is `unknown`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from policygate.facts.kubernetes.policy import Cluster, Peer, Pod, Policy, Port, Rule
from policygate.facts.kubernetes.ranges import EVERY_PORT, IPV4, NOTHING, Ranges, block
from policygate.facts.model_kubernetes import Direction, Protocol

Kind = Literal["open", "allowed", "blocked", "unknown"]
_Truth = Literal["yes", "no", "maybe"]


def _blocks(*cidrs: str) -> Ranges:
    return Ranges.union(block(cidr) or NOTHING for cidr in cidrs)


PRIVATE = _blocks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
INSIDE = PRIVATE | _blocks("100.64.0.0/10", "169.254.0.0/16", "fe80::/10")
"""Addresses that pods, services and nodes may have."""

_GLOBAL_IPV6 = _blocks("2000::/3")


@dataclass(frozen=True)
class Stranger:
    """A pod of another checkout: of it only the namespace is known."""

    namespace: str


Target = Pod | Ranges | Stranger


@dataclass(frozen=True)
class Verdict:
    """Whether policies let something through; `open` when none restricts it."""

    kind: Kind
    policies: tuple[Policy, ...] = ()
    """Those that restrict it."""


def egress_verdict(
    cluster: Cluster, pod: Pod, target: Target, protocol: Protocol = "TCP", ports: Ranges | None = None
) -> Verdict:
    """Whether the policies that select a pod for egress let it reach a target on any of some ports.

    `ports` are those of the target itself, behind a Service; None when they are not known.
    """
    return _verdict(cluster, "egress", pod, target, _Asked(protocol, ports, target))


def ingress_verdict(
    cluster: Cluster, pod: Pod, source: Target, protocol: Protocol = "TCP", ports: Ranges | None = None
) -> Verdict:
    """Whether the policies that select a pod for ingress let a source reach it on any of its ports given."""
    return _verdict(cluster, "ingress", pod, source, _Asked(protocol, ports, pod))


def may_use(cluster: Cluster, policy: Policy, rule: Rule, target: Target, ports: Ranges | None = None) -> bool:
    """Whether a rule for egress may be what lets a TCP connection to a target through."""
    asked = _Asked("TCP", ports, target)
    return _both(_is_peer(cluster, policy, rule, target), asked.opened_by(rule)) != "no"


@dataclass(frozen=True)
class _Asked:
    """Ports of a target."""

    protocol: Protocol
    ports: Ranges | None
    target: Target

    def opened_by(self, rule: Rule) -> _Truth:
        if not rule.ports:
            return "yes"
        return _any(self._by(port) for port in rule.ports if port.protocol == self.protocol)

    def _by(self, port: Port) -> _Truth:
        if port.name and isinstance(self.target, Stranger):
            return "maybe"
        pod = self.target if isinstance(self.target, Pod) else None
        numbers = Rule(ports=(port,)).traffic(pod).get(self.protocol, NOTHING)
        if self.ports is None:
            return "yes" if numbers == EVERY_PORT else "maybe" if numbers else "no"
        return "yes" if self.ports <= numbers else "maybe" if self.ports & numbers else "no"


def _verdict(cluster: Cluster, direction: Direction, subject: Pod, other: Target, asked: _Asked) -> Verdict:
    policies = tuple(cluster.policies_of(subject, direction))
    if not policies:
        return Verdict("open")
    answer = _any(
        _both(_is_peer(cluster, policy, rule, other), asked.opened_by(rule))
        for policy, rule in cluster.rules_of(subject, direction)
    )
    kinds: dict[_Truth, Kind] = {"yes": "allowed", "maybe": "unknown", "no": "blocked"}
    return Verdict(kinds[answer], policies)


def _any(answers: Iterator[_Truth]) -> _Truth:
    answer: _Truth = "no"
    for each in answers:
        if each == "yes":
            return each
        answer = "maybe" if each == "maybe" else answer
    return answer


def _both(first: _Truth, second: _Truth) -> _Truth:
    if "no" in (first, second):
        return "no"
    return "yes" if first == second == "yes" else "maybe"


def _is_peer(cluster: Cluster, policy: Policy, rule: Rule, other: Target) -> _Truth:
    if not rule.peers:
        return "yes"
    if isinstance(other, Ranges):
        return _holds(rule, other)
    if isinstance(other, Pod) and cluster.declares(other.namespace):
        certain: _Truth = "yes" if cluster.is_peer(policy, rule, other) else "no"
    else:
        certain = _any(_selects(cluster, policy, peer, other) for peer in rule.peers)
    return "maybe" if certain == "no" and rule.blocks & INSIDE else certain


def _holds(rule: Rule, places: Ranges) -> _Truth:
    """Whether an address that is one of some places is a peer; one that is given, and private, is perhaps a pod's."""
    shared = places & rule.blocks
    if shared == places:
        return "yes"
    perhaps_pod = rule.selects_pods and places.size == 1 and bool(places & INSIDE)
    return "maybe" if perhaps_pod or shared else "no"


def _selects(cluster: Cluster, policy: Policy, peer: Peer, pod: Pod | Stranger) -> _Truth:
    """Whether a peer selects a pod whose labels, or those of whose namespace, are perhaps not known."""
    if peer.addresses is not None:
        return "no"
    inside: _Truth = "yes" if pod.namespace == policy.namespace else "no"
    if peer.namespaces is not None:
        labels = cluster.labels_of(pod.namespace)
        may = peer.namespaces.matches if cluster.declares(pod.namespace) else peer.namespaces.may_match
        sure = cluster.declares(pod.namespace) or peer.namespaces.keys <= labels.keys()
        inside = "no" if not may(labels) else "yes" if sure else "maybe"
    labelled: _Truth = "yes"
    if peer.pods is not None and isinstance(pod, Pod):
        labelled = "yes" if peer.pods.matches(pod.labels) else "no"
    elif peer.pods is not None and peer.pods.requirements:
        labelled = "maybe"
    return _both(inside, labelled)


@dataclass(frozen=True)
class Wide:
    """A rule that allows every peer, or the best part of all addresses."""

    direction: Direction
    rule: Rule
    kind: Literal["every_peer", "every_address"]
    private_excepted: bool
    """Whether no private address is among them."""
    ports: str
    """What it is bound to, as `TCP 443, UDP 53`; empty when all ports of TCP are open."""

    @property
    def blocks(self) -> tuple[Peer, ...]:
        """Its blocks of addresses."""
        return tuple(peer for peer in self.rule.peers if peer.addresses is not None)


def wide(policy: Policy) -> Iterator[Wide]:
    """The rules that are in force and wide, in their order."""
    for direction in ("ingress", "egress"):
        rules = policy.rules(direction) if direction in policy.types else ()
        for rule in rules:
            if not rule.peers:
                yield Wide(direction, rule, "every_peer", False, ports_text(rule))
            elif is_most(rule.blocks):
                yield Wide(direction, rule, "every_address", not rule.blocks & PRIVATE, ports_text(rule))


def is_most(places: Ranges) -> bool:
    """Whether some addresses are at least half of those of IPv4, or of the global ones of IPv6."""
    return any((places & whole).size * 2 >= whole.size for whole in (IPV4, _GLOBAL_IPV6))


def ports_text(rule: Rule) -> str:
    """The ports that a rule is bound to; empty when all ports of TCP are open."""
    if "TCP" in (opened := rule.traffic(None)) and opened["TCP"] == EVERY_PORT:
        return ""
    return ", ".join(dict.fromkeys(_port_text(port) for port in rule.ports))


def _port_text(port: Port) -> str:
    if port.name or port.numbers == EVERY_PORT:
        return f"{port.protocol} {port.name}".rstrip()
    ((first, last),) = port.numbers.spans
    return f"{port.protocol} {first}" if first == last else f"{port.protocol} {first}-{last}"
