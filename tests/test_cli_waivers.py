"""`policygate waive` and `policygate waivers` on checkouts with real findings."""

import json
import subprocess
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from policygate.errors import UsageError
from policygate.waiver_text import added, pruned
from policygate.waivers import Waiver
from policygate.yaml_places import parse

Run = Callable[..., subprocess.CompletedProcess[str]]
Repository = Callable[..., Path]

FILE = "policygate-waivers.yaml"
MOD = "module git.acme.example/{name}\n\ngo 1.24\n\nreplace (\n\tx.example/a => ../a\n\tx.example/b => ../b\n)\n"
FILES = {
    "go.mod": MOD.format(name="one"),
    "two/go.mod": MOD.format(name="two").replace("../", "../../"),
    "policygate.yaml": "waivers: {unwaivable: [gosumdb.off]}\n",
    "x.sh": "GOSUMDB=off go build ./...\n",
}
TODAY = datetime.now(UTC).date()
RULE = "gomod.replace_local"


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


@pytest.fixture
def root(repository: Repository) -> Path:
    return repository(FILES)


def findings(run: Run, root: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("check", root, "--format", "json").stdout)["findings"]
    return [finding for finding in found if finding["rule"] == RULE]


def waive(run: Run, root: Path, *arguments: str, expires: str = day(30)) -> tuple[int, str, str]:
    given = ["--reason", "moves: soon", "--owner", "payments", "--expires", expires, *arguments]
    done = run("waive", *given, root)
    return done.returncode, done.stdout, done.stderr


def listed(run: Run, root: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = run("waivers", root, "--format", "json", *arguments)
    return done.returncode, json.loads(done.stdout)


def entry(path: str = "go.mod", rule: str = RULE, created: int = -10, expires: int = 30, **more: object) -> str:
    given = {"rule": rule, "path": path, "count": 2, "reason": "r", "owner": "o", **more}
    days = {"created": day(created), "expires": day(expires)}
    first, *others = [f"{key}: {value}" for key, value in {**given, **days}.items()]
    return f"  - {first}\n" + "".join(f"    {line}\n" for line in others)


def states(document: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    return [(each["scope"], each["state"], each["used"]) for each in document["waivers"]]


def test_a_finding_by_the_beginning_of_its_fingerprint(run: Run, root: Path) -> None:
    fingerprint = next(f["fingerprint"] for f in findings(run, root) if f["location"]["path"] == "go.mod")
    code, out, err = waive(run, root, fingerprint[:6], "--ticket", "PLAT-12", "--approved-by", "platform")
    expected = f"""\
  - rule: gomod.replace_local
    path: go.mod
    fingerprint: {fingerprint}
    reason: "moves: soon"
    owner: payments
    ticket: PLAT-12
    approved_by: platform
    created: {day(0)}
    expires: {day(30)}
"""
    assert (code, out) == (0, expected), err
    assert (root / FILE).read_text().endswith(f"version: 1\nwaivers:\n{expected}")
    assert listed(run, root)[1]["counts"]["active"] == 1

    again = waive(run, root, fingerprint)
    assert (again[0], again[1]) == (2, "")
    assert f"finding `{fingerprint}` is excused already" in again[2]


def test_a_baseline_for_adoption(run: Run, root: Path) -> None:
    code, out, err = waive(run, root, "--all", expires=day(90))
    assert code == 0, err
    assert out.count("- rule: gomod.replace_local") == 2
    assert "gosumdb.off" not in out
    status, document = listed(run, root)
    assert (status, {each["state"] for each in document["waivers"]}) == (0, {"active"})
    assert [(e["scope"][:15], e["used"], e["count"]) for e in document["waivers"] if e["rule"] == RULE] == [
        ("path=go.mod fin", 2, 2),
        ("path=two/go.mod", 2, 2),
    ]
    before = (root / FILE).read_text()
    code, out, err = waive(run, root, "--all")
    assert (code, out, err) == (0, "", "nothing to waive\n")
    assert (root / FILE).read_text() == before

    (root / "two" / "go.mod").write_text(FILES["two/go.mod"].replace("/b\n", "/b\n\tx.example/c => ../../c\n"))
    code, out, err = waive(run, root, "--all")
    assert (code, out.count("- rule: gomod.replace_local"), out.count("path: two/go.mod")) == (0, 1, 1)


def test_the_file_keeps_its_text_though_git_tracks_it(run: Run, repository: Repository) -> None:
    text = f"# ours\nversion: 1 # one\nwaivers:\n{entry()}\n  # the end\n"
    root = repository({**FILES, FILE: text})
    code, out, err = waive(run, root, "--all")
    assert code == 0, err
    kept = f"# ours\nversion: 1 # one\nwaivers:\n{entry()}"
    assert (root / FILE).read_text() == f"{kept}{out}\n  # the end\n"


@pytest.mark.parametrize(
    ("arguments", "expires", "message"),
    [
        (["--all"], day(91), f"is too late: a waiver of `{RULE}`, error, lasts 90 days at most"),
        (["--all"], day(-1), "is over already"),
        (["--all"], "soon", "`--expires soon` is no date like"),
        (["--all"], "2026-02-30", "`--expires 2026-02-30` is no date like"),
        ([], day(1), "name findings by their fingerprints, or all with `--all`"),
        (["--all", "abcdef"], day(1), "name findings by their fingerprints, or all with `--all`"),
        (["abcde"], day(1), "`abcde` is no beginning of a fingerprint"),
        (["0123456789abcdef"], day(1), "no finding has the fingerprint `0123456789abcdef`"),
        (["--all", "--owner", " "], day(1), "`--reason` and `--owner` must say something"),
    ],
)
def test_what_is_refused(run: Run, root: Path, arguments: list[str], expires: str, message: str) -> None:
    code, out, err = waive(run, root, *arguments, expires=expires)
    assert (code, out, (root / FILE).exists()) == (2, "", False), err
    assert message in err


def test_the_horizon_is_exact(run: Run, root: Path) -> None:
    assert waive(run, root, "--all", expires=day(90))[0] == 0


def test_what_nobody_can_be_excused_from(run: Run, root: Path) -> None:
    found = json.loads(run("check", root, "--format", "json").stdout)["findings"]
    off = next(f["fingerprint"] for f in found if f["rule"] == "gosumdb.off")
    code, _, err = waive(run, root, off)
    assert code == 2
    assert f"finding `{off}` of rule `gosumdb.off` cannot be waived" in err


def test_a_link_is_not_written(run: Run, root: Path, tmp_path: Path) -> None:
    (root / FILE).symlink_to(tmp_path / "victim")
    assert waive(run, root, "--all")[0] == 2
    assert not (tmp_path / "victim").exists()


def test_a_file_that_is_no_yaml_is_not_edited(run: Run, root: Path) -> None:
    (root / FILE).write_text("waivers: [\n")
    code, _, err = waive(run, root, "--all")
    assert (code, (root / FILE).read_text()) == (2, "waivers: [\n")
    assert "is not YAML" in err


def test_no_decision_is_no_waiver(run: Run, tmp_path: Path) -> None:
    assert waive(run, tmp_path, "--all")[0] == 3
    assert run("waivers", tmp_path).returncode == 3


WAIVERS = [
    entry(),
    entry("two/go.mod", expires=14),
    entry("three/go.mod"),
    entry("go.mod", created=-20, expires=-1),
    entry("go.mod", rule="gomod.*"),
]


def test_the_table(run: Run, root: Path) -> None:
    (root / FILE).write_text(f"waivers:\n{''.join(WAIVERS)}")
    done = run("waivers", root)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "rule                 scope              used    owner  age   left  state",
        "gomod.replace_local  path=go.mod        2 of 2  o      10 d  30 d  active",
        "gomod.replace_local  path=two/go.mod    2 of 2  o      10 d  14 d  expiring",
        "gomod.replace_local  path=three/go.mod  0 of 2  o      10 d  30 d  unused",
        "gomod.replace_local  path=go.mod        0 of 2  o      20 d  -1 d  expired",
        "",
        f"{FILE}:30:11: malformed: waiver of `gomod.*`: one rule must be named, and none by a pattern",
        "",
        "1 active, 1 expiring, 1 unused, 1 expired, 1 malformed",
    ]


@pytest.mark.parametrize(("kept", "code"), [([0], 0), ([1], 0), ([2], 0), ([3], 1), ([4], 1), ([], 0)])
def test_the_exit_code(run: Run, root: Path, kept: list[int], code: int) -> None:
    (root / FILE).write_text("waivers:\n" + "".join(WAIVERS[index] for index in kept))
    assert listed(run, root)[0] == code


def test_pruning_removes_what_ended_or_matches_nothing(run: Run, root: Path) -> None:
    comments = [f"  # number {index}\n{each}" for index, each in enumerate(WAIVERS)]
    (root / FILE).write_text(f"waivers:\n{''.join(comments)}\n# the end\n")
    code, document = listed(run, root, "--prune")
    left = [comments[0], comments[1], "  # number 2\n", "  # number 3\n", comments[4]]
    assert (root / FILE).read_text() == f"waivers:\n{''.join(left)}\n# the end\n"
    assert (code, states(document)) == (1, [("path=go.mod", "active", 2), ("path=two/go.mod", "expiring", 2)])

    before = (root / FILE).stat().st_mtime_ns
    assert run("waivers", root, "--prune").stderr == "removed 0 waivers\n"
    assert (root / FILE).stat().st_mtime_ns == before


def test_what_has_no_lines_of_its_own_is_not_pruned(run: Run, root: Path) -> None:
    days = f"created: {day(-1)}, expires: {day(1)}"
    text = f"waivers: [{{rule: {RULE}, path: none, reason: r, owner: o, {days}}}]\n"
    (root / FILE).write_text(text)
    done = run("waivers", root, "--prune")
    assert (done.returncode, (root / FILE).read_text()) == (2, text)
    assert "this entry cannot be edited" in done.stderr


# ---- The text --------------------------------------------------------------------------------------------------------

NEW = Waiver("a.b", "r: \x1b[1m", "ü b", date(2026, 11, 1), date(2026, 12, 1), module="*", count=3)
NEW_TEXT = (
    "- rule: a.b\n  module: \"*\"\n  count: 3\n  reason: \"r: \\u001b[1m\"\n  owner: \"ü b\"\n"
    "  created: 2026-11-01\n  expires: 2026-12-01\n"
)  # fmt: skip
OLD = "- rule: x.y\n  path: z\n"


def indented(text: str, indent: str) -> str:
    return "".join(f"{indent}{line}" for line in text.splitlines(keepends=True))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("waivers:\n", f"waivers:\n{indented(NEW_TEXT, '  ')}"),
        ("waivers: # none\n# end", f"waivers: # none\n{indented(NEW_TEXT, '  ')}# end"),
        ("waivers: [] # none\n", f"waivers: # none\n{indented(NEW_TEXT, '  ')}"),
        ("version: 1", f"version: 1\nwaivers:\n{indented(NEW_TEXT, '  ')}"),
        (f"waivers:\n{OLD}", f"waivers:\n{OLD}{NEW_TEXT}"),
        (f"waivers:\n{OLD.strip()}", f"waivers:\n{OLD}{NEW_TEXT}"),
        (f"waivers:\n{OLD}\n\nversion: 1\n", f"waivers:\n{OLD}{NEW_TEXT}\n\nversion: 1\n"),
        (f"waivers:\n{indented(OLD, '    ')}", f"waivers:\n{indented(OLD + NEW_TEXT, '    ')}"),
        ("waivers:\n-\n  rule: x.y\n", f"waivers:\n-\n  rule: x.y\n{NEW_TEXT}"),
        (f"waivers:\n{OLD}".replace("\n", "\r\n"), f"waivers:\n{OLD}{NEW_TEXT}".replace("\n", "\r\n")),
    ],
)
def test_adding_keeps_the_text(before: str, after: str) -> None:
    assert added(parse("w.yaml", before.encode()), [NEW]) == after
    document = parse("w.yaml", after.encode())
    entries = document.texts_at("waivers")
    assert isinstance(entries, list)
    assert (entries[-1]["reason"], entries[-1]["owner"]) == (NEW.reason, NEW.owner)
    left = before if "waivers" in before else f"{before}\nwaivers:\n"
    assert pruned(document, [len(entries) - 1]).rstrip() == left.replace(" []", "").rstrip()


@pytest.mark.parametrize("text", ["waivers: [{rule: x.y}]\n", "waivers: {a: 1}\n", "waivers:\n- [a, b]\n  \n- - c\n"])
def test_lists_of_another_form_are_left_alone(text: str) -> None:
    document = parse("w.yaml", text.encode())
    if text.endswith("c\n"):
        assert pruned(document, [0]) == "waivers:\n  \n- - c\n"
        return
    with pytest.raises((UsageError, KeyError)):
        added(document, [NEW])


def test_an_empty_file_gets_a_head() -> None:
    assert added(None, []).endswith("\nversion: 1\nwaivers:\n")
    assert added(parse("w.yaml", b"# mine"), []) == f"# mine\n{added(None, [])}"
