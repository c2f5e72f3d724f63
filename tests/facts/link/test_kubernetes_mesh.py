"""Aliases of protected hosts, ways around a mesh, meshes that are open, and meshes that restrict alone."""

import pytest

from tests.facts.link.manifests import (
    DENY_ALL,
    deployment,
    linked,
    named,
    service,
    workload,
)

WEB = deployment("web")


def test_an_alias_of_a_protected_host() -> None:
    spec = "{type: ExternalName, externalName: Orders-DB.prod.acme.example}"
    (found,) = linked({"deploy/staging/s.yaml": service("db", spec)}).aliases
    assert (found.environment, found.host, found.host_environment) == (
        "staging",
        "orders-db.prod.acme.example",
        "production",
    )
    assert (found.host_protected, found.datastore, found.pooler) == (True, "orders-db", False)
    assert len(found.evidence) == 2


BYPASSES = [
    ('sidecar.istio.io/inject: "false"', [("no_proxy", True)]),
    ('sidecar.istio.io/inject: "true"', []),
    ("linkerd.io/inject: disabled", [("no_proxy", True)]),
    ("linkerd.io/inject: enabled", []),
    ('traffic.sidecar.istio.io/excludeOutboundPorts: "5432,6379"', [("ports", False)]),
    ('traffic.sidecar.istio.io/excludeOutboundPorts: ""', []),
    ('traffic.sidecar.istio.io/excludeOutboundPorts: "*"', [("ports", True)]),
    ("traffic.sidecar.istio.io/excludeOutboundIPRanges: 0.0.0.0/0", [("addresses", True)]),
    ("traffic.sidecar.istio.io/excludeOutboundIPRanges: 10.0.0.0/8", [("addresses", False)]),
    ("traffic.sidecar.istio.io/excludeOutboundIPRanges: 169.254.169.254/32", []),
    ("traffic.sidecar.istio.io/excludeOutboundIPRanges: 169.254.169.254", []),
    ('traffic.sidecar.istio.io/includeOutboundIPRanges: "*"', []),
    ('traffic.sidecar.istio.io/includeOutboundIPRanges: ""', [("addresses", True)]),
    ("traffic.sidecar.istio.io/includeOutboundIPRanges: 10.0.0.0/8", [("addresses", False)]),
    ('config.linkerd.io/skip-outbound-ports: "1-65535"', [("ports", True)]),
]


@pytest.mark.parametrize(("annotation", "expected"), BYPASSES)
def test_ways_around_the_proxy(annotation: str, expected: list[tuple[str, bool]]) -> None:
    text = deployment("web", meta=f", annotations: {{{annotation}}}")
    found = workload(linked({"web.yaml": text}), "web").bypasses
    assert [(each.kind, each.everything) for each in found] == expected


def istio(kind: str, spec: str, *, name: str = "x", namespace: str = "shop") -> str:
    group = {"ServiceEntry": "networking", "Sidecar": "networking", "IstioOperator": "install"}.get(kind, "security")
    return f"---\napiVersion: {group}.istio.io/v1\nkind: {kind}\nmetadata: {named(name, namespace)}\nspec: {spec}\n"


OPENINGS = [
    (istio("ServiceEntry", "{hosts: ['*'], location: MESH_EXTERNAL}"), [("ServiceEntry", "*")]),
    (istio("ServiceEntry", "{hosts: ['*.com', a.example]}"), [("ServiceEntry", "*.com")]),
    (istio("ServiceEntry", "{hosts: ['*.acme.example']}"), []),
    (istio("ServiceEntry", "{hosts: ['*'], location: MESH_INTERNAL}"), []),
    (istio("AuthorizationPolicy", "{action: ALLOW, rules: [{}]}"), [("AuthorizationPolicy", "")]),
    (istio("AuthorizationPolicy", "{rules: [{from: []}]}"), [("AuthorizationPolicy", "")]),
    (istio("AuthorizationPolicy", "{action: DENY, rules: [{}]}"), []),
    (istio("AuthorizationPolicy", "{action: ALLOW, rules: [{to: [{operation: {ports: ['80']}}]}]}"), []),
    (istio("AuthorizationPolicy", "{}"), []),
]


@pytest.mark.parametrize(("text", "expected"), OPENINGS)
def test_meshes_that_are_open(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(each.kind, each.host) for each in linked({"m.yaml": text}).openings] == expected


REGISTRY = "{outboundTrafficPolicy: {mode: REGISTRY_ONLY}}"
SCOPES = [
    (WEB + istio("Sidecar", REGISTRY), [("Sidecar", "web", 1)]),
    (WEB + deployment("api") + istio("Sidecar", REGISTRY), [("Sidecar", "web", 2)]),
    (WEB + istio("Sidecar", REGISTRY, namespace="pay"), []),
    (WEB + istio("Sidecar", REGISTRY, namespace="istio-system"), [("Sidecar", "web", 1)]),
    (WEB + istio("Sidecar", "{workloadSelector: {labels: {app: api}}, " + REGISTRY[1:]), []),
    (WEB + istio("Sidecar", "{outboundTrafficPolicy: {mode: ALLOW_ANY}}"), []),
    (WEB + istio("Sidecar", "{egress: [{hosts: ['./*']}]}"), []),
    (WEB + istio("Sidecar", REGISTRY) + DENY_ALL, []),
    (WEB + istio("IstioOperator", f"{{meshConfig: {REGISTRY}}}"), [("IstioOperator", "web", 1)]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SCOPES)
def test_meshes_that_restrict_alone(text: str, expected: list[tuple[str, str, int]]) -> None:
    found = linked({"deploy/prod/m.yaml": text}).scopes
    assert [(each.kind, each.workload, each.workloads) for each in found] == expected
    assert linked({"deploy/staging/m.yaml": text}).scopes == []
