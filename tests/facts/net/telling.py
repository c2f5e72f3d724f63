"""Network facts of one file in a form that people can check, each with its span."""

from collections.abc import Iterator

from policygate.facts.model import FileFacts
from policygate.facts.model_kubernetes import KubernetesObjects, MeshSetting, Workload
from policygate.facts.model_network import FoundEndpoint, FoundService, HostPort
from policygate.location import At


def tell(facts: FileFacts) -> str:
    """Endpoints, services, edges, aliases, exceptions, Kubernetes objects, problems, secrets, and what is unseen."""
    return "".join(f"{line}\n" for line in _lines(facts))


def _lines(facts: FileFacts) -> Iterator[str]:
    yield from map(_endpoint, facts.endpoints)
    yield from map(_service, facts.services)
    for edge in facts.edges:
        notes = [each for each in (edge.protocol, edge.interface, "asynchronous" if edge.asynchronous else "") if each]
        yield " ".join(["edge", edge.source, edge.kind, edge.target, *notes, span(edge.at)])
    for alias in facts.aliases:
        yield f"alias {_in(alias.namespace, alias.name)} {alias.host} {span(alias.at)}"
    yield from (f"exception {each.service} {each.text!r} {span(each.at)}" for each in facts.exceptions)
    for objects in facts.kubernetes:
        yield from _objects(objects)
    yield from (f"problem: {problem.message} {span(problem.at)}" for problem in facts.problems)
    yield from (f"secret {span(at)}" for at in facts.secrets)
    yield from (f"unseen {unseen.kind} {unseen.what} {span(unseen.at)}" for unseen in facts.unseen)


def span(at: At) -> str:
    """Line and columns."""
    start, end = at.start, at.end
    return f"{start.line}:{start.column}-" + (f"{end.line}:" if end.line != start.line else "") + f"{end.column}"


def _endpoint(found: FoundEndpoint) -> str:
    hosts = " ".join(map(_host, found.hosts))
    notes = ["credentials"] if found.credentials else []
    notes += ["dynamic"] if found.dynamic else []
    holder = _in(found.namespace, found.holder) or "-"
    what = f"endpoint {found.key} {found.text} {found.family} {hosts} by {found.by}"
    return " | ".join([f"{what} for {holder} [{found.scope}] {span(found.at)}", *notes])


def _host(host: HostPort) -> str:
    return f"{host.name}:{host.port}"


def _in(namespace: str, name: str) -> str:
    return f"{namespace}/{name}" if namespace else name


def _service(found: FoundService) -> str:
    said = {name: getattr(found, name) for name in ("owner", "system", "layer", "zone", "lifecycle")}
    notes = [f"{name}={value}" for name, value in said.items() if value]
    notes += ["declared"] if found.declared else []
    hosts = [",".join(map(_host, found.hosts))] if found.hosts else []
    return " ".join(["service", found.kind, _in(found.namespace, found.name), *notes, *hosts, span(found.at)])


def _objects(objects: KubernetesObjects) -> Iterator[str]:
    yield from map(_workload, objects.workloads)
    for service in objects.services:
        ports = [f"{port.name}:{port.number}->{port.target}/{port.protocol}" for port in service.ports]
        what = f"Service {_in(service.namespace, service.name)} {service.type} {_labels(service.selector)}"
        yield _noted([what, *ports, service.external_name], service.dynamic, service.at, service.external_name_at)
    for ingress in objects.ingresses:
        backends = [f"{each.service}:{each.port} {span(each.at)}" for each in ingress.backends]
        yield _noted(
            [f"ingress {_in(ingress.namespace, ingress.name)}", *ingress.hosts, *backends], at=ingress.at, dynamic=False
        )
    for space in objects.namespaces:
        mesh = map(_mesh, space.mesh)
        yield _noted([f"namespace {space.name} {_labels(space.labels)}", *mesh], space.dynamic, space.at)
    for policy in objects.policies:
        what = f"policy {_in(policy.namespace, policy.name)} {_labels(policy.selector.labels)} {'+'.join(policy.types)}"
        rules = [f"{len(policy.ingress)} in {len(policy.egress)} out", "" if policy.valid else "invalid"]
        yield _noted([what, *rules], policy.dynamic, policy.at)
    yield from (
        f"other {each.kind} {_in(each.namespace, each.name)} {span(each.at)}" for each in objects.other_policies
    )
    for entry in objects.service_entries:
        hosts = [f"{host.name} {span(host.at)}" for host in entry.hosts]
        where = "external" if entry.external else "internal"
        yield _noted([f"entry {_in(entry.namespace, entry.name)} {where}", *hosts], entry.dynamic, entry.at)
    for sidecar in objects.sidecars:
        hosts = [f"{host.name} {span(host.at)}" for host in sidecar.egress_hosts]
        what = f"{sidecar.kind} {_in(sidecar.namespace, sidecar.name)} {_labels(sidecar.labels)} {sidecar.mode or '-'}"
        yield _noted([what, *hosts], sidecar.dynamic, sidecar.at)
    for policy_ in objects.authorizations:
        what = f"authorization {_in(policy_.namespace, policy_.name)} {_labels(policy_.labels)} {policy_.action}"
        yield _noted([what, *(f"empty {span(at)}" for at in policy_.empty_rules)], policy_.dynamic, policy_.at)
    for peer in objects.peer_authentications:
        what = f"peers {_in(peer.namespace, peer.name)} {_labels(peer.labels)} {peer.mode or '-'}"
        yield _noted([what, *(f"{port}={mode}" for port, mode in peer.port_modes.items())], peer.dynamic, peer.at)
    for each in objects.kustomizations:
        notes = ["changes" if each.changes else "", "outside" if each.outside else ""]
        yield _noted(["kustomization", *each.resources, f"[{each.namespace}]", *notes], at=each.at, dynamic=False)
    yield from (f"template {span(at)}" for at in objects.templates)


def _workload(found: Workload) -> str:
    what = f"{found.kind} {_in(found.namespace, found.name)} {_labels(found.labels)}"
    ports = [f"{port.name}:{port.number}/{port.protocol}" for port in found.ports]
    notes = [f"as {found.service_account}" if found.service_account else ""]
    notes += [f"host network {span(found.host_network_at)}" if found.host_network else ""]
    return _noted([what, *ports, *notes, *map(_mesh, found.mesh)], found.dynamic, found.at)


def _mesh(setting: MeshSetting) -> str:
    return f"{setting.key}={setting.value} {span(setting.at)}"


def _labels(labels: dict[str, str]) -> str:
    return "{" + ",".join(f"{name}={value}" for name, value in labels.items()) + "}"


def _noted(parts: list[str], dynamic: bool, at: At, other: At | None = None) -> str:
    places = [span(each) for each in dict.fromkeys(filter(None, (at, other)))]
    return " ".join([*filter(None, parts), *(["dynamic"] if dynamic else []), *places])
