"""What the name of a setting says: its words, the protocol they name, and which part of an address the value is."""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from policygate.facts.model_network import Family

Role = Literal["host", "port", "address", "database", "user", "password", "tls", "protocol", "driver", ""]

_BRANDS = re.compile(
    r"MySQL|MariaDB|PostgreSQL|MongoDB|RabbitMQ|ClickHouse|ElasticSearch|OpenSearch|MemCached?|SQLServer"
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_LONGEST = 300
_MOST_WORDS = 24

FAMILIES: dict[str, Family] = {
    **dict.fromkeys(
        ("postgres", "postgresql", "pg", "psql", "pgsql", "pgbouncer", "timescale", "npgsql"), "postgresql"
    ),
    **dict.fromkeys(("mysql", "mariadb"), "mysql"),
    **dict.fromkeys(("mssql", "sqlserver", "sqlsrv"), "sqlserver"),
    "oracle": "oracle",
    **dict.fromkeys(("mongo", "mongodb"), "mongodb"),
    **dict.fromkeys(("redis", "valkey", "keydb"), "redis"),
    **dict.fromkeys(("cassandra", "scylla"), "cassandra"),
    "clickhouse": "clickhouse",
    **dict.fromkeys(("elastic", "elasticsearch", "opensearch"), "elasticsearch"),
    "etcd": "etcd",
    **dict.fromkeys(("memcached", "memcache"), "memcached"),
    **dict.fromkeys(("rabbit", "rabbitmq", "amqp"), "amqp"),
    **dict.fromkeys(("kafka", "bootstrap"), "kafka"),
    "nats": "nats",
    **dict.fromkeys(("mqtt", "mosquitto"), "mqtt"),
    "grpc": "grpc",
    "ldap": "ldap",
    **dict.fromkeys(("smtp", "mail", "email"), "smtp"),
    "ftp": "ftp",
    **dict.fromkeys(("sftp", "ssh"), "ssh"),
    **dict.fromkeys(("smb", "cifs", "samba"), "smb"),
}
"""By a word of a key."""

PORTS: dict[int, Family] = {
    5432: "postgresql",
    3306: "mysql",
    1433: "sqlserver",
    1521: "oracle",
    27017: "mongodb",
    **dict.fromkeys((6379, 26379), "redis"),
    9042: "cassandra",
    8123: "clickhouse",
    9200: "elasticsearch",
    2379: "etcd",
    11211: "memcached",
    **dict.fromkeys((5672, 5671), "amqp"),
    9092: "kafka",
    4222: "nats",
    **dict.fromkeys((1883, 8883), "mqtt"),
    **dict.fromkeys((389, 636), "ldap"),
    **dict.fromkeys((25, 465, 587), "smtp"),
    21: "ftp",
    22: "ssh",
    445: "smb",
    50051: "grpc",
}
"""By the port that is the protocol's own."""

_PARTS: dict[Role, str] = {
    "host": "host hostname host-name hostaddr",
    "port": "port",
    "address": "addr address addrs addresses endpoint endpoints hosts servers server brokers broker nodes"
    " url urls uri uris dsn target bootstrap-servers bootstrap-server broker-list contact-points cluster-nodes"
    " sentinel-nodes",
    "database": "name database db dbname keyspace vhost virtual-host",
    "user": "user username user-name sasl-username sasl-user",
    "password": "password passwd pass pwd sasl-password sasl-jaas-config",
    "tls": "tls ssl sslmode use-tls use-ssl enable-tls enable-ssl tls-enabled ssl-enabled tls-enable ssl-enable"
    " tls-mode ssl-mode ssl-bundle require-ssl require-tls",
    "protocol": "security-protocol",
    "driver": "connection driver type engine dialect adapter client",
}
_ROLES: dict[tuple[str, ...], Role] = {
    tuple(part.split("-")): role for role, parts in _PARTS.items() for part in parts.split()
}
_GLUED = re.compile(
    r"(?P<family>pg|mysql|redis|mongo|db|rabbitmq)"
    r"(?P<part>host|hostaddr|port|user|username|password|database|sslmode|dbname|name)\Z"
)
STORES = frozenset({"db", "database", "datasource", "sql", "rds"})
"""Words that say "a database", of whatever kind."""


class Key(NamedTuple):
    """A name, taken apart."""

    prefix: tuple[str, ...]
    """The words before the part's own."""
    role: Role
    part: tuple[str, ...]
    """The words that say the role."""
    family: Family
    """What the words say, or `unknown`."""
    telling: bool
    """Whether the words say what kind of thing it is, be it only a database."""

    @property
    def words(self) -> tuple[str, ...]:
        """All of them."""
        return self.prefix + self.part


def key_of(name: str) -> Key:
    """The words of a name in lower case: `spring.data.redis.host`, `ORDERS_DB_HOST`, `dbHost`, `PGHOST`."""
    words = words_of(name)
    prefix, role, part = _split(words)
    family = _family(words)
    return Key(prefix, role, part, family, family != "unknown" or not STORES.isdisjoint(words))


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, in lower case; of a very long one the last."""
    return _words(name[-_LONGEST:])


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    name = _BRANDS.sub(lambda match: f"_{match.group().lower()}_", name)
    words = [word.lower() for word in _WORD.findall(name)]
    return tuple(part for word in words[-_MOST_WORDS:] for part in _unglued(word))


def family_of(name: str) -> Family:
    """The protocol that the words of a name tell of, the last one first; `unknown` if none does."""
    return _family(words_of(name))


def _family(words: tuple[str, ...]) -> Family:
    return next((FAMILIES[word] for word in reversed(words) if word in FAMILIES), "unknown")


def _unglued(word: str) -> tuple[str, ...]:
    match = _GLUED.match(word)
    return (match["family"], match["part"]) if match else (word,)


def _split(words: tuple[str, ...]) -> tuple[tuple[str, ...], Role, tuple[str, ...]]:
    """Prefix, role and the words that say the role, as many as possible."""
    for length in (3, 2, 1):
        part = words[-length:]
        if len(words) >= length and part in _ROLES:
            return words[:-length], _ROLES[part], part
    return words, "", ()
