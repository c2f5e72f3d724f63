"""Endpoints against the client libraries that they are written for: hosts, ports, database and TLS."""

import pytest

from policygate.facts.endpoint.grammar import parse_endpoint
from tests.facts.endpoint.clients import CLIENTS, Said, client_of, said
from tests.facts.endpoint.test_endpoint import rows, unmarked

MORE = [
    "postgres://db.example?sslmode=require",
    "postgres://:5433/orders",
    "postgres://db.example/orders?sslmode=",
    "postgres://db.example/orders?dbname=other",
    "postgres://db.example/orders?port=5433",
    "postgres://a.example,b.example/orders?port=5433,5434",
    "postgres://db.example/a%2Fb%20c",
    "postgres://10.0.0.7/orders",
    "host=db.example port='' dbname=orders",
    "host=db.example dbname='o\\\\r\\'s' sslmode = 'verify-ca'",
    "host = db.example  dbname=orders requiressl=1",
    "host=db.example dbname=orders requiressl=0",
    "hostaddr=10.0.0.7,10.0.0.8 dbname=orders",
    "redis://Cache.Example:6380/1",
    "redis://cache.example:0/1",
    "redis://cache.example/",
    "redis://cache.example/x",
    "redis://:p%40ss@cache.example/1?socket_timeout=3",
    "rediss://app:pw@[2001:db8::1]:6380/0?ssl_cert_reqs=none&ssl_check_hostname=false",
    "unix:///run/redis.sock",
    "unix://:pw@/run/redis.sock?db=3",
    "mongodb://Mongo.Example/orders.items",
    "mongodb://mongo.example/?tlsInsecure=true",
    "mongodb://mongo.example/?tlsAllowInvalidCertificates=false",
    "mongodb://mongo.example/?tls=true;replicaSet=rs0",
    "mongodb://mongo.example/?ssl=false",
    "mongodb://a%40b:p%3Aw@mongo.example:27018/orders?authSource=admin",
    "mysql+pymysql://db.example",
    "mysql+pymysql:///orders",
    "mysql+pymysql://db.example:3307/orders?charset=utf8mb4",
    "mysql+pymysql://db.example/orders?ssl_check_hostname=false",
    "mysql+pymysql://db.example/orders?ssl_verify_cert=true",
    "mysql+pymysql://db.example/orders?ssl_disabled=false",
    "mysql+pymysql://app:p/ss@db.example/orders",
    "mysql+pymysql://db.example/orders?unix_socket=/run/mysqld.sock",
    "mysql+pymysql://[2001:db8::1]:3307/orders",
    "postgresql+psycopg://app:pw@db.example:5433/orders?sslmode=require",
    "postgresql+psycopg:///orders?host=a.example:5433&host=b.example",
    "postgresql+psycopg:///orders?host=a.example,b.example&port=5433,5434",
    "postgresql+psycopg:///orders?host=a.example:5433",
    "postgresql+psycopg:///orders?host=/run/postgresql",
    "postgresql+psycopg://app:p/s?s#@db.example/orders",
    "postgresql+psycopg://db.example/a%2Fb",
]

_FORGIVING = "libpq refuses it or takes the first `@`; others take it, and its password must not show"
DIFFERENCES: dict[str, str] = {
    **dict.fromkeys(
        [
            "postgres://app:p/ss@db.example/orders",
            "postgres://app:p@ss@db.example/orders",
            "postgres://app:p/s@s@db.example/orders?email=x@y",
            "postgres://app:p ss@db.example/orders",
            "postgres://app:p@ss/word@db.example/orders",
        ],
        _FORGIVING,
    ),
    "postgresql://db.example/orders?sslmode=nonsense": "libpq refuses to connect; only the host is known",
    "postgresql://db.example/orders?sslmode=no-verify": "node-postgres has this mode",
    "postgres://db.example/orders?sslmode=": "libpq refuses to connect; others take their default",
    "host=localhost user=gorm password=gorm dbname=gorm port=9920 sslmode=disable TimeZone=Europe/Berlin": "Go's pgx",
    "postgres://$USER:$PASSWORD@$HOST/orders": "a variable keeps its case",
    "postgres://%s:%s@%s:%d/%s?sslmode=%s": "a format string",
    "redis://a.example:6379,b.example:6379/0": "lettuce and other clients of clusters",
    "redis://[::1]x": "redis-py passes over what stands behind the bracket",
    "redis://a b": "redis-py would look up a name with a blank in it",
    "mongodb://mongo.example/?authMechanism=GSSAPI&authMechanismProperties=SERVICE_NAME:orders": "Kerberos is missing",
    "host=web1": "libpq takes it, but it stands in any log line",
}
"""Why we say something else: by text, the reason."""

TEXTS = [text for text, _ in (unmarked(marked) for marked, _ in rows()) if client_of(text)] + MORE


def ours(text: str) -> Said | None:
    parsed = parse_endpoint(text)
    return said(parsed) if parsed else None


@pytest.mark.parametrize("text", [text for text in TEXTS if "{" not in text and "$(" not in text])
def test_a_client_says_the_same(text: str) -> None:
    real = CLIENTS[client_of(text)](text)
    assert (ours(text) == real) is (text not in DIFFERENCES), (ours(text), real)
