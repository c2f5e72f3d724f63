from dataclasses import replace

import pytest

from policygate.changes import compare
from policygate.findings import Finding, Rule
from policygate.location import At, Position

RULE = Rule("goproxy.comma_failover", "t", "d", "warning", "f")


def finding(path: str = "a.yml", line: int = 1, subject: str = "job build", *seen_by: str) -> Finding:
    start = Position(line=line, column=1)
    at = At(path=path, start=start, end=start, origin="text")
    return Finding(RULE, "warning", "m", subject, at, seen_by=frozenset(seen_by))


def changes(head: list[Finding], base: list[Finding], renames: dict[str, str] | None = None) -> list[str]:
    return sorted(f"{f.change} {f.at.path}:{f.at.start.line}" for f in compare(head, base, renames or {}))


def test_the_place_of_a_finding_is_not_its_identity() -> None:
    assert changes([finding(line=9)], [finding(line=1)]) == ["carried a.yml:9"]


def test_what_is_gone_is_fixed_and_stands_where_it_was() -> None:
    assert changes([], [finding(line=7)]) == ["fixed a.yml:7"]


@pytest.mark.parametrize("other", [finding("b.yml"), finding(subject="job deploy")])
def test_another_file_or_subject_is_another_problem(other: Finding) -> None:
    assert [f.change for f in compare([other], [finding()], {})] == ["new", "fixed"]


def test_equal_identities_are_counted() -> None:
    three, two = [finding(line=n) for n in (1, 2, 3)], [finding(line=n) for n in (1, 2)]
    assert [f.change for f in compare(three, two, {})] == ["carried", "carried", "new"]
    assert [f.change for f in compare(two, three, {})] == ["carried", "carried", "fixed"]


def test_more_evidence_is_a_change_and_less_is_none() -> None:
    few, many = finding("a.yml", 1, "s", "module a"), finding("a.yml", 1, "s", "module a", "module b")
    other = finding("a.yml", 1, "s", "module c")
    assert changes([many], [few]) == ["changed a.yml:1"]
    assert changes([few], [many]) == ["carried a.yml:1"]
    assert changes([other], [few]) == ["changed a.yml:1"]


def test_without_evidence_of_its_own_the_words_are_it() -> None:
    assert changes([replace(finding(), message="other")], [finding()]) == ["changed a.yml:1"]


def test_the_nearest_of_equals_is_taken_for_the_same() -> None:
    first, second = finding("a.yml", 1, "s", "x"), finding("a.yml", 2, "s", "y")
    assert changes([second], [first, second]) == ["carried a.yml:2", "fixed a.yml:1"]


def test_renames_are_followed_in_paths_and_subjects() -> None:
    old, new = finding("ci/a.yml", 1, "ci/a.yml#build"), finding("ci/b.yml", 1, "ci/b.yml#build")
    assert changes([new], [old], {"ci/a.yml": "ci/b.yml"}) == ["carried ci/b.yml:1"]
    assert [f.change for f in compare([new], [old], {})] == ["new", "fixed"]


def test_the_folder_of_a_moved_manifest_is_followed() -> None:
    old, new = finding("go.work", 1, "missing: svc/a"), finding("go.work", 1, "missing: svc/b")
    assert changes([new], [old], {"svc/a/go.mod": "svc/b/go.mod"}) == ["carried go.work:1"]


def test_what_a_moved_module_lacks_is_followed() -> None:
    old, new = finding("svc/a/go.mod", 1, "svc/a/go.sum"), finding("svc/b/go.mod", 1, "svc/b/go.sum")
    assert changes([new], [old], {"svc/a/go.mod": "svc/b/go.mod"}) == ["carried svc/b/go.mod:1"]


def test_what_stays_beside_a_moved_file_stays() -> None:
    stays = finding("svc/a/x.env", 1, "svc/a/x.env and svc/a/y.env")
    assert changes([stays], [stays], {"svc/a/z.env": "svc/b/z.env"}) == ["carried svc/a/x.env:1"]


def test_a_path_is_not_followed_inside_of_a_longer_one() -> None:
    old = finding("x.yml", 1, "see old/a.yml and a.yml.bak")
    assert changes([old], [old], {"a.yml": "b.yml"}) == ["carried x.yml:1"]


@pytest.mark.parametrize(
    ("old", "new", "followed"),
    [
        ("deploy/dev.env", "deploy/prod.env", False),
        ("dev/app.env", "prod/app.env", False),
        ("app.env", "app-production.env", False),
        ("deploy/prod.env", "config/prod.env", True),
        ("product.env", "goods.env", True),
    ],
)
def test_a_move_into_another_environment_is_a_new_problem(old: str, new: str, followed: bool) -> None:
    expected = ["carried"] if followed else ["new", "fixed"]
    assert [f.change for f in compare([finding(new)], [finding(old)], {old: new})] == expected


def test_a_copy_is_new() -> None:
    assert changes([finding("a.yml"), finding("b.yml")], [finding("a.yml")]) == ["carried a.yml:1", "new b.yml:1"]


def test_a_thousand_equals_take_no_time() -> None:
    head = [finding("a.yml", n, "s", f"x{n}") for n in range(5000)]
    base = [finding("a.yml", n, "s", f"y{n}") for n in range(5000)]
    assert {f.change for f in compare(head, base, {})} == {"changed"}
