from collections.abc import Callable
from typing import Any

import pytest

from policygate.engine.decision import decision_of, findings
from policygate.engine.policies import Pack
from policygate.errors import EngineError, PolicyError
from policygate.findings import Finding, Related
from policygate.location import At, Position, nowhere

MakePack = Callable[..., Pack]

AT = {"path": "go.mod", "start": {"line": 3, "column": 2}, "end": {"line": 3, "column": 9}, "origin": "text"}
PLACE = At(path="go.mod", start=Position(line=3, column=2), end=Position(line=3, column=9), origin="text")
ANCHOR = nowhere("absent")
MINE = 'package acme.mine\n\ndeny contains "x"\n\nwarn contains "x"\n'


@pytest.fixture
def pack(make_pack: MakePack) -> Pack:
    return make_pack(
        users={"mine.rego": MINE, "w.rego": '# METADATA\n# custom: {severity: note}\npackage w\nwarn_a contains "x"\n'}
    )


def shipped(*elements: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    return {"go.quiet": {"deny": list(elements)}}


def mine(*elements: Any, warn: tuple[Any, ...] = ()) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    return {"acme.mine": {"deny": list(elements), "warn": list(warn)}}


def test_a_finding_of_a_shipped_rule_is_read_whole(pack: Pack) -> None:
    element = {
        "message": "m",
        "subject": "s",
        "at": AT,
        "related": [{"message": "r", "at": {"text": "a fact", "at": AT}}],
        "assumes": ["a"],
        "modules": ["m.example"],
        "contexts": ["Makefile#build"],
        "evidence": ["one", "other", "one"],
    }
    rule = next(rule for rule in pack.rules if rule.id == "go.quiet")
    assert findings(shipped(element), pack, ANCHOR) == [
        Finding(
            rule,
            "error",
            "m",
            "s",
            PLACE,
            related=(Related("r", PLACE),),
            assumes=("a",),
            modules=("m.example",),
            contexts=("Makefile#build",),
            seen_by=frozenset({"one", "other"}),
        )
    ]


def test_a_fact_stands_for_its_place_and_no_place_is_the_anchor(pack: Pack) -> None:
    found = findings(
        shipped({"message": "1", "subject": "s", "at": {"path": "module", "at": AT}}, {"message": "2", "subject": "s"}),
        pack,
        ANCHOR,
    )
    assert [finding.at for finding in found] == [PLACE, ANCHOR]


def test_a_users_rule_may_answer_as_conftest_has_it(pack: Pack) -> None:
    decision = mine(
        "text",
        {"msg": "object", "_loc": {"file": "a.yml", "line": 7}, "details": {"x": 1}},
        {"message": "own", "subject": "s", "severity": "note", "at": AT},
        warn=("often",),
    )
    found = findings(decision, pack, ANCHOR)
    line = Position(line=7, column=1)
    assert [(f.message, f.subject, f.severity, f.at) for f in found] == [
        ("text", "text", "error", ANCHOR),
        ("object", "object", "error", At(path="a.yml", start=line, end=line, origin="text")),
        ("own", "s", "note", PLACE),
        ("often", "often", "warning", ANCHOR),
    ]


def test_a_rule_that_only_warns_has_the_severity_of_its_metadata(pack: Pack) -> None:
    (finding,) = findings({"w": {"warn_a": ["x"]}}, pack, ANCHOR)
    assert finding.severity == "note"


def test_a_users_rule_may_tell_what_it_is_about_too(pack: Pack) -> None:
    told = {"modules": ["m.example"], "contexts": ["Makefile#build"], "evidence": ["one"]}
    (finding,) = findings(mine({"msg": "m", **told}), pack, ANCHOR)
    assert (finding.modules, finding.contexts) == (("m.example",), ("Makefile#build",))
    assert finding.proofs == {"one"}


def test_the_order_of_an_engine_does_not_matter(pack: Pack) -> None:
    elements = [{"message": str(n), "subject": "s"} for n in range(5)]
    assert findings(shipped(*elements), pack, ANCHOR) == findings(shipped(*reversed(elements)), pack, ANCHOR)


SHIPPED = "policygate/go/quiet.rego: rule `go.quiet`: "


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        (shipped("text"), '`deny` returned no finding: "text"'),
        (shipped(5), "`deny` returned no finding: 5"),
        (shipped({"subject": "s"}), '`deny` returned no `message`: {"subject": "s"}'),
        (shipped({"message": " ", "subject": "s"}), "`deny` returned no `message`"),
        (shipped({"message": 5, "subject": "s"}), "`deny` returned no `message`"),
        (shipped({"message": "m"}), "`deny` returned no `subject`"),
        (shipped({"message": "m", "subject": ""}), "`deny` returned no `subject`"),
        (shipped({"msg": "m", "subject": "s"}), "`deny` returned an unknown key `msg`"),
        (shipped({"message": "m", "subject": "s", "severity": "note"}), "`deny` returned an unknown key `severity`"),
        (
            shipped({"message": "m", "subject": "s", "at": "go.mod"}),
            "`deny` returned an `at` that is neither a place nor a fact",
        ),
        (shipped({"message": "m", "subject": "s", "at": {**AT, "x": 1}}), "`deny` returned an `at` that is neither"),
        (shipped({"message": "m", "subject": "s", "at": None}), "`deny` returned an `at` that is neither"),
        (shipped({"message": "m", "subject": "s", "related": "x"}), "`deny` returned a `related` that is no list"),
        (
            shipped({"message": "m", "subject": "s", "related": [{"message": "m"}]}),
            "`deny` returned a related place that has not",
        ),
        (
            shipped({"message": "m", "subject": "s", "related": [{"message": "m", "at": AT, "x": 1}]}),
            "`deny` returned a related place that has not just `message` and `at`",
        ),
        (
            shipped({"message": "m", "subject": "s", "related": [{"message": "", "at": AT}]}),
            "`deny` returned no `message`",
        ),
        (
            shipped({"message": "m", "subject": "s", "assumes": "x"}),
            "`deny` returned a `assumes` that is no list of texts",
        ),
        (
            shipped({"message": "m", "subject": "s", "assumes": [1]}),
            "`deny` returned a `assumes` that is no list of texts",
        ),
        (
            shipped({"message": "m", "subject": "s", "modules": {"m.example": 1}}),
            "`deny` returned a `modules` that is no list of texts",
        ),
        (
            shipped({"message": "m", "subject": "s", "contexts": [""]}),
            "`deny` returned a `contexts` that is no list of texts",
        ),
        (
            shipped({"message": "m", "subject": "s", "evidence": [["x"]]}),
            "`deny` returned a `evidence` that is no list of texts",
        ),
        ({"go.quiet": {"deny": True}}, "`deny` is a boolean, not a set of findings"),
        ({"go.quiet": {"deny": {"x": 1}}}, "`deny` is an object, not a set of findings"),
        ({"go.quiet": {}}, "`deny` is undefined, not a set of findings"),
        ({"go.quiet": []}, "`answer` is a list"),
    ],
)
def test_what_is_no_finding_of_a_shipped_rule_is_an_error(pack: Pack, decision: dict[str, Any], message: str) -> None:
    with pytest.raises(PolicyError) as caught:
        findings(decision, pack, ANCHOR)
    assert caught.value.message.startswith(SHIPPED + message)


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        (mine({}), "`deny` returned no `message`: {}"),
        (mine(""), "`deny` returned no `message`"),
        (mine({"msg": "m", "severity": "high"}), "`deny` returned a `severity` that is none of error, warning, note"),
        (mine({"msg": "m", "subject": 5}), "`deny` returned no `subject`"),
        (mine({"msg": "m", "_loc": {"file": "a"}}), "`deny` returned a `_loc` that is not `file` and `line`"),
        (
            mine({"msg": "m", "_loc": {"file": "a", "line": 0}}),
            "`deny` returned a `_loc` that is not `file` and `line`",
        ),
        (mine(warn=(["x"],)), '`warn` returned no finding: ["x"]'),
    ],
)
def test_what_is_no_finding_of_a_users_rule_is_an_error(pack: Pack, decision: dict[str, Any], message: str) -> None:
    with pytest.raises(PolicyError) as caught:
        findings(decision, pack, ANCHOR)
    label = next(file.path for file in pack.files if not file.shipped)
    assert caught.value.message.startswith(f"{label}: rule `acme.mine`: {message}")


def test_a_long_element_is_shortened(pack: Pack) -> None:
    with pytest.raises(PolicyError) as caught:
        findings(shipped({"subject": "x" * 5000}), pack, ANCHOR)
    assert len(caught.value.message) < 300


def test_a_rule_that_nobody_asked_of_the_pack_is_an_error(pack: Pack) -> None:
    with pytest.raises(PolicyError, match="a rule that nobody knows"):
        findings({"go.other": {"deny": []}}, pack, ANCHOR)


def test_the_document_of_the_pack_is_opened(pack: Pack) -> None:
    document = {"digest": pack.digest, "asked": ["go.quiet"], "decision": {"go.quiet": {"deny": []}}}
    assert decision_of(document, pack) == {"go.quiet": {"deny": []}}


@pytest.mark.parametrize("document", [None, {}, {"decision": {}}, [], "x"])
def test_an_engine_without_the_policies_is_told(pack: Pack, document: object) -> None:
    with pytest.raises(EngineError) as caught:
        decision_of(document, pack)
    assert caught.value.message == "the engine lacks the policies: `data.gate` is undefined"
    assert "policygate bundle" in caught.value.hint


def test_an_engine_with_other_policies_is_told(pack: Pack) -> None:
    with pytest.raises(EngineError) as caught:
        decision_of({"digest": "sha256:00", "asked": [], "decision": {}}, pack)
    assert caught.value.message == f"the engine holds other policies: digest sha256:00 instead of {pack.digest}"
    assert "policygate bundle" in caught.value.hint


def test_an_asked_rule_without_an_answer_is_an_error(pack: Pack) -> None:
    with pytest.raises(PolicyError, match=r"rule `go\.quiet` is undefined"):
        decision_of({"digest": pack.digest, "asked": ["go.quiet"], "decision": {}}, pack)


def test_an_input_that_asks_nothing_is_an_error(pack: Pack) -> None:
    with pytest.raises(EngineError, match="was not told which rules to decide"):
        decision_of({"digest": pack.digest, "decision": {}}, pack)
