"""Nested configuration, YAML and JSON alike, to settings with dotted names."""

from collections.abc import Iterator

from policygate.facts.endpoint.values import Value
from policygate.facts.model import FileFacts
from policygate.facts.net.config_values import facts_of
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar

_LONGEST = 500
"""Characters of a name; what lies deeper or is called longer is no setting that people write."""


def config_facts(path: str, root: Node) -> FileFacts:
    """The endpoints of one document of a file, in file order: `{a: {b: x}}` is the setting `a.b`.

    `root` is a document that `yaml_tree.parse` or `parse_jsonc` made, which bound depth and size; `path` is that of its
    file. A document that Spring has for a profile says so in the scope of its endpoints.
    """
    return facts_of(list(settings_of(root)), path)


def settings_of(root: Node) -> Iterator[Value]:
    """The scalars of a document in file order. Items of a list share its name, those that are nested have an index."""
    open_: list[tuple[str, Node]] = [("", root)]
    while open_:
        key, node = open_.pop()
        if isinstance(node, Scalar):
            if node.value and key:
                yield Value(key, node.value, node.at())
        elif len(key) <= _LONGEST:
            open_ += reversed(list(_below(key, node)))


def _below(key: str, node: Node) -> Iterator[tuple[str, Node]]:
    if isinstance(node, Mapping):
        for name, (_, value) in node.written_entries.items():
            yield f"{key}.{name}" if key else name, value
    elif not isinstance(node, Scalar):
        for index, item in enumerate(node.items):
            yield key if isinstance(item, Scalar) else f"{key}[{index}]", item
