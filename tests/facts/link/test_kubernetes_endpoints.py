"""Which endpoints NetworkPolicies block, which peers nobody needs, and how much is compared at most."""

from functools import partial
from time import process_time

import pytest

from policygate.errors import SourceError
from policygate.facts.kubernetes import manifest_cluster
from policygate.facts.link import kubernetes
from policygate.facts.syntax.budget import Budget
from tests.facts.link.manifests import (
    DENY_ALL,
    deployment,
    environment,
    linked,
    namespace,
    policy,
    service,
)

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


ALIAS = service("db", "{type: ExternalName, externalName: db.acme.example}")


def test_names_mean_what_the_same_manifests_say() -> None:
    """An overlay has an alias of this name; an ExternalName of the same manifests is followed."""
    allowed = out("[{to: [{podSelector: {matchLabels: {app: db}}}]}]")
    mine = {"deploy/prod/all.yaml": CLIENT + DB + DB_SERVICE + allowed}
    assert linked({**mine, "deploy/staging/all.yaml": ALIAS}).uncovered == []

    (found,) = linked({"all.yaml": CLIENT + DB + ALIAS + allowed}).uncovered
    assert (found.host, found.reason) == ("db", "egress")
    assert linked({"all.yaml": CLIENT + ALIAS + out("[{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]")}).uncovered == []


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
    monkeypatch.setattr(kubernetes, "Budget", partial(Budget, 200_000))
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
