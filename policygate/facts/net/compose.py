"""Who the services of a compose file talk to, and what they are called (https://docs.docker.com/reference/compose-file/services/)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from policygate.facts.endpoint.values import Holder, Value, found_in
from policygate.facts.model import FileFacts
from policygate.facts.model_network import (
    FoundAlias,
    FoundEdge,
    FoundEndpoint,
    FoundService,
    HostNetwork,
)
from policygate.facts.net.containers import container
from policygate.facts.net.hosts import normal
from policygate.facts.net.sniff import may_say
from policygate.facts.net.words import arguments
from policygate.facts.syntax.compose_file import Service, as_the_service_sees, below
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar, Sequence
from policygate.location import At

_SETTING = 30
"""What reading a setting counts of the work that a file may cause."""
_GATEWAY = "host-gateway"
"""The machine itself, whose address the file does not say."""


def network_of(services: Iterable[Service]) -> FileFacts:
    """What the services are called, depend on, link to and are given as addresses, in file order.

    A service's settings are those of its environment and of its environment files together, as compose merges them.
    Raises `TooLargeError`.
    """
    found = _Found()
    for service in services:
        if service.layers:
            _add(found, service)
    return FileFacts(
        services=found.services,
        edges=found.edges,
        aliases=list(dict.fromkeys(found.aliases)),
        endpoints=found.endpoints,
        host_networks=found.host_networks,
        secrets=found.secrets,
    )


@dataclass
class _Found:
    services: list[FoundService] = field(default_factory=list)
    edges: list[FoundEdge] = field(default_factory=list)
    aliases: list[FoundAlias] = field(default_factory=list)
    endpoints: list[FoundEndpoint] = field(default_factory=list)
    host_networks: list[HostNetwork] = field(default_factory=list)
    secrets: list[At] = field(default_factory=list)


def _add(found: _Found, service: Service) -> None:
    found.services.append(_service(service))
    found.edges += _edges(service)
    found.aliases += _aliases(service)
    settings, hidden = _settings(service)
    for scope, values in (("environment", settings), *_commands(service)):
        holder = Holder(service.name, scope=f"service {service.name} {scope}")
        endpoints, secrets = found_in(values, holder, hidden if values is settings else ())
        found.endpoints += _scoped(service, endpoints)
        found.secrets += secrets
    mode = service.node("network_mode")
    if isinstance(mode, Scalar) and _text(service, mode) == "host":
        found.host_networks.append(HostNetwork(service=service.name, at=mode.at()))


def _service(service: Service) -> FoundService:
    image = service.node("image")
    name = _text(service, image) if isinstance(image, Scalar) else ""
    return container(service.name, name, _names(service), service.key.at())


def _names(service: Service) -> Iterator[str]:
    """What other services of the project can call it by."""
    yield service.name
    for key in ("container_name", "hostname"):
        node = service.node(key)
        if isinstance(node, Scalar):
            yield _text(service, node)
    for networks in _said(service, "networks"):
        for _, network in networks.written_entries.values() if isinstance(networks, Mapping) else ():
            yield from (_text(service, alias) for alias in _listed(below(network, "aliases")))


def _edges(service: Service) -> Iterator[FoundEdge]:
    """The services that it starts after, and those that it links to; each once."""
    depended: dict[str, At] = {}
    for node in _said(service, "depends_on"):
        keys = [key for key, _ in node.written_entries.values()] if isinstance(node, Mapping) else _listed(node)
        for key in keys:
            depended.setdefault(_text(service, key), key.at())
    yield from (_edge(service.name, target, "depends_on", at) for target, at in depended.items())
    linked: dict[str, At] = {}
    for item in _items(service, "links"):
        linked.setdefault(_text(service, item).partition(":")[0], item.at())
    yield from (_edge(service.name, target, "link", at) for target, at in linked.items())


def _edge(source: str, target: str, kind: str, at: At) -> FoundEdge:
    return FoundEdge.model_validate(
        {
            "source": source,
            "target": target,
            "kind": kind,
            "protocol": "",
            "interface": "",
            "asynchronous": False,
            "at": at,
        }
    )


def _aliases(service: Service) -> Iterator[FoundAlias]:
    """Its own names for other containers and for addresses."""
    for item in (*_items(service, "links"), *_items(service, "external_links")):
        host, _, name = _text(service, item).partition(":")
        if name and name != host:
            yield _alias(name, host, item.at())
    for name, address, at in _extra_hosts(service):
        if name and address and address != _GATEWAY:
            yield _alias(name, address, at)


def _alias(name: str, host: str, at: At) -> FoundAlias:
    return FoundAlias(name=normal(name), host=normal(host), namespace="", local=True, at=at)


def _extra_hosts(service: Service) -> Iterator[tuple[str, str, At]]:
    for node in _said(service, "extra_hosts"):
        for name, (_, value) in node.written_entries.items() if isinstance(node, Mapping) else ():
            for item in (value,) if isinstance(value, Scalar) else _listed(value):
                yield name, _text(service, item), item.at()
        for item in _listed(node):
            text = _text(service, item)
            name, _, addresses = text.partition("=" if "=" in text else ":")
            yield from ((name, address, item.at()) for address in addresses.split(","))


def _settings(service: Service) -> tuple[list[Value], list[Value]]:
    """The environment of the service, and what has no effect because a stronger value hides it; the strongest last."""
    given = list(_given(service))
    values: dict[str, Value] = {}
    hidden = [value for value in given if values.setdefault(value.key, value) is not value]
    service.project.sources.budget.spend(_SETTING * len(given))
    return list(reversed(values.values())), hidden


def _given(service: Service) -> Iterator[Value]:
    """Every value of a variable, the strongest first; a reference that stands for nothing is kept as it is written."""
    project = service.project
    for given in service.given("environment"):
        nothing = project.stands_for_nothing(given.written)
        text = given.written if nothing else given.value.text
        yield Value(given.name, text, given.at, nothing or given.value.dynamic)
    for path, _ in service.env_files():
        for binding in reversed(project.sources.bindings(path) or () if path else ()):
            if binding.name and binding.value is not None:
                yield Value(binding.name, binding.value, binding.at)


def _scoped(service: Service, endpoints: list[FoundEndpoint]) -> Iterator[FoundEndpoint]:
    """The endpoints; those that an environment file says have a scope that says so."""
    files = {path for path, _ in service.env_files()} if endpoints else ()
    for each in endpoints:
        own = each.at.path not in files
        yield each if own else each.model_copy(update={"scope": f"service {service.name} env_file"})


def _commands(service: Service) -> Iterator[tuple[str, list[Value]]]:
    """The addresses on its command lines."""
    for name in ("entrypoint", "command"):
        node = service.node(name)
        lines = [node] if isinstance(node, Scalar) else _listed(node)
        if any(may_say(line.value) for line in lines):
            yield name, list(_arguments(service, name, lines))


def _arguments(service: Service, name: str, lines: Iterable[Scalar]) -> Iterator[Value]:
    """The words; an option that is an item of its own goes with the next item."""
    option = ""
    for line in lines:
        text, dynamic = _resolved(service, line)
        snippet = line.snippet() if text == line.value else None
        for key, word, start in arguments(text):
            at = snippet.at(start, start + len(word)) if snippet else line.at()
            if not (word == text and word.startswith("-")):
                yield Value(key or (option if start == 0 else "") or name, word, at, dynamic)
        option = text if text.startswith("-") and "=" not in text else ""


def _text(service: Service, scalar: Scalar) -> str:
    return _resolved(service, scalar)[0]


def _resolved(service: Service, scalar: Scalar) -> tuple[str, bool]:
    """The text that compose makes of a scalar, and whether something in it stays open."""
    written = as_the_service_sees(scalar)
    if service.project.stands_for_nothing(written):
        return written, True
    value = service.project.interpolated(scalar)
    return value.text, value.dynamic


def _items(service: Service, name: str) -> Iterator[Scalar]:
    for node in _said(service, name):
        yield from _listed(node)


def _listed(node: Node | None) -> list[Scalar]:
    return [item for item in node.items if isinstance(item, Scalar)] if isinstance(node, Sequence) else []


def _said(service: Service, name: str) -> Iterator[Node]:
    """What the files say of a key, the strongest first, as far as they add to one another."""
    for layer in service.layers:
        node = below(layer, name)
        if node is not None and node.tag != "!reset":
            yield node
        if node is not None and node.tag in {"!reset", "!override"}:
            return
