"""Module paths and versions against golang.org/x/mod."""

import random
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from policygate.facts.go.module_path import (
    canonical_version,
    check_path,
    check_path_major,
    escape,
    is_import_path,
    split_path_version,
    version_order,
)

Ask = Callable[[Iterable[Mapping[str, str]]], list[Any]]
RecordCount = Callable[[str, int, int], None]

ELEMENTS = (
    *(
        "a.example",
        "A.example",
        "example",
        "a",
        "A_b~c",
        "a~1",
        "a~1.b",
        "~",
        "~1",
        "x.",
        ".x",
        "..",
        "...",
        "a..b",
        "con",
        "COM1.x",
    ),
    *(
        "com10",
        "nul.",
        "lpt9~1",
        "-a",
        "a-",
        "a+b",
        "a b",
        "a@b",
        "é",
        "%20",
        "",
        "v1",
        "v2",
        "v10",
        "v02",
        "v2.1",
        "v",
        "v0",
        "vv2",
    ),
    *(
        "gopkg.in",
        "y.v1",
        "y.v0",
        "y.v02",
        "y.v2-unstable",
        "y.v0-unstable",
        "y.v-unstable",
        "y.v1-unstable",
        "y",
        ".v1",
        "v1-unstable",
    ),
)
IDENTIFIERS = ("0", "1", "00", "01", "0a", "a", "-", "-0", "10", "rc", "rc1", "", "é", "0-", "incompatible")


def _paths(dice: random.Random) -> list[str]:
    paths = ["/".join(dice.choices(ELEMENTS, k=dice.randint(1, 3))) for _ in range(1500)]
    hosts = ("a.example/", "gopkg.in/", "gopkg.in/a/", "/", "")
    return [*paths, *(host + element for host in hosts for element in ELEMENTS)]


def _version(dice: random.Random) -> str:
    numbers = ".".join(
        dice.choices(("0", "1", "2", "10", "01", "x", ""), weights=(5, 5, 5, 3, 1, 1, 1), k=dice.randint(1, 4))
    )
    prerelease = "-" + ".".join(dice.choices(IDENTIFIERS, k=dice.randint(1, 3))) if dice.random() < 0.5 else ""
    build = "+" + ".".join(dice.choices(IDENTIFIERS, k=dice.randint(1, 2))) if dice.random() < 0.5 else ""
    return dice.choice(("v", "v", "v", "v", "", "V")) + numbers + prerelease + build


def test_paths_are_accepted_and_split_as_in_go(ask: Ask, record_count: RecordCount) -> None:
    paths = _paths(random.Random(4))  # noqa: S311 - no secret

    valid = ask({"Kind": "path", "A": path} for path in paths)
    splits = ask({"Kind": "split", "A": path} for path in paths)

    refused = [(path, go) for path, go in zip(paths, valid, strict=True) if (check_path(path) == "") != go]
    ours = [list(split) if (split := split_path_version(path)) else None for path in paths]
    go_splits = [[prefix, major] if ok else None for prefix, major, ok in splits]
    differing = [it for it in zip(paths, ours, go_splits, strict=True) if it[1] != it[2]]
    record_count("paths and versions", 2 * len(paths), len(refused) + len(differing))
    assert (refused, differing) == ([], [])
    assert {True, False} == set(valid) == {ok for *_, ok in splits}


def test_packages_are_accepted_and_paths_escaped_as_in_go(ask: Ask, record_count: RecordCount) -> None:
    dice = random.Random(6)  # noqa: S311 - no secret
    paths = [
        *_paths(dice),
        *(f".{element}/{element}" for element in ELEMENTS),
        "a.example/B/c-D",
        "a..",
        "./x",
        "a/./b",
    ]
    versions = ["v1.0.0-RC1" if len(path) % 2 else "v1.0.0-pre.X" for path in paths]

    accepted = ask({"Kind": "import", "A": path} for path in paths)
    escaped = ask({"Kind": "escape", "A": path, "B": version} for path, version in zip(paths, versions, strict=True))

    refused = [it for it in zip(paths, accepted, strict=True) if is_import_path(it[0]) != it[1]]
    assert {True, False} == set(accepted)
    ours = [[escape(path), escape(version)] for path, version in zip(paths, versions, strict=True)]
    differing = [it for it in zip(ours, escaped, strict=True) if it[1][2] and it[0] != it[1][:2]]
    record_count("paths and versions", len(paths) + sum(it[2] for it in escaped), len(refused) + len(differing))
    assert (refused, differing) == ([], [])
    assert any("!b" in it[0] for it in escaped)


def test_versions_are_made_canonical_as_in_go(ask: Ask, record_count: RecordCount) -> None:
    dice = random.Random(5)  # noqa: S311 - no secret
    versions = [_version(dice) for _ in range(3000)] + ["v1\n", "v1.2.3\n", "v1.2.3-é"]

    answers = ask({"Kind": "canonical", "A": version} for version in versions)

    ours = [canonical_version(version) for version in versions]
    differing = [it for it in zip(versions, ours, answers, strict=True) if it[1] != it[2]]
    record_count("paths and versions", len(versions), len(differing))
    assert differing == []
    assert 300 < sum(map(bool, answers)) < 2700


def test_versions_sort_as_in_go(ask: Ask, record_count: RecordCount) -> None:
    dice = random.Random(7)  # noqa: S311 - no secret
    pairs = [(_version(dice), _version(dice)) for _ in range(3000)]
    pairs += (
        [(a, a.replace("1", "2")) for a, _ in pairs] + [(a, f"{a}.1") for a, _ in pairs] + [(a, a) for a, _ in pairs]
    )

    answers = ask({"Kind": "semver", "A": a, "B": b} for a, b in pairs)

    keys = [(version_order(a), version_order(b)) for a, b in pairs]
    ours = [(a > b) - (a < b) for a, b in keys]
    differing = [it for it in zip(pairs, ours, answers, strict=True) if it[1] != it[2]]
    record_count("paths and versions", len(pairs), len(differing))
    assert differing == []
    assert {-1, 0, 1} == set(answers)


def test_versions_go_with_path_suffixes_as_in_go(ask: Ask, record_count: RecordCount) -> None:
    versions = ("v0.0.0-20200101000000-abcdefabcdef", "v0.1.0", "v1.0.0", "v2.0.0", "v2.0.0+incompatible", "v10.0.0")
    suffixes = ("", "/v2", "/v10", ".v0", ".v1", ".v2", ".v2-unstable", ".v1-unstable", ".v-unstable")
    pairs = [(version, suffix) for version in versions for suffix in suffixes]

    answers = ask({"Kind": "major", "A": version, "B": suffix} for version, suffix in pairs)

    differing = [pair for pair, go in zip(pairs, answers, strict=True) if (check_path_major(*pair) == "") != go]
    record_count("paths and versions", len(pairs), len(differing))
    assert differing == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "the path is empty"),
        ("-a.b", "it begins with a dash"),
        ("a.b c", "it has a character that is not allowed in a module path"),
        ("a.b//c", "it has an empty element"),
        ("a.b/.c", "an element begins with a dot"),
        ("a.b/c.", "an element ends with a dot"),
        ("a.b/Con.x", "`Con` is a reserved name on Windows"),
        ("a.b/c~1", "an element ends with a tilde and digits"),
        ("foo/bar", "the first element has no dot"),
        ("A.b", "the first element has a character that is not allowed in a host"),
        ("a.b/v1", "the major version suffix is invalid"),
        ("a.b/c", ""),
    ],
)
def test_reasons_say_what_is_wrong(path: str, reason: str) -> None:
    assert check_path(path) == reason
