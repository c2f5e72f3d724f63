"""The fact types of the network half: endpoints, services and edges. `facts.model` puts them into the Rego input."""

from typing import Literal

from policygate.location import At, Fact

Tls = Literal["required", "optional", "disabled", "unknown"]
Family = Literal[
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
    "amqp",
    "kafka",
    "nats",
    "mqtt",
    "http",
    "grpc",
    "ldap",
    "smtp",
    "ftp",
    "ssh",
    "smb",
    "tcp",
    "unix",
    "unknown",
]
HostClass = Literal["loopback", "cluster", "internal", "external", "unknown"]
ServiceKind = Literal["service", "datastore", "api", "resource", "system"]

# ---- What one file says ------------------------------------------------------------------------------------------


class HostPort(Fact):
    """One address of an endpoint."""

    name: str
    """Lower case, without a final dot, IPv6 without brackets; as written where it depends on a variable."""
    port: int
    """0 when neither the text nor the protocol's client says it."""


class FoundEndpoint(Fact):
    """An address of something that a file has its service talk to, in one normal form."""

    key: str
    """The name under which it is given: `DATABASE_URL`, `spring.datasource.url`; that of the host for a pair."""
    text: str
    """As written, credentials blanked; `host:port/database` for a pair of settings."""
    scheme: str
    """As written, in lower case; empty when there is none."""
    family: Family
    hosts: list[HostPort]
    database: str
    tls: Tls
    credentials: bool
    """Whether a literal password stands in it or beside it."""
    dynamic: bool
    """Whether a part depends on something that the file does not say."""
    by: Literal["form", "name", "pair", "pass"]
    """Why it is taken for an endpoint: its form, the name of its key, a host and a port that stand together, or that
    nginx passes requests there."""
    holder: str
    """What gets it, as its file calls it: a compose service, a workload, a job; empty for the whole file."""
    namespace: str
    """The Kubernetes namespace of the holder; empty elsewhere."""
    scope: str
    """The part of the file, such as `service api environment`."""
    at: At


class FoundService(Fact):
    """Something that runs, or that a catalog declares."""

    name: str
    kind: ServiceKind = "service"
    owner: str = ""
    """Empty when nobody is named."""
    system: str = ""
    zone: str = ""
    layer: str = ""
    lifecycle: str = ""
    """As Backstage has it: `production`, `experimental`, `deprecated`; empty when not said."""
    declared: bool = False
    """Whether a catalog or a declaration names it, and not only a deployment."""
    namespace: str = ""
    """The Kubernetes or catalog namespace; empty elsewhere."""
    hosts: list[HostPort] = []
    """What others can call it by, where the file says so."""
    local: bool = False
    """Whether its hosts mean something only within the same file: the services of a compose file."""
    at: At


class FoundEdge(Fact):
    """A declaration that one service depends on another."""

    source: str
    target: str
    """A service's name as the file writes it, without the kind and namespace of a catalog reference."""
    kind: Literal["depends_on", "link", "consumes", "provides", "network"]
    """`depends_on` of compose orders the start only; `consumes` and `provides` are those of an API."""
    protocol: str
    """Lower case; empty when not said."""
    interface: str
    """What of it is used, as `stock.v1.Stock/Check`; empty when not said."""
    asynchronous: bool
    at: At
    """The target."""


class FoundException(Fact):
    """An approval that a declaration gives itself."""

    service: str
    text: str
    at: At


class FoundAlias(Fact):
    """Another name for a host: `extra_hosts`, an ExternalName, a network alias."""

    name: str
    host: str
    """What it stands for."""
    namespace: str
    local: bool
    """Whether it means something only within the same file."""
    at: At


# ---- The Rego input ----------------------------------------------------------------------------------------------


class Evidence(Fact):
    """One more place that a finding rests on."""

    message: str
    at: At


class EndpointHost(Fact):
    """One address of an endpoint, with all that is known of it."""

    name: str
    """With aliases resolved."""
    port: int
    host_class: HostClass
    literal_ip: bool
    service: str
    """The service that it is an address of; empty when none is known."""
    datastore: str
    """The datastore of `policygate.yaml` that it is an address of; empty when it is none."""
    owners: list[str]
    """The services that may talk to that datastore directly."""
    pooler: bool
    """Whether `policygate.yaml` names it as the way to a datastore."""
    environment: str
    """The environment of `policygate.yaml` that the host belongs to; empty when none claims it."""
    protected: bool
    """Whether that environment is protected."""
    shared: bool
    """Whether `policygate.yaml` says that every environment may use it."""
    allowed: bool
    """Whether it is a part of the network that `policygate.yaml` declares, `egress` included."""
    evidence: list[Evidence]
    """What says so: the alias that was followed, the pattern of the environment, the datastore and its poolers."""


class Endpoint(Fact):
    """An address that a service talks to."""

    service: str
    """The service that has it; empty when that is not known."""
    holder: str
    """What its file gives it to: a compose service, a workload, or the id of a CI job; empty for the whole file."""
    environment: str
    """The environment that the file, the namespace or the holder belongs to; empty when none claims it."""
    protected: bool
    """Whether that environment is protected."""
    key: str
    text: str
    """As written, credentials blanked."""
    scheme: str
    family: Family
    is_datastore: bool
    """Whether the family is one of databases, caches and search engines, or a host a declared datastore."""
    hosts: list[EndpointHost]
    database: str
    tls: Tls
    mesh_tls: bool
    """Whether a mesh encrypts the way to it, whatever the endpoint says."""
    credentials: bool
    dynamic: bool
    by: Literal["form", "name", "pair", "pass"]
    """Why it is taken for an endpoint: its form, the name of its key, a host and a port that stand together, or that
    nginx passes requests there."""
    local: bool
    """Whether all hosts are loopback or services of the same compose file."""
    scope: str
    at: At
    evidence: list[Evidence]
    """What says which service and which environment it belongs to."""


class Service(Fact):
    """A node: something that talks to others or is talked to."""

    name: str
    kind: ServiceKind
    owner: str
    system: str
    """What a catalog puts it in; empty when none does."""
    zone: str
    layer: str
    lifecycle: str
    declared: bool
    """Whether a catalog, a declaration or `policygate.yaml` names it."""
    declares: bool
    """Whether anything says which services it depends on."""
    fan_in: int
    """How many known services talk to it."""
    fan_out: int
    """How many known services it talks to; addresses of nobody do not count."""
    at: At


class Broken(Fact):
    """A contract of `policygate.yaml` that an edge breaks."""

    kind: Literal["order", "forbidden", "independent"]
    message: str
    """What the contract says."""
    at: At
    """The contract."""


class Edge(Fact):
    """One service talks to another, or to a host that is no known service."""

    source: str
    target: str
    protocol: str
    """What they speak, as `grpc`; several are joined by commas."""
    interface: str
    """What the source uses of it, as `stock.v1.Stock/Check`; several are joined by commas."""
    asynchronous: bool
    declared: bool
    """Whether a catalog or declaration says so."""
    used: bool
    """Whether an endpoint says so."""
    breaks: list[Broken]
    source_owner: str
    target_owner: str
    target_lifecycle: str
    source_declares: bool
    """Whether anything says which services the source depends on."""
    at: At
    """The endpoint, else the declaration."""
    evidence: list[Evidence]
    """The other places that say so."""


class Cycle(Fact):
    """Services that wait for one another: a shortest cycle of each strongly connected part."""

    services: list[str]
    """In order, beginning with the first in the alphabet."""
    at: At
    """The edge that leaves the first one."""
    evidence: list[Evidence]
    """The other edges."""


class Exemption(Fact):
    """An approval that a declaration gives itself, which approves nothing."""

    service: str
    text: str
    at: At


class HostNetwork(Fact):
    """A compose service that shares the network of its machine."""

    service: str
    at: At


class AddedEndpoint(Fact):
    """An endpoint-shaped literal in a line that a change adds to a file which no reader of endpoints reads.

    What the program does with it nobody knows: it is a hint, and weaker than an endpoint of a configuration.
    """

    text: str
    """As written, credentials blanked."""
    scheme: str
    """As written, in lower case; empty when there is none."""
    family: Family
    hosts: list[HostPort]
    database: str
    tls: Tls
    credentials: bool
    """Whether a literal password stands in it."""
    dynamic: bool
    """Whether a part is a variable, or is put in when the program runs."""
    at: At


class Opened(Fact):
    """A way that a change opens: an edge that the base has not, or a datastore that it brings into reach."""

    source: str
    target: str
    protocol: str
    """What is spoken with the target, as `grpc`; empty when nothing says it."""
    tls: Tls
    """Of the connection to the target."""
    family: Family
    datastore: bool
    """Whether the target is a database, cache or the like."""
    environment: str
    """The environment of the target; empty when none claims it."""
    protected: bool
    """Whether that environment is protected."""
    hops: list[str]
    """The services between, in order; empty when the source talks to the target itself."""
    at: At
    """The edge that is new; for one that uses what is declared already, the endpoint."""
    evidence: list[Evidence]
    """What else it rests on: the other edges of the way, what says that the environment is protected."""
