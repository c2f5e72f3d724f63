"""Whole little checkouts for the rules on endpoints and edges, each with one thing wrong and right ones beside it."""

from collections.abc import Mapping
from dataclasses import dataclass

SECTION = """\
network:
  environments:
    production:
      protected: true
      hosts: ["*.prod.acme.example", 10.20.0.0/16]
      paths: [deploy/prod]
    staging: {hosts: ["*.staging.acme.example"], paths: [deploy/staging]}
  shared: [vault.prod.acme.example]
  internal: ["*.corp.acme.example"]
  services:
    orders: {paths: [orders], hosts: [orders.prod.acme.example]}
    billing: {paths: [billing], hosts: [billing.prod.acme.example]}
  datastores:
    orders-db:
      hosts: [orders-db.prod.acme.example, 10.20.0.5]
      owners: [orders]
      poolers: ["pool*.prod.acme.example", 10.20.0.6]
  egress: ["*.partner.example"]
"""


def chain(layers: str = "", *, web: str = "", orders: str = "", stock: str = "", owner: str = "team-stock") -> str:
    """Three services of two layers, with what each depends on."""
    return f"""\
network:
  layers: [{layers}]
  services:
    web:
      {{layer: edge, owner: team-web, hosts: [web.acme.example], depends_on: [{web}]}}
    orders:
      {{layer: core, owner: team-orders, hosts: [orders.acme.example], depends_on: [{orders}]}}
    stock:
      {{layer: core, owner: "{owner}", hosts: [stock.acme.example], depends_on: [{stock}]}}
"""


def component(name: str, lifecycle: str, *depends_on: str) -> str:
    depends = "".join(f"\n    - component:{each}" for each in depends_on)
    return f"""\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {{name: {name}}}
spec:
  type: service
  lifecycle: {lifecycle}
  owner: team-{name}
  dependsOn:{depends or " []"}
"""


@dataclass(frozen=True)
class Case:
    """A checkout with one thing wrong."""

    place: tuple[str, int, int]
    """File, line and column of the one finding."""
    message: str
    files: Mapping[str, str]
    section: str = SECTION
    severity: str = "error"
    related: tuple[str, ...] = ()
    """The files that it rests on, besides its own."""


CASES = {
    "net.prod_datastore_direct": Case(
        ("billing/.env", 1, 14),
        "`DATABASE_URL` of `billing` leads straight to `orders-db.prod.acme.example:5432`, the datastore `orders-db` "
        "of the protected environment `production`, which only `orders` may talk to directly",
        {
            "billing/.env": "DATABASE_URL=postgres://orders-db.prod.acme.example:5432/app?sslmode=verify-full\n",
            "orders/.env": "DATABASE_URL=postgres://orders-db.prod.acme.example:5432/app?sslmode=verify-full\n",
            "billing/pool.env": "DATABASE_URL=postgres://pool1.prod.acme.example:6432/app?sslmode=verify-full\n",
            "billing/dev.env": "DATABASE_URL=postgres://localhost:5432/app\n",
        },
        related=("policygate.yaml",) * 5,
    ),
    "net.cross_environment": Case(
        ("deploy/staging/billing.env", 1, 9),
        "`API_URL` belongs to the environment `staging` and leads to `orders.prod.acme.example:443` of `production`",
        {
            "deploy/staging/billing.env": "API_URL=https://orders.prod.acme.example\nVAULT_URL=https://vault.prod.acme.example\n",
            "deploy/prod/billing.env": "API_URL=https://orders.prod.acme.example\n",
            "billing/.env": "API_URL=https://orders.prod.acme.example\n",
        },
        related=("policygate.yaml",) * 2,
    ),
    "net.plaintext_protocol": Case(
        ("billing/.env", 1, 9),
        "`API_URL` of `billing` talks to `api.partner.example:80`, a host outside, without TLS",
        {
            "billing/.env": "API_URL=http://api.partner.example\nDEV_URL=http://localhost:8080\n",
            "orders/.env": "API_URL=https://api.partner.example\n",
        },
    ),
    "net.plaintext_internal": Case(
        ("billing/.env", 1, 10),
        "`WIKI_URL` of `billing` talks to `wiki.corp.acme.example:80`, a host of the own network, without TLS",
        {
            "billing/.env": "WIKI_URL=http://wiki.corp.acme.example\n",
            "orders/.env": "WIKI_URL=https://wiki.corp.acme.example\n",
        },
        severity="note",
    ),
    "net.unknown_host": Case(
        ("billing/.env", 1, 9),
        "`API_URL` of `billing` leads to `api.elsewhere.example:443`, "
        "a host outside that policygate.yaml does not declare",
        {
            "billing/.env": "API_URL=https://api.elsewhere.example\nCACHE_URL=rediss://cache:6379\n",
            "orders/.env": "API_URL=https://api.partner.example\nWIKI_URL=https://wiki.corp.acme.example\n",
        },
        severity="warning",
    ),
    "net.raw_ip": Case(
        ("deploy/prod/billing.env", 1, 9),
        "`API_URL` names `10.20.0.9:8443` by its address, in the protected environment `production`",
        {
            "deploy/prod/billing.env": "API_URL=https://10.20.0.9:8443\nBIND_ADDR=0.0.0.0:8443\n",
            "deploy/prod/orders.env": "API_URL=https://billing.prod.acme.example:8443\n",
        },
        severity="warning",
        related=("policygate.yaml",) * 2,
    ),
    "net.credentials_in_config": Case(
        ("billing/compose.yaml", 6, 21),
        "`DATABASE_URL` of `billing` holds a password for `db.partner.example:5432`",
        {
            "billing/compose.yaml": """\
services:
  db: {image: "postgres:18"}
  billing:
    image: billing
    environment:
      DATABASE_URL: postgres://app:hunter2@db.partner.example:5432/app?sslmode=verify-full
      TEST_URL: postgres://app:hunter2@db:5432/app
      OTHER_URL: postgres://app:${PASSWORD}@db.partner.example:5432/app?sslmode=verify-full
""",
        },
    ),
    "net.undeclared_dependency": Case(
        (".env", 2, 9),
        "`orders` talks to `web` (http) and does not declare it",
        {
            ".env": "STOCK_URL=https://stock.acme.example\nWEB_URL=https://web.acme.example\n",
        },
        section=chain(orders="stock") + "  service: orders\n",
        related=("policygate.yaml",),
    ),
    "net.forbidden_layer": Case(
        ("policygate.yaml", 7, 84),
        "`orders` talks to `web`: a layer talks to itself and to those after it: `edge`, `core`",
        {".env": ""},
        section=chain("edge, core", orders="web, stock"),
        related=("policygate.yaml",),
    ),
    "net.cycle": Case(
        ("policygate.yaml", 7, 84),
        "services wait for one another: orders -> stock -> orders",
        {".env": ""},
        section=chain(web="orders", orders="stock", stock="orders"),
        related=("policygate.yaml",),
    ),
    "net.fan_in": Case(
        ("policygate.yaml", 9, 7),
        "2 services talk to `stock`, more than 1",
        {".env": ""},
        section=chain(web="stock, orders", orders="stock") + "rules: {net.fan_in: {parameters: {limit: 1}}}\n",
        severity="warning",
    ),
    "net.fan_out": Case(
        ("policygate.yaml", 5, 7),
        "2 services are called by `web`, more than 1",
        {".env": ""},
        section=chain(web="stock, orders", orders="stock") + "rules: {net.fan_out: {parameters: {limit: 1}}}\n",
        severity="warning",
    ),
    "net.deprecated_api": Case(
        ("billing/catalog-info.yaml", 9, 7),
        "`billing` uses `stock`, which is deprecated by `team-stock`",
        {
            "billing/catalog-info.yaml": component("billing", "production", "stock", "orders"),
            "orders/catalog-info.yaml": component("orders", "production"),
            "stock/catalog-info.yaml": component("stock", "deprecated", "orders"),
        },
        section="",
        severity="warning",
    ),
    "net.unowned": Case(
        ("policygate.yaml", 9, 7),
        "`stock` talks to others or they talk to it, and it has no owner",
        {".env": ""},
        section=chain(orders="stock", owner=""),
        severity="warning",
    ),
    "net.exception_in_declaration": Case(
        ("billing/service.json", 1, 64),
        "`prod-db-approved` of `billing` approves nothing: a waiver has an owner, a reason and an end",
        {
            "billing/service.json": (
                '{"service": "billing", "depends_on": [], "network_exception": "prod-db-approved"}\n'
            ),
            "orders/service.json": '{"service": "orders", "depends_on": []}\n',
        },
        severity="warning",
    ),
    "net.host_network": Case(
        ("billing/compose.yaml", 4, 19),
        "`agent` shares the network of its machine",
        {
            "billing/compose.yaml": """\
services:
  agent:
    image: agent
    network_mode: host
  billing: {image: billing, network_mode: bridge}
""",
        },
        severity="warning",
    ),
}
