"""Why a finding is one: each reason for and against an exception, what the base had, whether it counts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from policygate.config import WaiversSection
from policygate.considering import considered
from policygate.excuses import Exceptions, covers, excuse, ignored
from policygate.facts.ignores import Ignore, read_ignores
from policygate.findings import Change, Compared, Finding, Rule, Severity, Verdict
from policygate.location import At, Position
from policygate.waivers import Fault, Waiver, WaiverFile, check_ignores
from policygate.why import counting, in_base

TODAY = date(2026, 11, 15)
RULE = Rule("gomod.replace_local", "t", "d", "error", "f")
MODULES = ("a.example/x", "a.example/y")


def at(path: str, line: int = 1) -> At:
    position = Position(line=line, column=1)
    return At(path=path, start=position, end=position, origin="text")


def finding(path: str = "svc/go.mod", line: int = 1, subject: str = "s", **more: Any) -> Finding:  # noqa: ANN401
    return replace(Finding(RULE, "error", "m", subject, at(path, line)), **more)


def waiver(line: int = 3, **more: object) -> Waiver:
    scope = {} if more.keys() & {"module", "context", "fingerprints"} else {"path": "svc/*"}
    given = {"rule": RULE.id, "reason": "r", "owner": "o", "created": date(2026, 11, 1), "expires": TODAY}
    return Waiver(**{**given, **scope, "at": at("w.yaml", line), **more})  # type: ignore[arg-type]


def told(about: Finding, exceptions: Exceptions, others: Sequence[Finding] = ()) -> list[tuple[str, str]]:
    """What is said of each exception, once all findings have had their turn."""
    excused = excuse([*others, about], exceptions, TODAY)
    said = considered(excused.findings[-1], exceptions, excused.uses, TODAY)
    return [(each.applies, each.why) for each in said]


# ---- Waivers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "about", "applies", "why"),
    [
        ({}, {}, "yes", "holds until 2026-11-15"),
        ({"path": "lib/*"}, {}, "no", "path `lib/*` is not its file"),
        ({"expires": date(2026, 11, 14)}, {}, "no", "it ended on 2026-11-14"),
        (
            {"path": "lib/*", "expires": date(2026, 11, 14)},
            {},
            "no",
            "path `lib/*` is not its file; it ended on 2026-11-14",
        ),
        ({"module": "a.example/*"}, {"modules": MODULES}, "yes", "holds until 2026-11-15"),
        ({"module": "b.example"}, {}, "no", "module `b.example` is asked for, and the finding names none"),
        (
            {"module": "a.example/x"},
            {"modules": MODULES},
            "no",
            "module `a.example/x` is not `a.example/y`, which the finding is about",
        ),
        (
            {"module": "b.example"},
            {"modules": MODULES},
            "no",
            "module `b.example` is not `a.example/x` and 1 more, which the finding is about",
        ),
        (
            {"context": "ci#a"},
            {"contexts": ("ci#b",)},
            "no",
            "context `ci#a` is not `ci#b`, which the finding is about",
        ),
        ({"context": "ci#a"}, {}, "no", "context `ci#a` is asked for, and the finding names none"),
        ({"fingerprints": ("0" * 32,)}, {}, "no", "its fingerprint is not among those named"),
        ({"fingerprints": (finding().fingerprint,)}, {}, "yes", "holds until 2026-11-15"),
        ({}, {"change": "fixed"}, "no", "the finding is gone"),
        ({}, {"rule": replace(RULE, blocks=False)}, "no", "from this rule there is no exception"),
    ],
)
def test_a_waiver(given: dict[str, Any], about: dict[str, Any], applies: str, why: str) -> None:
    one, concerned = waiver(**given), finding(**about)
    said = told(concerned, Exceptions(WaiverFile("w.yaml", (one,))))
    assert said == [(applies, why if applies == "yes" else f"does not apply: {why}")]
    mismatch = "is not" in why or "is asked for" in why
    assert covers(one, concerned, {}) is not mismatch


@pytest.mark.parametrize(
    ("count", "others", "why"),
    [
        (1, 1, "its only place is taken"),
        (2, 2, "its 2 places are taken"),
        (3, 2, ""),
    ],
)
def test_the_places_of_a_waiver(count: int, others: int, why: str) -> None:
    before = [finding(subject=str(number)) for number in range(others)]
    said = told(finding(), Exceptions(WaiverFile("w.yaml", (waiver(count=count),))), before)
    assert said == [("no", f"does not apply: {why}") if why else ("yes", "holds until 2026-11-15")]


def test_a_file_that_was_renamed_into_a_waiver() -> None:
    renamed = {"svc/go.mod": "lib/go.mod"}
    holds = WaiverFile("w.yaml", (waiver(),))
    said = told(finding(change="new"), Exceptions(holds, head_waivers=holds, renamed=renamed))
    why = "does not apply: path `svc/*` is not its file before it was renamed, `lib/go.mod`"
    assert said == [("no", why)]


def test_of_two_that_cover_it_one_comes_first() -> None:
    said = told(finding(), Exceptions(WaiverFile("w.yaml", (waiver(3), waiver(9)))))
    assert said == [("yes", "holds until 2026-11-15"), ("no", "does not apply: another exception comes first")]


LATER = "does not apply yet: it is only on this branch, and takes effect when merged"


def test_a_waiver_of_the_branch_waits_and_one_at_the_same_place_of_the_target_is_another() -> None:
    tip, head = (WaiverFile("w.yaml", (waiver(path=path),)) for path in ("lib/*", "svc/*"))
    said = told(finding(change="new"), Exceptions(tip, head_waivers=head))
    assert said == [("later", LATER), ("no", "does not apply: path `lib/*` is not its file")]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (f"waiver of `{RULE.id}`: `owner`: is missing", "is malformed: `owner`: is missing"),
        ("w.yaml: is not YAML", "is malformed: w.yaml: is not YAML"),
        (f"waiver of `{RULE.id}x`: `owner`: is missing", ""),
        ("waiver without a rule: `rule`: is missing", ""),
    ],
)
def test_what_is_malformed_and_may_be_about_it(message: str, expected: str) -> None:
    file = WaiverFile("w.yaml", faults=(Fault(message, at("w.yaml")),))
    said = told(finding(), Exceptions(file, head_waivers=file))
    assert said == ([("no", expected)] if expected else [])


def test_the_nearest_come_first() -> None:
    far, wrong, near, gone = waiver(3, path="a", module="b"), waiver(4, path="a"), waiver(5), waiver(6, path="svc/*")
    file = WaiverFile("w.yaml", (far, wrong, near, replace(gone, expires=date(2026, 11, 2))))
    excused = excuse([finding()], Exceptions(file), TODAY)
    said = considered(excused.findings[0], Exceptions(file), excused.uses, TODAY)
    assert [each.at.start.line for each in said] == [5, 6, 4, 3]
    assert said[0].says == "path=svc/*, until 2026-11-15, o: r"


# ---- Ignores ---------------------------------------------------------------------------------------------------------

COMMENT = f"x // policygate:ignore[{RULE.id}] until=2026-11-15 soon\n"
FORM = "write `policygate:ignore[RULE] until=YYYY-MM-DD reason`"


def ignores(text: str, path: str = "svc/go.mod") -> tuple[Ignore, ...]:
    return tuple(check_ignores(read_ignores(path, text.encode()), {RULE.id: RULE}, WaiversSection(), TODAY))


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        (COMMENT, "svc/go.mod", ("yes", "holds until 2026-11-15")),
        (COMMENT, "go.mod", ("no", "does not apply: `go.mod` is not its file")),
        ("\n" + COMMENT, "svc/go.mod", ("no", "does not apply: it covers line 2, and the finding is in line 1")),
        (COMMENT.replace("-15", "-14"), "svc/go.mod", ("no", "does not apply: it ended on 2026-11-14")),
        (
            COMMENT.replace(" until=2026-11-15", ""),
            "svc/go.mod",
            ("no", f"does not apply: it is malformed: it has no last day: {FORM}"),
        ),
    ],
)
def test_an_ignore(text: str, path: str, expected: tuple[str, str]) -> None:
    assert told(finding(), Exceptions(ignores=ignores(text, path))) == [expected]


def test_an_ignore_of_the_branch_waits() -> None:
    book = Exceptions(head_waivers=WaiverFile(), ignores=ignores(COMMENT))
    assert told(finding(change="new"), book) == [("later", LATER)]
    agreed = replace(book, merged_ignores=ignored([finding()], ignores(COMMENT)))
    assert told(finding(change="carried"), agreed) == [("yes", "holds until 2026-11-15")]


def test_an_ignore_that_nobody_asks_for() -> None:
    book = Exceptions(ignores=ignores(COMMENT), no_ignores=True)
    assert told(finding(), book) == [("no", "does not apply: `--no-ignores` is given")]


# ---- The base, and whether it counts ---------------------------------------------------------------------------------

COMPARED = Compared("main", "t" * 40, "b" * 40, "h" * 40)
BASE = "the base, bbbbbbbbbb,"


@pytest.mark.parametrize(
    ("change", "proofs", "before", "renames", "expected"),
    [
        ("new", "a", [], {}, f"{BASE} has nothing like it"),
        ("new", "a", [finding(subject="other")], {}, f"{BASE} has nothing like it"),
        ("new", "a", [finding(line=7)], {}, f"{BASE} has it at svc/go.mod:7; this is one more"),
        ("carried", "a", [finding(line=7), finding(line=9)], {}, f"{BASE} has it at svc/go.mod:7 and 1 more times"),
        ("carried", "a", [finding("x/go.mod", 7)], {"x/go.mod": "svc/go.mod"}, f"{BASE} has it at x/go.mod:7"),
        (
            "changed",
            "abc",
            [finding(line=7, seen_by=frozenset("a"))],
            {},
            f"{BASE} has it at svc/go.mod:7, without this: b; c",
        ),
        ("fixed", "a", [finding()], {}, f"{BASE} has it, and the change removes it"),
        ("none", "a", [], {}, ""),
    ],
)
def test_what_the_base_had(
    change: Change, proofs: str, before: list[Finding], renames: dict[str, str], expected: str
) -> None:
    now = finding(change=change, seen_by=frozenset(proofs))
    assert in_base(now, before, renames, COMPARED) == expected
    assert in_base(now, before, renames, None) == ""


@pytest.mark.parametrize(
    ("given", "fail_on", "expected"),
    [
        ({}, "error", "nothing excuses it, and `fail_on` is error"),
        ({"change": "new"}, "note", "nothing excuses it, and `fail_on` is note"),
        ({"change": "fixed"}, "error", "it is gone"),
        ({"disposition": "waived"}, "error", "a waiver excuses it"),
        ({"disposition": "ignored"}, "error", "a comment in the file excuses it"),
        ({"rule": replace(RULE, blocks=False)}, "error", "its rule only tells people what to look at"),
        ({"severity": "warning"}, "error", "it is milder than `fail_on`, which is error"),
        (
            {"change": "carried"},
            "error",
            "the base has it already, and a change is judged by what it brings; `--all` judges it too",
        ),
    ],
)
def test_whether_it_counts(given: dict[str, Any], fail_on: Severity, expected: str) -> None:
    counts, why = counting(finding(**given), Verdict("pass", fail_on=fail_on, compared=COMPARED))
    assert (counts, why) == (expected.startswith("nothing"), expected)
