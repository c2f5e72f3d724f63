"""What there is to say of the exceptions themselves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from policygate.audit import audit
from policygate.builtin import RULES as BUILTIN
from policygate.excuses import Exceptions, excuse
from policygate.facts.ignores import Ignore, read_ignores
from policygate.findings import Change, Finding, Rule
from policygate.location import At, Position
from policygate.waivers import Fault, Waiver, WaiverFile

TODAY = date(2026, 11, 15)
RULE = Rule("gomod.replace_local", "t", "d", "error", "f")
ASKED = {RULE.id, *BUILTIN}


def at(path: str, line: int = 1) -> At:
    position = Position(line=line, column=1)
    return At(path=path, start=position, end=position, origin="text")


def finding(change: Change = "none") -> Finding:
    return Finding(RULE, RULE.severity, "m", "s", at("go.mod"), change=change)


def waiver(**more: object) -> Waiver:
    given = {
        "rule": RULE.id,
        "reason": "r",
        "owner": "o",
        "created": date(2026, 11, 1),
        "expires": TODAY,
        "path": "go.mod",
    }
    return Waiver(**{**given, "at": at("w.yaml", 3), **more})  # type: ignore[arg-type]


def file(*waivers: Waiver, faults: Sequence[str] = ()) -> WaiverFile:
    return WaiverFile("w.yaml", waivers, tuple(Fault(message, at("w.yaml")) for message in faults))


def ignores(text: str, path: str = "go.mod") -> tuple[Ignore, ...]:
    return read_ignores(path, text.encode())


COMMENT = f"x // policygate:ignore[{RULE.id}] until=2026-11-15 soon\n"


def audited(
    found: Sequence[Finding], book: Exceptions, today: date = TODAY, asked: set[str] = ASKED
) -> list[tuple[str, Change]]:
    return [
        (f.rule.id.removeprefix("gate."), f.change) for f in audit(excuse(found, book, today), book, today, 14, asked)
    ]


@pytest.mark.parametrize(
    ("expires", "found", "expected"),
    [
        (date(2026, 11, 30), [finding()], []),
        (date(2026, 11, 29), [finding()], ["expiring_waiver"]),
        (date(2026, 11, 15), [finding()], ["expiring_waiver"]),
        (date(2026, 11, 14), [finding()], ["expired_waiver"]),
        (date(2026, 11, 30), [], ["unused_waiver"]),
        (date(2026, 11, 29), [], ["unused_waiver"]),
        (date(2026, 11, 14), [], ["expired_waiver"]),
        (date(2026, 11, 30), [finding(change="fixed")], ["unused_waiver"]),
    ],
)
def test_how_waivers_and_ignores_stand(expires: date, found: list[Finding], expected: list[str]) -> None:
    plain = Exceptions(file(waiver(expires=expires)))
    assert [rule for rule, _ in audited(found, plain)] == expected
    comment = Exceptions(ignores=ignores(COMMENT.replace("2026-11-15", expires.isoformat())))
    assert [rule for rule, _ in audited(found, comment)] == [
        e.replace("unused_waiver", "unused_ignore") for e in expected
    ]


def test_no_ignores_is_no_word_of_them() -> None:
    book = Exceptions(ignores=ignores(f"{COMMENT}y // policygate:ignore\n"), no_ignores=True)
    assert audited([], book) == []
    assert len(audited([], replace(book, no_ignores=False))) == 2


def test_what_was_not_decided_is_not_unused() -> None:
    book = Exceptions(file(waiver(expires=date(2026, 12, 31))), ignores=ignores(COMMENT.replace("11-15", "12-31")))
    assert [rule for rule, _ in audited([], book)] == ["unused_waiver", "unused_ignore"]
    assert audited([], book, asked=ASKED - {RULE.id}) == []
    assert audited([], book, asked=ASKED - {"gate.unused_waiver"}) == [("unused_ignore", "none")]


def test_a_merge_request_answers_for_what_it_brings() -> None:
    old, new, gone = (waiver(path=path) for path in ("old", "new", "gone"))
    book = Exceptions(
        file(old, gone, faults=["same", "mended"]),
        head_waivers=file(new, old, faults=["same", "same", "fresh"]),
        ignores=ignores(f"{COMMENT}{COMMENT}y // policygate:ignore\nz // policygate:ignore[\n"),
        base_ignores=ignores(f"{COMMENT}\nz // policygate:ignore[\n"),
    )
    assert audited([], book) == [
        ("malformed_waiver", "carried"),
        ("malformed_waiver", "new"),
        ("malformed_waiver", "new"),
        ("unused_waiver", "carried"),
        ("unused_waiver", "new"),
        ("added_waiver", "new"),
        ("unused_ignore", "carried"),
        ("unused_ignore", "new"),
        ("added_waiver", "new"),
        ("malformed_waiver", "new"),
        ("malformed_waiver", "carried"),
    ]


def test_ignores_of_a_renamed_file_are_no_new_ones() -> None:
    book = Exceptions(
        head_waivers=file(), ignores=ignores(COMMENT), base_ignores=ignores(COMMENT, "old/go.mod"), renamed={}
    )
    assert audited([], book)[-1] == ("added_waiver", "new")
    assert audited([], replace(book, renamed={"go.mod": "old/go.mod"})) == [("unused_ignore", "carried")]


def test_what_the_audit_says() -> None:
    soon = waiver(expires=date(2026, 11, 16))
    book = Exceptions(file(soon), head_waivers=file(soon, waiver(count=2, reason="x")), ignores=ignores(COMMENT))
    found = [finding(change="carried")]
    said = list(audit(excuse(found, book, TODAY), book, TODAY, 14, ASKED))
    assert [(f.message, f.subject, f.at.path, f.at.start.line) for f in said] == [
        (
            "the waiver of `gomod.replace_local` for `path=go.mod` ends on 2026-11-16: 1 day left",
            "gomod.replace_local path=go.mod",
            "w.yaml",
            3,
        ),
        (
            "the waiver of `gomod.replace_local` for `path=go.mod` ends on 2026-11-15: today is its last day",
            "gomod.replace_local path=go.mod",
            "w.yaml",
            3,
        ),
        (
            "the waiver of `gomod.replace_local` for `path=go.mod` is added here, until 2026-11-15; its owner is o: x",
            "gomod.replace_local path=go.mod",
            "w.yaml",
            3,
        ),
        (
            "the inline ignore of `gomod.replace_local` ends on 2026-11-15: today is its last day",
            "gomod.replace_local 2026-11-15 soon",
            "go.mod",
            1,
        ),
        (
            "the inline ignore of `gomod.replace_local` is added here, until 2026-11-15: soon",
            "gomod.replace_local 2026-11-15 soon",
            "go.mod",
            1,
        ),
    ]
    assert [f.rule.blocks for f in said] == [True, True, False, True, False]


def test_days_that_pass_are_no_change_of_evidence() -> None:
    book = Exceptions(file(waiver(expires=date(2026, 11, 20))))
    first, second = (
        next(audit(excuse([finding()], book, day), book, day, 14, ASKED)) for day in (TODAY, date(2026, 11, 16))
    )
    assert first.message != second.message
    assert (first.fingerprint, first.evidence) == (second.fingerprint, second.evidence)
