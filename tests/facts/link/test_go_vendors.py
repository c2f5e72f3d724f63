"""Vendor directories, and every point in which the real go finds them inconsistent."""

import random
import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from policygate.facts.link.go_modules import link as link_modules
from policygate.facts.link.go_vendors import link
from policygate.facts.model import FileFacts, Go, VendorCheck
from policygate.facts.own import Surroundings, state_own
from policygate.facts.read import go_mod, go_work, vendor

RunGo = Callable[..., subprocess.CompletedProcess[str]]
RecordCount = Callable[[str, int, int], None]
Fault = tuple[str, str, str, str]

OWN = state_own(modules=[], public=[], proxies=[], sumdbs=[])
SAID = re.compile(r"\t(\S+?)(?:@(\S+))?: is (.*)")
UNLISTED = re.compile(r"vendored module (\S+)@(\S+) should be required explicitly in go\.mod")
KINDS = (
    ("not_explicit", r"explicitly required in go\.mod, but not marked as explicit in vendor/modules\.txt"),
    ("not_replaced", r"replaced in \S*, but not marked as replaced in vendor/modules\.txt"),
    ("other_target", r"replaced by (.*) in \S*, but marked as replaced by (.*) in vendor/modules\.txt"),
    ("not_required", r"marked as explicit in vendor/modules\.txt, but not explicitly required in (?:a )?go\.mod"),
    ("only_replaced", r"marked as replaced in vendor/modules\.txt, but not replaced in (?:go\.mod|the workspace)"),
)
READERS = {"go.mod": go_mod.read, "go.work": go_work.read, "modules.txt": vendor.read}

MODULE = "module x.test/m\n\ngo 1.24\n\nrequire x.test/a v1.0.0\n"
VENDOR = "# x.test/a v1.0.0\n## explicit\nx.test/a\n"


def read(files: Mapping[str, str]) -> FileFacts:
    facts = [READERS[path.rpartition("/")[2]](path, text.encode()) for path, text in files.items()]
    return FileFacts(
        modules=[x for f in facts for x in f.modules],
        works=[x for f in facts for x in f.works],
        vendors=[x for f in facts for x in f.vendors],
    )


def linked(files: Mapping[str, str], *others: str) -> list[VendorCheck]:
    entries = frozenset((*files, *others))
    return link(read(files), Surroundings(OWN, entries=entries), Go()).vendors


def faults(files: Mapping[str, str]) -> list[Fault]:
    """What is inconsistent, sorted."""
    (check,) = linked(files)
    return sorted((x.kind, x.module, x.wanted, x.found) for x in check.faults)


def said_by_go(go: RunGo, folder: Path, files: Mapping[str, str]) -> list[Fault]:
    """The same, as the real go says it; what is not listed it says only where there is nothing else."""
    write(folder, files)
    said = go("list", "./a", cwd=folder, env={"GOFLAGS": ""}).stderr
    unlisted = [("not_listed", f"{path} {version}", "", "") for path, version in UNLISTED.findall(said)]
    assert ("inconsistent vendoring" in said or bool(unlisted)) == bool(said), said
    return sorted([*unlisted, *map(_parsed, SAID.findall(said))])


def write(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in {"a/a.go": "package a\n", **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def _parsed(line: tuple[str, str, str]) -> Fault:
    path, version, text = line
    module = f"{path} {version}" if version else path
    for kind, pattern in KINDS:
        match = re.fullmatch(pattern, text)
        if match:
            wanted, found = (side.replace("@", " ") for side in match.groups()) if match.groups() else ("", "")
            return kind, module, wanted, found
    raise AssertionError(text)


PATHS = ("x.test/a", "x.test/b", "x.test/c")
VERSIONS = ("v1.0.0", "v1.1.0")
TARGETS = ("./a", "../a", "./b", "x.test/f v1.0.0", "x.test/f v1.1.0", "/abs")


def requires(dice: random.Random) -> str:
    chosen = {dice.choice(PATHS): dice.choice(VERSIONS) for _ in range(dice.randint(0, 3))}
    return "".join(f"require {path} {version}\n" for path, version in chosen.items())


def replaces(dice: random.Random, count: int, paths: tuple[str, ...] = PATHS) -> str:
    chosen = {
        " ".join(filter(None, (dice.choice(paths), dice.choice(("", *VERSIONS))))): dice.choice(TARGETS)
        for _ in range(dice.randint(0, count))
    }
    return "".join(f"replace {old} => {new}\n" for old, new in chosen.items())


def modules_txt(dice: random.Random, like: str) -> str:
    """Something near to what `go mod vendor` would write for a go.mod."""
    required = re.findall(r"^require (\S+) (\S+)$", like, re.MULTILINE)
    replaced = dict(re.findall(r"^replace (.*) => (.*)$", like, re.MULTILINE))
    lines = []
    for path, right in dice.sample(required, len(required)):
        roll = dice.random()
        version = dice.choice(VERSIONS) if roll < 0.2 else right
        target = replaced.get(f"{path} {version}", replaced.get(path, ""))
        arrow = f" => {target}" if target and roll < 0.9 else ""
        lines.append(f"# {path} {version}{arrow}")
        lines += [dice.choice(("## explicit", "## explicit; go 1.20", "## go 1.20; explicit", "##explicit", ""))]
        lines += [path, f"{path}/sub"] if dice.random() < 0.8 else []
    for old, new in replaced.items():
        if dice.random() < 0.8:
            lines.append(f"# {old} => {dice.choice(TARGETS) if dice.random() < 0.2 else new}")
    if dice.random() < 0.3:
        lines.append(
            f"# {dice.choice(PATHS)} {dice.choice(('v1.0.0', 'v1.1.0', '=> ./x', 'v1.0.0 => x.test/f v1.1.0'))}"
        )
        lines += dice.choice((["## explicit", "x.test/p/q"], ["## explicit"], ["x.test/p/q"]))
    return "\n".join(lines) + "\n"


def test_faults_are_those_of_go(go: RunGo, record_count: RecordCount, tmp_path: Path) -> None:
    dice = random.Random(8)  # noqa: S311 - no secret
    wrong, kinds = [], set[str]()
    for number in range(200):
        mod = "module x.test/m\n\ngo 1.24\n\n" + requires(dice) + replaces(dice, 2, (*PATHS, "x.test/m"))
        files = {"go.mod": mod, "vendor/modules.txt": modules_txt(dice, mod)}
        ours, theirs = faults(files), said_by_go(go, tmp_path / str(number), files)
        if any(kind != "not_listed" for kind, *_ in ours):
            ours = [fault for fault in ours if fault[0] != "not_listed"]
        kinds.update(kind for kind, *_ in theirs)
        wrong += [(files, ours, theirs)] if ours != theirs else []

    record_count("vendor", 200, len(wrong))
    assert wrong == []
    assert kinds == {"not_listed", *(kind for kind, _ in KINDS)}


def test_faults_of_workspaces_are_those_of_go(go: RunGo, record_count: RecordCount, tmp_path: Path) -> None:
    """But for the target that go says: it takes it from the go.mod, we as modules.txt should have it."""
    dice = random.Random(9)  # noqa: S311 - no secret
    wrong, kinds = [], set[str]()
    for number in range(150):
        one = "module x.test/m\n\ngo 1.24\n\n" + requires(dice) + replaces(dice, 1, PATHS[:1])
        two = "module x.test/n\n\ngo 1.24\n\n" + requires(dice) + replaces(dice, 1, PATHS[1:])
        work = "go 1.24\n\nuse ./a\n\nuse ./n\n" + replaces(dice, 1)
        text = "## workspace\n" + modules_txt(dice, _as_workspace(one, two, work))
        files = {"go.work": work, "a/go.mod": one, "n/go.mod": two, "vendor/modules.txt": text}
        ours, theirs = (
            [(kind, module, found) for kind, module, _, found in said]
            for said in (faults(files), said_by_go(go, tmp_path / str(number), files))
        )
        kinds.update(kind for kind, *_ in theirs)
        wrong += [(files, ours, theirs)] if ours != theirs else []

    record_count("vendor", 150, len(wrong))
    assert wrong == []
    assert kinds == {kind for kind, _ in KINDS}


def _as_workspace(one: str, two: str, work: str) -> str:
    """The lines of the members with directories as seen from the workspace."""
    seen = [re.sub(r"=> \./", f"=> ./{folder}/", text) for folder, text in (("a", one), ("n", two))]
    return "".join(re.sub(r"=> \.\./", "=> ./", text) for text in seen) + work


@pytest.mark.parametrize(
    ("directory", "target", "said"),
    [
        ("a", "./c", "./a/c"),
        ("a", "../c", "./c"),
        ("a", "..", "."),
        ("a", "../../c", "../c"),
        ("a", "../../../../c", "../../../c"),
        ("a", "/abs/../c", "/abs/../c"),
        ("a", ".\\c", "./a/.\\c"),
        (".", "./.c", "./.c"),
    ],
)
def test_directories_of_members_are_said_from_the_workspace(directory: str, target: str, said: str) -> None:
    files = {
        "ws/go.work": f"go 1.24\nuse ./{directory}\n",
        f"ws/{directory}/go.mod".replace("/./", "/"): f'module x.test/m\nreplace x.test/c => "{target}"\n'.replace(
            "\\", "\\\\"
        ),
        "ws/vendor/modules.txt": f"## workspace\n# x.test/c => {said}\n",
    }

    assert faults(files) == []


def test_what_does_not_go_together_stands_at_its_line() -> None:
    mod = (
        "module x.test/m\n\ngo 1.24\n\nrequire x.test/a v1.0.0\n\nreplace x.test/b => ./b\n\nreplace x.test/c => ./c\n"
    )
    text = (
        "# x.test/a v1.1.0\n## explicit\nx.test/a\n# x.test/d v1.0.0\nx.test/d\n# x.test/b => ./c\n# x.test/e => ./e\n"
    )

    (check,) = linked({"svc/go.mod": mod, "svc/vendor/modules.txt": text})

    assert (check.file, check.exists, check.manifest) == ("svc/vendor/modules.txt", True, "svc/go.mod")
    assert [(x.kind, x.module, x.wanted, x.found, x.at.path, x.at.start.line) for x in check.faults] == [
        ("not_explicit", "x.test/a v1.0.0", "", "", "svc/go.mod", 5),
        ("other_target", "x.test/b", "./b", "./c", "svc/go.mod", 7),
        ("not_replaced", "x.test/c", "", "", "svc/go.mod", 9),
        ("not_required", "x.test/a v1.1.0", "", "", "svc/vendor/modules.txt", 1),
        ("only_replaced", "x.test/e", "", "", "svc/vendor/modules.txt", 7),
        ("not_listed", "x.test/d v1.0.0", "", "", "svc/vendor/modules.txt", 4),
    ]


FINE = {"go.mod": MODULE, "vendor/modules.txt": VENDOR}
MEMBER = {"m/go.mod": MODULE, "go.work": "go 1.24\n\nuse ./m\n"}
MODES: dict[str, tuple[dict[str, str], list[str]]] = {
    "a module": (FINE, ["vendor/modules.txt"]),
    "before go 1.14": ({**FINE, "go.mod": MODULE.replace("1.24", "1.13")}, []),
    "from go 1.14 on": ({**FINE, "go.mod": MODULE.replace("1.24", "1.14")}, ["vendor/modules.txt"]),
    "without a go line": ({**FINE, "go.mod": MODULE.replace("go 1.24", "")}, []),
    "made for a workspace": ({**FINE, "vendor/modules.txt": f"## workspace\n{VENDOR}"}, []),
    "a workspace": ({**MEMBER, "vendor/modules.txt": f"## x; workspace \n{VENDOR}"}, ["vendor/modules.txt"]),
    "the mark of a workspace is late": (
        {**MEMBER, "vendor/modules.txt": f"## {' ' * 600}; workspace\n{VENDOR}"},
        [],
    ),
    "made for a module": ({**MEMBER, "vendor/modules.txt": VENDOR}, []),
    "of a member": ({**MEMBER, "m/vendor/modules.txt": VENDOR}, []),
    "a workspace without a go line": (
        {
            "m/go.mod": MODULE.replace("1.24", "1.18"),
            "go.work": "use ./m\n",
            "vendor/modules.txt": f"## workspace\n{VENDOR}",
        },
        [],
    ),
}


@pytest.mark.parametrize("name", MODES)
def test_a_vendor_directory_is_used_where_go_uses_it(name: str, go: RunGo, tmp_path: Path) -> None:
    files, used = MODES[name]
    directory = "m" if "go.work" in files else "."

    assert [check.file for check in linked(files)] == used
    modules = link_modules(read(files), Surroundings(OWN), Go()).modules
    assert [module.vendored for module in modules] == [bool(used)]

    write(tmp_path, files)
    said = go("list", "x.test/nowhere", cwd=tmp_path / directory, env={"GOFLAGS": ""}).stderr
    assert ("import lookup disabled by -mod=vendor" in said) == bool(used), said


def test_a_vendor_directory_without_its_list(go: RunGo, tmp_path: Path) -> None:
    files = {"go.mod": MODULE, "vendor/x.test/a/a.go": "package a\n"}

    (check,) = linked({"go.mod": MODULE}, "vendor/x.test/a/a.go")

    assert (check.file, check.exists) == ("vendor/modules.txt", False)
    assert [(x.kind, x.module) for x in check.faults] == [("not_explicit", "x.test/a v1.0.0")]
    assert said_by_go(go, tmp_path, files) == [("not_explicit", "x.test/a v1.0.0", "", "")]


@pytest.mark.parametrize(
    "entries",
    [
        ["vendor/modules.txt", "vendor/x/y.go"],
        ["vendor/"],
        ["vendor"],
        ["vendor/x/"],
        ["svc/vendor/x.go"],
        ["xvendor/y"],
    ],
    ids=str,
)
def test_what_was_not_read_is_not_missing(entries: list[str]) -> None:
    assert linked({"go.mod": MODULE}, *entries) == []
