"""The report for people, as whole outputs."""

import re
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from policygate.findings import Checked, Finding, Rule, Severity, Verdict
from policygate.location import At, Position
from policygate.report.text import render

Golden = Callable[[str, str], None]

CASES = [
    "passing",
    "failing",
    "strict",
    "errored",
    "nothing",
    "hostile",
    "wide",
    "tabs",
    "long_lines",
    "crowded",
    "merge_request",
]


def test_every_case_is_looked_at(cases: dict[str, Verdict]) -> None:
    assert list(cases) == CASES


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("case", CASES)
def test_the_report_of_a_case(cases: dict[str, Verdict], golden: Golden, case: str, width: int) -> None:
    golden(f"report/text/{case}-{width}.txt", render(cases[case], width=width))


@pytest.mark.parametrize("case", ["failing", "errored", "passing"])
def test_the_coloured_report_of_a_case(cases: dict[str, Verdict], golden: Golden, case: str) -> None:
    golden(f"report/text/{case}-80.ansi", render(cases[case], width=80, color=True))


@pytest.mark.parametrize("case", CASES)
def test_colour_changes_nothing_else(cases: dict[str, Verdict], case: str) -> None:
    colored = render(cases[case], width=80, color=True)
    assert re.sub(r"\x1b\[[0-9;]+m", "", colored) == render(cases[case], width=80)


@pytest.mark.parametrize(("case", "fail_on"), [("failing", "error"), ("failing", "note"), ("hostile", "error")])
def test_the_quiet_report_of_a_case(cases: dict[str, Verdict], golden: Golden, case: str, fail_on: Severity) -> None:
    text = render(replace(cases[case], fail_on=fail_on), quiet=True)
    golden(f"report/text/{case}-quiet-{fail_on}.txt", text)


def test_the_quiet_report_says_why_there_is_no_decision(cases: dict[str, Verdict]) -> None:
    assert render(cases["nothing"], quiet=True) == "error: nothing to check\n"
    *_, place = render(cases["errored"], quiet=True).splitlines()
    assert place == "acme/forks.rego:3:1: error: rego_parse_error: unexpected eof token"


def test_the_quiet_report_of_a_pass_is_empty(cases: dict[str, Verdict]) -> None:
    warned = replace(cases["errored"], outcome="pass", problems=())
    assert (warned.count("warning"), render(warned, quiet=True)) == (1, "")


def test_a_colourless_narrow_terminal_still_gets_forty_columns(cases: dict[str, Verdict]) -> None:
    assert render(cases["failing"], width=1) == render(cases["failing"], width=40)


def one_line(count: int, line: str) -> Verdict:
    rule = Rule("a.b", "Title", "Why.", "error", "Fix.")
    at = At(path="x", start=Position(line=1, column=2), end=Position(line=1, column=5), origin="text")
    findings = tuple(Finding(rule, "error", f"message {number}", str(number), at) for number in range(count))
    return Verdict("fail", findings, checked=Checked(1, 1, 1, 1), lines={"x": {1: line}})


@pytest.mark.parametrize(
    ("count", "line"),
    [(2000, "a short line"), (1, "x" * 20_000_000), (1, "xyz" + "\u0301" * 5_000_000), (1, "##" * 5_000_000)],
    ids=["many findings", "a long line", "no width", "beginnings of commands"],
)
def test_the_time_it_takes_is_bounded(count: int, line: str) -> None:
    verdict = one_line(count, line)
    begin = time.process_time()
    assert render(verdict)
    assert time.process_time() - begin < 3
