"""Generated sets of namespaces, workloads and NetworkPolicies, as manifests and as what the evaluator takes."""

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

from policygate.facts.kubernetes.policy import Cluster, NamedPort, Namespace, Pod, Policy
from policygate.facts.kubernetes.policy_facts import policy_of
from policygate.facts.kubernetes.policy_yaml import read_policy
from policygate.facts.syntax.yaml_tree import Mapping as Node
from policygate.facts.syntax.yaml_tree import Scalar, parse
from policygate.location import Text, nowhere

Document = dict[str, Any]

LABELS = {"app": ["web", "db", "mq"], "tier": ["front", "back"], "acme.example/zone": ["a", "b"]}
NAMESPACE_LABELS = {"team": ["blue", "red"], "stage": ["prod"]}
OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist"]
PORT_NAMES = ["http", "grpc", "dns"]
BLOCKS = {
    "0.0.0.0/0": ["10.0.0.0/8", "192.168.7.0/24", "0.0.0.0/1"],
    "10.0.0.0/8": ["10.0.0.0/9", "10.20.0.0/16", "10.20.30.0/24"],
    "10.20.0.0/16": ["10.20.30.0/24", "10.20.255.255/32"],
    "203.0.113.7/32": [],
    "203.0.113.9/24": ["203.0.113.128/25"],
    "::/0": ["2001:db8::/32"],
    "2001:db8::/32": ["2001:db8:1::/48", "2001:db8::/33"],
}


class Generator:
    """Sets from a seed, without what network-config-analyzer refuses or reads in its own way."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - the same sets each time

    def documents(self) -> list[Document]:
        """2 to 4 namespaces, 3 to 7 workloads, 1 to 5 policies."""
        names = ["shop", "pay", "ops", "edge"][: self.random.randint(2, 4)]
        return [
            *(self.namespace(name) for name in names),
            *(self.workload(f"w{index}", self.random.choice(names)) for index in range(self.random.randint(3, 7))),
            *(self.policy(f"p{index}", self.random.choice(names)) for index in range(self.random.randint(1, 5))),
        ]

    def namespace(self, name: str) -> Document:
        metadata = {"name": name, "labels": self.some(NAMESPACE_LABELS)}
        return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}

    def workload(self, name: str, namespace: str) -> Document:
        ports = [
            {"name": each, "containerPort": self.random.choice([80, 8080, 9090]), **self.protocol()}
            for each in self.random.sample(PORT_NAMES, self.random.randint(0, 2))
        ]
        template = {"metadata": {"labels": self.some(LABELS)}, "spec": {"containers": [{"name": "c", "ports": ports}]}}
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"replicas": 1, "template": template},
        }

    def policy(self, name: str, namespace: str) -> Document:
        types = self.random.choice([["Ingress"], ["Egress"], ["Ingress", "Egress"], ["Ingress", "Egress"], None])
        spec: Document = {"podSelector": self.selector(LABELS)}
        if types:
            spec["policyTypes"] = types
        for key, peers in (("ingress", "from"), ("egress", "to")):
            if types is None or key.capitalize() in types:
                rules = [self.rule(peers) for _ in range(self.random.choice([0, 1, 1, 1, 2]))]
                if rules or (types and self.random.random() < 0.5):
                    spec[key] = rules
        metadata = {"name": name, "namespace": namespace}
        return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}

    def rule(self, peers: str) -> Document:
        rule: Document = {}
        if self.random.random() < 0.85:
            rule[peers] = [self.peer() for _ in range(self.random.choice([1, 1, 2]))]
        if self.random.random() < 0.75:
            rule["ports"] = [self.port() for _ in range(self.random.choice([1, 1, 2]))]
        return rule

    def peer(self) -> Document:
        kind = self.random.choice(["pods", "namespaces", "both", "block"])
        if kind == "block":
            cidr = self.random.choice(list(BLOCKS))
            excepts = self.random.sample(BLOCKS[cidr], self.random.randint(0, min(2, len(BLOCKS[cidr]))))
            return {"ipBlock": {"cidr": cidr, "except": excepts} if excepts else {"cidr": cidr}}
        peer = {}
        if kind in ("pods", "both"):
            peer["podSelector"] = self.selector(LABELS, OPERATORS[:2] if kind == "both" else OPERATORS)
        if kind in ("namespaces", "both"):
            peer["namespaceSelector"] = self.selector(
                {**NAMESPACE_LABELS, "kubernetes.io/metadata.name": ["shop", "pay"]}
            )
        return peer

    def port(self) -> Document:
        kind = self.random.choice(["number", "number", "range", "name", "all"])
        port: Document = self.protocol()
        if kind == "name":
            port["port"] = self.random.choice(PORT_NAMES)
        elif kind != "all":
            port["port"] = self.random.choice([1, 53, 80, 8080])
        if kind == "range":
            port["endPort"] = port["port"] + self.random.choice([0, 1, 1000])
        return port

    def protocol(self) -> Document:
        chosen = self.random.choice(["", "TCP", "TCP", "UDP", "SCTP"])
        return {"protocol": chosen} if chosen else {}

    def selector(self, labels: Mapping[str, Sequence[str]], operators: Sequence[str] = OPERATORS) -> Document:
        selector: Document = {}
        if self.random.random() < 0.5:
            key = self.random.choice(list(labels))
            selector["matchLabels"] = {key: self.random.choice(labels[key])}
        if self.random.random() < 0.35:
            selector["matchExpressions"] = [
                self.expression(labels, operators) for _ in range(self.random.choice([1, 1, 2]))
            ]
        return selector

    def expression(self, labels: Mapping[str, Sequence[str]], operators: Sequence[str]) -> Document:
        key, operator = self.random.choice(list(labels)), self.random.choice(operators)
        if operator in ("Exists", "DoesNotExist"):
            return {"key": key, "operator": operator}
        values = self.random.sample(labels[key], self.random.randint(1, len(labels[key])))
        return {"key": key, "operator": operator, "values": values}

    def some(self, labels: Mapping[str, Sequence[str]]) -> dict[str, str]:
        return {key: self.random.choice(values) for key, values in labels.items() if self.random.random() < 0.6}


def manifests_of(documents: Sequence[Document]) -> str:
    """The set as one file; JSON is YAML."""
    return "\n---\n".join(json.dumps(document) for document in documents)


def cluster_of(documents: Sequence[Document]) -> Cluster:
    """The set as the evaluator takes it; its policies come through their YAML."""
    by_kind = {kind: [each for each in documents if each["kind"] == kind] for kind in ("Namespace", "Deployment")}
    return Cluster(
        [_pod(each) for each in by_kind["Deployment"]],
        [Namespace(each["metadata"]["name"], each["metadata"]["labels"]) for each in by_kind["Namespace"]],
        [policy_in(json.dumps(each)) for each in documents if each["kind"] == "NetworkPolicy"],
    )


def policy_in(text: str) -> Policy:
    """The valid policy of a manifest."""
    (document,) = parse(Text("policy.yaml", text.encode())).documents
    assert isinstance(document, Node)
    metadata = document.value("metadata")
    assert isinstance(metadata, Node)
    name, namespace = metadata.value("name"), metadata.value("namespace")
    assert isinstance(name, Scalar)
    assert isinstance(namespace, Scalar)
    fact, problems = read_policy(
        document.value("spec"), namespace=namespace.value, name=name.value, at=nowhere("absent")
    )
    assert problems == []
    return policy_of(fact, namespace=namespace.value)


def _pod(document: Document) -> Pod:
    template = document["spec"]["template"]
    ports = template["spec"]["containers"][0]["ports"]
    return Pod(
        document["metadata"]["namespace"],
        document["metadata"]["name"],
        template["metadata"]["labels"],
        tuple(NamedPort(each["name"], each["containerPort"], each.get("protocol", "TCP")) for each in ports),
    )
