import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from policygate.engine.overlay import OVERLAY
from policygate.engine.portable import PORTABLE, REFUSED
from policygate.engine.worker import Policies

CASES = (Path(__file__).with_name("builtins.txt")).read_text("utf-8").splitlines()

DIFFERENT = {
    "0.1 + 0.2": (0.3, 0.30000000000000004),
    'regex.match(`^\\w$`, "é")': (False, True),
    'upper("ß")': ("ß", "SS"),
    'regex.split("", "ab")': (["a", "b"], ["", "a", "b", ""]),
    'time.format([0, "UTC", "RFC1123"])': ("Thu, 01 Jan 1970 00:00:00 UTC", "Thu, 01 Jan 1970 00:00:00 +00:00"),
}
"""Where regorus (right) is known to answer otherwise than OPA (left); nothing that our own policies touch."""

NOTHING = "undefined, or an error"


def ask_opa(opa_path: Path, folder: Path, cases: list[str]) -> list[Any]:
    rules = "".join(f"answer_{number} := {case}\n" for number, case in enumerate(cases))
    (folder / "cases.rego").write_text(f"package cases\n\n{rules}", "utf-8")
    command: list[str | Path] = [opa_path, "eval", "--format", "json", "--data", folder / "cases.rego", "data.cases"]
    done = subprocess.run(command, check=True, capture_output=True)
    answers = json.loads(done.stdout)["result"][0]["expressions"][0]["value"]
    return [answers.get(f"answer_{number}", NOTHING) for number in range(len(cases))]


def ask_regorus(case: str) -> Any:  # noqa: ANN401 - any JSON value
    policies = Policies()
    policies.load([["gate", f"package gate\n\nanswer := {case}\n"]], {})
    answer = json.loads(policies.decide("{}"))
    if "result" not in answer:
        return NOTHING
    return answer["result"][0]["expressions"][0]["value"].get("answer", NOTHING)


def test_both_engines_answer_alike(opa_path: Path, tmp_path: Path) -> None:
    expected = ask_opa(opa_path, tmp_path, CASES)
    answers = [ask_regorus(case) for case in CASES]
    assert dict(zip(CASES, answers, strict=True)) == dict(zip(CASES, expected, strict=True))
    assert sum(answer != NOTHING for answer in expected) > 250


@pytest.mark.parametrize("case", DIFFERENT)
def test_a_known_difference_is_still_one(opa_path: Path, tmp_path: Path, case: str) -> None:
    assert (*ask_opa(opa_path, tmp_path, [case]), ask_regorus(case)) == DIFFERENT[case]


def test_every_portable_function_is_compared() -> None:
    text = "\n".join(CASES)
    assert [name for name in PORTABLE if f"{name}(" not in text] == []


def test_the_numbers_of_arguments_are_those_of_opa(opa_path: Path) -> None:
    done = subprocess.run([opa_path, "capabilities", "--current"], check=True, capture_output=True)
    builtins = {builtin["name"]: builtin for builtin in json.loads(done.stdout)["builtins"]}
    assert {name: len(builtins[name]["decl"]["args"]) for name in PORTABLE} == PORTABLE
    assert [name for name in PORTABLE if builtins[name].get("deprecated")] == []
    assert [name for name in REFUSED if not builtins[name]["nondeterministic"]] == []


def test_the_overlay_serves_portable_functions_only() -> None:
    assert {name: PORTABLE[name] for name in OVERLAY} == {name: arity for name, (arity, _) in OVERLAY.items()}
    assert not PORTABLE.keys() & REFUSED.keys()
