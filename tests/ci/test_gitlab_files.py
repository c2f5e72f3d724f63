"""The GitLab files themselves: schemas, the two forms in step, when they run, and what `init` makes of them."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from policygate import __version__
from tests.ci.test_gitlab import COMPONENT, ENFORCED, INCLUDE, PROJECT, TEMPLATES, WAYS, gitlab_ci_local

EXAMPLE = TEMPLATES / "example.gitlab-ci.yml"
POLICY = TEMPLATES / "pipeline-execution-policy/policy.yml"
OF_THE_JOB = {"job_name": "policygate", "stage": "test", "allow_failure": False}
"""Inputs that no variable can stand for: whoever includes the plain form says them as keys of the job."""

Run = Callable[..., subprocess.CompletedProcess[str]]
MakeRequest = Callable[[Mapping[str, str]], Path]


class Component(NamedTuple):
    """The two documents of a component."""

    inputs: dict[str, dict[str, Any]]
    template: str

    def defaults(self) -> dict[str, Any]:
        return {name: given["default"] for name, given in self.inputs.items()}

    def with_inputs(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The pipeline that these inputs make: an input that is a whole value keeps its type."""

        def fill(node: Any) -> Any:  # noqa: ANN401 - YAML
            if isinstance(node, dict):
                return {fill(key): fill(value) for key, value in node.items()}
            if isinstance(node, list):
                return [fill(value) for value in node]
            whole = re.fullmatch(r"\$\[\[ inputs\.(\w+) \]\]", node) if isinstance(node, str) else None
            if whole:
                return inputs[whole[1]]
            return (
                re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda m: str(inputs[m[1]]), node)
                if isinstance(node, str)
                else node
            )

        filled: dict[str, Any] = fill(yaml.safe_load(self.template))
        return filled


def load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def component() -> Component:
    head, template = COMPONENT.read_text(encoding="utf-8").split("\n---\n")
    return Component(yaml.safe_load(head)["spec"]["inputs"], template)


def refused(*files: Path) -> str:
    command = [str(PROJECT / ".venv/bin/check-jsonschema"), "--builtin-schema", "vendor.gitlab-ci", *map(str, files)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_every_file_is_what_gitlab_takes(tmp_path: Path) -> None:
    filled = tmp_path / "component.yml"
    filled.write_text(yaml.safe_dump(component().with_inputs(component().defaults())))
    head = tmp_path / "head.yml"
    head.write_text(COMPONENT.read_text(encoding="utf-8").split("\n---\n")[0])
    assert refused(filled, head, INCLUDE, EXAMPLE, ENFORCED) == ""
    filled.write_text(yaml.safe_dump({"policygate": {"script": ["true"], "artifacts": {"when": "sometimes"}}}))
    assert "sometimes" in refused(filled)


def test_the_component_and_the_include_are_in_step() -> None:
    inputs, plain = component().defaults(), load(INCLUDE)
    variables = {name: str(value) for name, value in plain["variables"].items()}
    named = {f"POLICYGATE_{name.upper()}": str(value) for name, value in inputs.items() if name not in OF_THE_JOB}
    assert named == variables
    assert {name: inputs[name] for name in OF_THE_JOB} == OF_THE_JOB
    (job,), (name,) = component().with_inputs(inputs).values(), component().with_inputs(inputs)
    ours, theirs = dict(job), dict(plain["policygate"])
    given = {name: value for name, value in ours["variables"].items() if name.startswith("POLICYGATE_")}
    assert {name: str(value) for name, value in given.items()} == {
        name: value for name, value in variables.items() if name not in {"POLICYGATE_IMAGE", "POLICYGATE_RUN_ON"}
    }
    ours["variables"] = {name: value for name, value in ours["variables"].items() if name not in given}
    theirs["image"] = variables["POLICYGATE_IMAGE"]
    theirs["rules"] = json.loads(json.dumps(theirs["rules"]).replace("$POLICYGATE_RUN_ON", '\\"everything\\"'))
    assert (name, ours) == ("policygate", theirs)


def test_inputs_reach_the_shell_as_variables_only() -> None:
    """Each is described and has a default; none is pasted into a script, where it could be code."""
    inputs, template = component()
    assert [name for name, given in inputs.items() if not given.get("description") or "default" not in given] == []
    assert "inputs." not in template.partition("script:")[2]
    assert set(re.findall(r"inputs\.(\w+)", template)) == set(inputs)


def test_the_version_is_this_one() -> None:
    assert component().defaults()["version"] == __version__
    assert load(INCLUDE)["variables"]["POLICYGATE_VERSION"] == __version__
    assert load(EXAMPLE)["include"][0]["component"].endswith(f"/policygate@{__version__}")


def test_the_policy_injects_the_enforced_job() -> None:
    (policy,) = load(POLICY)["pipeline_execution_policy"]
    (included,) = policy["content"]["include"]
    assert (ENFORCED.parent / included["file"]) == ENFORCED
    assert (policy["enabled"], policy["pipeline_config_strategy"]) == (True, "inject_policy")
    assert (policy["skip_ci"], policy["variables_override"]) == ({"allowed": False}, {"allowed": False})
    (job,) = load(ENFORCED).values()
    assert job["stage"] == ".pipeline-policy-pre"
    assert "POLICYGATE_" not in ENFORCED.read_text(encoding="utf-8")


PUSH, SCHEDULE = {"CI_PIPELINE_SOURCE": "push"}, {"CI_PIPELINE_SOURCE": "schedule"}
OF_A_MERGE_REQUEST = {"CI_PIPELINE_SOURCE": "merge_request_event"}


@pytest.mark.parametrize("way", WAYS)
def test_when_it_runs(way: str, merge_request: MakeRequest) -> None:
    pipelines = WAYS[way]({}), WAYS[way]({"run_on": "merge_requests"})
    root = merge_request(pipelines[0])
    subprocess.run(["git", "remote", "add", "gcl-origin", "https://gitlab.example/acme/shop.git"], cwd=root, check=True)

    def runs(pipeline: Mapping[str, str], variables: Mapping[str, str]) -> bool:
        (root / ".gitlab-ci.yml").write_text(pipeline[".gitlab-ci.yml"])
        given = [part for name, value in variables.items() for part in ("--variable", f"{name}={value}")]
        done = gitlab_ci_local(root, {}, "--list-csv", *given)
        assert done.returncode == 0, done.stderr
        return "\npolicygate;" in done.stdout

    on_main, on_topic = {"CI_COMMIT_BRANCH": "main"}, {"CI_COMMIT_BRANCH": "topic"}
    kinds = [OF_A_MERGE_REQUEST, PUSH | on_main, SCHEDULE | on_topic, PUSH | on_topic]
    assert [runs(pipelines[0], kind) for kind in kinds] == [True, True, True, False]
    assert [runs(pipelines[1], kind) for kind in kinds] == [True, False, False, False]


@pytest.mark.parametrize(
    ("ci", "file", "template"),
    [
        ("gitlab", ".gitlab-ci.yml", EXAMPLE),
        ("github", ".github/workflows/policygate.yml", PROJECT / "ci-templates/github/workflow.yml"),
    ],
)
def test_init_writes_the_pipeline(ci: str, file: str, template: Path, run: Run, tmp_path: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert (run("init", tmp_path, "--ci", ci, "--stdout").stdout, list(tmp_path.iterdir())) == (text, [])
    done = run("init", tmp_path, "--ci", ci)
    assert (done.returncode, done.stdout, (tmp_path / file).read_text(encoding="utf-8")) == (0, "", text)
    assert not (tmp_path / "policygate.yaml").exists()
    (tmp_path / file).write_text("# ours\n")
    again = run("init", tmp_path, "--ci", ci)
    assert (again.returncode, again.stdout, "is already there" in again.stderr) == (0, text, True)
    assert (tmp_path / file).read_text() == "# ours\n"


def test_init_writes_through_no_link(run: Run, tmp_path: Path) -> None:
    root, outside = tmp_path / "checkout", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / ".github").symlink_to(outside)
    done = run("init", root, "--ci", "github")
    assert (done.returncode, "is a link" in done.stderr, list(outside.iterdir())) == (2, True, [])


def test_the_wheel_holds_the_pipelines(wheel: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(tmp_path)], check=True)
    code = "import sys; sys.path.insert(0, sys.argv[1]); import policygate; from policygate.scaffold import *"
    code += "\nassert policygate.__file__.startswith(sys.argv[1])"
    code += "\nsys.stdout.write(render_pipeline('gitlab') + render_pipeline('github'))"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, capture_output=True, text=True)
    workflow = (PROJECT / "ci-templates/github/workflow.yml").read_text(encoding="utf-8")
    assert done.stdout == EXAMPLE.read_text(encoding="utf-8") + workflow
