"""Endpoints made by dice, as valid as their clients' rules allow: the clients say the same."""

import random
from collections.abc import Callable
from urllib.parse import quote

import pytest
from sqlalchemy import URL

from policygate.facts.endpoint.grammar import parse_endpoint
from tests.facts.endpoint.clients import Said, libpq, psycopg_client, pymongo_parser, pymysql_client, redis_py, said

SEED = 20_240_311
SIGNS = "aZ9-._~ @:/?#[]!&'()*+,;=%|\"üß€"


class Dice(random.Random):
    """Parts of endpoints."""

    def maybe(self, made: Callable[[], str]) -> str:
        return made() if self.random() < 0.5 else ""

    def text(self, signs: str = SIGNS) -> str:
        return "".join(self.choices(signs, k=self.randint(1, 8)))

    def escaped(self) -> str:
        return quote(self.text(), safe="")

    def host(self) -> str:
        return self.choice(["db.example", "DB.Example", "a-1.b_2.example.", "localhost", "10.0.0.7", "x"])

    def bracketed(self) -> str:
        return self.choice([self.host(), "[2001:DB8::1]", "[::1]"])

    def port(self) -> str:
        return self.maybe(lambda: f":{self.randint(1, 65535)}")

    def login(self) -> str:
        return self.maybe(lambda: f"{self.escaped()}{self.maybe(lambda: f':{self.escaped()}')}@")

    def parameters(self, *known: str) -> str:
        chosen = self.sample(known, self.randint(0, len(known)))
        return self.maybe(lambda: "?" + "&".join(chosen)) if chosen else ""


MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def libpq_url(dice: Dice) -> str:
    scheme = dice.choice(["postgres", "postgresql"])
    hosts = ",".join(f"{dice.bracketed()}{dice.port()}" for _ in range(dice.randint(1, 3)))
    parameters = dice.parameters(
        f"sslmode={dice.choice(MODES)}",
        f"dbname={dice.escaped()}",
        f"user={dice.escaped()}",
        f"password={dice.escaped()}",
        "connect_timeout=10",
        f"host={dice.host()},{dice.host()}",
        "hostaddr=10.0.0.9",
        "sslrootcert=/etc/ca.pem",
    )
    if "host" in parameters:
        hosts = dice.choice(["", "only.example"]) + dice.port()
    return f"{scheme}://{dice.login()}{hosts}/{dice.maybe(dice.escaped)}{parameters}"


def libpq_keywords(dice: Dice) -> str:
    count = dice.randint(1, 3)
    ports = ",".join(dice.choice(["", str(dice.randint(1, 65535))]) for _ in range(dice.choice([1, count])))
    signs = SIGNS.replace("%", "") + "\\\n"
    values = {
        "host": ",".join(dice.host() for _ in range(count)),
        "port": ports,
        "dbname": dice.text(signs),
        "password": dice.text(signs),
        "sslmode": dice.choice(MODES),
        "application_name": dice.text(signs),
    }
    kept = {"dbname", dice.choice(["host", "sslmode"]), *dice.sample(list(values), dice.randint(1, len(values)))}
    kept -= set() if "host" in kept else {"port"}
    return dice.choice([" ", "  ", "\n"]).join(_keyword(dice, key, values[key]) for key in values if key in kept)


def _keyword(dice: Dice, key: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    if not value or any(sign.isspace() for sign in value) or dice.random() < 0.3:
        escaped = f"'{escaped}'"
    return f"{key}{dice.choice(['=', ' = '])}{escaped}"


def redis_url(dice: Dice) -> str:
    path = dice.maybe(lambda: f"/{dice.maybe(lambda: str(dice.randint(0, 15)))}")
    parameters = dice.parameters(f"db={dice.randint(0, 15)}", "socket_timeout=5", "client_name=orders")
    return f"{dice.choice(['redis', 'rediss'])}://{dice.login()}{dice.bracketed()}{dice.port()}{path}{parameters}"


def mongodb_url(dice: Dice) -> str:
    hosts = ",".join(f"{dice.bracketed()}{dice.port()}" for _ in range(dice.randint(1, 3)))
    flag = dice.choice(["true", "false"])
    database = dice.maybe(lambda: quote(dice.text("aZ9-_ü"), safe=""))
    parameters = dice.parameters(f"{dice.choice(['tls', 'ssl', 'TLS'])}={flag}", "replicaSet=rs0", "retryWrites=true")
    login = dice.maybe(lambda: f"{dice.escaped()}:{dice.escaped()}@")
    return f"mongodb://{login}{hosts}/{database}{parameters}"


def sqlalchemy_url(dice: Dice, driver: str, query: dict[str, str]) -> str:
    url = URL.create(
        driver,
        username=dice.maybe(dice.text) or None,
        password=dice.maybe(dice.text) or None,
        host=dice.host(),
        port=dice.choice([None, dice.randint(1, 65535)]),
        database=dice.maybe(lambda: dice.text(SIGNS.replace("@", "").replace(" ", ""))) or None,
        query=dict(dice.sample(list(query.items()), dice.randint(0, len(query)))),
    )
    return url.render_as_string(hide_password=False)


def pymysql_url(dice: Dice) -> str:
    query = {"charset": "utf8mb4", "ssl_ca": "/etc/ca.pem", "ssl_verify_cert": "true", "connect_timeout": "3"}
    return sqlalchemy_url(dice, "mysql+pymysql", query)


def psycopg_url(dice: Dice) -> str:
    query = {"sslmode": dice.choice(MODES), "application_name": dice.text(), "host": dice.host()}
    return sqlalchemy_url(dice, "postgresql+psycopg", query)


GENERATORS: dict[str, tuple[Callable[[Dice], str], Callable[[str], Said | None], int]] = {
    "libpq's URLs": (libpq_url, libpq, 2000),
    "libpq's keywords": (libpq_keywords, libpq, 2000),
    "redis": (redis_url, redis_py, 600),
    "mongodb": (mongodb_url, pymongo_parser, 1000),
    "mysql+pymysql": (pymysql_url, pymysql_client, 1000),
    "postgresql+psycopg": (psycopg_url, psycopg_client, 800),
}


@pytest.mark.parametrize("kind", GENERATORS)
def test_a_client_says_the_same(kind: str) -> None:
    make, ask, count = GENERATORS[kind]
    dice = Dice(SEED)
    accepted = 0
    for _ in range(count):
        text = make(dice)
        real = ask(text)
        if real is not None:
            parsed = parse_endpoint(text)
            assert (said(parsed) if parsed else None) == real, text
            accepted += 1
    assert accepted > count * 0.8
