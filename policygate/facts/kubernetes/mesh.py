"""What the objects of a service mesh mean for the traffic of a workload. Pure.

Istio: https://istio.io/latest/docs/reference/config/annotations/ and .../config/security/peer_authentication/;
Linkerd: https://linkerd.io/2/reference/proxy-configuration/.
"""

from collections.abc import Iterable, Iterator, Sequence

from policygate.facts.kubernetes.policy_questions import is_most
from policygate.facts.kubernetes.ranges import NOTHING, Ranges, block
from policygate.facts.model_kubernetes import (
    AuthorizationPolicy,
    MeshBypass,
    MeshHost,
    MeshSetting,
    PeerAuthentication,
    ServiceEntry,
    Sidecar,
    Workload,
)
from policygate.location import At

ROOT = "istio-system"
"""Istio's own namespace, where objects without a selector are for the whole mesh, unless the mesh says otherwise."""

_OFF = {
    "sidecar.istio.io/inject": ("false",),
    "istio.io/dataplane-mode": ("none",),
    "linkerd.io/inject": ("disabled",),
    "consul.hashicorp.com/connect-inject": ("false",),
    "kuma.io/sidecar-injection": ("false", "disabled"),
    "openservicemesh.io/sidecar-injection": ("false", "disabled", "no"),
}
_PORTS = ("traffic.sidecar.istio.io/excludeOutboundPorts", "config.linkerd.io/skip-outbound-ports")
_EXCLUDED = "traffic.sidecar.istio.io/excludeOutboundIPRanges"
_INCLUDED = "traffic.sidecar.istio.io/includeOutboundIPRanges"
_LOCAL = block("169.254.0.0/16") or NOTHING
"""Link-local addresses: the metadata service of clouds, which no proxy can stand in for."""


def bypasses(settings: Iterable[MeshSetting]) -> Iterator[MeshBypass]:
    """The settings of a workload by which its outgoing traffic goes around the proxy."""
    for setting in settings:
        value = setting.value.strip()
        if value.lower() in _OFF.get(setting.key, ()):
            yield _bypass("no_proxy", setting, everything=True)
        elif setting.key in _PORTS and value:
            yield _bypass("ports", setting, everything=_is_all_ports(value))
        elif setting.key == _EXCLUDED and (places := _ranges(value)) and not places <= _LOCAL:
            yield _bypass("addresses", setting, everything=is_most(places))
        elif setting.key == _INCLUDED and value != "*":
            yield _bypass("addresses", setting, everything=not value)


def _bypass(kind: str, setting: MeshSetting, *, everything: bool) -> MeshBypass:
    fields = {"kind": kind, "key": setting.key, "value": setting.value, "everything": everything, "at": setting.at}
    return MeshBypass.model_validate(fields)


def _is_all_ports(value: str) -> bool:
    return any(part.strip() in ("*", "1-65535", "0-65535") for part in value.split(","))


def _ranges(value: str) -> Ranges:
    parts = [part.strip() for part in value.split(",") if part.strip()]
    return Ranges.union(block(part if "/" in part else f"{part}/32") or NOTHING for part in parts)


def is_open_host(host: str) -> bool:
    """Whether the host of a ServiceEntry is every host, or every host of a top-level domain."""
    return host == "*" or (host.startswith("*.") and "." not in host[2:])


def open_hosts(entry: ServiceEntry) -> Sequence[MeshHost]:
    """The hosts of a ServiceEntry that are no particular ones."""
    return [host for host in entry.hosts if is_open_host(host.name)] if entry.external else []


def open_rules(policy: AuthorizationPolicy) -> Sequence[At]:
    """The rules by which an AuthorizationPolicy lets everybody in."""
    return policy.empty_rules if policy.action == "ALLOW" else []


def holds(sidecar: Sidecar, workload: Workload) -> bool:
    """Whether a Sidecar, or the configuration of the whole mesh, is about a workload."""
    wide = sidecar.kind == "IstioOperator" or (sidecar.namespace == ROOT and not sidecar.labels)
    inside = wide or sidecar.namespace == workload.namespace
    return inside and sidecar.labels.items() <= workload.labels.items()


def is_strict(policies: Iterable[PeerAuthentication], workload: Workload, ports: Iterable[int]) -> bool:
    """Whether a workload takes only what the mesh has encrypted, on each of some ports of its pods."""
    if any(each.kind == "no_proxy" for each in bypasses(workload.mesh)):
        return False
    chosen = sorted(
        (each for each in policies if not each.dynamic and _is_about(each, workload)),
        key=lambda each: (not each.labels, each.namespace != workload.namespace),
    )
    return bool(chosen) and all(_mode(chosen, port) == "STRICT" for port in ports)


def _is_about(policy: PeerAuthentication, workload: Workload) -> bool:
    wide = policy.namespace == ROOT and not policy.labels
    inside = wide or policy.namespace == workload.namespace
    return inside and policy.labels.items() <= workload.labels.items()


def _mode(policies: Sequence[PeerAuthentication], port: int) -> str:
    """What the policies about a workload, the narrowest first, say of one of its ports."""
    said = (each.port_modes.get(port) or each.mode for each in policies)
    return next((mode for mode in said if mode not in ("", "UNSET")), "PERMISSIVE")
