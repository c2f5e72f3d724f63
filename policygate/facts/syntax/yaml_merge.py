"""Mappings of several places or files made one, as GitLab and compose do it; every node keeps its place."""

from collections.abc import Callable

from policygate.facts.syntax.yaml_tree import Mapping, Node


def merge(low: Mapping, high: Mapping, spend: Callable[[int], None]) -> Mapping:
    """One mapping of two: mappings below the same key are merged too, any other value of the higher one holds.

    `spend` is told of the work, and may raise.
    """
    spend(len(low.entries) + len(high.entries) + len(low.strata) + len(high.strata))
    entries = dict(low.entries)
    for name, (key, value) in high.entries.items():
        entries[name] = (key, merge_nodes(low.value(name), value, spend))
    strata = (*high.strata, *low.strata)
    return Mapping(high.file, high.start, high.end, high.tag, tuple(entries.values()), high.size, strata)


def merge_nodes(low: Node | None, high: Node, spend: Callable[[int], None]) -> Node:
    """As `merge` for two mappings; else the higher one."""
    return merge(low, high, spend) if isinstance(low, Mapping) and isinstance(high, Mapping) else high
