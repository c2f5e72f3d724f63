"""What COPY, ADD and RUN do with files that decide about module downloads (https://docs.docker.com/reference/dockerfile/#copy)."""

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from policygate.facts.syntax.dockerfile import Instruction, json_words
from policygate.facts.syntax.dockerfile_words import split_words
from policygate.location import At

_NETRC = re.compile(r"[._]netrc")
_GO_ENV = re.compile(r".*/\.config/go/env|/(?:.*/)?go[^/]*/go\.env|\$\{?GOROOT\}?/go\.env", re.DOTALL)
"""Where the go command looks: in the user's folder, and in its own."""

_FILE = r"[^\s\"';&|<>()]{0,300}?[._]netrc)(?![\w.-])"
_WRITES = re.compile(
    rf"(?:>>?\|?|\btee(?:[ \t]{{1,9}}-a)?)[ \t]{{0,9}}[\"']?(?P<file>{_FILE}"
    rf"|\b(?:cp|mv|install)[ \t][^\n;&|<>]{{0,300}}?[ \t][\"']?(?P<copy>{_FILE}(?=[\"' \t]*(?:[\n;&|<>)]|\Z))"
)
_CREDENTIALS = re.compile(r"\bpassword\b|/run/secrets/")
_REMOVES = re.compile(r"\brm\b[^\n;&|]{0,300}[._]netrc(?![\w.-])")
_FLAG = re.compile(r"--(?P<name>[a-z-]+)=(?P<value>.*)", re.DOTALL)


@dataclass(frozen=True)
class Copied:
    """One source of a COPY or ADD."""

    source: str
    target: str
    """Where it goes, as far as the instruction says it."""
    stage: str
    """The stage or image that it comes from; empty for the build context."""
    at: At


@dataclass(frozen=True)
class Mount:
    """A `--mount` of a RUN."""

    kind: str
    id: str
    target: str


def copies(instruction: Instruction, escape: str, expand: Callable[[str], str]) -> Iterator[Copied]:
    """The sources of a COPY or ADD, documents in the file left out; `expand` may raise `WordError`."""
    arguments = instruction.arguments
    listed = json_words(arguments)
    if listed is None:
        spans = split_words(arguments.source, escape)
        words = [(arguments.source[start:end], start, end) for start, end in spans]
    else:
        words = [(word, start, start + len(word)) for word, start in listed]
    stage = next((value for name, value in _flags(instruction) if name == "from"), "")
    target = expand(words[-1][0]) if words else ""
    for text, start, end in words[:-1]:
        if not text.startswith("<<"):
            yield Copied(expand(text), target, stage, arguments.at(start, end))


def mounts(instruction: Instruction) -> Iterator[Mount]:
    """What is lent to a RUN."""
    for name, value in _flags(instruction):
        if name == "mount":
            parts = dict(part.partition("=")[::2] for part in value.split(","))
            target = parts.get("target") or parts.get("dst") or parts.get("destination") or ""
            yield Mount(parts.get("type", "bind"), parts.get("id", ""), target)


def is_netrc(name: str) -> bool:
    """Whether the go command, and curl, look for credentials in a file of this name."""
    return bool(_NETRC.fullmatch(name))


def netrc_of(copied: Copied) -> str:
    """The name of a netrc file that is copied; empty for any other file."""
    names = posixpath.basename(copied.source), posixpath.basename(copied.target)
    return next((name for name in names if is_netrc(name)), "")


def is_go_env(copied: Copied) -> bool:
    """Whether a file becomes one that the go command reads its settings from."""
    folder = copied.target.endswith("/")
    target = posixpath.join(copied.target, posixpath.basename(copied.source)) if folder else copied.target
    return bool(_GO_ENV.fullmatch(target))


def written_netrcs(script: str) -> Iterator[tuple[str, int, int]]:
    """Name and span of each netrc file with credentials that a script writes and does not remove itself."""
    for match in _WRITES.finditer(script) if _CREDENTIALS.search(script) else ():
        if not _REMOVES.search(script, match.end()):
            group = match.lastgroup or ""
            yield match[group], *match.span(group)


def _flags(instruction: Instruction) -> Iterator[tuple[str, str]]:
    for flag in instruction.flags:
        match = _FLAG.fullmatch(flag)
        if match:
            yield match["name"], match["value"]
