"""GitLab pipelines, run for real by gitlab-ci-local: what a `go` on the PATH receives is what the reader says.

Left out is where gitlab-ci-local is not GitLab: it reads YAML 1.2 and writes numbers as JavaScript does, so that `off`
is a string and `1.0` becomes `1`; it lets a key of a mapping hide what is merged below it; it knows neither
`workflow:rules` nor child pipelines.
"""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from policygate.facts.files import Files
from policygate.facts.model import FileFacts
from policygate.facts.read.gitlab_ci import read

Run = tuple[list[str], str, dict[str, str]]
Hold = Callable[[str, FileFacts, list[Run]], None]
Projects = Callable[[str], dict[str, dict[str, str]]]
GITLAB_CI_LOCAL = Path(__file__).parents[3] / ".tools/npm/gitlab-ci-local/node_modules/.bin/gitlab-ci-local"
ROOT = ".gitlab-ci.yml"
PROJECTS = [
    "variables of the pipeline and of jobs",
    "extends",
    "anchors",
    "references",
    "scripts",
    "a before_script at the top",
    "rules and matrices",
    "included files",
    "included files with inputs",
    "files that are included under rules",
]


@pytest.mark.parametrize("name", PROJECTS)
def test_go_receives_what_the_runner_gives_it(
    name: str, projects: Projects, repository: Callable[..., Path], go_runs: Callable[..., list[Run]], hold: Hold
) -> None:
    table = projects("gitlab_ci_runs.txt")
    assert list(table) == PROJECTS
    root = repository(table[name])
    subprocess.run(["git", "remote", "add", "origin", "git@gitlab.example:acme/app.git"], cwd=root, check=True)
    only_containers_need_copies = root.parent / "bin" / "rsync"
    only_containers_need_copies.write_text("#!/bin/sh\n")
    only_containers_need_copies.chmod(0o755)
    node = shutil.which("node")
    assert node
    runs = go_runs([node, GITLAB_CI_LOCAL, "--force-shell-executor", "--no-json-schema-validation"], root)
    files = {path: text.encode() for path, text in table[name].items()}
    hold("environment, gitlab job", read(ROOT, files[ROOT], Files(sorted(files), files.get)), runs)
