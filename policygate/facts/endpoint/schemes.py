"""The schemes of URLs that name something to talk to, and what clients assume where a URL says nothing."""

from typing import NamedTuple

from policygate.facts.model_network import Family, Tls


class Scheme(NamedTuple):
    """What a client makes of a URL."""

    family: Family
    port: int = 0
    """The client's default; 0 where clients differ or have none."""
    tls: Tls = "unknown"
    """What the client does where no parameter says it."""
    many: bool = False
    """Whether several hosts may stand in one URL, with commas between them."""
    host: str = ""
    """What a client takes when there is no host; empty when it refuses or takes a socket."""
    database: bool = False
    """Whether the path names a database, keyspace or virtual host."""


_PG = Scheme("postgresql", 5432, "optional", many=True, database=True)
_MYSQL = Scheme("mysql", 3306, "unknown", many=True, host="localhost", database=True)
_MSSQL = Scheme("sqlserver", 1433, "unknown", host="localhost")
_ORACLE = Scheme("oracle", 1521, "disabled", database=True)
_MONGO = Scheme("mongodb", 27017, "disabled", many=True, database=True)
_REDIS = Scheme("redis", 6379, "disabled", many=True, host="localhost", database=True)
_CASSANDRA = Scheme("cassandra", 9042, "unknown", many=True, database=True)
_CLICKHOUSE = Scheme("clickhouse", 0, "unknown", many=True, database=True)
_ELASTIC = Scheme("elasticsearch", 0, "unknown", many=True)
_AMQP = Scheme("amqp", 5672, "disabled", many=True, host="localhost", database=True)
_KAFKA = Scheme("kafka", 9092, "unknown", many=True)
_NATS = Scheme("nats", 4222, "optional", many=True)
_MQTT = Scheme("mqtt", 1883, "disabled")
_HTTP = Scheme("http", 80, "disabled")
_GRPC = Scheme("grpc", 0, "disabled", many=True)
_LDAP = Scheme("ldap", 389, "disabled", host="localhost")
_SMTP = Scheme("smtp", 25, "optional")
_TCP = Scheme("tcp", 0, "unknown", many=True)
_OTHER = Scheme("unknown", 0, "unknown", many=True)

SCHEMES: dict[str, Scheme] = {
    **dict.fromkeys(("postgresql", "postgres", "pgsql", "postgis", "timescaledb"), _PG),
    "cockroachdb": _PG._replace(port=26257),
    "redshift": _PG._replace(port=5439),
    **dict.fromkeys(("mysql", "mysql2", "mariadb"), _MYSQL),
    "mysqlx": _MYSQL._replace(port=33060),
    "sqlserver": _MSSQL._replace(tls="disabled"),
    "mssql": _MSSQL._replace(database=True),
    **dict.fromkeys(("oracle",), _ORACLE),
    "mongodb": _MONGO,
    "mongodb+srv": _MONGO._replace(port=0, tls="required", many=False),
    **dict.fromkeys(("redis", "valkey"), _REDIS),
    **dict.fromkeys(("rediss", "valkeys"), _REDIS._replace(tls="required")),
    **dict.fromkeys(("redis+sentinel", "redis-sentinel", "sentinel"), _REDIS._replace(port=26379, host="")),
    **dict.fromkeys(("rediss+sentinel", "rediss-sentinel"), _REDIS._replace(port=26379, host="", tls="required")),
    **dict.fromkeys(("cassandra", "cql", "scylla"), _CASSANDRA),
    **dict.fromkeys(("clickhouse", "ch"), _CLICKHOUSE),
    "clickhouse+native": _CLICKHOUSE._replace(port=9000, tls="disabled"),
    "clickhouse+http": _CLICKHOUSE._replace(port=8123, tls="disabled"),
    "clickhouse+https": _CLICKHOUSE._replace(port=8443, tls="required"),
    "clickhouses": _CLICKHOUSE._replace(port=9440, tls="required"),
    **dict.fromkeys(("elasticsearch", "opensearch", "es"), _ELASTIC),
    "etcd": Scheme("etcd", 2379, "unknown", many=True),
    "memcached": Scheme("memcached", 11211, "disabled", many=True),
    **dict.fromkeys(("amqp", "pyamqp", "rabbitmq"), _AMQP),
    "sb": _AMQP._replace(port=5671, tls="required", host=""),
    "amqps": _AMQP._replace(port=5671, tls="required"),
    "kafka": _KAFKA,
    **dict.fromkeys(("plaintext", "sasl_plaintext"), _KAFKA._replace(port=0, tls="disabled")),
    "sasl_ssl": _KAFKA._replace(port=0, tls="required"),
    "nats": _NATS,
    **dict.fromkeys(("mqtt",), _MQTT),
    **dict.fromkeys(("mqtts", "mqtt+ssl"), _MQTT._replace(port=8883, tls="required")),
    **dict.fromkeys(("http", "ws"), _HTTP),
    **dict.fromkeys(("https", "wss"), _HTTP._replace(port=443, tls="required")),
    **dict.fromkeys(("h2c", "http+unix"), _HTTP),
    **dict.fromkeys(("grpc", "grpc+tcp"), _GRPC),
    **dict.fromkeys(("grpcs", "grpc+tls"), _GRPC._replace(tls="required")),
    "ldap": _LDAP,
    "ldaps": _LDAP._replace(port=636, tls="required"),
    "smtp": _SMTP,
    "smtps": _SMTP._replace(port=465, tls="required"),
    "ftp": Scheme("ftp", 21, "disabled"),
    "ftps": Scheme("ftp", 990, "required"),
    **dict.fromkeys(("sftp", "ssh"), Scheme("ssh", 22, "required")),
    **dict.fromkeys(("smb", "cifs"), Scheme("smb", 445, "unknown")),
    "tcp": _TCP,
    **dict.fromkeys(("tls", "ssl"), _TCP._replace(tls="required")),
    "udp": _OTHER,
    **dict.fromkeys(("neo4j", "bolt"), _OTHER._replace(port=7687, tls="disabled", many=False)),
    **dict.fromkeys(
        ("neo4j+s", "bolt+s", "neo4j+ssc", "bolt+ssc"), _OTHER._replace(port=7687, tls="required", many=False)
    ),
    "couchbase": _OTHER._replace(port=11210, tls="disabled"),
    "couchbases": _OTHER._replace(port=11207, tls="required"),
    "pulsar": _OTHER._replace(port=6650, tls="disabled"),
    "pulsar+ssl": _OTHER._replace(port=6651, tls="required"),
    **dict.fromkeys(("zookeeper", "zk"), _OTHER._replace(port=2181)),
    "hdfs": _OTHER._replace(port=8020),
    "nfs": _OTHER._replace(port=2049),
}
"""In lower case; what is left out (`s3`, `docker`, `file`) names no host."""

DRIVERS: dict[str, Tls] = {
    "mysql+pymysql": "optional",
    "mysql+aiomysql": "disabled",
    "mysql+asyncmy": "disabled",
    "mysql+mysqldb": "optional",
    "mysql+mysqlconnector": "optional",
    "postgresql+pg8000": "disabled",
}
"""What a driver does with TLS by default, where it differs from others of its protocol."""

_PLUS = ("postgresql", "postgres", "mysql", "mariadb", "mssql", "oracle", "cockroachdb", "redshift", "clickhouse")


def scheme_of(name: str) -> tuple[str, Scheme] | None:
    """A scheme in lower case without its driver, and what is known of it; None for what names no host."""
    known = SCHEMES.get(name)
    if known:
        return name, known
    base, plus, _ = name.partition("+")
    if not plus or base not in _PLUS:
        return None
    scheme = SCHEMES[base]
    return base, scheme._replace(tls=DRIVERS.get(name, scheme.tls), database=True)
