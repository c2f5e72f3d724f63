"""go.mod (https://go.dev/ref/mod#go-mod-file), as the parser of the go command understands it."""

import posixpath
from typing import Any

from policygate.facts.go.directive import Directive, RefusedError, directives
from policygate.facts.go.grammar import BLOCKS, DIRECTIVES, ONCE, ModuleLine, parse_directive
from policygate.facts.go.mod_file import parse_mod_file
from policygate.facts.model import FileFacts, GoVersion, Module, Problem
from policygate.location import At, Fact, Position, Text


def read(path: str, data: bytes) -> FileFacts:
    """The module of a go.mod, with all that is wrong about the file.

    Where the syntax is broken that is the only problem, and the module holds what stands before it. A directive that go
    refuses leaves a problem, and its fact as far as it can be understood.
    """
    text = Text(path, data)
    syntax = parse_mod_file(text.text)
    lines = _Lines(text)
    for statement in syntax.statements:
        try:
            for directive in directives(statement, BLOCKS):
                lines.add(directive)
        except RefusedError as refused:
            lines.refuse(refused)
    problems = lines.problems
    if syntax.malformed:
        message, start, end = syntax.malformed
        problems = [Problem(message=message, at=text.at(start, end))]
    return FileFacts(modules=[_module(path, lines.facts)], problems=problems)


class _Lines:
    """The facts of one file by verb, in its order, and what go refuses."""

    def __init__(self, text: Text) -> None:
        self.facts: dict[str, list[Any]] = {verb: [] for verb in DIRECTIVES}
        self.problems: list[Problem] = []
        self._text = text

    def add(self, directive: Directive) -> None:
        verb = directive.verb.text
        if verb in ONCE and self.facts[verb]:
            self.refuse(RefusedError(f"a second `{verb}` line", *directive.words))
            return
        try:
            self._keep(verb, parse_directive(self._text.path, directive))
        except RefusedError as refused:
            self.refuse(refused)
            self._keep(verb, refused.fact)

    def refuse(self, refused: RefusedError) -> None:
        at = self._text.at(refused.start, refused.end)
        self.problems.append(Problem(message=refused.message, at=at))

    def _keep(self, verb: str, fact: Fact | None) -> None:
        if fact is not None:
            self.facts[verb].append(fact)


def _module(path: str, facts: dict[str, list[Any]]) -> Module:
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
