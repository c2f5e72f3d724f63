"""Endpoints: the cases of `endpoint_cases.txt`, in which `«»` encloses what no report may show."""

import re
from pathlib import Path

import pytest

from policygate.facts.endpoint.grammar import Host, Parsed, is_datastore, parse_address, parse_endpoint

CASES = (Path(__file__).parent / "endpoint_cases.txt").read_text(encoding="utf-8")
MARK = re.compile("[«»]")


def rows() -> list[tuple[str, str]]:
    """The marked texts and what is expected of each."""
    lines = [line for line in CASES.splitlines() if line and not line.startswith("# ")]
    return [(text, expected.strip()) for text, expected in zip(lines[::2], lines[1::2], strict=True)]


def unmarked(marked: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text and the spans of its secrets."""
    places = [match.start() - order for order, match in enumerate(MARK.finditer(marked))]
    return MARK.sub("", marked), tuple(zip(places[::2], places[1::2], strict=True))


def shown(parsed: Parsed | None) -> str:
    """Family, scheme, hosts, database, TLS and the rest in one line; `-` for nothing."""
    if parsed is None:
        return "-"
    hosts = ",".join(address(host) for host in parsed.hosts)
    flags = [name for name in ("user", "password", "dynamic") if getattr(parsed, name)]
    columns = [parsed.family, parsed.scheme, hosts, parsed.database, parsed.tls, " ".join(flags)]
    return "  ".join(column or "-" for column in columns)


def address(host: Host) -> str:
    name = f"[{host.name}]" if re.fullmatch(r"[0-9a-f:.]+:[0-9a-f:.]*", host.name) else host.name
    return f"{name}:{host.port}" if host.port else name


def test_the_table_is_large() -> None:
    texts = [text for text, _ in rows()]
    assert len(set(texts)) == len(texts) >= 220


@pytest.mark.parametrize(("marked", "expected"), rows(), ids=lambda row: row[:60])
def test_case(marked: str, expected: str) -> None:
    text, secrets = unmarked(marked)
    parsed = parse_endpoint(text)
    assert shown(parsed) == expected
    if parsed:
        assert parsed.secrets == secrets
        assert parsed.redacted == re.sub("«([^»]*)»", lambda match: "*" * len(match[1]), marked)


@pytest.mark.parametrize(("marked", "expected"), rows()[::7])
def test_blanks_around_an_endpoint_only_move_its_secrets(marked: str, expected: str) -> None:
    text, secrets = unmarked(marked)
    parsed = parse_endpoint(f" \t{text}\n")
    assert shown(parsed) == expected
    assert parsed is None or parsed.secrets == tuple((start + 2, end + 2) for start, end in secrets)


ADDRESSES = {
    "db.example:5432": "unknown  -  db.example:5432  -  unknown  -",
    "a:9092,b:9093": "unknown  -  a:9092,b:9093  -  unknown  -",
    "a:9092; b:9093": "unknown  -  a:9092,b:9093  -  unknown  -",
    "a:9092\nb": "unknown  -  a:9092,b  -  unknown  -",
    "[2001:db8::1]:53": "unknown  -  [2001:db8::1]:53  -  unknown  -",
    "nginx:1": "unknown  -  nginx:1  -  unknown  -",
    "${HOST}:9092": "unknown  -  ${HOST}:9092  -  unknown  dynamic",
    "a:${PORT}": "unknown  -  a  -  unknown  dynamic",
    "SASL_SSL://a:9093,SASL_SSL://b:9093": "kafka  sasl_ssl  a:9093,b:9093  -  required  -",
    "tls://a:4222": "tcp  tls  a:4222  -  required  -",
    "a,b": "-",
    "a": "-",
    "": "-",
    ":8080": "-",
    "12:30": "-",
    "nginx:1.25": "-",
    "00:1b:44:11:3a:b7": "-",
    "a:70000": "-",
    "a:0": "-",
    "a b:c": "-",
    "user:pw@a:1": "unknown  -  a:1  -  unknown  user password",
    "INTERNAL://a:29092": "-",
    "C:\\x": "-",
}


@pytest.mark.parametrize(("text", "expected"), ADDRESSES.items())
def test_addresses(text: str, expected: str) -> None:
    assert shown(parse_address(text)) == expected


def test_kafka_calls_its_listeners_what_it_likes() -> None:
    assert shown(parse_address("INTERNAL://a:29092", "kafka")) == "kafka  internal  a:29092  -  unknown  -"


def test_what_keeps_data() -> None:
    assert is_datastore("postgresql")
    assert is_datastore("elasticsearch")
    assert not is_datastore("kafka")
    assert not is_datastore("http")
