"""Go's own versions, against Go's own comparison."""

from collections.abc import Callable, Iterable, Mapping
from itertools import product
from typing import Any

from policygate.facts.go.go_version import go_version_order

VERSIONS = (
    *("1", "1.0", "1.0.0", "1.2", "1.9", "1.10", "1.13", "1.14", "1.17", "1.18", "1.18beta1", "1.18rc1", "1.20"),
    *("1.20.0", "1.20.1", "1.20rc1", "1.21", "1.21rc1", "1.21rc2", "1.21rc10", "1.21beta1", "1.21.0", "1.21.10"),
    *("1.21.9", "1.22", "1.100", "1.99999999999999999999", "1.99999999999999999999.1", "2", "2.0", "2.1rc1", "0.9"),
    *("", "x", "1.", "1.x", "v1.21", "01.2", "1.02", "1.2.03", "1.21.0rc1", "1.21rc", "1.21rc01", "1.21rc1x"),
    *("1.2.3.4", "1.21+x", "1.21 ", "1.21\n", "1..2", "1.21RC1", "1.21é1"),
)


def test_versions_compare_as_go_compares_them(
    ask: Callable[[Iterable[Mapping[str, str]]], list[Any]], record_count: Callable[[str, int, int], None]
) -> None:
    pairs = list(product(VERSIONS, repeat=2))
    answers = ask({"Kind": "versions", "A": a, "B": b} for a, b in pairs)

    wrong = []
    for (a, b), answer in zip(pairs, answers, strict=True):
        one, other = go_version_order(a), go_version_order(b)
        if (one > other) - (one < other) != answer:
            wrong.append((a, b, answer))

    record_count("go versions", len(pairs), len(wrong))
    assert wrong == []
