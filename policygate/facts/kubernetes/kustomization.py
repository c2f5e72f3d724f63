"""What a kustomization.yaml takes in and changes (https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/)."""

import posixpath
import re
from collections.abc import Iterator

from policygate.facts.endpoint.values import Holder, Value, found_in
from policygate.facts.kubernetes.config import Said
from policygate.facts.kubernetes.objects import child, items, scalar, text
from policygate.facts.model_kubernetes import Kustomization
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar
from policygate.location import At

NAMES = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})

_TAKEN = ("resources", "bases", "components")
_CHANGING = (
    *("namePrefix", "nameSuffix", "labels", "commonLabels", "commonAnnotations", "components", "replacements", "vars"),
    *("patches", "patchesStrategicMerge", "patchesJson6902", "replicas", "configurations"),
    *(
        "generators",
        "transformers",
        "configMapGenerator",
        "secretGenerator",
        "helmCharts",
        "helmChartInflationGenerator",
    ),
)
_REMOTE = re.compile(
    r"[a-z+]+://|[\w.-]+@[\w.-]+:|(?:github|gitlab|bitbucket)\.(?:com|org)[/:]|.*(?:\?|\.git(?:[/?]|$))"
)
_LITERAL = re.compile(r"(?P<key>[^=\s]{1,250})=(?P<value>.*)", re.DOTALL)


def read_kustomization(path: str, root: Mapping) -> Kustomization:
    """What is taken in and changed; `path` is that of the file, from the root of the checkout."""
    taken = [node.value for name in _TAKEN for node in map(scalar, items(root, name)) if node and node.value]
    places = {each: _inside(path, each) for each in taken}
    return Kustomization(
        resources=sorted({place for place in places.values() if place}),
        namespace=text(root, "namespace"),
        changes=any(child(root, name) is not None for name in _CHANGING),
        outside=not all(places.values()),
        at=root.at(),
    )


def generated(root: Mapping) -> Said:
    """The endpoints in the literals of generated ConfigMaps, and all that those of Secrets hold."""
    endpoints, secrets = [], []
    for generator in items(root, "configMapGenerator"):
        scope = f"configmap {text(generator, 'name')}"
        values = [value for _, value in _literals(generator)]
        found, hidden = found_in(values, Holder(namespace=text(root, "namespace"), scope=scope))
        endpoints += found
        secrets += hidden
    for generator in items(root, "secretGenerator"):
        secrets += [at for at, _ in _literals(generator)]
    return endpoints, secrets


def inline_patches(root: Mapping) -> Iterator[Scalar]:
    """The patches that are written in the file itself."""
    nodes = [*items(root, "patchesStrategicMerge"), *(child(each, "patch") for each in items(root, "patches"))]
    yield from (node for node in nodes if isinstance(node, Scalar) and "\n" in node.value)


def _literals(generator: Node) -> Iterator[tuple[At, Value]]:
    """The literals `key=value` of a generator: the place of the whole one, and the setting."""
    for node in map(scalar, items(generator, "literals")):
        match = _LITERAL.fullmatch(node.value) if node else None
        if node and match:
            value = match["value"]
            quoted = len(value) > 1 and value[0] in "'\"" and value[-1] == value[0]
            start, end = match.start("value") + quoted, match.end("value") - quoted
            yield node.at(), Value(match["key"], node.value[start:end], node.snippet().at(start, end))


def _inside(path: str, taken: str) -> str:
    """A path that a kustomization names, from the root of the checkout; empty when it is not there."""
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), taken))
    remote = _REMOTE.match(taken) or taken.startswith("/") or "//" in taken
    return "" if remote or joined.startswith("../") or joined == ".." else joined
