"""String literals, as Go unquotes them."""

import random
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from policygate.facts.go.string_literal import unquote

Ask = Callable[[Iterable[Mapping[str, str]]], list[Any]]

PIECES = (
    *(
        "a",
        "é",
        "'",
        "/",
        " ",
        "\t",
        "\n",
        "\x00",
        "\\a",
        "\\b",
        "\\f",
        "\\n",
        "\\r",
        "\\t",
        "\\v",
        "\\\\",
        '\\"',
        "\\'",
    ),
    *("\\x61", "\\xff", "\\xc3\\xa9", "\\x6", "\\101", "\\377", "\\400", "\\18", "\\8", "\\u00e9", "\\ud800", "\\u12"),
    *("\\U0001f600", "\\U00110000", "\\U0000dfff", "\\q", "\\\n", "\\ ", "\\`"),
)


def test_literals_are_unquoted_as_go_does_it(ask: Ask) -> None:
    dice = random.Random(2)  # noqa: S311 - no secret
    literals = [f'"{piece}"' for piece in PIECES]
    literals += ['"' + "".join(dice.choices(PIECES, k=dice.randint(0, 3))) + '"' for _ in range(500)]

    answers = ask({"Kind": "unquote", "A": literal} for literal in literals)

    assert [unquote(literal) for literal in literals] == [x["text"] if x["ok"] else None for x in answers]
