"""Whose an endpoint is, in which environment both ends stand, and what is behind an alias."""

import pytest

from policygate.facts.model import FileFacts
from policygate.facts.model_kubernetes import (
    KubernetesObjects,
    KubernetesService,
    NamespaceFact,
    PeerAuthentication,
    Workload,
)
from policygate.facts.model_network import Endpoint, EndpointHost, FoundEndpoint
from policygate.facts.model_nginx import NginxFile, NginxPass
from tests.facts.link.network import alias, at, container, endpoint, linked, service

SECTION = """\
network:
  environments:
    production:
      protected: true
      hosts: ["*.prod.acme.example", 10.20.0.0/16]
      paths: ["deploy/prod", "*-prod.yml"]
      namespaces: ["prod", "prod-*"]
    staging: {hosts: ["*.staging.acme.example"], paths: ["deploy/staging"]}
  shared: [vault.prod.acme.example]
  internal: [wiki.acme.example]
  services:
    orders: {paths: [services/orders], hosts: [orders.prod.acme.example]}
  datastores:
    orders-db: {hosts: [orders-db.prod.acme.example], owners: [orders], poolers: [pool.prod.acme.example]}
  egress: ["*.stripe.example"]
"""


def one(found: FoundEndpoint, section: str = SECTION, **files: object) -> Endpoint:
    network = linked(FileFacts.model_validate({"endpoints": [found], **files}), section)
    return network.endpoints[0]


def host_of(name: str, path: str = "app.env", **files: object) -> EndpointHost:
    return one(endpoint(path, name), SECTION, **files).hosts[0]


@pytest.mark.parametrize(
    ("host", "environment", "protected"),
    [
        ("orders-db.prod.acme.example", "production", True),
        ("ORDERS-DB.prod.acme.example.", "production", True),
        ("10.20.3.4", "production", True),
        ("10.21.3.4", "", False),
        ("db.staging.acme.example", "staging", False),
        ("prod.acme.example", "", False),
        ("db.prod-eu.svc", "production", True),
        ("db.prod-eu.svc.cluster.local", "production", True),
        ("db.product.svc.cluster.local", "", False),
    ],
)
def test_environment_of_a_host(host: str, environment: str, protected: bool) -> None:
    found = host_of(host)
    assert (found.environment, found.protected) == (environment, protected)


@pytest.mark.parametrize(
    ("path", "namespace", "environment"),
    [
        ("deploy/prod/app.yaml", "", "production"),
        ("deploy/production/app.yaml", "", ""),
        ("application-prod.yml", "", "production"),
        ("deploy/staging/app.yaml", "prod", "staging"),
        ("app.yaml", "prod-eu", "production"),
        ("app.yaml", "reprod", ""),
    ],
)
def test_environment_of_a_file(path: str, namespace: str, environment: str) -> None:
    assert one(endpoint(path, "db", namespace=namespace)).environment == environment


def test_short_name_in_a_namespace() -> None:
    """A name without dots means the namespace of who asks, if there is such a Service."""
    found = endpoint("app.yaml", "db", namespace="prod")
    assert (
        one(found, services=[service("db.yaml", "db", "db.prod", "db.prod.svc")]).hosts[0].environment == "production"
    )
    assert one(found).hosts[0].environment == ""


@pytest.mark.parametrize(
    ("path", "holder", "services", "name"),
    [
        ("services/orders/.env", "", [], "orders"),
        ("services/orders/compose.yml", "Orders", [], "orders"),
        ("services/other/.env", "", [], ""),
        ("compose.yml", "web", [container("compose.yml", "web")], "web"),
        ("a/compose.yml", "db", [container("a/compose.yml", "db"), container("b/compose.yml", "db")], "a/db"),
        (".gitlab-ci.yml", ".gitlab-ci.yml#test", [], ""),
        ("cart/.env", "", [service("cart/catalog-info.yaml", "cart", declared=True)], "cart"),
        ("cart/config/app.yml", "", [service("cart/catalog-info.yaml", "cart", declared=True)], "cart"),
        ("cartoon/.env", "", [service("cart/catalog-info.yaml", "cart", declared=True)], ""),
        (
            "x/.env",
            "",
            [service("catalog-info.yaml", "a", declared=True), service("catalog-info.yaml", "b", declared=True)],
            "",
        ),
    ],
)
def test_whose_it_is(path: str, holder: str, services: list[object], name: str) -> None:
    assert one(endpoint(path, "db", holder), services=services).service == name


def test_repository_of_one_service() -> None:
    section = "network: {service: orders}\n"
    assert one(endpoint(".env", "db"), section).service == "orders"
    assert one(endpoint(".gitlab-ci.yml", "db", ".gitlab-ci.yml#test"), section).service == "orders"


def test_all_that_is_known_of_a_datastore() -> None:
    host = host_of("orders-db.prod.acme.example")
    assert (host.datastore, host.owners, host.pooler, host.allowed) == ("orders-db", ["orders"], False, True)
    assert [(each.message, each.at.path, each.at.start.line) for each in host.evidence] == [
        (
            "`orders-db.prod.acme.example` is of the environment `production`, by `*.prod.acme.example`",
            "policygate.yaml",
            5,
        ),
        ("`orders-db` is for `orders` only", "policygate.yaml", 14),
        ("all others go through `pool.prod.acme.example`", "policygate.yaml", 14),
    ]
    assert host_of("pool.prod.acme.example").pooler


@pytest.mark.parametrize(
    ("host", "host_class", "allowed", "shared"),
    [
        ("api.stripe.example", "external", True, False),
        ("stripe.example", "external", False, False),
        ("wiki.acme.example", "internal", True, False),
        ("vault.prod.acme.example", "external", True, True),
        ("localhost", "loopback", False, False),
        ("orders.prod.acme.example", "external", True, False),
    ],
)
def test_class_of_a_host(host: str, host_class: str, allowed: bool, shared: bool) -> None:
    found = host_of(host)
    assert (found.host_class, found.allowed, found.shared) == (host_class, allowed, shared)


def test_compose_service_is_local_in_its_own_file() -> None:
    services = [container("compose.yml", "db")]
    inside = one(endpoint("compose.yml", "db", "web"), services=services)
    outside = one(endpoint("other.yml", "db", "web"), services=services)
    assert (inside.local, inside.hosts[0].service, inside.hosts[0].host_class) == (True, "db", "cluster")
    assert (outside.local, outside.hosts[0].service) == (False, "")
    assert not one(endpoint("compose.yml", "db,db.prod.acme.example", "web"), services=services).local
    assert one(endpoint("compose.yml", "127.0.0.1")).local


def test_aliases_lead_to_what_they_stand_for() -> None:
    real = "orders-db.prod.acme.example"
    local = host_of("db", "compose.yml", aliases=[alias("compose.yml", "DB", real, local=True)])
    assert (local.name, local.datastore) == (real, "orders-db")
    assert local.evidence[0].message == f"`db` is another name for `{real}`"
    elsewhere = host_of("db", "other.yml", aliases=[alias("compose.yml", "db", real, local=True)])
    assert elsewhere.name == "db"


@pytest.mark.parametrize("written", ["db", "db.shop", "db.shop.svc", "db.shop.svc.cluster.local"])
def test_external_name(written: str) -> None:
    aliases = [
        alias("db.yaml", "db", "hop.shop.svc.cluster.local", namespace="shop"),
        alias("hop.yaml", "hop", "orders-db.prod.acme.example", namespace="shop"),
    ]
    assert one(endpoint("app.yaml", written, namespace="shop"), aliases=aliases).hosts[0].datastore == "orders-db"
    other = one(endpoint("app.yaml", "db", namespace="cart"), aliases=aliases)
    assert other.hosts[0].name == "db"


def test_aliases_of_the_same_environment_count() -> None:
    aliases = [
        alias("deploy/prod/db.yaml", "db", "orders-db.prod.acme.example", namespace="shop"),
        alias("deploy/staging/db.yaml", "db", "db.staging.acme.example", namespace="shop"),
    ]
    for stage, host in (("prod", "orders-db.prod.acme.example"), ("staging", "db.staging.acme.example")):
        found = one(endpoint(f"deploy/{stage}/app.yaml", "db", namespace="shop"), aliases=aliases)
        assert [each.name for each in found.hosts] == [host]
    elsewhere = one(endpoint("deploy/prod/app.yaml", "db", namespace="shop"), aliases=aliases[1:])
    assert [each.name for each in elsewhere.hosts] == ["db"]
    everywhere = [alias("base/db.yaml", "db", "any.example", namespace="shop")]
    assert [
        each.name for each in one(endpoint("deploy/prod/app.yaml", "db", namespace="shop"), aliases=everywhere).hosts
    ] == ["any.example"]
    unknown = one(endpoint("app.yaml", "db", namespace="shop"), aliases=aliases)
    assert {each.name for each in unknown.hosts} == {"orders-db.prod.acme.example", "db.staging.acme.example"}


def test_aliases_in_a_circle_end() -> None:
    aliases = [alias("a.yml", "a", "b", local=True), alias("a.yml", "b", "a", local=True)]
    assert [each.name for each in one(endpoint("a.yml", "a"), aliases=aliases).hosts] == ["b"]


def test_a_declared_datastore_makes_any_address_one() -> None:
    found = endpoint("a.env", "orders-db.prod.acme.example", family="tcp", scheme="tcp")
    assert one(found).is_datastore
    assert not one(endpoint("a.env", "x.prod.acme.example", family="tcp", scheme="tcp")).is_datastore


def test_sorted_by_place() -> None:
    endpoints = [endpoint("b", "x", at=at("b", 2)), endpoint("b", "x", at=at("b", 1)), endpoint("a", "x")]
    network = linked(FileFacts(endpoints=endpoints))
    assert [(each.at.path, each.at.start.line) for each in network.endpoints] == [("a", 1), ("b", 1), ("b", 2)]


def test_environment_file_beside_a_compose_file() -> None:
    services = [container("app/compose.yml", "db")]
    assert one(endpoint("app/.env", "db"), services=services).local
    assert one(endpoint("app/dev.env", "db"), services=services).local
    assert not one(endpoint("app/config.yml", "db"), services=services).local
    assert not one(endpoint("app/sub/.env", "db"), services=services).local


def test_two_labels_in_a_cluster() -> None:
    """`stock.shop` is a name of the cluster where some manifest names the namespace, else it may be anything."""
    shop = KubernetesObjects(
        namespaces=[NamespaceFact(name="shop", labels={}, mesh=[], dynamic=False, at=at("n.yaml"))]
    )
    assert host_of("stock.shop", "a.yaml", kubernetes=[shop]).host_class == "cluster"
    assert host_of("stock.shop", "a.yaml").host_class == "external"
    assert host_of("api.stock.shop", "a.yaml", kubernetes=[shop]).host_class == "external"


@pytest.mark.parametrize(
    ("mode", "labels", "encrypted"), [("STRICT", {}, True), ("PERMISSIVE", {}, False), ("STRICT", {"app": "x"}, False)]
)
def test_mesh_that_refuses_plaintext(mode: str, labels: dict[str, str], encrypted: bool) -> None:
    strict = PeerAuthentication.model_validate(
        {
            "namespace": "shop",
            "name": "x",
            "labels": labels,
            "mode": mode,
            "port_modes": {},
            "dynamic": False,
            "at": at("p.yaml"),
        }
    )
    mesh = [KubernetesObjects(peer_authentications=[strict])]
    assert one(endpoint("a.yaml", "db.shop.svc"), kubernetes=mesh).mesh_tls == encrypted
    assert not one(endpoint("a.yaml", "db.shop.svc,db.cart.svc"), kubernetes=mesh).mesh_tls


def workload(path: str, name: str, labels: dict[str, str]) -> Workload:
    return Workload(
        namespace="shop",
        kind="Deployment",
        name=name,
        labels=labels,
        ports=[],
        service_account="",
        host_network=False,
        host_network_at=at(path),
        mesh=[],
        dynamic=False,
        at=at(path),
    )


def cluster_service(path: str, name: str, selector: dict[str, str]) -> KubernetesService:
    return KubernetesService(
        namespace="shop",
        name=name,
        type="ClusterIP",
        selector=selector,
        external_name="",
        external_name_at=at(path),
        ports=[],
        dynamic=False,
        at=at(path),
    )


def test_workload_is_called_by_its_label() -> None:
    """The label names the service, the workload's own name a version of it."""
    objects = KubernetesObjects(workloads=[workload("a.yaml", "ledger-v2", {"app": "ledger"})])
    services = [service("a.yaml", "ledger", namespace="shop")]
    found = endpoint("a.yaml", "db", "ledger-v2", namespace="shop")
    assert one(found, kubernetes=[objects], services=services).service == "ledger"
    assert one(endpoint("a.yaml", "db", "other", namespace="shop"), kubernetes=[objects]).service == "other"


@pytest.mark.parametrize(
    ("labels", "name"),
    [([{"app": "pg", "tier": "db"}], "postgres"), ([{"app": "pg", "tier": "web"}], "orders-db"), ([], "orders-db")],
)
def test_service_of_a_cluster_is_the_workload_behind_it(labels: list[dict[str, str]], name: str) -> None:
    objects = KubernetesObjects(
        workloads=[workload("w.yaml", "postgres", each) for each in labels],
        services=[cluster_service("s.yaml", "orders-db", {"app": "pg", "tier": "db"})],
    )
    services = [
        service("w.yaml", "postgres", namespace="shop"),
        service("s.yaml", "orders-db", "orders-db", "orders-db.shop", "orders-db.shop.svc", namespace="shop"),
    ]
    found = endpoint("a.yaml", "orders-db.shop.svc", namespace="cart")
    assert one(found, kubernetes=[objects], services=services).hosts[0].service == name
    short = endpoint("a.yaml", "orders-db", namespace="cart")
    assert one(short, kubernetes=[objects], services=services).hosts[0].service == ""


def test_alias_hides_no_production_host() -> None:
    real = "orders-db.prod.acme.example"
    found = endpoint("compose.yml", real)
    hosts = one(found, aliases=[alias("compose.yml", real, "10.9.9.9", local=True)]).hosts
    assert [host.name for host in hosts] == [real, "10.9.9.9"]


def test_what_nginx_passes_requests_to() -> None:
    def target(scheme: str, host: str, port: int) -> NginxPass:
        text = f"{scheme}://{host}:{port}"
        dynamic = host == ""
        return NginxPass(
            text=text,
            scheme=scheme,
            host=host,
            port=port,
            group="",
            dynamic=dynamic,
            names=["w.example"],
            at=at("n.conf"),
        )

    targets = [target("https", "a.example", 443), target("grpc", "b.example", 80), target("fastcgi", "php", 9000)]
    targets += [target("http", "", 80), target("http", "/run/x.sock", 0)]
    files = FileFacts(nginx=[NginxFile(file="n.conf", context="main", directives=[], passes=targets)])
    assert {each.service for each in linked(files, "network: {service: orders}\n").endpoints} == {""}
    section = "network: {services: {edge: {paths: [n.conf]}}}\n"
    assert {each.service for each in linked(files, section).endpoints} == {"edge"}
    network = linked(files)
    assert [
        (each.key, each.family, each.tls, each.hosts[0].name, each.by, each.scope) for each in network.endpoints
    ] == [
        ("fastcgi_pass", "tcp", "unknown", "php", "pass", "server w.example"),
        ("proxy_pass", "http", "required", "a.example", "pass", "server w.example"),
        ("proxy_pass", "grpc", "disabled", "b.example", "pass", "server w.example"),
    ]


def test_environment_file_that_a_service_takes() -> None:
    taken, other = endpoint("app.env", "db"), endpoint("app.env", "db", at=at("app.env", 2))
    files = FileFacts(endpoints=[taken, endpoint("app.env", "db", "web"), endpoint("app.env", "db", "job"), other])
    assert [(each.holder, each.at.start.line) for each in linked(files).endpoints] == [("web", 1), ("job", 1), ("", 2)]
