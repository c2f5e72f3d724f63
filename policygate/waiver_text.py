"""The text of the waiver file: entries are added to it and taken out of it, and all else stays as it is written."""

import json
import re
from collections.abc import Iterator, Sequence

from policygate.errors import UsageError
from policygate.waivers import Waiver
from policygate.yaml_places import Document

_HEADER = """\
# Exceptions from policygate's rules, each with its reason, its owner and its last day.
# `policygate waivers` lists them.
version: 1
waivers:
"""
_PLAIN = re.compile(r"\.?[A-Za-z][\w./@-]*(?: [\w./@-]+)*", re.ASCII)
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null"})
_ENTRY = re.compile(r"(?P<indent> *)-(?:\s|$)")
_HINT = "write each entry of `waivers` on lines of its own that begin with `- `"


def added(document: Document | None, waivers: Sequence[Waiver]) -> str:
    """The text with waivers at the end of the list; None is a file that is not there.

    Raises:
        UsageError: the list is written in a way that has no lines of its own.
    """
    if document is None or document.root is None:
        before = document.text if document else ""
        gap = "" if not before or before.endswith("\n") else "\n"
        return before + gap + _HEADER + render(waivers)
    lines = list(document.source_lines)
    ends = "\r\n" if "\r\n" in document.text else "\n"
    entries = document.texts_at("waivers")
    if entries is None:
        lines, at, indent = _ended([*lines, "waivers:\n"], ends), len(lines) + 1, "  "
    elif not entries:
        at = document.lines("waivers")[1]
        lines[at - 1] = re.sub(r"(waivers:)\s*\[\s*\]", r"\1", lines[at - 1])
        indent = "  "
    else:
        last = len(entries) - 1 if isinstance(entries, list) else 0
        first, at = _entry_lines(document, lines, last)
        found = _ENTRY.match(lines[first - 1])
        indent = found["indent"] if found else ""
    new = render(waivers, indent).replace("\n", ends)
    head = _ended(lines[:at], ends)
    return "".join([*head, new, *lines[at:]])


def pruned(document: Document, indexes: Sequence[int]) -> str:
    """The text without some entries, by their position in the list.

    Raises:
        UsageError: one of them has no lines of its own.
    """
    lines = list(document.source_lines)
    for index in sorted(indexes, reverse=True):
        first, last = _entry_lines(document, lines, index)
        del lines[first - 1 : last]
        if first - 1 < len(lines) and not lines[first - 1].strip() and (first < 2 or not lines[first - 2].strip()):
            del lines[first - 1]
    return "".join(lines)


def render(waivers: Sequence[Waiver], indent: str = "  ") -> str:
    """Waivers as entries of the list, their lines indented."""
    return "".join(f"{indent}{line}\n" for waiver in waivers for line in _render(waiver))


def _render(waiver: Waiver) -> Iterator[str]:
    yield f"- rule: {waiver.rule}"
    for name in ("path", "module", "context"):
        if getattr(waiver, name):
            yield f"  {name}: {_quote(getattr(waiver, name))}"
    if len(waiver.fingerprints) == 1:
        yield f"  fingerprint: {waiver.fingerprints[0]}"
    elif waiver.fingerprints:
        yield "  fingerprint:"
        yield from (f"    - {fingerprint}" for fingerprint in waiver.fingerprints)
    if waiver.count != max(1, len(waiver.fingerprints)):
        yield f"  count: {waiver.count}"
    for name in ("reason", "owner", "ticket", "approved_by"):
        if getattr(waiver, name):
            yield f"  {name}: {_quote(getattr(waiver, name))}"
    yield f"  created: {waiver.created}"
    yield f"  expires: {waiver.expires}"


def _quote(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _ended(lines: Sequence[str], ends: str) -> list[str]:
    """The lines, the last of them (but for what is appended) ended too."""
    return [line if line.endswith(("\n", "\r")) else line + ends for line in lines]


def _entry_lines(document: Document, lines: Sequence[str], index: int) -> tuple[int, int]:
    """The first and the last line of an entry, 1-based, its dash included."""
    first, last = document.lines("waivers", index)
    if lines[first - 1].strip() and not _ENTRY.match(lines[first - 1]) and lines[first - 2].strip() == "-":
        first -= 1
    before = document.lines("waivers", index - 1)[1] if index else 0
    if not _ENTRY.match(lines[first - 1]) or before >= first:
        raise UsageError(f"{document.path}: this entry cannot be edited", _HINT, document.at("waivers", index))
    return first, last
