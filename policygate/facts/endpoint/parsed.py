"""What an endpoint's text says, in one form for all notations."""

from dataclasses import dataclass
from typing import NamedTuple

from policygate.facts.model_network import Family, Tls

_DATASTORES: frozenset[Family] = frozenset(
    {
        "postgresql",
        "mysql",
        "sqlserver",
        "oracle",
        "mongodb",
        "redis",
        "cassandra",
        "clickhouse",
        "elasticsearch",
        "etcd",
        "memcached",
    }
)


class Host(NamedTuple):
    """One address of an endpoint."""

    name: str
    """In normal form (`hosts.normal`); as written where it holds a variable; a path, from its slash, for a socket."""
    port: int
    """0 when neither the text nor the protocol's client says it."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """An endpoint."""

    scheme: str
    """As written, in lower case, without the name of a driver; empty when there is none."""
    family: Family
    hosts: tuple[Host, ...]
    """Empty when none is said and the client has no default, or a socket on the machine as its default."""
    database: str
    """The name of a database, a virtual host, a service or a keyspace, escapes undone; empty when none is said."""
    tls: Tls
    """What the client does; its default where the text does not say it, `unknown` where clients differ."""
    user: bool
    password: bool
    """Whether there is a literal password; a reference to a variable is none."""
    secrets: tuple[tuple[int, int], ...]
    """The spans of the text that no report may show, in order, apart from each other: start and end, in code points."""
    dynamic: bool
    """Whether some part is a variable."""
    redacted: str
    """The text, each character of `secrets` replaced by `*`."""


def is_datastore(family: Family) -> bool:
    """Whether what speaks the protocol keeps data that belongs to a service."""
    return family in _DATASTORES
