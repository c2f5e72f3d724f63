"""White space, as Go has it."""

import random
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from policygate.facts.go.white_space import fields, trim

Ask = Callable[[Iterable[Mapping[str, str]]], list[Any]]


def test_texts_are_split_and_trimmed_as_go_does_it(ask: Ask) -> None:
    dice = random.Random(1)  # noqa: S311 - no secret
    spaces = [
        chr(point) for point in (*range(0x21), 0x7F, 0x85, 0xA0, 0x1680, *range(0x2000, 0x2030), 0x205F, 0x3000, 0xFEFF)
    ]
    texts = ["".join(dice.choices(("a", "b", *dice.choices(spaces, k=3)), k=8)) for _ in range(500)]
    texts += [f"a{space}b" for space in spaces]

    assert [[*fields(text), trim(text)] for text in texts] == ask({"Kind": "fields", "A": text} for text in texts)
