"""The report for people: excerpts with underlines, reasons, fixes, and a final line with the counts."""

from collections.abc import Iterator, Mapping, Sequence

from policygate.findings import Finding, Problem, Verdict
from policygate.location import At
from policygate.report.drawing.frame import Mark, can_draw, draw, drawn_lines
from policygate.report.drawing.screen import BLANK, Line, Style, flat, fold, headline, measure, paint, show
from policygate.report.drawing.words import (
    count,
    fails,
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

MIN_WIDTH = 40
MAX_RELATED = 12
"""More related places than this are counted, not drawn."""
MAX_PATHS = 10
"""More new paths than this are counted."""

_CHANGES = {"changed": "the base has it too, with less evidence", "carried": "the base has it too"}
_NAME_DIGITS = 8
"""Of a fingerprint; they name a finding for `policygate why` and `policygate waive`."""

_STYLES: dict[str, Style] = {"pass": "good", "fail": "error", "error": "error"}


def render(verdict: Verdict, *, width: int = 100, color: bool = False, quiet: bool = False) -> str:
    """The verdict as text of at most `width` columns, unbreakable words such as paths apart.

    `quiet` leaves one line, however long, for each problem and for each finding that makes the check fail.
    """
    lines = _quiet(verdict) if quiet else _report(verdict, max(width, MIN_WIDTH))
    return paint(lines, color=color)


def _quiet(verdict: Verdict) -> Iterator[Line]:
    for finding in verdict.findings:
        if fails(verdict, finding):
            head = f"{finding.severity}[{show(finding.rule.id)}]"
            where: Line = ((f"{short_place(finding.at)}: ", "plain"), (head, finding.severity))
            yield (*where, (f": {flat(finding.message)}", "plain"))
    for problem in verdict.problems:
        where = ((f"{short_place(problem.at)}: ", "plain"),) if problem.at and problem.at.path else BLANK
        yield (*where, ("error", "error"), (f": {flat(problem.message)}", "plain"))


def _report(verdict: Verdict, width: int) -> Iterator[Line]:
    explained = set()
    for finding in verdict.findings:
        if verdict.judges(finding):
            yield from _finding(finding, verdict.lines, width, explain=finding.rule.id not in explained)
            yield BLANK
            explained.add(finding.rule.id)
    for problem in verdict.problems:
        yield from _problem(problem, verdict.lines, width)
        yield BLANK
    if verdict.opened:
        yield from _opened(verdict.opened, width)
        yield BLANK
    notes = [*map(previewed, verdict.previews), *verdict.advice]
    for note in notes:
        yield from headline("note", "note", note, width, bold=False)
    if notes:
        yield BLANK
    for line in surveyed(verdict):
        first, *others = fold(line, width, width - 4)
        yield ((first, "plain"),)
        for text in others:
            yield ((f"    {text}", "plain"),)
    yield from _summary(verdict, width)


def _finding(finding: Finding, lines: Mapping[str, Mapping[int, str]], width: int, *, explain: bool) -> list[Line]:
    rule, style = finding.rule, finding.severity
    marks = [Mark(finding.at, "", "^", style)]
    marks += [Mark(related.at, related.message, "-", "frame") for related in finding.related[:MAX_RELATED]]
    gutter = _gutter(marks, lines)
    drawing = headline(f"{style}[{show(rule.id)}]", style, finding.message, width)
    drawing += _places(marks, lines, gutter, width)
    for mark in marks[1:]:
        if not _drawable(mark, lines):
            shown = place(mark.at) if not mark.at.path else f"({place(mark.at)})"
            drawing += _note("note", f"{mark.label} {shown}", gutter, width)
    unseen = len(finding.related) - MAX_RELATED
    if unseen > 0:
        drawing += _note("note", count(unseen, "more place"), gutter, width)
    for assumed in finding.assumes:
        drawing += _note("assumes", assumed, gutter, width)
    if finding.change in _CHANGES:
        drawing += _note(finding.change, _CHANGES[finding.change], gutter, width)
    if finding.excuse:
        drawing += _note("pending", pending(finding.excuse), gutter, width)
    if explain:
        drawing += _note("why", rule.description.strip().split("\n\n")[0], gutter, width)
        drawing += _note("fix", rule.fix, gutter, width)
    return drawing + _note("help", f"policygate explain {rule.id}, {_why(finding)}", gutter, width)


def _opened(paths: Sequence[NewPath], width: int) -> Iterator[Line]:
    yield ((f"{opens(paths)}:", "bold"),)
    for path in paths[:MAX_PATHS]:
        way = " -> ".join(flat(name) for name in (path.source, *path.hops, path.target))
        environment = f"{path.environment} (protected)" if path.protected else path.environment
        said = ", ".join(filter(None, [spoken(path), environment]))
        told = f"{way}: {said}" if said else way
        first, *others = fold(f"{told} [{short_place(path.at)}]", width - 2, width - 6)
        yield ((f"  {first}", "plain"),)
        for text in others:
            yield ((f"      {text}", "plain"),)
    if len(paths) > MAX_PATHS:
        yield ((f"  {len(paths) - MAX_PATHS} more", "plain"),)


def _why(finding: Finding) -> str:
    """The command that tells more of a finding."""
    return f"policygate why {finding.fingerprint[:_NAME_DIGITS]}"


def _problem(problem: Problem, lines: Mapping[str, Mapping[int, str]], width: int) -> list[Line]:
    marks = [Mark(problem.at, "", "^", "error")] if problem.at is not None else []
    gutter = _gutter(marks, lines)
    drawing = headline("error", "error", problem.message, width)
    drawing += _places(marks, lines, gutter, width)
    return drawing + _note("hint", problem.hint, gutter, width)


def _note(name: str, text: str, gutter: int, width: int) -> list[Line]:
    if not text.strip():
        return []
    indent = gutter + len(name) + 5
    first, *others = fold(text, width - indent)
    head: Line = ((f"{'':{gutter}} = ", "frame"), (f"{name}:", "bold"), (f" {first}", "plain"))
    return [head, *(((" " * indent, "plain"), (text, "plain")) for text in others)]


def _places(marks: Sequence[Mark], lines: Mapping[str, Mapping[int, str]], gutter: int, width: int) -> list[Line]:
    """A frame for each file, the one of the first mark in front; its place alone when its line is not at hand."""
    if not marks:
        return []
    files: dict[str, list[Mark]] = {}
    for mark in marks:
        if _drawable(mark, lines):
            files.setdefault(mark.at.path, []).append(mark)
    drawing = [_pointer(marks[0].at, gutter)]
    if _drawable(marks[0], lines):
        drawing += draw(lines[marks[0].at.path], files.pop(marks[0].at.path), gutter=gutter, width=width)
    for path, inside in files.items():
        drawing.append(_pointer(inside[0].at, gutter))
        drawing += draw(lines[path], inside, gutter=gutter, width=width)
    return drawing


def _pointer(at: At, gutter: int) -> Line:
    return ((f"{'':{gutter}}--> ", "frame"), (place(at), "plain"))


def _drawable(mark: Mark, lines: Mapping[str, Mapping[int, str]]) -> bool:
    return can_draw(mark.at, lines.get(mark.at.path, {}))


def _gutter(marks: Sequence[Mark], lines: Mapping[str, Mapping[int, str]]) -> int:
    drawn = [max(drawn_lines(mark.at, lines[mark.at.path])) for mark in marks if _drawable(mark, lines)]
    return len(str(max(drawn, default=1)))


def _summary(verdict: Verdict, width: int) -> list[Line]:
    style = _STYLES[verdict.outcome]
    counts, checked = summary(verdict)
    first, *others = [f"{counts} in {checked}"] if counts else fold(checked, width, width - 4)
    if measure(first) > width:
        first, others = counts, fold(f"in {checked}", width - 4)
    return [((first, style),), *((("    ", "plain"), (text, style)) for text in others)]
