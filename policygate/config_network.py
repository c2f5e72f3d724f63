"""The section `network` of `policygate.yaml`: environments, services, datastores, and who may talk to whom."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from policygate.facts.net.stated import (
    Claim,
    Contract,
    Dependency,
    Stated,
    StatedDatastore,
    StatedEnvironment,
    StatedService,
)
from policygate.location import At, nowhere

Places = Callable[..., At | None]
"""From the keys of a value to its place."""


def _host(value: str) -> str:
    """A host, `*.domain`, a glob within one label, or a CIDR."""
    if "/" in value:
        try:
            return str(ip_network(value, strict=True))
        except ValueError as error:
            raise ValueError(f"is no CIDR: {error}") from error
    if not value or set(value) & set(" :@,|\\?[]") or value.strip(".*") == "":
        raise ValueError("is no host, `*.domain` or CIDR (ports and schemes do not belong here)")
    return value.lower().removesuffix(".")


Host = Annotated[str, AfterValidator(_host)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class EnvironmentSection(_Section):
    """What belongs to one environment."""

    protected: bool = False
    """Whether its datastores are for their owners only, and everything in it is held to the stricter rules."""
    isolated: bool = False
    """Whether each workload in it must be selected by a NetworkPolicy for egress."""
    hosts: list[Host] = []
    """Hosts, `*.domain`, globs within one label, and CIDRs."""
    paths: list[Name] = []
    """The files that deploy to it, as globs in which `*` also matches `/`."""
    namespaces: list[Name] = []
    """Kubernetes namespaces, as globs."""


class DependencySection(_Section):
    """One declared edge."""

    target: Name
    protocol: str = ""
    interface: str = ""
    asynchronous: bool = False


def _dependency(value: object) -> object:
    return {"target": value} if isinstance(value, str) else value


class ServiceSection(_Section):
    """One service."""

    owner: str = ""
    zone: str = ""
    layer: str = ""
    hosts: list[Host] = []
    """What others call it by."""
    paths: list[Name] = []
    """The files that belong to it, as globs in which `*` also matches `/`."""
    depends_on: list[Annotated[DependencySection, BeforeValidator(_dependency)]] | None = None
    """The services and datastores that it talks to; an empty list says that there are none."""


class DatastoreSection(_Section):
    """One database, cache or the like."""

    hosts: list[Host] = []
    owners: list[Name] = []
    """The services that may talk to it directly."""
    poolers: list[Host] = []
    """What all others go through."""


class ForbiddenSection(_Section):
    """Two that must not talk: services, `layer:name` or `zone:name`."""

    source: Name = Field(alias="from")
    target: Name = Field(alias="to")
    reason: str = ""


class NetworkSection(_Section):
    """The whole section, every key optional."""

    service: str = ""
    """The service that this repository is, for files that say nothing else."""
    environments: dict[Name, EnvironmentSection] = {}
    shared: list[Host] = []
    """Hosts that every environment may use."""
    internal: list[Host] = []
    """Hosts of the organisation that belong to no environment."""
    services: dict[Name, ServiceSection] = {}
    datastores: dict[Name, DatastoreSection] = {}
    layers: list[Name] = []
    """From the outside in: a layer may talk to itself and to those after it."""
    forbidden: list[ForbiddenSection] = []
    independent: list[list[Name]] = []
    """Groups of services that must not talk to one another."""
    egress: list[Host] | None = None
    """The hosts outside that may be called; an empty list says that there are none."""


def stated_network(section: NetworkSection | None, places: Places) -> Stated:
    """What the section says, each part with its place."""
    if section is None:
        return Stated()
    placed = _Placed(places)
    return Stated(
        exists=True,
        service=section.service,
        environments=tuple(placed.environment(name, each) for name, each in section.environments.items()),
        shared=placed.claims(section.shared, "shared"),
        internal=placed.claims(section.internal, "internal"),
        services=tuple(placed.service(name, each) for name, each in section.services.items()),
        datastores=tuple(placed.datastore(name, each) for name, each in section.datastores.items()),
        layers=tuple(section.layers),
        layers_at=placed.at("layers"),
        contracts=tuple(_contracts(section, placed.at)),
        egress=placed.claims(section.egress or [], "egress"),
        egress_stated=section.egress is not None,
    )


@dataclass(frozen=True)
class _Placed:
    """Turns the parts of the section into what linkers ask."""

    places: Places

    def at(self, *keys: str | int) -> At:
        return self.places("network", *keys) or nowhere("absent")

    def claims(self, values: Iterable[str], *keys: str | int) -> tuple[Claim, ...]:
        return tuple(Claim(value, self.at(*keys, index)) for index, value in enumerate(values))

    def environment(self, name: str, said: EnvironmentSection) -> StatedEnvironment:
        keys = ("environments", name)
        return StatedEnvironment(
            name=name,
            protected=said.protected,
            isolated=said.isolated,
            hosts=self.claims(said.hosts, *keys, "hosts"),
            paths=self.claims(said.paths, *keys, "paths"),
            namespaces=self.claims(said.namespaces, *keys, "namespaces"),
            at=self.at(*keys),
        )

    def service(self, name: str, said: ServiceSection) -> StatedService:
        keys = ("services", name)
        return StatedService(
            name=name,
            owner=said.owner,
            zone=said.zone,
            layer=said.layer,
            hosts=self.claims(said.hosts, *keys, "hosts"),
            paths=self.claims(said.paths, *keys, "paths"),
            declares=said.depends_on is not None,
            depends_on=tuple(
                Dependency(
                    edge.target,
                    edge.protocol.lower(),
                    edge.interface,
                    edge.asynchronous,
                    self.at(*keys, "depends_on", index),
                )
                for index, edge in enumerate(said.depends_on or [])
            ),
            at=self.at(*keys),
        )

    def datastore(self, name: str, said: DatastoreSection) -> StatedDatastore:
        keys = ("datastores", name)
        return StatedDatastore(
            name=name,
            hosts=self.claims(said.hosts, *keys, "hosts"),
            owners=tuple(said.owners),
            poolers=self.claims(said.poolers, *keys, "poolers"),
            at=self.at(*keys),
        )


def _contracts(section: NetworkSection, at: Callable[..., At]) -> Iterable[Contract]:
    for index, each in enumerate(section.forbidden):
        yield Contract("forbidden", (each.source,), (each.target,), each.reason, at("forbidden", index))
    for index, names in enumerate(section.independent):
        yield Contract("independent", tuple(names), tuple(names), "", at("independent", index))
