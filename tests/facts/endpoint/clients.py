"""What real client libraries make of an endpoint's text. Nothing is connected to."""

import ipaddress
import re
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import certifi
import psycopg
import pymysql  # type: ignore[import-untyped]
import redis
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pymongo import MongoClient
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from policygate.facts.endpoint.parsed import Parsed

LIBPQ_MODES = {
    "disable": "disabled",
    "allow": "optional",
    "prefer": "optional",
    "require": "required",
    "verify-ca": "required",
    "verify-full": "required",
}


class Said(NamedTuple):
    """What a client would do."""

    hosts: tuple[tuple[str, int], ...]
    database: str
    tls: str


def said(parsed: Parsed) -> Said:
    """The same of our own reading."""
    database = parsed.database or ("0" if parsed.family == "redis" else "")
    return Said(tuple((host.name, host.port) for host in parsed.hosts), database, parsed.tls)


def name(host: str) -> str:
    """A host as the client resolves it: names have no case and no final dot, addresses one value."""
    if host.startswith(("/", "@")):
        return host
    try:
        return str(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        return host.lower().removesuffix(".")


def libpq(text: str) -> Said | None:
    """libpq itself, through psycopg; None where it refuses the text.

    It connects to `hostaddr` where there is one, and other clients to `host`: so both count.
    """
    try:
        said = conninfo_to_dict(text)
    except psycopg.Error:
        return None
    lists = [str(said[key]).split(",") for key in ("hostaddr", "host") if said.get(key)] or [[""]]
    ports = str(said.get("port") or "").split(",")
    ports = ports * len(lists[0]) if len(ports) == 1 else ports
    if any(len(ports) != len(names) for names in lists) or not all(port.isdecimal() or not port for port in ports):
        return None
    names, ports = [each for names in lists for each in names], ports * len(lists)
    default = "verify-full" if said.get("sslrootcert") == "system" else "prefer"
    mode = LIBPQ_MODES.get(str(said.get("sslmode", default)))
    hosts = tuple(
        (name(host), port_of(host, int(port or 5432))) for host, port in zip(names, ports, strict=True) if host
    )
    valid = all(port < 65536 for _, port in hosts)
    return Said(hosts, str(said.get("dbname", "")), mode) if mode and valid else None


def port_of(host: str, port: int) -> int:
    """Sockets have none."""
    return 0 if host.startswith(("/", "@")) else port


def redis_py(text: str) -> Said | None:
    try:
        connection: Any = redis.Redis.from_url(text).connection_pool.make_connection()
    except (ValueError, TypeError, redis.RedisError):
        return None
    if isinstance(connection, redis.UnixDomainSocketConnection):
        return Said(((connection.path, 0),), str(connection.db or ""), "unknown")
    tls = "required" if isinstance(connection, redis.SSLConnection) else "disabled"
    return Said(((name(connection.host), connection.port),), str(connection.db), tls)


def pymongo(text: str) -> Said | None:
    try:
        text = text.replace("/etc/ca.pem", certifi.where())
        with warnings.catch_warnings(action="ignore"), MongoClient[Any](text, connect=False) as client:
            tls = "required" if client.options.pool_options._ssl_context else "disabled"
            found = client.get_default_database("none").name.removeprefix("none")
            hosts = parse_uri(text)["nodelist"]
    except (PyMongoError, ValueError, TypeError, OSError):
        return None
    return Said(tuple((name(host), port or 0) for host, port in hosts), found, tls)


def pymongo_parser(text: str) -> Said | None:
    """pymongo's parser alone, which is faster; a certificate that is named turns nothing on here."""
    try:
        with warnings.catch_warnings(action="ignore"):
            found = parse_uri(text)
    except (PyMongoError, ValueError):
        return None
    hosts = tuple((name(host), port or 0) for host, port in found["nodelist"])
    return Said(hosts, found["database"] or "", "required" if found["options"].get("tls") else "disabled")


class Silent(pymysql.connections.Connection):  # type: ignore[misc]
    """PyMySQL, which is not to look for the certificates that a text names."""

    def _create_ssl_ctx(self, sslp: object) -> None:
        pass


def pymysql_client(text: str) -> Said | None:
    """PyMySQL with what SQLAlchemy hands to it."""
    arguments = sqlalchemy_arguments(text)
    if arguments is None:
        return None
    try:
        client: Any = Silent(defer_connect=True, **arguments)
    except (TypeError, ValueError, pymysql.Error):
        return None
    tls = "required" if client._ssl_required else "optional" if client.ssl else "disabled"
    if client.unix_socket:
        return Said(((client.unix_socket, 0),), client.db or "", tls)
    return Said(((name(client.host), client.port),), client.db or "", tls)


def psycopg_client(text: str) -> Said | None:
    """psycopg with what SQLAlchemy hands to it."""
    arguments = sqlalchemy_arguments(text)
    if arguments is None:
        return None
    try:
        return libpq(make_conninfo(**arguments))
    except (psycopg.Error, TypeError):
        return None


def sqlalchemy_arguments(text: str) -> dict[str, Any] | None:
    try:
        url = make_url(text)
        dialect: Any = url.get_dialect()()
        positional, arguments = dialect.create_connect_args(url)
    except (SQLAlchemyError, ValueError, UnicodeError):
        return None
    assert not positional
    return dict(arguments)


CLIENTS: dict[str, Callable[[str], Said | None]] = {
    "libpq": libpq,
    "redis": redis_py,
    "pymongo": pymongo,
    "pymysql": pymysql_client,
    "psycopg": psycopg_client,
}


def client_of(text: str) -> str:
    """Which library a text is meant for; empty where none is."""
    scheme = text.partition("://")[0]
    if scheme in ("postgres", "postgresql") or re.match("(host|hostaddr|dbname) *=[^;]*$", text):
        return "libpq"
    by_scheme = {"redis": "redis", "rediss": "redis", "unix": "redis", "mongodb": "pymongo"}
    by_driver = {"mysql+pymysql": "pymysql", "postgresql+psycopg": "psycopg"}
    return by_scheme.get(scheme) or by_driver.get(scheme, "")
