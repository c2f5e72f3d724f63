"""What several scripts amount to for the place that they run in."""

from time import process_time

import pytest

from policygate.facts.model import Assignment, GoCommand
from policygate.facts.syntax.shell_session import (
    is_posix_shell,
    join,
    may_run_go,
    passing,
    prevailing,
    run_in_turn,
    under,
    visible,
    without,
)
from policygate.facts.syntax.snippet import Snippet
from policygate.location import Text, nowhere


def assignment(name: str, value: str, condition: str = "") -> Assignment:
    return Assignment(name=name, value=value, at=nowhere("environment"), scope="x", condition=condition)


def command(*assignments: Assignment) -> GoCommand:
    at = nowhere("environment")
    return GoCommand(verb="x", arguments=["x"], text="go x", at=at, directory=".", assignments=list(assignments))


A, B, C = assignment("GOPROXY", "a"), assignment("GOPROXY", "b"), assignment("GOFLAGS", "c")
LOST = A.model_copy(update={"lost": "pipeline"})
ONCE = "once it has been set"


def session(*texts: str) -> list[Snippet]:
    file = Text("f", "\n".join(texts).encode())
    offsets = [sum(len(text) + 1 for text in texts[:index]) for index in range(len(texts))]
    return [Snippet(text, file, ((0, offset),)) for text, offset in zip(texts, offsets, strict=True)]


def test_a_shell_goes_on_where_the_part_before_stopped() -> None:
    parts = [
        (snippet, f"part {number}")
        for number, snippet in enumerate(session("cd a; export GOFLAGS=-v", "GOPROXY=$GOPROXY,x go build", "go vet"))
    ]
    script = run_in_turn(parts, directory=".", environment=[A])
    assert [
        (found.text, found.directory, [(a.name, a.value, a.scope) for a in found.assignments])
        for found in script.commands
    ] == [
        ("GOPROXY=$GOPROXY,x go build", "a", [("GOPROXY", "a,x", "part 1"), ("GOFLAGS", "-v", "part 0")]),
        ("go vet", "a", [("GOFLAGS", "-v", "part 0"), ("GOPROXY", "a", "x")]),
    ]
    assert [(a.name, a.lost) for a in script.assignments] == [("GOFLAGS", "")]
    assert script.exported == {"GOPROXY", "GOFLAGS"}
    assert without(script.commands, [A])[1].assignments == [script.commands[1].assignments[0]]


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("export GOPROXY=a", ["subshell"]),
        ("go vet; export GOPROXY='a' GOFLAGS=\"-v\" ; \n", ["subshell", "subshell"]),
        ("export GOPROXY=a\nexport GOFLAGS=\n", ["subshell", "subshell"]),
        ("export GOPROXY=a; make", [""]),
        ("export GOPROXY=a; make; export GOFLAGS=b", ["subshell", ""]),
        ("export GOPROXY=a # the end", [""]),
        ("export GOPROXY=a|b", ["pipeline"]),
    ],
)
def test_what_is_set_last_reaches_nothing(text: str, lost: list[str]) -> None:
    script = run_in_turn([(snippet, "x") for snippet in session(text)], directory=".", environment=[])
    assert [a.lost for a in script.assignments] == lost


def test_what_prevails_from_some_point_on() -> None:
    assert prevailing([B, C], []) == [B, C]
    assert prevailing([B, C], [command(B, C), command(A)]) == [B, under(C, ONCE)]
    assert prevailing([LOST], [command()]) == [LOST]


def test_what_passes_with_its_shell() -> None:
    assert passing([A, C], [], "in its step") == [under(A, "in its step"), under(C, "in its step")]
    assert passing([A, C], [command(A, B), command(A)], "in its step") == [A, under(C, "in its step")]
    assert passing([A, C], [command(A, C), command(B)], "in its step") == []
    assert passing([LOST, A], [command(A), command()], "in its step") == [LOST]


def test_what_stays_visible() -> None:
    conditional = assignment("GOPROXY", "x", "if y")
    assert visible([conditional, A, B, C]) == [conditional, A, C]
    assert len(visible([assignment("GOPROXY", str(n), "if y") for n in range(100)])) == 64
    assert under(conditional, ONCE).condition == "if y; once it has been set"


def test_joined_scripts_keep_their_places() -> None:
    one, two, three = session("go", "to", "é")
    joined = join([three, one])
    assert joined.source == "é\ngo"
    assert [joined.at(offset, offset + 1).start.line for offset in (0, 2, 3)] == [3, 1, 1]
    assert join([two]).at(0, 2) == two.at(0, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("make", True),
        ("cd x && gmake -j all", True),
        ("./build.sh", True),
        ("(./build)", True),
        ("../hack/build --fast", True),
        ("bash -c 'x'", True),
        ("sh hack/x", True),
        ("hack/build.sh; echo", True),
        ("time task build", True),
        ("x\nmage ci", True),
        ("golangci-lint run", True),
        ("echo makefile", False),
        ("cmake .", False),
        ("cat build.shtml", False),
        ("npm test", False),
        ("", False),
    ],
)
def test_which_scripts_may_run_go(text: str, expected: bool) -> None:
    assert may_run_go(text) is expected


@pytest.mark.parametrize("unit", ["a", "a;", "./", " ", "x.s", ".sh", "\n", "sh"])
def test_looking_for_wrappers_takes_linear_time(unit: str) -> None:
    start = process_time()
    may_run_go(unit * 300_000)
    assert process_time() - start < 10


def test_which_programs_read_our_language() -> None:
    programs = ["sh", "/bin/bash", "/usr/local/bin/zsh", "pwsh", "python3", "cmd", "/bin/"]
    assert [program for program in programs if is_posix_shell(program)] == programs[:3]
