"""Our own YAML files (https://yaml.org/spec/1.1/): small, without tricks, and each value with its place."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import yaml

from policygate.errors import UsageError
from policygate.location import At, Position

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 16

KEY = "#"
"""The last part of the place of a key itself; the place without it is the value's."""


class _Mark(Protocol):
    """A place in YAML text, both numbers 0-based."""

    line: int
    column: int


@dataclass(frozen=True, eq=False)
class Document:
    """A file that was understood as YAML."""

    path: str
    text: str
    root: yaml.Node | None
    """None when the file is empty."""

    @cached_property
    def source_lines(self) -> list[str]:
        """The lines with their ends, as YAML has them; where else Python sees one YAML refuses the character."""
        return self.text.splitlines(keepends=True)

    def values(self) -> object:
        """What it says, as YAML 1.1 has it: numbers, booleans, dates, ...; None when the file is empty.

        Raises:
            UsageError: a value is not what its form promises.
        """
        try:
            return yaml.load(self.text, Loader=yaml.CSafeLoader)
        except yaml.YAMLError as error:
            raise _no_yaml(self.path, error) from error
        except ValueError as error:
            raise UsageError(f"{self.path}: is not YAML: {error}") from error

    def texts(self) -> object:
        """What it says, every scalar as the text that is written; None when the file is empty."""
        return None if self.root is None else _texts(self.root)

    def texts_at(self, *keys: str | int) -> object:
        """What one value says, as `texts` has it; None when it is not there."""
        node = self._node(*keys)
        return None if node is None else _texts(node)

    def at(self, *keys: str | int) -> At | None:
        """The place of a value, or of the nearest one around it; with `KEY` at the end that of its key."""
        if self.root is None:
            return None
        node = key_node = self.root
        for key in keys:
            if key == KEY:
                return _span(self.path, key_node)
            found = _step(node, key)
            if found is None:
                break
            key_node, node = found
        return _span(self.path, node)

    def lines(self, *keys: str | int) -> tuple[int, int]:
        """The first and the last line of a value that is there, 1-based; blank lines after it are not of it."""
        node = self._node(*keys)
        if node is None:
            raise KeyError(keys)
        last = _last_line(node)
        while last > node.start_mark.line and not "".join(self.source_lines[last : last + 1]).strip():
            last -= 1
        return node.start_mark.line + 1, last + 1

    def _node(self, *keys: str | int) -> yaml.Node | None:
        node = self.root
        for key in keys:
            found = _step(node, key) if node else None
            node = found[1] if found else None
        return node


def parse(path: str, data: bytes, *, hint: str = "") -> Document:
    """The document in the bytes of a file; `path` is for messages and places, `hint` says what the form is.

    Raises:
        UsageError: the text is no YAML, or has anchors, a key twice, or unreasonable size or depth.
    """
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path}: is larger than {MAX_BYTES // 1024} KiB", "keep only policygate's settings in it")
    try:
        text = data.decode("utf-8")
        _refuse_tricks(path, text, hint)
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is not UTF-8", "save it as UTF-8") from error
    except yaml.YAMLError as error:
        raise _no_yaml(path, error) from error
    if root is not None:
        _refuse_repetition(path, root)
    return Document(path, text, root)


def _no_yaml(path: str, error: yaml.YAMLError) -> UsageError:
    reason = str(getattr(error, "problem", None) or error).partition("\n")[0]
    return UsageError(f"{path}: is not YAML: {reason}", "", _point(path, getattr(error, "problem_mark", None)))


def _refuse_tricks(path: str, text: str, hint: str) -> None:
    """Neither anchors nor deep nesting belong here, and both can make a small text huge."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            at = _point(path, event.start_mark)
            raise UsageError(f"{path}: anchors and aliases are not allowed", "write the values out", at)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise UsageError(f"{path}: is nested too deeply", hint, _point(path, event.start_mark))


def _refuse_repetition(path: str, node: yaml.Node) -> None:
    """A key twice is no YAML (section 3.2.1.1), and what it means differs from one program to the next."""
    seen = set()
    for key, value in _children(node):
        if isinstance(key, yaml.ScalarNode):
            if key.value in seen:
                raise UsageError(f"{path}: the key `{key.value}` is there twice", "keep one", _span(path, key))
            seen.add(key.value)
        _refuse_repetition(path, value)


def _children(node: yaml.Node) -> Iterator[tuple[yaml.Node | None, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from node.value
    elif isinstance(node, yaml.SequenceNode):
        yield from ((None, value) for value in node.value)


def _step(node: yaml.Node, key: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The key and the value below a mapping; in a sequence the item stands for both."""
    if isinstance(node, yaml.MappingNode):
        return next(((name, value) for name, value in node.value if name.value == str(key)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key], node.value[key]
    return None


def _texts(node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _texts(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_texts(value) for value in node.value]
    return node.value


def _last_line(node: yaml.Node) -> int:
    """The 0-based line that ends a node: a block ends where its last value does, not where the next token is."""
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    start, end = node.start_mark, node.end_mark
    return end.line - 1 if end.column == 0 and end.line > start.line else end.line


def _span(path: str, node: yaml.Node) -> At:
    """The node, when it stands on one line; else its start."""
    start, end = _point(path, node.start_mark), _point(path, node.end_mark)
    return At(path=path, start=start.start, end=end.end, origin="text") if end.end.line == start.end.line else start


def _point(path: str, mark: _Mark | None) -> At:
    line, column = (mark.line, mark.column) if mark else (0, 0)
    position = Position(line=line + 1, column=column + 1)
    return At(path=path, start=position, end=position, origin="text")
