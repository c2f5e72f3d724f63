"""The part of PCRE that nginx configurations use, read without Python's `re`, which differs and takes unbounded time.

Text is a string of bytes, each as one character, as PCRE sees it without `(*UTF)` (https://www.pcre.org/current/doc/).
"""

import re
from dataclasses import dataclass
from functools import reduce
from typing import Literal

_LONGEST = 500
"""Characters of a pattern."""
_DEEPEST = 20
"""Groups within groups."""
_MOST = 1000
"""The highest count of a repetition."""
EVERY = (1 << 256) - 1


class UndecidableError(Exception):
    """A pattern that PCRE refuses, or that says what is not understood here."""


@dataclass(frozen=True)
class Chars:
    """One byte out of a set, which is a mask of 256 bits."""

    mask: int


@dataclass(frozen=True)
class Anchor:
    """The start of the text, or its end; `end` is also the place before a newline that ends it."""

    side: Literal["start", "end", "very end"]


@dataclass(frozen=True)
class Sequence:
    """Parts one after another."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True)
class Choice:
    """Any of several."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True)
class Repeat:
    """A part several times; `most` is -1 for no limit."""

    part: "Node"
    least: int
    most: int


Node = Chars | Anchor | Sequence | Choice | Repeat


def _mask(text: str) -> int:
    return reduce(lambda mask, char: mask | 1 << ord(char), text, 0)


def _range(first: int, last: int) -> int:
    return (1 << last + 1) - (1 << first)


_DIGIT = _mask("0123456789")
_LETTERS = _range(65, 90) | _range(97, 122)
_CLASSES = {"d": _DIGIT, "w": _DIGIT | _LETTERS | _mask("_"), "s": _mask(" \t\n\r\f\v"), "h": _mask(" \t\xa0")}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "e": "\x1b", "a": "\a"}
_ANCHORS = {"A": Anchor("start"), "z": Anchor("very end"), "Z": Anchor("end")}
_COUNT = re.compile(r"\{(?P<least>\d{1,5})(?:(?P<comma>,)(?P<most>\d{0,5}))?\}")
_LIKE_A_COUNT = re.compile(r"\{[\d, ]*\}")
_GROUP = re.compile(r"\(\?(?::|P?<[A-Za-z_]\w{0,31}>|'[A-Za-z_]\w{0,31}')")


def parse(pattern: str, *, caseless: bool) -> Node:
    """What a pattern means.

    Raises: UndecidableError.
    """
    text = pattern.encode("utf-8", "surrogatepass").decode("latin-1")
    if text.startswith("(?i)"):
        text, caseless = text[4:], True
    if len(text) > _LONGEST:
        raise UndecidableError("too long")
    parser = _Parser(text, caseless=caseless)
    node = parser.choice(0)
    if parser.here:
        raise UndecidableError("unexpected `)`")
    return node


class _Parser:
    """A recursive descent through a pattern."""

    def __init__(self, text: str, *, caseless: bool) -> None:
        self._text = text
        self._next = 0
        self._caseless = caseless

    @property
    def here(self) -> str:
        """The next character; empty at the end."""
        return self._text[self._next : self._next + 1]

    def choice(self, depth: int) -> Node:
        """Alternatives up to the end or a closing parenthesis."""
        if depth > _DEEPEST:
            raise UndecidableError("too many groups within each other")
        parts = [self._sequence(depth)]
        while self.here == "|":
            self._next += 1
            parts.append(self._sequence(depth))
        return Choice(tuple(parts)) if len(parts) > 1 else parts[0]

    def _sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while self.here not in ("", "|", ")"):
            parts.append(self._repeated(self._atom(depth)))
        return Sequence(tuple(parts))

    def _atom(self, depth: int) -> Node:
        char = self.here
        self._next += 1
        if char == "(":
            return self._group(depth)
        if char == "[":
            return self._chars(self._class())
        if char == ".":
            return Chars(EVERY & ~_mask("\n"))
        if char == "\\":
            return self._escape()
        if char in ("^", "$"):
            return Anchor("start" if char == "^" else "end")
        if char in "*+?" or (char == "{" and _LIKE_A_COUNT.match(self._text, self._next - 1)):
            raise UndecidableError("nothing to repeat")
        return self._chars(_mask(char))

    def _group(self, depth: int) -> Node:
        if self.here in ("?", "*"):
            opening = _GROUP.match(self._text, self._next - 1)
            if opening is None:
                raise UndecidableError("a group that says more than what it holds")
            self._next = opening.end()
        node = self.choice(depth + 1)
        if self.here != ")":
            raise UndecidableError("a group without its end")
        self._next += 1
        return node

    def _repeated(self, node: Node) -> Node:
        least, most = self._count()
        if (least, most) == (1, 1):
            return node
        if isinstance(node, Anchor) or most > _MOST or least > _MOST or -1 < most < least:
            raise UndecidableError("a repetition that cannot be")
        if self.here == "?":
            self._next += 1
        if self.here in ("*", "+", "?") or _COUNT.match(self._text, self._next):
            raise UndecidableError("a repetition that gives nothing back")
        return Repeat(node, least, most)

    def _count(self) -> tuple[int, int]:
        char = self.here
        if char in ("*", "+", "?"):
            self._next += 1
            return {"*": (0, -1), "+": (1, -1), "?": (0, 1)}[char]
        found = _COUNT.match(self._text, self._next)
        if found is None:
            if _LIKE_A_COUNT.match(self._text, self._next):
                raise UndecidableError("a repetition that PCRE reads by its version")
            return 1, 1
        self._next = found.end()
        least = int(found["least"])
        return least, least if not found["comma"] else int(found["most"]) if found["most"] else -1

    def _escape(self) -> Node:
        char = self.here
        if char in _ANCHORS:
            self._next += 1
            return _ANCHORS[char]
        return self._chars(self._escaped())

    def _escaped(self) -> int:
        """The bytes that an escape stands for, here and in a class."""
        char = self.here
        self._next += 1
        if char.lower() in _CLASSES and char:
            mask = _CLASSES[char.lower()]
            return EVERY & ~mask if char.isupper() else mask
        if char in _CONTROLS:
            return _mask(_CONTROLS[char])
        if char == "x" and re.fullmatch(r"[0-9A-Fa-f]{2}", self._text[self._next : self._next + 2]):
            self._next += 2
            return 1 << int(self._text[self._next - 2 : self._next], 16)
        if not char or (char.isascii() and char.isalnum()):
            raise UndecidableError("an escape")
        return _mask(char)

    def _class(self) -> int:
        """A class in brackets, whose first one is read."""
        negated = self.here == "^"
        self._next += negated
        mask, first = 0, True
        while first or self.here != "]":
            mask |= self._member()
            first = False
        self._next += 1
        mask = _both_cases(mask) if self._caseless else mask
        return EVERY & ~mask if negated else mask

    def _member(self) -> int:
        low = self._single()
        ahead = self._text[self._next : self._next + 2]
        if len(ahead) < 2 or ahead[0] != "-" or ahead[1] == "]":
            return low
        self._next += 1
        high = self._single()
        if low.bit_count() != 1 or high.bit_count() != 1 or high < low:
            raise UndecidableError("a range without two ends")
        return _range(low.bit_length() - 1, high.bit_length() - 1)

    def _single(self) -> int:
        char = self.here
        if not char or (char == "[" and self._text[self._next + 1 : self._next + 2] in (":", ".", "=")):
            raise UndecidableError("a class of another kind")
        self._next += 1
        return self._escaped() if char == "\\" else _mask(char)

    def _chars(self, mask: int) -> Node:
        return Chars(_both_cases(mask) if self._caseless else mask)


def _both_cases(mask: int) -> int:
    """With each letter of ASCII its other case; a negated class of PCRE leaves out both, so that this comes before."""
    upper, lower = _range(65, 90), _range(97, 122)
    return mask | (mask & upper) << 32 | (mask & lower) >> 32
