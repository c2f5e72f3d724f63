"""Inputs that an include gives to a file (https://docs.gitlab.com/ci/inputs/)."""

import re
from collections.abc import Callable
from collections.abc import Mapping as MappingOf

from policygate.facts.syntax.gitlab_scalar import as_the_job_sees
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar, Sequence

_INPUT = re.compile(r"\$\[\[ {0,9}inputs\.([\w-]{1,100}) {0,9}(?:\| {0,9}expand_vars {0,9})?\]\]", re.ASCII)


def input_values(header: Mapping | None, given: Mapping | None) -> dict[str, str]:
    """What the inputs of a file are: those that its header declares, as given, else by default.

    An input that is not a scalar, and one without any value, is left out.
    """
    spec = header.value("spec") if header else None
    declared = spec.value("inputs") if isinstance(spec, Mapping) else None
    values = {}
    for name, (_, meaning) in declared.entries.items() if isinstance(declared, Mapping) else ():
        value = given.value(name) if given else None
        if value is None and isinstance(meaning, Mapping):
            value = meaning.value("default")
        if isinstance(value, Scalar):
            values[name] = as_the_job_sees(value)
    return values


def interpolate(node: Mapping, values: MappingOf[str, str], spend: Callable[[int], None]) -> Mapping:
    """A mapping with the inputs put in, keys included; what is not known stays. `spend` is told of the work."""
    spend(node.size)
    made = _interpolated(node, values, spend)
    return made if isinstance(made, Mapping) else node


def _interpolated(node: Node, values: MappingOf[str, str], spend: Callable[[int], None]) -> Node:
    if isinstance(node, Scalar):
        return _put_in(node, values, spend)
    if isinstance(node, Sequence):
        items = tuple(_interpolated(item, values, spend) for item in node.items)
        same = all(new is old for new, old in zip(items, node.items, strict=True))
        return node if same else Sequence(node.file, node.start, node.end, node.tag, items, node.size)
    pairs = tuple((_interpolated(key, values, spend), _interpolated(value, values, spend)) for key, value in node.pairs)
    same = all(new[0] is old[0] and new[1] is old[1] for new, old in zip(pairs, node.pairs, strict=True))
    return node if same else Mapping(node.file, node.start, node.end, node.tag, pairs, node.size)


def _put_in(scalar: Scalar, values: MappingOf[str, str], spend: Callable[[int], None]) -> Scalar:
    found = _INPUT.finditer(scalar.value) if "$[[" in scalar.value else ()
    replacements = tuple((*match.span(), values[match[1]]) for match in found if match[1] in values)
    if not replacements:
        return scalar
    spend(len(scalar.value) + sum(len(text) for _, _, text in replacements))
    return scalar.replaced(replacements)
