import json

import pytest

from policygate.engine.worker import Policies


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "\n--> a.rego:2:10\n  |\n2 | \tx := foo\n  |         ^\nerror: it is wrong\n\nStack backtrace:\n   0: x",
            ["a.rego", 2, 7, "it is wrong"],
        ),
        ("--> a.rego:1:5\n  |\n1 | ü := 1\n  |     ^\nerror: it is wrong", ["a.rego", 1, 4, "it is wrong"]),
        ("--> b.rego:7:3\n  |\n7 | x\n  | ^\nerror: unknown file", ["b.rego", 7, 3, "unknown file"]),
        ("recursion limit exceeded at line 1 column 636", ["", 0, 0, "recursion limit exceeded at line 1 column 636"]),
        (
            "--> a.rego:1:1\n  |\n1 | ü\n  | ^\nerror: rule depends on:\n--> a.rego:2:1\n  |\n2 | y\n  | ^\nitself",
            ["a.rego", 1, 1, "rule depends on: itself"],
        ),
        (
            "--> a.rego:1:1\n  |\n1 | x\n  | ^\nerror: extension 'net.x' raises Python error: ValueError: no\nnetwork",
            ["a.rego", 1, 1, "`net.x`: no network"],
        ),
    ],
)
def test_what_regorus_says_becomes_a_place_and_a_message(said: str, told: list[object]) -> None:
    policies = Policies()
    policies.load([["a.rego", "ü := 1\n\tx := foo\n"]], {})
    assert policies.explain(said) == told


def test_an_input_that_regorus_cannot_read_is_a_fault() -> None:
    policies = Policies()
    assert policies.load([["gate", "package gate\nx := input\n"]], {}) == []
    answer = json.loads(policies.decide('{"a":' * 200 + "1" + "}" * 200))
    assert answer["fault"][3].startswith("recursion limit exceeded")
    assert json.loads(policies.decide('{"a": 1}'))["result"][0]["expressions"][0]["value"] == {"x": {"a": 1}}
