"""The GitHub templates, as the programs see them that check such files."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from policygate import __version__
from policygate.scaffold import PIPELINES

PROJECT = Path(__file__).parents[2]
BIN = PROJECT / ".venv/bin"
ACTION, WORKFLOW, RULESET = (
    PROJECT / "ci-templates/github" / name for name in ("action.yml", "workflow.yml", "ruleset.json")
)
ZIZMOR = [BIN / "zizmor", "--offline", "--no-config", "--persona=pedantic", "--no-progress", "--color=never"]


def said(*command: object) -> tuple[int, str]:
    done = subprocess.run(list(map(str, command)), check=False, capture_output=True, text=True)
    return done.returncode, done.stdout


@pytest.mark.parametrize(("schema", "file"), [("vendor.github-actions", ACTION), ("vendor.github-workflows", WORKFLOW)])
def test_the_schema_takes_it(schema: str, file: Path, tmp_path: Path) -> None:
    command = [BIN / "check-jsonschema", "--builtin-schema", schema]
    assert said(*command, file) == (0, "ok -- validation done\n")
    (tmp_path / file.name).write_text(file.read_text().replace("steps:", "stages:"))
    assert said(*command, tmp_path / file.name)[0] == 1


def test_actionlint_has_nothing_to_say(tmp_path: Path) -> None:
    assert said(BIN / "actionlint", WORKFLOW) == (0, "")
    (tmp_path / "workflow.yml").write_text(WORKFLOW.read_text().replace("id: gate", "id: other"))
    assert "gate" in said(BIN / "actionlint", tmp_path / "workflow.yml")[1]


def test_zizmor_has_nothing_to_say(tmp_path: Path) -> None:
    assert said(*ZIZMOR, ACTION, WORKFLOW) == (0, "No findings to report. Good job!\n")
    (tmp_path / "action.yml").write_text(ACTION.read_text().replace('"$INPUT_PYTHON"', "${{ inputs.python }}"))
    assert "template-injection" in said(*ZIZMOR, tmp_path / "action.yml")[1]


def test_what_the_workflow_uses_is_pinned() -> None:
    used = re.findall(r"(?m)^[ -]+uses: (.*)", WORKFLOW.read_text())
    assert len(used) == 3
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use) for use in used), used
    assert used[1].endswith(f"# v{__version__}")


def test_the_action_installs_the_version_that_it_comes_with() -> None:
    inputs = yaml.safe_load(ACTION.read_text())["inputs"]
    assert inputs["version"]["default"] == __version__


def test_the_ruleset_requires_the_workflow_and_nobody_goes_around_it() -> None:
    ruleset = json.loads(RULESET.read_text())
    rules = {rule["type"]: rule["parameters"] for rule in ruleset["rules"]}
    (workflow,) = rules["workflows"]["workflows"]
    assert workflow["path"] == PIPELINES["github"]
    assert {"pull_request", "merge_group"} <= yaml.load(WORKFLOW.read_text(), yaml.BaseLoader)["on"].keys()  # noqa: S506
    assert (ruleset["enforcement"], ruleset["bypass_actors"]) == ("active", [])
    assert rules["pull_request"]["require_code_owner_review"]
