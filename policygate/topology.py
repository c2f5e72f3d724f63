"""Who talks to whom, as reports show it: the values of `facts --only network`, and the paths that a change opens."""

from dataclasses import dataclass
from typing import Literal

from policygate.location import At

Tls = Literal["required", "optional", "disabled", "unknown"]


@dataclass(frozen=True)
class Address:
    """One host of one endpoint."""

    service: str
    """Empty when nobody knows whose it is."""
    key: str
    family: str
    host: str
    """Empty when the endpoint names none."""
    port: int
    """0 when it is not known."""
    database: str
    tls: Tls
    environment: str
    """That of the file or namespace; empty when none claims it."""
    protected: bool
    host_environment: str
    """That of the host; empty when none claims it."""
    host_protected: bool
    host_class: str
    marks: tuple[str, ...]
    """What else is to be known of it, as `password`."""
    at: At


@dataclass(frozen=True)
class Way:
    """An edge."""

    source: str
    target: str
    protocol: str
    """Empty when nothing says it."""
    declared: bool
    used: bool
    at: At


@dataclass(frozen=True)
class Node:
    """A service, datastore or the like."""

    name: str
    kind: str
    owner: str
    layer: str
    fan_in: int
    fan_out: int
    declared: bool
    at: At


@dataclass(frozen=True)
class Row:
    """Anything else that has a name, some words about it, and a place."""

    name: str
    said: tuple[str, ...]
    at: At


@dataclass(frozen=True)
class Topology:
    """The network of a checkout. Addresses are sorted by service and place, all others by name."""

    addresses: tuple[Address, ...] = ()
    ways: tuple[Way, ...] = ()
    nodes: tuple[Node, ...] = ()
    nginx: tuple[Row, ...] = ()
    workloads: tuple[Row, ...] = ()


@dataclass(frozen=True)
class NewPath:
    """A way that a change opens: a new edge, or a datastore that a service reaches over others for the first time."""

    source: str
    target: str
    protocol: str
    """Empty when nothing says it."""
    tls: Tls
    """Of the connection to the target."""
    family: str
    datastore: bool
    """Whether the target is a database, cache or the like."""
    environment: str
    """That of the target; empty when none claims it."""
    protected: bool
    hops: tuple[str, ...]
    """The services between, in order; empty for a new edge."""
    at: At
    """The new edge."""
    evidence: tuple[tuple[str, At], ...] = ()
    """Other places that it rests on, each with what it has to do with it."""
