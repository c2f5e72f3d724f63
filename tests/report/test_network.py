"""`policygate facts --only network`."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from policygate.cli import app
from policygate.errors import UsageError
from policygate.location import At, Position
from policygate.report.drawing.screen import measure
from policygate.report.network import render
from policygate.topology import Address, Node, Row, Topology, Way
from tests.report.test_any_verdict import FEW, PLACES, TEXT, TLS, WAYS, assert_harmless
from tests.report.test_injection import CORPUS

Golden = Callable[[str, str], None]
Repository = Callable[..., Path]


def at(path: str, line: int) -> At:
    return At(path=path, start=Position(line=line, column=9), end=Position(line=line, column=20), origin="text")


LEDGER = Address(
    service="ledger",
    key="DATABASE_URL",
    family="postgresql",
    host="ledger-db.prod.acme.example",
    port=5432,
    database="ledger",
    tls="required",
    environment="production",
    protected=True,
    host_environment="production",
    host_protected=True,
    host_class="external",
    marks=("password",),
    at=at("deploy/production/ledger.env", 3),
)
ORDERS = replace(
    LEDGER, service="orders", environment="staging", protected=False, tls="optional", marks=(), at=at("orders.env", 1)
)
NETWORK = Topology(
    addresses=(
        replace(
            LEDGER, service="", host="", port=0, database="", tls="unknown", host_class="unknown", marks=("dynamic",)
        ),
        LEDGER,
        replace(LEDGER, family="redis", host="2001:db8::7", port=6379, database="", tls="disabled", marks=()),
        ORDERS,
        replace(ORDERS, host="api.partner.example", port=0, database="", host_environment="", host_protected=False),
        replace(ORDERS, host="db", environment="", host_environment="", host_protected=False, host_class="cluster"),
        replace(ORDERS, environment="", tls="unknown", marks=("pooler", "shared"), host_class="internal"),
    ),
    ways=(
        Way("ledger", "ledger-db", "postgresql", declared=True, used=True, at=at("deploy/production/ledger.env", 3)),
        Way("orders", "ledger", "grpc, http", declared=True, used=False, at=at("services/orders/service.json", 12)),
        Way("orders", "ledger-db", "postgresql", declared=False, used=True, at=at("orders.env", 1)),
        Way("web", "orders", "", declared=True, used=False, at=at("policygate.yaml", 8)),
    ),
    nodes=(
        Node("ledger", "service", "team-payments", "data", 1, 1, declared=True, at=at("policygate.yaml", 7)),
        Node("ledger-db", "datastore", "", "", 2, 0, declared=True, at=at("policygate.yaml", 10)),
        Node("orders", "service", "", "", 1, 12, declared=False, at=at("compose.yaml", 2)),
    ),
    nginx=(Row("www.acme.example /internal/", ("public", "pass"), at("nginx/site.conf", 14)),),
    workloads=(
        Row("shop/Deployment/orders", ("production", "egress by orders, default-deny"), at("k8s/orders.yaml", 4)),
        Row("shop/Job/seed", ("egress open", "host network"), at("k8s/seed.yaml", 4)),
    ),
)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_network(golden: Golden, width: int) -> None:
    golden(f"report/network/network-{width}.txt", render(NETWORK, width=width))


def test_the_network_in_colour(golden: Golden) -> None:
    colored = render(NETWORK, width=120, color=True)
    golden("report/network/network-120.ansi", colored)
    assert re.sub(r"\x1b\[[0-9;]+m", "", colored) == render(NETWORK, width=120)


def test_what_is_not_there_is_not_shown() -> None:
    assert render(Topology()) == "nothing of a network was found\n"
    assert render(Topology(ways=NETWORK.ways[:1])).splitlines()[-1] == "1 edge"
    assert "protected" not in render(Topology(addresses=(replace(ORDERS, host_protected=False),)))


ADDRESSES = st.builds(
    Address,
    *(TEXT, TEXT, TEXT, TEXT, st.integers(0, 65535), TEXT, st.sampled_from(TLS)),
    *(TEXT, st.booleans(), TEXT, st.booleans(), TEXT, st.lists(TEXT, max_size=2).map(tuple), PLACES),
)
COUNTS = st.integers(0, 30)
NODES = st.builds(Node, TEXT, TEXT, TEXT, TEXT, COUNTS, COUNTS, st.booleans(), PLACES)
ROWS = st.lists(st.builds(Row, TEXT, st.lists(TEXT, max_size=2).map(tuple), PLACES), max_size=2).map(tuple)
TOPOLOGIES = st.builds(
    Topology,
    st.lists(ADDRESSES, max_size=3).map(tuple),
    st.lists(WAYS, max_size=2).map(tuple),
    st.lists(NODES, max_size=2).map(tuple),
    ROWS,
    ROWS,
)


@settings(FEW, max_examples=20)
@given(TOPOLOGIES, st.integers(40, 130))
def test_any_network_is_harmless(network: Topology, width: int) -> None:
    shown = render(network, width=width)
    assert_harmless(shown)
    assert re.sub(r"\x1b\[(?:0|1|1;9\d)m", "", render(network, width=width, color=True)) == shown


def test_names_that_would_act_do_not() -> None:
    for text in CORPUS:
        rows = (Row(text, (text,), at(text or "x", 1)),)
        addresses = (replace(LEDGER, service=text, host=text, database=text, environment=text, marks=(text,)),)
        assert_harmless(render(Topology(addresses, (), (), rows, rows), width=80))


def test_it_fits_the_width_unless_a_name_does_not() -> None:
    for width in range(48, 131):
        for line in render(NETWORK, width=width).splitlines():
            assert measure(line) <= width, line


FILES = {
    "go.mod": "module git.acme.example/app\n\ngo 1.26\n",
    "policygate.yaml": "network:\n  services:\n    orders: {owner: team-orders, paths: [orders.env]}\n",
    "orders.env": "DATABASE_URL=postgres://app:hunter2@db.acme.example/app\n",
}


def test_the_command(repository: Repository) -> None:
    root = str(repository(FILES))
    facts = CliRunner().invoke(app, ["facts", root, "--only", "network"])
    assert (facts.exit_code, facts.stderr, facts.stdout.splitlines()) == (
        0,
        "",
        [
            "endpoints:",
            "    family      address                   TLS           class     remarks   where",
            "  orders",
            "    postgresql  db.acme.example:5432/app  TLS optional  external  password  orders.env:1:14",
            "",
            "edges:",
            "  from    to                  speaks      said by  where",
            "  orders  -> db.acme.example  postgresql  used     orders.env:1:14",
            "",
            "services:",
            "  name    kind     owner        in  out  where",
            "  orders  service  team-orders  0   0    policygate.yaml:3:13",
            "",
            "1 endpoint, 1 edge, 1 service",
        ],
    )
    whole = json.loads(CliRunner().invoke(app, ["facts", root]).stdout)
    for half, form in (("network", ["--format", "json"]), ("go", []), ("go", ["--format", "json"])):
        assert json.loads(CliRunner().invoke(app, ["facts", root, "--only", half, *form]).stdout) == whole[half]
    for wrong in (["--format", "text"], ["--format", "text", "--only", "go"]):
        assert isinstance(CliRunner().invoke(app, ["facts", root, *wrong]).exception, UsageError)
