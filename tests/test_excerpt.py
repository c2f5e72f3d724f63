from pathlib import Path

import pytest

from policygate.checkout import Checkout
from policygate.excerpt import excerpts
from policygate.findings import Finding, Rule
from policygate.location import At, Position
from policygate.report.sarif_github import line_hash

RULE = Rule("acme.any", "t", "d", "error", "f")


@pytest.mark.parametrize("text", ["", "a", "ab", "a b", " \t", "é", "\U0001f600"])
def test_an_excerpt_holds_all_that_a_line_hash_takes(text: str, tmp_path: Path) -> None:
    lines = [f"{text}{number % 7}" if number % 3 else text for number in range(150)]
    whole = dict(enumerate(lines, 1))
    for number in range(1, 91):
        start = Position(line=number, column=1)
        finding = Finding(RULE, "error", "m", "s", At(path="x", start=start, end=start, origin="text"))
        shown = excerpts(Checkout(tmp_path, lambda _: False), [], [finding], {"x": "\n".join(lines).encode()})
        assert line_hash(shown["x"], number) == line_hash(whole, number)
