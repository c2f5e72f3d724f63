"""JSON with comments as a tree of nodes that know their place (https://code.visualstudio.com/docs/languages/json)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from policygate.facts.model import Problem
from policygate.facts.syntax.yaml_tree import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_NODES,
    Mapping,
    Node,
    Scalar,
    Sequence,
    Tree,
)
from policygate.location import Text

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n\ufeff]++|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)"
    r'|(?P<string>"(?:[^"\\\n]|\\.)*+")'
    r"|(?P<word>-?\d[\d.eE+-]*+|true|false|null)"
    r"|(?P<mark>[{}\[\]:,])"
)


class _MalformedError(Exception):
    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message


@dataclass
class _Open:
    """A collection whose end has not come yet."""

    start: int
    mapping: bool
    nodes: list[Node] = field(default_factory=list)
    size: int = 1
    mark: str = ""
    """The `,` or `:` since the last node."""

    def wants_key(self) -> bool:
        """Whether what comes next is a key."""
        return self.mapping and len(self.nodes) % 2 == 0


def parse_jsonc(file: Text) -> Tree:
    """The one value of a file, a comma behind the last element allowed; never raises."""
    if len(file.text) > MAX_CHARACTERS:
        return _refused(file, 0, f"the file is larger than {MAX_CHARACTERS:,} characters")
    try:
        return Tree((_Composer(file).compose(),))
    except _MalformedError as error:
        return _refused(file, error.offset, error.message)


def _refused(file: Text, offset: int, message: str) -> Tree:
    end = file.text.find("\n", offset)
    at = file.at(offset, max(offset, end if end >= 0 else len(file.text)))
    return Tree((), (Problem(message=message, at=at),))


class _Composer:
    """Tokens to nodes without recursion."""

    def __init__(self, file: Text) -> None:
        self._file = file
        self._open: list[_Open] = []
        self._done: Node | None = None
        self._size = 0

    def compose(self) -> Node:
        """The value of the file; raises `_MalformedError`."""
        for token in self._tokens():
            if self._done is not None:
                raise _MalformedError(token.start(), "not valid JSON: something follows the value")
            self._take(token)
        if self._done is None:
            raise _MalformedError(len(self._file.text), "not valid JSON: it ends too early")
        return self._done

    def _tokens(self) -> Iterator[re.Match[str]]:
        position = 0
        while position < len(self._file.text):
            token = _TOKEN.match(self._file.text, position)
            if token is None:
                raise _MalformedError(position, "not valid JSON")
            if token.lastgroup != "space":
                yield token
            position = token.end()

    def _take(self, token: re.Match[str]) -> None:
        text, start = token.group(), token.start()
        holder = self._open[-1] if self._open else None
        if text in {"{", "["}:
            self._require_place(holder, start, key=False)
            if len(self._open) == MAX_DEPTH:
                raise _MalformedError(start, f"nested more than {MAX_DEPTH} levels deep")
            self._open.append(_Open(start, text == "{"))
        elif text in {"}", "]"}:
            self._close(holder, text, token.end())
        elif text in {",", ":"}:
            self._mark(holder, text, start)
        else:
            self._require_place(holder, start, key=token.lastgroup == "string")
            self._add(self._scalar(token))

    def _require_place(self, holder: _Open | None, start: int, *, key: bool) -> None:
        """Whether a value, or a string that may be a key, may stand here."""
        if holder is None:
            return
        wanted = ":" if holder.mapping and len(holder.nodes) % 2 else "," if holder.nodes else ""
        if holder.mark != wanted or (holder.wants_key() and not key):
            raise _MalformedError(start, "not valid JSON")
        holder.mark = ""

    def _mark(self, holder: _Open | None, text: str, start: int) -> None:
        if holder is None or holder.mark or not holder.nodes:
            raise _MalformedError(start, "not valid JSON")
        if (text == ":") != (holder.mapping and len(holder.nodes) % 2 == 1):
            raise _MalformedError(start, "not valid JSON")
        holder.mark = text

    def _close(self, holder: _Open | None, text: str, end: int) -> None:
        if (
            holder is None
            or holder.mapping != (text == "}")
            or holder.mark == ":"
            or (holder.mapping and len(holder.nodes) % 2)
        ):
            raise _MalformedError(end - 1, "not valid JSON")
        self._open.pop()
        nodes = holder.nodes
        if holder.mapping:
            pairs = tuple(zip(nodes[::2], nodes[1::2], strict=True))
            self._add(Mapping(self._file, holder.start, end, "", pairs, holder.size))
        else:
            self._add(Sequence(self._file, holder.start, end, "", tuple(nodes), holder.size))

    def _scalar(self, token: re.Match[str]) -> Scalar:
        text = token.group()
        if token.lastgroup == "word":
            return Scalar(self._file, token.start(), token.end(), "", text, "")
        try:
            value = json.loads(text, strict=False)
        except ValueError as error:
            raise _MalformedError(token.start(), "not valid JSON: a string with a wrong escape") from error
        value = value.encode("utf-8", "replace").decode("utf-8", "replace")
        return Scalar(self._file, token.start(), token.end(), "", value, '"')

    def _add(self, node: Node) -> None:
        self._size += 1
        if self._size > MAX_NODES:
            raise _MalformedError(node.start, f"more than {MAX_NODES:,} nodes")
        if self._open:
            self._open[-1].nodes.append(node)
            self._open[-1].size += node.size
        else:
            self._done = node
