"""What NetworkPolicies of a checkout select and open, and which manifests belong together."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.facts.link.manifests import (
    DENY_ALL,
    deployment,
    linked,
    namespace,
    policy,
    policy_of,
    workload,
)

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
    ("{app: wbe}", True),
    ("{app: web-server}", False),
    ("{name: web}", True),
    ("{app: web, tier: back}", True),
    ("{tier: fornt}", True),
    ("{tier: batch}", False),
]


@pytest.mark.parametrize(("labels", "like"), NEAR)
def test_a_policy_that_selects_nothing_and_the_workload_it_misses(labels: str, like: bool) -> None:
    text = deployment("web", "app: web, tier: front") + policy("p", f"{{podSelector: {{matchLabels: {labels}}}}}")
    found = policy_of(linked({"all.yaml": text}), "p")
    assert (found.selects, found.known, found.like) == (0, True, like)
    assert [each.message for each in found.near] == ["the labels of `web` are `app=web, tier=front`"]


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


_TEXTS = st.sampled_from(
    [
        *(WEB, FOR_WEB, FOR_API, deployment("api"), DENY_ALL, CILIUM, "---\nkind: [\n", "---\n{{ x }}\n"),
        *(deployment("web", "app: wbe"), policy("p", "{podSelector: {}}", namespace=""), namespace("shop", "a: b")),
    ]
)
_FOLDERS = st.sampled_from(["", "a/", "b/", "b/c/", "deploy/prod/", "deploy/prod/x/", "deploy/staging/"])
_PATHS = st.tuples(_FOLDERS, st.sampled_from("xyz")).map("".join)


@given(st.dictionaries(_PATHS.map(lambda path: f"{path}.yaml"), st.lists(_TEXTS, max_size=4).map("".join), max_size=7))
def test_the_order_of_files_does_not_matter(texts: dict[str, str]) -> None:
    found = linked(texts)
    assert found == linked(dict(reversed(texts.items())))
    for each in found.workloads:
        inside = each.at.path.startswith("deploy/prod/")
        assert all(policy.at.path.startswith("deploy/prod/") == inside for policy in each.selected_by_egress)


def test_overlays_however_deep() -> None:
    deep = "/".join("d" * 400)
    texts = {f"{deep}/{name}.yaml": WEB + FOR_WEB for name in ("a", "b")} | {"c.yaml": WEB}
    start = process_time()
    assert [each.isolated_egress for each in linked(texts).workloads] == [False, True, True]
    assert process_time() - start < 5


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
