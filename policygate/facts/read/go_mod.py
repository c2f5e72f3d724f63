"""go.mod (https://go.dev/ref/mod#go-mod-file), as the parser of the go command understands it."""

import posixpath
from collections.abc import Mapping
from typing import Any

from policygate.facts.go.grammar import GO_MOD, ModuleLine
from policygate.facts.go.manifest import parse_manifest
from policygate.facts.model import FileFacts, GoVersion, Module
from policygate.location import At, Position, Text


def read(path: str, data: bytes) -> FileFacts:
    """The module of a go.mod, with all that is wrong about the file."""
    manifest = parse_manifest(Text(path, data), GO_MOD)
    return FileFacts(modules=[_module(path, manifest.facts)], problems=manifest.problems)


def _module(path: str, facts: Mapping[str, list[Any]]) -> Module:
    beginning = Position(line=1, column=1)
    nowhere = At(path=path, start=beginning, end=beginning, origin="absent")
    line = next(iter(facts["module"]), ModuleLine(path="", deprecated="", at=nowhere))
    unset = [GoVersion(exists=False, version="", at=line.at.standing_for("absent"))]
    return Module(
        file=path,
        directory=posixpath.dirname(path) or ".",
        path=line.path,
        at=line.at,
        deprecated=line.deprecated,
        go=(facts["go"] or unset)[0],
        toolchain=(facts["toolchain"] or unset)[0],
        godebug=facts["godebug"],
        requires=facts["require"],
        excludes=facts["exclude"],
        replaces=facts["replace"],
        retracts=facts["retract"],
        tools=facts["tool"],
        ignores=facts["ignore"],
    )
