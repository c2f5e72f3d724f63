"""Endpoints that mean harm: nothing breaks, nothing takes long, and no password shows."""

import random
import re
from collections.abc import Callable, Iterator
from time import process_time

import pytest

from policygate.facts.endpoint.grammar import Parsed, parse_endpoint
from policygate.facts.endpoint.references import references
from policygate.facts.endpoint.settings import Named, endpoints_of, secret_values
from tests.facts.endpoint.test_endpoint import MARK, rows, unmarked
from tests.linear import grows_linearly

SEED = 20_240_311
PLANTED = "hunter2~is~secret"
INSERTED = [
    *"/?#@:;,=&%$ '\"\\{}()[]<>|*\n\t\0\u00a0\u2028\ufeff\ue000",
    *(
        "//",
        "${",
        "}",
        "{{",
        "}}",
        "$(",
        "%s",
        "%40",
        "%00",
        "%",
        "://",
        "jdbc:",
        "host=",
        ";x=",
        "${X:-",
        "::",
        "٣",
        "\ud800",
    ),
]
TEXTS = [unmarked(marked)[0] for marked, _ in rows()]


def mutated(dice: random.Random, text: str, most: int) -> str:
    """The text with some characters put in, taken out, doubled or exchanged."""
    for _ in range(dice.randint(0, most)):
        start = dice.randint(0, len(text))
        end = min(len(text), start + dice.choice([0, 0, 0, 1, 1, 4]))
        put = dice.choice(INSERTED) if dice.random() < 0.9 else text[start:end] * dice.choice([0, 1, 2])
        text = text[:start] + put + text[end:]
    return text


def check(text: str, parsed: Parsed | None) -> None:
    if parsed is None:
        return
    ends = [0, *(place for span in parsed.secrets for place in span)]
    assert ends == sorted(ends)
    assert ends[-1] <= len(text)
    assert len(parsed.redacted) == len(text)
    assert all(set(parsed.redacted[start:end]) == {"*"} for start, end in parsed.secrets)
    assert all(0 <= host.port < 65536 and host.name for host in parsed.hosts)


def test_nothing_breaks() -> None:
    dice = random.Random(SEED)  # noqa: S311 - no secret
    found = 0
    for _ in range(25_000):
        text = mutated(dice, dice.choice(TEXTS), 5)
        parsed = parse_endpoint(text)
        check(text, parsed)
        found += parsed is not None
    assert found > 5_000


def test_nothing_breaks_among_settings() -> None:
    dice = random.Random(SEED)  # noqa: S311 - no secret
    keys = [
        "DB_URL",
        "DB_HOST",
        "DB_PORT",
        "DB_PASSWORD",
        "KAFKA_BROKERS",
        "bootstrap.servers",
        "security.protocol",
        "PGHOST",
    ]
    for _ in range(2_000):
        values = [Named(mutated(dice, dice.choice(keys), 1), mutated(dice, dice.choice(TEXTS), 3)) for _ in range(5)]
        for found in endpoints_of(values):
            assert len(set(found.keys)) == len(found.keys)
            assert all(0 <= index < 5 for index in found.keys)
            assert all(end <= len(values[found.keys[0]].value) for _, end in found.parsed.secrets)
        assert secret_values(values) == sorted(secret_values(values))


PROTECTED = re.compile(r"(?:(?:^|[?&;(,#]|\s)[\w.-]*\s*=\s*[\"'{]?|.?)\Z", re.DOTALL)
"""What stands before a password and says that it is one."""


def sides() -> Iterator[tuple[str, str, str, str]]:
    """What stands before and behind each password of the table, each with the part that must stay as it is."""
    for marked, expected in rows():
        for number in range(marked.count("«") if "password" in expected else 0):
            pieces = marked.split("«")
            before = MARK.sub("", "«".join(pieces[: number + 1]))
            after = MARK.sub("", "«".join(pieces[number + 1 :]).partition("»")[2])
            name = PROTECTED.search(before)
            assert name
            yield before[: name.start()], before[name.start() :], after[:1], after[1:]


def leaks(seed: int, count: int) -> Iterator[tuple[bool, str]]:
    """Whether a planted password shows, for texts that are endpoints."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    places = [place for place in sides() if not place[1].endswith("odbc_connect=") and not place[0].endswith("p@ss")]
    for _ in range(count):
        before, name, end, after = dice.choice(places)
        text = mutated(dice, before, 2) + name + PLANTED + end + mutated(dice, after, 2)
        parsed = parse_endpoint(text)
        if parsed and not any(PLANTED in text[start:end] for start, end in references(text)):
            shown = [parsed.redacted, parsed.database, *(host.name for host in parsed.hosts)]
            yield any(PLANTED in each for each in shown), text


def test_a_password_does_not_show() -> None:
    tried = list(leaks(SEED, 25_000))
    assert len(tried) > 8_000
    assert [text for shows, text in tried if shows] == []


LONG: dict[str, Callable[[int], str]] = {
    "nested variables": lambda size: "postgres://" + "${" * size + "a" + "}" * size + "@h/d",
    "open variables": lambda size: "postgres://h/" + "${A:-" * size,
    "nested defaults": lambda size: "${A:-" * size + "redis://h" + "}" * size,
    "crossed brackets": lambda size: "postgres://h/" + "${$(" * size + "})" * size,
    "placeholders": lambda size: "postgres://h/" + "<a" * size,
    "hosts": lambda size: "mongodb://" + "a:1," * size + "b/d",
    "signs": lambda size: "postgres://a:b" + "@/" * size,
    "slashes": lambda size: "postgres://a:b/" + "/@" * size,
    "parameters": lambda size: "postgres://h/d?" + "password=a&" * size,
    "equals": lambda size: "postgres://h/d?a=" + "=" * size,
    "braces": lambda size: "Server=h;" + "a={b;" * size,
    "quotes": lambda size: "Server=h;" + 'a="b;' * size,
    "blanks": lambda size: "Server=h;" + " " * size + "a",
    "keywords": lambda size: "host=h dbname=d " + "a=b " * size,
    "backslashes": lambda size: "host=h dbname='" + "\\" * size,
    "parentheses": lambda size: "jdbc:mysql://" + "(" * size + "host=h" + ")" * size,
    "a description": lambda size: "(DESCRIPTION=" + "(HOST=h)(PORT=1)" * size,
    "wrappers": lambda size: "jdbc:" + "p6spy:" * size + "mysql://h/d",
    "escapes": lambda size: "redis://" + "%41" * size + "/0",
    "a Go DSN": lambda size: "a:b@tcp(h)/" * size + "d",
    "lists": lambda size: "redis://h," * size,
    "a name": lambda size: "redis://" + "ü" * size + "/0",
    "no address": lambda size: "redis://[" + ":" * size + "]/0",
}


@pytest.mark.parametrize("kind", LONG)
def test_time_is_linear(kind: str) -> None:
    make = LONG[kind]
    texts = {size: make(size) for size in (10, 2_500, 10_000)}
    assert grows_linearly(lambda size: parse_endpoint(texts[size]), 2_500)


def test_a_long_text_takes_little_time() -> None:
    for make in LONG.values():
        text = make(100_000 // len(make(1)))[:100_000]
        begin = process_time()
        parse_endpoint(text)
        list(endpoints_of([Named("KAFKA_BROKERS", text)]))
        assert process_time() - begin < 1
