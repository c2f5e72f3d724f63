"""What a step writes to $GITHUB_ENV (https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import takewhile

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment
from policygate.facts.syntax.declared import blanked
from policygate.facts.syntax.github_values import EXPRESSION
from policygate.facts.syntax.shell.environment import Environment
from policygate.facts.syntax.shell.nodes import Group, Pipeline, Redirect, Simple
from policygate.facts.syntax.shell.values import Value, resolve, split
from policygate.facts.syntax.shell.walk import Walk
from policygate.facts.syntax.snippet import Snippet
from policygate.location import At

_MAX_SIZE = 1_000_000
_FILE = re.compile(r"\"?\$(?:GITHUB_ENV|\{GITHUB_ENV\})\"?")
_ENTRY = re.compile(r"(?P<name>[^=<]*)(?:<<(?P<end>.*)|=(?P<value>.*))", re.DOTALL)
_LINE_END = re.compile(r"\n")
_ESCAPED_END = re.compile(r"\n|\\n")


def written_variables(snippet: Snippet, scope: str, condition: str) -> list[Assignment]:
    """The variables of the go command that a script hands on to the steps after it, latest first."""
    if "GITHUB_ENV" not in snippet.source or len(snippet.source) > _MAX_SIZE:
        return []
    writer = _Writer(snippet, scope, Environment((), (), "."))
    writer.read()
    return [blanked(assignment) for assignment in _assignments(writer.lines, scope, condition)][::-1]


@dataclass(frozen=True)
class _Line:
    """One line of the file."""

    text: str
    snippet: Snippet
    start: int
    """Where the line begins in the snippet."""
    open: tuple[tuple[int, int], ...]
    """The spans of the snippet that nobody knows."""
    condition: str

    def after(self, count: int) -> "_Line":
        """The line without its first characters."""
        return replace(self, text=self.text[count:], start=self.start + count)

    def until(self, count: int) -> At:
        """The first characters in the file of the workflow."""
        return self.snippet.at(self.start, self.start + count)

    def at(self) -> At:
        """The line in the file of the workflow."""
        return self.until(len(self.text))

    def is_open(self) -> bool:
        """Whether nobody knows all of it."""
        end = self.start + len(self.text)
        return EXPRESSION in self.text or any(begin < end and self.start < last for begin, last in self.open)


class _Writer(Walk):
    """A script that is followed for what it writes to the file."""

    def __init__(self, snippet: Snippet, scope: str, environment: Environment) -> None:
        super().__init__(snippet, scope, environment)
        self.lines: list[_Line] = []
        self._outer = 0
        """How many of the commands around this one write to the file."""

    def run_simple(self, node: Simple) -> None:
        """Keep what an `echo`, `printf`, `cat` or `tee` writes."""
        if self._outer or self._is_written(node.redirects) or self._is_tee(node):
            words = [value for word in node.words for value in split(word, self.environment.lookup)]
            name = words[0].text if words else ""
            if name == "echo":
                self._echo(words[1:])
            elif name == "printf":
                self._printf(words[1:])
            elif name in ("cat", "tee"):
                for body in (redirect.body for redirect in node.redirects if redirect.body):
                    self._keep([resolve(body, self.environment.lookup)], _LINE_END)
        super().run_simple(node)

    def _group(self, node: Group) -> None:
        with self._into(inside=self._is_written(node.redirects)):
            super()._group(node)

    def _pipeline(self, node: Pipeline) -> None:
        last = node.parts[-1]
        with self._into(inside=len(node.parts) > 1 and isinstance(last, Simple) and self._is_tee(last)):
            super()._pipeline(node)

    @contextmanager
    def _into(self, *, inside: bool) -> Iterator[None]:
        self._outer += inside
        yield
        self._outer -= inside

    def _is_written(self, redirects: Sequence[Redirect]) -> bool:
        targets = (redirect.target for redirect in redirects if redirect.operator in (">", ">>"))
        return any(_FILE.fullmatch(self.snippet.source, target.start, target.end) for target in targets)

    def _is_tee(self, node: Simple) -> bool:
        words = [self.snippet.source[word.start : word.end] for word in node.words]
        return words[:1] == ["tee"] and any(map(_FILE.fullmatch, words[1:]))

    def _echo(self, arguments: list[Value]) -> None:
        escapes = False
        while arguments and re.fullmatch("-[neE]+", arguments[0].text):
            escapes |= "e" in arguments[0].text
            arguments = arguments[1:]
        self._keep(arguments, _ESCAPED_END if escapes else _LINE_END)

    def _printf(self, arguments: list[Value]) -> None:
        if arguments and arguments[0].text.strip() == "%s\\n":
            for argument in arguments[1:]:
                self._keep([argument], _LINE_END)
        elif arguments:
            filled_in = "%" in arguments[0].text
            pieces = (replace(piece, dynamic=piece.dynamic or filled_in) for piece in arguments[0].pieces)
            self._keep([Value(tuple(pieces))], _ESCAPED_END)

    def _keep(self, words: Sequence[Value], line_end: re.Pattern[str]) -> None:
        """Take down some words with a blank between them, line by line."""
        anchors: list[tuple[int, int]] = []
        unknown: list[tuple[int, int]] = []
        length = 0
        for word in words:
            anchors += [(length + own, offset) for own, offset in word.snippet(self.snippet).anchors]
            for piece in word.pieces:
                unknown += [(length, length + len(piece.text))] if piece.dynamic else []
                length += len(piece.text)
            length += 1
        text = Snippet(" ".join(word.text for word in words), self.snippet.file, tuple(anchors) or ((0, 0),))
        start = 0
        for match in (*line_end.finditer(text.source), None):
            end = match.start() if match else len(text.source)
            self.lines.append(_Line(text.source[start:end], text, start, tuple(unknown), self._condition()))
            start = match.end() if match else end


def _assignments(lines: Iterable[_Line], scope: str, condition: str) -> Iterator[Assignment]:
    """What the lines set: `NAME=value`, or `NAME<<END` and all lines up to one that says `END`."""
    rest = iter(lines)
    for line in rest:
        entry = _ENTRY.fullmatch(line.text)
        if entry is None:
            continue
        end = entry["end"]
        parts = [line.after(entry.start("value"))] if end is None else _until(end, rest)
        value = "\n".join(part.text for part in parts)
        at = line.until(entry.end("name"))
        if value:
            at = parts[0].at().model_copy(update={"end": parts[-1].at().end})
        if entry["name"] in VARIABLES:
            yield Assignment(
                name=entry["name"],
                value=value,
                at=at,
                scope=scope,
                condition="; ".join(filter(None, (condition, line.condition))),
                dynamic=any(part.is_open() for part in parts),
            )


def _until(end: str, lines: Iterable[_Line]) -> list[_Line]:
    return list(takewhile(lambda line: line.text != end, lines))
