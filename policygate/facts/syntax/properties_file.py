"""`.properties` files, as Java reads them (https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/Properties.html#load(java.io.Reader))."""

import re
from collections.abc import Iterator

from policygate.errors import SourceError
from policygate.facts.syntax.setting import Setting
from policygate.facts.syntax.snippet import Snippet
from policygate.location import Text

_LINE = re.compile(r"(?P<blank>[ \t\f]*+)(?P<text>[^\r\n]*+)(?:\r\n|\r|\n|\Z)")
_KEY = re.compile(r"(?:[^\\=: \t\f]|\\.)*+", re.DOTALL)
_SIGN = re.compile(r"[ \t\f]*+(?:[=:][ \t\f]*+)?")
_ESCAPE = re.compile(r"\\(?:u(?P<code>[0-9A-Fa-f]{4})|(?P<char>.)|\Z)", re.DOTALL)
_NAMED = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_SEPARATORS = ("#---", "!---")


def parse_properties(file: Text) -> Iterator[list[Setting]]:
    """The settings of each document of a file, in order; of several with one name the last is the one that counts.

    Spring begins a new document at a line `#---`; for other readers that is a comment.

    Raises:
        SourceError: an escape is malformed, for which Java refuses the file.
    """
    document: list[Setting] = []
    for line in _logical_lines(file):
        if line is None:
            yield document
            document = []
        else:
            document.append(_setting(line))
    yield document


def _logical_lines(file: Text) -> Iterator[Snippet | None]:
    """Natural lines that a backslash at the end joins; None for the end of a document."""
    parts: list[tuple[str, int]] = []
    for match in _LINE.finditer(file.text):
        text = match["text"]
        if not parts and text[:1] in ("#", "!", ""):
            if not match["blank"] and text.rstrip() in _SEPARATORS:
                yield None
            continue
        goes_on = (len(text) - len(text.rstrip("\\"))) % 2 == 1
        if parts or len(text) > goes_on:
            parts.append((text[: len(text) - goes_on], match.start("text")))
        if parts and not goes_on:
            yield _joined(file, parts)
            parts = []
    if parts:
        yield _joined(file, parts)


def _joined(file: Text, parts: list[tuple[str, int]]) -> Snippet:
    anchors: list[tuple[int, int]] = []
    length = 0
    for text, start in parts:
        if text or not anchors:
            anchors.append((length, start))
        length += len(text)
    return Snippet("".join(text for text, _ in parts), file, tuple(anchors))


def _setting(line: Snippet) -> Setting:
    source = line.source
    end = _match_end(_KEY, source, 0)
    start = _match_end(_SIGN, source, end)
    last = max(start, len(source.rstrip()))
    name, value = _unescaped(line, 0, end), _unescaped(line, start, len(source))
    return Setting(name, value, line.at(start, last) if last > start else line.at(0, end))


def _match_end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


def _unescaped(line: Snippet, start: int, end: int) -> str:
    pieces = []
    done = start
    for match in _ESCAPE.finditer(line.source, start, end):
        if match["char"] == "u":
            raise SourceError("not valid properties: a malformed `\\u` escape", at=line.at(*match.span()))
        made = chr(int(match["code"], 16)) if match["code"] else _NAMED.get(match["char"] or "", match["char"] or "")
        pieces += [line.source[done : match.start()], made]
        done = match.end()
    text = "".join([*pieces, line.source[done:end]])
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
