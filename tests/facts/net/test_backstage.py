"""Entities of a Backstage catalog."""

import pytest

from policygate.facts.read.manifest import read
from tests.facts.net.telling import tell

CATALOG = """\
# the catalog of one team
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: order
  namespace: Shop
  annotations:
    policygate.dev/hosts: order.acme.example:8080, Order, "[fd00::1]:1", [fd00::2]:1
    policygate.dev/layer: domain
    policygate.dev/zone: eu
spec:
  type: service
  lifecycle: Production
  owner: group:default/team-a
  system: system:default/shop
  subcomponentOf: component:suite
  dependsOn:
    - resource:default/orders-db
    - Component:Stock
  dependencyOf: [component:web/front]
  consumesApis: [payments, "api:x/refunds"]
  providesApis: [orders]
---
apiVersion: backstage.io/v1beta1
kind: Resource
metadata: {name: orders-db}
spec: {type: postgres-database, owner: user:jane, dependencyOf: ~}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: orders}
spec: {type: grpc, lifecycle: deprecated, owner: team-a, definition: {$text: ./orders.proto}}
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: shop}
spec: {owner: team-a}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: team-a}
spec: {type: team, dependsOn: [none]}
---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: new}
spec: {dependsOn: [none]}
"""
TOLD = """\
service service Shop/order owner=team-a system=shop layer=domain zone=eu lifecycle=production declared \
order.acme.example:8080,order:0,fd00::2:1 5:9-14
service datastore default/orders-db owner=user:jane declared 26:18-27
service api default/orders owner=team-a lifecycle=deprecated declared 31:18-24
service system default/shop owner=team-a declared 36:18-22
edge order depends_on orders-db 18:7-33
edge order depends_on Stock 19:7-22
edge front depends_on order 20:18-37
edge order consumes payments 21:18-26
edge order consumes refunds 21:29-42
edge order provides orders 22:18-24
"""


def test_a_catalog_says_what_depends_on_what() -> None:
    facts = read("catalog-info.yaml", CATALOG.encode())
    assert tell(facts) == TOLD


COMPONENT = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: a}\nspec:\n  "
KIND = "needs a kind: `component:stock` or `resource:stock`"
WRONG = "problem: `consumesApis` holds what is no reference (`[kind:][namespace/]name`)"


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("dependsOn: [component:stock]", ["edge a depends_on stock 5:15-30"]),
        ("dependsOn: [stock]", [f"problem: `dependsOn` {KIND} 5:15-20"]),
        ("dependsOn: [x/stock]", [f"problem: `dependsOn` {KIND} 5:15-22"]),
        ("dependencyOf: ['stock']", [f"problem: `dependencyOf` {KIND} 5:19-24"]),
        ("consumesApis: [stock]", ["edge a consumes stock 5:18-23"]),
        (
            "consumesApis: ['a:b:c', '', a/b/c]",
            [f"{WRONG} 5:{at}" for at in ("19-24", "28-28", "31-36")],
        ),
        ("dependsOn: component:stock", ["problem: `dependsOn` must be a list of references 5:14-29"]),
        ("dependsOn: {a: b}", ["problem: `dependsOn` must be a list of references 5:14-20"]),
        ("dependsOn: {$yaml: ./others.yaml}", []),
        ("dependsOn: ~", []),
        ("dependsOn: [[a], {b: c}, ~]", []),
        ("dependsOn: ['component:${{ values.name }}', 'component:{{ cookiecutter.name }}']", []),
        ("subcomponentOf: stock", []),
    ],
)
def test_a_reference_in_each_field(field: str, told: list[str]) -> None:
    service, *others = tell(read("catalog-info.yaml", (COMPONENT + field + "\n").encode())).splitlines()
    assert service == "service service default/a declared 3:18-19"
    assert others == told


@pytest.mark.parametrize(
    "text",
    [
        COMPONENT.replace("name: a", 'name: "${{ values.name }}"') + "dependsOn: [stock]",
        COMPONENT.replace("name: a", "name: {{ cookiecutter.name }}") + "dependsOn: [stock]",
        COMPONENT.replace("name: a", "title: a") + "dependsOn: [stock]",
        COMPONENT.replace("Component", "Location") + "dependsOn: [stock]",
        COMPONENT.replace("backstage.io", "x.example") + "dependsOn: [stock]",
        COMPONENT.replace("name: a", "name: ${{ values.name") + "dependsOn: [stock]",
    ],
)
def test_what_a_template_fills_in_and_other_kinds_say_nothing(text: str) -> None:
    facts = read("catalog-info.yaml", text.encode())
    assert (facts.services, facts.edges, facts.problems) == ([], [], [])


@pytest.mark.parametrize(
    ("kind", "datastore"),
    [
        ("database", True),
        ("Database", True),
        ("cloud-sql-database", True),
        ("cache", True),
        ("message-queue", True),
        ("kafka-topic", True),
        ("s3-bucket", True),
        ("redis", True),
        ("kubernetes-cluster", False),
        ("vm", False),
        ("cdn", False),
        ("dbx", False),
        ("", False),
    ],
)
def test_which_resources_are_datastores(kind: str, datastore: bool) -> None:
    text = COMPONENT.replace("Component", "Resource") + f"type: {kind}\n"
    (service,) = read("catalog-info.yaml", text.encode()).services
    assert service.kind == ("datastore" if datastore else "resource")


def test_what_the_catalog_does_not_say_is_empty() -> None:
    (service,) = read("catalog-info.yaml", (COMPONENT + "owner: ${{ values.owner }}\n").encode()).services
    said = {
        name: getattr(service, name) for name in ("owner", "system", "zone", "layer", "lifecycle", "hosts", "local")
    }
    assert said == {"owner": "", "system": "", "zone": "", "layer": "", "lifecycle": "", "hosts": [], "local": False}


def test_no_more_hosts_than_people_write() -> None:
    hosts = ",".join(f"h{number}" for number in range(1_000))
    text = (
        COMPONENT.replace("{name: a}", f"{{name: a, annotations: {{policygate.dev/hosts: '{hosts}'}}}}") + "type: x\n"
    )
    (service,) = read("catalog-info.yaml", text.encode()).services
    assert len(service.hosts) == 100
