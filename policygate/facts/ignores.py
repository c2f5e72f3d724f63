"""Inline ignores: comments `policygate:ignore[RULE] until=YYYY-MM-DD reason` in the files that the gate reads."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from posixpath import basename

from policygate.location import At, Position

MAX_IGNORES = 1000
"""Of one file; more are not read."""
MAX_LENGTH = 1000
"""Characters of one comment, from the word on."""

_WORD = "policygate:ignore"
_FORM = "write `policygate:ignore[RULE] until=YYYY-MM-DD reason`"
_COMMENT = {mark: re.compile(rf"(?<!\S){mark}[ \t]*(?={_WORD}(?![\w-]))") for mark in ("//", "#")}
_CODE = {mark: re.compile(rf"^[ \t\r]*+(?!{mark}|\n|\Z)", re.MULTILINE) for mark in ("//", "#")}
_SLASHES = frozenset({"go.mod", "go.work", "devcontainer.json", ".devcontainer.json"})
_WITHOUT = frozenset({"go.sum", "go.work.sum", "modules.txt"})
"""Formats without comments."""
_PARTS = re.compile(rf"{_WORD}(?:\[(?P<rule>[^\]]*)\])?(?:[ \t]+until=(?P<until>\S*))?(?P<reason>.*)")
_RULE = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_]+)+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Ignore:
    """One comment."""

    rule: str
    until: str
    """The last day that it holds, `YYYY-MM-DD`."""
    reason: str
    line: int
    """The line that it covers; 0 when there is none."""
    at: At
    fault: str = ""
    """Why it suppresses nothing; empty when it is in order."""

    @property
    def words(self) -> tuple[str, str, str]:
        """What was agreed to: rule, day, reason."""
        return self.rule, self.until, self.reason


def read_ignores(path: str, data: bytes) -> tuple[Ignore, ...]:
    """The ignores of a file, in order; one covers its own line if something stands before it, else the next code."""
    if _WORD.encode() not in data or basename(path) in _WITHOUT:
        return ()
    return tuple(_Reading(path, data).ignores())


def parse_day(text: str) -> date:
    """The day of a text such as `2026-11-30`.

    Raises:
        ValueError: it has another form, or there is no such day.
    """
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError("is no date like `2026-11-30`")


class _Reading:
    """One pass through a file, from one comment to the next; lines are counted on the way."""

    def __init__(self, path: str, data: bytes) -> None:
        self._path = path
        self._text = data.decode("utf-8", "replace")
        self._mark = "//" if basename(path) in _SLASHES else "#"
        self._needs_own_line = basename(path) == "go.env" or f"/{path}".endswith("/go/env")
        """Whether what stands behind a value is a part of it, and no comment."""
        self._offset, self._line = 0, 1
        self._code_offset, self._code_line = -1, 0

    def ignores(self) -> Iterator[Ignore]:
        found = islice(_COMMENT[self._mark].finditer(self._text), MAX_IGNORES + 1)
        spans = [(comment.start(), comment.end()) for comment in found]
        for index, (start, word) in enumerate(spans):
            self._advance(start)
            line_start = self._text.rfind("\n", 0, start) + 1
            line_end = self._end_of_line(start)
            next_start = spans[index + 1][0] if index + 1 < len(spans) else line_end
            text = self._text[word : min(line_end, next_start, word + MAX_LENGTH + 1)].rstrip()
            before = self._text[line_start:start].strip()
            trailing = bool(before) and not before.startswith(self._mark)
            covered = self._line if trailing else self._code_after(line_end)
            fault = f"is one of more than {MAX_IGNORES} in a file" if index == MAX_IGNORES else ""
            if trailing and self._needs_own_line:
                fault = fault or "is a part of the value here: put the comment on a line of its own above"
            at = self._at(start - line_start + 1, word + len(text) - line_start + 1)
            yield _understood(text, covered, at, fault)

    def _advance(self, offset: int) -> None:
        self._line += self._text.count("\n", self._offset, offset)
        self._offset = offset

    def _code_after(self, end: int) -> int:
        """The first line below that is neither blank nor a comment only; 0 without one."""
        if end >= self._code_offset:
            code = _CODE[self._mark].search(self._text, end + 1)
            self._code_offset = code.start() if code else len(self._text) + 1
            self._code_line = self._line + self._text.count("\n", self._offset, self._code_offset) if code else 0
        return self._code_line

    def _end_of_line(self, offset: int) -> int:
        end = self._text.find("\n", offset)
        return len(self._text) if end < 0 else end

    def _at(self, first: int, last: int) -> At:
        start, end = (Position(line=self._line, column=column) for column in (first, last))
        return At(path=self._path, start=start, end=end, origin="text")


def _understood(text: str, covered: int, at: At, fault: str) -> Ignore:
    parts = _PARTS.match(text)
    rule, until, reason = ((parts[name] or "").strip() if parts else "" for name in ("rule", "until", "reason"))
    unless = fault or _fault(text, rule, until, reason) or ("" if covered else "covers nothing: no code follows it")
    return Ignore(rule, until, reason, covered, at, unless)


def _fault(text: str, rule: str, until: str, reason: str) -> str:
    if len(text) > MAX_LENGTH:
        return f"is longer than {MAX_LENGTH} characters"
    if not _RULE.fullmatch(rule):
        return f"names no single rule: {_FORM}"
    if not until:
        return f"has no last day: {_FORM}"
    try:
        parse_day(until)
    except ValueError as error:
        return f"`until` {error}"
    return "" if reason else f"has no reason: {_FORM}"
