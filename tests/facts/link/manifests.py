"""Builders of Kubernetes manifests, and what the linkers make of them, for their tests."""

from collections.abc import Mapping
from typing import Any

from policygate.config import parse_config
from policygate.facts import run_reader
from policygate.facts.link import endpoints, kubernetes
from policygate.facts.model import FileFacts, Network
from policygate.facts.model_kubernetes import Kubernetes, KubernetesPolicy, KubernetesWorkload
from policygate.facts.own import Surroundings, state_own

OWN = state_own(modules=[], public=[], proxies=[], sumdbs=[])
SECTION = """
network:
  environments:
    production:
      protected: true
      isolated: true
      hosts: ["*.prod.acme.example"]
      paths: ["deploy/prod"]
      namespaces: ["prod-*"]
    staging: {paths: ["deploy/staging"]}
  datastores:
    orders-db: {hosts: [orders-db.prod.acme.example], owners: [orders]}
"""


def linked(texts: Mapping[str, str]) -> Kubernetes:
    return network_of(texts).kubernetes


def network_of(texts: Mapping[str, str]) -> Network:
    said = [run_reader("manifest", path, text.encode()) for path, text in texts.items()]
    merged: dict[str, Any] = {
        key: [each for facts in said for each in getattr(facts, key)] for key in FileFacts.model_fields
    }
    surroundings = Surroundings(OWN, network=parse_config("policygate.yaml", SECTION.encode()).network())
    files = FileFacts(**merged)
    return kubernetes.link(files, surroundings, endpoints.link(files, surroundings, Network()))


def named(name: str, namespace: str) -> str:
    return f"{{name: {name}{f', namespace: {namespace}' if namespace else ''}}}"


def deployment(
    name: str, labels: str = "", *, namespace: str = "shop", pod: str = "", container: str = "", meta: str = ""
) -> str:
    labels = labels or f"app: {name}"
    return (
        f"---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {named(name, namespace)}\n"
        f"spec:\n  selector: {{matchLabels: {{{labels}}}}}\n  template:\n"
        f"    metadata: {{labels: {{{labels}}}{meta}}}\n"
        f"    spec: {{{pod}containers: [{{name: c, image: i{container}}}]}}\n"
    )


def policy(name: str, spec: str, *, namespace: str = "shop") -> str:
    head = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
    return f"{head}metadata: {named(name, namespace)}\nspec: {spec}\n"


def namespace(name: str, labels: str) -> str:
    return f"---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {{{labels}}}}}\n"


def service(name: str, spec: str, *, namespace: str = "shop") -> str:
    return f"---\napiVersion: v1\nkind: Service\nmetadata: {named(name, namespace)}\nspec: {spec}\n"


def environment(**variables: str) -> str:
    pairs = ", ".join(f"{{name: {name}, value: '{value}'}}" for name, value in variables.items())
    return f", env: [{pairs}]"


DENY_ALL = policy("deny-all", "{podSelector: {}, policyTypes: [Egress]}")


def workload(found: Kubernetes, name: str) -> KubernetesWorkload:
    (one,) = (each for each in found.workloads if each.name == name)
    return one


def policy_of(found: Kubernetes, name: str) -> KubernetesPolicy:
    (one,) = (each for each in found.policies if each.name == name)
    return one
