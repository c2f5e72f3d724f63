"""The directives of a go.mod or go.work, with all that go refuses (https://go.dev/ref/mod#go-mod-file-grammar)."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from policygate.facts.go.directive import Directive, RefusedError, directives, shown
from policygate.facts.go.mod_file import parse_mod_file
from policygate.facts.model import Problem
from policygate.location import Fact, Text

MAX_LINES = 50_000
"""Many times what the largest go.mod has; all that is larger would only cost time."""


class Grammar(NamedTuple):
    """What may stand in a file."""

    file: str
    """Its name, for messages: `go.mod`."""
    directives: Mapping[str, Callable[[str, Directive], Fact]]
    """How each verb is parsed."""
    blocks: frozenset[str]
    """The verbs that may stand before a block."""
    once: frozenset[str]
    """The verbs that a file may have one line of."""


class Manifest(NamedTuple):
    """The facts of one file by verb, in its order, and what go refuses."""

    facts: Mapping[str, list[Any]]
    problems: list[Problem]


def parse_manifest(text: Text, grammar: Grammar) -> Manifest:
    """Take a file apart, with all that is wrong about it.

    Where the syntax is broken that is the only problem, and the facts are those before it. A directive that go refuses
    leaves a problem, and its fact as far as it can be understood. A file of more than `MAX_LINES` is not read.
    """
    if text.text.count("\n") > MAX_LINES:
        problem = Problem(message=f"more than {MAX_LINES:,} lines are not read", at=text.line_at(1))
        return Manifest({verb: [] for verb in grammar.directives}, [problem])
    syntax = parse_mod_file(text.text)
    lines = _Lines(text, grammar)
    for statement in syntax.statements:
        try:
            for directive in directives(statement, grammar.blocks, grammar.file):
                lines.add(directive)
        except RefusedError as refused:
            lines.refuse(refused)
    if syntax.malformed:
        message, start, end = syntax.malformed
        return Manifest(lines.facts, [Problem(message=message, at=text.at(start, end))])
    return Manifest(lines.facts, lines.problems)


class _Lines:
    """The facts and the problems so far."""

    def __init__(self, text: Text, grammar: Grammar) -> None:
        self.facts: dict[str, list[Any]] = {verb: [] for verb in grammar.directives}
        self.problems: list[Problem] = []
        self._text = text
        self._grammar = grammar

    def add(self, directive: Directive) -> None:
        verb = directive.verb.text
        if verb in self._grammar.once and self.facts[verb]:
            self.refuse(RefusedError(f"a second `{verb}` line", *directive.words))
            return
        parse = self._grammar.directives.get(verb)
        if parse is None:
            self.refuse(RefusedError(f"unknown directive {shown(directive.verb)}", directive.verb))
            return
        try:
            self._keep(verb, parse(self._text.path, directive))
        except RefusedError as refused:
            self.refuse(refused)
            self._keep(verb, refused.fact)

    def refuse(self, refused: RefusedError) -> None:
        at = self._text.at(refused.start, refused.end)
        self.problems.append(Problem(message=refused.message, at=at))

    def _keep(self, verb: str, fact: Fact | None) -> None:
        if fact is not None:
            self.facts[verb].append(fact)
