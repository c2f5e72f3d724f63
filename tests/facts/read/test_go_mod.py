"""go.mod files against the real `go mod edit -json`, and where in the file each fact and problem stands."""

import json
import os
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

M = "module a.example/m\n"
R = "require "

WORDS = (
    *("", "\n\n", "// only a comment", "module m", "module m//x", "module https://x.y/z", "module m;", "module m/*x*/"),
    *("/* x */ module m", "module /x", "module m /", "module\tm", "module\vm", "module\fm", "module\xa0m", "\ufeffmodule m"),
    *("module m\x00", "module m\r\n", "module m\rgo 1.21", "\rmodule m", "module m\\\nx", "module caf\xe9", "module m\u200b"),
    *('module "m"', 'module "a.b/\\x63"', 'module "a\\u00e9"', 'module "\\101"', 'module "\\q"', "module 'm'", "module `m`"),
    *('module "m', 'module "m\n"', 'module m"x"', 'module "m"x', 'module ""', "module `m", "module `m\n`", 'module "\\400"'),
    *('module "a\\\nb"', 'module "\\ud800"', 'module "\\U00110000"', 'module "a//b"', "module a[b", "module a,b", "module {}"),
    *("Module m", "MODULE m", '"module" m', "module", "module a b", "module ( m", "module (m)", "module m )", "(", ")", "( )"),
)
BLOCKS = (
    *("module (\n\tm\n)", "module (\n\tm\n\tn\n)", "module ()", "module m\nmodule n", "module (\n)\nmodule m", "go (\n\t1.21\n)"),
    *("toolchain (\n\tgo1.21\n)", "go ()", "require ()", "require ( )", "require (\n)", "require (a.b/c v1)", "require (\r\n)\r\n"),
    *("require (\n\ta.b/c v1.0.0 )", "require (\n\ta.b/c v1.0.0\n) x", "require (\n\ta.b/c v1.0.0\n) // x", "require ("),
    *("require ( // x\n\ta.b/c v1.0.0 // indirect\n)", "require (\n\n\n\ta.b/c v1.0.0\n\n// x\n)", "require (\n(\n)", "require x (\n)"),
    *("foo (\n)", "foo ()", "foo (\n\ta b\n)", "foo bar", "use ./x", "require ( ( )", "require (\n\t()\n)", "( (\n)", "require (\n)("),
    *("godebug (\n\ta=b\n\tc=d\n)", "tool (\n\ta.b/t\n\ta.b/u\n)", "ignore (\n\t./x\n\ty\n)", "retract (\n\tv1.0.0\n\t[v1.1.0, v1.2.0]\n)"),
)
VERSIONS = (
    *("go 1.21", "go 1.21.0", "go 1.21rc1", "go 1.9beta2", "go 1.21.0rc1", "go v1.21", "go 1.021", "go 01.21", 'go "1.21"'),
    *("go 1", "go 1.x", "go 1.21 1.22", "go", "go 1.21\ngo 1.21", "go 1.21\ngo x", "go 2.0", "go 1.21-x", "go 1.21 // x", "go 0.1"),
    *("toolchain go1.21", "toolchain default", "toolchain go1.22.0-acme", "toolchain go2.0", "toolchain 1.21", "toolchain go1"),
    *("toolchain go12", "toolchain go1.", "toolchain local", "toolchain", "toolchain go1.21\ntoolchain go1.22", 'toolchain "go1.21"'),
    *("godebug a=b", "godebug a=", "godebug =b", "godebug a", "godebug a=b,c=d", 'godebug "a=b"', "godebug a = b", "godebug a=b=c"),
    *("godebug default=go1.21", "godebug a=b c=d", "godebug ,", "godebug a='b'"),
)
REQUIRES = tuple(
    f"{R}{line}"
    for line in (
        *("a.b/c v1.2.3", "a.b/c v1", "a.b/c v1.2", "a.b/c master", "a.b/c 1.2.3", "a.b/c v1.0.0+meta", "a.b/c v01.0.0"),
        *("a.b/c v1.2.3-rc.1", "a.b/c v1.2.3-01", "a.b/c v1.2.3-0a", "a.b/c v1.2.3-", "a.b/c v1.2.3+", "a.b/c v1.2.3.4", "a.b/c"),
        *("a.b/c v0.0.0-20200101000000-abcdefabcdef", "a.b/c v1.2.3 v1", "foo v1.0.0", "Example.com/x v1.0.0", "a.b/c/v2 v2.0.0"),
        *("a.b/c/v2 v1.0.0", "a.b/c v2.0.0", "a.b/c v2.0.0+incompatible", "a.b/c v1.0.0+incompatible", "a.b/c/v2 v2.0.0+incompatible"),
        *("a.b/c/v1 v1.0.0", "a.b/c/v0 v0.1.0", "a.b/c/v02 v2.0.0", "a.b/c/v2.1 v2.1.0", "v2 v1.0.0", "/v2 v2.0.0", "a.b/v2x v1.0.0"),
        *("gopkg.in/y.v1 v1.0.0", "gopkg.in/y.v1 v0.0.0-20200101000000-abcdefabcdef", "gopkg.in/y v1.0.0", "gopkg.in/y.v0 v0.1.0"),
        *("gopkg.in/y.v2 v0.0.0-20200101000000-abcdefabcdef", "gopkg.in/y.v2-unstable v2.0.0", "gopkg.in/y.v02 v2.0.0"),
        *("gopkg.in/y.v1-unstable v0.0.0-20200101000000-abcdefabcdef", "gopkg.in/y.v-unstable v1.0.0", "gopkg.in/y.v0-unstable v0.0.1"),
        *('"a.b/c" "v1.2"', "'a.b/c' v1.0.0", 'a.b/c "v1', "a.b/c `v1.0.0`", '"" v1.0.0', "a.b/c v1.0.0 // indirect"),
        *("a.b/c v1.0.0 //indirect", "a.b/c v1.0.0 // indirect foo", "a.b/c v1.0.0 // indirect; foo", "a.b/c v1.0.0 // indirect;"),
        *("a.b/c v1.0.0 // foo; indirect", "a.b/c v1.0.0 // Indirect", "a.b/c v1.0.0//\tindirect\t", "a.b/c v1.0.0 /// indirect"),
        *("a.b/c v1.0.0 //indirect;foo", "a.b/c v1.0.0\nrequire a.b/c v1.1.0", "a.b/c v1.0.0 // indirect\r", "a.b/c v1.0.0 //\xa0indirect"),
        *("a.b/c v1.0.0 // indirect\x1c", "a.b/c v18446744073709551616.0.0", "a.b/c v1.0.0 // indirect // x", "../x v1.0.0"),
    )
)
OTHERS = (
    *("exclude a.b/c v1.0.0", "exclude a.b/c v1", "exclude a.b/c", "exclude a.b/c v2.0.0", "exclude a.b/c v1\nexclude a.b/c v1.0.0"),
    *("replace a.b/c => ../c", "replace a.b/c v1 => ../c", "replace a.b/c => d.e/f v1", "replace a.b/c v1 => d.e/f v1.0"),
    *("replace a.b/c=>../c", "replace a.b/c => ../c v1.0.0", "replace a.b/c => d.e/f", "replace a.b/c => d.e/f@v1", "replace a => ~/c"),
    *("replace a => .c", "replace a => .", "replace a => ..", "replace a => /c", "replace a => c:/d", "replace a => C:\\d"),
    *("replace a => ..\\c", "replace a => .\\c v1.0.0", "replace a => \\c", "replace a => ./a//b", 'replace a => "./a b"', "replace a => b v2.0.0"),
    *("replace a/v2 v1.0.0 => ./c", "replace a/v1 => ./c", "replace a/v2 => b v1.0.0", "replace a => b/v2 v1.0.0", "replace a master => ./c"),
    *("replace a => b master", "replace a =>", "replace => b v1", "replace a => b v1 v2", "replace a v1 v2 => b v1", "replace => => ./x"),
    *("replace a => ./x\nreplace a => ./y", "replace a v1.0.0 => ./x\nreplace a => ./y", "replace (\n\ta => ./x // y\n)", 'replace a => ""'),
    *("retract v1.0.0", "retract v1", "retract [v1.0.0, v1.1.0]", "retract [v1.0.0,v1.1.0]", "retract [v1.1.0, v1.0.0]", "retract master"),
    *("retract", "retract [", "retract [v1", "retract [v1,", "retract [v1,v2", "retract [v1 v2]", "retract v1 v2", "retract [v1,v2] x"),
    *("retract [,,,]", "retract ]", "retract ( v1 )", 'retract ["v1", `v2`]', 'retract "v1"', "retract v1.0.0 // why", "retract [ ]"),
    *("// why\nretract v1.0.0", "// why\n\nretract v1.0.0", "// a\n// b\nretract v1.0.0 // c", "// a\nretract (\n\tv1\n\n\tv2\n\tv3 // d\n)"),
    *("// Deprecated: use n\nmodule m", "module m // Deprecated: n", "// deprecated: n\nmodule m", "// x\n//\n// Deprecated: n\n// o\n//\n// p\nmodule m"),
    *("// x\n// Deprecated: n\nmodule m", "// Deprecated: n\n\nmodule m", "// Deprecated: n\nmodule (\n\tm\n)", "//Deprecated:n\nmodule m"),
    *("tool a.b/t", "tool a.b/t v1", "tool", 'tool "a.b/t"', "tool 'x'", "tool x\ntool x", "ignore ./x", "ignore x y", "ignore", 'ignore "a b"'),
)
TEXTS = (*WORDS, *BLOCKS, *VERSIONS, *REQUIRES, *OTHERS, *(M + text for text in (*VERSIONS[:9], *REQUIRES[:5], *OTHERS[:9])))


@pytest.fixture
def edit(tmp_path: Path) -> Callable[[str], dict[str, Any] | None]:
    """A function from a go.mod to what the real go makes of it; None when go refuses it."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "GOPATH": str(tmp_path / "gopath"),
        "GOENV": "off",
        "GOFLAGS": "-mod=mod",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        "GOTELEMETRY": "off",
    }
    file = tmp_path / "go.mod"

    def edit_json(text: str) -> dict[str, Any] | None:
        file.write_bytes(text.encode())
        command = ["go", "mod", "edit", "-json", str(file)]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode != 0) == ("errors parsing" in done.stderr), done.stderr
        return None if done.returncode else json.loads(done.stdout)

    return edit_json


def test_files_are_accepted_and_understood_as_by_the_go_command(edit: Callable[[str], dict[str, Any] | None]) -> None:
    assert len(set(TEXTS)) == len(TEXTS) >= 150

    differing = [(text, ours, go) for text in TEXTS if (ours := _as_json(read("go.mod", text.encode()))) != (go := edit(text))]

    assert differing == []


def _as_json(facts: FileFacts) -> dict[str, Any] | None:
    """The module in the form of `go mod edit -json`, which drops repeated lines; None when it has a problem."""
    if facts.problems:
        return None
    (module,) = facts.modules
    lists = {
        "GoDebug": [{"Key": x.key, "Value": x.value} for x in module.godebug],
        "Require": [_module(x.path, x.version, Indirect=x.indirect) for x in module.requires],
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
