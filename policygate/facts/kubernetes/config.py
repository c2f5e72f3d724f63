"""ConfigMaps and Secrets: their settings, and the files that some of their values are.

https://kubernetes.io/docs/concepts/configuration/configmap/, https://kubernetes.io/docs/concepts/configuration/secret/
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policygate.facts.endpoint.values import Holder, Value, found_in
from policygate.facts.kubernetes.objects import Object, child, mapping, scalar
from policygate.facts.model_network import FoundEndpoint
from policygate.facts.net.config_tree import config_facts
from policygate.facts.net.sniff import may_say
from policygate.facts.syntax.budget import Budget
from policygate.facts.syntax.snippet import Snippet
from policygate.facts.syntax.yaml_tree import Mapping as Block
from policygate.facts.syntax.yaml_tree import Node, Scalar, parse
from policygate.location import At, Fact, Text

_YAML = (".yaml", ".yml")
_OTHERS = (".properties", ".ini", ".toml", ".json")
_LINES = (".cfg", ".conf", ".env", ".sh")
_LINE = re.compile(
    r"^[ \t]*(?:export[ \t]+)?(?P<key>[A-Za-z][\w.-]{0,200})[ \t]*[=:][ \t]*(?P<value>\S[^\n]*)", re.MULTILINE
)
_COMMENT = re.compile(r"[ \t]#.*")

Data = Mapping[str, Scalar]
Said = tuple[list[FoundEndpoint], list[At]]
"""Endpoints, and the spans that no report may show."""


def data_of(found: Object) -> dict[str, Scalar]:
    """The entries of a ConfigMap that are text."""
    data = mapping(found.root, "data")
    pairs = ((name, scalar(node)) for name, (_, node) in data.written_entries.items()) if data else ()
    return {name: value for name, value in pairs if value}


def settings_of(data: Data, holder: Holder, budget: Budget) -> Said:
    """The endpoints of a ConfigMap, those in entries that are whole files included.

    Raises:
        TooLargeError: there is too much of them.
    """
    single = {name: value for name, value in data.items() if not _is_file(name, value)}
    endpoints, secrets = found_in([Value(name, each.value, each.at()) for name, each in single.items()], holder)
    for name, value in data.items():
        if name not in single and may_say(value.value.encode()):
            budget.spend(len(value.value))
            found, hidden = _of_file(name, value.snippet(), holder)
            endpoints += found
            secrets += hidden
    return endpoints, secrets


def secrets_of(found: Object) -> Iterator[At]:
    """All that a Secret holds; its annotations too, as kubectl keeps a copy of the whole there."""
    roots = (child(found.root, "data"), child(found.root, "stringData"), child(found.root, "metadata", "annotations"))
    waiting: list[Node] = [root for root in roots if root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Scalar):
            yield node.at()
        elif isinstance(node, Block):
            waiting += [value for _, value in node.pairs]
        else:
            waiting += node.items


def _is_file(name: str, value: Scalar) -> bool:
    return name.endswith((*_YAML, *_OTHERS, *_LINES)) or "\n" in value.value.strip()


def _of_file(name: str, content: Snippet, holder: Holder) -> Said:
    """The endpoints of an entry that is a file, with their places in the manifest."""
    inner = Text(name, content.source.encode())
    if name.endswith(_YAML):
        facts = [config_facts(name, document) for document in parse(inner).documents]
    elif name.endswith(_OTHERS):
        from policygate.facts.read import app_config  # noqa: PLC0415 - few ConfigMaps hold such files

        facts = [app_config.read(name, content.source.encode())]
    else:
        return found_in(list(_lines(content)), holder)
    scope = f"{holder.scope} {name}"
    given = {"holder": holder.name, "namespace": holder.namespace}
    endpoints = [
        moved(each.model_copy(update={**given, "scope": f"{scope} {each.scope}".rstrip()}), inner, content)
        for said in facts
        for each in said.endpoints
    ]
    return endpoints, [moved(at, inner, content) for said in facts for at in said.secrets]


def _lines(content: Snippet) -> Iterator[Value]:
    """The settings of a file of unknown format, as far as it has lines like `key=value` and `key: value`."""
    for line in _LINE.finditer(content.source):
        value = _COMMENT.sub("", line["value"]).rstrip(" \t\r;")
        quoted = len(value) > 1 and value[0] in "'\"" and value[-1] == value[0]
        start = line.start("value") + quoted
        end = line.start("value") + len(value) - quoted
        yield Value(line["key"], content.source[start:end], content.at(start, end))


def moved(value: Any, inner: Text, content: Snippet) -> Any:  # noqa: ANN401 - whatever a fact holds
    """A fact of a text that stands inside of another file, with its places in that one."""
    if isinstance(value, At):
        start, end = (inner.offset(each.line, each.column) for each in (value.start, value.end))
        return content.at(start, end)
    if isinstance(value, Fact):
        return value.model_copy(update={name: moved(each, inner, content) for name, each in vars(value).items()})
    if isinstance(value, list):
        return [moved(each, inner, content) for each in value]
    return value
