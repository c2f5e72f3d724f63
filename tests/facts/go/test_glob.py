"""Globs against Go's path.Match."""

import random
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from policygate.facts.go.glob import parse_glob

Ask = Callable[[Iterable[Mapping[str, str]]], list[Any]]
RecordCount = Callable[[str, int, int], None]

ROUNDS = 4000


def test_globs_match_as_in_go(ask: Ask, record_count: RecordCount) -> None:
    dice = random.Random(3)  # noqa: S311 - no secret
    globs = ["".join(dice.choices(r"aab/.**??[[]]^^--\bcé", k=dice.randint(0, 9))) for _ in range(ROUNDS)]
    texts = ["".join(dice.choices("aab/.^-]c", k=dice.randint(0, 7))) for _ in range(ROUNDS)]

    answers = ask({"Kind": "glob", "A": glob, "B": text} for glob, text in zip(globs, texts, strict=True))

    ours = []
    for glob, text in zip(globs, texts, strict=True):
        parsed = parse_glob(glob)
        ours.append([parsed is not None and parsed.matches(text), parsed is not None])
    differing = [(*it, us, go) for *it, us, go in zip(globs, texts, ours, answers, strict=True) if us != go]
    record_count("globs", ROUNDS, len(differing))
    assert differing == []
    assert sum(matched for matched, _ in answers) > 50
    assert sum(not valid for _, valid in answers) > 500


def test_time_is_bounded_by_the_product_of_both_lengths() -> None:
    started = time.process_time()
    for glob in ("*a" * 500, "*" + "a" * 500 + "b", "*a?" * 300 + "b", "*[a-b]" * 150 + "/"):
        parsed = parse_glob(glob)
        assert parsed is not None
        parsed.matches("a" * 1000)

    assert time.process_time() - started < 5
