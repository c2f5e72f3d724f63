"""What `policygate.yaml` says of the network, and the questions that linkers put to it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal, TypeVar

from policygate.facts.net.hosts import in_cidr, matches
from policygate.location import At, nowhere

_Claimant = TypeVar("_Claimant")
_NOWHERE = nowhere("absent")


@dataclass(frozen=True)
class Claim:
    """A host pattern, CIDR, path or namespace, and where it stands."""

    pattern: str
    at: At

    def covers(self, host: str) -> bool:
        """Whether it stands for a host, given in normal form."""
        return in_cidr(self.pattern, host) if "/" in self.pattern else matches(self.pattern, host)


@dataclass(frozen=True)
class StatedEnvironment:
    """One environment."""

    name: str
    protected: bool
    isolated: bool
    hosts: tuple[Claim, ...]
    paths: tuple[Claim, ...]
    namespaces: tuple[Claim, ...]
    at: At


@dataclass(frozen=True)
class Dependency:
    """One declared edge of a service."""

    target: str
    protocol: str
    interface: str
    asynchronous: bool
    at: At


@dataclass(frozen=True)
class StatedService:
    """One service."""

    name: str
    owner: str
    zone: str
    layer: str
    hosts: tuple[Claim, ...]
    paths: tuple[Claim, ...]
    declares: bool
    """Whether it says what it depends on, be it nothing."""
    depends_on: tuple[Dependency, ...]
    at: At


@dataclass(frozen=True)
class StatedDatastore:
    """One datastore."""

    name: str
    hosts: tuple[Claim, ...]
    owners: tuple[str, ...]
    poolers: tuple[Claim, ...]
    at: At


@dataclass(frozen=True)
class Contract:
    """Names that must not talk to other names: services, `layer:name` or `zone:name`."""

    kind: Literal["forbidden", "independent"]
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    reason: str
    at: At


@dataclass(frozen=True)
class Stated:
    """The whole section `network`."""

    exists: bool = False
    service: str = ""
    environments: tuple[StatedEnvironment, ...] = ()
    shared: tuple[Claim, ...] = ()
    internal: tuple[Claim, ...] = ()
    services: tuple[StatedService, ...] = ()
    datastores: tuple[StatedDatastore, ...] = ()
    layers: tuple[str, ...] = ()
    layers_at: At = field(default=_NOWHERE)
    contracts: tuple[Contract, ...] = ()
    egress: tuple[Claim, ...] = ()
    egress_stated: bool = False

    def environment_of_host(self, host: str) -> tuple[StatedEnvironment, Claim] | None:
        """The environment that claims a host, and by what; the longest pattern decides."""
        return _longest((env, claim) for env in self.environments for claim in env.hosts if claim.covers(host))

    def environment_of_path(self, path: str) -> tuple[StatedEnvironment, Claim] | None:
        """The environment that a file deploys to, and by what; the longest pattern decides."""
        return _longest((env, claim) for env in self.environments for claim in env.paths if _is_path(claim, path))

    def environment_of_namespace(self, namespace: str) -> tuple[StatedEnvironment, Claim] | None:
        """The environment of a Kubernetes namespace, and by what; the longest pattern decides."""
        return _longest(
            (env, claim)
            for env in self.environments
            for claim in env.namespaces
            if namespace and fnmatchcase(namespace, claim.pattern)
        )

    def service_of_path(self, path: str) -> tuple[StatedService, Claim] | None:
        """The service that a file belongs to, and by what; the longest pattern decides."""
        return _longest(
            (service, claim) for service in self.services for claim in service.paths if _is_path(claim, path)
        )

    def service_of_host(self, host: str) -> tuple[StatedService, Claim] | None:
        """The service that a host is an address of, and by what."""
        return _longest((service, claim) for service in self.services for claim in service.hosts if claim.covers(host))

    def datastore_of_host(self, host: str) -> tuple[StatedDatastore, Claim] | None:
        """The datastore that a host is an address of, and by what."""
        return _longest((store, claim) for store in self.datastores for claim in store.hosts if claim.covers(host))

    def pooler_of_host(self, host: str) -> tuple[StatedDatastore, Claim] | None:
        """The datastore that a host is the way to, and by what."""
        return _longest((store, claim) for store in self.datastores for claim in store.poolers if claim.covers(host))


def _is_path(claim: Claim, path: str) -> bool:
    return fnmatchcase(path, claim.pattern) or path.startswith(f"{claim.pattern.rstrip('/')}/")


def claimed(claims: Iterable[Claim], host: str) -> Claim | None:
    """The first of some claims that covers a host."""
    return next((claim for claim in claims if claim.covers(host)), None)


def _longest(found: Iterable[tuple[_Claimant, Claim]]) -> tuple[_Claimant, Claim] | None:
    return max(found, key=lambda pair: len(pair[1].pattern), default=None)
