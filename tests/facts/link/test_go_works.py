"""Workspaces, and what makes the real go refuse them."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from policygate.facts.link.go_works import link, workspaces
from policygate.facts.model import FileFacts, Go, Work
from policygate.facts.own import Surroundings, state_own
from policygate.facts.read import go_mod, go_work

OWN = state_own(modules=[], public=[], proxies=[], sumdbs=[])

A = "module x.test/a\n\ngo 1.24\n"
B = "module x.test/b\n\ngo 1.24\n"
WORK = "go 1.24\n\nuse ./a\n\nuse ./b\n"

Fault = tuple[str, str, str, str, tuple[str, int], tuple[str, int]]

CASES: dict[str, tuple[dict[str, str], list[Fault], str]] = {
    "fine": ({"go.work": WORK, "a/go.mod": A, "b/go.mod": B}, [], ""),
    "go line of go.work is lower": (
        {"go.work": "go 1.23\n\nuse ./a\n", "a/go.mod": A},
        [("go_version", "./a", "1.24", "1.23", ("go.work", 1), ("a/go.mod", 3))],
        "listed in go.work file requires go >= 1.24, but go.work lists go 1.23",
    ),
    "go line of go.work is a language, the member's a release": (
        {"go.work": "go 1.24\n\nuse ./a\n", "a/go.mod": A.replace("1.24", "1.24.0")},
        [("go_version", "./a", "1.24.0", "1.24", ("go.work", 1), ("a/go.mod", 3))],
        "requires go >= 1.24.0",
    ),
    "go line of go.work is missing": (
        {"go.work": "use ./a\n", "a/go.mod": A.replace("1.24", "1.21")},
        [("go_version", "./a", "1.21", "1.18", ("go.work", 1), ("a/go.mod", 3))],
        "but go.work implicitly requires go 1.18",
    ),
    "members from before 1.21 may ask for more": (
        {"go.work": "go 1.18\n\nuse ./a\n", "a/go.mod": A.replace("1.24", "1.20")},
        [],
        "",
    ),
    "a member without a go line asks for nothing": ({"go.work": "use ./a\n", "a/go.mod": "module x.test/a\n"}, [], ""),
    "a directory is missing": (
        {"go.work": WORK, "a/go.mod": A},
        [("missing", "./b", "", "", ("go.work", 5), ("go.work", 5))],
        "cannot load module b listed in go.work file",
    ),
    "the root is missing": (
        {"go.work": "go 1.24\n\nuse .\n\nuse a\n", "a/go.mod": A},
        [("missing", ".", "", "", ("go.work", 3), ("go.work", 3))],
        "listed in go.work file",
    ),
    "a directory is named twice": (
        {"go.work": "go 1.24\n\nuse ./a\n\nuse a/../a/\n", "a/go.mod": A},
        [("repeated", "a/../a/", "", "", ("go.work", 5), ("go.work", 3))],
        "appears multiple times in workspace",
    ),
    "two members have one path": (
        {"go.work": WORK, "a/go.mod": A, "b/go.mod": A},
        [("same_path", "x.test/a", "", "", ("go.work", 5), ("go.work", 3))],
        "module x.test/a appears multiple times in workspace",
    ),
    "go.work replaces a member": (
        {"go.work": WORK + "\nreplace x.test/a => ./c\n", "a/go.mod": A, "b/go.mod": B},
        [("replaced", "x.test/a", "", "", ("go.work", 7), ("go.work", 3))],
        "workspace module x.test/a is replaced at all versions in the go.work file",
    ),
    "go.work replaces one version of a member": (
        {"go.work": WORK + "\nreplace x.test/a v1.0.0 => ./c\n", "a/go.mod": A, "b/go.mod": B},
        [],
        "",
    ),
    "a member replaces another member": (
        {"go.work": WORK, "a/go.mod": A + "\nreplace x.test/b => ../b\n", "b/go.mod": B},
        [],
        "",
    ),
    "members replace one module differently": (
        {
            "go.work": WORK,
            "a/go.mod": A + "\nreplace x.test/c => x.test/d v1.0.0\n",
            "b/go.mod": B + "\nreplace x.test/c => x.test/d v1.1.0\n",
        },
        [("conflict", "x.test/c", "x.test/d v1.1.0", "x.test/d v1.0.0", ("b/go.mod", 5), ("a/go.mod", 5))],
        "conflicting replacements for x.test/c",
    ),
    "members replace one module by directories": (
        {
            "go.work": WORK,
            "a/go.mod": A + "\nreplace x.test/c v1.0.0 => ./c\n",
            "b/go.mod": B + "\nreplace x.test/c v1.0.0 => ./c\n",
        },
        [("conflict", "x.test/c v1.0.0", "./c", "./c", ("b/go.mod", 5), ("a/go.mod", 5))],
        "conflicting replacements for x.test/c",
    ),
    "members replace one module by the same directory": (
        {
            "go.work": WORK,
            "a/go.mod": A + "\nreplace x.test/c => ../c\n",
            "b/go.mod": B + "\nreplace x.test/c => ../b/../c\n",
        },
        [],
        "",
    ),
    "go.work decides between its members": (
        {
            "go.work": WORK + "\nreplace x.test/c v1.5.0 => ./c\n",
            "a/go.mod": A + "\nreplace x.test/c => x.test/d v1.0.0\n",
            "b/go.mod": B + "\nreplace x.test/c => x.test/d v1.1.0\n",
        },
        [],
        "",
    ),
    "go.work replaces one module differently": (
        {
            "go.work": "go 1.24\n\nuse ./a\n\nreplace x.test/c => ./c\n\nreplace x.test/c => ./d\n",
            "a/go.mod": A,
        },
        [("conflict", "x.test/c", "./d", "./c", ("go.work", 7), ("go.work", 5))],
        "conflicting replacements for x.test/c",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_faults_are_what_makes_every_command_fail(
    name: str, go: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    files, faults, said = CASES[name]
    (work,) = linked(files)

    assert shown(work) == faults

    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    done = go("list", "-m", cwd=tmp_path)
    assert (done.returncode != 0) == bool(said), done.stderr
    assert said in done.stderr


def shown(work: Work) -> list[Fault]:
    return [
        (x.kind, x.subject, x.wanted, x.found, (x.at.path, x.at.start.line), (x.other.path, x.other.start.line))
        for x in work.faults
    ]


def read(files: Mapping[str, str]) -> FileFacts:
    facts = [
        (go_work if path.endswith(".work") else go_mod).read(path, text.encode())
        for path, text in reversed(list(files.items()))
    ]
    return FileFacts(modules=[x for f in facts for x in f.modules], works=[x for f in facts for x in f.works])


def linked(files: Mapping[str, str], entries: frozenset[str] = frozenset()) -> list[Work]:
    return link(read(files), Surroundings(OWN, entries=entries), Go()).works


def test_members_are_the_modules_of_the_checkout() -> None:
    files = {
        "z/go.work": "use (\n\t.\n\t./sub\n\t../a\n\t../../out\n\t/abs\n)\n",
        "a/go.mod": A,
        "z/go.mod": B,
        "go.work": "go 1.24\n",
    }

    first, second = linked(files)

    assert (first.file, first.uses, first.faults) == ("go.work", [], [])
    assert [(use.path, use.directory, use.module_file) for use in second.uses] == [
        (".", "z", "z/go.mod"),
        ("./sub", "z/sub", ""),
        ("../a", "a", "a/go.mod"),
        ("../../out", "", ""),
        ("/abs", "", ""),
    ]


@pytest.mark.parametrize(
    ("entries", "missing"),
    [
        ({"b/go.mod"}, False),
        ({"b/"}, False),
        ({"b"}, False),
        ({"b/c/go.mod"}, True),
        ({"b2/", "a/", "b/x.go"}, True),
        (set[str](), True),
    ],
)
def test_a_directory_that_was_not_read_is_not_missing(entries: set[str], missing: bool) -> None:
    (work,) = linked({"go.work": WORK, "a/go.mod": A}, frozenset(entries))

    assert [x.kind for x in work.faults] == ["missing"] * missing


def test_the_root_may_be_excluded() -> None:
    text = {"go.work": "go 1.24\nuse .\n"}

    assert [len(linked(text, frozenset(entries))[0].faults) for entries in ({"go.mod"}, {"a/go.mod"})] == [0, 1]


@pytest.mark.parametrize("entry", ["libs/", "libs", "libs/kit"])
def test_a_submodule_or_a_link_may_hold_members(entry: str) -> None:
    (work,) = linked({"go.work": "go 1.24\nuse ./libs/kit\n"}, frozenset({entry}))

    assert work.faults == []


def test_a_module_belongs_to_the_nearest_workspace_that_lists_it() -> None:
    files = {
        "go.work": "use (\n\t.\n\t./a\n\t./b/c\n)\n",
        "b/go.work": "use ./d\n",
        "go.mod": "module m.test\n",
        "a/go.mod": A,
        "b/c/go.mod": B,
        "b/d/go.mod": B,
        "e/go.mod": B,
    }

    assert {directory: work.file for directory, work in workspaces(read(files)).items()} == {
        ".": "go.work",
        "a": "go.work",
        "b/d": "b/go.work",
    }
