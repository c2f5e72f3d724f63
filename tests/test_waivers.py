"""The form of the waiver file, and what is not in order."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.builtin import RULES as BUILTIN
from policygate.config import HorizonSection, WaiversSection
from policygate.facts.ignores import read_ignores
from policygate.findings import Rule
from policygate.waivers import Waiver, WaiverFile, check_ignores, merged, parse_waivers, pending_waivers
from policygate.yaml_places import MAX_BYTES

TODAY = date(2026, 11, 15)
RULES = {
    rule.id: rule
    for rule in (
        Rule("gomod.replace_local", "", "", "error", ""),
        Rule("gomod.pseudo", "", "", "warning", ""),
        Rule("goproxy.plain_http", "", "", "note", ""),
        Rule("gosum.off", "", "", "error", ""),
        Rule("gomod.told", "", "", "warning", "", blocks=False),
        *BUILTIN.values(),
    )
}
LIMITS = WaiversSection(horizon_days=HorizonSection(error=90, warning=180, note=365), unwaivable=["gosum.off"])
WHO = "reason: moves in Q1, owner: payments, created: 2026-11-01"
GOOD = f"rule: gomod.replace_local, path: go.mod, {WHO}, expires: 2027-01-30"
A, B = "a" * 32, "0123456789" * 3 + "12"


def parse(text: str) -> WaiverFile:
    return parse_waivers("policygate-waivers.yaml", text.encode(), RULES, LIMITS, TODAY)


def entry(text: str) -> WaiverFile:
    return parse(f"waivers:\n  - {{{text}}}\n")


def test_a_whole_file() -> None:
    file = parse(f"""\
# exceptions
version: 1
waivers:
  # of payments
  - rule: gomod.replace_local
    path: services/*/go.mod
    module: git.acme.example/*
    context: gitlab:build
    count: 2
    reason: >-
      moves

      in Q1

    owner: payments
    ticket: PLAT-12
    approved_by: platform
    created: '2026-11-01'
    expires: 2027-01-30

  # of nobody
  -
    rule: "gomod.pseudo"
    fingerprint:
      - {A}
      - {B}
    reason: |
      two

    owner: payments
    created: 2026-11-15
    expires: "2026-11-15"
""")
    assert file.faults == ()
    assert file.waivers == (
        Waiver(
            "gomod.replace_local",
            "moves\nin Q1",
            created=date(2026, 11, 1),
            expires=date(2027, 1, 30),
            path="services/*/go.mod",
            module="git.acme.example/*",
            context="gitlab:build",
            count=2,
            ticket="PLAT-12",
            approved_by="platform",
            owner="payments",
        ),
        Waiver("gomod.pseudo", "two", created=TODAY, expires=TODAY, fingerprints=(A, B), count=2, owner="payments"),
    )
    first, second = file.waivers
    assert [(w.at.path, w.at.start.line, w.at.start.column, w.at.end.column) for w in file.waivers] == [
        ("policygate-waivers.yaml", 5, 11, 30),
        ("policygate-waivers.yaml", 23, 11, 25),
    ]
    assert (first.lines, second.lines) == ((5, 19), (23, 32))


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "version: 1\n", "waivers:\n", "waivers: []\n", "version: 1\nwaivers:"]
)
def test_no_waivers(text: str) -> None:
    assert parse(text) == WaiverFile("policygate-waivers.yaml")


def test_a_fingerprint_of_digits_is_a_text() -> None:
    """YAML makes a number of it, even one with an exponent."""
    number, exponent = "1" * 32, "1234567890e12345" * 2
    for text in (number, "1" * 20 + "e" + "1" * 11):
        (waiver,) = entry(f"rule: gomod.pseudo, fingerprint: {text}, {WHO}, expires: 2026-11-30").waivers
        assert (waiver.fingerprints, waiver.count) == ((text,), 1)
    (waiver,) = entry(
        f"rule: gomod.pseudo, fingerprint: [{exponent}, {A}], count: 1, {WHO}, expires: 2026-11-30"
    ).waivers
    assert (waiver.fingerprints, waiver.count) == ((exponent, A), 1)


@pytest.mark.parametrize(
    ("text", "waivers", "fault", "line", "column"),
    [
        ("- 1", 0, "policygate-waivers.yaml: must be a mapping", 1, 1),
        ("waivers: {a: 1}", 0, "`waivers` must be a list", 1, 10),
        (f"version: 2\nwaivers: [{{{GOOD}}}]", 0, "`version` must be 1", 1, 10),
        (f"waivers: [{{{GOOD}}}]\nwaivers: []", 0, "policygate-waivers.yaml: the key `waivers` is there twice", 2, 1),
        (
            f"waivers: [{{{GOOD}, expires: 2027-01-01}}]",
            0,
            "policygate-waivers.yaml: the key `expires` is there twice",
            1,
            0,
        ),
        (f"waivers: [{{{GOOD}}}", 0, "policygate-waivers.yaml: is not YAML: did not find expected", 0, 0),
        (f"waivers: [&a {{{GOOD}}}]", 0, "policygate-waivers.yaml: anchors and aliases are not allowed", 1, 11),
        ("waivers: " + "[" * 900, 0, "policygate-waivers.yaml: is nested too deeply", 1, 25),
        (f"waivers: [{{{GOOD}}}]\nwaiver: 1", 1, "unknown key `waiver`; known keys: version, waivers", 2, 1),
        (f"waivers: [x, {{{GOOD}}}]", 1, "waiver without a rule: `waivers`: ", 1, 11),
        (f"waivers: [, {{{GOOD}}}]", 0, "policygate-waivers.yaml: is not YAML", 1, 11),
    ],
)
def test_what_is_wrong_around_entries(text: str, waivers: int, fault: str, line: int, column: int) -> None:
    file = parse(text)
    assert len(file.waivers) == waivers
    (wrong,) = file.faults
    assert wrong.message.startswith(fault)
    assert (wrong.at.path, bool(wrong.at.start.line)) == ("policygate-waivers.yaml", True)
    assert not column or (wrong.at.start.line, wrong.at.start.column) == (line, column)


@pytest.mark.parametrize(
    ("data", "fault"),
    [(b"\xff", "is not UTF-8"), (b"#" * (MAX_BYTES + 1), "is larger than 1024 KiB"), (b"a: \x00", "is not")],
)
def test_bytes_that_are_no_file(data: bytes, fault: str) -> None:
    file = parse_waivers("w.yaml", data, RULES, LIMITS, TODAY)
    assert (file.waivers, len(file.faults), file.faults[0].at.path) == ((), 1, "w.yaml")
    assert fault in file.faults[0].message


@pytest.mark.parametrize(
    ("given", "instead", "fault"),
    [
        ("rule: gomod.replace_local, ", "", "waiver without a rule: `rule`: is missing"),
        ("rule: gomod.replace_local", "rule: [a]", "waiver without a rule: `rule`: input should be a valid string"),
        ("gomod.replace_local", "gomod.*", "waiver of `gomod.*`: one rule must be named, and none by a pattern"),
        ("gomod.replace_local", "'*'", "waiver of `*`: one rule must be named, and none by a pattern"),
        ("gomod.replace_local", "gomod", "waiver of `gomod`: is the name of a package; name one of its rules"),
        ("replace_local", "replace_locl", "there is no such rule; did you mean `gomod.replace_local`?"),
        ("gomod.replace_local", "gosum.off", "allows no exception from this rule"),
        ("gomod.replace_local", "gate.unused_waiver", "from this rule there is no exception"),
        ("gomod.replace_local", "gomod.told", "from this rule there is no exception"),
        ("path: go.mod, ", "", "says not what it is about: give a `path`, `module`, `context` or `fingerprint`"),
        ("path: go.mod", "path: ''", "says not what it is about"),
        ("path: go.mod", "path: [a, b]", "`path`: input should be a valid string"),
        ("path: go.mod", "fingerprint: []", "`fingerprint`: must be 32 hexadecimal digits"),
        ("path: go.mod", "fingerprint: abcdef12", "`fingerprint`: must be 32 hexadecimal digits"),
        ("path: go.mod", f"fingerprint: [{A}, {A[1:]}]", "`fingerprint`: must be 32 hexadecimal digits"),
        ("path: go.mod", f"fingerprint: {A.upper()}", "`fingerprint`: must be 32 hexadecimal digits"),
        ("path: go.mod", "path: go.mod, count: 0", "`count`: input should be greater than or equal to 1"),
        ("path: go.mod", "path: go.mod, count: many", "`count`: input should be a valid integer"),
        ("path: go.mod", "path: go.mod, count: ", "`count`: input should be a valid integer"),
        ("path: go.mod", "paths: go.mod", "`paths`: unknown key; did you mean `path`?"),
        ("reason: moves in Q1", "reason: ' '", "`reason`: string should have at least 1 character"),
        ("reason: moves in Q1, ", "", "`reason`: is missing"),
        ("owner: payments, ", "", "`owner`: is missing"),
        ("created: 2026-11-01, ", "", "`created`: is missing"),
        (", expires: 2027-01-30", "", "`expires`: is missing"),
        ("expires: 2027-01-30", "expires: never", "`expires`: is no date like `2026-11-30`"),
        ("expires: 2027-01-30", "expires: 2027-02-30", "`expires`: is no date like `2026-11-30`"),
        ("expires: 2027-01-30", "expires: 2027-01-30T00:00:00Z", "`expires`: is no date like `2026-11-30`"),
        ("expires: 2027-01-30", "expires: [2027-01-30]", "`expires`: is no date like `2026-11-30`"),
        ("expires: 2027-01-30", "expires: 2026-10-31", "`expires` is before `created`"),
        ("created: 2026-11-01", "created: 2026-11-16", "`created` is in the future: 2026-11-16"),
        (
            "expires: 2027-01-30",
            "expires: 2027-01-31",
            "`expires` is 91 days after `created`; an exception from a rule of",
        ),
    ],
)
def test_an_entry_that_is_not_in_order_and_one_that_is(given: str, instead: str, fault: str) -> None:
    other = GOOD.replace("go.mod", "other/go.mod")
    assert given in GOOD
    file = parse(f"waivers:\n  - {{{GOOD.replace(given, instead)}}}\n  - {{{other}}}\n")
    assert [waiver.path for waiver in file.waivers] == ["other/go.mod"]
    (wrong,) = [fault.message for fault in file.faults if "unknown" in fault.message] or [
        f.message for f in file.faults
    ]
    assert fault in wrong
    assert {f.at.start.line for f in file.faults} == {2}


@pytest.mark.parametrize(
    ("rule", "last", "beyond"),
    [
        ("gomod.replace_local", "2027-01-30", "2027-01-31"),
        ("gomod.pseudo", "2027-04-30", "2027-05-01"),
        ("goproxy.plain_http", "2027-11-01", "2027-11-02"),
    ],
)
def test_the_horizon_goes_by_severity(rule: str, last: str, beyond: str) -> None:
    text = f"rule: {rule}, path: x, {WHO}, expires: "
    assert [str(waiver.expires) for waiver in entry(text + last).waivers] == [last]
    assert entry(text + beyond).waivers == ()


def test_created_today_is_not_the_future_and_may_end_today() -> None:
    text = GOOD.replace("2026-11-01", "2026-11-15").replace("2027-01-30", "2026-11-15")
    (waiver,) = entry(text).waivers
    assert [waiver.holds(date(2026, 11, day)) for day in (14, 15, 16)] == [True, True, False]


def test_every_wrong_key_is_told_at_its_place() -> None:
    file = parse(
        "waivers:\n  - rule: gomod.pseudo\n    pth: x\n    count: x\n    reason: r\n    owner: o\n    created: 1\n"
    )
    assert [(f.message.split(": ")[1], f.at.start.line, f.at.start.column) for f in file.faults] == [
        ("`created`", 7, 14),
        ("`expires`", 2, 5),
        ("`count`", 4, 12),
        ("`pth`", 3, 5),
    ]


def test_the_scope_in_one_line() -> None:
    base = {"reason": "r", "owner": "o", "created": TODAY, "expires": TODAY}
    many = tuple(f"{number:032x}" for number in range(5))
    shown = [
        Waiver("r", path="a", module="m", context="c", **base).scope,  # type: ignore[arg-type]
        Waiver("r", fingerprints=(A, B), **base).scope,  # type: ignore[arg-type]
        Waiver("r", fingerprints=many, **base).scope,  # type: ignore[arg-type]
    ]
    assert shown == [
        "path=a module=m context=c",
        "fingerprint=aaaaaaaaaaaa,012345678901",
        "fingerprint=000000000000 and 4 more",
    ]


def test_pending_are_those_that_only_the_head_has() -> None:
    one = entry(GOOD).waivers
    moved = parse(f"\n\nwaivers:\n\n  - {{{GOOD}}}\n").waivers
    longer = entry(f"{GOOD}, count: 3").waivers
    assert pending_waivers(one, moved) == ()
    assert pending_waivers(one, (*moved, *longer)) == longer
    assert pending_waivers(one, (*one, *moved)) == moved
    assert pending_waivers((*one, *longer), ()) == ()
    assert pending_waivers((), one) == one


def test_a_merge_keeps_what_the_target_did_and_does_what_the_branch_did() -> None:
    one, two, three = (entry(f"{GOOD}, count: {count}") for count in (1, 2, 3))
    none, both = WaiverFile(), replace(one, waivers=one.waivers + two.waivers)
    assert merged(none, one, one).waivers == ()  # withdrawn by the target
    assert merged(one, one, none).waivers == ()  # removed by the branch
    assert merged(one, none, one).waivers == one.waivers  # added by both
    assert merged(none, one, none).waivers == ()  # removed by both
    assert merged(none, none, one).waivers == one.waivers
    assert merged(three, one, both).waivers == (*two.waivers, *three.waivers)
    twice = replace(one, waivers=one.waivers * 2)
    assert merged(one, one, twice).waivers == merged(twice, one, one).waivers == twice.waivers
    assert merged(twice, twice, one).waivers == merged(one, twice, one).waivers == one.waivers


def test_a_fault_that_the_target_mended_is_none_of_the_branch() -> None:
    bad, worse = parse("waivers: [{rule: x}]\n"), parse("waivers: [{rule: x}, {rule: y}]\n")
    assert merged(WaiverFile(), bad, bad).faults == ()
    assert merged(bad, bad, worse).faults == worse.faults
    assert merged(WaiverFile(), bad, worse).faults == worse.faults[len(bad.faults) :]


@pytest.mark.parametrize(
    ("rule", "until", "fault"),
    [
        ("gomod.replace_local", "2027-02-13", ""),
        (
            "gomod.replace_local",
            "2027-02-14",
            "ends too late: an exception from a rule of severity error lasts 90 days at most",
        ),
        ("gomod.replace_local", "2020-01-01", ""),
        ("gomod.replace_locl", "2026-12-01", "there is no such rule; did you mean `gomod.replace_local`?"),
        ("gosum.off", "2026-12-01", "`waivers.unwaivable` of policygate.yaml allows no exception from this rule"),
        ("gate.malformed_waiver", "2026-12-01", "from this rule there is no exception"),
        ("gomod.pseudo", "2026-13-01", "`until` is no date like `2026-11-30`"),
    ],
)
def test_ignores_keep_the_same_limits(rule: str, until: str, fault: str) -> None:
    read = read_ignores("go.mod", f"x // policygate:ignore[{rule}] until={until} reason".encode())
    assert [ignore.fault for ignore in check_ignores(read, RULES, LIMITS, TODAY)] == [fault]


PIECES = st.sampled_from(
    [
        *("version: 1\n", "waivers:\n", "  - ", "rule: gomod.pseudo\n", "    path: x\n", "    created: 2026-11-01\n"),
        *(
            "count: 2\n",
            "fingerprint: ",
            "{",
            "}",
            "[",
            "]",
            ", ",
            "? ",
            "<<: ",
            "!!int ",
            "*a ",
            "&a ",
            "|\n",
            "\t",
            "#",
        ),
    ]
)


@given(st.one_of(st.binary(max_size=100), st.lists(PIECES, max_size=20).map(lambda pieces: "".join(pieces).encode())))
def test_no_bytes_break_it(data: bytes) -> None:
    file = parse_waivers("w.yaml", data, RULES, LIMITS, TODAY)
    assert all(waiver.rule == "gomod.pseudo" and waiver.scope for waiver in file.waivers)
    assert all(fault.at.path == "w.yaml" and fault.message for fault in file.faults)
