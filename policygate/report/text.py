"""The report for people: excerpts with underlines, reasons, fixes, and a final line with the counts."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from policygate.findings import SEVERITIES, Checked, Excuse, Finding, Preview, Problem, Verdict, at_least
from policygate.location import At, Origin
from policygate.report.drawing.frame import Mark, can_draw, draw, drawn_lines
from policygate.report.drawing.screen import BLANK, Line, Style, flat, fold, headline, measure, paint, show

MIN_WIDTH = 40
MAX_RELATED = 12
"""More related places than this are counted, not drawn."""

_STANDS_FOR: dict[Origin, str] = {
    "text": "",
    "default": "go's default",
    "absent": "absent",
    "outer": "declared outside",
    "environment": "the caller's environment",
}
_CHANGES = {"changed": "the base has it too, with less evidence", "carried": "the base has it too"}
_SHOWN = 4
_DIGITS = 10
_NAME_DIGITS = 8
"""Of a fingerprint; they name a finding for `policygate why` and `policygate waive`."""

_OUTCOMES: dict[str, tuple[str, Style]] = {
    "pass": ("passed", "good"),
    "fail": ("failed", "error"),
    "error": ("no decision", "error"),
}


def render(verdict: Verdict, *, width: int = 100, color: bool = False, quiet: bool = False) -> str:
    """The verdict as text of at most `width` columns, unbreakable words such as paths apart.

    `quiet` leaves one line, however long, for each problem and for each finding that makes the check fail.
    """
    lines = _quiet(verdict) if quiet else _report(verdict, max(width, MIN_WIDTH))
    return paint(lines, color=color)


def _quiet(verdict: Verdict) -> Iterator[Line]:
    for finding in verdict.findings:
        if finding.rule.blocks and verdict.judges(finding) and at_least(finding.severity, verdict.fail_on):
            head = f"{finding.severity}[{show(finding.rule.id)}]"
            place: Line = ((f"{_short_place(finding.at)}: ", "plain"), (head, finding.severity))
            yield (*place, (f": {flat(finding.message)}", "plain"))
    for problem in verdict.problems:
        place = ((f"{_short_place(problem.at)}: ", "plain"),) if problem.at and problem.at.path else BLANK
        yield (*place, ("error", "error"), (f": {flat(problem.message)}", "plain"))


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
    notes = [*map(_preview, verdict.previews), *verdict.advice]
    for note in notes:
        yield from headline("note", "note", note, width, bold=False)
    if notes:
        yield BLANK
    for line in _surveyed(verdict):
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
            place = _place(mark.at) if not mark.at.path else f"({_place(mark.at)})"
            drawing += _note("note", f"{mark.label} {place}", gutter, width)
    unseen = len(finding.related) - MAX_RELATED
    if unseen > 0:
        drawing += _note("note", _count(unseen, "more place"), gutter, width)
    for assumed in finding.assumes:
        drawing += _note("assumes", assumed, gutter, width)
    if finding.change in _CHANGES:
        drawing += _note(finding.change, _CHANGES[finding.change], gutter, width)
    if finding.excuse:
        drawing += _note("pending", _pending(finding.excuse), gutter, width)
    if explain:
        drawing += _note("why", rule.description.strip().split("\n\n")[0], gutter, width)
        drawing += _note("fix", rule.fix, gutter, width)
    return drawing + _note("help", f"policygate explain {rule.id}, {_why(finding)}", gutter, width)


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
    return ((f"{'':{gutter}}--> ", "frame"), (_place(at), "plain"))


def _place(at: At) -> str:
    """`path:line:column`, and what the text there stands for; never empty."""
    stands_for = _STANDS_FOR[at.origin]
    return f"{_short_place(at)} ({stands_for}; nearest text)" if at.path and stands_for else _short_place(at)


def _short_place(at: At) -> str:
    if not at.path:
        return f"({_STANDS_FOR[at.origin] or 'no place'})"
    return show(at.path) + (f":{at.start.line}:{at.start.column}" if at.start.line else "")


def _drawable(mark: Mark, lines: Mapping[str, Mapping[int, str]]) -> bool:
    return can_draw(mark.at, lines.get(mark.at.path, {}))


def _gutter(marks: Sequence[Mark], lines: Mapping[str, Mapping[int, str]]) -> int:
    drawn = [max(drawn_lines(mark.at, lines[mark.at.path])) for mark in marks if _drawable(mark, lines)]
    return len(str(max(drawn, default=1)))


def _summary(verdict: Verdict, width: int) -> list[Line]:
    word, style = _OUTCOMES[verdict.outcome]
    reasons = [_count(len(verdict.problems), "problem")] if verdict.problems else []
    reasons += [f"fail_on: {verdict.fail_on}"] if verdict.fail_on != "error" else []
    reason = f" ({', '.join(reasons)})" if reasons else ""
    counts, checked = _counts(verdict), f"{_checked(verdict)}: {word}{reason}"
    first, *others = [f"{counts} in {checked}"] if counts else fold(checked, width, width - 4)
    if measure(first) > width:
        first, others = counts, fold(f"in {checked}", width - 4)
    return [((first, style),), *((("    ", "plain"), (text, style)) for text in others)]


def _counts(verdict: Verdict) -> str:
    counts = [_count(verdict.count(severity), severity) for severity in SEVERITIES if verdict.count(severity)]
    for disposition in ("waived", "ignored"):
        left_out = sum(f.disposition == disposition and f.change != "fixed" for f in verdict.findings)
        counts += [f"{left_out} {disposition}"] if left_out else []
    if counts:
        return ", ".join(counts)
    nothing = "nothing new" if verdict.compared and not verdict.compared.everything else "no findings"
    return "" if verdict.problems else nothing


def _checked(verdict: Verdict) -> str:
    checked, engine = verdict.checked, verdict.engine
    if verdict.problems and checked == Checked():
        return "nothing checked"
    facts = f"{_count(checked.modules, 'module')}, {_count(checked.contexts, 'context')}"
    by = flat(f", {engine.name} {engine.version}") if engine.name else ""
    return f"{_count(checked.files, 'file')} ({facts}), {_count(checked.rules, 'rule')}{by}"


def _surveyed(verdict: Verdict) -> Iterator[str]:
    """What was compared, and what was there but not judged, a line each."""
    compared, checked = verdict.compared, verdict.checked
    if compared:
        changes = Counter(finding.change for finding in verdict.findings)
        told = ", ".join(f"{changes[change]} {change}" for change in ("new", "changed", "carried", "fixed"))
        base = f"`{show(compared.target)}` (merge base {compared.base_commit[:_DIGITS]})"
        scope = ", all of them judged" if compared.everything else ""
        yield f"compared with {base}: {told}{scope}"
    if checked.idle:
        yield f"{_count(len(checked.idle), 'rule')} met no facts: {_some(checked.idle)}"
    if checked.skipped:
        yield f"left out: {_some(checked.skipped)}"


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(map(flat, names[:_SHOWN]))
    return f"{shown}, {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown


def _preview(preview: Preview) -> str:
    rule = f"rule `{show(preview.rule)}`, which this change adds or edits,"
    if preview.problem:
        return f"{rule} cannot be evaluated: {flat(preview.problem)}"
    return f"{rule} would find {preview.now}, {preview.before} of them in the base too; it is not judged by yet"


def _pending(excuse: Excuse) -> str:
    by = f" by {flat(excuse.owner)}" if excuse.owner else ""
    return f"{_short_place(excuse.at)} excuses it{by} until {flat(excuse.until)} once that is merged"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
