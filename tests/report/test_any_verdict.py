"""Whatever a verdict holds, every renderer shows it, and nothing of it acts on whoever looks."""

import json
import re
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from junitparser import JUnitXml

from policygate.findings import (
    Checked,
    Compared,
    EngineInfo,
    Excuse,
    Finding,
    Link,
    Outcome,
    Parameter,
    Preview,
    Problem,
    Related,
    Rule,
    Severity,
    Verdict,
)
from policygate.location import At, Position
from policygate.reasons import Chosen, Considered, Matched, Reasons, Source
from policygate.report import RENDERERS, renderer, text, why
from policygate.report.drawing.screen import measure
from policygate.report.json import schema
from policygate.report.rules import render_markdown_table, render_page, render_table
from policygate.topology import NewPath, Tls, Way
from tests.report.oracle import assert_inert

HOSTILE = [
    "::error::x",
    "##vso[a.b]c",
    "##[group]x",
    "\x1b[31m",
    "\r\n",
    "\t",
    " ",
    "\u202e",
    "e\u0301",
    "漢字",
    "`",
    "a b",
]
TEXTS = st.lists(st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=()), max_size=12), max_size=12)
TEXT = TEXTS.map("".join)
LINE = TEXT.map(lambda text: text.replace("\n", ""))
PATHS = st.sampled_from(["go.mod", "a/b c.yml", "::error::x", "##vso[x]y", "\udc80\ud800\n\x1b", ""])
ORIGINS = st.sampled_from(["text", "default", "absent", "outer", "environment"])
FEW = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
SEVERITY_NAMES: list[Severity] = ["error", "warning", "note"]
OUTCOME_NAMES: list[Outcome] = ["pass", "fail", "error"]
SEVERITIES = st.sampled_from(SEVERITY_NAMES)
POSITIONS = st.builds(Position, line=st.integers(0, 9), column=st.integers(0, 60))
PLACES = st.builds(At, path=PATHS, start=POSITIONS, end=POSITIONS, origin=ORIGINS)
RULES = st.builds(
    Rule,
    id=st.sampled_from(["goproxy.comma_failover", "acme.no_forks", "a"]),
    title=TEXT,
    description=TEXT,
    severity=SEVERITIES,
    fix=TEXT,
    links=st.lists(st.builds(Link, TEXT, TEXT), max_size=2).map(tuple),
    parameters=st.lists(st.builds(Parameter, TEXT, st.integers() | TEXT, TEXT), max_size=2).map(tuple),
    profiles=st.lists(st.sampled_from(["baseline", "strict"]), max_size=2).map(tuple),
    security_severity=st.sampled_from(["", "7.5"]),
)
FINDINGS = st.builds(
    Finding,
    RULES,
    SEVERITIES,
    TEXT,
    TEXT,
    PLACES,
    related=st.lists(st.builds(Related, TEXT, PLACES), max_size=4).map(tuple),
    assumes=st.lists(TEXT, max_size=2).map(tuple),
    change=st.sampled_from(["none", "new", "carried", "changed", "fixed"]),
    modules=st.lists(TEXT, max_size=2).map(tuple),
    contexts=st.lists(TEXT, max_size=2).map(tuple),
    disposition=st.sampled_from(["active", "active", "active", "waived", "ignored"]),
    excuse=st.none()
    | st.builds(Excuse, st.sampled_from(["waiver", "ignore"]), TEXT, TEXT, TEXT, TEXT, PLACES, st.booleans()),
)
PROBLEMS = st.lists(st.builds(Problem, TEXT, TEXT, st.none() | PLACES), min_size=1, max_size=2).map(tuple)
COUNTS = st.integers(0, 3)
NAMES = st.lists(TEXT, max_size=6).map(tuple)
TLS: list[Tls] = ["required", "optional", "disabled", "unknown"]
NEW_PATHS = st.builds(
    NewPath,
    TEXT,
    TEXT,
    TEXT,
    st.sampled_from(TLS),
    TEXT,
    st.booleans(),
    TEXT,
    st.booleans(),
    st.lists(TEXT, max_size=7).map(tuple),
    PLACES,
    st.lists(st.tuples(TEXT, PLACES), max_size=2).map(tuple),
)
WAYS = st.builds(Way, TEXT, TEXT, TEXT, st.booleans(), st.booleans(), PLACES)
FIELDS = st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple)
SOURCES = st.none() | st.builds(Source, TEXT, TEXT, TEXT)
APPLIES = st.sampled_from(["yes", "later", "no"])
REASONS = st.builds(
    Reasons,
    FINDINGS,
    COUNTS,
    st.lists(
        st.builds(Matched, TEXT, FIELDS, PLACES, NAMES, st.none() | st.builds(Source, TEXT, TEXT, TEXT)), max_size=2
    ),
    COUNTS,
    st.lists(st.builds(Chosen, TEXT, st.integers() | TEXT | st.lists(TEXT), st.none() | PLACES), max_size=2),
    TEXT,
    st.none() | PLACES,
    TEXT,
    st.lists(st.builds(Considered, st.sampled_from(["waiver", "ignore"]), PLACES, TEXT, APPLIES, TEXT), max_size=7),
    st.booleans(),
    TEXT,
)


@st.composite
def verdicts(draw: st.DrawFn) -> Verdict:
    outcome = draw(st.sampled_from(OUTCOME_NAMES))
    return Verdict(
        outcome=outcome,
        findings=draw(st.lists(FINDINGS, max_size=3).map(tuple)),
        problems=draw(PROBLEMS) if outcome == "error" else (),
        checked=draw(st.builds(Checked, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, NAMES, NAMES)),
        compared=draw(st.none() | st.builds(Compared, TEXT, TEXT, TEXT, TEXT, st.booleans())),
        opened=draw(st.lists(NEW_PATHS, max_size=2).map(tuple)),
        around=draw(st.lists(WAYS, max_size=2).map(tuple)),
        previews=draw(st.lists(st.builds(Preview, TEXT, COUNTS, COUNTS, TEXT), max_size=2).map(tuple)),
        engine=draw(st.builds(EngineInfo, TEXT, TEXT)),
        fail_on=draw(SEVERITIES),
        rules=draw(st.lists(RULES, max_size=2).map(tuple)),
        lines=draw(st.dictionaries(PATHS, st.dictionaries(st.integers(1, 9), LINE), max_size=3)),
        advice=draw(st.lists(TEXT, max_size=2).map(tuple)),
    )


def assert_harmless(shown: str) -> None:
    """No control or format character, no command of a runner, no blank at the end of a line."""
    assert {c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}} <= {"\n"}
    assert not re.search(r"^\s*::|##\w*\[|[ \t]$", shown, re.MULTILINE)
    assert shown == "" or (shown.endswith("\n") and not shown.endswith("\n\n"))


@FEW
@given(verdicts(), st.integers(40, 130), st.booleans())
def test_text_is_harmless(verdict: Verdict, width: int, quiet: bool) -> None:
    assert_harmless(text.render(verdict, width=width, quiet=quiet))


@FEW
@given(verdicts(), st.booleans())
def test_colour_adds_colour_only(verdict: Verdict, quiet: bool) -> None:
    colored = text.render(verdict, color=True, quiet=quiet)
    assert re.sub(r"\x1b\[(?:0|1|1;9\d)m", "", colored) == text.render(verdict, quiet=quiet)


@FEW
@given(verdicts(), st.integers(40, 130))
def test_text_fits_the_width_unless_a_word_does_not(verdict: Verdict, width: int) -> None:
    for line in text.render(verdict, width=width).splitlines():
        is_place = line.lstrip().startswith("-->")
        assert is_place or measure(line) <= width or max(map(measure, line.split())) > width - 24, line


@pytest.mark.parametrize("name", RENDERERS)
@FEW
@given(verdict=verdicts())
def test_every_format_is_text_that_can_be_written(name: str, verdict: Verdict) -> None:
    shown = renderer(name)(verdict).encode()
    assert shown.endswith(b"\n") or (name == "github" and not shown)


@FEW
@given(verdicts())
def test_github_is_commands_only(verdict: Verdict) -> None:
    shown = renderer("github")(verdict)
    assert_harmless("".join(line.removeprefix("::") for line in shown.splitlines(keepends=True)))
    assert [line for line in shown.splitlines() if not re.match("::(error|warning|notice) [^:]+::", line)] == []


@FEW
@given(verdicts())
def test_markdown_is_inert(verdict: Verdict) -> None:
    assert_inert(renderer("markdown")(verdict))


@FEW
@given(verdicts())
def test_junit_is_read_back(verdict: Verdict) -> None:
    (suite,) = JUnitXml.fromstring(renderer("junit")(verdict).encode())
    names = [case.name for case in suite]
    assert len(set(names)) == len(names) == suite.tests
    assert len(names) >= len(verdict.problems) + sum(map(verdict.judges, verdict.findings))


@FEW
@given(verdicts())
def test_code_quality_has_no_fingerprint_twice(verdict: Verdict) -> None:
    fingerprints = [entry["fingerprint"] for entry in json.loads(renderer("gitlab")(verdict))]
    assert len(set(fingerprints)) == len(fingerprints)


@FEW
@given(verdicts())
def test_json_follows_its_schema(verdict: Verdict) -> None:
    Draft202012Validator(schema()).validate(json.loads(text_of_json(verdict)))


def text_of_json(verdict: Verdict) -> str:
    shown = renderer("json")(verdict)
    assert not re.search(r"##\w*\[", shown)
    return shown


@FEW
@given(st.lists(RULES, max_size=3), st.integers(40, 130))
def test_rules_are_harmless(rules: list[Rule], width: int) -> None:
    assert_harmless(render_table(rules, width=width))
    for rule in rules:
        assert_harmless(render_page(rule, width=width))
    assert_harmless(render_markdown_table(rules))


@FEW
@given(REASONS, st.integers(60, 130))
def test_reasons_are_harmless(reasons: Reasons, width: int) -> None:
    shown = why.render_text(reasons, width=width)
    assert_harmless(shown)
    assert re.sub(r"\x1b\[(?:0|1|1;9\d)m", "", why.render_text(reasons, width=width, color=True)) == shown
    for line in shown.splitlines():
        is_place = " at " in line or line.lstrip().startswith("-->")
        assert is_place or measure(line) <= width or max(map(measure, line.split())) > width - 24, line
    document = why.render_json(reasons)
    assert json.loads(document)["fingerprint"] == reasons.finding.fingerprint
    assert not re.search(r"##\w*\[", document)
