"""From the network facts to what reports show."""

from typing import Any

import pytest

from policygate.facts.model import Change, Network
from policygate.facts.model_kubernetes import Kubernetes, KubernetesWorkload, SelectingPolicy
from policygate.facts.model_network import Opened
from policygate.facts.model_nginx import Nginx, NginxLocation
from policygate.facts.net.opened import opened
from policygate.showing import MOST_AROUND, around, locations, new_paths, topology
from policygate.topology import Address, Row
from tests.facts.link.network import at, edge, endpoint
from tests.facts.net.test_opened import LEDGER, SHOP, TO_LEDGER_DB, WEB, network


def address(**fields: object) -> Address:
    found = endpoint("orders.env", "ledger-db.prod.example", "orders", database="", **fields)
    (shown,) = topology(network(found)).addresses
    return shown


def test_an_endpoint_is_an_address_a_host() -> None:
    shown = address()
    assert shown == Address(
        service="orders",
        key="DATABASE_URL",
        family="postgresql",
        host="ledger-db.prod.example",
        port=5432,
        database="",
        tls="optional",
        environment="",
        protected=False,
        host_environment="production",
        host_protected=True,
        host_class="external",
        marks=(),
        at=at("orders.env"),
    )
    hosts = topology(network(endpoint("a.env", "one.example,two.example", "orders"))).addresses
    assert [each.host for each in hosts] == ["one.example", "two.example"]


@pytest.mark.parametrize(
    ("fields", "marks"),
    [
        ({}, ()),
        ({"credentials": True}, ("password",)),
        ({"dynamic": True}, ("dynamic",)),
        ({"hosts": []}, ()),
    ],
)
def test_what_else_is_to_be_known_of_an_address(fields: dict[str, object], marks: tuple[str, ...]) -> None:
    assert address(**fields).marks == marks


def test_a_mesh_encrypts_and_a_pooler_is_named() -> None:
    whole = network(endpoint("a.env", "pool.prod.example", "orders", tls="disabled"))
    meshed = whole.model_copy(update={"endpoints": [whole.endpoints[0].model_copy(update={"mesh_tls": True})]})
    assert [(each.tls, each.marks) for each in topology(meshed).addresses] == [("required", ("pooler", "mesh"))]


def test_addresses_are_sorted_by_service() -> None:
    shown = topology(network(TO_LEDGER_DB, LEDGER, endpoint("a.env", "x.example", "web")))
    assert [each.service for each in shown.addresses] == ["ledger", "orders", "web"]
    assert [(way.source, way.target, way.declared, way.used) for way in shown.ways][:1] == [
        ("ledger", "ledger-db", False, True)
    ]
    assert [(node.name, node.kind, node.fan_in, node.fan_out) for node in shown.nodes][:2] == [
        ("ledger", "service", 0, 1),
        ("ledger-db", "datastore", 2, 0),
    ]


def test_workloads_and_locations_are_rows() -> None:
    fields: dict[str, Any] = {
        "environment": "production",
        "namespace": "shop",
        "kind": "Deployment",
        "name": "orders",
        "isolated_egress": True,
        "selected_by_egress": [SelectingPolicy(name=name, at=at("p.yaml")) for name in ("orders", "deny")],
        "host_network": False,
        "at": at("k.yaml", 4),
    }
    workload = KubernetesWorkload.model_construct(**fields)
    open_ = workload.model_copy(update={"isolated_egress": False, "host_network": True, "environment": ""})
    assert topology(Network(kubernetes=Kubernetes(workloads=[workload, open_]))).workloads == (
        Row("shop/Deployment/orders", ("production", "egress by orders, deny"), at("k.yaml", 4)),
        Row("shop/Deployment/orders", ("egress open", "host network"), at("k.yaml", 4)),
    )
    fields = {
        "server": "www.acme.example",
        "location": "^~ /internal/",
        "public": True,
        "protected_by": ["allow/deny", "auth_basic"],
        "undecided": False,
        "content": "pass",
        "at": at("nginx.conf", 8),
    }
    location = NginxLocation.model_construct(**fields)
    server = location.model_copy(update={"location": "", "public": False, "protected_by": []})
    unsure = location.model_copy(update={"protected_by": [], "undecided": True})
    assert [(row.name, row.said) for row in locations(Nginx(locations=[location, server, unsure]))] == [
        ("www.acme.example ^~ /internal/", ("public", "guarded by allow/deny, auth_basic", "pass")),
        ("www.acme.example", ("internal", "open", "pass")),
        ("www.acme.example ^~ /internal/", ("public", "perhaps guarded", "pass")),
    ]


def changed(base: Network, head: Network) -> Change:
    return Change(exists=True, opened=opened(base, head))


def test_new_paths_say_all_that_the_facts_say() -> None:
    change = changed(network(WEB, SHOP), network(WEB, SHOP, TO_LEDGER_DB))
    for path, fact in zip(new_paths(change), change.opened, strict=True):
        evidence = [{"message": message, "at": place} for message, place in path.evidence]
        assert Opened.model_validate({**vars(path), "hops": list(path.hops), "evidence": evidence}) == fact


def test_around_a_new_edge_is_what_shares_an_end_with_it() -> None:
    far = edge("x.json", "mail", "smtp")
    before, after = network(WEB, SHOP, LEDGER, far), network(WEB, SHOP, LEDGER, far, TO_LEDGER_DB)
    found = around(changed(before, after), after)
    assert [(way.source, way.target) for way in found] == [("ledger", "ledger-db"), ("shop", "orders")]
    assert around(Change(), after) == ()
    many = network(*(edge("a.json", f"s{number:03}", "orders") for number in range(100)), TO_LEDGER_DB)
    assert len(around(changed(network(), many), many)) == 0
    base = network(*(edge("a.json", f"s{number:03}", "orders") for number in range(100)))
    assert len(around(changed(base, many), many)) == MOST_AROUND
