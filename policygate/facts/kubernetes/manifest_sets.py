"""Which Kubernetes manifests of a checkout belong together. Pure.

Manifests belong together when `policygate.yaml` puts them into one environment, by their path or else by their
namespace; those that no environment claims are one set. Where several files of a set have the same workload, or
NetworkPolicies of one name that differ, they are overlays: the set falls apart at the folder where their paths part,
and what lies beside the parts belongs to none of them. Parts are never mixed.

A set is complete when everything in it can be read as the cluster gets it. It is not when templates, patches of
kustomize, malformed files or names that somebody else fills in are a part of it, when files lie beside its overlays, or
when it says the namespace of some objects only. Of an incomplete set no absence is concluded.
"""

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policygate.facts.model import FileFacts
from policygate.facts.model_kubernetes import KubernetesObjects, NamespaceFact, NetworkPolicyFact, Workload
from policygate.location import At

EnvironmentOf = Callable[[str, str], str]
"""From a path and a namespace to the name of the environment; empty when none claims them."""

_Files = dict[str, KubernetesObjects]
"""The objects of each file, by its path."""

_LISTS = tuple(name for name in KubernetesObjects.model_fields if name != "templates")
_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")


@dataclass(frozen=True)
class ManifestSet:
    """Manifests that belong together."""

    environment: str
    """Its name; empty when none claims them."""
    paths: frozenset[str]
    objects: KubernetesObjects
    complete: bool


def manifest_sets(files: FileFacts, environment_of: EnvironmentOf) -> list[ManifestSet]:
    """The sets of a checkout, sorted by environment and path."""
    unread = _incomplete_paths(files)
    lame = {environment_of(path, "") for path in unread}
    return [
        _set_of(environment, part, complete=whole and environment not in lame and unread.isdisjoint(part))
        for environment, together in sorted(_by_environment(files, environment_of).items())
        for part, whole in _parts(together)
    ]


def _by_environment(files: FileFacts, environment_of: EnvironmentOf) -> Mapping[str, _Files]:
    found: dict[tuple[str, str], dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for said in files.kubernetes:
        for name in _LISTS:
            for fact in getattr(said, name):
                namespace = fact.name if isinstance(fact, NamespaceFact) else fact.namespace
                found[environment_of(fact.at.path, namespace), fact.at.path][name].append(fact)
    together: dict[str, _Files] = defaultdict(dict)
    for (environment, path), lists in found.items():
        together[environment][path] = KubernetesObjects().model_copy(update=lists)
    return together


def _set_of(environment: str, files: _Files, *, complete: bool) -> ManifestSet:
    inside = [files[path] for path in sorted(files)]
    lists = {name: [fact for said in inside for fact in getattr(said, name)] for name in _LISTS}
    objects = KubernetesObjects().model_copy(update=lists)
    return ManifestSet(environment, frozenset(files), objects, complete and _is_plain(objects))


def _is_plain(objects: KubernetesObjects) -> bool:
    """Whether all names are known, each workload stands there once, and all or none say their namespace."""
    bound: list[Workload | NetworkPolicyFact] = [*objects.workloads, *objects.policies]
    names = [(each.kind, each.namespace, each.name) for each in objects.workloads]
    stated = {bool(each.namespace) for each in bound}
    known = all(each.valid for each in objects.policies) and not any(each.dynamic for each in bound)
    return known and len(stated) < 2 and len(names) == len(set(names))


def _parts(files: _Files) -> Iterator[tuple[_Files, bool]]:
    """The parts of files of one environment, and whether nothing lies beside them."""
    waiting = [(files, True)]
    while waiting:
        part, whole = waiting.pop()
        overlays = _overlays(part)
        if not overlays:
            yield part, whole
            continue
        folder = _common_folder(overlays)
        groups: dict[str, _Files] = defaultdict(dict)
        beside: _Files = {}
        for path, said in part.items():
            group = _branch(folder, path, overlays)
            (groups[group] if group else beside)[path] = said
        alone = not any(said.workloads or said.policies for said in beside.values())
        waiting += [(group, whole and alone) for _, group in sorted(groups.items(), reverse=True)]
        if beside:
            yield beside, False


def _branch(folder: str, path: str, overlays: frozenset[str]) -> str:
    """The folder, or the file, below `folder` that a path is in; empty for what lies beside the overlays."""
    inside = path.removeprefix(f"{folder}/") if folder else path
    if folder and inside == path:
        return ""
    first, below, _ = inside.partition("/")
    return first if below or path in overlays else ""


def _overlays(files: _Files) -> frozenset[str]:
    """The paths of files that have an object in common, as overlays do."""
    workloads: dict[tuple[str, ...], set[str]] = defaultdict(set)
    policies: dict[tuple[str, ...], list[NetworkPolicyFact]] = defaultdict(list)
    for path, said in files.items():
        for workload in said.workloads:
            workloads[workload.kind, workload.namespace, workload.name].add(path)
        for policy in said.policies:
            policies[policy.namespace, policy.name].append(policy)
    shared = [paths for paths in workloads.values() if len(paths) > 1]
    shared += [{each.at.path for each in variants} for variants in policies.values() if _differ(variants)]
    return frozenset(path for paths in shared if len(paths) > 1 for path in paths)


def _differ(policies: Sequence[NetworkPolicyFact]) -> bool:
    return len(policies) > 1 and len({_content(policy) for policy in policies}) > 1


_PEERS: dict[str, Any] = {"__all__": {"at": True, "peers": {"__all__": {"at"}}}}


def _content(policy: NetworkPolicyFact) -> str:
    """All that a policy says, its places left out."""
    return policy.model_dump_json(exclude={"at": True, "ingress": _PEERS, "egress": _PEERS})


def _common_folder(paths: Iterable[str]) -> str:
    """The folder that all of some files are in, however deep; empty for the root."""
    folders = [posixpath.dirname(path) for path in paths]
    return posixpath.commonpath(folders) if all(folders) else ""


def _incomplete_paths(files: FileFacts) -> frozenset[str]:
    """The files of which the cluster gets something else than what stands there."""
    found = {at.path for said in files.kubernetes for at in said.templates}
    found |= {problem.at.path for problem in files.problems if problem.at.path.endswith((".yaml", ".yml"))}
    return frozenset(found | _kustomized(files))


def _kustomized(files: FileFacts) -> set[str]:
    """The files that kustomize changes or completes before the cluster gets them."""
    kustomizations = {each.at.path: each for said in files.kubernetes for each in said.kustomizations}
    waiting = [path for path, each in kustomizations.items() if each.changes or each.outside]
    found: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        for resource in kustomizations[path].resources if path in kustomizations else ():
            inner = (f"{resource}/{name}" for name in _KUSTOMIZATIONS)
            waiting.append(next((each for each in inner if each in kustomizations), resource))
    return found


class SetsByPath:
    """The sets by the paths of their files."""

    def __init__(self, sets: Sequence[ManifestSet]) -> None:
        self._sets: dict[str, list[ManifestSet]] = defaultdict(list)
        for each in sets:
            for path in each.paths:
                self._sets[path].append(each)

    def holding(self, at: At) -> Sequence[ManifestSet]:
        """The sets that the file of a place has a part in."""
        return self._sets.get(at.path, ())
