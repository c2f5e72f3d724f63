"""What `include` takes in, from the checkout alone (https://nginx.org/en/docs/ngx_core_module.html#include)."""

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import NamedTuple

from policygate.facts.files import Files
from policygate.facts.model import Problem, Unseen
from policygate.facts.nginx.statements import Parsed, Statement, parse
from policygate.facts.syntax.budget import Budget, TooLargeError
from policygate.location import Text
from policygate.redact import redact

_WORK = 50
"""What one directive counts of the work that a file may cause."""
_INCLUDED = 500
"""What a file counts each time that it is taken in."""
_LOOK = 4
"""What one name counts that a pattern is held against."""
_LONGEST_CHAIN = 30
_DEEPEST = 100
"""Blocks and includes within each other."""
_PARTS = frozenset({"conf.d", "sites-available", "sites-enabled", "snippets", "includes", "vhosts"})
"""Folders beside nginx.conf: what is written in them is meant from the folder above."""
_HOMES = ("/etc/nginx/", "/usr/local/etc/nginx/", "/usr/local/nginx/conf/", "/usr/local/openresty/nginx/conf/")
"""Where an image holds the folder of nginx.conf."""
_HARMLESS = frozenset(
    {"mime.types", "fastcgi.conf", "fastcgi-php.conf", "koi-utf", "koi-win", "win-utf", "options-ssl-nginx.conf"}
)
_HARMLESS_ENDS = ("_params", "/modules-enabled/*.conf", "/nginx/modules/*.conf")
"""What nginx and its packages bring along, which protects nothing and names no server."""


class Placed(NamedTuple):
    """A directive in the order nginx reads them; `parent` is the index of its block, -1 at the top."""

    statement: Statement
    parent: int


@dataclass
class Sources:
    """The files that one file is made of."""

    files: Files
    budget: Budget = field(default_factory=Budget)
    problems: list[Problem] = field(default_factory=list)
    unseen: list[Unseen] = field(default_factory=list)
    followed: dict[str, None] = field(default_factory=dict)
    _parsed: dict[str, Parsed] = field(default_factory=dict)
    _content: dict[str, bytes | None] = field(default_factory=dict)
    _named: dict[str, list[str]] = field(default_factory=dict)
    """The files that an `include` means, by what it says."""

    def parse(self, file: Text) -> Parsed:
        """What a file holds; when it is broken that is a problem.

        Raises: TooLargeError.
        """
        self.budget.spend(len(file.text))
        parsed = parse(file)
        if parsed.error:
            at = file.line_at(file.position(parsed.error.offset).line)
            self.problems.append(Problem(message=parsed.error.message, at=at))
        return parsed

    def placed(self, top: Sequence[Statement], path: str) -> Iterator[Placed]:
        """All directives; in place of an `include` what it takes in, or itself where a file is not here.

        Raises: TooLargeError.
        """
        count = 0
        waiting: list[tuple[Iterator[Statement], int, tuple[str, ...]]] = [(iter(top), -1, (path,))]
        while waiting:
            statements, parent, chain = waiting[-1]
            statement = next(statements, None)
            if statement is None:
                waiting.pop()
                continue
            self.budget.spend(_WORK + len(statement.words))
            if statement.name == "include" and statement.block is None and len(statement.words) == 2:
                inner = self._included(statement, chain)
                if inner is not None:
                    waiting += [(iter(parsed.top), parent, (*chain, name)) for name, parsed in reversed(inner)]
                    continue
            yield Placed(statement, parent)
            if statement.block is not None:
                waiting.append((iter(statement.block), count, chain))
            if len(waiting) > _DEEPEST:
                raise TooLargeError("the blocks are too deep once its includes are followed")
            count += 1

    def _included(self, statement: Statement, chain: tuple[str, ...]) -> list[tuple[str, Parsed]] | None:
        """What an include takes in; None when something of it is not here."""
        written = statement.args[0]
        if written not in self._named:
            self._named[written] = self._names(written, chain[0])
        names = self._named[written]
        if not names:
            if _is_harmless(written):
                return []
            self.unseen.append(Unseen(kind="file", what=redact(written), at=statement.at(1)))
            return None
        inner = []
        self.budget.spend(_INCLUDED * len(names))
        for name in names:
            if name in chain or len(chain) > _LONGEST_CHAIN:
                self.problems.append(Problem(message=f"`{redact(written)}` includes itself", at=statement.at(1)))
                continue
            self.followed[name] = None
            if name not in self._parsed:
                self._parsed[name] = self.parse(Text(name, self._read(name) or b""))
            inner.append((name, self._parsed[name]))
        return inner

    def _read(self, path: str) -> bytes | None:
        if path not in self._content:
            self._content[path] = self.files.read(path)
        return self._content[path]

    def _names(self, written: str, main: str) -> list[str]:
        """The files that an include means, sorted as nginx takes them."""
        home = posixpath.dirname(main)
        homes = [home, posixpath.dirname(home)] if posixpath.basename(home) in _PARTS else [home]
        for prefix in _HOMES:
            if written.startswith(prefix):
                written = written.removeprefix(prefix)
        if written.startswith(("/", "~")) or "$" in written:
            return []
        for folder in homes:
            path = posixpath.normpath(posixpath.join(folder, written))
            if names := self._matching(path):
                return names
        return []

    def _matching(self, pattern: str) -> list[str]:
        if pattern.startswith(".."):
            return []
        if not set(pattern) & set("*?["):
            return [pattern] if self._read(pattern) is not None else []
        self.budget.spend(_LOOK * len(self.files.paths))
        start, parts = pattern.partition("*")[0].partition("?")[0].partition("[")[0], pattern.split("/")
        near = (path for path in self.files.paths if path.startswith(start))
        names = (path for path in near if _all_match(path.split("/"), parts))
        return sorted(name for name in names if self._read(name) is not None)


def _all_match(names: Sequence[str], patterns: Sequence[str]) -> bool:
    """Whether each part of a path is meant; a `*` crosses no slash and means no hidden file."""
    return len(names) == len(patterns) and all(
        fnmatchcase(name, pattern) and (pattern.startswith(".") or not name.startswith("."))
        for name, pattern in zip(names, patterns, strict=True)
    )


def _is_harmless(written: str) -> bool:
    return posixpath.basename(written) in _HARMLESS or written.endswith(_HARMLESS_ENDS)
