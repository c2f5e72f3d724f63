"""The parts of a shell script, with their offsets in its text."""

from dataclasses import dataclass
from typing import NamedTuple


class Literal(NamedTuple):
    """Text that the shell takes as it is, quotes and backslashes removed; the offsets are those of its inside."""

    text: str
    start: int
    end: int
    quoted: bool


class Expansion(NamedTuple):
    """Text that the shell replaces: `$NAME`, `${NAME:-x}`, `$((1+2))`, an array."""

    raw: str
    start: int
    end: int
    quoted: bool
    inner: "tuple[Part, ...]" = ()
    """The words inside, for the commands that they may hold."""


class Substitution(NamedTuple):
    """Text that the shell replaces by the output of commands."""

    raw: str
    start: int
    end: int
    quoted: bool
    body: "tuple[Statement, ...]"


Part = Literal | Expansion | Substitution


class Word(NamedTuple):
    """One word as written, quotes included in its offsets."""

    start: int
    end: int
    parts: tuple[Part, ...]


@dataclass
class Redirect:
    """One redirection; the body of a here-document arrives after its line."""

    operator: str
    target: Word
    body: Word | None = None


class Assign(NamedTuple):
    """`NAME=value` in front of a command, or alone."""

    name: str
    append: bool
    start: int
    value: Word


class Simple(NamedTuple):
    """Assignments, words and redirections of one command."""

    start: int
    end: int
    assigns: tuple[Assign, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]


class Pipeline(NamedTuple):
    """Commands joined by `|`, or one negated command; `bars` are the offsets of the joints."""

    start: int
    end: int
    parts: "tuple[Node, ...]"
    bars: tuple[int, ...]


class Chain(NamedTuple):
    """Commands joined by `&&` and `||`."""

    start: int
    end: int
    first: "Node"
    rest: "tuple[tuple[str, Node], ...]"


class Group(NamedTuple):
    """`{ ... }`, or `( ... )` as a subshell."""

    start: int
    end: int
    body: "tuple[Statement, ...]"
    subshell: bool
    redirects: tuple[Redirect, ...]


class Branch(NamedTuple):
    """One arm of an `if` or a `case`; its guard is the text between two offsets."""

    guard: tuple[int, int]
    condition: "tuple[Statement, ...]"
    body: "tuple[Statement, ...]"


class Choice(NamedTuple):
    """`if` or `case`; `exhaustive` when one of the branches is always taken."""

    start: int
    end: int
    branches: tuple[Branch, ...]
    exhaustive: bool
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]


class Loop(NamedTuple):
    """`for`, `select`, `while` or `until`."""

    start: int
    end: int
    branch: Branch
    variable: str
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]


class Function(NamedTuple):
    """The definition of a function."""

    start: int
    end: int
    name: str
    body: "Node"


Node = Simple | Pipeline | Chain | Group | Choice | Loop | Function


class Statement(NamedTuple):
    """A command and whether it runs in the background."""

    node: Node
    background: bool = False
