from typing import Literal

import pytest

from policygate.facts import run_reader
from policygate.facts.change import base_of, base_paths, change_of
from policygate.facts.link import go_contexts, go_exposures, go_modules, go_sums
from policygate.facts.model import Change, ChangedFile, FileFacts, Go, Network
from policygate.facts.model_kubernetes import Kubernetes, MeshOpening
from policygate.facts.model_network import HostNetwork
from policygate.facts.own import Surroundings, state_own
from policygate.location import At, Position

Status = Literal["added", "changed", "removed", "renamed"]
COMMITS = ("1" * 40, "2" * 40)
OWN = state_own(modules=["git.acme.example"], public=[], proxies=[], sumdbs=[])


def read(**texts: str) -> FileFacts:
    """What one file says of each reader."""
    return together({reader: {PATHS[reader]: text} for reader, text in texts.items()})


PATHS = {"go_sum": "go.sum", "go_mod": "go.mod"}


def together(texts: dict[str, dict[str, str]]) -> FileFacts:
    said = [run_reader(reader, path, text.encode()) for reader, of in texts.items() for path, text in of.items()]
    return FileFacts(
        **{name: [item for facts in said for item in getattr(facts, name)] for name in FileFacts.model_fields}
    )


def file(path: str, status: Status = "changed", old_path: str = "") -> ChangedFile:
    return ChangedFile(path=path, status=status, old_path=old_path)


def changed(base: FileFacts, head: FileFacts, *files: ChangedFile) -> Change:
    return change_of(base, head, files, revisions=COMMITS)


# ---- Hashes ----------------------------------------------------------------------------------------------------------


def hashes(*lines: str) -> FileFacts:
    return read(go_sum="".join(f"{line}\n" for line in lines))


def between(base: FileFacts, head: FileFacts) -> list[tuple[str, bool, str, str, int]]:
    found = changed(base, head, file("go.sum")).sums
    return [(f"{s.module} {s.version}", s.go_mod, s.before, s.after, s.at.start.line) for s in found]


def test_another_hash_of_the_same_version_is_found_with_its_line() -> None:
    base = hashes("a.example v1.0.0 h1:A=", "a.example v1.0.0/go.mod h1:M=")
    head = hashes("b.example v1.0.0 h1:B=", "a.example v1.0.0 h1:X=", "a.example v1.0.0/go.mod h1:Y=")

    change = changed(base, head, file("go.sum"))

    assert (change.exists, change.base, change.head, change.files) == (True, *COMMITS, [file("go.sum")])
    content, go_mod = change.sums
    assert content.model_dump(exclude={"at"}) == {
        "file": "go.sum",
        "module": "a.example",
        "version": "v1.0.0",
        "go_mod": False,
        "before": "h1:A=",
        "after": "h1:X=",
    }
    assert content.at == At(
        path="go.sum", start=Position(line=2, column=1), end=Position(line=2, column=23), origin="text"
    )
    assert (go_mod.go_mod, go_mod.version, go_mod.before, go_mod.after) == (True, "v1.0.0", "h1:M=", "h1:Y=")


def test_other_versions_and_an_order_are_no_other_hash() -> None:
    base = hashes("a.example v1.0.0 h1:A=", "b.example v1.0.0 h1:B=")
    head = hashes("b.example v1.0.0 h1:B=", "a.example v1.0.0 h1:A=", "a.example v1.1.0 h1:C=")
    assert between(base, head) == []


def test_a_second_hash_is_another_one_and_so_is_one_that_comes_to_the_front() -> None:
    one, two = "a.example v1.0.0 h1:A=", "a.example v1.0.0 h1:B="
    assert between(hashes(one), hashes(one, two)) == [("a.example v1.0.0", False, "h1:A=", "h1:B=", 2)]
    assert between(hashes(one, two), hashes(two, one)) == [("a.example v1.0.0", False, "h1:A=", "h1:B=", 1)]
    assert between(hashes(one, two), hashes(one)) == []
    assert between(hashes(one, two), hashes(one, two)) == []


def test_hashes_of_a_renamed_file_are_compared_and_those_of_others_are_not() -> None:
    base = together({"go_sum": {"a/go.sum": "a.example v1.0.0 h1:A=\n"}})
    head = together({"go_sum": {"b/go.sum": "a.example v1.0.0 h1:X=\n"}})
    assert [s.file for s in changed(base, head, file("b/go.sum", "renamed", "a/go.sum")).sums] == ["b/go.sum"]
    assert changed(base, head, file("a/go.sum", "removed"), file("b/go.sum", "added")).sums == []


# ---- Versions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("v1.10.0", "v1.9.0"),
        ("v1.2.0", "v1.2.0-rc.2"),
        ("v1.2.0-rc.10", "v1.2.0-rc.9"),
        ("v1.2.4-0.20240301000000-aaaaaaaaaaaa", "v1.2.4-0.20240201000000-bbbbbbbbbbbb"),
        ("v1.2.4-0.20240301000000-aaaaaaaaaaaa", "v1.2.3"),
        ("v0.0.0-20240301000000-aaaaaaaaaaaa", "v0.0.0-20240201000000-bbbbbbbbbbbb"),
        ("v3.0.0+incompatible", "v2.9.0+incompatible"),
        ("v1.0.0-99999999999999999999", "v1.0.0-99999999999999999998"),
    ],
)
def test_a_lower_version_is_a_downgrade_and_a_higher_one_is_none(before: str, after: str) -> None:
    high, low = (read(go_mod=f"module m.example\nrequire a.example/x {v}\n") for v in (before, after))
    (lower,) = changed(high, low, file("go.mod")).downgrades
    assert (lower.file, lower.module, lower.before, lower.after) == ("go.mod", "a.example/x", before, after)
    assert lower.at == low.modules[0].requires[0].at
    assert changed(low, high, file("go.mod")).downgrades == []


def test_what_is_no_version_has_no_order_and_equal_ones_are_equal() -> None:
    versions = ("v1.0.0", "main", "v1.0.0+incompatible")
    texts = [read(go_mod=f"module m.example\nrequire a.example/x {version}\n") for version in versions]
    for base in texts:
        for head in texts:
            assert changed(base, head, file("go.mod")).downgrades == []


def test_of_two_requirements_the_higher_one_counts() -> None:
    two = "module m.example\nrequire (\n\ta.example v1.0.0\n\ta.example v1.5.0\n)\n"
    base, head = read(go_mod=two), read(go_mod="module m.example\nrequire a.example v1.4.0\n")
    assert [(d.before, d.after) for d in changed(base, head, file("go.mod")).downgrades] == [("v1.5.0", "v1.4.0")]
    assert changed(head, base, file("go.mod")).downgrades == []


# ---- The base --------------------------------------------------------------------------------------------------------

PIPELINE = """
variables: {GOPROXY: "https://goproxy.cn,direct", GOFLAGS: -mod=mod}
build: {script: [go build ./...]}
"""
GO_MOD = "module git.acme.example/%s\ngo 1.24\nrequire git.acme.example/kit v1.0.0\n"


def linked() -> Go:
    files = together(
        {
            "go_mod": {"a/go.mod": GO_MOD % "a", "b/go.mod": GO_MOD % "b"},
            "go_sum": {"a/go.sum": "x.example v1.0.0 h1:A=\nx.example v1.0.0 h1:B=\n"},
            "dockerfile": {"a/Dockerfile": "FROM golang\nENV GOSUMDB=off\nRUN go build ./...\n"},
            "gitlab_ci": {".gitlab-ci.yml": PIPELINE},
        }
    )
    go = Go()
    for linker in (go_modules, go_sums, go_contexts, go_exposures):
        go = linker.link(files, Surroundings(OWN), go)
    return go


def standing(go: Go) -> dict[str, set[str]]:
    """Where the facts of each list stand."""
    lists = {name: getattr(go, name) for name in Go.model_fields if name != "settings"}
    lists["settings"] = [setting for name in type(go.settings).model_fields for setting in getattr(go.settings, name)]
    return {
        name: {getattr(fact, "file", None) or fact.at.path for fact in facts} for name, facts in lists.items() if facts
    }


def test_the_base_holds_what_stands_in_the_paths_and_nothing_else() -> None:
    whole = linked()
    assert standing(whole) == {
        "modules": {"a/go.mod", "b/go.mod"},
        "sums": {"a/go.sum", "b/go.sum"},
        "sum_conflicts": {"a/go.sum"},
        "contexts": {".gitlab-ci.yml", "a/Dockerfile"},
        "exposures": {".gitlab-ci.yml", "a/Dockerfile"},
        "settings": {".gitlab-ci.yml", "a/Dockerfile"},
    }

    base = base_of(whole, Network(), {"b/go.mod", ".gitlab-ci.yml", "README.md"})

    assert base.exists
    assert standing(base.go) == {
        "modules": {"b/go.mod"},
        "contexts": {".gitlab-ci.yml"},
        "exposures": {".gitlab-ci.yml"},
        "settings": {".gitlab-ci.yml"},
    }
    assert [s.value for s in base.go.settings.GOPROXY] == ["https://goproxy.cn,direct"]
    assert standing(base_of(whole, Network(), {"a/go.sum"}).go) == {"sums": {"a/go.sum"}, "sum_conflicts": {"a/go.sum"}}
    assert standing(base_of(whole, Network(), ()).go) == {}
    every = {path for paths in standing(whole).values() for path in paths}
    assert base_of(whole, Network(), every).go == whole


def test_the_base_holds_the_network_of_the_paths() -> None:
    there = [HostNetwork(service=path, at=line_one(path)) for path in ("a.yml", "b.yml")]
    opening = MeshOpening(
        kind="ServiceEntry", environment="", protected=False, namespace="", name="x", host="*", at=line_one("b.yml")
    )
    whole = Network(host_networks=there, kubernetes=Kubernetes(openings=[opening]))
    for path, services, openings in (("a.yml", ["a.yml"], []), ("b.yml", ["b.yml"], [opening])):
        base = base_of(Go(), whole, {path}).network
        assert ([each.service for each in base.host_networks], base.kubernetes.openings) == (services, openings)


def line_one(path: str) -> At:
    return At(path=path, start=Position(line=1, column=1), end=Position(line=1, column=2), origin="text")


def test_the_base_knows_files_by_their_old_names() -> None:
    files = [file("a"), file("b", "added"), file("c", "removed"), file("e", "renamed", "d")]
    assert base_paths(files) == {"a", "c", "d"}
