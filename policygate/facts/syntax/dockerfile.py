"""A Dockerfile as BuildKit splits it into instructions (https://docs.docker.com/reference/dockerfile/)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from policygate.facts.model import Problem
from policygate.facts.syntax.dockerfile_words import SPACE, WordError, expand, raw_words
from policygate.facts.syntax.snippet import Snippet
from policygate.location import At, Text
from policygate.redact import redact

MAX_CHARACTERS = 5_000_000
MAX_INSTRUCTIONS = 10_000
MAX_LINE = 65_535
"""Bytes of the longest line that BuildKit reads."""

INSTRUCTIONS = frozenset(
    {
        *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER"),
        *("ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
    }
)
_HEREDOCS = frozenset({"ADD", "COPY", "RUN"})
_DIRECTIVE = re.compile(r"#[\t\n\f\r ]*(?P<name>[a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(?P<value>.+)")
_DIRECTIVES = frozenset({"syntax", "check", "escape"})
_GAP = re.compile(r"[\t\v\f\r ]+")
_HEREDOC = re.compile(r"\d*<<(?P<chomp>-?)[\t\n\f\r ]*(?P<word>[^<]+)")
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True)
class Heredoc:
    """A document inside the file, for the instruction in front of it."""

    name: str
    chomp: bool
    """Whether the tabs that its lines begin with are dropped: `<<-`."""
    content: Snippet
    """Its lines as the instruction has them, each with its line break."""


@dataclass(frozen=True)
class Instruction:
    """One instruction, its lines joined."""

    name: str
    """In capitals."""
    at: At
    """The word."""
    flags: tuple[str, ...]
    arguments: Snippet
    """What follows the flags, without the white space around it."""
    line: int
    end_line: int
    heredocs: tuple[Heredoc, ...] = ()
    on_build: bool = False
    """Whether it waits behind an ONBUILD."""


@dataclass(frozen=True)
class Dockerfile:
    """The instructions of a file, and the parts that BuildKit refuses."""

    instructions: tuple[Instruction, ...]
    escape: str
    problems: tuple[Problem, ...]


def split(file: Text) -> Dockerfile:
    """Split a file into its instructions; never raises."""
    splitter = _Splitter(file)
    instructions = tuple(splitter.instructions())
    return Dockerfile(instructions, splitter.escape, tuple(splitter.problems))


def json_words(arguments: Snippet) -> list[tuple[str, int]] | None:
    """The strings of the exec form, each with the offset of its content; None for the shell form.

    Raises `WordError` for an array that holds anything else than strings.
    """
    if not arguments.source.startswith("["):
        return None
    try:
        words = json.loads(arguments.source)
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(word, str) for word in words):
        raise WordError("the exec form holds something that is not a string")
    words = [word.encode("utf-8", "replace").decode() for word in words]
    offsets = [match.start() + 1 for match in _JSON_STRING.finditer(arguments.source)]
    return list(zip(words, offsets, strict=True))


def heredoc_of(word: str) -> tuple[str, bool] | None:
    """The name of the heredoc that a word opens, and whether it drops tabs; None when it opens none."""
    match = _HEREDOC.fullmatch(word)
    if not match:
        return None
    words = raw_words(match["word"])
    try:
        name = expand(match["word"], lambda _: None, "\\").text
    except WordError:
        return None
    return (name, bool(match["chomp"])) if len(words) == 1 else None


class _Splitter:
    def __init__(self, file: Text) -> None:
        self.escape = "\\"
        self.problems: list[Problem] = []
        self._file = file
        self._next = 0
        """The index of the line to read."""
        self._offset = 0
        """Where that line begins."""
        self._directives: set[str] | None = set()
        """The parser directives so far; None once anything else was met."""

    def instructions(self) -> Iterator[Instruction]:
        """Read the lines one after another."""
        file = self._file
        if len(file.text) > MAX_CHARACTERS:
            self._report(f"the file is larger than {MAX_CHARACTERS:,} characters", file.line_at(1))
            return
        self._offset = 1 if file.text.startswith("\ufeff") else 0
        count = 0
        while (first := self._line()) is not None:
            text, offset = _without_indentation(*first)
            if self._is_comment(text):
                continue
            line = self._next
            joined = self._joined(text, offset)
            if not joined.source:
                continue
            count += 1
            if count > MAX_INSTRUCTIONS:
                self._report(f"more than {MAX_INSTRUCTIONS:,} instructions", file.line_at(line))
                return
            yield from self._instruction(joined, line)

    def _line(self) -> tuple[str, int] | None:
        """The next line without its line break, and its offset; None at the end."""
        lines = self._file.lines
        if self._next >= len(lines) or (self._next == len(lines) - 1 and not lines[-1]):
            return None
        start = 1 if self._next == 0 and self._offset else 0
        line, offset = lines[self._next][start:], self._offset
        self._next += 1
        self._offset = offset + len(line) + 1
        if len(line) * 4 > MAX_LINE and len(line.encode()) > MAX_LINE:
            self._report(f"a line longer than {MAX_LINE:,} bytes", self._file.at(offset, offset + 1))
            self._next = len(lines)
            return None
        return line.rstrip("\r\n"), offset

    def _is_comment(self, text: str) -> bool:
        match = _DIRECTIVE.match(text)
        name = match["name"].lower() if match else ""
        if self._directives is None or not match or name not in _DIRECTIVES:
            self._directives = None
        else:
            at = self._file.line_at(self._next)
            value = match["value"].rstrip("\t\n\f\r ")
            if name in self._directives:
                self._report(f"more than one parser directive `{name}`", at)
            elif name == "escape" and value not in {"\\", "`"}:
                self._report(f"escape `{value}` is neither `\\` nor a backtick", at)
            elif name == "escape":
                self.escape = value
            self._directives.add(name)
        return text.startswith("#")

    def _joined(self, text: str, offset: int) -> Snippet:
        """An instruction with its continuation lines; comments and empty lines among them are dropped."""
        pieces = []
        content, goes_on = self._continued(text)
        while True:
            pieces.append((content, offset))
            line = self._line() if goes_on else None
            while line and (not line[0].strip(SPACE) or line[0].lstrip(SPACE).startswith("#")):
                line = self._line()
            if line is None:
                return _join(pieces, self._file)
            offset = line[1]
            content, goes_on = self._continued(line[0])

    def _continued(self, text: str) -> tuple[str, bool]:
        """The line without the escape character at its end, and whether there was one."""
        bare = text.rstrip(" \t")
        if bare.endswith(self.escape) and not bare[:-1].endswith(self.escape):
            return bare[:-1], True
        return text, False

    def _instruction(self, joined: Snippet, line: int) -> Iterator[Instruction]:
        start = len(joined.source) - len(joined.source.lstrip(SPACE))
        word, at, flags, arguments = self._parted(joined.part(start, len(joined.source.rstrip(SPACE))))
        on_build = _in_capitals(word) == "ONBUILD"
        if on_build and arguments.source:
            word, at, flags, arguments = self._parted(arguments)
        name = _in_capitals(word)
        heredocs = tuple(self._heredocs(name, joined, arguments, at))
        if on_build and not joined.source[start:].rstrip(SPACE)[len("ONBUILD") :]:
            self._report("ONBUILD without an instruction", at)
        elif name not in INSTRUCTIONS:
            self._report(f"unknown instruction `{_shown(word)}`", at)
        elif on_build and name in {"ONBUILD", "FROM", "MAINTAINER"}:
            self._report(f"`{name}` behind an ONBUILD", at)
        else:
            yield Instruction(name, at, flags, arguments, line, self._next, heredocs, on_build)

    def _parted(self, whole: Snippet) -> tuple[str, At, tuple[str, ...], Snippet]:
        """Word, flags and arguments of an instruction."""
        gap = _GAP.search(whole.source)
        end, begin = gap.span() if gap else (len(whole.source), len(whole.source))
        flags, begin = self._flags(whole.source, begin)
        begin += len(whole.source[begin:]) - len(whole.source[begin:].lstrip(SPACE))
        return whole.source[:end], whole.at(0, end), tuple(flags), whole.part(begin, len(whole.source))

    def _flags(self, text: str, position: int) -> tuple[list[str], int]:
        flags: list[str] = []
        while True:
            while position < len(text) and text[position] in SPACE:
                position += 1
            if not text.startswith("--", position):
                return flags, position
            word, position = self._flag(text, position)
            if word == "--":
                return flags, position
            flags.append(word)

    def _flag(self, text: str, position: int) -> tuple[str, int]:
        word = []
        quote = ""
        while position < len(text) and (quote or text[position] not in SPACE):
            char = text[position]
            if char == self.escape:
                position += 1
                word.append(text[position : position + 1])
            elif char == quote or (not quote and char in "'\""):
                quote = "" if quote else char
            else:
                word.append(char)
            position += 1
        return "".join(word), min(position, len(text))

    def _heredocs(self, name: str, joined: Snippet, arguments: Snippet, at: At) -> Iterator[Heredoc]:
        if name not in _HEREDOCS or "<<" not in joined.source:
            return
        try:
            if json_words(arguments) is not None:
                return
        except WordError:
            return
        for opened in filter(None, map(heredoc_of, raw_words(joined.source))):
            content = self._document(*opened)
            if content is None:
                self._report(f"unterminated heredoc `{opened[0]}`", at)
                return
            yield Heredoc(*opened, content)

    def _document(self, name: str, chomp: bool) -> Snippet | None:
        """The lines up to the name of the heredoc; None when it does not come."""
        pieces: list[tuple[str, int]] = []
        while (line := self._line()) is not None:
            text, offset = line
            if (text.lstrip("\t") if chomp else text) == name:
                return _join(pieces, self._file)
            whole = self._file.text[offset : self._offset]
            tabs = len(whole) - len(whole.lstrip("\t")) if chomp else 0
            pieces.append((whole[tabs:], offset + tabs))
        return None

    def _report(self, message: str, at: At) -> None:
        self.problems.append(Problem(message=message, at=at))


def _in_capitals(word: str) -> str:
    """Only ASCII has instructions, and the capital of a dotless i is an I."""
    return word.upper() if word.isascii() else word


def _shown(word: str) -> str:
    """A word of the file as a message may show it."""
    return "".join(char if char.isprintable() else "\ufffd" for char in redact(word)[:40])


def _without_indentation(text: str, offset: int) -> tuple[str, int]:
    bare = text.lstrip(SPACE)
    return bare, offset + len(text) - len(bare)


def _join(pieces: list[tuple[str, int]], file: Text) -> Snippet:
    anchors = []
    length = 0
    for text, offset in pieces:
        anchors.append((length, offset))
        length += len(text)
    return Snippet("".join(text for text, _ in pieces), file, tuple(anchors) or ((0, 0),))
