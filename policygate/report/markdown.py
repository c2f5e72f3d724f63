"""GitHub-flavoured Markdown for step summaries and the notes of merge requests (https://github.github.com/gfm/).

What comes from the repository is shown as plain words or as code: nothing else is safe from being taken for a link, a
mention, a reference to an issue, a commit or a ticket, an emoji or a quick action, by one platform or the other.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policygate.findings import Finding, Problem, Verdict
from policygate.location import At
from policygate.report.drawing.flowchart import flowchart
from policygate.report.drawing.screen import flat
from policygate.report.drawing.words import (
    OUTCOMES,
    compared_with,
    count,
    counts,
    gravest,
    opens,
    pending,
    place,
    previewed,
    short_place,
    spoken,
    summary,
    surveyed,
)
from policygate.topology import NewPath

MARKER = "<!-- policygate -->"
"""The first line, by which a note is found again."""
MAX_CHARACTERS = 60_000
"""GitHub takes 65,536 for a comment."""
MAX_ROWS = 15
"""Of the table that is open: about a screen."""

_MOST_HOPS = 5
_LONGEST = 300
"""Characters of one text; other formats have all."""
_RESERVE = 200
"""Characters for what says that something is left out."""
_BEFORE, _AFTER = "(\"'", ")\"'.,;:?!"
"""What may stand around a word or a piece of code."""
_UNIT = re.compile(r"[(\"']*`[^`]+`(?:'s)?[)\"'.,;:?!]*(?!\S)|\S+")
_CODED = re.compile(r"([(\"']*)`([^`]+)`((?:'s)?[)\"'.,;:?!]*)")
_WORD = re.compile(r"[(\"']*(?!(?i:www\.))(?:[^\W\d_]+(?:['.-][^\W\d_]+)*|\d{1,6}(?:\.\d{1,6})*)[)\"',;:?!.]*")
_HEAD = "| severity | rule | place | message |\n| --- | --- | --- | --- |\n"
_PATHS = "| from | to | speaks | environment | where |\n| --- | --- | --- | --- | --- |\n"


@dataclass(frozen=True)
class _Section:
    """Rows below a title, folded away if it has one and is not `plain`; and a drawing, if there is room for it."""

    title: str
    head: str
    rows: Sequence[str]
    plain: bool = False
    drawing: str = ""


def render(verdict: Verdict) -> str:
    """The outcome with its counts in one line, the gravest findings in a table, and everything else folded away.

    At most `MAX_CHARACTERS`; what is cut is counted. Drawings have what room the words leave.
    """
    parts = [f"{MARKER}\n{_headline(verdict)}\n"]
    room = MAX_CHARACTERS - len(parts[0])
    drawings = {}
    for section in _sections(verdict):
        parts.append(_shown(section, room - _RESERVE))
        room -= len(parts[-1])
        drawings[len(parts) - 1] = section.drawing
    for index, drawing in drawings.items():
        if len(drawing) <= room:
            parts[index] += drawing
            room -= len(drawing)
    return "".join(parts)


def _headline(verdict: Verdict) -> str:
    told = [counts(verdict), compared_with(verdict)]
    told += [count(len(verdict.problems), "problem")] if verdict.problems else []
    more = ", ".join(prose(each) for each in told if each)
    return f"**policygate: {OUTCOMES[verdict.outcome]}**" + (f" - {more}" if more else "")


def _sections(verdict: Verdict) -> Iterator[_Section]:
    judged = [finding for finding in verdict.findings if verdict.judges(finding)]
    by_gravity = gravest(judged, len(judged))
    carried = [finding for finding in verdict.findings if finding.change == "carried" and not verdict.judges(finding)]
    excused = [f for f in verdict.findings if f.disposition != "active" and f.change not in {"fixed", "carried"}]
    fixed = [finding for finding in verdict.findings if finding.change == "fixed"]
    rules = {finding.rule.id: finding.rule for finding in by_gravity}
    yield _Section("", "", [_problem(problem) for problem in verdict.problems])
    yield _Section("", _HEAD, [_row(finding) for finding in by_gravity[:MAX_ROWS]])
    yield _Section(
        f"{count(len(by_gravity) - MAX_ROWS, 'more finding')}", _HEAD, list(map(_row, by_gravity[MAX_ROWS:]))
    )
    yield from _opened(verdict)
    fixes = [f"- {code(rule.id)}: {prose(rule.title)}. {prose(rule.fix)}\n" for rule in rules.values()]
    yield _Section("How to fix it", "", fixes)
    yield _Section(f"{len(carried)} carried: the base has them too", _HEAD, list(map(_row, carried)))
    yield _Section(f"{len(excused)} waived or ignored", _HEAD, list(map(_row, excused)))
    yield _Section(f"{len(fixed)} fixed", _HEAD, list(map(_row, fixed)))
    yield _Section("Previews of rules", "", [f"- {prose(previewed(preview))}\n" for preview in verdict.previews])
    checked = [*surveyed(verdict), f"checked {summary(verdict)[1]}", *(f"note: {each}" for each in verdict.advice)]
    yield _Section("What was checked", "", [f"- {prose(line)}\n" for line in checked])


def _opened(verdict: Verdict) -> Iterator[_Section]:
    """What the change opens in the network: the first of it in a table with a drawing, the rest folded away."""
    rows = list(map(_path, verdict.opened))
    chart = flowchart(verdict.opened, verdict.around)
    drawing = f"\n```mermaid\n{chart}```\n" if chart else ""
    title = opens(verdict.opened)
    yield _Section(f"{title[0].upper()}{title[1:]}", _PATHS, rows[:MAX_ROWS], plain=True, drawing=drawing)
    yield _Section(count(len(rows) - MAX_ROWS, "more new path"), _PATHS, rows[MAX_ROWS:])


def _shown(section: _Section, room: int) -> str:
    """The section with the rows that there is room for; empty without rows."""
    if not section.rows:
        return ""
    before, after = "", ""
    if section.plain:
        before = f"\n**{section.title}**\n"
    elif section.title:
        before, after = f"\n<details><summary>{section.title}</summary>\n", "\n</details>\n"
    before += f"\n{section.head}"
    room -= len(before) + len(after)
    shown = 0
    while shown < len(section.rows) and len(section.rows[shown]) <= room:
        room -= len(section.rows[shown])
        shown += 1
    cut = len(section.rows) - shown
    rest = f"\nLeft out, since there is no more room: {cut} of {len(section.rows)}.\n" if cut else ""
    return f"{before if shown else ''}{''.join(section.rows[:shown])}{rest}{after if shown else ''}"


def _row(finding: Finding) -> str:
    said = [prose(finding.message), *(prose(f"(assumed: {assumed})") for assumed in finding.assumes)]
    excuse = finding.excuse
    if excuse and excuse.pending:
        said.append(prose(f"({pending(excuse)})"))
    elif excuse:
        by = f" by {excuse.owner}" if excuse.owner else ""
        said.append(
            prose(f"({finding.disposition} at {short_place(excuse.at)}{by} until {excuse.until}: {excuse.reason})")
        )
    return f"| {finding.severity} | {code(finding.rule.id)} | {_place(finding.at)} | {' '.join(said)} |\n"


def _path(path: NewPath) -> str:
    hops = [code(hop) for hop in path.hops[:_MOST_HOPS]]
    more = len(path.hops) - len(hops)
    hops += [f"{more} more"] if more else []
    over = f" over {', '.join(hops)}" if hops else ""
    environment = code(path.environment) + (" (protected)" if path.protected else "")
    cells = [code(path.source), f"{code(path.target)}{over}", prose(spoken(path)), environment, _place(path.at)]
    return f"| {' | '.join(cells)} |\n"


def _problem(problem: Problem) -> str:
    at = f" at {_place(problem.at)}" if problem.at and problem.at.path else ""
    hint = f" (hint: {prose(problem.hint)})" if problem.hint else ""
    return f"- problem{at}: {prose(problem.message)}{hint}\n"


def _place(at: At) -> str:
    return code(short_place(at)) if at.path else prose(place(at))


def prose(text: str) -> str:
    """A text on one line in which nothing is Markdown but code: a word that could mean more is shown as code."""
    return " ".join(_inert(unit) for unit in _UNIT.findall(_cut(flat(text))))


def code(text: str) -> str:
    """A text on one line as code; in a table, too, since a `|` stands outside as its entity."""
    return "&#124;".join(_span(piece) for piece in _cut(flat(text)).split("|"))


def _inert(unit: str) -> str:
    if coded := _CODED.fullmatch(unit):
        before, inside, after = coded.groups()
        return f"{before}{code(inside)}{after}"
    if _WORD.fullmatch(unit):
        return unit
    word = unit.lstrip(_BEFORE).rstrip(_AFTER)
    before, _, after = unit.partition(word) if word else ("", "", "")
    return f"{before}{code(word or unit)}{after}"


def _span(text: str) -> str:
    """A code span whose fence is longer than any row of backticks inside."""
    if not text:
        return ""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
