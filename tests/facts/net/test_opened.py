"""What a change opens, from the facts of two whole networks."""

import pytest

from policygate.facts.model import FileFacts, Network
from policygate.facts.model_network import FoundEdge, FoundEndpoint, FoundService, Opened
from policygate.facts.net.opened import LONGEST, MOST, opened
from tests.facts.link.network import at, container, edge, endpoint, linked
from tests.linear import grows_linearly

SECTION = """\
network:
  environments:
    staging: {hosts: ["*.staging.example"]}
    production: {protected: true, hosts: ["*.prod.example"]}
  services:
    orders: {hosts: [orders.acme.example]}
    ledger: {hosts: [ledger.acme.example]}
  datastores:
    ledger-db:
      hosts: [ledger-db.prod.example, ledger-db.staging.example]
      owners: [ledger]
      poolers: [pool.prod.example]
"""
LEDGER = endpoint("ledger.env", "ledger-db.prod.example", "ledger")


def network(*found: FoundEndpoint | FoundEdge | FoundService) -> Network:
    files = FileFacts(
        services=[each for each in found if isinstance(each, FoundService)],
        endpoints=[each for each in found if isinstance(each, FoundEndpoint)],
        edges=[each for each in found if isinstance(each, FoundEdge)],
    )
    return linked(files, SECTION)


def told(each: Opened) -> str:
    way = " -> ".join([each.source, *each.hops, each.target])
    state = "" if each.tls == "unknown" else f" {each.tls}"
    kind = " datastore" if each.datastore else ""
    protected = " protected" if each.protected else ""
    place = f"{each.at.path}:{each.at.start.line}"
    return f"{way}: {each.protocol or '-'}{state}{kind} {each.environment or '-'}{protected} at {place}"


def http(path: str, host: str, holder: str) -> FoundEndpoint:
    return endpoint(path, host, holder, family="http", scheme="http", key="URL", tls="disabled")


TO_LEDGER_DB = endpoint("orders.env", "ledger-db.prod.example", "orders", at=at("orders.env", 7))
TO_STAGING = endpoint("orders.env", "ledger-db.staging.example", "orders")
WEB, SHOP = edge("web.json", "web", "shop"), edge("shop.json", "shop", "orders", 4)

CASES: dict[str, tuple[list[FoundEndpoint | FoundEdge], list[FoundEndpoint | FoundEdge], list[str]]] = {
    "nothing": ([], [], []),
    "nothing new": ([LEDGER], [LEDGER], []),
    "an edge that goes": ([LEDGER, SHOP], [LEDGER], []),
    "a line that moves": ([TO_LEDGER_DB], [TO_LEDGER_DB.model_copy(update={"at": at("orders.env", 9)})], []),
    "a file that moves": ([SHOP], [edge("services/shop.json", "shop", "orders")], []),
    "a datastore": (
        [LEDGER],
        [LEDGER, TO_LEDGER_DB],
        ["orders -> ledger-db: postgresql optional datastore production protected at orders.env:7"],
    ),
    "two environments, one of them known": (
        [TO_STAGING],
        [TO_STAGING, TO_LEDGER_DB],
        ["orders -> ledger-db: postgresql optional datastore production protected at orders.env:7"],
    ),
    "another environment that is not protected": ([TO_LEDGER_DB], [TO_LEDGER_DB, TO_STAGING], []),
    "what is declared is used now": ([edge("o.json", "orders", "ledger-db"), LEDGER], [LEDGER, TO_LEDGER_DB], []),
    "what is used is declared now": ([TO_LEDGER_DB], [TO_LEDGER_DB, edge("o.json", "orders", "ledger-db")], []),
    "another protocol": (
        [http("o.env", "ledger.acme.example", "orders")],
        [
            http("o.env", "ledger.acme.example", "orders"),
            endpoint("o.env", "ledger.acme.example", "orders", family="grpc", scheme="grpc", tls="required"),
        ],
        ["orders -> ledger: grpc required - at o.env:1"],
    ),
    "a protocol that is said now": (
        [edge("o.json", "orders", "ledger")],
        [edge("o.json", "orders", "ledger", protocol="grpc")],
        [],
    ),
    "another declared protocol": (
        [edge("o.json", "orders", "ledger", protocol="http")],
        [edge("o.json", "orders", "ledger", protocol="http"), edge("o.json", "orders", "ledger", 5, protocol="grpc")],
        ["orders -> ledger: grpc - at o.json:1"],
    ),
    "a declared edge to a known datastore": (
        [LEDGER],
        [LEDGER, edge("o.json", "orders", "ledger-db", 3)],
        ["orders -> ledger-db: - datastore production protected at o.json:3"],
    ),
    "a host that nobody knows": (
        [],
        [http("o.env", "api.elsewhere.example", "orders")],
        ["orders -> api.elsewhere.example: http disabled - at o.env:1"],
    ),
    "the same machine, an unknown host, a CI job": (
        [],
        [
            http("o.env", "127.0.0.1", "orders"),
            endpoint("o.env", "${HOST}", "orders", dynamic=True),
            endpoint(".gitlab-ci.yml", "ledger-db.prod.example", ".gitlab-ci.yml#build"),
        ],
        [],
    ),
    "a service that leads to a datastore": (
        [LEDGER],
        [LEDGER, http("o.env", "ledger.acme.example", "orders")],
        [
            "orders -> ledger: http disabled - at o.env:1",
            "orders -> ledger -> ledger-db: postgresql optional datastore production protected at o.env:1",
        ],
    ),
    "all that are before the new edge": (
        [WEB, SHOP],
        [WEB, SHOP, TO_LEDGER_DB],
        [
            "orders -> ledger-db: postgresql optional datastore production protected at orders.env:7",
            "shop -> orders -> ledger-db: postgresql optional datastore production protected at orders.env:7",
            "web -> shop -> orders -> ledger-db: postgresql optional datastore production protected at orders.env:7",
        ],
    ),
    "those that reached it before are not told": (
        [WEB, SHOP, LEDGER, edge("web.json", "web", "ledger", 2)],
        [WEB, SHOP, LEDGER, edge("web.json", "web", "ledger", 2), TO_LEDGER_DB],
        [
            "orders -> ledger-db: postgresql optional datastore production protected at orders.env:7",
            "shop -> orders -> ledger-db: postgresql optional datastore production protected at orders.env:7",
        ],
    ),
    "of two new edges on a way the first is its place": (
        [WEB, TO_LEDGER_DB, edge("x.json", "orders", "stock")],
        [WEB, SHOP, TO_LEDGER_DB, edge("x.json", "orders", "stock")],
        [
            "shop -> orders: - - at shop.json:4",
            "shop -> orders -> ledger-db: postgresql optional datastore production protected at shop.json:4",
            "web -> shop -> orders -> ledger-db: postgresql optional datastore production protected at shop.json:4",
        ],
    ),
    "a datastore of no protected environment": (
        [SHOP],
        [SHOP, TO_STAGING],
        ["orders -> ledger-db: postgresql optional datastore staging at orders.env:1"],
    ),
    "the shortest of two ways": (
        [LEDGER, edge("a.json", "b", "ledger"), edge("a.json", "c", "b")],
        [
            LEDGER,
            edge("a.json", "b", "ledger"),
            edge("a.json", "c", "b"),
            edge("a.json", "a", "c"),
            edge("a.json", "a", "b", 2),
        ],
        [
            "a -> b: - - at a.json:2",
            "a -> c: - - at a.json:1",
            "a -> b -> ledger -> ledger-db: postgresql optional datastore production protected at a.json:2",
        ],
    ),
    "a cycle": (
        [LEDGER, edge("a.json", "a", "b")],
        [LEDGER, edge("a.json", "a", "b"), edge("b.json", "b", "a"), edge("b.json", "b", "ledger", 2)],
        [
            "b -> a: - - at b.json:1",
            "b -> ledger: - - at b.json:2",
            "b -> ledger -> ledger-db: postgresql optional datastore production protected at b.json:2",
            "a -> b -> ledger -> ledger-db: postgresql optional datastore production protected at b.json:2",
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_change_opens(case: str) -> None:
    before, after, expected = CASES[case]
    assert [told(each) for each in opened(network(*before), network(*after))] == expected


def test_the_evidence_names_the_other_edges_and_what_says_that_it_is_protected() -> None:
    *_, way = opened(network(WEB, SHOP), network(WEB, SHOP, TO_LEDGER_DB))
    assert [(each.message, each.at.path) for each in way.evidence] == [
        ("`web` talks to `shop`", "web.json"),
        ("`shop` talks to `orders`", "shop.json"),
        ("`ledger-db.prod.example` is of the environment `production`, by `*.prod.example`", "policygate.yaml"),
        ("`ledger-db` is for `ledger` only", "policygate.yaml"),
        ("all others go through `pool.prod.example`", "policygate.yaml"),
    ]


def compose(folder: str, *, name: str = "compose.yml") -> list[FoundEndpoint | FoundEdge | FoundService]:
    path = f"{folder}/{name}"
    return [container(path, "api"), edge(path, "api", "cache")]


def test_a_service_that_is_called_by_its_folder_moves_along() -> None:
    base = network(*compose("a"), *compose("b"))
    head = network(*compose("a"), *compose("c"))
    assert [told(each) for each in opened(base, head)] == ["c/api -> cache: - - at c/compose.yml:1"]
    assert opened(base, head, {"b/compose.yml": "c/compose.yml"}) == []
    assert opened(base, head, {"b/compose.yml": "d/compose.yml"}) != []
    assert opened(base, network(*compose("a"), *compose("b"), *compose("c")), {"b/compose.yml": "c/compose.yml"}) != []


def test_nothing_is_reached_through_nothing() -> None:
    assert opened(Network(), Network()) == []
    head = network(LEDGER)
    assert [each.source for each in opened(Network(), head)] == ["ledger"]


def test_ways_are_counted_and_long_ones_end() -> None:
    chain = [edge("a.json", f"s{number:03}", f"s{number + 1:03}") for number in range(100)]
    new = endpoint("a.env", "ledger-db.prod.example", "s100")
    direct, *ways = opened(network(*chain), network(*chain, new))
    assert direct.hops == []
    assert [len(way.hops) for way in ways] == list(range(1, LONGEST + 1))
    star = [edge("a.json", f"s{number:03}", "orders") for number in range(100)]
    direct, *ways = opened(network(*star), network(*star, TO_LEDGER_DB))
    assert [way.source for way in ways] == [f"s{number:03}" for number in range(MOST)]


@pytest.mark.parametrize("shape", ["chain", "star", "many sources"])
def test_time_is_linear(shape: str) -> None:
    def networks(count: int) -> tuple[Network, Network]:
        if shape == "chain":
            before = [edge("a.json", f"s{number}", f"s{number + 1}") for number in range(count)]
            return network(*before), network(*before, endpoint("a.env", "ledger-db.prod.example", f"s{count}"))
        if shape == "star":
            before = [edge("a.json", f"s{number}", "orders") for number in range(count)]
            return network(*before), network(*before, TO_LEDGER_DB)
        before = [edge("a.json", f"s{number}", f"t{number}") for number in range(count)]
        return network(*before), network(
            *before, *(edge("b.json", f"t{number}", f"s{number}") for number in range(count))
        )

    prepared = {count: networks(count) for count in (10, 400, 1600)}
    assert grows_linearly(lambda count: opened(*prepared[count]), 400)
