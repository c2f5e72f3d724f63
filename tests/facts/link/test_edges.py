"""Services, the edges between them, broken contracts and cycles."""

import pytest

from policygate.facts.model import FileFacts
from policygate.facts.model_network import Edge, FoundException
from tests.facts.link.network import at, container, edge, endpoint, linked, service


def edges(section: str = "", **files: object) -> dict[tuple[str, str], Edge]:
    network = linked(FileFacts.model_validate(files), section)
    return {(each.source, each.target): each for each in network.edges}


def test_an_endpoint_that_nobody_declared() -> None:
    section = (
        "network: {services: {orders: {paths: [o], depends_on: [billing]}, billing: {hosts: [billing.example]}}}\n"
    )
    found = edges(section, endpoints=[endpoint("o/.env", "billing.example"), endpoint("o/.env", "stock.example")])
    assert {pair: (each.declared, each.used, each.source_declares) for pair, each in found.items()} == {
        ("orders", "billing"): (True, True, True),
        ("orders", "stock.example"): (False, True, True),
    }
    declared = found["orders", "billing"]
    assert (declared.at.path, [each.at.path for each in declared.evidence]) == ("o/.env", ["policygate.yaml"])


@pytest.mark.parametrize(
    "found",
    [
        endpoint("o/.env", "localhost"),
        endpoint("x/.env", "stock.example"),
        endpoint("o/ci.yml", "stock.example", "o/ci.yml#test"),
        endpoint("o/.env", "$DB_HOST", dynamic=True),
        endpoint("o/.env", "orders.example"),
    ],
    ids=["loopback", "nobody's", "a CI job's", "unknown", "itself"],
)
def test_no_edge(found: object) -> None:
    section = "network: {services: {orders: {paths: [o], hosts: [orders.example]}}}\n"
    assert edges(section, endpoints=[found]) == {}


def test_one_edge_for_each_pair() -> None:
    found = edges(
        services=[service("catalog-info.yaml", "shop", declared=True)],
        endpoints=[endpoint("a.env", "db.example"), endpoint("b.env", "db.example", family="redis")],
        edges=[edge("service.json", "shop", "db.example", protocol="grpc", interface="v1.Db/Get")],
    )
    (only,) = found.values()
    assert (only.protocol, only.interface) == ("grpc, postgresql, redis", "v1.Db/Get")
    assert [each.at.path for each in only.evidence] == ["b.env", "service.json"]


def test_consumers_of_an_api_talk_to_its_provider() -> None:
    found = edges(
        services=[
            service("catalog-info.yaml", "shop", declared=True),
            service("catalog-info.yaml", "stock", declared=True),
            service("catalog-info.yaml", "stock-v1", kind="api", lifecycle="deprecated", declared=True),
        ],
        edges=[
            edge("catalog-info.yaml", "stock", "stock-v1", kind="provides"),
            edge("catalog-info.yaml", "shop", "stock-v1", kind="consumes"),
            edge("catalog-info.yaml", "shop", "other-v1", kind="consumes"),
        ],
    )
    assert {pair: each.target_lifecycle for pair, each in found.items()} == {
        ("shop", "stock"): "deprecated",
        ("shop", "other-v1"): "",
    }


CONTRACTS = """\
network:
  layers: [edge, application, data]
  services:
    web: {layer: edge, zone: dmz}
    orders: {layer: application, zone: core}
    billing: {layer: application, zone: core}
    ledger: {layer: data}
    tool: {}
  forbidden:
    - {from: zone:dmz, to: ledger, reason: the ledger is not for the internet}
  independent: [[orders, billing]]
"""


@pytest.mark.parametrize(
    ("source", "target", "kinds"),
    [
        ("web", "orders", []),
        ("web", "web2", []),
        ("orders", "web", ["order"]),
        ("ledger", "web", ["order"]),
        ("ledger", "tool", []),
        ("tool", "web", []),
        ("web", "ledger", ["forbidden"]),
        ("ledger", "orders", ["order"]),
        ("orders", "billing", ["independent"]),
        ("billing", "orders", ["independent"]),
    ],
)
def test_contracts(source: str, target: str, kinds: list[str]) -> None:
    found = edges(CONTRACTS, edges=[edge("service.json", source, target)])
    assert [each.kind for each in found[source, target].breaks] == kinds


def test_broken_contracts_say_what_they_say() -> None:
    found = edges(CONTRACTS, edges=[edge("a.json", "web", "ledger"), edge("a.json", "orders", "web")])
    (forbidden,) = found["web", "ledger"].breaks
    assert (forbidden.message, forbidden.at.start.line) == (
        "`zone:dmz` must not talk to `ledger`: the ledger is not for the internet",
        10,
    )
    (order,) = found["orders", "web"].breaks
    assert order.message == "a layer talks to itself and to those after it: `edge`, `application`, `data`"
    assert order.at.start.line == 2


def test_degrees_and_owners() -> None:
    section = (
        "network: {services: {a: {owner: team-a, depends_on: [b, c]}, b: {depends_on: [c]}, c: {owner: team-c}}}\n"
    )
    network = linked(FileFacts(), section)
    assert {each.name: (each.owner, each.fan_in, each.fan_out, each.declares) for each in network.services} == {
        "a": ("team-a", 0, 2, True),
        "b": ("", 1, 1, True),
        "c": ("team-c", 2, 0, False),
    }
    assert {(e.source, e.target): (e.source_owner, e.target_owner) for e in network.edges}["b", "c"] == ("", "team-c")


def test_containers_of_one_name_in_two_folders_are_two() -> None:
    services = [container(f"{folder}/compose.yml", name) for folder in "xy" for name in ("web", "db")]
    found = edges(
        services=services,
        endpoints=[endpoint(f"{folder}/compose.yml", "db", "web") for folder in "xy"],
        edges=[edge("x/compose.yml", "db", "web")],
    )
    assert set(found) == {("x/web", "x/db"), ("x/db", "x/web"), ("y/web", "y/db")}


def test_cycles() -> None:
    pairs = ["ab", "bc", "ca", "bd", "de", "ed", "ef"]
    declared = [edge("s.json", pair[0], pair[1], line) for line, pair in enumerate(pairs, 1)]
    network = linked(FileFacts(edges=declared))
    told = {
        ">".join(cycle.services): (cycle.at.start.line, [each.at.start.line for each in cycle.evidence])
        for cycle in network.cycles
    }
    assert told == {"a>b>c": (1, [2, 3]), "d>e": (5, [6])}


def test_who_does_not_wait_closes_no_cycle() -> None:
    declared = [edge("s.json", "a", "b"), edge("s.json", "b", "a", asynchronous=True)]
    assert linked(FileFacts(edges=declared)).cycles == []
    both = [*declared, edge("s.json", "b", "a")]
    assert [cycle.services for cycle in linked(FileFacts(edges=both)).cycles] == [["a", "b"]]


def test_messages_are_not_waited_for() -> None:
    files = FileFacts(
        services=[service("catalog-info.yaml", "shop", declared=True)],
        endpoints=[endpoint("a.env", "kafka.example", family="kafka", scheme="")],
    )
    assert [each.asynchronous for each in linked(files).edges] == [True]


def test_self_given_approvals() -> None:
    files = FileFacts(exceptions=[FoundException(service="Shop", text="approved", at=at("service.json"))])
    files = files.model_copy(update={"services": [service("service.json", "shop", declared=True)]})
    assert [(each.service, each.text) for each in linked(files).exemptions] == [("shop", "approved")]


def test_nothing_said_nothing_linked() -> None:
    network = linked(FileFacts())
    assert (network.services, network.edges) == ([], [])


def test_what_compose_starts_first_declares_nothing() -> None:
    section = "network: {services: {web: {}, db: {}}}\n"
    files = {"services": [container("compose.yml", "web"), container("compose.yml", "db")]}
    ordered = edges(section, edges=[edge("compose.yml", "web", "db")], **files)
    assert not ordered["web", "db"].source_declares
    assert edges(section, edges=[edge("service.json", "web", "db")], **files)["web", "db"].source_declares


def test_hosts_that_are_no_services_count_for_no_degree() -> None:
    section = "network: {services: {web: {paths: [w], depends_on: [db]}, db: {}}}\n"
    network = linked(FileFacts(endpoints=[endpoint("w/.env", "a.example,b.example")]), section)
    assert {each.name: each.fan_out for each in network.services}["web"] == 1
    assert len(network.edges) == 3


def test_a_password_that_is_a_variable_hides_no_host() -> None:
    section = "network: {service: web}\n"
    found = [endpoint("a.env", "db.example", dynamic=True), endpoint("b.env", "$HOST,${x}.example", dynamic=True)]
    assert set(edges(section, endpoints=found)) == {("web", "db.example")}


def test_declared_addresses_are_the_services_there() -> None:
    section = (
        "network: {services: {web: {}, billing: {hosts: [billing.example]}}, datastores: {db: {hosts: [db.example]}}}\n"
    )
    found = edges(
        section, edges=[edge("s.json", "web", target) for target in ("billing.example:443", "db.example", "x:1")]
    )
    assert set(found) == {("web", "billing"), ("web", "db"), ("web", "x:1")}


def test_through_a_pooler_to_the_datastore() -> None:
    section = "network: {service: web, datastores: {db: {hosts: [db.example], poolers: [pool.example]}}}\n"
    assert set(edges(section, endpoints=[endpoint(".env", "pool.example")])) == {("web", "db")}
