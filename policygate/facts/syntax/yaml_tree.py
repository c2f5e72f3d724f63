"""YAML as a tree of nodes that know their place, nothing resolved but aliases (https://yaml.org/spec/1.1/)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import yaml

from policygate.facts.model import Problem
from policygate.facts.syntax.yaml_scalar import map_block, map_flow

if TYPE_CHECKING:
    from policygate.facts.syntax.snippet import Snippet
    from policygate.location import At, Text

MAX_CHARACTERS = 5_000_000
MAX_DEPTH = 100
MAX_NODES = 100_000
"""Nodes of one file, an alias counted as often as it is used: nothing that walks the tree meets more of them."""

_MAX_DIRECTIVES = 100
_STRING_TAGS = frozenset({"!", "tag:yaml.org,2002:str"})


@dataclass(frozen=True, eq=False)
class Scalar:
    """A scalar: its text, and how it is written."""

    file: "Text"
    start: int
    """Code points before it, its anchor and tag included."""
    end: int
    tag: str
    """The tag that is written, its handle resolved; empty without one."""
    value: str
    style: str
    """Empty for a plain scalar; else `'`, `"`, `|` or `>`."""
    size: int = 1
    written: "Scalar | None" = None
    """What the file has, when parts of that were replaced to make this value."""
    replacements: tuple[tuple[int, int, str], ...] = ()
    """The parts of its value that were replaced: start, end and text, in order."""

    @property
    def plain(self) -> bool:
        """Whether a reader may take it for something else than a string."""
        return not self.style and self.tag not in _STRING_TAGS

    def snippet(self) -> "Snippet":
        """The content with its place in the file, character by character; roughly where that is unclear."""
        if self.written:
            return self.written.snippet().replaced(self.replacements)
        if self.style in {"|", ">"}:
            return map_block(self.file, self.start, self.end, self.value)
        return map_flow(self.file, self.start, self.end, self.value, self.style)

    def at(self) -> "At":
        """The content without its quotes or indicator, and without the line break at its end."""
        if self.written:
            return self.written.at()
        return self.snippet().at(0, len(self.value.rstrip("\n")))

    def replaced(self, replacements: tuple[tuple[int, int, str], ...]) -> "Scalar":
        """The same scalar with other texts in the place of parts of its value; what comes out is a string."""
        pieces = []
        done = 0
        for start, end, text in replacements:
            pieces += [self.value[done:start], text]
            done = end
        value = "".join([*pieces, self.value[done:]])
        return replace(self, value=value, tag="!", written=self, replacements=replacements)


@dataclass(frozen=True, eq=False)
class Sequence:
    """A sequence of nodes."""

    file: "Text"
    start: int
    end: int
    tag: str
    items: tuple["Node", ...]
    size: int

    def at(self) -> "At":
        """Its first line."""
        return _first_line(self.file, self.start, self.end)


@dataclass(frozen=True, eq=False)
class Mapping:
    """Pairs of nodes, as they are written."""

    file: "Text"
    start: int
    end: int
    tag: str
    pairs: tuple[tuple["Node", "Node"], ...]
    size: int
    merged: tuple["Mapping", ...] = ()
    """What it was merged from, the strongest first; empty when the file has it as it is."""

    @cached_property
    def entries(self) -> dict[str, tuple[Scalar, "Node"]]:
        """Key and value by the key's text, merge keys followed.

        What comes later wins, a merge as well, and of several merged mappings the first: so Ruby's reader has it, and
        GitLab with it. Keys that are no scalars are left out.
        """
        entries: dict[str, tuple[Scalar, Node]] = {}
        for key, value in self.pairs:
            if not isinstance(key, Scalar):
                continue
            merged = list(_merged(value)) if key.value == "<<" and key.plain else []
            for mapping in merged:
                entries.update(mapping.entries)
            if not merged:
                entries[key.value] = (key, value)
        return entries

    @cached_property
    def written_entries(self) -> dict[str, tuple[Scalar, "Node"]]:
        """As `entries`, but what is written hides what is merged wherever the merge stands: so Go's readers have it."""
        written = {key.value: (key, value) for key, value in self.pairs if isinstance(key, Scalar)}
        if "<<" not in written:
            return self.entries
        return {**self.entries, **{name: entry for name, entry in written.items() if name != "<<"}}

    @property
    def strata(self) -> tuple["Mapping", ...]:
        """The mappings that the file, or several files, have for it, the strongest first."""
        return self.merged or (self,)

    def value(self, name: str) -> "Node | None":
        """The value of a key, if there is one."""
        entry = self.entries.get(name)
        return entry and entry[1]

    def at(self) -> "At":
        """Its first line."""
        return _first_line(self.file, self.start, self.end)


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True)
class Tree:
    """The documents of a file; none when it is malformed, and then a problem says why."""

    documents: tuple[Node, ...]
    problems: tuple[Problem, ...] = ()


def parse(file: "Text", *, unique_keys: bool = False) -> Tree:
    """Read every document of a file; never raises.

    `unique_keys` makes a problem of each key that its mapping has twice, upper and lower case alike.
    """
    if len(file.text) > MAX_CHARACTERS:
        return _refused(file, 0, f"the file is larger than {MAX_CHARACTERS:,} characters")
    if file.text.count("\n%") > _MAX_DIRECTIVES:
        return _refused(file, 0, f"more than {_MAX_DIRECTIVES} YAML directives")
    composer = _Composer(file, unique_keys)
    try:
        composer.compose(yaml.parse(file.text[composer.shift :], Loader=yaml.CLoader))
    except _RefusedError as error:
        return _refused(file, error.offset, error.message)
    except yaml.reader.ReaderError as error:
        before = file.text.encode()[: error.position + len("\ufeff".encode()) * composer.shift]
        return _refused(file, len(before.decode()), f"not valid YAML: {error.reason}")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        offset = mark.index + composer.shift if mark else 0
        return _refused(file, offset, f"not valid YAML: {error.problem or error.context}")
    return Tree(tuple(composer.documents), tuple(composer.problems))


def _refused(file: "Text", offset: int, message: str) -> Tree:
    start = min(offset, len(file.text))
    return Tree((), (Problem(message=message, at=_first_line(file, start, len(file.text))),))


class _RefusedError(Exception):
    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message


@dataclass
class _Open:
    """A collection whose end has not come yet."""

    start: int
    tag: str
    anchor: str
    mapping: bool
    nodes: list[Node] = field(default_factory=list)
    size: int = 1


class _Composer:
    """Events to nodes without recursion: PyYAML's own composer overflows the C stack."""

    def __init__(self, file: "Text", unique_keys: bool) -> None:
        self.file = file
        self.unique_keys = unique_keys
        self.shift = 1 if file.text.startswith("\ufeff") else 0
        """libyaml counts no byte order mark."""
        self.documents: list[Node] = []
        self.problems: list[Problem] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, Node | None] = {}
        self._size = 0

    def compose(self, events: Iterable[yaml.Event]) -> None:
        """Fill `documents`; raises `_RefusedError` for what is too large, and what the parser raises."""
        for event in events:
            start = event.start_mark.index + self.shift if event.start_mark else 0
            end = event.end_mark.index + self.shift if event.end_mark else 0
            if isinstance(event, yaml.ScalarEvent):
                style = event.style or ""
                self._add(Scalar(self.file, start, end, event.tag or "", event.value, style), event.anchor)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._begin(start, event.tag or "", event.anchor or "", isinstance(event, yaml.MappingStartEvent))
            elif isinstance(event, yaml.CollectionEndEvent):
                self._finish(end)
            elif isinstance(event, yaml.AliasEvent):
                self._add(self._aliased(start, event.anchor or ""), None)
            elif isinstance(event, yaml.DocumentStartEvent):
                self._anchors.clear()

    def _begin(self, start: int, tag: str, anchor: str, mapping: bool) -> None:
        if len(self._open) == MAX_DEPTH:
            raise _RefusedError(start, f"nested more than {MAX_DEPTH} levels deep")
        self._open.append(_Open(start, tag, anchor, mapping))
        if anchor:
            self._anchors[anchor] = None

    def _finish(self, end: int) -> None:
        done = self._open.pop()
        keys, values = done.nodes[::2], done.nodes[1::2]
        if not done.mapping:
            self._add(Sequence(self.file, done.start, end, done.tag, tuple(done.nodes), done.size), done.anchor)
            return
        if self.unique_keys:
            self._require_unique(keys)
        pairs = tuple(zip(keys, values, strict=True))
        self._add(Mapping(self.file, done.start, end, done.tag, pairs, done.size), done.anchor)

    def _add(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = node
        holder = self._open[-1] if self._open else None
        total = node.size + (holder.size if holder else self._size)
        if total > MAX_NODES:
            raise _RefusedError(node.start, f"more than {MAX_NODES:,} nodes once its aliases are followed")
        if holder:
            holder.nodes.append(node)
            holder.size = total
        else:
            self.documents.append(node)
            self._size = total

    def _aliased(self, start: int, anchor: str) -> Node:
        if anchor not in self._anchors:
            raise _RefusedError(start, "not valid YAML: unknown alias")
        node = self._anchors[anchor]
        if node is None:
            raise _RefusedError(start, "not valid YAML: an alias inside of what it stands for")
        return node

    def _require_unique(self, keys: list[Node]) -> None:
        seen: set[str] = set()
        for key in keys:
            if isinstance(key, Scalar) and key.value.upper() in seen:
                self.problems.append(Problem(message=f"duplicate key `{key.value}`", at=key.at()))
            elif isinstance(key, Scalar):
                seen.add(key.value.upper())


def _merged(value: Node) -> Iterator[Mapping]:
    """The mappings that a merge key names, the weakest first; none when it names something else."""
    nodes = value.items[::-1] if isinstance(value, Sequence) else (value,)
    if all(isinstance(node, Mapping) for node in nodes):
        yield from (node for node in nodes if isinstance(node, Mapping))


_LINE = re.compile(r"[^\r\n]*")


def _first_line(file: "Text", start: int, end: int) -> "At":
    line = _LINE.match(file.text, start, end)
    return file.at(start, line.end() if line else start)
