"""What manifests of a checkout say together: real manifests through the readers and the linkers of the network."""

from collections.abc import Mapping
from functools import partial
from time import process_time
from typing import Any

import pytest

from policygate.config import parse_config
from policygate.errors import SourceError
from policygate.facts import run_reader
from policygate.facts.link import endpoints, kubernetes
from policygate.facts.model import FileFacts, Network
from policygate.facts.model_kubernetes import Kubernetes, KubernetesPolicy, KubernetesWorkload
from policygate.facts.net import manifest_cluster
from policygate.facts.own import Surroundings, state_own
from policygate.facts.syntax.budget import Budget

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


def linked(texts: Mapping[str, str], section: str = SECTION) -> Kubernetes:
    said = [run_reader("manifest", path, text.encode()) for path, text in texts.items()]
    merged: dict[str, Any] = {
        key: [each for facts in said for each in getattr(facts, key)] for key in FileFacts.model_fields
    }
    surroundings = Surroundings(OWN, network=parse_config("policygate.yaml", section.encode()).network())
    files = FileFacts(**merged)
    return kubernetes.link(files, surroundings, endpoints.link(files, surroundings, Network())).kubernetes


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


# ---- Selection -----------------------------------------------------------------------------------------------------


def test_workloads_know_what_restricts_them() -> None:
    text = (
        deployment("web")
        + deployment("db")
        + policy("web-out", "{podSelector: {matchLabels: {app: web}}, egress: [{}]}")
    )
    found = linked({"deploy/prod/all.yaml": text})

    web, db = workload(found, "web"), workload(found, "db")
    assert (web.isolated_egress, web.isolated_ingress, web.known) == (True, True, True)
    assert [each.name for each in web.selected_by_egress] == ["web-out"]
    assert (db.isolated_egress, db.isolated_ingress, db.selected_by_egress) == (False, False, [])
    assert (db.environment, db.protected, db.isolation_required, db.namespace) == ("production", True, True, "shop")
    assert [each.message for each in db.evidence] == [
        "`deploy/prod/all.yaml` is of the environment `production`, by `deploy/prod`",
        "every workload of `production` must be isolated",
    ]


def test_an_environment_by_its_namespaces() -> None:
    found = linked({"k8s.yaml": deployment("a", namespace="prod-eu") + deployment("b", namespace="dev")})
    assert [(each.name, each.environment) for each in found.workloads] == [("a", "production"), ("b", "")]


NEAR = [
    ("{app: wbe}", "the labels of `web` are `app=web, tier=front`"),
    ("{name: web}", "the labels of `web` are `app=web, tier=front`"),
    ("{app: web, tier: back}", "the labels of `web` are `app=web, tier=front`"),
]


@pytest.mark.parametrize(("labels", "message"), NEAR)
def test_a_policy_that_selects_nothing_and_the_workload_it_misses(labels: str, message: str) -> None:
    text = deployment("web", "app: web, tier: front") + policy("p", f"{{podSelector: {{matchLabels: {labels}}}}}")
    found = policy_of(linked({"all.yaml": text}), "p")
    assert (found.selects, found.known) == (0, True)
    assert [each.message for each in found.near] == [message]


@pytest.mark.parametrize(
    "selector",
    [
        "{matchLabels: {strimzi.example/cluster: events}}",
        "{matchLabels: {job-name: migrate}}",
        "{matchLabels: {batch.kubernetes.io/job-name: migrate}}",
    ],
)
def test_a_policy_for_pods_that_something_else_makes(selector: str) -> None:
    found = linked({"all.yaml": deployment("web") + policy("p", f"{{podSelector: {selector}}}")})
    assert policy_of(found, "p").near == []


def test_a_policy_of_a_namespace_without_workloads_here() -> None:
    found = linked({"all.yaml": deployment("web", namespace="a") + policy("p", "{podSelector: {}}", namespace="b")})
    assert (policy_of(found, "p").selects, policy_of(found, "p").near) == (0, [])


# ---- Which manifests belong together -------------------------------------------------------------------------------

WEB = deployment("web")
FOR_WEB = policy("p", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}")
FOR_API = policy("p", "{podSelector: {matchLabels: {app: api}}, policyTypes: [Egress]}")

CILIUM = "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: c, namespace: shop}\nspec: {}\n"

TOGETHER: dict[str, tuple[dict[str, str], dict[str, tuple[bool, bool]]]] = {
    "files of one checkout": ({"a/web.yaml": WEB, "b/policy.yaml": FOR_WEB}, {"a/web.yaml": (True, True)}),
    "two environments": (
        {"deploy/prod/web.yaml": WEB, "deploy/staging/policy.yaml": FOR_WEB},
        {"deploy/prod/web.yaml": (False, True)},
    ),
    "overlays by folder": (
        {"o/a/web.yaml": WEB, "o/a/p.yaml": FOR_WEB, "o/b/web.yaml": WEB},
        {"o/a/web.yaml": (True, True), "o/b/web.yaml": (False, True)},
    ),
    "overlays of one policy": (
        {"o/a/web.yaml": WEB + FOR_WEB, "o/b/api.yaml": deployment("api") + FOR_API},
        {"o/a/web.yaml": (True, True), "o/b/api.yaml": (True, True)},
    ),
    "one policy applied from two folders": (
        {"a/web.yaml": WEB + FOR_WEB, "b/more.yaml": deployment("web2", "app: web") + FOR_WEB},
        {"a/web.yaml": (True, True), "b/more.yaml": (True, True)},
    ),
    "overlays by file": (
        {"o/a.yaml": WEB + FOR_WEB, "o/b.yaml": WEB},
        {"o/a.yaml": (True, True), "o/b.yaml": (False, True)},
    ),
    "a policy beside overlays": (
        {"o/a/web.yaml": WEB, "o/b/web.yaml": WEB, "o/p.yaml": FOR_WEB},
        {"o/a/web.yaml": (False, False), "o/b/web.yaml": (False, False)},
    ),
    "overlays in overlays": (
        {
            "x/a/web.yaml": WEB,
            "x/b/web.yaml": WEB + FOR_WEB,
            "y/a/api.yaml": deployment("api"),
            "y/b/api.yaml": deployment("api"),
        },
        {"x/a/web.yaml": (False, True), "x/b/web.yaml": (True, True), "y/a/api.yaml": (False, True)},
    ),
    "twice in one file": ({"a.yaml": WEB + WEB + FOR_WEB}, {"a.yaml": (True, False)}),
    "a template beside it": (
        {"web.yaml": WEB, "chart/templates/p.yaml": "{{- if .x }}\n" + FOR_WEB + "{{- end }}\n"},
        {"web.yaml": (False, False)},
    ),
    "a malformed file beside it": ({"web.yaml": WEB, "p.yaml": FOR_WEB + "}"}, {"web.yaml": (False, False)}),
    "an invalid policy": (
        {"web.yaml": WEB, "p.yaml": policy("p", "{podSelector: {}, policyTypes: [egress]}")},
        {"web.yaml": (False, False)},
    ),
    "a policy that somebody fills in": (
        {"web.yaml": WEB, "p.yaml": policy("p", "{podSelector: {matchLabels: {app: $APP}}, policyTypes: [Egress]}")},
        {"web.yaml": (False, False)},
    ),
    "some namespaces only": (
        {"web.yaml": WEB, "p.yaml": policy("p", "{podSelector: {}, policyTypes: [Egress]}", namespace="")},
        {"web.yaml": (False, False)},
    ),
    "no namespace at all": (
        {
            "web.yaml": deployment("web", namespace=""),
            "p.yaml": policy("p", "{podSelector: {}, policyTypes: [Egress]}", namespace=""),
        },
        {"web.yaml": (True, True)},
    ),
    "kustomize that changes it": (
        {"base/web.yaml": WEB, "base/kustomization.yaml": "resources: [web.yaml]\nnamePrefix: a-\n"},
        {"base/web.yaml": (False, False)},
    ),
    "kustomize that changes what it takes in": (
        {
            "base/web.yaml": WEB,
            "base/kustomization.yaml": "resources: [web.yaml]\n",
            "o/kustomization.yaml": "resources: [../base]\npatches: [{path: x.yaml}]\n",
        },
        {"base/web.yaml": (False, False)},
    ),
    "kustomize that only lists": (
        {"base/web.yaml": WEB, "base/kustomization.yaml": "resources: [web.yaml]\n"},
        {"base/web.yaml": (False, True)},
    ),
    "a policy of another kind": (
        {
            "web.yaml": WEB,
            "c.yaml": CILIUM,
        },
        {"web.yaml": (False, False)},
    ),
    "a policy of another kind elsewhere": (
        {
            "web.yaml": WEB,
            "c.yaml": CILIUM.replace("shop", "elsewhere"),
        },
        {"web.yaml": (False, True)},
    ),
}


@pytest.mark.parametrize("name", TOGETHER)
def test_manifests_that_belong_together(name: str) -> None:
    """By path of a workload: whether it is isolated for egress, and whether that it were not would say something."""
    texts, expected = TOGETHER[name]
    found = {each.at.path: (each.isolated_egress, each.known) for each in linked(texts).workloads}
    assert {path: found[path] for path in expected} == expected


# ---- Wide rules ----------------------------------------------------------------------------------------------------

PRIVATE = "[10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16]"
WIDE = [
    ("[{}]", ("every_peer", "", False, "")),
    ("[{ports: [{port: 53, protocol: UDP}, {port: 53}]}]", ("every_peer", "", False, "UDP 53, TCP 53")),
    ("[{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]", ("every_address", "0.0.0.0/0", False, "")),
    ("[{to: [{ipBlock: {cidr: '::/0'}}], ports: [{port: 443}]}]", ("every_address", "::/0", False, "TCP 443")),
    (
        f"[{{to: [{{ipBlock: {{cidr: 0.0.0.0/0, except: {PRIVATE}}}}}], ports: [{{port: 1, endPort: 9}}]}}]",
        ("every_address", "0.0.0.0/0", True, "TCP 1-9"),
    ),
    ("[{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]", ("every_address", "0.0.0.0/0", False, "")),
    (
        "[{to: [{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}]}]",
        ("every_address", "0.0.0.0/1, 128.0.0.0/1", False, ""),
    ),
    ("[{to: [{ipBlock: {cidr: '2000::/3'}}]}]", ("every_address", "2000::/3", True, "")),
    ("[{ports: [{protocol: TCP}]}]", ("every_peer", "", False, "")),
    ("[{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]", None),
    ("[{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [0.0.0.0/1, 128.0.0.0/1]}}]}]", None),
    ("[{to: [{namespaceSelector: {}}]}]", None),
    ("[]", None),
]


@pytest.mark.parametrize(("egress", "expected"), WIDE)
def test_wide_rules(egress: str, expected: tuple[str, str, bool, str] | None) -> None:
    found = policy_of(
        linked({"p.yaml": policy("p", f"{{podSelector: {{}}, policyTypes: [Egress], egress: {egress}}}")}), "p"
    )
    assert [(each.kind, each.cidr, each.private_excepted, each.ports) for each in found.wide] == (
        [expected] if expected else []
    )


def test_wide_rules_of_a_direction_that_is_not_in_force() -> None:
    text = policy("p", "{podSelector: {}, policyTypes: [Egress], ingress: [{}]}")
    assert policy_of(linked({"p.yaml": text}), "p").wide == []


# ---- Endpoints -----------------------------------------------------------------------------------------------------

CLIENT = deployment("web", container=environment(DATABASE_URL="postgresql://db:5432/x"))
DB = deployment("db", container=", ports: [{name: pg, containerPort: 6432}]")
DB_SERVICE = service("db", "{selector: {app: db}, ports: [{port: 5432, targetPort: pg}]}")


def out(rules: str, name: str = "web") -> str:
    return policy(
        f"{name}-out", f"{{podSelector: {{matchLabels: {{app: {name}}}}}, policyTypes: [Egress], egress: {rules}}}"
    )


def calling(url: str) -> str:
    return deployment("web", container=environment(API_URL=url))


UNCOVERED = {
    "nothing is allowed": (CLIENT + DB + DB_SERVICE + DENY_ALL, "egress"),
    "another pod is allowed": (
        CLIENT + DB + DB_SERVICE + out("[{to: [{podSelector: {matchLabels: {app: mq}}}]}]"),
        "egress",
    ),
    "another port is allowed": (
        CLIENT + DB + DB_SERVICE + out("[{to: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 80}]}]"),
        "egress",
    ),
    "the pod's own port is allowed": (
        CLIENT + DB + DB_SERVICE + out("[{to: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 6432}]}]"),
        "",
    ),
    "the named port is allowed": (
        CLIENT + DB + DB_SERVICE + out("[{to: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: pg}]}]"),
        "",
    ),
    "the port of the service is allowed, as a headless one has it": (
        CLIENT + DB + DB_SERVICE + out("[{to: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 5432}]}]"),
        "",
    ),
    "no policy at all": (CLIENT + DB + DB_SERVICE, ""),
    "private addresses are allowed, which pods may have": (
        CLIENT + DB + DB_SERVICE + out("[{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]"),
        "",
    ),
    "only public addresses are allowed": (
        CLIENT + DB + DB_SERVICE + out("[{to: [{ipBlock: {cidr: 203.0.113.0/24}}]}]"),
        "egress",
    ),
    "the target lets nobody in": (
        CLIENT + DB + DB_SERVICE + policy("db-in", "{podSelector: {matchLabels: {app: db}}, ingress: []}"),
        "ingress",
    ),
    "the target lets another one in": (
        CLIENT
        + DB
        + DB_SERVICE
        + policy(
            "db-in",
            "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: api}}}]}]}",
        ),
        "ingress",
    ),
    "the target lets it in": (
        CLIENT
        + DB
        + DB_SERVICE
        + policy(
            "db-in",
            "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}",
        ),
        "",
    ),
    "a service of which no pods are known": (CLIENT + DB_SERVICE + DENY_ALL, ""),
    "a host outside, only pods allowed": (
        calling("https://api.stripe.example") + out("[{to: [{podSelector: {}}]}]"),
        "egress",
    ),
    "a host outside, some addresses allowed": (
        calling("https://api.stripe.example") + out("[{to: [{ipBlock: {cidr: 203.0.113.0/24}}]}]"),
        "",
    ),
    "a host outside, on another port": (
        calling("https://api.stripe.example") + out("[{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 80}]}]"),
        "egress",
    ),
    "an address inside the block": (
        calling("http://203.0.113.7:80") + out("[{to: [{ipBlock: {cidr: 203.0.113.0/24}}]}]"),
        "",
    ),
    "an address outside of the block": (
        calling("http://203.0.114.7:80") + out("[{to: [{ipBlock: {cidr: 203.0.113.0/24}}]}]"),
        "egress",
    ),
    "an address in an exception": (
        calling("http://203.0.113.7:80") + out("[{to: [{ipBlock: {cidr: 203.0.113.0/24, except: [203.0.113.0/28]}}]}]"),
        "egress",
    ),
    "a pod elsewhere, its namespace allowed": (
        calling("http://api.pay.svc:80") + out("[{to: [{namespaceSelector: {matchLabels: {team: pay}}}]}]"),
        "",
    ),
    "a pod elsewhere, another namespace allowed": (
        calling("http://api.pay.svc:80")
        + out("[{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ops}}}]}]"),
        "egress",
    ),
    "a pod here, a namespace allowed whose labels are not known": (
        CLIENT + DB + DB_SERVICE + out("[{to: [{namespaceSelector: {matchLabels: {team: a}}}]}]"),
        "",
    ),
    "a pod here, a namespace allowed whose labels are known": (
        namespace("shop", "team: b")
        + CLIENT
        + DB
        + DB_SERVICE
        + out("[{to: [{namespaceSelector: {matchLabels: {team: a}}}]}]"),
        "egress",
    ),
    "a pod elsewhere, own pods allowed": (
        calling("http://api.pay.svc:80") + out("[{to: [{podSelector: {}}]}]"),
        "egress",
    ),
    "a pod of its own namespace that is not here": (calling("http://api:80") + out("[{to: [{podSelector: {}}]}]"), ""),
    "a name of two labels that may be both": (
        calling("http://stripe.example:80") + out("[{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]"),
        "",
    ),
    "loopback": (calling("http://127.0.0.1:80") + DENY_ALL, ""),
    "the network of the node": (
        deployment("web", pod="hostNetwork: true, ", container=environment(API_URL="http://x.example")) + DENY_ALL,
        "",
    ),
    "a host that is not known": (calling("http://$(HOST):80") + DENY_ALL, ""),
}


@pytest.mark.parametrize("name", UNCOVERED)
def test_endpoints_that_policies_block(name: str) -> None:
    text, reason = UNCOVERED[name]
    assert [each.reason for each in linked({"all.yaml": text}).uncovered] == ([reason] if reason else [])


def test_a_blocked_endpoint_in_full() -> None:
    (found,) = linked({"deploy/prod/all.yaml": CLIENT + DB + DB_SERVICE + DENY_ALL}).uncovered
    assert (found.environment, found.namespace, found.workload) == ("production", "shop", "web")
    assert (found.key, found.endpoint, found.host, found.port) == ("DATABASE_URL", "postgresql://db:5432/x", "db", 5432)
    assert [each.name for each in found.policies] == ["deny-all"]
    assert found.at.start.line == 9


NAME = "kubernetes.io/metadata.name"
UNNEEDED = [
    ("[{to: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 443}]}]", "203.0.113.0/24"),
    ("[{to: [{podSelector: {matchLabels: {app: mq}}}]}]", "app=mq"),
    ("[{to: [{podSelector: {}, namespaceSelector: {matchLabels: {team: x}}}]}]", ""),
    (f"[{{to: [{{namespaceSelector: {{matchLabels: {{{NAME}: x}}}}}}]}}]", f"all pods in namespaces with {NAME}=x"),
    ("[{to: [{podSelector: {matchLabels: {app: db}}}]}]", ""),
    ("[{to: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 80}]}]", "app=db"),
    ("[{to: [{namespaceSelector: {}}], ports: [{port: 53}, {port: 53, protocol: UDP}]}]", ""),
    ("[{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]", ""),
    ("[{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]", ""),
    ("[{to: [{podSelector: {matchLabels: {app: mq}}}], ports: [{port: 1, protocol: UDP}]}]", ""),
]


@pytest.mark.parametrize(("rules", "peer"), UNNEEDED)
def test_peers_that_nobody_needs(rules: str, peer: str) -> None:
    found = linked({"all.yaml": CLIENT + DB + DB_SERVICE + deployment("mq") + out(rules)})
    assert [each.peer for each in found.unneeded] == ([peer] if peer else [])


def test_nothing_is_unneeded_where_not_all_endpoints_are_known() -> None:
    rules = "[{to: [{podSelector: {matchLabels: {app: mq}}}]}]"
    every = policy("all-out", f"{{podSelector: {{}}, policyTypes: [Egress], egress: {rules}}}")
    assert linked({"all.yaml": CLIENT + DB + DB_SERVICE + every}).unneeded == []
    assert linked({"all.yaml": calling("http://$(HOST)") + out(rules)}).unneeded == []


# ---- Aliases and meshes --------------------------------------------------------------------------------------------


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


# ---- Bounds --------------------------------------------------------------------------------------------------------


def policy_to(number: int, selector: str) -> str:
    peers = f"{{podSelector: {{matchLabels: {{app: w{number}}}}}}}, {{ipBlock: {{cidr: 203.0.{number % 256}.0/24}}}}"
    return policy(f"p{number}", f"{{podSelector: {selector}, policyTypes: [Egress], egress: [{{to: [{peers}]}}]}}")


def many(workloads: int, policies: int, selector: str) -> dict[str, str]:
    """Workloads that call one another, and policies; `@` in a selector stands for a number."""
    urls = [
        environment(API_URL=f"http://w{n + 1}:80", DB_URL=f"tcp://db{n}.prod.acme.example:1") for n in range(workloads)
    ]
    pods = [deployment(f"w{n}", f"app: w{n}, tier: t{n % 200}", container=urls[n]) for n in range(workloads)]
    services = [service(f"w{n}", f"{{selector: {{app: w{n}}}, ports: [{{port: 80}}]}}") for n in range(workloads)]
    rules = [policy_to(n, selector.replace("@", str(n % 220))) for n in range(policies)]
    return {
        **{f"deploy/prod/{n}.yaml": "".join(pods[n::10] + services[n::10]) for n in range(10)},
        "deploy/prod/p.yaml": "".join(rules),
    }


def test_many_workloads_and_policies_are_compared_in_time() -> None:
    texts = many(1000, 250, "{matchLabels: {tier: t@}}")
    start = process_time()
    found = linked(texts)
    assert (len(found.workloads), len(found.policies)) == (1000, 250)
    assert found.uncovered
    assert process_time() - start < 15


def test_what_is_too_much_to_compare_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = many(100, 50, "{}")
    monkeypatch.setattr(kubernetes, "Budget", partial(Budget, 60_000))
    assert linked(texts).uncovered
    monkeypatch.setattr(kubernetes, "Budget", partial(Budget, 6_000))
    with pytest.raises(SourceError, match="too large"):
        linked(texts)


def test_too_many_requirements_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = many(20, 10, "{matchLabels: {tier: t@}}")
    monkeypatch.setattr(manifest_cluster, "_WORK", 1_000)
    assert linked(texts).workloads
    monkeypatch.setattr(manifest_cluster, "_WORK", 100)
    with pytest.raises(SourceError, match="too many workloads and policies"):
        linked(texts)
