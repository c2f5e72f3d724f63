"""Entities of a Backstage catalog: services, and what they say that they depend on.

https://backstage.io/docs/features/software-catalog/descriptor-format/. Beside its own fields these annotations are
read: `policygate.dev/hosts` (hosts with or without a port, separated by commas), `policygate.dev/layer` and
`policygate.dev/zone`. What a template fills in (`${{ }}`) or another file holds (`$text`) is left out.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from policygate.facts.kubernetes.objects import Object, child, is_open, objects_in, scalar, text
from policygate.facts.kubernetes.policy_yaml import is_dynamic
from policygate.facts.model import FileFacts, Problem
from policygate.facts.model_network import FoundEdge, FoundService, HostPort, ServiceKind
from policygate.facts.net.hosts import normal
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar, Sequence
from policygate.location import At

GROUP = "backstage.io"
_KINDS: dict[str, ServiceKind] = {"component": "service", "api": "api", "resource": "resource", "system": "system"}
KINDS = frozenset({"Component", "API", "Resource", "System"})
"""The kinds that are read."""
_DATASTORES = re.compile(
    r"\b(?:(?:\w{1,20}-)?(?:database|db|cache|queue|topic|stream|bucket|storage|datastore|broker)s?"
    r"|postgres(?:ql)?|mysql|mariadb|mongodb|redis|kafka|rabbitmq|elasticsearch|opensearch|cassandra|dynamodb|s3)\b",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"(?:(?P<kind>[^:/\s]+):)?(?:(?P<namespace>[^:/\s]+)/)?(?P<name>[^:/\s]+)")
_HOST = re.compile(r"(?P<name>[^\s:@/]+|\[[0-9a-fA-F:.]+\])(?::(?P<port>\d{1,5}))?", re.ASCII)
_EDGES: tuple[tuple[str, Literal["depends_on", "consumes", "provides"]], ...] = (
    ("dependsOn", "depends_on"),
    ("dependencyOf", "depends_on"),
    ("consumesApis", "consumes"),
    ("providesApis", "provides"),
)
_HOSTS = "policygate.dev/hosts"
_MOST_HOSTS = 100


def catalog_facts(documents: Iterable[Node]) -> FileFacts:
    """The services that the entities of one file are, and the edges that they declare."""
    services: list[FoundService] = []
    edges: list[FoundEdge] = []
    problems: list[Problem] = []
    secrets: list[At] = []
    for document in documents:
        for entity in objects_in(document):
            if entity.kind.lower() in _KINDS and not entity.unnamed:
                services.append(_service(entity))
                secrets += _logins(entity)
                said = list(_edges(entity))
                edges += [each for each in said if isinstance(each, FoundEdge)]
                problems += [each for each in said if isinstance(each, Problem)]
    return FileFacts(services=services, edges=edges, problems=problems, secrets=secrets)


def _logins(entity: Object) -> Iterator[At]:
    """Hosts that somebody wrote with who logs in there, which is nobody's business."""
    hosts = scalar(entity.root, "metadata", "annotations", _HOSTS)
    if hosts and "@" in hosts.value:
        yield hosts.at()


def _service(entity: Object) -> FoundService:
    said = {name: text(entity.spec, name) for name in ("type", "owner", "system", "lifecycle")}
    notes = {name: text(entity.root, "metadata", "annotations", f"policygate.dev/{name}") for name in ("layer", "zone")}
    known = {name: "" if is_dynamic(value) else value for name, value in {**said, **notes}.items()}
    kind = _KINDS[entity.kind.lower()]
    return FoundService(
        name=entity.name,
        kind="datastore" if kind == "resource" and _DATASTORES.search(known["type"]) else kind,
        owner=_short(known["owner"]),
        system=_short(known["system"]),
        zone=known["zone"],
        layer=known["layer"],
        lifecycle=known["lifecycle"].lower(),
        declared=True,
        namespace=entity.namespace or "default",
        hosts=list(hosts_of(text(entity.root, "metadata", "annotations", _HOSTS))),
        at=entity.at,
    )


def hosts_of(written: str) -> Iterator[HostPort]:
    """Hosts with or without a port, separated by commas; what is none, or a template, is left out."""
    for each in written.split(",")[:_MOST_HOSTS]:
        match = _HOST.fullmatch(each.strip())
        if match and not is_dynamic(each):
            yield HostPort(name=normal(match["name"]), port=int(match["port"] or 0))


def _short(reference: str) -> str:
    """A reference to an owner or a system without what goes without saying: the kind `group`, the default namespace."""
    for prefix in ("group:", "system:", "default/"):
        if reference.lower().startswith(prefix):
            reference = reference[len(prefix) :]
    return reference


def _edges(entity: Object) -> Iterator[FoundEdge | Problem]:
    """The edges that an entity declares, in its own direction or, for `dependencyOf`, in the other one."""
    for field, kind in _EDGES:
        for target, at in _references(entity.spec, field):
            if isinstance(target, Problem):
                yield target
                continue
            ends = (target, entity.name) if field == "dependencyOf" else (entity.name, target)
            yield FoundEdge(
                source=ends[0], target=ends[1], kind=kind, protocol="", interface="", asynchronous=False, at=at
            )


def _references(spec: Mapping | None, field: str) -> Iterator[tuple[str | Problem, At]]:
    """The names that a list of references holds, or what is wrong with an element."""
    node = child(spec, field)
    if node is None or (isinstance(node, Mapping) and all(name.startswith("$") for name in node.written_entries)):
        return
    if not isinstance(node, Sequence):
        yield Problem(message=f"`{field}` must be a list of references", at=node.at()), node.at()
        return
    for item in node.items:
        said = scalar(item)
        if said and not is_open(said):
            yield _target(said, field), said.at()


def _target(reference: Scalar, field: str) -> str | Problem:
    match = _REFERENCE.fullmatch(reference.value)
    if match is None:
        return Problem(message=f"`{field}` holds what is no reference (`[kind:][namespace/]name`)", at=reference.at())
    if not match["kind"] and field in {"dependsOn", "dependencyOf"}:
        name = match["name"][:80]
        message = f"`{field}` needs a kind: `component:{name}` or `resource:{name}`"
        return Problem(message=message, at=reference.at())
    return match["name"]
