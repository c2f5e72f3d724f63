"""`policygate why`, end to end: on the sample, and on a merge request with a waiver of each kind."""

import json
import os
import re
import subprocess
import termios
from collections.abc import Callable, Mapping
from dataclasses import replace
from operator import itemgetter
from pathlib import Path

import pytest

from policygate.case import open_case
from policygate.gate import check, decide, judged
from policygate.report.why import render_text
from policygate.request import Request
from policygate.why import reasons, why
from tests.report.test_any_verdict import assert_harmless

PROJECT = Path(__file__).parents[1]
SAMPLE = PROJECT / "tests" / "projects" / "sample"

Make = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]
Golden = Callable[[str, str], None]

REMOTE = "refs/remotes/origin/main"
NOW = ("--now", "2026-11-15")
SCREEN = 24
"""Lines."""
RULE = "gomod.replace_local"
CONFIG = """\
version: 1
own: {modules: [git.acme.example]}
outer: {shell: {}}
rules:
  gomod.replace_local: {severity: warning, parameters: {allow_inside: true}}
fail_on: warning
"""


def module(name: str, *replaced: str) -> str:
    lines = "".join(f"replace x.example/{each} => ../../../{each}\n" for each in replaced)
    return f"module git.acme.example/{name}\n\ngo 1.24\n\n{lines}"


def waiver(created: str = "2026-11-01", expires: str = "2026-12-31", owner: str = "payments", **more: object) -> str:
    given = {"rule": RULE, **more, "reason": "moves in Q1", "owner": owner, "created": created, "expires": expires}
    first, *others = [f"{name}: {value}" for name, value in given.items() if value]
    return "".join([f"  - {first}\n", *(f"    {line}\n" for line in others)])


WAIVERS = "version: 1\nwaivers:\n" + "".join(
    [
        waiver(path="legacy/*"),
        waiver(path="services/*", module="x.example/other"),
        waiver(path="services/*"),
        waiver(path="services/*", created="2026-09-01", expires="2026-11-14"),
        waiver(path="services/*", owner=""),
    ]
)
START = {
    "policygate.yaml": CONFIG,
    "policygate-waivers.yaml": WAIVERS,
    "services/old/go.mod": module("old", "a"),
    "lib/go.mod": module("lib", "a"),
    "app.env": "GOSUMDB=off\n",
}
CHANGE = {
    "app.env": "GOFLAGS=-trimpath\n",
    "policygate-waivers.yaml": WAIVERS + waiver(path="tools/go.mod"),
    "services/new/go.mod": module("new", "b"),
    "tools/go.mod": module("tools", "c"),
    "lib/go.mod": module("lib", "a")
    + f"// policygate:ignore[{RULE}] until=2026-12-01 soon\nreplace x.example/d => ../../d\n",
}


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@acme.example"]
    subprocess.run(
        ["git", *who, *arguments], cwd=root, check=True, capture_output=True, env={"PATH": os.environ["PATH"]}
    )


def commit(root: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "change")


@pytest.fixture(scope="module")
def merge_request(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A branch that adds three replacements, a waiver of one and a comment at another."""
    root = tmp_path_factory.mktemp("merge_request")
    git(root, "init", "--quiet")
    commit(root, START)
    git(root, "update-ref", REMOTE, "HEAD")
    commit(root, CHANGE)
    return root


def asked(root: Path, target: str = "") -> Request:
    return Request(root=root, today="2026-11-15", engine="embedded", target=target)


@pytest.fixture(scope="module")
def names(merge_request: Path) -> Mapping[str, str]:
    """The fingerprints of the merge request's findings by file and line."""
    found = check(asked(merge_request, REMOTE)).findings
    return {f"{f.at.path}:{f.at.start.line}": f.fingerprint for f in found if f.rule.id == RULE or f.change == "fixed"}


def neutral(text: str) -> str:
    """Without the digits of the commit, which says when it was made."""
    return re.sub(r"the base, [0-9a-f]{10},", "the base, COMMIT,", text)


def on_a_screen(columns: int, *arguments: object) -> str:
    """What the installed command writes to a terminal of so many columns."""
    outside, inside = os.openpty()
    termios.tcsetwinsize(inside, (24, columns))
    command = [str(PROJECT / ".venv" / "bin" / "policygate"), *map(str, arguments), "--color", "never"]
    with subprocess.Popen(command, stdout=inside, env={"PATH": "/usr/bin:/bin", "TERM": "xterm"}) as process:
        os.close(inside)
        shown = b""
        while part := _read(outside):
            shown += part
    os.close(outside)
    assert process.returncode == 0
    return shown.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    """What a terminal has got; nothing once its last writer is gone, which Linux calls an error."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


# ---- The sample ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "fingerprint"),
    [("pipe", "79e502ad"), ("exposure", "8c1613a9"), ("sum", "ca0383"), ("parameter", "8f116ccf")],
)
def test_a_finding_of_the_sample_under_a_screen(run: Run, golden: Golden, name: str, fingerprint: str) -> None:
    done = run("why", fingerprint, SAMPLE, *NOW)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") <= SCREEN
    golden(f"why/{name}-100.txt", done.stdout)


def test_a_narrow_screen(golden: Golden) -> None:
    golden("why/pipe-80.txt", on_a_screen(80, "why", "79e502ad", SAMPLE, *NOW))


def test_the_report_gives_the_names_and_every_finding_has_its_reasons(run: Run) -> None:
    found = check(asked(SAMPLE)).findings
    report = run("check", SAMPLE, *NOW, "--engine", "embedded").stdout
    names = re.findall(r"policygate why ([0-9a-f]{8})$", report, re.MULTILINE)
    assert names == [finding.fingerprint[:8] for finding in found]
    decided = decide(open_case(asked(SAMPLE)))
    for finding in found:
        told = reasons([finding], decided, judged(decided))
        assert told.facts, finding.rule.id
        assert told.more_facts == 0
        assert render_text(told).count("\n") <= SCREEN, finding.rule.id


@pytest.mark.parametrize(
    ("fingerprint", "code", "message"),
    [
        ("79e50", 2, "`79e50` is no beginning of a fingerprint"),
        ("xxxxxx", 2, "`xxxxxx` is no beginning of a fingerprint"),
        ("000000", 2, "no finding has the fingerprint `000000`"),
    ],
)
def test_names_of_nothing(run: Run, fingerprint: str, code: int, message: str) -> None:
    done = run("why", fingerprint, SAMPLE)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr


def test_without_a_decision_there_are_no_reasons(run: Run, repository: Make) -> None:
    done = run("why", "123456", repository({"README": "x"}))
    assert (done.returncode, done.stdout, "nothing to check" in done.stderr) == (3, "", True)


# ---- A merge request -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "case",
    [
        ("not-covered", "services/new/go.mod:5"),
        ("waived", "services/old/go.mod:5"),
        ("pending", "tools/go.mod:5"),
        ("pending-ignore", "lib/go.mod:7"),
    ],
    ids=itemgetter(0),
)
def test_each_kind_of_exception(
    run: Run, merge_request: Path, names: Mapping[str, str], golden: Golden, case: tuple[str, str]
) -> None:
    name, place = case
    arguments = ("why", names[place][:8], merge_request, *NOW, "--base", REMOTE)
    shown = run(*arguments).stdout
    assert shown.count("\n") <= SCREEN
    golden(f"why/{name}-100.txt", neutral(shown))


def test_a_merge_request_on_a_narrow_screen(merge_request: Path, names: Mapping[str, str], golden: Golden) -> None:
    shown = on_a_screen(80, "why", names["services/new/go.mod:5"], merge_request, *NOW, "--base", REMOTE)
    golden("why/not-covered-80.txt", neutral(shown))


def test_the_flags_of_the_check_decide_what_holds(merge_request: Path, names: Mapping[str, str]) -> None:
    compared = asked(merge_request, REMOTE)
    trusted = why(replace(compared, trust_head=True), names["lib/go.mod:7"])
    assert (trusted.counts, trusted.exceptions[0].applies) == (False, "yes")
    requests = compared, replace(compared, everything=True), asked(merge_request)
    told = [why(request, names["lib/go.mod:5"]) for request in requests]
    assert [(each.finding.change, each.counts) for each in told] == [
        ("carried", False),
        ("carried", True),
        ("none", True),
    ]
    assert told[2].change == ""


def test_what_is_gone_is_told_by_the_facts_of_the_base(merge_request: Path, names: Mapping[str, str]) -> None:
    told = why(asked(merge_request, REMOTE), names["app.env:1"])
    assert (told.counts, told.verdict) == (False, "it is gone")
    assert told.change.endswith("has it, and the change removes it")
    assert [(each.part, dict(each.fields)["value"]) for each in told.facts] == [("go.settings.GOSUMDB[]", "off")]


def test_the_command_takes_them(run: Run, merge_request: Path, names: Mapping[str, str]) -> None:
    flags = ("--base", REMOTE, "--trust-head", "--no-ignores", "--all", "--format", "json")
    document = json.loads(run("why", names["lib/go.mod:7"], merge_request, *NOW, *flags).stdout)
    assert document["counts"]["counts"]
    assert "does not apply: `--no-ignores` is given" in [each["why"] for each in document["exceptions"]]


def test_what_is_set_has_its_place(merge_request: Path, names: Mapping[str, str]) -> None:
    told = why(asked(merge_request, REMOTE), names["tools/go.mod:5"])
    (parameter,) = told.parameters
    assert (parameter.name, parameter.value) == ("allow_inside", True)
    text = CONFIG.split("\n")
    said = [
        text[at.start.line - 1][at.start.column - 1 : at.end.column - 1]
        for at in (parameter.at, told.severity_at)
        if at
    ]
    assert said == ["true", "warning"]


def test_hostile_words_are_harmless(run: Run, repository: Make) -> None:
    job = '"::error::\\e[31m##vso[a]b":\n  variables: {GOSUMDB: "off"}\n  script: [go build ./...]\n'
    root = repository({"go.mod": "module git.acme.example/a\n\ngo 1.24\n", ".gitlab-ci.yml": job})
    (finding,) = [each for each in check(asked(root)).findings if each.rule.id == "gosumdb.off"]
    shown = run("why", finding.fingerprint, root, *NOW).stdout
    assert "gosumdb.off" in shown
    assert_harmless(shown)
