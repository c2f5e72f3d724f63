"""Shell scripts and `.envrc` (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html)."""

from pathlib import PurePosixPath

from policygate.facts.model import FileFacts, Place
from policygate.facts.syntax.shell import read_script
from policygate.facts.syntax.snippet import Snippet
from policygate.location import Text


def read(path: str, data: bytes) -> FileFacts:
    """One place for the script, when it sets a Go variable or runs go.

    A script is taken to start at the root of the checkout, where CI starts it; an `.envrc` in its own folder.
    """
    file = Text(path, data)
    name = PurePosixPath(path).name
    directory = PurePosixPath(path).parent.as_posix() if name == ".envrc" else "."
    script = read_script(Snippet.whole(file), scope="script", directory=directory)
    assignments = [*script.assignments, *script.written]
    places = [
        Place(
            id=path,
            kind="shell",
            name=name,
            at=file.line_at(1),
            directory=directory,
            assignments=assignments,
            commands=list(script.commands),
        )
    ]
    return FileFacts(places=places if assignments or script.commands else [], problems=list(script.problems))
