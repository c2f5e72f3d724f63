"""go.work (https://go.dev/ref/mod#go-work-file), as the parser of the go command understands it."""

import posixpath

from policygate.facts.go.grammar import GO_WORK
from policygate.facts.go.manifest import parse_manifest
from policygate.facts.model import FileFacts, GoVersion, Work
from policygate.location import At, Position, Text


def read(path: str, data: bytes) -> FileFacts:
    """The workspace of a go.work, with all that is wrong about the file."""
    facts, problems = parse_manifest(Text(path, data), GO_WORK)
    beginning = Position(line=1, column=1)
    unset = GoVersion(exists=False, version="", at=At(path=path, start=beginning, end=beginning, origin="absent"))
    go = next(iter(facts["go"]), unset)
    work = Work(
        file=path,
        directory=posixpath.dirname(path) or ".",
        at=go.at,
        go=go,
        toolchain=next(iter(facts["toolchain"]), unset),
        godebug=facts["godebug"],
        uses=facts["use"],
        replaces=facts["replace"],
    )
    return FileFacts(works=[work], problems=problems)
