"""How git is run on a checkout whose author is not trusted: nothing that it names is executed, nobody is asked."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from policygate.errors import CheckoutError

_SETTINGS: Mapping[str, str] = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "core.sshCommand": "false",
    "credential.helper": "",
    "protocol.allow": "never",
    "submodule.recurse": "false",
}
"""Settings under which git runs nothing that a repository names, and asks nobody."""


def repository_of(root: Path) -> Path | None:
    """The nearest folder that git keeps, from a folder upwards."""
    return next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), None)


def git_command(root: Path, repository: Path) -> list[str]:
    """The start of a git command in a repository, which is trusted to be read whoever owns it.

    Raises:
        CheckoutError: there is no git.
    """
    settings = {**_SETTINGS, "safe.directory": str(repository)}
    return [program(root), *(part for key, value in settings.items() for part in ("-c", f"{key}={value}"))]


def program(root: Path) -> str:
    """The git on the PATH, but none that the checkout brings along.

    Raises:
        CheckoutError: there is none.
    """
    folders = [folder for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if Path(folder).is_absolute()]
    outside = [folder for folder in folders if not Path(folder).resolve().is_relative_to(root)]
    found = shutil.which("git", path=os.pathsep.join(outside))
    if found is None:
        raise CheckoutError("the checkout is a git repository, and there is no `git` on the PATH", "install git")
    return found


def clean_environment() -> dict[str, str]:
    """The caller's environment without what would point git elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
