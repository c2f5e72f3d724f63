"""GitHub workflows, run for real by act: what a `go` on the PATH receives is what the reader says.

Left out is where act is not GitHub: it leaves `True`, `1.50` and `0x10` in `env` as they are written, takes the names
of inputs by their letter case, and lets the later steps of an action see what its earlier ones wrote to $GITHUB_ENV.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from policygate.facts.files import Files
from policygate.facts.model import FileFacts
from policygate.facts.read.github_workflow import read

Run = tuple[list[str], str, dict[str, str]]
Hold = Callable[[str, FileFacts, list[Run]], None]
Projects = Callable[[str], dict[str, dict[str, str]]]
ACT = Path(__file__).parents[3] / ".tools/act-0.2.89"
ROOT = ".github/workflows/ci.yml"
PROJECTS = [
    "levels",
    "what steps leave behind",
    "expressions",
    "shells",
    "composite actions",
    "reusable workflows",
]


@pytest.mark.parametrize("name", PROJECTS)
def test_go_receives_what_the_runner_gives_it(
    name: str, projects: Projects, repository: Callable[..., Path], go_runs: Callable[..., list[Run]], hold: Hold
) -> None:
    table = projects("github_workflow_runs.txt")
    assert list(table) == PROJECTS
    root = repository(table[name])
    command = [ACT, "push", "-P", "ubuntu-latest=-self-hosted", "--no-cache-server", "-W", root / ROOT, "-C", root]
    runs = go_runs(command, root.parent)
    files = {path: text.encode() for path, text in table[name].items()}
    hold("environment, github job", read(ROOT, files[ROOT], Files(sorted(files), files.get)), runs)
