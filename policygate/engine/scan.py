"""Outline a Rego module without an engine: package, rule names, references (https://www.openpolicyagent.org/docs/policy-language)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from policygate.location import Text

Path = tuple[str, ...]


@dataclass(frozen=True)
class Ref:
    """A reference below `input` or `data`, as far as its segments are constant."""

    path: Path
    """The segments after the root."""
    offset: int


@dataclass(frozen=True)
class Head:
    """The name under which a rule is defined."""

    name: str
    function: bool
    offset: int


@dataclass(frozen=True)
class Annotation:
    """The YAML of the METADATA block above the package."""

    yaml: str
    line: int
    """The 1-based line of its first line."""


@dataclass(frozen=True)
class Outline:
    """What a module declares and refers to, in the order of its text."""

    package: Path
    """Empty when there is no package line."""
    package_offset: int
    heads: tuple[Head, ...]
    inputs: tuple[Ref, ...]
    data: tuple[Ref, ...]
    templates: tuple[int, ...]
    """Where string templates (`$"..."`) begin."""
    annotation: Annotation | None


_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
      | (?P<string>"(?:[^"\\\n]|\\[^\n])*")
      | (?P<raw>`[^`]*`)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<newline>\n)
      | (?P<blank>[^\S\n]+)
      | (?P<mark>.)""",
    re.VERBOSE,
)
_KEYWORDS = frozenset(
    {
        "as",
        "contains",
        "default",
        "else",
        "every",
        "false",
        "if",
        "import",
        "in",
        "not",
        "null",
        "package",
        "some",
        "true",
        "with",
    }
)
_OPEN_ENDED = frozenset(
    {"as", "contains", "default", "every", "if", "import", "in", "not", "package", "some", "with", ":="}
) | frozenset(":=,([{|&+-*/%<>!.")
_METADATA = re.compile(r"#\s*METADATA\s*$")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    offset: int
    glued: bool
    """Whether nothing stands between it and the token before."""
    first: bool
    """Whether it is the first one of its line."""


def outline(text: Text) -> Outline:
    """Read what a module declares; text that no engine would parse gives some outline, never an error."""
    tokens = list(_significant(text.text))
    package, package_offset = _package(tokens)
    refs = list(_refs(tokens))
    return Outline(
        package=package,
        package_offset=package_offset,
        heads=tuple(_heads(tokens)),
        inputs=tuple(ref for root, ref in refs if root == "input"),
        data=tuple(ref for root, ref in refs if root == "data"),
        templates=tuple(t.offset for t, after in pairwise(tokens) if _opens_template(t, after)),
        annotation=_annotation(text, text.position(package_offset).line) if package else None,
    )


def _significant(text: str) -> Iterator[_Token]:
    glued, first = False, True
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "newline":
            first = True
        if kind in {"newline", "blank", "comment"}:
            glued = False
            continue
        yield _Token(kind, match.group(), match.start(), glued, first)
        glued, first = True, False


def _opens_template(token: _Token, after: _Token) -> bool:
    return token.text == "$" and after.glued and after.kind in {"string", "raw"}


def _package(tokens: list[_Token]) -> tuple[Path, int]:
    for index, token in enumerate(tokens[:-1]):
        if token.text == "package" and token.first and tokens[index + 1].kind == "name":
            return (tokens[index + 1].text, *_segments(tokens, index + 2)), token.offset
    return (), 0


def _segments(tokens: list[_Token], index: int) -> Iterator[str]:
    """The constant segments that follow a name: `.a`, `["b"]`."""
    while index + 1 < len(tokens) and tokens[index].glued:
        token, after = tokens[index], tokens[index + 1]
        if token.text == "." and after.kind == "name":
            yield after.text
            index += 2
        elif token.text == "[" and after.kind in {"string", "raw"} and _closes(tokens, index + 2):
            yield after.text[1:-1]
            index += 3
        else:
            return


def _closes(tokens: list[_Token], index: int) -> bool:
    return index < len(tokens) and tokens[index].text == "]"


def _refs(tokens: list[_Token]) -> Iterator[tuple[str, Ref]]:
    for index, token in enumerate(tokens):
        if token.text in {"input", "data"} and token.kind == "name" and not (index and tokens[index - 1].text == "."):
            yield token.text, Ref(tuple(_segments(tokens, index + 1)), token.offset)


def _heads(tokens: list[_Token]) -> Iterator[Head]:
    depth = 0
    for index, token in enumerate(tokens):
        if token.kind == "mark":
            depth += (token.text in "([{") - (token.text in ")]}")
        elif token.kind == "name" and token.first and depth <= 0:
            depth = 0
            before = tokens[index - 1].text if index else ""
            named = tokens[index + 1] if token.text == "default" and index + 1 < len(tokens) else token
            if before not in _OPEN_ENDED and named.text not in _KEYWORDS:
                yield Head(named.text, _is_called(tokens, index + 1), named.offset)


def _is_called(tokens: list[_Token], index: int) -> bool:
    return index < len(tokens) and tokens[index].text == "(" and tokens[index].glued


def _annotation(text: Text, package_line: int) -> Annotation | None:
    """The METADATA block in the comments right above the package; white space may stand between."""
    last = package_line - 1
    while last and not text.lines[last - 1].strip():
        last -= 1
    first = last
    while first and text.lines[first - 1].startswith("#"):
        first -= 1
    for line in range(last, first, -1):
        if _METADATA.match(text.lines[line - 1]):
            return Annotation("\n".join(text.lines[n - 1][1:].rstrip() for n in range(line + 1, last + 1)), line + 1)
    return None
