"""Services, Ingresses, routes and Namespaces (https://kubernetes.io/docs/concepts/services-networking/)."""

from collections.abc import Iterator

from policygate.facts.kubernetes.objects import (
    Object,
    child,
    is_open,
    items,
    mapping,
    number,
    scalar,
    text,
    texts,
)
from policygate.facts.kubernetes.workloads import mesh_settings, protocol
from policygate.facts.model_kubernetes import Backend, Ingress, KubernetesService, NamespaceFact, ServicePort
from policygate.facts.model_network import FoundAlias, FoundService, HostPort
from policygate.facts.net.hosts import normal
from policygate.facts.syntax.yaml_tree import Node

_SUFFIXES = ("", ".svc", ".svc.cluster.local")


def read_service(found: Object) -> KubernetesService | None:
    """A Service; None for a patch of one, which says neither ports nor what it stands for."""
    spec = found.spec
    if not any(child(spec, name) for name in ("ports", "selector", "externalName")):
        return None
    selector = texts(spec, "selector")
    external = scalar(spec, "externalName")
    kind = text(spec, "type") or "ClusterIP"
    return KubernetesService(
        namespace=found.namespace,
        name=found.name,
        type=kind,
        selector=selector,
        external_name=normal(external.value) if external and kind == "ExternalName" else "",
        external_name_at=external.at() if external else found.at,
        ports=[_port(port) for port in items(spec, "ports")],
        dynamic=found.unnamed or is_open(selector, child(spec, "selector"), external),
        at=found.at,
    )


def alias_of(service: KubernetesService) -> FoundAlias | None:
    """The host outside that a Service stands for, if it does."""
    if not service.external_name or service.dynamic:
        return None
    return FoundAlias(
        name=service.name,
        host=service.external_name,
        namespace=service.namespace,
        local=False,
        at=service.external_name_at,
    )


def addressed(service: KubernetesService) -> FoundService | None:
    """What a Service with a selector is called by: `name`, and in a known namespace its longer forms too."""
    if not service.selector or service.external_name or service.dynamic:
        return None
    longer = [f"{service.name}.{service.namespace}{suffix}" for suffix in _SUFFIXES] if service.namespace else []
    port = service.ports[0].number if len(service.ports) == 1 else 0
    return FoundService(
        name=service.name,
        namespace=service.namespace,
        hosts=[HostPort(name=name, port=port) for name in (service.name, *longer)],
        at=service.at,
    )


def _port(port: Node) -> ServicePort:
    return ServicePort(
        name=text(port, "name"),
        number=number(port, "port"),
        target=text(port, "targetPort") or text(port, "port"),
        protocol=protocol(port),
    )


def read_ingress(found: Object) -> Ingress | None:
    """An Ingress, or a route of the Gateway API; None for a patch of one without any backend."""
    backends = list(_routed(found) if found.group == "gateway.networking.k8s.io" else _backends(found.spec))
    if not backends:
        return None
    hosts = [text(rule, "host") for rule in items(found.spec, "rules")]
    named = map(scalar, items(found.spec, "hostnames"))
    return Ingress(
        namespace=found.namespace,
        name=found.name,
        hosts=list(dict.fromkeys(filter(None, [*hosts, *(each.value for each in named if each)]))),
        backends=backends,
        at=found.at,
    )


def _backends(spec: Node | None) -> Iterator[Backend]:
    """The backends of an Ingress, in the form of `networking.k8s.io/v1` or of its beta versions."""
    paths = [path for rule in items(spec, "rules") for path in items(rule, "http", "paths")]
    nodes = [child(spec, "defaultBackend"), child(spec, "backend"), *(child(path, "backend") for path in paths)]
    for node in nodes:
        name = scalar(node, "service", "name") or scalar(node, "serviceName")
        if name:
            port = text(node, "service", "port", "number") or text(node, "service", "port", "name")
            yield Backend(service=name.value, port=port or text(node, "servicePort"), at=name.at())


def _routed(found: Object) -> Iterator[Backend]:
    """The backends of a route that are Services; one of another namespace has it behind a dot."""
    for rule in items(found.spec, "rules"):
        for node in items(rule, "backendRefs"):
            name, namespace = scalar(node, "name"), text(node, "namespace")
            if name and text(node, "kind") in {"", "Service"}:
                service = f"{name.value}.{namespace}" if namespace not in {"", found.namespace} else name.value
                yield Backend(service=service, port=text(node, "port"), at=name.at())


def read_namespace(found: Object) -> NamespaceFact:
    """A Namespace."""
    labels = mapping(found.root, "metadata", "labels")
    return NamespaceFact(
        name=found.name,
        labels=found.labels,
        mesh=mesh_settings(labels, mapping(found.root, "metadata", "annotations")),
        dynamic=found.unnamed or is_open(found.labels, child(found.root, "metadata", "labels")),
        at=found.at,
    )
