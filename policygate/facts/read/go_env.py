"""Files of `go env -w` and of `$GOROOT/go.env` (https://pkg.go.dev/cmd/go#hdr-Environment_variables)."""

from policygate.facts.model import FileFacts, Place, Problem
from policygate.facts.syntax.go_env_file import assignments_of
from policygate.location import Text

MAX_CHARACTERS = 1_000_000


def read(path: str, data: bytes) -> FileFacts:
    """One place for the file, when it names a Go variable; the last line of a variable is the strongest.

    Lines that name a variable and that the go command does not take for a setting are assignments that are `ignored`.
    """
    file = Text(path, data)
    if len(file.text) > MAX_CHARACTERS:
        return FileFacts(problems=[Problem(message="too large to read as a go/env file", at=file.line_at(1))])
    kept = assignments_of(file)
    place = Place(
        id=path,
        kind="go_env_file",
        name=path.rpartition("/")[2],
        at=file.line_at(1),
        directory=".",
        assignments=kept,
        commands=[],
    )
    return FileFacts(places=[place] if kept else [])
