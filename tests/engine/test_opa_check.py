from collections.abc import Callable
from pathlib import Path

import pytest

from policygate.engine.embedded import FIELDS_HINT
from policygate.engine.opa_process import LocalOpa
from policygate.engine.policies import Pack
from policygate.errors import EngineError, PolicyError, PolicygateError

MakePack = Callable[..., Pack]


def failure(pack: Pack, program: Path, *, deadline_s: float = 30) -> PolicygateError:
    with LocalOpa(pack, program, deadline_s=deadline_s) as engine, pytest.raises(PolicygateError) as caught:
        engine.check()
    return caught.value


def pretend(folder: Path, script: str) -> Path:
    program = folder / "opa"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_correct_policies_pass(make_pack: MakePack, opa_path: Path) -> None:
    with LocalOpa(make_pack(), opa_path, deadline_s=30) as engine:
        engine.check()


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("deny[msg] { msg := 1 }", (3, 1), "`contains` keyword is required for partial set rules"),
        (
            '\tdeny contains "ü" if input.go.modulez',
            (3, 23),
            "unknown input field `modulez`; known: contexts, exposures, modules, netrcs, settings, ",
        ),
        ('deny contains "x" if input.sources.go_mood', (3, 22), "unknown input field `go_mood`; known: app_config, "),
        (
            'deny contains "x" if input.config.parameters["a"].most',
            (3, 22),
            "unknown input field `most`; known: none",
        ),
        ('deny contains "x" if input.observed.edges', (3, 22), "unknown input field `edges`; known: none"),
        (
            'deny contains "x" if http.send({})',
            (3, 22),
            "`http.send` is refused: rules are pure: they do not ask the network",
        ),
        ('deny contains "x" if opa.runtime()', (3, 22), "`opa.runtime` is refused: rules are pure"),
        ('deny contains "x" if time.now_ns() > 1', (3, 22), "`time.now_ns` is refused: rules are pure: `input.now`"),
        ('deny contains "x" if nobody.knows(1)', (3, 22), "undefined function nobody.knows"),
        ('deny contains "x" if y == 1', (3, 22), "var y is unsafe"),
        ("f(x) := f(x)\ndeny contains f(1)", (3, 1), "rule data.a.f is recursive: data.a.f -> data.a.f"),
        ('deny contains "x" if count(5) == 1', (3, 22), "count: invalid argument(s)"),
    ],
)
def test_a_faulty_policy_is_named_with_line_and_column(
    make_pack: MakePack, opa_path: Path, text: str, place: tuple[int, int], message: str
) -> None:
    pack = make_pack(users={"a.rego": f"package a\n\n{text}\n"})
    error = failure(pack, opa_path)
    assert type(error) is PolicyError
    label = pack.files[0].path
    first, *_ = error.message.splitlines()
    assert first.startswith(f"{label}:{place[0]}: {message}")
    assert error.hint == (FIELDS_HINT if "input field" in message else "")
    if error.at:
        assert (error.at.path, (error.at.start.line, error.at.start.column)) == (label, place)


def test_all_faults_are_told_at_once(make_pack: MakePack, opa_path: Path) -> None:
    pack = make_pack({"go.a": "deny contains {} if input.goo", "go.b": "deny contains {} if input.go.sumz"})
    assert [line.partition(";")[0] for line in failure(pack, opa_path).message.splitlines()] == [
        "policygate/go/a.rego:9: unknown input field `goo`",
        "policygate/go/b.rego:9: unknown input field `sumz`",
    ]


OLD = """echo '{"builtins": [], "features": ["rego_v1_import"]}'"""


@pytest.mark.parametrize(
    ("script", "message", "hint"),
    [
        (
            "echo not an opa >&2; exit 3",
            "`PROGRAM` is no OPA, or a very old one: not an opa",
            "install OPA 1.0 or later",
        ),
        ("exit 3", "`PROGRAM` is no OPA, or a very old one: exit code 3", "install OPA 1.0 or later"),
        ("echo '[]'", "`PROGRAM` is no OPA, or a very old one: exit code 0", "install OPA 1.0 or later"),
        (OLD, "`PROGRAM` is older than OPA 1.0", "install OPA 1.0 or later"),
        (
            """[ "$1" = check ] && { echo broken >&2; exit 4; }; echo '{"builtins": [], "features": ["rego_v1"]}'""",
            "`PROGRAM check` failed: broken",
            "",
        ),
    ],
)
def test_a_program_that_is_no_opa_is_told(
    make_pack: MakePack, tmp_path: Path, script: str, message: str, hint: str
) -> None:
    program = pretend(tmp_path, script)
    error = failure(make_pack(), program)
    assert (type(error), error.message, error.hint) == (EngineError, message.replace("PROGRAM", str(program)), hint)


def test_a_check_that_never_ends_is_stopped(make_pack: MakePack, tmp_path: Path) -> None:
    program = pretend(tmp_path, "exec sleep 60")
    error = failure(make_pack(), program, deadline_s=0.5)
    assert (type(error), error.message) == (EngineError, f"`{program} check` took longer than 0.5 s")


def test_a_program_of_another_machine_is_told(make_pack: MakePack, tmp_path: Path) -> None:
    program = tmp_path / "opa"
    program.write_bytes(b"\x7fELF of another machine")
    program.chmod(0o755)
    error = failure(make_pack(), program)
    assert (type(error), error.message) == (EngineError, f"`{program}` cannot be run: exec format error")
