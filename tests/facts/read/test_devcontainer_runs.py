"""Development containers, run for real by their own command line: what a `go` in it receives is what the reader says.

In the place of docker stands a program for which a container is a process with the container's environment.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from policygate.facts.model import FileFacts
from policygate.facts.read.devcontainer import read

Run = tuple[list[str], str, dict[str, str]]
Hold = Callable[[str, FileFacts, list[Run]], None]
Projects = Callable[[str], dict[str, dict[str, str]]]
DEVCONTAINER = Path(__file__).parents[3] / ".tools/npm/devcontainers/node_modules/.bin/devcontainer"
PROJECTS = [
    "both environments",
    "a variable that is taken away",
    "references to the caller's variables",
    "references to the container's variables",
    "commands",
    "strings",
    "nothing but what is unset",
]

DOCKER = f"""#!{sys.executable}
import json, os, sys
container = json.load(open(os.path.dirname(sys.argv[0]) + "/container.json"))
action, *rest = sys.argv[1:]
if action == "inspect":
    print(json.dumps([container]))
elif action == "exec":
    environment = dict(entry.split("=", 1) for entry in container["Config"]["Env"])
    while rest[0].startswith("-"):
        option = rest.pop(0)
        if option == "-e":
            environment.update([rest.pop(0).split("=", 1)])
        elif option in ("-u", "-w"):
            rest.pop(0)
    os.execvpe(rest[1], rest[1:], environment)
"""


def write_container(tools: Path, environment: dict[str, str]) -> None:
    variables = [f"{name}={value}" for name, value in environment.items()]
    container = {
        "Id": "made",
        "Created": "2026-01-01T00:00:00Z",
        "State": {"Status": "running", "StartedAt": "2026-01-01T00:00:00Z"},
        "Config": {"Image": "golang", "User": "root", "Labels": {}, "Env": variables},
        "Mounts": [],
        "NetworkSettings": {"Ports": {}},
    }
    (tools / "container.json").write_text(json.dumps(container))


@pytest.mark.parametrize("name", PROJECTS)
def test_go_receives_what_the_container_gives_it(
    name: str, projects: Projects, repository: Callable[..., Path], go_runs: Callable[..., list[Run]], hold: Hold
) -> None:
    table = projects("devcontainer_runs.txt")
    assert list(table) == PROJECTS
    root = repository(table[name])
    tools = root.parent / "bin"
    (tools / "docker").write_text(DOCKER)
    (tools / "docker").chmod(0o755)
    write_container(tools, {})
    common = ["--workspace-folder", str(root), "--docker-path", str(tools / "docker")]
    environment = {"PATH": os.environ["PATH"], "HOME": str(root.parent)}
    said = subprocess.run(
        [DEVCONTAINER, "read-configuration", *common], env=environment, check=True, capture_output=True, text=True
    )
    own = json.loads(said.stdout)["configuration"].get("containerEnv", {})
    write_container(tools, {"PATH": f"{tools}:/usr/bin:/bin", **own})
    inside = ["--container-id", "made", "--default-user-env-probe", "none", "--container-data-folder", str(tools)]
    runs = go_runs([DEVCONTAINER, "run-user-commands", *common, *inside], root, {"PATH": os.environ["PATH"]})
    ((path, text),) = table[name].items()
    hold("environment, devcontainer", read(path, text.encode()), runs)
