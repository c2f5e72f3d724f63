"""What the name of a setting says: its words, the protocol they name, and which part of an address the value is."""

import re
from typing import Literal, NamedTuple

from policygate.facts.model_network import Family

Role = Literal["host", "port", "address", "database", "user", "password", "tls", "protocol", "driver", ""]

_BRANDS = re.compile(
    r"MySQL|MariaDB|PostgreSQL|MongoDB|RabbitMQ|ClickHouse|ElasticSearch|OpenSearch|MemCached?|SQLServer"
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

FAMILIES: dict[str, Family] = {
    **dict.fromkeys(
        ("postgres", "postgresql", "pg", "psql", "pgsql", "pgbouncer", "timescale", "timescaledb"), "postgresql"
    ),
    **dict.fromkeys(("mysql", "mariadb"), "mysql"),
    **dict.fromkeys(("mssql", "sqlserver"), "sqlserver"),
    "oracle": "oracle",
    **dict.fromkeys(("mongo", "mongodb"), "mongodb"),
    **dict.fromkeys(("redis", "valkey", "keydb"), "redis"),
    **dict.fromkeys(("cassandra", "scylla"), "cassandra"),
    "clickhouse": "clickhouse",
    **dict.fromkeys(("elastic", "elasticsearch", "opensearch"), "elasticsearch"),
    "etcd": "etcd",
    **dict.fromkeys(("memcached", "memcache"), "memcached"),
    **dict.fromkeys(("rabbit", "rabbitmq", "amqp"), "amqp"),
    "kafka": "kafka",
    "nats": "nats",
    **dict.fromkeys(("mqtt", "mosquitto"), "mqtt"),
    "grpc": "grpc",
    "ldap": "ldap",
    **dict.fromkeys(("smtp", "mail"), "smtp"),
    "ftp": "ftp",
    **dict.fromkeys(("sftp", "ssh"), "ssh"),
    **dict.fromkeys(("smb", "cifs"), "smb"),
}
"""By the word of a key."""

PORTS: dict[int, Family] = {
    5432: "postgresql",
    3306: "mysql",
    1433: "sqlserver",
    1521: "oracle",
    27017: "mongodb",
    6379: "redis",
    26379: "redis",
    9042: "cassandra",
    8123: "clickhouse",
    9200: "elasticsearch",
    2379: "etcd",
    11211: "memcached",
    5672: "amqp",
    5671: "amqp",
    9092: "kafka",
    4222: "nats",
    1883: "mqtt",
    8883: "mqtt",
    389: "ldap",
    636: "ldap",
    25: "smtp",
    465: "smtp",
    587: "smtp",
    21: "ftp",
    22: "ssh",
    445: "smb",
    50051: "grpc",
}
"""By the port that is the protocol's own."""

_ROLES: dict[tuple[str, ...], Role] = {
    **dict.fromkeys([("host",), ("hostname",), ("host", "name")], "host"),
    ("port",): "port",
    **dict.fromkeys(
        [
            *[
                (word,)
                for word in ("addr", "address", "addrs", "addresses", "endpoint", "endpoints", "hosts", "servers")
            ],
            *[
                (word,)
                for word in ("server", "brokers", "broker", "nodes", "url", "urls", "uri", "uris", "dsn", "target")
            ],
            ("bootstrap", "servers"),
            ("bootstrap", "server"),
            ("broker", "list"),
        ],
        "address",
    ),
    **dict.fromkeys([("name",), ("database",), ("db",), ("dbname",), ("db", "name"), ("database", "name")], "database"),
    **dict.fromkeys([("user",), ("username",), ("user", "name")], "user"),
    **dict.fromkeys([("password",), ("passwd",), ("pass",), ("pwd",)], "password"),
    **dict.fromkeys(
        [(first, word) for first in ("use", "enable") for word in ("tls", "ssl")]
        + [(word, last) for last in ("enabled", "enable", "mode") for word in ("tls", "ssl")]
        + [("tls",), ("ssl",), ("sslmode",)],
        "tls",
    ),
    ("security", "protocol"): "protocol",
    **dict.fromkeys(
        [(word,) for word in ("connection", "driver", "type", "engine", "dialect", "adapter", "client")], "driver"
    ),
}
_GLUED = re.compile(
    r"(?P<family>pg|mysql|redis|mongo|db|rabbitmq)(?P<part>host|port|user|username|password|database|sslmode|dbname|name|hostaddr)\Z"
)
_DATABASES = frozenset({"db", "database", "datasource", "sql", "rds"})


class Key(NamedTuple):
    """A name, taken apart."""

    prefix: tuple[str, ...]
    """The words before the part's own."""
    role: Role
    part: tuple[str, ...]
    """The words that say the role."""
    family: Family
    """What the words say, or `unknown`."""
    database: bool
    """Whether the words say that it is a database, of whatever kind."""

    @property
    def words(self) -> tuple[str, ...]:
        """All of them."""
        return self.prefix + self.part


def key_of(name: str) -> Key:
    """The words of a name in lower case: `spring.data.redis.host`, `ORDERS_DB_HOST`, `dbHost`, `PGHOST`."""
    words = words_of(name)
    prefix, role, part = _split(words)
    family: Family = next((FAMILIES[word] for word in reversed(words) if word in FAMILIES), "unknown")
    return Key(prefix, role, part, family, family != "unknown" or any(word in _DATABASES for word in words))


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, in lower case."""
    name = _BRANDS.sub(lambda match: f"_{match.group().lower()}_", name[:500])
    words = [word.lower() for word in _WORD.findall(name)]
    return tuple(part for word in words for part in _unglued(word))


def _unglued(word: str) -> tuple[str, ...]:
    match = _GLUED.match(word)
    return (match["family"], match["part"]) if match else (word,)


def _split(words: tuple[str, ...]) -> tuple[tuple[str, ...], Role, tuple[str, ...]]:
    for length in (2, 1):
        part = words[-length:]
        if len(words) >= length and part in _ROLES:
            return words[:-length], _ROLES[part], part
    return words, "", ()
