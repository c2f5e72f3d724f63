import re
from collections.abc import Callable
from pathlib import Path

import pytest

from policygate.facts.model import Assignment, GoCommand
from policygate.facts.syntax.shell import Script, read_script
from policygate.facts.syntax.snippet import Snippet
from policygate.location import Text, nowhere

Run = tuple[list[str], str, dict[str, str]]

_TABLE = (Path(__file__).parent / "shell_scripts.txt").read_text(encoding="utf-8")
SCRIPTS = dict(re.findall(r"^### (.*)\n((?:(?!### ).*\n)*)", _TABLE, re.MULTILINE))
OUTER = Assignment(name="GOINSECURE", value="outer.example", at=nowhere("environment"), scope="outer")


def read(text: str, path: str = "build.sh") -> Script:
    snippet = Snippet.whole(Text(path, text.encode()))
    return read_script(snippet, scope="script", directory=".", carried=[OUTER], exported=frozenset({"GOINSECURE"}))


def as_run(command: GoCommand) -> Run:
    effective: dict[str, str] = {}
    for assignment in command.assignments:
        effective.setdefault(assignment.name, assignment.value)
    return command.arguments, command.directory, {name: value for name, value in effective.items() if value}


@pytest.mark.parametrize(
    ("shell", "name"),
    [(shell, name) for name in SCRIPTS for shell in ("bash", "sh") if shell == "bash" or not name.startswith("[bash]")],
)
def test_go_receives_what_the_shell_gives_it(
    shell: str, name: str, tmp_path: Path, go_runs: Callable[..., list[Run]]
) -> None:
    work = tmp_path / "work"
    (work / "sub" / "deeper").mkdir(parents=True)
    (work / "script").write_text(SCRIPTS[name], encoding="utf-8")
    runs = go_runs([shell, "script"], work, {"GOINSECURE": "outer.example"})
    assert runs
    assert [as_run(command) for command in read(SCRIPTS[name]).commands] == [
        (arguments, changed(arguments, directory), environment) for arguments, directory, environment in runs
    ]


def changed(arguments: list[str], directory: str) -> str:
    """The directory after `-C`, which the stand-in for go does not follow."""
    flag = arguments.index("-C") if "-C" in arguments else -1
    return (Path(directory) / arguments[flag + 1]).as_posix() if flag >= 0 else directory
