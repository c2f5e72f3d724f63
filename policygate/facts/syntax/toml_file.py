"""TOML files with the places of their values, which the library does not tell (https://toml.io/en/v1.0.0)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from policygate.errors import SourceError
from policygate.facts.syntax.setting import Setting
from policygate.location import At, Text

_LONGEST = 500
"""Characters of a name; what lies deeper is no setting that people write."""
_MAX_MISSES = 50
"""Values of one key whose text the file has in another form; the others then stand where the key does."""

_MAX_PARTS = 30
"""Of a dotted name; the library's time grows with the square of them."""

_PART = r"(?:[A-Za-z0-9_-]++|\"(?:[^\"\\\n]|\\.){0,200}+\"|'[^'\n]{0,200}+')"
_DOTTED = rf"{_PART}(?:[ \t]*+\.[ \t]*+{_PART})*+"
_HEADER = re.compile(rf"[ \t]*+\[(?P<list>\[)?[ \t]*+(?P<name>{_DOTTED})[ \t]*+\]")
_KEY = re.compile(rf"[ \t]*+(?P<name>{_DOTTED})[ \t]*+=")
_NAME = re.compile(_DOTTED)
_PARTS = re.compile(_PART)
_TOKEN = re.compile(
    r"#[^\n]*+|(?P<long>\"\"\"(?:[^\\]|\\.)*?\"\"\"|\'\'\'.*?\'\'\')|\"(?:[^\"\\\n]|\\.)*+\"|'[^'\n]*+'", re.DOTALL
)
"""Of a file that the library has read, so that every string has an end."""


def parse_toml(file: Text) -> Iterator[Setting]:
    """The settings in the order of the library, `table.key`; items of a list share its name, tables have an index.

    Raises:
        SourceError: the file is malformed.
    """
    import tomllib  # noqa: PLC0415 - few checkouts have such a file

    deep = next((name for name in _NAME.finditer(file.text) if name.group().count(".") > _MAX_PARTS), None)
    if deep:
        raise SourceError(f"a name of more than {_MAX_PARTS} parts", at=file.at(*deep.span()))
    try:
        root = tomllib.loads(file.text)
    except (ValueError, RecursionError) as error:
        raise SourceError("not valid TOML", at=_place_of(file, str(error))) from error
    places = _Places(file)
    for name, value in _flattened(root):
        text = str(value).lower() if isinstance(value, bool) else str(value)
        yield Setting(name, text, places.at(name, text))


def _place_of(file: Text, message: str) -> At:
    """The line that the library complains about."""
    line = re.search(r"\(at line (\d{1,9})", message)
    return file.line_at(int(line.group(1)) if line else 1)


def _flattened(root: dict[str, object]) -> Iterator[tuple[str, object]]:
    open_: list[tuple[str, object]] = [("", root)]
    while open_:
        name, value = open_.pop()
        if isinstance(value, dict | list):
            open_ += reversed(list(_below(name, value))) if len(name) <= _LONGEST else ()
        else:
            yield name, value


def _below(name: str, value: dict[str, object] | list[object]) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield from ((f"{name}.{key}" if name else key, inner) for key, inner in value.items())
        return
    for index, item in enumerate(value):
        yield f"{name}[{index}]" if isinstance(item, dict | list) else name, item


@dataclass
class _Region:
    """The text of one key's value, up to the next key or header."""

    start: int
    end: int
    found: int
    """The end of the value that was found last."""
    misses: int = 0


class _Places:
    """Where values stand: behind their key, wherever their text is found there; else all that stands behind the key."""

    def __init__(self, file: Text) -> None:
        self._file = file
        self._regions: dict[str, _Region] = {}
        self._counts: dict[str, int] = {}
        last: _Region | None = None
        table = ""
        for start, line in _lines(file):
            header, key = _HEADER.match(line), _KEY.match(line)
            if last is not None and (header or key):
                last.end = start
            if header:
                table, last = self._table(header), None
            elif key:
                first = start + key.end()
                last = _Region(first, len(file.text), first)
                self._regions.setdefault(f"{table}.{_name(key)}" if table else _name(key), last)

    def _table(self, header: re.Match[str]) -> str:
        """The name of a table, with the index of each list of tables that it is in."""
        parts = [part.strip("\"'") for part in _PARTS.findall(header["name"])]
        name = ""
        for number, part in enumerate(parts, start=1):
            name = f"{name}.{part}" if name else part
            if number == len(parts) and header["list"]:
                self._counts[name] = self._counts.get(name, -1) + 1
            if name in self._counts:
                name = f"{name}[{self._counts[name]}]"
        return name

    def at(self, name: str, text: str) -> At:
        """The place of a value."""
        while name not in self._regions and name:
            name = name.rpartition(".")[0] if name.count(".") >= name.count("[") else name.rpartition("[")[0]
        region = self._regions.get(name)
        if region is None:
            return self._file.line_at(1)
        found = self._file.text.find(text, region.found, region.end) if text and region.misses < _MAX_MISSES else -1
        if found >= 0:
            region.found = found + len(text)
            return self._file.at(found, region.found)
        region.misses += 1
        written = self._file.text[region.start : region.end]
        start = region.start + len(written) - len(written.lstrip())
        return self._file.at(start, max(start, region.start + len(written.rstrip())))


def _name(key: re.Match[str]) -> str:
    return ".".join(part.strip("\"'") for part in _PARTS.findall(key["name"]))


def _lines(file: Text) -> Iterator[tuple[int, str]]:
    """The lines that begin outside of strings, with their offsets."""
    strings = [match.span() for match in _TOKEN.finditer(file.text) if match["long"]]
    start = index = 0
    for line in file.lines:
        while index < len(strings) and strings[index][1] <= start:
            index += 1
        if index == len(strings) or start <= strings[index][0]:
            yield start, line
        start += len(line) + 1
