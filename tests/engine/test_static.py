import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

import pytest
import regorus

from policygate.engine.policies import parameters_schema
from policygate.engine.static import check
from policygate.facts.model import Setting
from policygate.facts.schema import input_schema
from policygate.findings import Parameter, Rule

RULE = Rule("acme.rule", "", "", "error", "", parameters=(Parameter("most", 3, ""),))
SCHEMA = input_schema(parameters_schema([RULE]))
SETTING = "condition, confidence, empty, flags, lost, scope, value"


def faults_of(*texts: str) -> Sequence[tuple[str, int, int, str]]:
    engine = regorus.Engine()
    for number, text in enumerate(texts):
        engine.add_policy(f"{number}.rego", dedent(text))
    return check(json.loads(engine.get_ast_as_json()), SCHEMA)


def in_rule(body: str) -> str:
    return "package acme.rule\n\n" + dedent(body)


CORRECT = [
    # every way to reach a field
    "deny contains m.path if some m in input.go.modules",
    "deny contains m.path if { some i, m in input.go.modules; i > 0 }",
    "deny contains input.go.modules[_].requires[0].version",
    'deny contains input["go"]["modules"][i].path if i := 0',
    "deny contains s.chain[i + 1].host if { some s in input.go.settings.GOPROXY; some i, _ in s.chain }",
    "deny contains v.at.start.line if { some c in input.go.contexts; some name, vs in c.settings; some v in vs }",
    'deny contains c.settings[name][_].chain if { some c in input.go.contexts; some name in {"GOPROXY"} }',
    "deny contains status if { status := input.sources.go_mod.status }",
    'deny contains input.sources[name].status if some name in {"go_mod"}',
    'deny contains input.config.parameters["acme.rule"].most',
    "deny contains input.base.go.modules[_].path if input.base.exists",
    "deny contains x if { x := [m.path | some m in input.go.modules][_] }",
    'deny contains x.a.path if { x := {"a": input.go.modules[0], "b": 1} }',
    "deny contains x.anything.at.all if { x := json.unmarshal(input.now) }",
    "deny contains x if { [x, y] := [input.now, input.go]; y.modules }",
    "deny contains x.path if { some [_, x] in {[1, m] | some m in input.go.modules} }",
    'deny contains x.path if { some {"m": x} in [{"m": m} | some m in input.go.modules] }',
    "deny contains xs[1].path if { xs := [input.go, input.go.modules[0], 1] }",
    "deny contains xs[i].path if { xs := [input.go, input.go.modules[0], 1]; some i in [1] }",
    'deny contains x if { every m in input.go.modules { m.path != "" }; x := 1 }',
    "deny contains x if { x := {m.file: m.path | some m in input.go.modules}[_] }",
    'deny contains x if { walk(input, [path, x]); path[0] == "go" }',
    "deny contains x if { m := input.go.modules[_]; not m.vendored; x = m.path }",
    "deny contains m.path if { some m in ({m | m := input.go.modules[_]} | {m | m := input.go.modules[_]}) }",
    "deny contains m.path if { some m in array.concat(input.go.modules, array.slice(input.go.modules, 0, 1)) }",
    "deny contains x if { y := input.go.modules[_].path; x = y }",
    "x := input.run.mode if input.now\nelse := input.now\ndeny contains x",
    'deny contains x if { split(input.now, "-", parts); x := parts[0] }',
    'deny contains x if { x := count(input.go.modules) with input as {"anything": 1} }',
    'deny contains x if { x := input.anything.else with input as {"anything": {"else": 1}} }',
    'deny contains x if { x := input.anything.else with input.anything as {"else": 1} }',
    # other rules
    "mods := input.go.modules\ndeny contains m.path if some m in mods",
    "mods contains m if some m in input.go.modules\ndeny contains m.path if some m in mods",
    'mods[m.path] := m if some m in input.go.modules\ndeny contains mods["x"].file',
    "by[m.path][r.path] := r if { some m in input.go.modules; some r in m.requires }\ndeny contains by[_][_].version",
    'names.of.path := 1\nnames.of.file := 2\ndeny contains names.of[k] if some k in {"path"}',
    'x := input.go.modules[0] if input.now\nx := {"path": 1} if not input.now\ndeny contains x.path',
    'default x := {}\nx := input.go.modules[0] if input.now\ndeny contains object.get(x, "path", "")',
    "deny contains data.acme.rule.mods[_].path\nmods := input.go.modules",
    # functions, which may serve more shapes than they are called with
    "f(x) := x.path\ndeny contains f(m) if some m in input.go.modules",
    "f(x) := x.path if x.path\nf(x) := x.host if x.host\ndeny contains f(m) if some m in input.go.modules",
    "f(x) := x if is_string(x)\nf(x) := x.path if is_object(x)\ndeny contains f(input.now)",
    'f(x) := x.anything\ndeny contains f({"anything": 1})',
    "f([a, b]) := a.path if b\ndeny contains f([input.go.modules[0], true])",
    'default f(_) := 1\nf("x") := 2\ndeny contains f(input.now)',
    "first(xs) := xs[0]\ndeny contains first(input.go.modules).path",
    "f(x) := y if { y := x.path } else := y if { y := x.host }\ndeny contains f(input.go.modules[0])",
    "count(x) := 5 if x\ndeny contains count(1)",
    # names
    "deny contains x if { some x; x = input.now }",
    'deny contains i if { input.go.modules[i].path == "x" }',
    "deny contains 1 if { print(input.now, 1, 2); print() }",
    "deny contains x if { z := 1; x := [y | y := z] }",
    'deny contains x if { not missing; x := 1 }\nmissing if input.now == "x"',
    "deny contains x if { x := numbers.range(1, 3)[_] }",
]


def test_the_correct_policies_are_correct_to_opa(opa_path: Path, tmp_path: Path) -> None:
    for number, text in enumerate(CORRECT):
        own = f"acme.rule{number}"
        renamed = in_rule(text).replace("package acme.rule", f"package {own}").replace("data.acme.rule", f"data.{own}")
        (tmp_path / f"{number}.rego").write_text(renamed)
    (tmp_path / "schema.json").write_text(json.dumps(SCHEMA))
    command: list[str | Path] = [opa_path, "check", "--schema", tmp_path / "schema.json", *tmp_path.glob("*.rego")]
    assert subprocess.run(command, check=False, capture_output=True, text=True).stderr == ""


@pytest.mark.parametrize("text", CORRECT)
def test_a_correct_policy_has_no_fault(text: str) -> None:
    assert faults_of(in_rule(text)) == []


def test_a_rule_may_use_a_library() -> None:
    library = (
        "package acme.lib\nimport input.go.modules as mods\npaths contains m.path if some m in mods\nf(x) := x.path\n"
    )
    user = (
        "package acme.rule\nimport data.acme.lib\nimport data.acme.lib.paths as p\nimport data.acme\nimport rego.v1\n"
        "deny contains x if some x in lib.paths\ndeny contains x if some x in p\n"
        "deny contains lib.f(input.go.modules[0])\ndeny contains acme.lib.f(1)\ndeny contains data.acme.lib.f(1)\n"
    )
    assert faults_of(library, user) == []


WRONG = [
    ("deny contains input.goo", 3, 21, "unknown input field `goo`; known: "),
    ("deny contains m.pth if some m in input.go.modules", 3, 17, "unknown input field `pth`; known: at, deprecated, "),
    (
        "deny contains m if some m in input.go.modulez",
        3,
        39,
        "unknown input field `modulez`; known: contexts, exposures, ",
    ),
    ('deny contains input["go"]["modulez"]', 3, 28, "unknown input field `modulez`; known: "),
    ("deny contains input.go.modules[_].requires[_].vers", 3, 47, "unknown input field `vers`; known: at, indirect, "),
    (
        "deny contains 1 if { some m in input.go.modules; not m.vendord }",
        3,
        56,
        "unknown input field `vendord`; known: ",
    ),
    ("deny contains 1 if { every m in input.go.modules { m.pth } }", 3, 54, "unknown input field `pth`; known: "),
    ("deny contains x if { x := [m.pth | some m in input.go.modules] }", 3, 30, "unknown input field `pth`; known: "),
    ("deny contains x if { x := {m.pth: 1 | m := input.go.modules[_]} }", 3, 30, "unknown input field `pth`; known: "),
    ("deny contains x if { y = input.go; x := y.sumz }", 3, 43, "unknown input field `sumz`; known: "),
    ('deny contains x if { z := {"a": input.go}; x := z.a.sumz }', 3, 53, "unknown input field `sumz`; known: "),
    (
        "deny contains x.pth if { some [_, x] in {[1, m] | some m in input.go.modules} }",
        3,
        17,
        "unknown input field `pth`",
    ),
    ("all contains [1, m] if some m in input.go.modules\ndeny contains x.pth if some [_, x] in all", 4, 17, "unknown"),
    (
        "deny contains xs[0].path if { xs := [input.go, input.go.modules[0]] }",
        3,
        21,
        "unknown input field `path`; known: ",
    ),
    ("deny contains x.sumz if { [_, x] := [1, input.go] }", 3, 17, "unknown input field `sumz`; known: "),
    ('x := 1 if input.now == ""\nelse := input.goo', 4, 15, "unknown input field `goo`; known: "),
    ("all := input.go.modules\ndeny contains all[_].pth", 4, 22, "unknown input field `pth`; known: "),
    (
        "all contains m if some m in input.go.modules\ndeny contains m.pth if some m in all",
        4,
        17,
        "unknown input field `pth`",
    ),
    (
        "by[m.path] := m if some m in input.go.modules\ndeny contains by[_].pth",
        4,
        21,
        "unknown input field `pth`; known: ",
    ),
    ("first(xs) := xs[0]\ndeny contains first(input.go.modules).pth", 4, 39, "unknown input field `pth`; known: "),
    ("f(x) := x.pth\ndeny contains f(input.go.modules[0])", 3, 11, "unknown input field `pth`; known: "),
    ("deny contains input.sources.go_mood", 3, 29, "unknown input field `go_mood`; known: app_config, "),
    ('deny contains input.config.parameters["acme.rule"].mst', 3, 52, "unknown input field `mst`; known: most"),
    ('deny contains input.config.parameters["acme.rul"]', 3, 40, "unknown input field `acme.rul`; known: acme.rule"),
    (
        "deny contains v.valu if { some vs in input.go.settings; some v in vs }",
        3,
        17,
        "unknown input field `valu`; known: at, chain, ",
    ),
    ("deny contains input.observed.edges", 3, 30, "unknown input field `edges`; known: none"),
    (
        "deny contains input.go.modules.path",
        3,
        32,
        "`path` is no field of a list: iterate with `[_].path` or `some ... in`",
    ),
    ("deny contains input.now.year", 3, 25, "`year` is no field: the value before it is a string"),
    ('# ü\n\tdeny contains {"ü": input.goo}', 4, 28, "unknown input field `goo`; known: "),
    ("deny contains contxt.id", 3, 15, "unknown name `contxt`"),
    ("deny contains x if { x := 1; y == 2 }", 3, 30, "unknown name `y`"),
    ("deny contains lib.x", 3, 15, "unknown name `lib`"),
    (
        "deny contains data.acme.nothing",
        3,
        15,
        "nothing declares `data.acme.nothing`: there are no data documents, only policies",
    ),
    ("deny contains f(1)", 3, 15, "`f` is neither a function of the policies nor a built-in that every engine has"),
    ('deny contains io.jwt.decode("x")', 3, 15, "`io.jwt.decode` is neither a function of the policies nor a built-in"),
    ("deny contains http.send({})", 3, 15, "`http.send` is refused: rules are pure: they do not ask the network"),
    (
        "deny contains 1 if not opa.runtime().env.X",
        3,
        24,
        "`opa.runtime` is refused: rules are pure: they do not read the environment",
    ),
    ("deny contains time.now_ns()", 3, 15, "`time.now_ns` is refused: rules are pure: `input.now` is the date"),
    ("deny contains count(1, 2)", 3, 15, "`count` takes 1 arguments, not 2"),
    ("f(x) := x\ndeny contains f(1, 2)", 4, 15, "`f` takes 1 arguments, not 2"),
    (
        "deny contains x if { [_, x] := walk(input) }",
        3,
        32,
        "write `walk(x, [path, value])`: the other form is not portable",
    ),
    ("f(x) := f(x)\ndeny contains f(1)", 3, 1, "recursion, which Rego does not have: `acme.rule.f` -> `acme.rule.f`"),
    (
        "f(x) := g(x)\ng(x) := [y | y := f(x)]\ndeny contains f(1)",
        3,
        1,
        "recursion, which Rego does not have: `acme.rule.f` -> `acme.rule.g` -> `acme.rule.f`",
    ),
    ("deny contains data.acme.rule", 3, 1, "recursion, which Rego does not have: `acme.rule.deny` -> `acme.rule.deny`"),
    (
        'm.a := 1\nm[k] := m["b"] if k := "c"',
        4,
        1,
        "recursion, which Rego does not have: `acme.rule.m` -> `acme.rule.m`",
    ),
]


@pytest.mark.parametrize(("text", "line", "column", "message"), WRONG)
def test_a_fault_is_found_at_its_place(text: str, line: int, column: int, message: str) -> None:
    faults = faults_of(in_rule(text))
    assert [fault[:3] for fault in faults] == [("0.rego", line, column)]
    assert faults[0][3].startswith(message)


def test_an_import_is_checked_too() -> None:
    assert faults_of("package a\nimport input.goo as g\nimport data.b.c\nx := g\ny := c") == [
        (
            "0.rego",
            2,
            14,
            "unknown input field `goo`; known: base, change, config, go, network, now, observed, run, sources",
        ),
        ("0.rego", 5, 6, "nothing declares `data.b.c`: there are no data documents, only policies"),
    ]


def test_the_known_fields_are_those_of_the_model() -> None:
    (fault,) = faults_of(in_rule("deny contains input.go.settings.GOENV[_].x"))
    assert fault[3] == f"unknown input field `x`; known: {', '.join(sorted(Setting.model_fields))}"


def test_a_rule_that_with_replaces_may_hold_anything() -> None:
    text = """
        mods := input.go.modules
        deny contains x if { x := data.acme.rule.f with data.acme.rule.mods as 1 }
        f := mods.anything
    """
    assert faults_of(in_rule(text)) == []


def test_every_circle_is_found_once() -> None:
    text = "a := b\nb := c\nc := a\nd := d\ne := a"
    assert [fault[3] for fault in faults_of(in_rule(text))] == [
        "recursion, which Rego does not have: `acme.rule.a` -> `acme.rule.b` -> `acme.rule.c` -> `acme.rule.a`",
        "recursion, which Rego does not have: `acme.rule.d` -> `acme.rule.d`",
    ]


def test_the_end_of_a_long_chain_is_reached() -> None:
    rules = [f"r{n} := r{n + 1}[_]" for n in range(60)]
    faults = faults_of(in_rule("\n".join([*rules, "r60 := input.goo"])))
    assert [fault[:3] for fault in faults] == [("0.rego", 63, 14)]


def test_what_is_nested_too_deeply_is_a_fault_and_no_crash() -> None:
    rules = "\n".join(f"r{n} := [r{n + 1}]" for n in range(3000))
    assert faults_of(in_rule(f"{rules}\nr3000 := input.now\n"))[0][3] == "an expression is nested too deeply"
