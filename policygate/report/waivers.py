"""Show waivers: the table of `policygate waivers`, and the same as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policygate.location import At
from policygate.report.drawing.screen import BLANK, Line, Style, flat, measure, paint
from policygate.report.json import encode

_STYLES: Mapping[str, Style] = {
    "active": "good",
    "expiring": "note",
    "unused": "warning",
    "expired": "error",
    "malformed": "error",
}
_HEAD = ("rule", "scope", "used", "owner", "age", "left", "state")


@dataclass(frozen=True)
class Row:
    """One waiver and how it stands."""

    rule: str
    scope: str
    used: int
    count: int
    reason: str
    owner: str
    ticket: str
    approved_by: str
    created: str
    expires: str
    age_days: int
    days_left: int
    """Negative when it has ended."""
    state: str
    at: At


@dataclass(frozen=True)
class Wrong:
    """What is wrong with an entry, or with the file."""

    message: str
    at: At


def render_text(rows: Sequence[Row], wrong: Sequence[Wrong], *, color: bool = False) -> str:
    """One line a waiver in columns, then what is malformed, then the counts."""
    lines: list[Line] = []
    if rows:
        table = [_HEAD, *(_cells(row) for row in rows)]
        widths = [max(measure(cells[column]) for cells in table) for column in range(len(_HEAD) - 1)]
        lines += [((_padded(_HEAD, widths) + _HEAD[-1], "bold"),)]
        lines += [((_padded(cells, widths), "plain"), (cells[-1], _STYLES[cells[-1]])) for cells in table[1:]]
        lines.append(BLANK)
    for each in wrong:
        place = f"{flat(each.at.path)}:{each.at.start.line}:{each.at.start.column}"
        lines.append(((f"{place}: ", "plain"), ("malformed", "error"), (f": {flat(each.message)}", "plain")))
    lines += [BLANK] if wrong else []
    counts = _counts(rows, wrong)
    lines.append(
        ((", ".join(f"{number} {state}" for state, number in counts.items() if number) or "no waivers", "plain"),)
    )
    return paint(lines, color=color)


def render_json(rows: Sequence[Row], wrong: Sequence[Wrong]) -> str:
    """The same as JSON, its keys in a fixed order."""
    document = {
        "version": 1,
        "counts": _counts(rows, wrong),
        "waivers": [
            {**{name: value for name, value in vars(row).items() if name != "at"}, **_place(row.at)} for row in rows
        ],
        "malformed": [{"message": each.message, **_place(each.at)} for each in wrong],
    }
    return encode(document)


def _cells(row: Row) -> tuple[str, ...]:
    used, age, left = f"{row.used} of {row.count}", f"{row.age_days} d", f"{row.days_left} d"
    return flat(row.rule), flat(row.scope), used, flat(row.owner), age, left, row.state


def _padded(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "".join(f"{cell}{' ' * (width - measure(cell))}  " for cell, width in zip(cells, widths, strict=False))


def _counts(rows: Sequence[Row], wrong: Sequence[Wrong]) -> dict[str, int]:
    states = [row.state for row in rows] + ["malformed"] * len(wrong)
    return {state: states.count(state) for state in _STYLES}


def _place(at: At) -> dict[str, object]:
    return {"path": at.path, "line": at.start.line, "column": at.start.column}
