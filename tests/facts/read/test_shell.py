from policygate.facts.model import FileFacts
from policygate.facts.read.shell import read


def test_a_script_is_a_place_with_what_it_sets_and_runs() -> None:
    (place,) = read(
        "scripts/build.sh", b"#!/bin/sh\nexport GOSUMDB=off\ngo env -w GOPROXY=direct\ngo build ./...\n"
    ).places
    assert (place.id, place.kind, place.name, place.directory, place.at.start.line) == (
        "scripts/build.sh",
        "shell",
        "build.sh",
        ".",
        1,
    )
    assert [(a.name, a.value, a.scope) for a in place.assignments] == [
        ("GOSUMDB", "off", "script"),
        ("GOPROXY", "direct", "script"),
    ]
    assert [command.text for command in place.commands] == ["go env -w GOPROXY=direct", "go build ./..."]


def test_an_envrc_stands_in_its_own_folder() -> None:
    (place,) = read("services/a/.envrc", b"export GOPRIVATE=git.acme.example\n").places
    assert (place.name, place.directory) == (".envrc", "services/a")


def test_a_script_that_has_nothing_to_do_with_go() -> None:
    assert read("x.sh", b"echo hello\n") == FileFacts()
