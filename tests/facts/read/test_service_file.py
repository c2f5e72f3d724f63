"""Declarations of services as JSON."""

import json
import random
from typing import Any

import pytest

from policygate.facts import reader_of, run_reader
from policygate.facts.model import FileFacts
from policygate.facts.read.service_file import read
from tests.facts.fuzzing import PASSWORD, PIECES, Mutator, contents, misplaced
from tests.facts.net.telling import tell
from tests.linear import grows_linearly

ORDER = """\
{ // ours
  "service": "order", "owner": "team-a", "layer": "domain", "zone": "eu", "lifecycle": "Production",
  "hosts": ["Order.acme.example:8080", "order"],
  "depends_on": [
    {"target": "stock", "interface": "stock.v1.Stock/Check", "protocol": "gRPC"},
    "billing",
    {"target": "events", "protocol": "kafka"},
    {"target": "mail", "asynchronous": true, "interface": "POST /mails"},
    {"target": "mysql.prod.acme.example:3306", "protocol": "mysql",
     "network_exception": "approved, token=PLANTED"},
    {"target": "postgres://o:PLANTED@pg1.acme.example,pg2.acme.example/orders?sslmode=require"},
    {"target": "https://pay.acme.example/v1", "network_exception": {"by": ["me"]}}
  ],
  "network_exception": true
}
"""
TOLD = """\
endpoint depends_on.target mysql.prod.acme.example:3306 mysql mysql.prod.acme.example:3306 by name for order \
[depends_on] 9:17-45
endpoint depends_on.target postgres://o:*******@pg1.acme.example,pg2.acme.example/orders?sslmode=require postgresql \
pg1.acme.example:5432 pg2.acme.example:5432 by form for order [depends_on] 11:17-94 | credentials
endpoint depends_on.target https://pay.acme.example/v1 http pay.acme.example:443 by form for order [depends_on] 12:17-44
service service order owner=team-a layer=domain zone=eu lifecycle=production declared \
order.acme.example:8080,order:0 2:15-20
edge order depends_on stock grpc stock.v1.Stock/Check 5:17-22
edge order depends_on billing 6:6-13
edge order depends_on events kafka asynchronous 7:17-23
edge order depends_on mail POST /mails asynchronous 8:17-21
edge order depends_on mysql.prod.acme.example mysql 9:17-45
edge order depends_on pg1.acme.example 11:17-94
edge order depends_on pg2.acme.example 11:17-94
edge order depends_on pay.acme.example 12:17-44
exception order 'true' 14:24-28
exception order 'approved, token=*******' 10:28-51
exception order '{"by": ["me"]}' 12:68-82
secret 11:30-37
"""


def test_a_declaration_says_who_depends_on_whom() -> None:
    facts = read("order/service.json", ORDER.encode())
    assert tell(facts) == TOLD
    assert "PLANTED" not in facts.model_dump_json()


def test_several_declarations_in_one_file() -> None:
    text = '[{"service": "a", "depends_on": ["b"]}, 3, {"service": "x"},\n {"service": "b", "depends_on": []}]'
    assert tell(read("services/all.json", text.encode())).splitlines() == [
        "service service a declared 1:15-16",
        "service service b declared 2:15-16",
        "edge a depends_on b 1:35-36",
    ]


@pytest.mark.parametrize(
    ("path", "reader"),
    [
        ("service.json", "service_file"),
        ("a/service.json", "service_file"),
        ("order.service.json", "service_file"),
        ("services/order.json", "service_file"),
        ("service-order.json", "service_file"),
        ("services.json", ""),
        ("package.json", ""),
    ],
)
def test_which_files_are_declarations(path: str, reader: str) -> None:
    assert reader_of(path) == reader


def told(dependency: object, **others: object) -> list[str]:
    """Edges and problems of a service with one dependency."""
    text = json.dumps({"service": "a", "depends_on": [dependency], **others})
    lines = tell(read("service.json", text.encode())).splitlines()
    return [line.rpartition(" ")[0] for line in lines if line.startswith(("edge", "problem"))]


HINT = "problem: `interface` of gRPC is `package.Service/Method`, without a scheme, as"
ANY = f"{HINT} `stock.v1.Stock/Check`"
TARGET = "problem: an element of `depends_on` needs a `target`, which is a name or an address"


@pytest.mark.parametrize(
    ("dependency", "lines"),
    [
        ({"interface": "stock.v1.Stock/Check", "protocol": "grpc"}, ["edge a depends_on b grpc stock.v1.Stock/Check"]),
        ({"interface": "/stock.v1.Stock/Check", "protocol": "grpc"}, ["edge a depends_on b grpc stock.v1.Stock/Check"]),
        ({"interface": "stock.v1.Stock/*", "protocol": "grpc"}, ["edge a depends_on b grpc stock.v1.Stock/*"]),
        ({"interface": "Stock/Check", "protocol": "grpc"}, ["edge a depends_on b grpc Stock/Check"]),
        ({"interface": "GET /stock", "protocol": "http"}, ["edge a depends_on b http GET /stock"]),
        ({"interface": "stock.Check"}, ["edge a depends_on b stock.Check"]),
        ({"interface": "grpc://stock.Check"}, ["edge a depends_on b", ANY]),
        ({"interface": "GRPCS://s.S/C"}, ["edge a depends_on b", f"{HINT} `s.S/C`"]),
        (
            {"interface": "stock.Check", "protocol": "grpc"},
            ["edge a depends_on b grpc", f"{HINT} `stock.v1.Stock/Check`"],
        ),
        ({"interface": "a b/c", "protocol": "grpc"}, ["edge a depends_on b grpc", f"{HINT} `stock.v1.Stock/Check`"]),
        ({"interface": "s.S/C/D", "protocol": "GRPC"}, ["edge a depends_on b grpc", f"{HINT} `stock.v1.Stock/Check`"]),
        ({"interface": ["x"]}, ["edge a depends_on b"]),
        ({"protocol": None, "asynchronous": False}, ["edge a depends_on b"]),
    ],
)
def test_interfaces(dependency: dict[str, Any], lines: list[str]) -> None:
    assert told({"target": "b", **dependency}) == lines


@pytest.mark.parametrize(
    ("dependency", "lines"),
    [
        ("b", ["edge a depends_on b"]),
        ("b:8080", ["edge a depends_on b"]),
        ("redis://:pw@cache.acme.example/0", ["edge a depends_on cache.acme.example"]),
        ("kafka-1:9092,kafka-2:9092", ["edge a depends_on kafka-1", "edge a depends_on kafka-2"]),
        ("odd://u:pw@host/x", ["edge a depends_on odd://u:**@host/x"]),
        (3, [TARGET]),
        (None, [TARGET]),
        ("", [TARGET]),
        ([], [TARGET]),
        ({}, [TARGET]),
        ({"target": ["b"]}, [TARGET]),
        ({"target": " "}, [TARGET]),
    ],
)
def test_targets(dependency: object, lines: list[str]) -> None:
    assert told(dependency) == lines


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("service.json", '{"service": "a", "depends_on": {}}', ["`depends_on` must be a list"]),
        ("service.json", '{"service": 3, "depends_on": []}', ["`service` must be a name"]),
        ("service.json", '{"service": "a", "depends_on": []', ["not valid JSON: it ends too early"]),
        ("a.service.json", '{"service": "a", "depends_on": []', ["not valid JSON: it ends too early"]),
        ("service.json", "", ["not valid JSON: it ends too early"]),
        ("services/a.json", '{"name": "a"', []),
        ("services/a.json", '{"name": "a", "depends_on": 3}', []),
        ("service.json", '{"name": "a"}', []),
        ("service.json", '"service"', []),
        ("service.json", "[[]]", []),
    ],
)
def test_what_is_no_declaration(path: str, text: str, told: list[str]) -> None:
    facts = read(path, text.encode())
    assert [problem.message for problem in facts.problems] == told
    assert facts.edges == []


def test_many_problems_are_a_few() -> None:
    assert len(told(3, more=0)) == 1
    text = json.dumps({"service": "a", "depends_on": [3] * 1_000})
    assert len(read("service.json", text.encode()).problems) == 20


@pytest.mark.parametrize(
    "piece", ['"b:1",', '{"target": "b"},', '"a://b,",', "[", '{"a":', '{"network_exception": "x"},']
)
def test_time_is_linear(piece: str) -> None:
    head = '{"service": "a", "depends_on": ['
    assert grows_linearly(lambda size: read("service.json", (head + piece * size + "3]}").encode()), 500)


ROUNDS = 300


def test_whatever_the_file_is_the_reader_answers() -> None:
    mutator = Mutator(
        [ORDER, f"[{ORDER}]"], [*PIECES["json"], '"depends_on":', '"target":', "grpc://", '"service": "a",']
    )
    told = 0
    for seed in range(ROUNDS):
        dice = random.Random(seed)  # noqa: S311 - no secret
        files = contents(mutator.text(dice, planted=dice.random() < 0.3), "service.json")
        facts = run_reader("service_file", "service.json", files["service.json"])
        assert list(misplaced(facts, files)) == [], seed
        assert PASSWORD not in facts.model_dump_json(), seed
        told += facts.edges != []
    assert told > ROUNDS // 10


@pytest.mark.parametrize("data", [b"", b"\xff", b"\xef\xbb\xbf{}", b"service depends_on \x00"])
def test_no_bytes_break_the_reader(data: bytes) -> None:
    assert isinstance(read("service.json", data), FileFacts)
