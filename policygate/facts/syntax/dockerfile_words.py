"""Words of a Dockerfile instruction: quotes, escapes and `$NAME`, as BuildKit has them.

https://docs.docker.com/reference/dockerfile/#environment-replacement
"""

from collections.abc import Callable
from dataclasses import dataclass

SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What Go takes for white space; Python takes more."""

_MAX_NESTING = 50
_SPECIAL = "@*#?-$!0"


class WordError(Exception):
    """A word that BuildKit refuses; the message says why."""


@dataclass(frozen=True)
class Value:
    """What a variable holds, as far as the file says it."""

    text: str
    dynamic: bool = False
    """Whether the text still names variables that the file does not know."""
    condition: str = ""
    exists: bool = True
    """False for an argument without a value."""


Lookup = Callable[[str], Value | None]
"""The value of a variable; None when nobody knows whether there is one, as in a base image."""


def split_words(text: str, escape: str) -> list[tuple[int, int]]:
    """The words of an ENV or ARG instruction as pairs of offsets, quotes kept."""
    words = []
    position = 0
    while (position := _skip_space(text, position)) < len(text):
        end = _end_of_word(text, position, escape)
        words.append((position, end))
        position = end
    return words


def expand(word: str, lookup: Lookup, escape: str) -> Value:
    """The word without its quotes and escapes and with its variables replaced; raises `WordError`."""
    expander = _Expander(word, lookup, escape)
    text, _ = expander.run("")
    return Value(text, expander.dynamic, "; ".join(expander.conditions))


def raw_words(line: str) -> list[str]:
    """The words of a line with quotes, escapes and variables kept, to look for heredocs; none when it is malformed."""
    expander = _Expander(line, lambda _: None, "\\", raw=True)
    try:
        _, words = expander.run("")
    except WordError:
        return []
    return words


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position] in SPACE:
        position += 1
    return position


def _end_of_word(text: str, position: int, escape: str) -> int:
    quote = ""
    while position < len(text):
        char = text[position]
        if char == escape and quote != "'":
            position += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in SPACE:
            return position
        position += 1
    return len(text)


class _Expander:
    """One pass over a word. `raw` keeps quotes, escapes and variables and only splits."""

    def __init__(self, source: str, lookup: Lookup, escape: str, *, raw: bool = False) -> None:
        self.dynamic = False
        self.conditions: dict[str, None] = {}
        self._source = source
        self._lookup = lookup
        self._escape = escape
        self._raw = raw
        self._position = 0
        self._depth = 0

    def run(self, stop: str) -> tuple[str, list[str]]:
        """Read up to `stop` or the end: the whole text, and the words in it."""
        words = _Words()
        result: list[str] = []
        while char := self._peek():
            if char == stop:
                self._position += 1
                return "".join(result), words.finish()
            piece = self._piece(char, words)
            result.append(piece)
        if stop:
            raise WordError(f"missing `{stop}`")
        return "".join(result), words.finish()

    def _piece(self, char: str, words: "_Words") -> str:
        if char == "$":
            piece = self._dollar()
            words.add(piece)
        elif char in "'\"":
            piece = self._single_quoted() if char == "'" else self._double_quoted()
            words.add_raw(piece)
        elif char == "<" and self._source.startswith("<<", self._position):
            start = self._position
            self._position += 2
            while self._peek() and self._peek() in "\t\r ":
                self._position += 1
            piece = self._source[start : self._position]
            words.add_raw(piece)
        elif char == self._escape:
            self._position += 1
            piece = (char if self._raw else "") + self._next()
            words.add_raw(piece)
        else:
            piece = self._next()
            words.add(piece)
        return piece

    def _peek(self) -> str:
        return self._source[self._position : self._position + 1]

    def _next(self) -> str:
        char = self._peek()
        self._position += len(char)
        return char

    def _single_quoted(self) -> str:
        start = self._position
        end = self._source.find("'", start + 1)
        if end < 0:
            raise WordError("missing `'`")
        self._position = end + 1
        return self._source[start : end + 1] if self._raw else self._source[start + 1 : end]

    def _double_quoted(self) -> str:
        result = [self._next()] if self._raw else []
        if not self._raw:
            self._position += 1
        while char := self._peek():
            if char == '"':
                self._position += 1
                return "".join([*result, '"'] if self._raw else result)
            if char == "$":
                result.append(self._dollar())
                continue
            self._position += 1
            if char == self._escape:
                following = self._peek()
                if self._raw:
                    result.append(char)
                if not following:
                    continue
                char = self._next() if following in {'"', "$", self._escape} else char
            result.append(char)
        raise WordError('missing `"`')

    def _dollar(self) -> str:
        start = self._position
        self._position += 1
        if self._peek() != "{":
            name = self._name()
            return self._plain(name, start) if name else "$"
        self._position += 1
        if self._peek() in {"{", "}", ":"}:
            raise WordError("bad substitution")
        name = self._name()
        operator = self._next()
        if operator == "}":
            return self._plain(name, start)
        self._depth += 1
        if self._depth > _MAX_NESTING:
            raise WordError("substitutions nested too deep")
        text = self._modified(name, operator, start)
        self._depth -= 1
        return text

    def _plain(self, name: str, start: int) -> str:
        value = self._known(name)
        return self._open(start) if value is None else value.text

    def _modified(self, name: str, operator: str, start: int) -> str:
        null_is_unset = operator == ":"
        operator = self._next() if null_is_unset else operator
        if not operator:
            raise WordError("missing `}`")
        if operator not in "+-?" and (null_is_unset or operator not in "#%/"):
            raise WordError(f"unsupported modifier `{operator}` in substitution")
        dynamic, conditions = self.dynamic, dict(self.conditions)
        if operator == "/":
            self.run("/")
        word, _ = self.run("}")
        value = self._known(name) if operator in "+-?" else None
        if value is None:
            return self._open(start)
        present = value.exists and bool(value.text or not null_is_unset)
        if operator == "?" and not present:
            if value.condition:
                return self._open(start)
            raise WordError(f"`{name}` is not set")
        if present == (operator == "+"):
            return word
        self.dynamic, self.conditions = dynamic, conditions
        self._known(name)
        return "" if operator == "+" else value.text

    def _known(self, name: str) -> Value | None:
        value = self._lookup(name)
        if value is not None:
            self.dynamic |= value.dynamic
            if value.condition:
                self.conditions[value.condition] = None
        return value

    def _open(self, start: int) -> str:
        self.dynamic = True
        return self._source[start : self._position]

    def _name(self) -> str:
        start = self._position
        first = self._peek()
        if first.isdecimal():
            while self._peek().isdecimal():
                self._position += 1
        elif first and first in _SPECIAL:
            self._position += 1
        else:
            while (char := self._peek()) and (char.isalpha() or char.isdecimal() or char == "_"):
                self._position += 1
        return self._source[start : self._position]


class _Words:
    """Words in the making."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._pieces: list[str] = []

    def add(self, text: str) -> None:
        """Text whose white space parts words."""
        for char in text:
            if char not in SPACE:
                self._pieces.append(char)
            else:
                self.finish()

    def add_raw(self, text: str) -> None:
        """Text that is part of the word whatever it holds."""
        if text:
            self._pieces.append(text)

    def finish(self) -> list[str]:
        """End the word; all the words so far."""
        if self._pieces:
            self._words.append("".join(self._pieces))
            self._pieces = []
        return self._words
