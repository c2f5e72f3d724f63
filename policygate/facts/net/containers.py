"""Containers that run beside something: the services of compose files and of CI jobs."""

from collections.abc import Iterable

from policygate.facts.endpoint.grammar import is_datastore
from policygate.facts.endpoint.keys import FAMILIES
from policygate.facts.model_network import FoundService, HostPort, ServiceKind
from policygate.facts.net.hosts import normal
from policygate.location import At


def container(name: str, image: str, names: Iterable[str], at: At) -> FoundService:
    """A service that only its own file names; `names` are what it can be called by there, `image` may be empty."""
    return FoundService(
        name=name,
        kind=_kind(image),
        hosts=[HostPort(name=each, port=0) for each in dict.fromkeys(map(normal, names)) if each],
        local=True,
        at=at,
    )


def _kind(image: str) -> ServiceKind:
    """By the last part of an image's name, without tag and digest."""
    name = image.rpartition("/")[2].partition(":")[0].partition("@")[0]
    return "datastore" if is_datastore(FAMILIES.get(name, "unknown")) else "service"
