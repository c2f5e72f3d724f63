"""The objects of Istio that say who may talk to whom (https://istio.io/latest/docs/reference/config/)."""

from typing import Literal, cast

from policygate.facts.kubernetes.objects import Object, child, is_open, items, mapping, number, scalar, text, texts
from policygate.facts.model_kubernetes import (
    AuthorizationPolicy,
    MeshHost,
    PeerAuthentication,
    ServiceEntry,
    Sidecar,
)
from policygate.facts.model_network import FoundAlias
from policygate.facts.net.hosts import normal
from policygate.facts.syntax.yaml_tree import Mapping, Node
from policygate.location import At

_MODES = ("ALLOW_ANY", "REGISTRY_ONLY")
_MTLS = ("UNSET", "DISABLE", "PERMISSIVE", "STRICT")
_CONDITIONS = ("from", "to", "when")
_MOST_ALIASES = 100
"""Of one ServiceEntry: hosts times addresses."""


def read_service_entry(found: Object) -> ServiceEntry | None:
    """A ServiceEntry; None for a patch of one, without hosts."""
    hosts = _hosts(items(found.spec, "hosts"))
    if not hosts:
        return None
    return ServiceEntry(
        namespace=found.namespace,
        name=found.name,
        hosts=hosts,
        external=text(found.spec, "location") != "MESH_INTERNAL",
        dynamic=found.unnamed or is_open(*(host.name for host in hosts)),
        at=found.at,
    )


def aliases_of(found: Object) -> list[FoundAlias]:
    """What the hosts of a ServiceEntry stand for where it names addresses of its own."""
    hosts = [node for node in map(scalar, items(found.spec, "hosts")) if node and "*" not in node.value]
    addresses = [node for each in items(found.spec, "endpoints") if (node := scalar(each, "address"))]
    pairs = [(host, address) for host in hosts[:_MOST_ALIASES] for address in addresses[:_MOST_ALIASES]]
    return [
        FoundAlias(name=normal(host.value), host=normal(address.value), namespace="", local=False, at=address.at())
        for host, address in pairs[:_MOST_ALIASES]
        if not is_open(host.value, address.value) and normal(host.value) != normal(address.value)
    ]


def read_sidecar(found: Object) -> Sidecar | None:
    """A Sidecar, or what an IstioOperator says for the whole mesh; None where neither hosts nor a mode are said."""
    mesh_wide = found.kind == "IstioOperator"
    mode = scalar(found.spec, *(("meshConfig",) if mesh_wide else ()), "outboundTrafficPolicy", "mode")
    hosts = [] if mesh_wide else [host for each in items(found.spec, "egress") for host in _hosts(items(each, "hosts"))]
    if not mode and not hosts:
        return None
    labels = texts(found.spec, "workloadSelector", "labels")
    said = mode.value if mode and mode.value in _MODES else ""
    return Sidecar(
        kind=cast('Literal["Sidecar", "IstioOperator"]', found.kind),
        namespace=found.namespace,
        name=found.name,
        labels=labels,
        egress_hosts=hosts,
        mode=cast('Literal["", "ALLOW_ANY", "REGISTRY_ONLY"]', said),
        dynamic=found.unnamed or is_open(labels, child(found.spec, "workloadSelector"), mode),
        at=mode.at() if mode else found.at,
    )


def read_authorization(found: Object) -> AuthorizationPolicy | None:
    """An AuthorizationPolicy; None for an object without a `spec` that may be a patch.

    A rule without `from`, `to` and `when` matches every request; no rule at all matches none.
    """
    if found.spec is None:
        return None
    labels = _selected(found)
    return AuthorizationPolicy(
        namespace=found.namespace,
        name=found.name,
        labels=labels,
        action=text(found.spec, "action") or "ALLOW",
        empty_rules=[at for rule in items(found.spec, "rules") if (at := _empty(rule))],
        dynamic=found.unnamed or is_open(labels, child(found.spec, "selector"), text(found.spec, "action")),
        at=found.at,
    )


def read_peer_authentication(found: Object) -> PeerAuthentication | None:
    """A PeerAuthentication; None where it says nothing of TLS."""
    mode = scalar(found.spec, "mtls", "mode")
    ports = mapping(found.spec, "portLevelMtls")
    if not mode and not ports:
        return None
    labels = _selected(found)
    said = mode.value if mode and mode.value in _MTLS else ""
    return PeerAuthentication(
        namespace=found.namespace,
        name=found.name,
        labels=labels,
        mode=cast('Literal["", "UNSET", "DISABLE", "PERMISSIVE", "STRICT"]', said),
        port_modes={port: text(node, "mode") for key, node in _pairs(ports) if (port := number(key))},
        dynamic=found.unnamed or is_open(labels, child(found.spec, "selector"), mode),
        at=mode.at() if mode else found.at,
    )


def _hosts(nodes: tuple[Node, ...]) -> list[MeshHost]:
    return [MeshHost(name=node.value, at=node.at()) for node in map(scalar, nodes) if node and node.value]


def _selected(found: Object) -> dict[str, str]:
    return texts(found.spec, "selector", "matchLabels")


def _empty(rule: Node) -> At | None:
    """The place of a rule that has no condition."""
    conditioned = any(items(rule, name) for name in _CONDITIONS)
    return rule.at() if isinstance(rule, Mapping) and not conditioned else None


def _pairs(ports: Mapping | None) -> tuple[tuple[Node, Node], ...]:
    return tuple(ports.written_entries.values()) if ports else ()
