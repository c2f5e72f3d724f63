"""SARIF for GitHub: what is left out, and the hashes by which alerts are followed."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate import __version__
from policygate.findings import Finding, Problem, Rule, Verdict
from policygate.location import At, Position
from policygate.report.sarif_github import line_hash, line_hashes, render

Golden = Callable[[str, str], None]

RULE = Rule("a.b", "Title", "Why.", "error", "Fix.")
HELLO = " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End"
HELLO_HASHES = ("e9496ae3ebfced30", "fb7c023a8b9ccb3f", "ce8ba1a563dcdaca", "e20e36e16fcb0cc8", "b3edc88f2938467e")
LOREM_HASHES = (
    *["a7f2ff13bc495cf2"] * 6,
    "a7f2ff1481e87703",
    "a9cf91f7bbf1862b",
    "55ec222b86bcae53",
    "cc97dc7b1d7d8f7b",
)


def run_of(verdict: Verdict) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(render(verdict))["runs"][0]
    return run


def lines_of(text: str) -> dict[int, str]:
    return dict(enumerate(text.split("\n"), 1))


def found(line: int, subject: str = "x", rule: Rule = RULE) -> Finding:
    start, end = Position(line=line, column=1), Position(line=line, column=2)
    return Finding(rule, "error", "message", subject, At(path="x", start=start, end=end, origin="text"))


def test_the_log_of_every_case(cases: dict[str, Verdict], golden: Golden) -> None:
    for case, verdict in cases.items():
        golden(f"report/sarif-github/{case}.sarif", render(verdict).replace(f'"{__version__}"', '"VERSION"'))


@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("", ("c129715d7a2bc9a3",)),
        (" a\nb\n  \t\tc\n d", ("271789c17abda88f", "54703d4cd895b18", "180aee12dab6264", "a23a3dc5e078b07b")),
        (f"{HELLO}\n", (*HELLO_HASHES, "c8e28b0b4002a3a0", "c129715d7a2bc9a3")),
        (f"{HELLO}\n".replace("\n", "\r\n"), (*HELLO_HASHES, "c8e28b0b4002a3a0", "c129715d7a2bc9a3")),
        (f"{HELLO}\r".replace("\n", "\r"), HELLO_HASHES[:1]),
        ("Lorem ipsum dolor sit amet.\n" * 10, (*LOREM_HASHES, "c129715d7a2bc9a3")),
    ],
    ids=["empty", "blanks", "LF", "CR LF", "CR", "again and again"],
)
def test_a_line_hash_is_that_of_the_uploader(text: str, hashes: tuple[str, ...]) -> None:
    """The expected values are those that github/codeql-action tests its own with."""
    lines = lines_of(text)
    assert tuple(line_hash(lines, number) for number in lines) == hashes


def test_lines_that_are_alike_are_counted() -> None:
    lines = {"x": lines_of("Lorem ipsum dolor sit amet.\n" * 10)}
    assert line_hashes([found(1), found(3), found(7)], lines) == [
        "a7f2ff13bc495cf2:1",
        "a7f2ff13bc495cf2:3",
        "a7f2ff1481e87703:1",
    ]


def test_results_that_share_a_line_are_told_apart() -> None:
    one, two, again = found(1, "one"), found(1, "two"), found(1, "one")
    other = found(1, "one", replace(RULE, id="a.c"))
    known = "c129715d7a2bc9a3:1"
    assert line_hashes([one, two, again, other], {"x": {1: ""}}) == [
        f"{known}-{one.fingerprint[:8]}",
        f"{known}-{two.fingerprint[:8]}",
        f"{known}-{one.fingerprint[:8]}-2",
        known,
    ]
    assert line_hashes([one], {}) == [one.fingerprint]


@given(st.lists(st.text("ab \t\r漢😀", max_size=40), min_size=1, max_size=12), st.integers(0, 9), st.data())
def test_a_hash_stays_when_lines_move(texts: list[str], moved: int, data: st.DataObject) -> None:
    lines = ["x: 1", *texts]
    places = data.draw(st.lists(st.integers(1, len(lines)).filter(lambda n: lines[n - 1].strip()), min_size=1))
    before = [found(line, str(line)) for line in places]
    after = [found(line + moved, str(line)) for line in places]
    hashes = [
        [
            result["partialFingerprints"]
            for result in run_of(Verdict("fail", tuple(each), lines={"x": shown}))["results"]
        ]
        for each, shown in ((before, lines_of("\n".join(lines))), (after, lines_of("\n" * moved + "\n".join(lines))))
    ]
    assert hashes[0] == hashes[1]
    assert len({tuple(each.values()) for each in hashes[0]}) == len(places)


def test_what_is_excused_or_fixed_is_left_out_and_what_is_carried_is_kept(cases: dict[str, Verdict]) -> None:
    run = run_of(cases["merge_request"])
    assert [(result["ruleId"], result["baselineState"]) for result in run["results"]] == [
        ("goproxy.comma_failover", "unchanged"),
        ("gosumdb.off", "updated"),
        ("goproxy.unquoted_pipe", "new"),
    ]
    assert run["automationDetails"] == {"id": "policygate/"}
    assert all(result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"])


def test_what_is_too_much_is_counted_without_what_is_left_out_anyway() -> None:
    findings = tuple(replace(found(1, str(n)), disposition="waived" if n % 2 else "active") for n in range(10_004))
    run = run_of(Verdict("fail", findings))
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"].startswith("2 findings of lesser severity are left out")
    assert len(run["results"]) == 5000


def test_a_run_without_decision_says_so() -> None:
    (invocation,) = run_of(Verdict("error", problems=(Problem("it broke"),)))["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 3)
