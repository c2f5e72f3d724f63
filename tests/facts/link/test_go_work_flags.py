"""`-mod=mod` in workspaces, as the real go refuses it."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from policygate.facts.link import go_contexts, go_work_flags
from policygate.facts.model import Assignment, FileFacts, Go, GoCommand, Place, PlaceKind, WorkFlag
from policygate.facts.own import OuterValue, Surroundings, state_own
from policygate.facts.read import go_work
from policygate.location import At, Position, nowhere

OWN = state_own(modules=[], public=[], proxies=[], sumdbs=[])
DECLARED: Mapping[str, Mapping[str, str]] = {"gitlab": {}, "make": {}, "dockerfile": {}}


def at(line: int, value: str) -> At:
    end = Position(line=line, column=10 + len(value))
    return At(path="ci.yml", start=Position(line=line, column=10), end=end, origin="text")


def assigned(values: Mapping[str, str], condition: str = "", lost: bool = False) -> list[Assignment]:
    return [
        Assignment(
            name=name,
            value=value,
            at=at(line, value),
            scope="job build",
            condition=condition,
            dynamic="$" in value,
            lost="pipeline" if lost else "",
        )
        for line, (name, value) in enumerate(values.items(), 2)
    ]


def command(
    words: Sequence[str],
    inline: Mapping[str, str] | None = None,
    directory: str = "svc/a",
    condition: str = "",
    lost: bool = False,
) -> GoCommand:
    verbs = [word for word in words if not word.startswith("-")]
    return GoCommand(
        verb=" ".join(verbs[:2]) if verbs[0] in ("mod", "work") else verbs[0],
        arguments=list(words),
        text="go " + " ".join(words),
        at=at(9, "go"),
        directory=directory,
        assignments=assigned(inline or {}, condition, lost),
    )


def place(
    *commands: GoCommand,
    settings: Mapping[str, str] | None = None,
    kind: PlaceKind = "gitlab_job",
    name: str = "build",
    condition: str = "",
) -> Place:
    return Place(
        id=f"ci.yml#{name}",
        kind=kind,
        name=name,
        at=at(1, name),
        directory="svc",
        assignments=assigned(settings or {}, condition),
        commands=list(commands),
    )


def link(*places: Place, outer: Mapping[str, Mapping[str, str]] = DECLARED) -> list[WorkFlag]:
    works = go_work.read("svc/go.work", b"go 1.24\n\nuse ./a\n").works
    outside = {
        family: {name: OuterValue(value, nowhere("outer")) for name, value in values.items()}
        for family, values in outer.items()
    }
    files = FileFacts(works=works, places=list(places))
    surroundings = Surroundings(OWN, outside)
    return go_work_flags.link(files, surroundings, go_contexts.link(files, surroundings, Go())).work_flags


MOD = {"GOFLAGS": "-mod=mod"}


@pytest.mark.parametrize(
    "words",
    [
        *(("build", "./..."), ("list", "-m", "all"), ("run", "."), ("test", "./..."), ("vet", "."), ("install", ".")),
        *(("generate", "./..."), ("clean",), ("fix", "./..."), ("doc", "fmt"), ("get", "./..."), ("fmt", "./...")),
        *(("env", "GOFLAGS"), ("version",), ("mod", "tidy"), ("mod", "download"), ("mod", "graph"), ("mod", "verify")),
        *(("mod", "why", "x.test/a"), ("mod", "edit", "-json"), ("work", "sync"), ("work", "edit", "-json"), ("tool",)),
        *(("run", "x.test/c@v1.0.0"), ("install", "x.test/c/cmd@latest"), ("telemetry",), ("work", "use", ".")),
        *(("build", "-mod=readonly"), ("build", "-mod", "mod"), ("build", "--mod=mod", "."), ("vet", "-mod=mod", ".")),
        *(("test", ".", "-mod=mod"), ("test", ".", "-args", "-mod=readonly"), ("run", ".", "-mod=readonly")),
        *(("run", ".", "a.test/x@v1"), ("build", "-o", "x", "-mod=readonly", "."), ("list", "-mod=mod", "-mod=vendor")),
    ],
    ids=" ".join,
)
def test_the_commands_that_fail_are_those_that_go_refuses(
    words: Sequence[str], go: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "go.work").write_text("go 1.24\n\nuse ./a\n")
    (tmp_path / "a/go.mod").write_text("module x.test/a\n\ngo 1.24\n")
    (tmp_path / "a/main.go").write_text("package main\n\nfunc main() {}\n")

    said = go(*words, cwd=tmp_path / "a", env=MOD).stderr

    refused = "-mod may only be set to readonly or vendor when in workspace mode" in said
    assert [x.text for x in link(place(command(words), settings=MOD))] == [
        "-mod=mod" if not any("mod=mod" in word or word == "-mod" for word in words) else "go " + " ".join(words)
    ] * refused, said


def test_a_flag_is_said_once_with_all_its_contexts() -> None:
    build, test = command(("build",)), command(("test", "./..."))
    assert link(place(build, test, settings=MOD), place(build, settings=MOD, name="again")) == [
        WorkFlag(
            work="svc/go.work",
            contexts=["ci.yml#again", "ci.yml#build"],
            text="-mod=mod",
            scope="job build",
            at=at(2, "-mod=mod"),
            assumes=[],
        )
    ]


def test_a_flag_of_the_command_stands_at_the_command() -> None:
    assert link(place(command(("build", "-mod=mod", ".")), settings={"GOFLAGS": "-mod=vendor"})) == [
        WorkFlag(
            work="svc/go.work",
            contexts=["ci.yml#build"],
            text="go build -mod=mod .",
            scope="",
            at=at(9, "go"),
            assumes=[],
        )
    ]


BUILD = command(("build",))


@pytest.mark.parametrize(
    "fine",
    [
        place(BUILD),
        place(BUILD, settings={"GOFLAGS": "-mod=mod -mod=readonly"}),
        place(BUILD, settings={"GOFLAGS": "-mod=vendor"}),
        place(BUILD, settings={"GOFLAGS": "-mod=$MODE"}),
        place(BUILD, settings={**MOD, "GOWORK": "off"}),
        place(BUILD, settings={**MOD, "GOWORK": "$WORK"}),
        place(BUILD, settings={**MOD, "GOWORK": "/elsewhere/go.work"}),
        place(command(("build",), {"GOWORK": "off"}), settings=MOD),
        place(command(("build",), {"GOFLAGS": ""}), settings=MOD),
        place(command(("build",), MOD, lost=True)),
        place(command(("build", "-mod=mod"), directory="lib")),
        place(command(("build", "-mod=mod"), directory=".")),
        place(command(("build", "-mod=mod"), directory="")),
    ],
    ids=lambda x: str([x.assignments, x.commands])[:0],
)
def test_other_commands_are_fine(fine: Place) -> None:
    assert link(fine) == []


@pytest.mark.parametrize(
    ("given", "assumes"),
    [
        (place(BUILD, settings={**MOD, "GOWORK": ""}), []),
        (place(BUILD, settings={**MOD, "GOWORK": "auto"}), []),
        (place(command(("build",), MOD)), []),
        (place(command(("build",), {"GOFLAGS": "-v"}, condition="if x"), settings=MOD), []),
        (
            place(BUILD, settings=MOD, condition="unless GOFLAGS is set in the environment"),
            ["it is not the case that GOFLAGS is set in the environment"],
        ),
        (
            place(BUILD, settings=MOD, kind="github_job"),
            ["nothing outside the repository sets GOWORK (`outer.github` in policygate.yaml would say so)"],
        ),
    ],
    ids=range(6),
)
def test_what_a_flag_rests_on(given: Place, assumes: list[str]) -> None:
    assert [(x.text, x.assumes) for x in link(given)] == [("-mod=mod", assumes)]


def test_a_workspace_that_is_switched_off_outside_refuses_nothing() -> None:
    assert link(place(BUILD, settings=MOD), outer={"gitlab": {"GOWORK": "off"}}) == []
