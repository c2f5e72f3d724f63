"""The report for programs, and its published schema."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from policygate.findings import Verdict
from policygate.report.json import encode, render, schema

Golden = Callable[[str, str], None]
Change = Callable[[dict[str, Any]], object]

CASES = ["passing", "failing", "errored", "nothing", "hostile", "wide", "merge_request"]


@pytest.mark.parametrize("case", CASES)
def test_the_report_of_a_case(cases: dict[str, Verdict], golden: Golden, case: str) -> None:
    golden(f"report/json/{case}.json", render(cases[case]))


@pytest.mark.parametrize("case", CASES)
def test_the_report_follows_its_schema(cases: dict[str, Verdict], case: str) -> None:
    Draft202012Validator(schema()).validate(json.loads(render(cases[case])))


def test_nothing_is_lost_on_the_way(cases: dict[str, Verdict]) -> None:
    verdict = cases["hostile"]
    report = json.loads(render(verdict))
    assert [f["message"] for f in report["findings"]] == [f.message for f in verdict.findings]
    assert [f["location"]["path"] for f in report["findings"]] == [f.at.path for f in verdict.findings]


def test_it_is_utf_8_and_holds_no_command_of_a_runner() -> None:
    text = encode({"a": "\ud800 é \x1b ##vso[x] ##[y]", "##[z]": []})
    assert text == '{\n  "a": "\\ud800 é \\u001b ##vso\\u005bx] ##\\u005by]",\n  "##\\u005bz]": []\n}\n'
    assert json.loads(text) == {"a": "\ud800 é \x1b ##vso[x] ##[y]", "##[z]": []}
    assert text.encode()


def objects(node: object, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every subschema, with where it stands."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from objects(item, f"{path}/{index}")
    elif isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from objects(value, f"{path}/{key}")


def test_the_schema_is_one_and_closed_and_describes_every_key() -> None:
    Draft202012Validator.check_schema(schema())
    for path, node in objects(schema()):
        if node.get("type") == "object":
            assert node["additionalProperties"] is False, path
            assert node["required"] == list(node["properties"]), path
            assert [key for key, value in node["properties"].items() if not value.get("description")] == [], path


CHANGES: dict[str, Change] = {
    "another version": lambda report: report.update(version="2"),
    "a version that is a number": lambda report: report.update(version=1),
    "an unknown verdict": lambda report: report.update(verdict="warn"),
    "a key too many": lambda report: report.update(extra=1),
    "a key missing": lambda report: report.pop("advice"),
    "a negative count": lambda report: report["checked"].update(files=-1),
    "a count that is text": lambda report: report["checked"].update(rules="5"),
    "an engine without version": lambda report: report["engine"].pop("version"),
    "a severity in capitals": lambda report: report["findings"][0].update(severity="Error"),
    "an empty rule": lambda report: report["findings"][0].update(rule=""),
    "no location": lambda report: report["findings"][0].update(location=None),
    "a line that is a fraction": lambda report: report["findings"][0]["location"]["start"].update(line=1.5),
    "an unknown origin": lambda report: report["findings"][0]["location"].update(origin="guess"),
    "a location without end": lambda report: report["findings"][0]["location"].pop("end"),
    "a fingerprint that is none": lambda report: report["findings"][0].update(fingerprint="0" * 31),
    "a related place without message": lambda report: report["findings"][1]["related"][0].pop("message"),
    "a link that is text": lambda report: report["findings"][0]["help"].update(links=["https://go.dev"]),
    "an assumption that is none": lambda report: report["findings"][0].update(assumes=[None]),
    "an unknown disposition": lambda report: report["findings"][0].update(disposition="open"),
    "a problem without hint": lambda report: report.update(verdict="error", problems=[{"message": "x"}]),
    "problems of a pass": lambda report: report.update(problems=[{"message": "x", "hint": "", "location": None}]),
    "an error without problem": lambda report: report.update(verdict="error"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_schema_refuses(cases: dict[str, Verdict], change: str) -> None:
    report = json.loads(render(cases["failing"]))
    CHANGES[change](report)
    assert not Draft202012Validator(schema()).is_valid(report)
