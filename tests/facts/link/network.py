"""Builders of what files say of the network, for the tests of its linkers."""

from policygate.config import parse_config
from policygate.facts.link import edges, endpoints
from policygate.facts.model import FileFacts, Network
from policygate.facts.model_network import FoundAlias, FoundEdge, FoundEndpoint, FoundService, HostPort
from policygate.facts.own import Surroundings, guess_own
from policygate.location import At, Position


def at(path: str, line: int = 1) -> At:
    return At(path=path, start=Position(line=line, column=1), end=Position(line=line, column=9), origin="text")


def endpoint(path: str, host: str, holder: str = "", **said: object) -> FoundEndpoint:
    values: dict[str, object] = {
        "key": "DATABASE_URL",
        "text": f"postgres://{host}/app",
        "scheme": "postgres",
        "family": "postgresql",
        "hosts": [HostPort(name=name, port=5432) for name in host.split(",")],
        "database": "app",
        "tls": "optional",
        "credentials": False,
        "dynamic": False,
        "by": "form",
        "holder": holder,
        "namespace": "",
        "scope": "environment",
        "at": at(path),
    }
    return FoundEndpoint.model_validate(values | said)


def service(path: str, name: str, *hosts: str, **said: object) -> FoundService:
    values = {"name": name, "hosts": [HostPort(name=host, port=0) for host in hosts], "at": at(path)}
    return FoundService.model_validate(values | said)


def container(path: str, name: str) -> FoundService:
    return service(path, name, name, local=True)


def edge(path: str, source: str, target: str, line: int = 1, **said: object) -> FoundEdge:
    values: dict[str, object] = {
        "source": source,
        "target": target,
        "kind": "depends_on",
        "protocol": "",
        "interface": "",
        "asynchronous": False,
        "at": at(path, line),
    }
    return FoundEdge.model_validate(values | said)


def alias(path: str, name: str, host: str, *, namespace: str = "", local: bool = False) -> FoundAlias:
    return FoundAlias(name=name, host=host, namespace=namespace, local=local, at=at(path))


def linked(files: FileFacts, section: str = "") -> Network:
    """The network half, with what `policygate.yaml` says below `network`."""
    stated = parse_config("policygate.yaml", section.encode()).network()
    surroundings = Surroundings(guess_own(FileFacts()), network=stated)
    return edges.link(files, surroundings, endpoints.link(files, surroundings, Network()))
