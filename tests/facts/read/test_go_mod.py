"""go.mod files against the real `go mod edit -json`, and where in the file each fact and problem stands."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.model import FileFacts, Module
from policygate.facts.read.go_mod import read
from policygate.location import At

Go = Callable[..., subprocess.CompletedProcess[str]]
RecordCount = Callable[[str, int, int], None]

TEXTS: list[str] = json.loads((Path(__file__).parent / "go_mod_texts.json").read_text(encoding="utf-8"))
"""One go.mod for every corner of the grammar."""


def test_files_are_accepted_and_understood_as_by_the_go_command(
    go: Go, record_count: RecordCount, tmp_path: Path
) -> None:
    """But for replacements of one thing by two: the command shows the last one and says nothing, and no build works."""
    assert len(set(TEXTS)) == len(TEXTS) >= 300

    differing = [
        (text, ours, theirs)
        for text in TEXTS
        if (ours := _as_json(read("go.mod", text.encode()))) != (theirs := _edit(go, tmp_path, text))
    ]

    record_count("parser", len(TEXTS), len(differing))
    assert differing == []


def test_what_the_go_command_hides_is_a_fact(go: Go, tmp_path: Path) -> None:
    text = "module a.example/m\n\ngo 1.24\n\nreplace a.example/x => ./x\n\nreplace a.example/x => ./y\n"

    (module,) = read("go.mod", text.encode()).modules
    shown = _edit(go, tmp_path, text)
    built = go("list", "-m", cwd=tmp_path)

    assert [(x.new_path, x.at.start.line) for x in module.replaces] == [("./x", 5), ("./y", 7)]
    assert shown is not None
    assert [x["New"]["Path"] for x in shown["Replace"]] == ["./y"]
    assert (built.returncode, "conflicting replacements for a.example/x" in built.stderr) == (1, True)


def _edit(go: Go, folder: Path, text: str) -> dict[str, Any] | None:
    """What the real go makes of a go.mod; None when it refuses it."""
    (folder / "go.mod").write_bytes(text.encode())
    done = go("mod", "edit", "-json", folder / "go.mod", cwd=folder, env={"GOFLAGS": "-mod=mod", "GOWORK": "off"})
    assert (done.returncode != 0) == ("errors parsing" in done.stderr), done.stderr
    shown: dict[str, Any] | None = None if done.returncode else json.loads(done.stdout)
    return shown


def _as_json(facts: FileFacts) -> dict[str, Any] | None:
    """The module in the form of `go mod edit -json`, which drops repeated and nameless lines; None for a problem."""
    if facts.problems:
        return None
    (module,) = facts.modules
    lists = {
        "GoDebug": [{"Key": x.key, "Value": x.value} for x in module.godebug if x.key],
        "Require": [_module(x.path, x.version, Indirect=x.indirect) for x in module.requires if x.path],
        "Exclude": _unique([_module(x.path, x.version) for x in module.excludes]),
        "Replace": _last(module),
        "Retract": [_without_empty(Low=x.low, High=x.high, Rationale=x.rationale) for x in module.retracts],
        "Tool": _unique([{"Path": x.path} for x in module.tools]),
        "Ignore": _unique([{"Path": x.path} for x in module.ignores]),
    }
    head = {"Go": module.go.version, "Toolchain": module.toolchain.version, "GoDebug": lists.pop("GoDebug")}
    return {
        "Module": {"Path": module.path, **_without_empty(Deprecated=module.deprecated)},
        **_without_empty(**head),
        **{key: value or None for key, value in lists.items()},
    }


def _module(path: str, version: str, **more: object) -> dict[str, object]:
    return {"Path": path, **_without_empty(Version=version, **more)}


def _last(module: Module) -> list[dict[str, object]]:
    """Of several replacements of the same the last one."""
    last = {(x.old_path, x.old_version): index for index, x in enumerate(module.replaces)}
    return [
        {"Old": _module(x.old_path, x.old_version), "New": _module(x.new_path, x.new_version)}
        for index, x in enumerate(module.replaces)
        if last[x.old_path, x.old_version] == index
    ]


def _unique(entries: list[dict[str, object]]) -> list[dict[str, object]]:
    return [entry for index, entry in enumerate(entries) if entry not in entries[:index]]


def _without_empty(**entries: object) -> dict[str, object]:
    return {key: value for key, value in entries.items() if value}


EVERYTHING = """\
// Deprecated: use a.example/n
module "a.example/m"

go 1.21
toolchain go1.22.0
godebug k=v
\trequire a.example/x v1 // indirect
require (
\t"a.example/y" v1.2.0+meta
)
exclude a.example/é v1.0.0
exclude a.example/x v1.1.0
replace a.example/x => "../x y" // éé
replace (
 a.example/y v1.2.0 => a.example/z v1.3.0
)
// first
retract [v1.0.0, v1.1.0] // second
tool a.example/t
ignore ./node_modules
"""


def test_every_fact_stands_at_its_words() -> None:
    facts = read("sub/go.mod", EVERYTHING.encode())

    (module,) = facts.modules
    assert facts.problems == []
    assert (module.file, module.directory, module.deprecated) == ("sub/go.mod", "sub", "use a.example/n")
    assert (module.path, _under(module.at)) == ("a.example/m", '"a.example/m"')
    assert [_under(module.go.at), _under(module.toolchain.at)] == ["1.21", "go1.22.0"]
    assert [(x.key, x.value, _under(x.at)) for x in module.godebug] == [("k", "v", "k=v")]
    assert [(x.version, x.indirect, _under(x.at)) for x in module.requires] == [
        ("v1.0.0", True, "a.example/x v1"),
        ("v1.2.0", False, '"a.example/y" v1.2.0+meta'),
    ]
    assert [_under(x.at) for x in module.excludes] == ["a.example/é v1.0.0", "a.example/x v1.1.0"]
    assert [(x.local, x.directory, _under(x.at), _under(x.target_at)) for x in module.replaces] == [
        (True, "x y", 'a.example/x => "../x y"', '"../x y"'),
        (False, "", "a.example/y v1.2.0 => a.example/z v1.3.0", "a.example/z v1.3.0"),
    ]
    assert [(x.low, x.high, x.rationale, _under(x.at)) for x in module.retracts] == [
        ("v1.0.0", "v1.1.0", "first\nsecond", "[v1.0.0, v1.1.0]")
    ]
    assert [_under(x.at) for x in (*module.tools, *module.ignores)] == ["a.example/t", "./node_modules"]
    assert module.requires[0].at.model_dump() == {
        "path": "sub/go.mod",
        "start": {"line": 7, "column": 10},
        "end": {"line": 7, "column": 24},
        "origin": "text",
    }


def _under(at: At, text: str = EVERYTHING) -> str:
    """The text that a place covers."""
    lines = text.split("\n")
    if at.start.line == at.end.line:
        return lines[at.start.line - 1][at.start.column - 1 : at.end.column - 1]
    inner = "".join(line + "\n" for line in lines[at.start.line : at.end.line - 1])
    return f"{lines[at.start.line - 1][at.start.column - 1 :]}\n{inner}{lines[at.end.line - 1][: at.end.column - 1]}"


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (
            "é x\ngo v1\ngo 1.21\ngo 1.22",
            [
                ("é", "unknown directive `é`"),
                ("v1", "`v1` is no Go version such as `1.23.0`"),
                ("1.22", "a second `go` line"),
            ],
        ),
        ("go", [("go", "`go` takes one version")]),
        ("toolchain x", [("x", "`x` is neither `default` nor a toolchain such as `go1.23.0`")]),
        ("module a b", [("a b", "`module` takes one module path")]),
        ("module `a`", [("`a`", "``a`` has a quote in it; only double quotes around the whole word are allowed")]),
        ('tool "\\q"', [('"\\q"', '`"\\q"` is no valid string')]),
        ("godebug a=b,c", [("a=b,c", "`godebug` takes one setting, `key=value`")]),
        ("require a.b/c main", [("main", "`main` is no version such as `v1.2.3`")]),
        ("require a.b/c", [("a.b/c", "`require` takes a module path and a version")]),
        ("exclude a/v1 v1.0.0", [("a/v1", "the major version suffix of `a/v1` is invalid")]),
        ("require a/v2 v1.0.0", [("v1.0.0", "the version does not go with the path `a/v2`: it should be v2, not v1")]),
        ("replace a => b", [("b", "a module needs a version, and a directory begins with `./`, `../` or `/`")]),
        ("replace a => b@v1", [("b@v1", "a version stands behind the path, after a space: `path version`")]),
        ("replace a => ./b v1", [("./b v1", "a directory has no version")]),
        ("replace a => ..\\b", [("..\\b", "a backslash separates directories on Windows only")]),
        ("replace a=>./b", [("a=>./b", "a replacement is written `path [version] => path version` or `=> directory`")]),
        ("retract [v1]", [("[v1]", "an interval is written `[v1.0.0, v1.1.0]`")]),
        ("retract", [("retract", "`retract` takes a version or an interval")]),
        ("retract v1 x [", [("x [", "nothing may follow the retracted versions")]),
        ("go (\n1.21\n)", [("go", "`go` is not followed by a block in go.mod")]),
        ("foo\nrequire (\n\tx v1", [("require", "the block is never closed")]),
        ("require (\n) v1", [("v1", "only a comment may follow the `)` of a block")]),
        ("foo\n\tmodule /*m*/", [("/*", "comments begin with `//`; there is no `/* */`")]),
        ("module é\xa0m", [("\xa0", "unexpected character U+00A0")]),
        ('module é "a\nb', [('"a', "the string does not end on its line")]),
        ('module "a\\\n b', [('"a\\\n b', "the string never ends")]),
        ('use "\x1bhttps://user:password@a.example"', [("use", "unknown directive `use`")]),
        (
            'go "\x1bhttps://user:password@a.example"',
            [('"\x1bhttps://user:password@a.example"', '`"\ufffdhttps…` is no Go version such as `1.23.0`')],
        ),
    ],
)
def test_problems_name_the_words_that_go_refuses(text: str, problems: list[tuple[str, str]]) -> None:
    assert [(_under(x.at, text), x.message) for x in read("go.mod", text.encode()).problems] == problems


def test_a_refused_directive_is_still_a_fact_where_it_can_be_understood() -> None:
    text = "module m\nrequire a.b/c main\nrequire d.e/f/v2 v1\nexclude a.b/c v2\nreplace a.b/c => ./c v1\nrequire x\n"

    facts = read("go.mod", text.encode())

    (module,) = facts.modules
    assert len(facts.problems) == 5
    assert [(x.path, x.version) for x in module.requires] == [("a.b/c", "main"), ("d.e/f/v2", "v1.0.0")]
    assert [(x.path, x.version) for x in module.excludes] == [("a.b/c", "v2.0.0")]
    assert [(x.new_path, x.new_version, x.directory) for x in module.replaces] == [("./c", "v1.0.0", "c")]


def test_what_stands_before_broken_syntax_is_read_and_its_problems_are_left_to_the_next_run() -> None:
    facts = read("go.mod", b"module m\nfoo bar\nrequire (\n\ta.b/c v1\n\td.e/f /*v1*/\n)\nrequire g.h/i v1\n")

    assert [x.message for x in facts.problems] == ["comments begin with `//`; there is no `/* */`"]
    assert [(x.path, [y.path for y in x.requires]) for x in facts.modules] == [("m", ["a.b/c"])]


def test_absent_lines_stand_at_the_module_line_or_at_the_start() -> None:
    (empty,) = read("a/b/go.mod", b"").modules
    (bare,) = read("go.mod", b"\nmodule m\n").modules

    assert (empty.directory, empty.path, empty.go.exists, empty.toolchain.exists) == ("a/b", "", False, False)
    assert (bare.directory, bare.path) == (".", "m")
    starts = [(at.start.line, at.start.column, at.origin) for at in (empty.at, empty.go.at, bare.at, bare.go.at)]
    assert starts == [(1, 1, "absent"), (1, 1, "absent"), (2, 8, "text"), (2, 8, "absent")]


@pytest.mark.parametrize(
    ("file", "target", "directory"),
    [
        ("go.mod", "./x/../y", "y"),
        ("go.mod", "./", "."),
        ("go.mod", "..", ""),
        ("go.mod", "../x", ""),
        ("go.mod", "/x", ""),
        ("go.mod", "C:/x", ""),
        ("go.mod", "\\x", ""),
        ("a/b/go.mod", "../../c", "c"),
        ("a/b/go.mod", "../..", "."),
        ("a/b/go.mod", "../../..", ""),
        ("a/b/go.mod", "..\\c", "a/c"),
        ("a/b/go.mod", "./../..x", "a/..x"),
    ],
)
def test_local_targets_are_given_from_the_root(file: str, target: str, directory: str) -> None:
    (module,) = read(file, f"replace m => {target}\n".encode()).modules

    assert [(x.local, x.directory) for x in module.replaces] == [(True, directory)]


def test_credentials_are_blanked() -> None:
    url = "https://bot:hunter2@a.example"
    text = f'replace a => "{url}/x" v1 // see {url}\n// {url}\nretract v1\n'

    (module,) = read("go.mod", text.encode()).modules

    assert module.replaces[0].new_path == "https://bot:*******@a.example/x"
    assert "hunter2" not in module.model_dump_json()


GRAMMAR = st.text(st.sampled_from('module require=>[](),v1."`\\/\n\r\t \x00\xa0é')) | st.text()


@given(st.binary() | GRAMMAR.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_input_makes_the_reader_fail(data: bytes) -> None:
    facts = read("go.mod", data)

    lines = data.decode("utf-8", "replace").split("\n")
    for problem in facts.problems:
        assert 1 <= problem.at.start.line <= problem.at.end.line <= len(lines)
        assert 1 <= problem.at.start.column <= len(lines[problem.at.start.line - 1]) + 1


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5_000_000,
        "require " + "a/" * 2_500_000 + "b v1",
        "module m // " + "/" * 5_000_000,
        'module "' + "\\x61" * 1_000_000 + '"',
        "retract " + "[" * 5_000_000,
        "(" * 5_000_000,
        "require (\n" + "\ta.example/x v1.0.0 // indirect\n" * 200_000 + ")\n",
        "x (\n)\n" * 50_000,
        "require (\n" + "//\n\n" * 200_000,
        "go v" + "1" * 5_000_000,
        "require a v1.0.0-" + "0-" * 2_500_000,
        "// https://token=" + "a.=" * 1_500_000 + "\nretract v1",
        'tool "https://' + "a.:" * 1_500_000 + '@"',
        "require a/v" + "1" * 5_000_000 + " v1",
    ],
    ids=lambda text: repr(text[:16]),
)
def test_time_is_linear_in_the_size_of_the_file(text: str) -> None:
    started = time.process_time()
    read("go.mod", text.encode())

    assert time.process_time() - started < 60
