"""A merge request cannot talk its way past the gate: each of these would, if it were judged by what it brings along."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Make = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]

BAD = "GOSUMDB=off\n"
CONFIG = "version: 1\nown: {modules: [git.acme.example]}\nouter: {shell: {}, gitlab: {}, github: {}}\n"
START = {"go.mod": "module git.acme.example/a\n\ngo 1.26\n", "policygate.yaml": CONFIG}
REMOTE = "refs/remotes/origin/main"
FORKS = """package acme.forks

deny contains {"message": "a fork", "subject": r.old_path, "at": r} if {
	some module in input.go.modules
	some r in module.replaces
}
"""
WITH_FORKS = {**START, "policygate.yaml": CONFIG + "policies: [rules]\n", "rules/forks.rego": FORKS}
FORKED = START["go.mod"] + "\nreplace example.com/b => example.com/c v1.0.0\n"


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@acme.example"]
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def ask(repository: Make, run: Run) -> Callable[..., tuple[int, str]]:
    """A function that commits a change on top of a start, and judges it as the merge request that it is."""

    def judge(
        start: Mapping[str, str],
        change: Mapping[str, str | None],
        *arguments: str,
        env: Mapping[str, str] | None = None,
    ) -> tuple[int, str]:
        root = repository(start)
        git(root, "update-ref", REMOTE, "HEAD")
        for path, text in change.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).unlink(missing_ok=True)
            if text is not None and text.startswith("-> "):
                (root / path).symlink_to(text.removeprefix("-> "))
            elif text is not None:
                (root / path).write_text(text)
        git(root, "add", "--all")
        git(root, "commit", "--quiet", "--message", "change")
        given = arguments or ("--base", REMOTE)
        done = run("check", root, "--engine", "embedded", *(given if env is None else ()), env=env)
        return done.returncode, done.stdout + done.stderr

    return judge


Ask = Callable[..., tuple[int, str]]


def test_the_change_alone_is_refused_and_its_repair_is_not(ask: Ask) -> None:
    code, said = ask(START, {"app.env": BAD})
    assert (code, "error[gosumdb.off]" in said, "1 new" in said) == (1, True, True)


def test_what_the_target_has_already_is_not_judged(ask: Ask) -> None:
    code, said = ask({**START, "app.env": BAD}, {"README": "x"})
    assert (code, "0 new, 0 changed, 1 carried, 0 fixed" in said) == (0, True)


@pytest.mark.parametrize(
    "config",
    [
        CONFIG + "rules: {gosumdb.off: {severity: 'off'}}\n",
        CONFIG + "rules: {gosumdb.off: {severity: note}}\n",
        CONFIG + "exclude: ['**/*.env']\n",
        CONFIG + "fail_on: error\nown: {}\n",
        "-> /etc/hostname",
        None,
    ],
    ids=["off", "milder", "excluded", "malformed", "link", "removed"],
)
def test_an_edited_configuration_does_not_hold_yet(ask: Ask, config: str | None) -> None:
    code, said = ask(START, {"app.env": BAD, "policygate.yaml": config})
    assert (code, "error[gosumdb.off]" in said, "gate.steering_changed" in said) == (1, True, True)


def test_an_edited_configuration_alone_is_told_and_passes(ask: Ask) -> None:
    code, said = ask(
        START,
        {"policygate.yaml": CONFIG + "rules: {gosumdb.off: {severity: 'off'}}\n"},
    )
    assert (code, "warning[gate.steering_changed]" in said) == (0, True)


def test_not_even_a_strict_threshold_keeps_an_edited_configuration_out(ask: Ask) -> None:
    arguments = ("--base", REMOTE, "--fail-on", "note", "--rule", "gate")
    code, said = ask(START, {"policygate.yaml": CONFIG + "exclude: []\n"}, *arguments)
    assert (code, "gate.steering_changed" in said) == (0, True)


def test_a_configuration_that_would_break_the_gate_is_refused(ask: Ask) -> None:
    code, said = ask(START, {"policygate.yaml": "version: 2\n"})
    assert (code, "error[gate.malformed_file]" in said) == (1, True)


@pytest.mark.parametrize(
    "rule", [None, 'package acme.forks\n\ndeny contains "x" if false\n', "package acme.forks\n\nfoo\n"]
)
def test_an_edited_policy_does_not_hold_yet(ask: Ask, rule: str | None) -> None:
    code, said = ask(WITH_FORKS, {"go.mod": FORKED, "rules/forks.rego": rule}, "--base", REMOTE, "--rule", "acme")
    assert (code, "error[acme.forks]" in said) == (1, True)


def test_an_edited_policy_is_previewed_and_not_judged(ask: Ask) -> None:
    start = {**WITH_FORKS, "go.mod": FORKED, "rules/forks.rego": FORKS.replace("some r in", "false\n\tsome r in")}
    code, said = ask(start, {"rules/forks.rego": FORKS})
    words = " ".join(said.split())
    assert code == 0
    assert "rule `acme.forks`, which this change adds or edits, would find 1, 1 of them in the base too" in words


def test_a_policy_that_would_break_the_gate_is_told(ask: Ask) -> None:
    code, said = ask(WITH_FORKS, {"rules/forks.rego": "package acme.forks\n\ndeny contains x if nonsense(\n"})
    assert (code, "cannot be evaluated" in " ".join(said.split())) == (0, True)


def test_a_rule_that_is_given_by_its_path_is_the_targets(ask: Ask, tmp_path: Path) -> None:
    start = {**START, "rules/forks.rego": FORKS}
    change = {"go.mod": FORKED, "rules/forks.rego": 'package acme.forks\n\ndeny contains "x" if false\n'}
    folder = str(tmp_path / "repository" / "rules")
    code, said = ask(start, change, "--base", REMOTE, "--policy", folder, "--rule", "acme")
    assert (code, "error[acme.forks]" in said) == (1, True)


def test_moving_a_setting_to_production_is_new(ask: Ask) -> None:
    code, said = ask({**START, "deploy/dev.env": BAD}, {"deploy/dev.env": None, "deploy/prod.env": BAD})
    assert (code, "1 new" in said, "1 fixed" in said) == (1, True, True)


def test_moving_a_job_to_production_is_new(ask: Ask) -> None:
    job = "dev:\n  variables: {GOSUMDB: 'off'}\n  script: [go build ./...]\n"
    code, said = ask({**START, ".gitlab-ci.yml": job}, {".gitlab-ci.yml": job.replace("dev:", "prod:")})
    assert (code, "error[gosumdb.off]" in said) == (1, True)


def test_a_plain_rename_is_followed(ask: Ask) -> None:
    code, said = ask({**START, "a.env": BAD}, {"a.env": None, "b.env": BAD})
    assert (code, "1 carried" in said) == (0, True)


def test_a_copy_is_new(ask: Ask) -> None:
    code, said = ask({**START, "a.env": BAD}, {"b.env": BAD})
    assert (code, "1 new" in said, "1 carried" in said) == (1, True, True)


def test_variables_of_the_gate_loosen_nothing(ask: Ask) -> None:
    env = {"GITHUB_BASE_REF": "main", "POLICYGATE_FAIL_ON": "note", "POLICYGATE_BASE": "HEAD", "POLICYGATE_ALL": "0"}
    assert ask(START, {"app.env": BAD}, env=env)[0] == 1


def test_a_pipeline_that_names_its_own_target_is_refused(ask: Ask) -> None:
    pipeline = "gate:\n  variables: {CI_MERGE_REQUEST_TARGET_BRANCH_NAME: mine}\n  script: [policygate check]\n"
    env = {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
    code, said = ask(START, {".gitlab-ci.yml": pipeline}, env=env)
    assert (code, "error[gate.overridden_variable]" in said) == (1, True)


def test_a_pipeline_may_read_where_it_goes(ask: Ask) -> None:
    line = "git fetch origin ${CI_MERGE_REQUEST_TARGET_BRANCH_NAME:-main} $CI_MERGE_REQUEST_TARGET_BRANCH_NAME"
    pipeline = f"gate:\n  script:\n    - {line}\n"
    assert ask(START, {".gitlab-ci.yml": pipeline}, env={"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"})[0] == 0


def test_a_step_that_names_its_own_target_is_refused(ask: Ask) -> None:
    steps = '      - run: echo GITHUB_BASE_REF=mine >> "$GITHUB_ENV"\n      - run: echo ${GITHUB_BASE_REF} # fine\n'
    workflow = "on: pull_request\njobs:\n  gate:\n    runs-on: x\n    steps:\n" + steps
    code, said = ask(START, {".github/workflows/a.yml": workflow}, env={"GITHUB_BASE_REF": "main"})
    assert (code, said.count("error[gate.overridden_variable]")) == (1, 1)


WAIVER = """version: 1
waivers:
  - rule: gosumdb.off
    path: {path}
    count: {count}
    reason: until the mirror is there
    owner: platform
    created: 2026-11-01
    expires: 2027-01-15
"""
NOW = ("--base", REMOTE, "--now", "2026-11-20")


def waived(path: str, count: int = 1) -> dict[str, str]:
    return {**START, "policygate-waivers.yaml": WAIVER.format(path=path, count=count)}


def test_a_waiver_of_the_target_covers_what_a_merge_request_adds(ask: Ask) -> None:
    code, said = ask(waived("legacy/*"), {"legacy/app.env": BAD}, *NOW)
    assert (code, "1 waived" in said) == (0, True)


def test_a_waiver_that_the_merge_request_brings_along_is_pending(ask: Ask) -> None:
    change = {"app.env": BAD, "policygate-waivers.yaml": WAIVER.format(path="app.env", count=1)}
    code, said = ask(START, change, *NOW)
    assert code == 1
    assert "pending: policygate-waivers.yaml:3:11 excuses it by platform until 2027-01-15" in said
    assert "warning[gate.added_waiver]" in said


def test_a_waiver_that_the_merge_request_widens_is_pending(ask: Ask) -> None:
    change = {"app.env": BAD, "policygate-waivers.yaml": WAIVER.format(path="'*'", count=9)}
    code, said = ask(waived("legacy/*"), change, *NOW)
    assert (code, "pending: " in said) == (1, True)


def test_on_a_laptop_the_own_waiver_can_be_trusted(ask: Ask) -> None:
    change = {"app.env": BAD, "policygate-waivers.yaml": WAIVER.format(path="app.env", count=1)}
    assert ask(START, change, *NOW, "--trust-head")[0] == 0


def test_an_ignore_that_the_merge_request_brings_along_is_pending(ask: Ask) -> None:
    ignored = "# policygate:ignore[gosumdb.off] until=2027-01-15 I know better\n"
    code, said = ask(START, {"app.env": ignored + BAD}, *NOW)
    assert (code, "pending: app.env:1:1 excuses it until 2027-01-15" in said) == (1, True)


def test_an_old_ignore_does_not_move_on_to_something_new(ask: Ask) -> None:
    ignored = "# policygate:ignore[gosumdb.off] until=2027-01-15 agreed\n"
    start = {**START, "app.env": ignored + BAD}
    code, said = ask(start, {"app.env": BAD, "other.env": ignored + BAD}, *NOW)
    assert (code, "other.env" in said) == (1, True)


def test_a_rename_into_a_waived_folder_inherits_nothing(ask: Ask) -> None:
    """The finding itself is carried and not judged; that it is not waived shows when everything is."""
    start = {**waived("legacy/*"), "app.env": BAD}
    code, said = ask(start, {"app.env": None, "legacy/app.env": BAD}, *NOW, "--all")
    assert (code, "waived" in said) == (1, False)


def test_a_waiver_for_two_does_not_cover_a_third_at_the_expense_of_an_old_one(ask: Ask) -> None:
    start = {**waived("'*.env'", count=2), "b.env": BAD, "c.env": BAD}
    code, said = ask(start, {"a.env": BAD}, *NOW)
    assert (code, "--> a.env:1:" in said, "2 waived" in said) == (1, True, True)


def test_removing_the_waiver_file_gives_nothing_and_takes_nothing(ask: Ask) -> None:
    start = {**waived("app.env"), "app.env": BAD}
    assert ask(start, {"policygate-waivers.yaml": None}, *NOW)[0] == 0


def test_a_malformed_waiver_is_an_error_and_covers_nothing(ask: Ask) -> None:
    text = WAIVER.format(path="app.env", count=1).replace("    expires: 2027-01-15\n", "")
    code, said = ask(START, {"policygate-waivers.yaml": text}, *NOW)
    assert (code, "error[gate.malformed_waiver]" in said) == (1, True)
