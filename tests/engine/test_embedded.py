import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest

from policygate.engine.embedded import FIELDS_HINT, EmbeddedEngine
from policygate.engine.policies import Pack
from policygate.errors import EngineError, PolicyError, PolicygateError
from policygate.facts.model import Go

MakePack = Callable[..., Pack]
MakeInput = Callable[..., str]

ENDLESS = """
    deny contains {} if {
        some a in numbers.range(1, 5000)
        some b in numbers.range(1, 5000)
        some c in numbers.range(1, 5000)
        a + b + c == 0
    }
"""


def failure(pack: Pack, text: str, *, deadline_s: float = 30, memory_bytes: int = 2 << 30) -> PolicygateError:
    engine = EmbeddedEngine(pack, deadline_s=deadline_s, memory_bytes=memory_bytes)
    with engine, pytest.raises(PolicygateError) as caught:
        engine.decide(text)
    return caught.value


def test_only_the_asked_rules_are_decided(make_pack: MakePack, make_input: MakeInput) -> None:
    pack = make_pack({"go.a": 'deny contains {"subject": m.path} if some m in input.go.modules', "go.b": ENDLESS})
    with EmbeddedEngine(pack, deadline_s=30) as engine:
        assert engine.decide(make_input(pack, ["go.a"])) == {"go.a": {"deny": [{"subject": "git.acme.example/shop"}]}}
        assert engine.decide(make_input(pack, [])) == {}
        assert (engine.name, engine.version.count(".")) == ("embedded", 2)


def test_what_a_policy_prints_goes_nowhere(
    make_pack: MakePack, make_input: MakeInput, capfd: pytest.CaptureFixture[str]
) -> None:
    pack = make_pack(users={"a.rego": 'package a\ndeny contains "x" if { print("::error::hello"); input.now }\n'})
    with EmbeddedEngine(pack, deadline_s=30) as engine:
        assert engine.decide(make_input(pack)) == {"a": {"deny": ["x"]}, "go.quiet": {"deny": []}}
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("deny[msg] { msg := 1 }", (3, 11), "`if` keyword is required before rule body"),
        ('deny contains "x" if {', (4, 1), "expecting expression"),
        ('\tdeny contains "üü" if { "ü" == "ü"; to_number("abc") }', (3, 49), "could not parse string as number"),
        ('deny contains "x" if 1 / 0 > 0', (3, 24), "divide by zero"),
        (
            'a := 1 if input.now\na := 2 if input.now != ""\ndeny contains "x" if a == 1',
            (4, 1),
            "rule conflicts with rule at ",
        ),
        (
            'deny contains "x" if semver.compare("1", "1.0.0") == 0',
            (3, 36),
            "`semver.compare`: `1` is no semantic version",
        ),
        (
            'deny contains sprintf("%v", [{{1}}])',
            (3, 22),
            "this built-in cannot take a set of lists, sets or objects here",
        ),
    ],
)
def test_a_policy_that_fails_is_named_with_line_and_column(
    make_pack: MakePack, make_input: MakeInput, text: str, place: tuple[int, int], message: str
) -> None:
    pack = make_pack(users={"a.rego": f"package a\n\n{text}\n"})
    error = failure(pack, make_input(pack))
    assert isinstance(error, PolicyError)
    assert error.at is not None
    label = pack.files[0].path
    assert (error.at.path, (error.at.start.line, error.at.start.column)) == (label, place)
    assert error.message.startswith(f"{label}:{place[0]}: {message}")
    assert "backtrace" not in error.message.lower()


def test_every_static_fault_is_told_at_once_with_the_way_to_the_schema(
    make_pack: MakePack, make_input: MakeInput
) -> None:
    pack = make_pack(
        {"go.a": "deny contains {} if input.go.modulez", "go.b": "deny contains {} if http.send({})"},
        {"c.rego": "package c\n\nf(x) := f(x)\n\ndeny contains f(1)\n"},
    )
    error = failure(pack, make_input(pack))
    assert error.message.replace(pack.files[0].path, "c.rego").splitlines() == [
        "c.rego:3: recursion, which Rego does not have: `c.f` -> `c.f`",
        f"policygate/go/a.rego:9: unknown input field `modulez`; known: {', '.join(sorted(Go.model_fields))}",
        "policygate/go/b.rego:9: `http.send` is refused: rules are pure: they do not ask the network",
    ]
    assert (type(error), error.hint) == (PolicyError, FIELDS_HINT)


def test_check_tells_faults_without_an_input(make_pack: MakePack) -> None:
    with EmbeddedEngine(make_pack(), deadline_s=30) as engine:
        engine.check()
    faulty = EmbeddedEngine(make_pack({"go.a": "deny contains x"}), deadline_s=30)
    with faulty, pytest.raises(PolicyError, match="unknown name `x`"):
        faulty.check()


def test_a_policy_of_conftest_is_told_that_its_input_is_not_here(make_pack: MakePack, make_input: MakeInput) -> None:
    pack = make_pack(users={"a.rego": 'package main\n\ndeny contains "x" if input.kind == "Deployment"\n'})
    error = failure(pack, make_input(pack))
    assert "unknown input field `kind`; known: base, change, config, go," in error.message
    assert "conftest" in error.hint


def test_a_rule_without_a_value_is_an_error_not_a_pass(make_pack: MakePack, make_input: MakeInput) -> None:
    pack = make_pack({"go.a": 'deny := "x" if input.now == ""'})
    error = failure(pack, make_input(pack))
    assert (type(error), error.message) == (PolicyError, "policygate/go/a.rego: rule `go.a` is undefined")


def test_a_rule_that_the_pack_does_not_hold_is_an_error(make_pack: MakePack, make_input: MakeInput) -> None:
    pack = make_pack()
    error = failure(pack, make_input(pack, ["go.quiet", "go.nobody"]))
    assert (type(error), error.message) == (PolicyError, "policies: rule `go.nobody` is undefined")


def test_a_policy_that_runs_away_is_stopped(make_pack: MakePack, make_input: MakeInput) -> None:
    pack = make_pack({"go.a": ENDLESS})
    started = monotonic()
    error = failure(pack, make_input(pack), deadline_s=1)
    assert (type(error), error.message) == (EngineError, "the policies took longer than 1 s")
    assert "--timeout" in error.hint
    assert monotonic() - started < 5


def test_a_policy_that_eats_memory_is_stopped(make_pack: MakePack, make_input: MakeInput) -> None:
    pack = make_pack({"go.a": "deny contains {} if count(numbers.range(1, 100000000)) > 3"})
    error = failure(pack, make_input(pack), memory_bytes=300 << 20)
    assert (type(error), error.message) == (EngineError, "the policy engine ran out of memory")


def test_a_crash_of_the_engine_is_told_with_its_signal(make_pack: MakePack, make_input: MakeInput) -> None:
    pack = make_pack({"go.a": f"deny contains {'[' * 100_000}{']' * 100_000}"})
    error = failure(pack, make_input(pack))
    assert (type(error), error.message) == (EngineError, "the policy engine died (signal 11, SIGSEGV)")


def test_a_panic_of_the_engine_is_told(make_pack: MakePack, make_input: MakeInput) -> None:
    pack = make_pack({"go.a": "deny contains {} if object.subset([1], [])"})
    error = failure(pack, make_input(pack))
    assert error.message == "the policy engine broke: PanicException: window size must be non-zero"


def test_nothing_of_the_callers_environment_or_folder_reaches_the_worker(
    make_pack: MakePack, make_input: MakeInput, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = make_pack()
    evil = tmp_path / "evil"
    evil.mkdir()
    for name in ("regorus", "json", "policygate", "sitecustomize"):
        (evil / f"{name}.py").write_text("raise SystemExit('taken over')\n")
    monkeypatch.chdir(evil)
    monkeypatch.setenv("PYTHONPATH", str(evil))
    monkeypatch.setenv("PYTHONSTARTUP", str(evil / "json.py"))
    with EmbeddedEngine(pack, deadline_s=30) as engine:
        assert engine.decide(make_input(pack)) == {"go.quiet": {"deny": []}}


def test_closing_twice_and_without_a_decision_is_fine(make_pack: MakePack) -> None:
    engine = EmbeddedEngine(make_pack(), deadline_s=30)
    engine.close()
    engine.close()


def test_the_worker_goes_when_its_parent_is_killed(
    make_pack: MakePack, tmp_path: Path, gone: Callable[[int], bool]
) -> None:
    make_pack()
    script = (
        "import sys, time\nfrom pathlib import Path\n"
        "from policygate.engine.embedded import EmbeddedEngine\nfrom policygate.engine.policies import load_pack\n"
        f"engine = EmbeddedEngine(load_pack(shipped=Path({str(tmp_path / 'shipped')!r})), deadline_s=30)\n"
        "engine.check()\nprint(engine._worker._process.pid, flush=True)\ntime.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent, parent.stdout:
        worker = int(parent.stdout.readline())
        parent.kill()
    assert gone(worker)
