"""Who is excused by what."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from policygate.builtin import UNUSED_WAIVER
from policygate.excuses import Exceptions, excuse, ignored
from policygate.facts.ignores import Ignore, read_ignores
from policygate.findings import Change, Finding, Rule
from policygate.location import At, Position
from policygate.waivers import Waiver, WaiverFile

TODAY = date(2026, 11, 15)
RULE = Rule("gomod.replace_local", "t", "d", "error", "f")
OTHER = Rule("gomod.pseudo", "t", "d", "warning", "f")


def at(path: str, line: int = 1) -> At:
    position = Position(line=line, column=1)
    return At(path=path, start=position, end=position, origin="text")


def finding(subject: str = "s", path: str = "go.mod", line: int = 1, rule: Rule = RULE, **more: object) -> Finding:
    return replace(Finding(rule, rule.severity, "m", subject, at(path, line)), **more)  # type: ignore[arg-type]


def waiver(**more: object) -> Waiver:
    scope = {} if more.keys() & {"module", "context", "fingerprints"} else {"path": "go.mod"}
    given = {"rule": RULE.id, "reason": "r", "owner": "o", "created": date(2026, 11, 1), "expires": TODAY}
    return Waiver(**{**given, **scope, "at": at("w.yaml", 3), **more})  # type: ignore[arg-type]


def file(*waivers: Waiver) -> WaiverFile:
    return WaiverFile("w.yaml", waivers)


def settled(findings: Sequence[Finding], exceptions: Exceptions, today: date = TODAY) -> list[str]:
    """In short what became of each: its disposition, or that an excuse is pending."""
    told = excuse(findings, exceptions, today).findings
    assert [replace(f, disposition="active", excuse=None, related=()) for f in told] == list(findings)
    assert all((f.excuse is None or f.excuse.pending) == (f.disposition == "active") for f in told)
    return ["pending" if f.excuse and f.excuse.pending else f.disposition for f in told]


# ---- Waivers ---------------------------------------------------------------------------------------------------------

BOTH = ("a.example/x", "a.example/y")


@pytest.mark.parametrize(
    ("scope", "given", "expected"),
    [
        ({}, {}, "waived"),
        ({"rule": OTHER.id}, {}, "active"),
        ({"path": "a/go.mod"}, {"path": "go.mod"}, "active"),
        ({"path": "services/*"}, {"path": "services/a/b/go.mod"}, "waived"),
        ({"path": "services/*"}, {"path": "service/go.mod"}, "active"),
        ({"path": "**/go.mod"}, {"path": "go.mod"}, "waived"),
        ({"path": "a[1]/go.mod"}, {"path": "a[1]/go.mod"}, "waived"),
        ({"path": "a[1]/go.mod"}, {"path": "a2/go.mod"}, "active"),
        ({"module": "a.example/x"}, {"modules": BOTH[:1]}, "waived"),
        ({"module": "a.example/x"}, {"modules": BOTH}, "active"),
        ({"module": "a.example/*"}, {"modules": BOTH}, "waived"),
        ({"module": "a.example"}, {"modules": BOTH}, "active"),
        ({"module": "*"}, {}, "active"),
        ({"context": "gitlab:build"}, {"contexts": ("gitlab:build",)}, "waived"),
        ({"context": "gitlab:build"}, {"contexts": ("gitlab:build", "gitlab:test")}, "active"),
        ({"context": "gitlab:*"}, {"contexts": ("gitlab:build", "gitlab:test")}, "waived"),
        ({"context": "*"}, {}, "active"),
        ({"fingerprints": (finding().fingerprint,)}, {}, "waived"),
        ({"fingerprints": (finding("t").fingerprint,)}, {}, "active"),
        ({"path": "go.mod", "module": "a.example/*"}, {"modules": BOTH}, "waived"),
        ({"path": "x", "module": "a.example/*"}, {"modules": BOTH}, "active"),
        ({"path": "x", "fingerprints": (finding().fingerprint,)}, {}, "active"),
        ({"rule": OTHER.id, "fingerprints": (finding().fingerprint,)}, {}, "active"),
        ({"expires": date(2026, 11, 14)}, {}, "active"),
        ({}, {"change": "fixed"}, "active"),
        ({}, {"disposition": "active", "change": "carried"}, "waived"),
    ],
)
def test_what_a_waiver_covers(scope: dict[str, Any], given: dict[str, Any], expected: str) -> None:
    assert settled([finding(**given)], Exceptions(file(waiver(**scope)))) == [expected]


def test_rules_without_exception() -> None:
    told, audited = replace(RULE, blocks=False), replace(UNUSED_WAIVER)
    found = [finding(rule=told), finding(rule=audited)]
    book = Exceptions(
        file(waiver(), waiver(rule=audited.id)),
        ignores=[Ignore(rule.id, "2026-12-01", "r", 1, at("go.mod")) for rule in (told, audited)],
    )
    assert settled(found, book) == ["active", "active"]


@pytest.mark.parametrize(("day", "expected"), [(14, "waived"), (15, "waived"), (16, "active")])
def test_the_last_day_is_of_it_and_an_ended_waiver_is_named(day: int, expected: str) -> None:
    (told,) = excuse([finding()], Exceptions(file(waiver())), date(2026, 11, day)).findings
    assert told.disposition == expected
    ended = [("this waiver ended on 2026-11-15", "w.yaml", 3)]
    assert [(r.message, r.at.path, r.at.start.line) for r in told.related] == (ended if day == 16 else [])


def test_an_excuse_says_who_and_why() -> None:
    (told,) = excuse([finding()], Exceptions(file(waiver(ticket="T-1"))), TODAY).findings
    assert told.excuse is not None
    assert (told.excuse.kind, told.excuse.reason, told.excuse.owner, told.excuse.ticket) == ("waiver", "r", "o", "T-1")
    assert (told.excuse.until, told.excuse.at.path, told.excuse.pending) == ("2026-11-15", "w.yaml", False)


@pytest.mark.parametrize(
    ("count", "changes", "expected"),
    [
        (2, ["none", "none", "none"], ["waived", "waived", "active"]),
        (3, ["none", "none", "none"], ["waived", "waived", "waived"]),
        (2, ["new", "carried", "carried"], ["active", "waived", "waived"]),
        (2, ["new", "changed", "carried"], ["active", "waived", "waived"]),
        (2, ["new", "new", "changed"], ["waived", "active", "waived"]),
        (1, ["changed", "new", "carried"], ["active", "active", "waived"]),
        (1, ["fixed", "new"], ["active", "waived"]),
    ],
)
def test_old_findings_have_the_first_places(count: int, changes: list[Change], expected: list[str]) -> None:
    found = [finding(str(index), change=change) for index, change in enumerate(changes)]
    holds = file(waiver(count=count))
    assert settled(found, Exceptions(holds, head_waivers=holds)) == expected


def test_equal_findings_each_take_a_place() -> None:
    one = waiver(fingerprints=(finding().fingerprint,))
    assert settled([finding(), finding(line=2)], Exceptions(file(one))) == ["waived", "active"]
    assert settled([finding(), finding(line=2)], Exceptions(file(replace(one, count=2)))) == ["waived", "waived"]


def test_a_waiver_that_names_a_finding_goes_before_a_wide_one() -> None:
    named = waiver(fingerprints=(finding("a").fingerprint,))
    assert settled([finding("a"), finding("b")], Exceptions(file(waiver(), named))) == ["waived", "waived"]


@pytest.mark.parametrize(
    ("path", "renamed", "expected"),
    [
        ("legacy/go.mod", {}, "waived"),
        ("legacy/go.mod", {"legacy/go.mod": "app/go.mod"}, "active"),
        ("legacy/go.mod", {"legacy/go.mod": "legacy/old/go.mod"}, "waived"),
        ("app/go.mod", {"app/go.mod": "legacy/go.mod"}, "active"),
        ("legacy/go.mod", {"other": "app/go.mod"}, "waived"),
    ],
)
def test_nobody_renames_a_file_into_a_waiver(path: str, renamed: dict[str, str], expected: str) -> None:
    holds = file(waiver(path="legacy/*"))
    found = [finding(path=path, change="new")]
    assert settled(found, Exceptions(holds, head_waivers=holds, renamed=renamed)) == [expected]


@pytest.mark.parametrize(
    ("tip", "head", "trust", "expected"),
    [
        ([], [waiver()], False, ["pending", "active"]),
        ([], [waiver()], True, ["waived", "active"]),
        ([waiver()], [waiver(at=at("w.yaml", 99))], False, ["waived", "active"]),
        ([waiver()], [waiver(count=2)], False, ["waived", "pending"]),
        ([waiver()], [waiver(count=2)], True, ["waived", "waived"]),
        ([waiver()], [waiver(), waiver()], False, ["waived", "pending"]),
        ([waiver()], [], False, ["waived", "active"]),
        ([], [waiver(expires=date(2026, 11, 14))], False, ["active", "active"]),
        ([waiver(expires=date(2026, 11, 14))], [waiver()], False, ["pending", "active"]),
    ],
)
def test_what_only_the_head_has_is_pending(
    tip: list[Waiver], head: list[Waiver], trust: bool, expected: list[str]
) -> None:
    found = [finding("a", change="new"), finding("b", change="new")]
    book = Exceptions(file(*tip), head_waivers=file(*head), trust_head=trust)
    assert settled(found, book) == expected


# ---- Ignores ---------------------------------------------------------------------------------------------------------


def ignores(text: str, path: str = "go.mod") -> tuple[Ignore, ...]:
    return read_ignores(path, text.encode())


COMMENT = f"x // policygate:ignore[{RULE.id}] until=2026-11-15 soon\n"


@pytest.mark.parametrize(
    ("given", "text", "expected"),
    [
        ({}, COMMENT, "ignored"),
        ({"line": 2}, COMMENT, "active"),
        ({"path": "a/go.mod"}, COMMENT, "active"),
        ({"rule": OTHER}, COMMENT, "active"),
        ({}, COMMENT.replace("-15", "-14"), "active"),
        ({}, COMMENT.replace(" soon", ""), "active"),
        ({"change": "fixed"}, COMMENT, "active"),
    ],
)
def test_what_an_ignore_covers(given: dict[str, Any], text: str, expected: str) -> None:
    assert settled([finding(**given)], Exceptions(ignores=ignores(text))) == [expected]


def test_an_ignore_covers_all_in_its_line_and_takes_no_place_of_a_waiver() -> None:
    found = [finding("a"), finding("b"), finding("c", line=2)]
    assert settled(found, Exceptions(file(waiver()), ignores=ignores(COMMENT))) == ["ignored", "ignored", "waived"]


def test_an_ended_ignore_is_named() -> None:
    (told,) = excuse([finding()], Exceptions(ignores=ignores(COMMENT)), date(2026, 11, 16)).findings
    assert [r.message for r in told.related] == ["this ignore ended on 2026-11-15"]


def test_no_ignores() -> None:
    book = Exceptions(ignores=ignores(COMMENT), no_ignores=True)
    assert settled([finding()], book) == ["active"]


@pytest.mark.parametrize(
    ("base", "change", "expected"),
    [
        (COMMENT, "carried", "ignored"),
        (COMMENT, "changed", "ignored"),
        (COMMENT, "new", "pending"),
        ("", "carried", "pending"),
        (COMMENT.replace("soon", "later"), "carried", "pending"),
        (COMMENT.replace("-15", "-16"), "carried", "pending"),
        (f"\n{COMMENT}", "carried", "pending"),
    ],
)
def test_an_ignore_of_the_head_counts_when_the_base_ignored_in_the_same_words(
    base: str, change: Change, expected: str
) -> None:
    known = ignored([finding()], ignores(base))
    for trust, outcome in ((False, expected), (True, "ignored")):
        book = Exceptions(head_waivers=file(), ignores=ignores(COMMENT), merged_ignores=known, trust_head=trust)
        assert settled([finding(change=change)], book) == [outcome]


def test_an_agreed_ignore_moves_with_its_file() -> None:
    known = ignored([finding(path="old/go.mod")], ignores(COMMENT, "old/go.mod"))
    book = Exceptions(head_waivers=file(), ignores=ignores(COMMENT), merged_ignores=known)
    assert settled([finding(change="carried")], book) == ["pending"]
    assert settled([finding(change="carried")], replace(book, renamed={"go.mod": "old/go.mod"})) == ["ignored"]


def test_a_waiver_that_holds_goes_before_a_pending_ignore() -> None:
    holds = file(waiver())
    book = Exceptions(holds, head_waivers=holds, ignores=ignores(COMMENT))
    assert settled([finding(change="new")], book) == ["waived"]
