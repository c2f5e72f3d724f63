"""From NetworkPolicies and workloads as manifests have them to what the evaluator takes. Pure."""

from policygate.facts.kubernetes.policy import NamedPort, Peer, Pod, Policy, Port, Rule
from policygate.facts.kubernetes.ranges import EVERY_PORT, NOTHING, Ranges, block
from policygate.facts.kubernetes.selectors import selector_of
from policygate.facts.model_kubernetes import NetworkPolicyFact, PolicyPeer, PolicyPort, PolicyRule, Workload


def policy_of(fact: NetworkPolicyFact, *, namespace: str) -> Policy:
    """A valid policy, in the namespace that it gets."""
    return Policy(
        namespace=namespace,
        name=fact.name,
        selector=selector_of(fact.selector),
        types=frozenset(fact.types),
        ingress=tuple(_rule(rule) for rule in fact.ingress),
        egress=tuple(_rule(rule) for rule in fact.egress),
        at=fact.at,
    )


def pod_of(workload: Workload, *, namespace: str) -> Pod:
    """The pods of a workload, in the namespace that they get."""
    ports = tuple(NamedPort(port.name, port.number, port.protocol) for port in workload.ports if port.name)
    return Pod(namespace, workload.name, workload.labels, ports)


def _rule(fact: PolicyRule) -> Rule:
    return Rule(tuple(_peer(peer) for peer in fact.peers), tuple(_port(port) for port in fact.ports), fact.at)


def _peer(fact: PolicyPeer) -> Peer:
    return Peer(
        pods=selector_of(fact.pods) if fact.pods.exists else None,
        namespaces=selector_of(fact.namespaces) if fact.namespaces.exists else None,
        addresses=_addresses(fact) if fact.cidr else None,
        cidr=fact.cidr,
        excepts=tuple(fact.excepts),
        at=fact.at,
    )


def _addresses(fact: PolicyPeer) -> Ranges:
    inside = block(fact.cidr) or NOTHING
    return inside - Ranges.union(block(each) or NOTHING for each in fact.excepts)


def _port(fact: PolicyPort) -> Port:
    numbers = Ranges.of([(fact.number, fact.end or fact.number)]) if fact.number else EVERY_PORT
    return Port(fact.protocol, numbers, fact.name)
