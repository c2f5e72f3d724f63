from collections.abc import Sequence

import pytest

from policygate.report.drawing.screen import paint
from policygate.report.drawing.table import table

ROWS = [("orders", "ledger-db.prod.example", "", "a/long/path.yaml:12:9"), ("web", "漢字", "", "x:1:1")]


def shown(width: int, indent: int = 0, rows: Sequence[tuple[str, ...]] = ROWS) -> list[str]:
    blocks = table(
        ("from", "to", "empty", "where"),
        [[(text, "plain") for text in row] for row in rows],
        width=width,
        indent=indent,
    )
    return paint([line for block in blocks for line in block], color=False).splitlines()


@pytest.mark.parametrize(
    ("width", "indent", "lines"),
    [
        (
            53,
            0,
            [
                "from    to                      where",
                "orders  ledger-db.prod.example  a/long/path.yaml:12:9",
                "web     漢字                    x:1:1",
            ],
        ),
        (
            54,
            2,
            [
                "  from    to                      ",
                "      where",
                "  orders  ledger-db.prod.example",
                "      a/long/path.yaml:12:9",
                "  web     漢字",
                "      x:1:1",
            ],
        ),
        (
            29,
            0,
            [
                "from",
                "    to  where",
                "orders",
                "    ledger-db.prod.example",
                "    a/long/path.yaml:12:9",
                "web",
                "    漢字  x:1:1",
            ],
        ),
    ],
)
def test_what_has_no_room_stands_below(width: int, indent: int, lines: list[str]) -> None:
    assert shown(width, indent) == [line.rstrip() for line in lines]


def test_a_cell_that_is_too_wide_pushes_its_own_row_only() -> None:
    rows = [("a" * 50, "b", "", "c"), ("a", "b", "", "c"), ("d" * 70, "", "", "e")]
    assert shown(55, rows=rows) == [
        "from" + " " * 42 + "to  where",
        "a" * 50 + "  b",
        "    c",
        "a" + " " * 45 + "b   c",
        "d" * 70,
        "    e",
    ]


def test_no_rows_are_no_table() -> None:
    assert table(("a", "b"), [], width=80) == []


def test_a_table_is_a_block_a_row() -> None:
    assert [len(block) for block in table(("a", "b"), [[("x", "plain"), ("y" * 80, "plain")]] * 2, width=40)] == [
        2,
        2,
        2,
    ]
