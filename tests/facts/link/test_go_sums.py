"""go.sum against go.mod: each line that the real go misses, and each that we say it misses."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

import pytest

from policygate.facts.link import go_modules, go_sums
from policygate.facts.model import FileFacts, Go, Sum
from policygate.facts.own import Surroundings, state_own
from policygate.facts.read import go_mod, go_sum, go_work


class Proxy(Protocol):
    url: str

    def add(self, module: str, version: str, files: Mapping[str, str], go_mod: str | None = None) -> Path: ...


RunGo = Callable[..., subprocess.CompletedProcess[str]]

OWN = state_own(modules=[], public=[], proxies=[], sumdbs=[])
READERS = {"go.mod": go_mod.read, "go.work": go_work.read, "go.sum": go_sum.read, "go.work.sum": go_sum.read}
HASH = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
OTHER = "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydZ="


def linked(files: Mapping[str, str]) -> Go:
    facts = [
        READERS[name](path, text.encode())
        for path, text in sorted(files.items())
        if (name := path.rpartition("/")[2]) in READERS
    ]
    merged = FileFacts(
        modules=[x for f in facts for x in f.modules],
        works=[x for f in facts for x in f.works],
        sums=[x for f in facts for x in f.sums],
    )
    surroundings = Surroundings(OWN)
    return go_sums.link(merged, surroundings, go_modules.link(merged, surroundings, Go()))


def missing(files: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Module, version and what it lacks, of every go.sum, sorted."""
    return sorted((x.module, x.version, x.lacks) for sums in linked(files).sums for x in sums.missing)


def package(name: str, *imports: str) -> str:
    return f"package {name}\n\n" + "".join(f'import _ "{path}"\n' for path in imports)


@pytest.fixture
def served(proxy: Proxy) -> str:
    """A proxy with the modules that the checkouts below require."""
    proxy.add("x.test/t", "v1.0.0", {"t.go": package("t")})
    proxy.add("x.test/u", "v1.0.0", {"u.go": package("u")})
    proxy.add("x.test/w", "v1.0.0", {"w.go": package("w")})
    proxy.add("x.test/c", "v1.0.0", {"c.go": package("c")})
    for version in ("v1.0.0", "v1.1.0"):
        needs_c = "module x.test/b\n\ngo 1.20\n\nrequire x.test/c v1.0.0\n"
        proxy.add("x.test/b", version, {"b.go": package("b"), "b_test.go": package("b", "x.test/c")}, needs_c)
    for version in ("v1.0.0", "v1.1.0"):
        needs_b = f"module x.test/a\n\ngo 1.20\n\nrequire x.test/b {version}\n"
        proxy.add("x.test/a", version, {"a.go": package("a", "x.test/b")}, needs_b)
    proxy.add("x.test/fork/a", "v1.0.1", {"a.go": package("a", "x.test/b")}, needs_b.replace("/a\n", "/fork/a\n"))
    proxy.add("x.test/n", "v1.0.0", {"n.go": package("n")})
    return proxy.url


SOURCES = {
    "m.go": package("m", "x.test/a"),
    "m_test.go": package("m", "x.test/t"),
    "m_windows.go": package("m", "x.test/w"),
}
USED = ("x.test/a v1.0.0", "x.test/t v1.0.0", "x.test/w v1.0.0")


def module(version: str, *requires: str, more: str = "", name: str = "m") -> str:
    return f"module x.test/{name}\n\ngo {version}\n\n" + "".join(f"require {it}\n" for it in requires) + more


def at(folder: str, files: Mapping[str, str]) -> dict[str, str]:
    return {f"{folder}/{path}": text for path, text in files.items()}


CHECKOUTS: dict[str, dict[str, str]] = {
    "go 1.24": {"go.mod": module("1.24", *USED), **SOURCES},
    "go 1.17": {"go.mod": module("1.17", *USED), **SOURCES},
    "go 1.16": {"go.mod": module("1.16", *USED), **SOURCES},
    "no go line": {"go.mod": module("1.16", *USED).replace("go 1.16\n", ""), **SOURCES},
    "a fork": {"go.mod": module("1.24", *USED, more="replace x.test/a => x.test/fork/a v1.0.1\n"), **SOURCES},
    "a fork of one version": {
        "go.mod": module(
            "1.24",
            *USED,
            more="replace x.test/a v1.0.0 => x.test/fork/a v1.0.1\nreplace x.test/a => ./a\n",
        ),
        **SOURCES,
    },
    "a directory": {
        "go.mod": module("1.24", *USED, more="replace x.test/a => ./a\n"),
        **SOURCES,
        **at("a", {"go.mod": module("1.24", "x.test/b v1.0.0", name="a"), "a.go": package("a", "x.test/b")}),
    },
    "siblings without a workspace": {
        "go.mod": module("1.24", *USED, "x.test/n v1.0.0"),
        **SOURCES,
        "n.go": package("m", "x.test/n"),
        **at("n", {"go.mod": module("1.24", name="n"), "n.go": package("n")}),
    },
    "a workspace": {
        "go.work": "go 1.24\n\nuse ./m\n\nuse ./n\n",
        **at("m", {"go.mod": module("1.24", *USED), **SOURCES}),
        **at("n", {"go.mod": module("1.24", "x.test/a v1.1.0", name="n"), "n.go": package("n", "x.test/a")}),
    },
    "a workspace whose members require each other": {
        "go.work": "go 1.24\n\nuse ./m\n\nuse ./n\n",
        **at("m", {"go.mod": module("1.24", "x.test/n v1.0.0", *USED), **SOURCES, "n.go": package("m", "x.test/n")}),
        **at("n", {"go.mod": module("1.24", name="n"), "n.go": package("n")}),
    },
    "a workspace that replaces": {
        "go.work": "go 1.24\n\nuse ./m\n\nreplace x.test/a => x.test/fork/a v1.0.1\n",
        **at("m", {"go.mod": module("1.24", *USED, more="replace x.test/a v1.0.0 => ./a\n"), **SOURCES}),
        **at("m/a", {"go.mod": module("1.24", name="a"), "a.go": package("a")}),
    },
}


@pytest.mark.parametrize("name", CHECKOUTS)
def test_lines_are_missing_where_go_misses_them(
    name: str, go: RunGo, served: str, record_count: Callable[[str, int, int], None], tmp_path: Path
) -> None:
    """Each line of the tidy go.sum files left out in turn.

    What we say is missing fails a command that loads the graph or all packages; in a workspace nothing fails, and go
    adds the line to go.work.sum. The other way round that holds for the lines that the manifests alone tell of.
    """
    checkout = Checkout(go, served, tmp_path / "checkout", CHECKOUTS[name])
    tidy = checkout.tidy()
    assert missing(tidy) == []

    wrong, cases = [], 0
    for changed, key in dropped(tidy):
        cases += 1
        ours = missing(changed)
        misses = checkout.misses(changed, key)
        if bool(ours) != (misses and told(tidy, *key)) or {x[:2] for x in ours} - {(key[0], key[1].split("/")[0])}:
            wrong.append((key, ours, misses))

    record_count("go.sum", cases, len(wrong))
    assert wrong == []
    assert cases >= 6


def told(files: Mapping[str, str], path: str, version: str) -> bool:
    """Whether the manifests alone tell of a line.

    It is that of a requirement, but neither the content of an indirect one, nor that of a version that another member
    outdoes, nor of a member itself: builds take that from its directory, though `go list -m all` asks for its go.mod.
    """
    texts = "\n".join(text for name, text in files.items() if name.endswith(("go.mod", "go.work")))
    forks = dict(re.findall(r"replace (\S+)(?: v\S+)? => (\S+) v", texts))
    required = re.findall(r"^(?:require |\t)(\S+) (v\S+)( // indirect)?$", texts, re.MULTILINE)
    used = re.findall(r"use \./(\S+)", files.get("go.work", ""))
    members = [files[f"{directory}/go.mod"].split()[1] for directory in used]
    content = not version.endswith("/go.mod")
    number = version.removesuffix("/go.mod")
    same = [
        comment
        for name, wanted, comment in required
        if ((name, wanted) == (path, number) or forks.get(name) == path)
        and name not in members
        and not (content and max(other for it, other, _ in required if it == name) != wanted)
    ]
    return bool(same) and not (content and all(same))


def dropped(files: Mapping[str, str]) -> Iterator[tuple[dict[str, str], tuple[str, str]]]:
    """The files without the line of one thing, and what that is."""
    names = [path for path in files if path.endswith(".sum")]
    keys = {(words[0], words[1]) for name in names for line in files[name].splitlines() for words in [line.split()]}
    for path, version in sorted(keys):
        left = {
            name: "".join(f"{line}\n" for line in files[name].splitlines() if line.split()[:2] != [path, version])
            for name in names
        }
        yield {**files, **left}, (path, version)


class Checkout:
    """A checkout that the real go works on."""

    def __init__(self, go: RunGo, proxy: str, folder: Path, files: Mapping[str, str]) -> None:
        self.go = go
        self.env = {"GOPROXY": proxy, "GONOSUMDB": "*"}
        self.folder = folder
        self.files = files
        self.members = sorted(Path(path).parent.as_posix() for path in files if path.endswith("go.mod"))
        self.work = "go.work" in files

    def tidy(self) -> dict[str, str]:
        """The files after `go mod tidy`, and with what a workspace adds to go.work.sum."""
        self.write(self.files)
        for member in self.members:
            done = self.go("mod", "tidy", cwd=self.folder / member, env=self.env)
            assert done.returncode == 0, done.stderr
        if self.work:
            self.load_workspace()
        found = {path.relative_to(self.folder).as_posix(): path for path in self.folder.rglob("*") if path.is_file()}
        return {name: path.read_text() for name, path in found.items()}

    def write(self, files: Mapping[str, str]) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        for path, text in files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_text(text)

    def misses(self, files: Mapping[str, str], key: tuple[str, str]) -> bool:
        """Whether a command fails that loads the graph, or all packages for all platforms; or go adds the line."""
        if self.work:
            self.write(files)
            self.load_workspace()
            added = self.folder / "go.work.sum"
            return added.exists() and f"{' '.join(key)} " in added.read_text()
        for command in (("list", "-m", "all"), ("mod", "vendor")):
            for member in self.members:
                self.write(files)
                done = self.go(*command, cwd=self.folder / member, env=self.env)
                if done.returncode:
                    assert "missing go.sum entry" in done.stderr, done.stderr
                    return True
        return False

    def load_workspace(self) -> None:
        for platform in ("linux", "windows"):
            members = [f"./{member}" for member in self.members if f"./{member}\n" in self.files["go.work"]]
            for command in (("list", "-m", "all"), ("list", "-deps", "-test", *members)):
                done = self.go(*command, cwd=self.folder, env={**self.env, "GOOS": platform})
                assert done.returncode == 0, done.stderr


def test_a_module_with_all_its_lines() -> None:
    files = {
        "go.mod": "module m.example\nrequire a.example v1.0.0\nrequire b.example v1.2.3 // indirect\n",
        "go.sum": f"a.example v1.0.0 {HASH}\na.example v1.0.0/go.mod {HASH}\nb.example v1.2.3/go.mod {HASH}\n",
    }
    (sums,) = linked(files).sums
    assert sums == Sum(
        module_file="go.mod",
        file="go.sum",
        exists=True,
        needed=True,
        work="",
        missing=[],
        at=go_mod.read("go.mod", files["go.mod"].encode()).modules[0].at,
    )


def test_what_is_missing_stands_at_its_requirement_or_its_replacement() -> None:
    files = {
        "svc/go.mod": (
            "module m.example\nrequire a.example v1.0.0\nrequire b.example v1.1.0 // indirect\n"
            "require c.example v1.0.0\nreplace c.example => d.example v2.0.0+incompatible\n"
        ),
        "svc/go.sum": f"a.example v1.0.0/go.mod {HASH}\nb.example v1.0.0/go.mod {HASH}\nd.example v1.0.0 {HASH}\n",
    }
    (sums,) = linked(files).sums
    assert [
        (x.module, x.version, x.lacks, x.indirect, x.via, x.at.start.line, x.at.start.column, x.via_at == x.at)
        for x in sums.missing
    ] == [
        ("a.example", "v1.0.0", "content", False, [], 2, 9, True),
        ("b.example", "v1.1.0", "both", True, [], 3, 9, True),
        ("d.example", "v2.0.0+incompatible", "both", False, [], 5, 22, True),
    ]


def test_a_go_mod_line_alone_may_be_missing() -> None:
    text = "module m.example\nrequire a.example v1.0.0\nrequire b.example v1.0.0 // indirect\n"
    lines = f"a.example v1.0.0 {HASH}\nb.example v1.0.0 {HASH}\n"

    assert missing({"go.mod": text, "go.sum": lines}) == [
        ("a.example", "v1.0.0", "go_mod"),
        ("b.example", "v1.0.0", "go_mod"),
    ]


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("module m.example\nrequire a.example v1.1.0\n", True),
        ("module m.example\n", False),
        ("module m.example\nrequire a.example v1.0.0\nreplace a.example => ./a\n", False),
        ("module m.example\nrequire a.example v1.0.0\nexclude a.example v1.0.0\n", False),
        ("module m.example\nrequire m.example v1.0.0\n", False),
    ],
)
def test_a_missing_file_is_said_once_and_only_where_it_is_needed(text: str, needed: bool) -> None:
    (sums,) = linked({"sub/go.mod": text}).sums
    assert (sums.file, sums.exists, sums.needed, sums.missing) == ("sub/go.sum", False, needed, [])


def test_other_files_of_a_workspace_stand_in_for_a_missing_one() -> None:
    lines = f"a.example v1.0.0 {HASH}\na.example v1.0.0/go.mod {HASH}\n"
    files = {
        "go.work": "use (\n\t./one\n\t./two\n)\n",
        "one/go.mod": "module one.example\nrequire a.example v1.0.0\n",
        "two/go.mod": "module two.example\nrequire a.example v1.0.0\n",
    }

    def needed(**more: str) -> list[tuple[str, bool]]:
        return [(sums.file, sums.needed) for sums in linked({**files, **more}).sums]

    assert {sums.work for sums in linked(files).sums} == {"go.work"}
    assert needed() == [("one/go.sum", True), ("two/go.sum", True)]
    assert needed(**{"two/go.sum": lines}) == [("one/go.sum", False), ("two/go.sum", True)]
    assert needed(**{"go.work.sum": lines}) == [("one/go.sum", False), ("two/go.sum", False)]


# ---- Conflicts -------------------------------------------------------------------------------------------------------


def conflicts(files: Mapping[str, str]) -> list[tuple[str, str, bool, str, int, str, int]]:
    return [
        (x.module, x.version, x.go_mod, x.at.path, x.at.start.line, x.first_at.path, x.first_at.start.line)
        for x in linked(files).sum_conflicts
    ]


def test_two_hashes_in_one_file() -> None:
    text = (
        f"a.example v1.0.0 {HASH}\n\nb.example v1.0.0/go.mod {HASH}\na.example v1.0.0 {HASH}\n"
        f"  a.example  v1.0.0 {OTHER} \nb.example v1.0.0/go.mod {OTHER}\nb.example v1.0.0/go.mod {OTHER}\n"
    )

    (first, second) = linked({"go.sum": text}).sum_conflicts

    assert (first.module, first.version, first.go_mod, first.same_file) == ("a.example", "v1.0.0", False, True)
    assert (first.first, first.second) == (HASH, OTHER)
    assert first.at.model_dump() == {
        "path": "go.sum",
        "start": {"line": 5, "column": 3},
        "end": {"line": 5, "column": 21 + len(OTHER)},
        "origin": "text",
    }
    assert (first.first_at.start.line, first.first_at.start.column) == (1, 1)
    assert (second.module, second.go_mod, second.at.start.line, second.first_at.start.line) == ("b.example", True, 6, 3)


def test_two_hashes_in_the_files_of_one_workspace() -> None:
    files = {
        "go.work": "use (\n\t./one\n\t./two\n)\n",
        "go.work.sum": f"c.example v1.0.0/go.mod {HASH}\n",
        "one/go.mod": "module one.example\n",
        "one/go.sum": f"a.example v1.0.0 {HASH}\nb.example v1.0.0 {HASH}\n",
        "two/go.mod": "module two.example\n",
        "two/go.sum": f"b.example v1.0.0 {HASH}\na.example v1.0.0 {OTHER}\nc.example v1.0.0/go.mod {OTHER}\n",
    }

    assert conflicts(files) == [
        ("a.example", "v1.0.0", False, "two/go.sum", 2, "one/go.sum", 1),
        ("c.example", "v1.0.0", True, "two/go.sum", 3, "go.work.sum", 1),
    ]
    assert not any(x.same_file for x in linked(files).sum_conflicts)
    assert conflicts({path: text for path, text in files.items() if path != "go.work"}) == []


@pytest.mark.parametrize(
    ("order", "fails"), [(("wrong", "right"), True), (("right", "wrong"), False), (("right", "right"), False)]
)
def test_the_order_decides_what_go_says_of_a_conflict(
    order: tuple[str, str], fails: bool, go: RunGo, served: str, tmp_path: Path
) -> None:
    checkout = Checkout(go, served, tmp_path / "checkout", CHECKOUTS["go 1.24"])
    tidy = checkout.tidy()
    right = next(line for line in tidy["go.sum"].splitlines() if line.startswith("x.test/a v1.0.0 "))
    lines = {"right": right, "wrong": f"x.test/a v1.0.0 {OTHER}"}
    rest = [line for line in tidy["go.sum"].splitlines() if line != right]
    changed = {**tidy, "go.sum": "".join(f"{line}\n" for line in [lines[name] for name in order] + rest)}

    assert bool(conflicts(changed)) == (len(set(order)) == 2)

    checkout.write(changed)
    done = go("build", "./...", cwd=checkout.folder, env=checkout.env)
    assert (done.returncode != 0, "checksum mismatch" in done.stderr) == (fails, fails)


def test_members_of_a_workspace_with_two_hashes_fail(go: RunGo, served: str, tmp_path: Path) -> None:
    checkout = Checkout(go, served, tmp_path / "checkout", CHECKOUTS["a workspace that replaces"])
    files = {
        **checkout.tidy(),
        "go.work": "go 1.24\n\nuse ./m\n\nuse ./n\n",
        "n/go.mod": module("1.24", "x.test/t v1.0.0", name="n"),
        "n/n.go": package("n", "x.test/t"),
        "n/go.sum": f"x.test/t v1.0.0 {OTHER}\n",
    }
    assert [key[0] for key in conflicts(files)] == ["x.test/t"]

    checkout.write(files)
    done = go("vet", "./m", "./n", cwd=checkout.folder, env=checkout.env)
    assert "verifying x.test/t@v1.0.0: checksum mismatch" in done.stderr
