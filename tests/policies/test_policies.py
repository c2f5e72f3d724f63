"""What holds for every policy: its METADATA, its place, its tests, and that the checker sees each reference."""

import json
import re
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from policygate.engine.policies import load_pack, parameters_schema
from policygate.facts.model import Facts
from policygate.facts.schema import input_schema

ROOT = Path(__file__).parents[2]
OPA = ROOT / ".tools" / "opa"
POLICIES = ROOT / "policies"
SCHEMA = POLICIES / "schemas" / "input.json"
TESTS = sorted(POLICIES.rglob("*_test.rego"))
RULES = sorted(set(POLICIES.rglob("*.rego")) - set(TESTS))
FIXTURES = POLICIES / "policygate" / "facts_test.rego"
"""Builders for the tests of the rules; the only test file that belongs to no rule."""


def named(path: Path) -> str:
    return path.relative_to(POLICIES).with_suffix("").as_posix()


every_rule = pytest.mark.parametrize("rule", RULES, ids=named)


def run_opa(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    assert OPA.exists(), f"{OPA.relative_to(ROOT)} is missing: run `make setup`"
    return subprocess.run([OPA, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def ask_opa(*arguments: str | Path) -> dict[str, Any]:
    answer = run_opa(*arguments)
    assert answer.returncode == 0, answer.stderr or answer.stdout
    report: dict[str, Any] = json.loads(answer.stdout)
    return report


@cache
def annotations() -> dict[str, dict[str, Any]]:
    """The METADATA of each package, by its path below `policies`."""
    found = ask_opa("inspect", "--annotations", "--format", "json", POLICIES)["annotations"]
    return {"/".join(step["value"] for step in entry["path"][1:]): entry["annotations"] for entry in found}


@cache
def parsed(rule: Path) -> dict[str, Any]:
    return ask_opa("parse", "--format", "json", "--json-include", "locations", rule)


def references(node: object) -> Iterator[list[dict[str, Any]]]:
    """The terms of every reference to a value, those of functions left out."""
    if isinstance(node, dict):
        if node.get("type") == "ref":
            yield node["value"]
        is_call = node.get("type") == "call" or isinstance(node.get("terms"), list)
        children = [*node.values()]
        if is_call:
            terms = node["value"] if node.get("type") == "call" else node["terms"]
            children = [terms[1:], *(value for value in children if value is not terms)]
        for child in children:
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def misspellings(rule: Path) -> Iterator[tuple[str, str]]:
    """Each field name of each reference changed by one letter: the place, the whole text."""
    lines = rule.read_text(encoding="utf-8").splitlines(keepends=True)
    for reference in references(parsed(rule)["rules"]):
        for term in reference[1:]:
            if term["type"] != "string":
                continue
            row, column = term["location"]["row"] - 1, term["location"]["col"] - 1
            written = b64decode(term["location"]["text"]).decode()
            assert lines[row].startswith(written, column)
            end = column + len(written) - written.endswith('"')
            changed = [*lines[:row], f"{lines[row][:end]}z{lines[row][end:]}", *lines[row + 1 :]]
            yield f"{row + 1}:{column + 1} {written}", "".join(changed)


def defaults() -> dict[str, dict[str, object]]:
    """The default of each parameter of each rule, as METADATA states it."""
    parameters = {named(rule): annotations()[named(rule)]["custom"].get("parameters", {}) for rule in RULES}
    return {
        name.removeprefix("policygate/").replace("/", "."): {key: note["default"] for key, note in notes.items()}
        for name, notes in parameters.items()
        if notes
    }


# ---- Each rule -----------------------------------------------------------------------------------------------------


def test_there_are_rules() -> None:
    assert len(RULES) >= 12


@every_rule
def test_package_is_the_path(rule: Path) -> None:
    path = [term["value"] for term in parsed(rule)["package"]["path"]]
    assert path == ["data", *named(rule).split("/")]


@every_rule
def test_rule_answers_by_deny_alone(rule: Path) -> None:
    heads = [node["head"] for node in parsed(rule)["rules"]]
    decisions = [head for head in heads if re.match(r"deny|warn|violation|allow", head["ref"][0]["value"])]
    assert {head["ref"][0]["value"] for head in decisions} == {"deny"}
    assert all("key" in head and "value" not in head for head in decisions), "write `deny contains finding if`"


@every_rule
def test_metadata_is_complete(rule: Path) -> None:
    metadata = annotations()[named(rule)]
    assert metadata["scope"] == "package"
    assert metadata.keys() == {"scope", "title", "description", "related_resources", "custom"}
    assert re.fullmatch(r"[^\n]{10,60}[^.\n]", metadata["title"])
    assert re.fullmatch(r"[A-Z`][^\n]{60,600}\.", metadata["description"])
    assert metadata["related_resources"]
    for link in metadata["related_resources"]:
        assert link["ref"].startswith("https://")
        assert link["description"]


@every_rule
def test_custom_metadata_has_known_keys_only(rule: Path) -> None:
    custom = dict(annotations()[named(rule)]["custom"])
    assert custom.pop("severity") in {"error", "warning", "note"}
    assert re.fullmatch(r"[A-Z][^\n]{20,}\.", custom.pop("fix"))
    assert custom.pop("profiles") == ["baseline"]
    assert re.fullmatch(r"10\.0|[1-9]\.[0-9]|0\.[1-9]", custom.pop("security_severity", "1.0"))
    for parameter in custom.pop("parameters", {}).values():
        assert parameter.keys() == {"default", "description"}
    assert custom == {}


@every_rule
def test_rule_reads_exactly_its_parameters(rule: Path) -> None:
    paths = [[term["value"] for term in reference] for reference in references(parsed(rule)["rules"])]
    read = {(path[3], path[4]) for path in paths if path[:3] == ["input", "config", "parameters"]}
    id_ = named(rule).removeprefix("policygate/").replace("/", ".")
    assert read == {(id_, name) for name in defaults().get(id_, {})}


@every_rule
def test_rule_has_its_test_beside_it(rule: Path) -> None:
    text = rule.with_name(f"{rule.stem}_test.rego").read_text(encoding="utf-8")
    assert f"package {named(rule).replace('/', '.')}_test\n" in text
    assert re.search(r"^test_\w+ if \{$", text, re.MULTILINE)


def test_every_test_belongs_to_a_rule() -> None:
    of_rules = {rule.with_name(f"{rule.stem}_test.rego") for rule in RULES}
    assert set(TESTS) == {FIXTURES, *of_rules}


@every_rule
def test_checker_sees_each_misspelt_reference(rule: Path, tmp_path: Path) -> None:
    mutants = dict(misspellings(rule))

    def survives(item: tuple[int, str]) -> bool:
        file = tmp_path / f"{item[0]}.rego"
        file.write_text(item[1], encoding="utf-8")
        answer = run_opa("check", "--strict", "--schema", SCHEMA, file)
        assert answer.returncode == 0 or "undefined ref" in answer.stderr, answer.stderr
        return answer.returncode == 0

    with ThreadPoolExecutor(2) as pool:
        survived = list(pool.map(survives, enumerate(mutants.values())))
    assert len(mutants) >= 4
    assert [place for place, alive in zip(mutants, survived, strict=True) if alive] == []


# ---- All together --------------------------------------------------------------------------------------------------


def test_policies_are_formatted() -> None:
    answer = run_opa("fmt", "--list", "--fail", POLICIES)
    assert (answer.returncode, answer.stdout) == (0, "")


def test_policies_pass_the_strict_checker() -> None:
    answer = run_opa("check", "--strict", "--schema", SCHEMA, POLICIES)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_tests_of_the_policies_cover_every_line() -> None:
    report = ask_opa("test", "--coverage", "--threshold", "100", "--format", "json", POLICIES)
    assert report["coverage"] == 100
    assert {ROOT / file for file in report["files"]} == {*RULES, *TESTS}


def test_schema_of_the_input_is_current() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == input_schema(parameters_schema(load_pack().rules))


def test_inputs_of_the_tests_are_whole_facts() -> None:
    """Or else a near miss would pass because of a misspelt key."""
    own = {"modules": [], "public": [], "private": [], "proxies": [], "sumdbs": [], "stated": True}
    frame = {
        "now": "2026-01-31",
        "run": {"mode": "check", "rules": []},
        "config": {"own": own, "outer": [], "parameters": {}},
        "sources": {},
    }
    values = ask_opa("eval", "--format", "raw", "--data", POLICIES, "data.policygate")
    for test in set(TESTS) - {FIXTURES}:
        category, name = named(test).split("/")[1:]
        used = set(re.findall(r"with input as (.+)", test.read_text(encoding="utf-8"))) - {"{}"}
        assert used, test
        for checkout in used:
            Facts.model_validate(frame | values[category][name][checkout])


def test_tests_of_the_policies_pass_in_the_embedded_engine() -> None:
    import regorus  # noqa: PLC0415 - heavy

    engine = regorus.Engine()
    for file in (*RULES, *TESTS):
        engine.add_policy(named(file), file.read_text(encoding="utf-8"))
    engine.set_input_json("{}")
    cases = {
        f"data.{named(test).replace('/', '.')}.{case}"
        for test in TESTS
        for case in re.findall(r"^(test_\w+) if", test.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert len(cases) > len(RULES)
    assert [case for case in sorted(cases) if engine.eval_rule_as_json(case) != "true"] == []
