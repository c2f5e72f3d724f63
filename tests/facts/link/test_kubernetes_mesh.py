"""Aliases of protected hosts, ways around a mesh, meshes that are open, and meshes that restrict alone."""

import pytest

from tests.facts.link.manifests import (
    DENY_ALL,
    deployment,
    environment,
    linked,
    named,
    network_of,
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


STRICT = "{mtls: {mode: STRICT}}"
CALLER = deployment("web", container=environment(API_URL="http://api:80"))
API = deployment("api") + service("api", "{selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}")
ENCRYPTED: dict[str, tuple[str, bool]] = {
    "a strict namespace": (CALLER + API + istio("PeerAuthentication", STRICT), True),
    "a strict workload": (
        CALLER + API + istio("PeerAuthentication", "{selector: {matchLabels: {app: api}}, mtls: {mode: STRICT}}"),
        True,
    ),
    "a strict mesh": (CALLER + API + istio("PeerAuthentication", STRICT, namespace="istio-system"), True),
    "another strict workload": (
        CALLER + API + istio("PeerAuthentication", "{selector: {matchLabels: {app: db}}, mtls: {mode: STRICT}}"),
        False,
    ),
    "another strict namespace": (CALLER + API + istio("PeerAuthentication", STRICT, namespace="pay"), False),
    "a strict mesh with a permissive namespace": (
        CALLER
        + API
        + istio("PeerAuthentication", STRICT, namespace="istio-system")
        + istio("PeerAuthentication", "{mtls: {mode: PERMISSIVE}}"),
        False,
    ),
    "a strict mesh with a namespace that says nothing": (
        CALLER
        + API
        + istio("PeerAuthentication", STRICT, namespace="istio-system")
        + istio("PeerAuthentication", "{mtls: {mode: UNSET}}"),
        True,
    ),
    "a port that is left out": (
        CALLER
        + API
        + istio(
            "PeerAuthentication",
            "{selector: {matchLabels: {app: api}}, mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: DISABLE}}}",
        ),
        False,
    ),
    "another port that is left out": (
        CALLER
        + API
        + istio(
            "PeerAuthentication",
            "{selector: {matchLabels: {app: api}}, mtls: {mode: STRICT}, portLevelMtls: {9090: {mode: DISABLE}}}",
        ),
        True,
    ),
    "permissive": (CALLER + API + istio("PeerAuthentication", "{mtls: {mode: PERMISSIVE}}"), False),
    "nothing said": (CALLER + API, False),
    "a caller without a proxy": (
        deployment(
            "web",
            container=environment(API_URL="http://api:80"),
            meta=", annotations: {sidecar.istio.io/inject: 'false'}",
        )
        + API
        + istio("PeerAuthentication", STRICT),
        False,
    ),
    "a target without a proxy": (
        CALLER
        + API.replace("labels: {app: api}}", "labels: {app: api}, annotations: {sidecar.istio.io/inject: 'false'}}")
        + istio("PeerAuthentication", STRICT),
        False,
    ),
    "a target that is not here": (CALLER + istio("PeerAuthentication", STRICT), False),
}


@pytest.mark.parametrize("name", ENCRYPTED)
def test_ways_that_a_mesh_encrypts(name: str) -> None:
    text, expected = ENCRYPTED[name]
    (endpoint,) = network_of({"all.yaml": text}).endpoints
    assert endpoint.mesh_tls is expected
