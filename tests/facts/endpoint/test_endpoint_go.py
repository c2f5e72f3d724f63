"""Endpoints against Go's client libraries, whose answers `go_answers.py` has written down."""

import json

import pytest

from policygate.facts.endpoint.grammar import parse_endpoint
from tests.facts.endpoint.clients import name
from tests.facts.endpoint.go_answers import FILE, questions

LINES = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
ANSWERS = [line for line in LINES if len(line) > 2]
SOCKET = "/var/run/postgresql"
DIFFERENCES = {
    "postgres://app:p@ss@db.example/orders": "pgx takes the first `@`",
    "postgres://app:p@ss/word@db.example/orders": "what may be a password is not shown as a database",
    "Server=(localdb)\\v11;Database=orders": "a server that the client starts by itself",
    "host=web1": "it stands in any log line",
    "Server=db.example;Database=orders;Uid=app;Pwd=hunter2;SslMode=None": "`SslMode` is of the clients of MySQL",
    "redis://a.example:6379,b.example:6379/0": "go-redis takes both for one name",
    "amqp://a.example:5672,b.example:5672/orders": "amqp091-go takes both for one name",
}
DEFAULTS = {"redis": "0", "amqp": "/"}

Said = tuple[list[str], str, str]


def real(hosts: list[str], database: str, tls: str) -> Said:
    """An answer as we write it: sockets have no port, and pgx' own default is no host."""
    return [place(host) for host in hosts if place(host) != SOCKET], database, tls


def place(host: str) -> str:
    if host.startswith("/"):
        return host.partition(":")[0]
    before, _, port = host.rpartition(":")
    return f"{name(before.strip('[]'))}:{port}".removesuffix(":0")


def ours(library: str, text: str, tls: str) -> Said | None:
    """Our reading; where clients differ we do not know, and what is TLS over a socket is nobody's business."""
    parsed = parse_endpoint(text)
    if parsed is None:
        return None
    hosts = [f"{host.name}:{host.port}" if host.port else host.name for host in parsed.hosts if host.name != SOCKET]
    local = not hosts or parsed.tls == "unknown"
    return list(dict.fromkeys(hosts)), parsed.database or DEFAULTS.get(library, ""), tls if local else parsed.tls


def test_the_answers_are_to_these_questions() -> None:
    assert [(library, text) for library, text, *_ in LINES] == list(questions())
    assert len(ANSWERS) > 400


@pytest.mark.parametrize("library", ["mysql", "pgx", "redis", "mssql", "amqp"])
def test_a_client_says_the_same(library: str) -> None:
    asked = 0
    for _, text, *answer in (line for line in ANSWERS if line[0] == library and "hostaddr" not in line[1]):
        same = ours(library, text, answer[2]) == real(*answer)
        assert same is (text not in DIFFERENCES), (text, ours(library, text, answer[2]), real(*answer))
        asked += 1
    assert asked > 50
