"""The directives of go.mod, one by one: what each says, or why go refuses it (https://go.dev/ref/mod#go-mod-file-grammar)."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from policygate.facts.go.mod_file import Block, Line, Row, Word
from policygate.facts.go.module_path import canonical_version, check_path_major, split_path_version
from policygate.facts.go.replace_target import directory_in_checkout, is_directory
from policygate.facts.go.string_literal import unquote
from policygate.facts.go.white_space import fields, trim
from policygate.facts.model import Exclude, Godebug, GoVersion, Named, Replace, Require, Retract
from policygate.location import At, Fact, Position
from policygate.redact import redact

_GO = re.compile(r"[1-9][0-9]*+\.(?:0|[1-9][0-9]*+)(?:\.(?:0|[1-9][0-9]*+))?(?:[a-z]++[0-9]++)?\Z")
_TOOLCHAIN = re.compile(r"default\Z|go1(?:\Z|\.)")
_DEPRECATED = re.compile(r"(?:\A|\n\n)Deprecated: *(.*?)(?:\Z|\n\n)", re.DOTALL)
_QUOTES = re.compile(r"[\"'`]")
_SHOWN = 60


class Directive(NamedTuple):
    """One directive, in a block or not."""

    verb: Word
    arguments: list[Word]
    row: Row
    above: list[str]
    """The comments that describe it: those above it, or those above its block where it has none itself."""

    @property
    def words(self) -> list[Word]:
        """The arguments; the verb where there is none."""
        return self.arguments or [self.verb]

    @property
    def comment(self) -> str:
        """The text of its comments, above and behind it, by line."""
        comments = [*self.above, self.row.comment or ""]
        return "\n".join(trim(comment[2:]) for comment in comments if comment)

    def at(self, file: str, first: Word, last: Word) -> At:
        """The span of some of its words."""
        before = self.row.start - 1
        return At(
            path=file,
            start=Position(line=self.row.number, column=first.start - before),
            end=Position(line=self.row.number, column=last.end - before),
            origin="text",
        )


class RefusedError(Exception):
    """go refuses a directive: why, for which words, and what it says none the less."""

    def __init__(self, message: str, *words: Word, fact: Fact | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.start, self.end = words[0].start, words[-1].end
        self.fact = fact


class ModuleLine(Fact):
    """A `module` line."""

    path: str
    deprecated: str
    at: At


def directives(statement: Line | Block) -> Iterator[Directive]:
    """The directives of a statement.

    Raises:
        RefusedError: the block is none of go.mod's.
    """
    if isinstance(statement, Line):
        row = statement.row
        yield Directive(row.words[0], row.words[1:], row, statement.above)
        return
    verb, *surplus = statement.keyword
    if surplus or verb.text not in BLOCKS:
        raise RefusedError(f"{_shown(verb)} is not followed by a block in go.mod", *statement.keyword)
    for line in statement.lines:
        above = statement.above if not line.above and line.row.comment is None else line.above
        yield Directive(verb, line.row.words, line.row, above)


def parse_directive(file: str, directive: Directive) -> Fact:
    """What a directive of the go.mod `file` says, as the fact of its verb.

    Raises:
        RefusedError: go refuses it.
    """
    parse = DIRECTIVES.get(directive.verb.text)
    if parse is None:
        raise RefusedError(f"unknown directive {_shown(directive.verb)}", directive.verb)
    return parse(file, directive)


def _module(file: str, directive: Directive) -> ModuleLine:
    word = _only(directive, "`module` takes one module path")
    deprecated = _DEPRECATED.search(directive.comment)
    message = redact(deprecated.group(1)) if deprecated else ""
    return ModuleLine(path=_string(word), deprecated=message, at=directive.at(file, word, word))


def _go(file: str, directive: Directive) -> GoVersion:
    word = _only(directive, "`go` takes one version")
    if not _GO.match(word.text):
        raise RefusedError(f"{_shown(word)} is no Go version such as `1.23.0`", word)
    return GoVersion(exists=True, version=word.text, at=directive.at(file, word, word))


def _toolchain(file: str, directive: Directive) -> GoVersion:
    word = _only(directive, "`toolchain` takes one name")
    if not _TOOLCHAIN.match(word.text):
        raise RefusedError(f"{_shown(word)} is neither `default` nor a toolchain such as `go1.23.0`", word)
    return GoVersion(exists=True, version=word.text, at=directive.at(file, word, word))


def _godebug(file: str, directive: Directive) -> Godebug:
    usage = "`godebug` takes one setting, `key=value`"
    word = _only(directive, usage)
    key, equals, value = word.text.partition("=")
    if not equals or word.text == "," or _QUOTES.search(word.text):
        raise RefusedError(usage, word)
    return Godebug(key=key, value=value, at=directive.at(file, word, word))


def _require(file: str, directive: Directive) -> Require:
    path, version, problem = _path_and_version(directive)
    at = directive.at(file, *directive.arguments)
    fact = Require(path=path, version=version, indirect=_is_indirect(directive.row.comment), at=at)
    return _checked(fact, problem, directive)


def _exclude(file: str, directive: Directive) -> Exclude:
    path, version, problem = _path_and_version(directive)
    fact = Exclude(path=path, version=version, at=directive.at(file, *directive.arguments))
    return _checked(fact, problem, directive)
