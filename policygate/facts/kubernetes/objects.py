"""Kubernetes objects in YAML: what each one is called, and what stands at a path of its fields.

The API server reads YAML as Go does: of two equal keys the later one counts, null says nothing
(https://kubernetes.io/docs/concepts/overview/working-with-objects/).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from policygate.facts.kubernetes.policy_yaml import is_dynamic, is_null
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar, Sequence
from policygate.location import At

_NUMBER = re.compile(r"\d{1,5}", re.ASCII)
_YES = frozenset({"true", "yes", "on", "y"})
_DIRECTIVE = "$patch"
"""The key of a strategic merge patch that says what to do with what it stands in."""


def child(node: Node | None, *names: str) -> Node | None:
    """What stands at a path of keys; None where nothing does, or null."""
    for name in names:
        entry = node.written_entries.get(name) if isinstance(node, Mapping) else None
        node = entry and entry[1]
    return None if node is None or is_null(node) else node


def mapping(node: Node | None, *names: str) -> Mapping | None:
    """The mapping at a path of keys."""
    found = child(node, *names)
    return found if isinstance(found, Mapping) and not is_template(found) else None


def items(node: Node | None, *names: str) -> tuple[Node, ...]:
    """The elements of the list at a path of keys."""
    found = child(node, *names)
    return found.items if isinstance(found, Sequence) else ()


def scalar(node: Node | None, *names: str) -> Scalar | None:
    """The scalar at a path of keys; a template without quotes, which YAML takes for a mapping, is one as well."""
    found = child(node, *names)
    if isinstance(found, Mapping) and is_template(found):
        return Scalar(found.file, found.start, found.end, "!", found.file.text[found.start : found.end], "")
    return found if isinstance(found, Scalar) else None


def text(node: Node | None, *names: str) -> str:
    """The text of the scalar at a path of keys; empty where there is none."""
    found = scalar(node, *names)
    return found.value if found else ""


def number(node: Node | None, *names: str) -> int:
    """The port number at a path of keys; 0 where there is none."""
    said = text(node, *names)
    return int(said) if _NUMBER.fullmatch(said) else 0


def is_true(node: Node | None, *names: str) -> bool:
    """Whether the scalar at a path of keys is a boolean, and true."""
    found = scalar(node, *names)
    return bool(found and found.plain and found.value.lower() in _YES)


def texts(node: Node | None, *names: str) -> dict[str, str]:
    """The scalars of the mapping at a path of keys, such as labels."""
    found = mapping(node, *names)
    pairs = ((name, scalar(value)) for name, (_, value) in found.written_entries.items()) if found else ()
    return {name: value.value for name, value in pairs if value}


def is_template(node: Node) -> bool:
    """Whether a mapping is what is left of `{{ .Values.x }}`."""
    return isinstance(node, Mapping) and node.file.text.startswith("{{", node.start)


def is_open(*said: str | dict[str, str] | Node | None) -> bool:
    """Whether somebody else fills a part of some names, labels or nodes in."""
    return any(_is_open(each) for each in said)


def _is_open(said: str | dict[str, str] | Node | None) -> bool:
    if isinstance(said, dict):
        return any(is_dynamic(name) or is_dynamic(value) for name, value in said.items())
    if said is None or isinstance(said, str):
        return is_dynamic(said or "")
    return is_dynamic(said.file.text[said.start : said.end])


def is_directive(node: Node | None) -> bool:
    """Whether a patch takes a mapping away, or puts it in the place of another one."""
    return isinstance(node, Mapping) and _DIRECTIVE in node.written_entries


@dataclass(frozen=True, eq=False)
class Object:
    """One object: a manifest, or an element of a List."""

    root: Mapping
    group: str
    """The API group, without the version; empty for the core."""
    kind: str
    name_node: Scalar

    @property
    def name(self) -> str:
        """`metadata.name`, or what a generated name begins with."""
        return self.name_node.value.removesuffix("-")

    @cached_property
    def at(self) -> At:
        """The name."""
        return self.name_node.at()

    @cached_property
    def namespace(self) -> str:
        """`metadata.namespace`; empty when it is not said: then kustomize or kubectl decides, and nobody knows here."""
        return text(self.root, "metadata", "namespace")

    @cached_property
    def labels(self) -> dict[str, str]:
        """`metadata.labels`."""
        return texts(self.root, "metadata", "labels")

    @property
    def spec(self) -> Mapping | None:
        """`spec`."""
        return mapping(self.root, "spec")

    @cached_property
    def unnamed(self) -> bool:
        """Whether somebody else fills its name or namespace in."""
        return is_open(self.name_node.value, self.namespace)


def objects_in(document: Node) -> Iterator[Object]:
    """The objects of a document, those of lists one by one; what has no kind or name is none."""
    waiting = [document]
    while waiting:
        node = waiting.pop()
        kind = text(node, "kind")
        if kind.endswith("List") and isinstance(child(node, "items"), Sequence):
            waiting += reversed(items(node, "items"))
        elif found := _object(node, kind):
            yield found


def _object(node: Node, kind: str) -> Object | None:
    version = text(node, "apiVersion")
    name = scalar(node, "metadata", "name") or scalar(node, "metadata", "generateName")
    if (
        not isinstance(node, Mapping)
        or not version
        or not kind
        or not name
        or not name.value.strip("-")
        or is_directive(node)
    ):
        return None
    return Object(node, version.rpartition("/")[0], kind, name)
