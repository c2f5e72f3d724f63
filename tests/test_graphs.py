"""Module graphs that a caller hands over to a check."""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest

from policygate.errors import UsageError
from policygate.graphs import cached_go_mod, read_graphs


class Proxy(Protocol):
    url: str

    def add(self, module: str, version: str, files: Mapping[str, str | bytes], go_mod: str | None = None) -> Path: ...


Run = Callable[..., subprocess.CompletedProcess[str]]

A = "module x.test/a\n\ngo 1.20\n\nrequire x.test/b v1.0.0\n"
MOD = "module x.test/m\n\ngo 1.24\n\nrequire x.test/a v1.0.0\n\nrequire x.test/b v1.0.0 // indirect\n"


@pytest.fixture
def checkout(proxy: Proxy, go: Run, tmp_path: Path) -> Path:
    """A checkout without go.sum lines, whose modules were downloaded to `../modcache`."""
    proxy.add("x.test/a", "v1.0.0", {"a.go": 'package a\n\nimport _ "x.test/b"\n'}, A)
    proxy.add("x.test/b", "v1.0.0", {"b.go": "package b\n"})
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "go.mod").write_text(MOD)
    (folder / "m.go").write_text('package m\n\nimport _ "x.test/a"\n')
    env = {"GOPROXY": proxy.url, "GONOSUMDB": "*", "GOMODCACHE": str(tmp_path / "modcache")}
    assert go("mod", "tidy", cwd=folder, env=env).returncode == 0
    (tmp_path / "graph.txt").write_text(go("mod", "graph", cwd=folder, env=env).stdout)
    (folder / "go.sum").write_text("")
    return folder


@pytest.mark.parametrize("flags", [("--graph", "graph.txt"), ("--modcache", "modcache")], ids=" ".join)
def test_facts_and_findings_say_which_requirement_brings_a_module(
    flags: tuple[str, str], run: Run, checkout: Path
) -> None:
    given = (flags[0], checkout.parent / flags[1])
    facts: dict[str, Any] = json.loads(run("facts", checkout, *given).stdout)
    done = run("check", checkout, "--engine", "embedded", "--format", "json", *given)

    requires = facts["go"]["modules"][0]["requires"]
    assert [(require["path"], require["via"]) for require in requires] == [
        ("x.test/a", []),
        ("x.test/b", ["x.test/a", "x.test/b"]),
    ]
    findings = [finding for finding in json.loads(done.stdout)["findings"] if finding["rule"] == "gosum.missing"]
    assert [
        (finding["subject"], [(place["message"], place["location"]["start"]["line"]) for place in finding["related"]])
        for finding in findings
    ] == [
        ("x.test/a v1.0.0", []),
        ("x.test/b v1.0.0", [("required through `x.test/a` > `x.test/b`", 5)]),
    ]


def test_without_a_graph_no_way_is_known(run: Run, checkout: Path) -> None:
    facts: dict[str, Any] = json.loads(run("facts", checkout).stdout)
    assert [require["via"] for require in facts["go"]["modules"][0]["requires"]] == [[], []]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--graph", "nowhere.txt"), "nowhere.txt: cannot be read: no such file or directory"),
        (("--graph", "checkout"), "checkout: cannot be read: is a directory"),
        (("--graph", "checkout/go.mod"), "go.mod:5: a line of a module graph has two modules, not 3"),
        (("--modcache", "checkout"), "checkout: is no module cache: it holds no `cache/download`"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, tuple) else "",
)
def test_what_is_no_graph_is_wrong_usage(flags: tuple[str, str], message: str, run: Run, checkout: Path) -> None:
    for command in ("check", "facts"):
        done = run(command, checkout, flags[0], checkout.parent / flags[1])
        assert (done.returncode, done.stdout) == (2, "")
        assert message in done.stderr


def test_several_graphs_are_one(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("x.test/m x.test/a@v1.0.0\n")
    (tmp_path / "two").write_text("x.test/n x.test/b@v1.0.0\n")

    assert read_graphs([tmp_path / "one", tmp_path / "two"]) == {
        ("x.test/m", ""): [("x.test/a", "v1.0.0")],
        ("x.test/n", ""): [("x.test/b", "v1.0.0")],
    }
    assert read_graphs([]) is None


def test_a_huge_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policygate.graphs.MAX_GRAPH_BYTES", 1024 * 1024)
    (tmp_path / "graph").write_bytes(bytes(1024 * 1024 + 1))
    with pytest.raises(UsageError, match="is larger than 1 MiB"):
        read_graphs([tmp_path / "graph"])


def test_a_damaged_go_mod_counts_as_none(checkout: Path) -> None:
    read = cached_go_mod(checkout.parent / "modcache")
    assert read is not None
    file = checkout.parent / "modcache/cache/download/x.test/a/@v/v1.0.0.mod"
    assert read("x.test/a", "v1.0.0") == A.encode()

    file.chmod(0o644)
    with file.open("ab") as content:
        content.truncate(17 * 1024 * 1024)
    assert read("x.test/a", "v1.0.0") is None
    assert read("x.test/a", "v2.0.0") is None
    assert cached_go_mod(None) is None
