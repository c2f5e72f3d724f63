"""What makes pods: labels, ports and mesh settings, and the endpoints in the environment of the containers.

https://kubernetes.io/docs/concepts/workloads/
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from policygate.facts.endpoint.values import Holder, Value, found_in
from policygate.facts.kubernetes.environment import (
    ConfigMaps,
    Variable,
    also_secret,
    environment,
    values_of,
    words_of,
)
from policygate.facts.kubernetes.objects import (
    Object,
    child,
    is_directive,
    is_open,
    is_true,
    items,
    mapping,
    number,
    scalar,
    text,
    texts,
)
from policygate.facts.kubernetes.policy import PROTOCOLS
from policygate.facts.model_kubernetes import ContainerPort, MeshSetting, Protocol, Workload
from policygate.facts.model_network import FoundEndpoint, FoundService
from policygate.facts.syntax.budget import Budget
from policygate.facts.syntax.yaml_tree import Mapping, Node
from policygate.location import At

_TEMPLATE = ("spec", "template")
TEMPLATES: dict[tuple[str, str], tuple[str, ...]] = {
    ("", "Pod"): (),
    ("", "ReplicationController"): _TEMPLATE,
    **{
        (group, kind): _TEMPLATE
        for group in ("apps", "extensions")
        for kind in ("Deployment", "DaemonSet", "ReplicaSet")
    },
    ("apps", "StatefulSet"): _TEMPLATE,
    ("batch", "Job"): _TEMPLATE,
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template"),
    ("apps.openshift.io", "DeploymentConfig"): _TEMPLATE,
    ("argoproj.io", "Rollout"): _TEMPLATE,
    ("serving.knative.dev", "Service"): _TEMPLATE,
}
"""Where the pod of a workload stands, by API group and kind."""

_SELECTING = frozenset({"Deployment", "DaemonSet", "ReplicaSet", "StatefulSet"})
"""The kinds that an API server refuses without a selector; a patch of one has none."""

_MESH = re.compile(
    r"istio-injection|(?:[a-z]+\.)*istio\.io/(?:inject|rev|dataplane-mode|redirection|(?:in|ex)clude\w{1,40})"
    r"|linkerd\.io/inject|config\.linkerd\.io/skip-\w{1,20}-ports|consul\.hashicorp\.com/connect-inject"
    r"|kuma\.io/sidecar-injection|openservicemesh\.io/sidecar-injection"
)
_NAMES = ("app.kubernetes.io/name", "app")


@dataclass(frozen=True)
class Pods:
    """What one workload says."""

    endpoints: list[FoundEndpoint]
    secrets: list[At]
    mounts: frozenset[str]
    """The names of the ConfigMaps that its containers see as files."""
    workload: Workload | None = None
    """None for a patch, which says only a part of it."""
    service: FoundService | None = None


def read_workload(found: Object, maps: ConfigMaps, budget: Budget) -> Pods | None:
    """A workload with its endpoints; None for an object without a pod template.

    Raises:
        TooLargeError: references make its environment too large.
    """
    pod = mapping(found.root, *TEMPLATES[found.group, found.kind])
    containers = [each for each in _containers(pod) if not is_directive(each)]
    if pod is None or not containers:
        return None
    endpoints: list[FoundEndpoint] = []
    secrets: list[At] = []
    for container in containers:
        for each, hidden in _scopes(found, container, maps, budget):
            endpoints += each
            secrets += hidden
    mounts = frozenset(_mounts(pod))
    if not _is_whole(found, containers):
        return Pods(endpoints, secrets, mounts)
    workload = _workload(found, pod, containers)
    return Pods(endpoints, secrets, mounts, workload, _service(found, workload.labels))


def mesh_settings(*nodes: Mapping | None) -> list[MeshSetting]:
    """What labels and annotations say to a mesh."""
    return [
        MeshSetting(key=name, value=value.value, at=value.at())
        for node in nodes
        for name in (node.written_entries if node else ())
        if _MESH.fullmatch(name) and (value := scalar(node, name))
    ]


def _containers(pod: Node | None) -> tuple[Node, ...]:
    return (*items(pod, "spec", "containers"), *items(pod, "spec", "initContainers"))


def _is_whole(found: Object, containers: list[Node]) -> bool:
    """Whether an API server could take the object as it is, which is not so for a patch."""
    selecting = found.kind not in _SELECTING or found.group != "apps" or child(found.spec, "selector") is not None
    return selecting and all(child(each, "image") for each in containers)


def _workload(found: Object, pod: Mapping, containers: list[Node]) -> Workload:
    labels = texts(pod, "metadata", "labels")
    host_network = scalar(pod, "spec", "hostNetwork")
    return Workload(
        namespace=found.namespace,
        kind=found.kind,
        name=found.name,
        labels=labels,
        ports=[port for each in containers for port in _ports(each)],
        service_account=text(pod, "spec", "serviceAccountName") or text(pod, "spec", "serviceAccount"),
        host_network=is_true(pod, "spec", "hostNetwork"),
        host_network_at=host_network.at() if host_network else found.at,
        mesh=mesh_settings(mapping(pod, "metadata", "annotations"), mapping(pod, "metadata", "labels")),
        dynamic=found.unnamed or is_open(labels, child(pod, "metadata", "labels")),
        at=found.at,
    )


def _ports(container: Node) -> Iterator[ContainerPort]:
    for port in items(container, "ports"):
        yield ContainerPort(name=text(port, "name"), number=number(port, "containerPort"), protocol=protocol(port))


def protocol(port: Node) -> Protocol:
    """The protocol of a port; TCP when it says none, or none that there is."""
    said = text(port, "protocol")
    return said if said in PROTOCOLS else "TCP"


def _service(found: Object, labels: dict[str, str]) -> FoundService | None:
    """The service that a workload is, by its labels or its name."""
    known = {**found.labels, **labels}
    name = next((known[label] for label in _NAMES if known.get(label)), found.name)
    if found.unnamed or is_open(name):
        return None
    return FoundService(
        name=name,
        system=known.get("app.kubernetes.io/part-of", ""),
        namespace=found.namespace,
        at=found.at,
    )


def _scopes(
    found: Object, container: Node, maps: ConfigMaps, budget: Budget
) -> Iterator[tuple[list[FoundEndpoint], list[At]]]:
    """The endpoints of a container and their secrets: of its environment, and of its command."""
    scope = f"{found.kind.lower()} {found.name} container {text(container, 'name')}".rstrip()
    variables = environment(container, maps, budget)
    yield _found(values_of(variables), list(variables.values()), Holder(found.name, found.namespace, f"{scope} env"))
    words = words_of(container, variables, budget)
    values = [Value(key, word.text, word.at, word.dynamic) for key, word in words]
    yield _found(values, [word for _, word in words], Holder(found.name, found.namespace, f"{scope} command"))


def _found(values: list[Value], said: list[Variable], holder: Holder) -> tuple[list[FoundEndpoint], list[At]]:
    endpoints, secrets = found_in(values, holder)
    return endpoints, [*secrets, *also_secret(secrets, said)]


def _mounts(pod: Mapping) -> Iterator[str]:
    for volume in items(pod, "spec", "volumes"):
        sources = (volume, *items(volume, "projected", "sources"))
        yield from filter(None, (text(source, "configMap", "name") for source in sources))
