"""A history of many commits: each is judged as a merge request into main, and the table says with what outcome."""

from collections.abc import Callable, Iterator
from pathlib import Path

from policygate.findings import Finding, Verdict
from policygate.gate import check
from policygate.request import Request
from tests.history.company import START
from tests.history.edits import Step, take
from tests.history.steps import STEPS

Make = Callable[..., Path]

EXPECTED = Path(__file__).parent / "history" / "expected.txt"
WORDS = (
    *("add", "remove", "rename", "reformat", "copy", "change CI only", "revert", "merge", "waive", "expire", "fix"),
    *("regress", "a branch cut before a waiver was withdrawn"),
)
TURN = ("new", "changed", "fixed", "carried")


def test_each_commit_is_judged_as_the_table_says(repository: Make) -> None:
    root = repository(START)
    table = list(blocks(EXPECTED.read_text(encoding="utf-8")))
    assert len(table) == len(STEPS)
    told, day = [], ""
    for number, step in enumerate(STEPS, 1):
        take(root, step)
        day = step.day or day
        told.append(shown(number, step, day, check(Request(root, day, target="main", engine="embedded"))))
    assert "\n\n".join(told) == "\n\n".join(table)


def test_every_kind_of_commit_is_there() -> None:
    assert {step.word for step in STEPS} == set(WORDS)
    assert len(STEPS) >= 36


def test_reformatting_alone_finds_nothing_new() -> None:
    found = [block for block in blocks(EXPECTED.read_text(encoding="utf-8")) if " reformat: " in block]
    assert len(found) >= 4
    lines = [line.split() for block in found for line in block.splitlines()[2:]]
    assert [line[:3] for line in lines if line[0] != "carried"] == [["new", "active", "gate.steering_changed"]]


def blocks(text: str) -> Iterator[str]:
    """The table's entries; what stands before the first is for readers."""
    yield from text.strip("\n").split("\n\n")[1:]


def shown(number: int, step: Step, day: str, verdict: Verdict) -> str:
    where = f"on {step.branch}" + (f", judged is {step.judged}" if step.judged else "")
    head = f"{number}. {step.word}: {step.title}\n   {where}, {day}: {verdict.outcome} {verdict.exit_code}"
    lines = sorted(map(line, verdict.findings), key=lambda text: (TURN.index(text.split()[0]), text))
    wrong = [f"problem: {problem.message}" for problem in verdict.problems]
    seen = [f"preview {each.rule}: {each.now} now, {each.before} before{each.problem}" for each in verdict.previews]
    return "\n".join([head, *(f"     {text}" for text in (*lines, *wrong, *seen))])


def line(finding: Finding) -> str:
    """One finding; in brackets the other files that it rests on."""
    pending = "/pending" if finding.excuse and finding.excuse.pending else ""
    others = sorted({related.at.path for related in finding.related})
    more = f" [{', '.join(others)}]" if others else ""
    state = f"{finding.change:<7} {finding.disposition + pending:<14}"
    return f"{state} {finding.rule.id} {finding.at.path}: {finding.subject}{more}"
