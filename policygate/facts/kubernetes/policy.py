"""NetworkPolicies evaluated: who reaches whom, on which ports (https://kubernetes.io/docs/concepts/services-networking/network-policies/).

Policies add up and nothing denies: a pod that no policy of a direction selects is open in that direction, any other one
has what the rules of the policies that select it allow. A connection needs the egress of its source and the ingress of
its target. A block of addresses selects addresses and never pods, as network-config-analyzer has it; network plugins
differ in that. What a pod says to itself is not asked here: no policy can stop it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from policygate.facts.kubernetes.ranges import EVERY_PORT, NOTHING, Ranges
from policygate.facts.kubernetes.selectors import NAMESPACE_NAME, Selector
from policygate.facts.model_kubernetes import Direction, Protocol
from policygate.location import At, nowhere

PROTOCOLS: tuple[Protocol, ...] = ("TCP", "UDP", "SCTP")
Traffic = Mapping[Protocol, Ranges]
"""Ports by protocol; a protocol without any is left out."""

EVERYTHING: Traffic = dict.fromkeys(PROTOCOLS, EVERY_PORT)
_NOWHERE = nowhere("absent")
_ALL = Selector()


@dataclass(frozen=True)
class NamedPort:
    """A port of a pod that has a name."""

    name: str
    number: int
    protocol: Protocol


@dataclass(frozen=True, eq=False)
class Pod:
    """The pods of one workload, which are all alike."""

    namespace: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[NamedPort, ...] = ()


@dataclass(frozen=True)
class Namespace:
    """A namespace; the label with its name is implied."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Peer:
    """One element of `to` or `from`: addresses, or pods of the policy's own or of other namespaces."""

    pods: Selector | None = None
    """None selects all pods."""
    namespaces: Selector | None = None
    """None means the policy's own namespace."""
    addresses: Ranges | None = None
    """Given for a block, whose exceptions are taken out already."""
    cidr: str = ""
    """The block as written."""
    excepts: tuple[str, ...] = ()
    at: At = _NOWHERE


@dataclass(frozen=True)
class Port:
    """One element of `ports`."""

    protocol: Protocol
    numbers: Ranges = EVERY_PORT
    name: str = ""
    """A port of the target pod; then `numbers` is of no account."""


@dataclass(frozen=True, eq=False)
class Rule:
    """One element of `ingress` or `egress`."""

    peers: tuple[Peer, ...] = ()
    """Empty means everybody."""
    ports: tuple[Port, ...] = ()
    """Empty means all ports."""
    at: At = _NOWHERE

    @cached_property
    def blocks(self) -> Ranges:
        """The addresses among its peers."""
        return Ranges.union(peer.addresses for peer in self.peers if peer.addresses is not None)

    @cached_property
    def selects_pods(self) -> bool:
        """Whether some of its peers are pods."""
        return any(peer.addresses is None for peer in self.peers)

    def traffic(self, target: Pod | None) -> Traffic:
        """The ports that it opens towards a pod, or towards an address, which has no names for its ports."""
        if not self.ports:
            return EVERYTHING
        opened: dict[Protocol, list[Ranges]] = defaultdict(list)
        for port in self.ports:
            opened[port.protocol].append(_named(port, target) if port.name else port.numbers)
        return _without_empty({protocol: Ranges.union(ranges) for protocol, ranges in opened.items()})

    def allows_address(self, place: int) -> bool:
        """Whether an address is one of its peers."""
        return not self.peers or place in self.blocks


@dataclass(frozen=True, eq=False)
class Policy:
    """A NetworkPolicy."""

    namespace: str
    name: str
    selector: Selector = _ALL
    types: frozenset[Direction] = frozenset({"ingress"})
    ingress: tuple[Rule, ...] = ()
    egress: tuple[Rule, ...] = ()
    at: At = _NOWHERE

    def rules(self, direction: Direction) -> tuple[Rule, ...]:
        """What it allows in a direction."""
        return self.egress if direction == "egress" else self.ingress

    @cached_property
    def size(self) -> int:
        """How much there is to look at in its rules."""
        return sum(1 + len(rule.peers) + len(rule.ports) for rule in (*self.ingress, *self.egress))


def _named(port: Port, target: Pod | None) -> Ranges:
    """What a name stands for in a pod; where two containers have it, the API server lets only protocols differ."""
    ports = target.ports if target else ()
    return Ranges.of(
        (each.number, each.number) for each in ports if (each.name, each.protocol) == (port.name, port.protocol)
    )


def _without_empty(traffic: Traffic) -> Traffic:
    return {protocol: ranges for protocol, ranges in traffic.items() if ranges}


def together(parts: Iterable[Traffic]) -> Traffic:
    """What any of some parts has."""
    gathered: dict[Protocol, list[Ranges]] = defaultdict(list)
    for part in parts:
        if part is EVERYTHING:
            return EVERYTHING
        for protocol, ranges in part.items():
            gathered[protocol].append(ranges)
    return {protocol: Ranges.union(gathered[protocol]) for protocol in PROTOCOLS if protocol in gathered}


def common(first: Traffic, second: Traffic) -> Traffic:
    """What both have."""
    return _without_empty({p: first.get(p, NOTHING) & second.get(p, NOTHING) for p in PROTOCOLS})


class Cluster:
    """Pods, namespaces and policies that belong together.

    Pods with equal labels in one namespace are selected alike and asked about once. All work happens when it is asked
    for, and once.
    """

    def __init__(self, pods: Sequence[Pod], namespaces: Iterable[Namespace], policies: Sequence[Policy]) -> None:
        self.pods = pods
        self.policies = policies
        self._labels = {each.name: {NAMESPACE_NAME: each.name, **each.labels} for each in namespaces}
        self._groups: dict[Pod, int] = {}
        self._alike: dict[tuple[object, ...], int] = {}
        self._chosen: dict[int, list[Policy]] = {}
        self._restricting: dict[tuple[int, Direction], list[Policy]] = {}
        self._halves: dict[tuple[Direction, int, bool, int], Traffic] = {}
        self._peered: dict[tuple[Rule, int], bool] = {}

    def labels_of(self, namespace: str) -> Mapping[str, str]:
        """The labels of a namespace; that with its name for one that nobody declares."""
        return self._labels.get(namespace, {NAMESPACE_NAME: namespace})

    def declares(self, namespace: str) -> bool:
        """Whether a namespace with its labels is among what the cluster was made from."""
        return namespace in self._labels

    def selecting(self, policy: Policy) -> list[Pod]:
        """The pods that a policy is about."""
        return self._subjects.get(policy, [])

    def policies_of(self, pod: Pod, direction: Direction) -> list[Policy]:
        """The policies that restrict a pod in a direction; an empty list means that it is open."""
        key = (self._group(pod), direction)
        if key not in self._restricting:
            self._restricting[key] = [policy for policy in self._selected(pod) if direction in policy.types]
        return self._restricting[key]

    def reaches(self, source: Pod | int, target: Pod | int) -> Traffic:
        """The ports on which a source can talk to a target; each is a pod, or an address by its place on the line."""
        out = self._half("egress", source, target) if isinstance(source, Pod) else EVERYTHING
        into = self._half("ingress", target, source) if isinstance(target, Pod) else EVERYTHING
        return common(out, into) if out and into else {}

    def rules_of(self, pod: Pod, direction: Direction) -> list[tuple[Policy, Rule]]:
        """The rules that count for a pod in a direction."""
        return [(policy, rule) for policy in self.policies_of(pod, direction) for rule in policy.rules(direction)]

    def is_peer(self, policy: Policy, rule: Rule, other: Pod) -> bool:
        """Whether a pod is one of the peers of a policy's rule."""
        key = (rule, self._group(other))
        if key not in self._peered:
            self._peered[key] = not rule.peers or any(self._selects(policy, peer, other) for peer in rule.peers)
        return self._peered[key]

    def _half(self, direction: Direction, subject: Pod, other: Pod | int) -> Traffic:
        """What the policies of one end allow."""
        end = (True, self._group(other)) if isinstance(other, Pod) else (False, other)
        key = (direction, self._group(subject), *end)
        if key not in self._halves:
            target = other if direction == "egress" else subject
            self._halves[key] = self._allowed(direction, subject, other, target if isinstance(target, Pod) else None)
        return self._halves[key]

    def _allowed(self, direction: Direction, subject: Pod, other: Pod | int, target: Pod | None) -> Traffic:
        if not self.policies_of(subject, direction):
            return EVERYTHING
        return together(
            rule.traffic(target)
            for policy, rule in self.rules_of(subject, direction)
            if (self.is_peer(policy, rule, other) if isinstance(other, Pod) else rule.allows_address(other))
        )

    def _selects(self, policy: Policy, peer: Peer, pod: Pod) -> bool:
        if peer.addresses is not None:
            return False
        if peer.namespaces is None:
            inside = pod.namespace == policy.namespace
        else:
            inside = peer.namespaces.matches(self.labels_of(pod.namespace))
        return inside and (peer.pods is None or peer.pods.matches(pod.labels))

    def _selected(self, pod: Pod) -> list[Policy]:
        """The policies that select a pod, for either direction, in the order given."""
        group = self._group(pod)
        if group not in self._chosen:
            keys = [None, *pod.labels.items()]
            likely = [each for key in keys for each in self._by_label.get((pod.namespace, key), ())]
            self._chosen[group] = [
                policy for _, policy in sorted(likely, key=_first) if policy.selector.matches(pod.labels)
            ]
        return self._chosen[group]

    def _group(self, pod: Pod) -> int:
        """The number of the pods that no policy can tell from this one."""
        if pod not in self._groups:
            alike = (pod.namespace, frozenset(pod.labels.items()), pod.ports)
            self._groups[pod] = self._alike.setdefault(alike, len(self._alike))
        return self._groups[pod]

    @cached_property
    def _by_label(self) -> Mapping[tuple[str, tuple[str, str] | None], list[tuple[int, Policy]]]:
        """The policies, numbered, by namespace and a label that their selectors ask for; None if they ask for none."""
        found: dict[tuple[str, tuple[str, str] | None], list[tuple[int, Policy]]] = defaultdict(list)
        for number, policy in enumerate(self.policies):
            for label in policy.selector.any_of or (None,):
                found[policy.namespace, label].append((number, policy))
        return found

    @cached_property
    def _subjects(self) -> Mapping[Policy, list[Pod]]:
        subjects: dict[Policy, list[Pod]] = defaultdict(list)
        for pod in self.pods:
            for policy in self._selected(pod):
                subjects[policy].append(pod)
        return subjects


def _first(pair: tuple[int, Policy]) -> int:
    return pair[0]
