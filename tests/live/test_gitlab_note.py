"""The note in a merge request, written to a server that plays GitLab."""

from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from policygate.errors import LiveError
from policygate.live.gitlab_note import MARKER, MergeRequest, is_relevant
from tests.live.gitlab import SOMEBODY, GitLab, serve

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with serve() as server:
        yield server


def test_the_first_note_is_written_when_it_is_relevant(gitlab: GitLab) -> None:
    gitlab.hold("looks good", SOMEBODY)
    assert gitlab.merge_request().write_note("**failed**\n", relevant=True) == "created"
    assert gitlab.notes[1]["body"] == f"{MARKER}\n**failed**\n"


def test_nothing_is_written_when_nothing_is_relevant_and_there_is_none(gitlab: GitLab) -> None:
    assert gitlab.merge_request().write_note("passed\n", relevant=False) == "not needed"
    assert gitlab.notes == []


@pytest.mark.parametrize("relevant", [True, False])
def test_the_earlier_note_is_rewritten(gitlab: GitLab, relevant: bool) -> None:
    for number in range(130):
        gitlab.hold(f"note {number}", SOMEBODY)
    gitlab.hold(f"{MARKER}\nfailed\n")
    assert gitlab.merge_request().write_note("passed\n", relevant=relevant) == "updated"
    assert gitlab.notes[130]["body"] == f"{MARKER}\npassed\n"
    assert len(gitlab.notes) == 131


def test_a_note_that_says_the_same_is_left_alone(gitlab: GitLab) -> None:
    gitlab.hold(f"{MARKER}\nfailed")
    assert gitlab.merge_request().write_note(f"{MARKER}\nfailed\n", relevant=True) == "unchanged"
    assert {asked.split()[0] for asked in gitlab.asked} == {"GET"}


def test_the_marker_of_somebody_else_is_none(gitlab: GitLab) -> None:
    gitlab.hold(f"{MARKER}\nall is well", SOMEBODY)
    gitlab.hold(f"someone quoted {MARKER}")
    assert gitlab.merge_request().write_note("failed\n", relevant=True) == "created"
    assert [note["body"] for note in gitlab.notes[:2]] == [f"{MARKER}\nall is well", f"someone quoted {MARKER}"]


def test_no_line_is_a_quick_action(gitlab: GitLab) -> None:
    gitlab.merge_request().write_note("a\n/merge\n  /approve\nb /close\n//x\n", relevant=True)
    assert gitlab.notes[0]["body"] == f"{MARKER}\na\n\\/merge\n  \\/approve\nb /close\n//x\n"


def test_a_report_that_is_too_long_is_named_instead(gitlab: GitLab) -> None:
    gitlab.merge_request().write_note("x" * 1_000_000, relevant=True)
    assert "too long" in gitlab.notes[0]["body"]
    assert len(gitlab.notes[0]["body"]) < 200


def test_a_refused_token_says_what_it_needs(gitlab: GitLab) -> None:
    with pytest.raises(LiveError, match="GitLab answered 401") as raised:
        gitlab.merge_request("bad").write_note("failed\n", relevant=True)
    assert "scope `api`" in raised.value.hint
    assert gitlab.notes == []


def test_the_token_follows_no_redirect(gitlab: GitLab) -> None:
    with serve() as other:
        gitlab.moved_to = f"{other.api}/user"
        with pytest.raises(LiveError, match="GitLab answered 302"):
            gitlab.merge_request().write_note("failed\n", relevant=True)
        assert (gitlab.tokens, other.tokens) == (["good"], [])


@pytest.mark.parametrize("answer", ["", "<html>", "[]", '{"name": "me"}', "null"])
def test_an_answer_that_is_nonsense_is_an_error(gitlab: GitLab, answer: str) -> None:
    gitlab.broken = answer
    with pytest.raises(LiveError, match="GitLab"):
        gitlab.merge_request().write_note("failed\n", relevant=True)


@pytest.mark.parametrize("api", ["http://127.0.0.1:1/api/v4", "file:///etc", "gitlab.example"])
def test_what_cannot_be_reached_is_an_error(api: str) -> None:
    with pytest.raises(LiveError):
        MergeRequest(api, "42", "3", "good").write_note("failed\n", relevant=True)


@pytest.mark.parametrize(
    ("verdict", "findings", "expected"),
    [
        ("pass", [], False),
        ("pass", [("active", "carried"), ("active", "fixed"), ("waived", "new")], False),
        ("pass", [("active", "new")], True),
        ("pass", [("active", "changed")], True),
        ("fail", [("active", "new")], True),
        ("error", [], True),
    ],
)
def test_what_is_relevant(verdict: str, findings: list[tuple[str, str]], expected: bool) -> None:
    listed = [{"disposition": disposition, "change": change} for disposition, change in findings]
    assert is_relevant({"verdict": verdict, "findings": listed}) is expected


def variables(api: str, **more: str) -> dict[str, str]:
    return {
        "CI_API_V4_URL": api,
        "CI_MERGE_REQUEST_PROJECT_ID": "42",
        "CI_MERGE_REQUEST_IID": "3",
        "POLICYGATE_TOKEN": "good",
        **more,
    }


def test_the_command(gitlab: GitLab, run: Run, tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text("failed ⇄\n", encoding="utf-8")
    (tmp_path / "report.json").write_text('{"verdict": "fail", "findings": []}')
    command = ["note", "gitlab", "--file", tmp_path / "report.md", "--report", tmp_path / "report.json"]
    done = run(*command, env=variables(gitlab.api))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "note: created\n")
    assert gitlab.notes[0]["body"] == f"{MARKER}\nfailed ⇄\n"
    assert run(*command, env=variables(gitlab.api)).stderr == "note: unchanged\n"


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ({"CI_MERGE_REQUEST_IID": ""}, 3, "no pipeline of a merge request"),
        ({"CI_MERGE_REQUEST_PROJECT_ID": "../42"}, 3, "no pipeline of a merge request"),
        ({"POLICYGATE_TOKEN": ""}, 3, "no token"),
        ({"POLICYGATE_TOKEN": "good\r\nX: y"}, 3, "no token"),
        ({"POLICYGATE_TOKEN": "bäd"}, 3, "GitLab"),
        ({}, 3, "GitLab cannot be asked"),
    ],
)
def test_what_the_command_says_when_it_cannot(
    run: Run, tmp_path: Path, more: dict[str, str], code: int, said: str
) -> None:
    (tmp_path / "r.md").write_text("failed\n")
    (tmp_path / "r.json").write_text('{"verdict": "fail", "findings": []}')
    environment = variables("http://127.0.0.1:1/api/v4", **more)
    done = run("note", "gitlab", "--file", tmp_path / "r.md", "--report", tmp_path / "r.json", env=environment)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "policygate broke" not in done.stderr


def test_a_report_that_is_none_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    (tmp_path / "r.md").write_text("failed\n")
    (tmp_path / "r.json").write_text("[]")
    for report in ("r.json", "missing.json"):
        done = run("note", "gitlab", "--file", tmp_path / "r.md", "--report", tmp_path / report)
        assert (done.returncode, "no report that can be read" in done.stderr) == (2, True)
