"""go.mod (https://go.dev/ref/mod#go-mod-file), as the parser of the go command understands it."""

import posixpath
import re
from collections.abc import Callable, Sequence

from policygate.facts.go.mod_file import Block, Line, Word, parse_mod_file
from policygate.facts.go.module_path import canonical_version, check_path_major, split_path_version
from policygate.facts.go.string_literal import unquote
from policygate.facts.go.white_space import fields, trim
from policygate.facts.model import (
    Exclude,
    FileFacts,
    Godebug,
    GoVersion,
    Module,
    Named,
    Problem,
    Replace,
    Require,
    Retract,
)
from policygate.location import At, Position, Text
from policygate.redact import redact

_GO_VERSION = re.compile(r"[1-9][0-9]*+\.(?:0|[1-9][0-9]*+)(?:\.(?:0|[1-9][0-9]*+))?(?:[a-z]++[0-9]++)?")
_TOOLCHAIN = re.compile(r"default\Z|go1(?:\Z|\.)")
_DIRECTORY = re.compile(r"\.{1,2}(?:[/\\]|\Z)|[/\\]|[A-Za-z]:")
_ABSOLUTE = re.compile(r"/|[A-Za-z]:")
_DEPRECATED = re.compile(r"(?:\A|\n\n)Deprecated: *(.*?)(?:\Z|\n\n)", re.DOTALL)
_QUOTES = re.compile(r"[\"'`]")
_SHOWN = 60


def read(path: str, data: bytes) -> FileFacts:
    """The module of a go.mod, with all that is wrong about the file.

    Where the syntax is broken that is the only problem, and the module holds what stands before it; a directive that go
    refuses leaves a problem, and the fact as far as it can be understood.
    """
    text = Text(path, data)
    syntax = parse_mod_file(text.text)
    reader = _Reader(text)
    for statement in syntax.statements:
        reader.take(statement)
    problems = reader.problems
    if syntax.malformed:
        message, start, end = syntax.malformed
        problems = [Problem(message=message, at=text.at(start, end))]
    return FileFacts(modules=[reader.module()], problems=problems)


class _RefusedError(Exception):
    """A directive that go refuses, and the words that it refuses."""

    def __init__(self, message: str, *words: Word) -> None:
        super().__init__(message)
        self.message = message
        self.start, self.end = words[0].start, words[-1].end


class _Reader:
    """Gathers the directives of one file."""

    def __init__(self, text: Text) -> None:
        self.problems: list[Problem] = []
        self._text = text
        self._directory = posixpath.dirname(text.path) or "."
        self._module: tuple[str, str, At] | None = None
        self._versions: dict[str, GoVersion] = {}
        self._godebug: list[Godebug] = []
        self._requires: list[Require] = []
        self._excludes: list[Exclude] = []
        self._replaces: list[Replace] = []
        self._retracts: list[Retract] = []
        self._named: dict[str, list[Named]] = {"tool": [], "ignore": []}
        self._in_blocks: dict[str, Callable[[Word, list[Word], Line, Sequence[str]], None]] = {
            "module": self._read_module,
            "godebug": self._read_godebug,
            "require": self._read_require,
            "exclude": self._read_exclude,
            "replace": self._read_replace,
            "retract": self._read_retract,
            "tool": self._read_named,
            "ignore": self._read_named,
        }
        self._alone = {**self._in_blocks, "go": self._read_version, "toolchain": self._read_version}

    def take(self, statement: Line | Block) -> None:
        """Read one directive, or a block of them."""
        if isinstance(statement, Line):
            verb, *arguments = statement.row.words
            self._directive(self._alone, verb, arguments, statement, ())
            return
        verb = statement.keyword[0]
        if len(statement.keyword) > 1 or verb.text not in self._in_blocks:
            self._refuse(_RefusedError(f"{_shown(verb.text)} is no block of go.mod", *statement.keyword))
            return
        for line in statement.lines:
            self._directive(self._in_blocks, verb, line.row.words, line, statement.above)

    def module(self) -> Module:
        """The module of what was read."""
        beginning = Position(line=1, column=1)
        nothing = At(path=self._text.path, start=beginning, end=beginning, origin="absent")
        path, deprecated, at = self._module or ("", "", nothing)
        absent = GoVersion(exists=False, version="", at=at.standing_for("absent"))
        return Module(
            file=self._text.path,
            directory=self._directory,
            path=path,
            at=at,
            deprecated=deprecated,
            go=self._versions.get("go", absent),
            toolchain=self._versions.get("toolchain", absent),
            godebug=self._godebug,
            requires=self._requires,
            excludes=self._excludes,
            replaces=self._replaces,
            retracts=self._retracts,
            tools=self._named["tool"],
            ignores=self._named["ignore"],
        )

    def _directive(
        self,
        verbs: dict[str, Callable[[Word, list[Word], Line, Sequence[str]], None]],
        verb: Word,
        arguments: list[Word],
        line: Line,
        above_block: Sequence[str],
    ) -> None:
        read_verb = verbs.get(verb.text)
        try:
            if read_verb is None:
                raise _RefusedError(f"unknown directive {_shown(verb.text)}", verb)
            read_verb(verb, arguments, line, above_block)
        except _RefusedError as refused:
            self._refuse(refused)

    def _refuse(self, refused: _RefusedError) -> None:
        self.problems.append(Problem(message=refused.message, at=self._text.at(refused.start, refused.end)))

    def _at(self, line: Line, first: Word, last: Word) -> At:
        row = line.row
        return At(
            path=self._text.path,
            start=Position(line=row.number, column=first.start - row.start + 1),
            end=Position(line=row.number, column=last.end - row.start + 1),
            origin="text",
        )

    # ---- One directive each ----------------------------------------------------------------------------------------

    def _read_version(self, verb: Word, arguments: list[Word], line: Line, _: Sequence[str]) -> None:
        if verb.text in self._versions:
            raise _RefusedError(f"a second `{verb.text}` line", *line.row.words)
        word = _only(arguments, line, f"`{verb.text}` takes one version")
        form, example = (_GO_VERSION, "1.23.0") if verb.text == "go" else (_TOOLCHAIN, "go1.23.0")
        good = form.fullmatch(word.text) if verb.text == "go" else form.match(word.text)
        if not good:
            raise _RefusedError(f"{_shown(word.text)} is no {verb.text} version such as {example}", word)
        self._versions[verb.text] = GoVersion(exists=True, version=word.text, at=self._at(line, word, word))

    def _read_module(self, _: Word, arguments: list[Word], line: Line, above_block: Sequence[str]) -> None:
        if self._module is not None:
            raise _RefusedError("a second `module` line", *line.row.words)
        word = _only(arguments, line, "`module` takes one module path")
        path = _string(word)
        deprecated = _DEPRECATED.search(_comment(line, above_block))
        self._module = (_public(path), redact(deprecated.group(1)) if deprecated else "", self._at(line, word, word))

    def _read_godebug(self, _: Word, arguments: list[Word], line: Line, __: Sequence[str]) -> None:
        usage = "`godebug` takes one setting `key=value`"
        word = _only(arguments, line, usage)
        key, equals, value = word.text.partition("=")
        if not equals or _QUOTES.search(word.text):
            raise _RefusedError(usage, word)
        self._godebug.append(Godebug(key=key, value=value, at=self._at(line, word, word)))

    def _read_require(self, verb: Word, arguments: list[Word], line: Line, _: Sequence[str]) -> None:
        path, version, problem = _requirement(verb, arguments, line)
        at = self._at(line, arguments[0], arguments[1])
        self._requires.append(Require(path=path, version=version, indirect=_is_indirect(line), at=at))
        if problem:
            raise problem

    def _read_exclude(self, verb: Word, arguments: list[Word], line: Line, _: Sequence[str]) -> None:
        path, version, problem = _requirement(verb, arguments, line)
        self._excludes.append(Exclude(path=path, version=version, at=self._at(line, arguments[0], arguments[1])))
        if problem:
            raise problem

    def _read_replace(self, verb: Word, arguments: list[Word], line: Line, _: Sequence[str]) -> None:
        old, new = _sides(arguments, line)
        old_path = _string(old[0])
        old_version, problem = _fitting_version(old_path, old[1]) if len(old) > 1 else ("", _suffix_problem(old))
        new_path = _string(new[0])
        new_version, target_problem = _target_version(new_path, new)
        local = _DIRECTORY.match(new_path) is not None
        self._replaces.append(
            Replace(
                old_path=_public(old_path),
                old_version=old_version,
                new_path=_public(new_path),
                new_version=new_version,
                local=local,
                directory=self._inside(new_path) if local else "",
                at=self._at(line, arguments[0], arguments[-1]),
                target_at=self._at(line, new[0], new[-1]),
            )
        )
        if problem or target_problem:
            raise problem or target_problem or AssertionError

    def _read_retract(self, _: Word, arguments: list[Word], line: Line, above_block: Sequence[str]) -> None:
        texts = [word.text for word in arguments]
        interval = texts[:1] == ["["]
        if interval and not (texts[2:3] == [","] and texts[4:5] == ["]"]):
            raise _RefusedError("an interval is written `[v1.0.0, v1.1.0]`", *arguments)
        if not arguments or texts[0] == "(":
            raise _RefusedError("`retract` takes a version or an interval", *line.row.words)
        bounds = [arguments[1], arguments[3]] if interval else [arguments[0], arguments[0]]
        low, high = map(_string, bounds)
        surplus = arguments[5 if interval else 1 :]
        if surplus:
            raise _RefusedError("nothing may follow the retracted versions", *surplus)
        rationale = redact(_comment(line, above_block))
        at = self._at(line, arguments[0], arguments[-1])
        self._retracts.append(Retract(low=low, high=high, rationale=rationale, at=at))

    def _read_named(self, verb: Word, arguments: list[Word], line: Line, _: Sequence[str]) -> None:
        word = _only(arguments, line, f"`{verb.text}` takes one path")
        self._named[verb.text].append(Named(path=_public(_string(word)), at=self._at(line, word, word)))

    def _inside(self, target: str) -> str:
        """The target of a replacement from the root of the checkout; empty when it is absolute or leads outside."""
        path = target.replace("\\", "/")
        if _ABSOLUTE.match(path):
            return ""
        joined = posixpath.normpath(posixpath.join(self._directory, path))
        return "" if joined == ".." or joined.startswith("../") else joined
