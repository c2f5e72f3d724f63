"""Endpoints in the lines that a change adds to files which no reader understands: sources of programs, scripts."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple

from policygate.errors import CheckoutError
from policygate.facts import reader_of
from policygate.facts.endpoint.grammar import Parsed, parse_endpoint
from policygate.facts.model import ChangedFile
from policygate.facts.model_network import AddedEndpoint, Endpoint, HostPort
from policygate.location import At, Position

MAX_FILES = 2_000
"""Changed files that are searched; the others are not."""
MAX_BYTES = 1024 * 1024
"""What is larger is no source that people write."""
MAX_LITERALS = 20_000
"""What is looked at closely, in all files together; what comes later is not."""

Content = Callable[[str], bytes | None]

_READ = frozenset(
    {
        *("app_config", "compose", "env_file", "github_workflow", "gitlab_ci", "kubernetes", "manifest", "nginx"),
        *("service_file", "go_env", "go_mod", "go_sum", "go_work", "vendor"),
    }
)
"""Readers whose files are read as what they are, and manifests of modules, whose hosts are no services."""
_FOLDERS = frozenset(
    {
        *("__tests__", "doc", "docs", "fixtures", "node_modules", "spec", "test", "testdata", "tests", "third_party"),
        *("vendor",),
    }
)
_NAMES = (
    *("*_test.*", "test_*", "*.test.*", "*.spec.*", "*Test.java", "*Tests.java", "*Test.kt", "*.md", "*.markdown"),
    *("*.rst", "*.adoc", "*.txt", "*.lock", "*-lock.json", "*.min.js", "*.map", "*.po", "*.svg", "LICENSE*", "NOTICE*"),
)
_MARKUP = ("*.css", "*.htm", "*.html", "*.less", "*.scss", "*.wsdl", "*.xml", "*.xsd", "*.xsl")
"""Files whose links are for people, or names of schemas."""

_HINT = re.compile(r"://|@(?:tcp|unix)\(|jdbc:oracle:", re.IGNORECASE)
_HINT_BYTES = re.compile(_HINT.pattern.encode(), re.IGNORECASE)
_SCHEME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.:_-"
_CHAINED = re.compile(r"jdbc:|r2dbcs?:", re.IGNORECASE)
_END = re.compile(r"[\s\"'`<>\\]")
_QUOTES = "\"'`"
_CLOSING = {")": "(", "]": "[", "}": "{"}
_PUNCTUATION = ".,;:!?"
_MOST_BRACKETS = 5
_VARIABLE = re.compile(r"[$%{}<>()]")
_SIGN = re.compile(r"\\.|[\"'`]|(?:^\s*|(?<=\s))(?://|#|--\s|<!--)|/\*|^\s*[*;]")
_BLANKED = re.compile(r"\*+")
_WEB = ("http", "https")


def added_in(files: Iterable[ChangedFile], before: Content, after: Content) -> list[AddedEndpoint]:
    """The endpoints that a change adds to files which no reader of endpoints reads; `before` and `after` give contents.

    Tests, documents and what tools write are left out; so are files beyond `MAX_FILES` and literals beyond
    `MAX_LITERALS`, in the order that is given.
    """
    found: list[AddedEndpoint] = []
    search = Search()
    searched = [file for file in files if file.status != "removed" and is_searched(file.path)]
    for file in searched[:MAX_FILES]:
        now = _content(after, file.path)
        if now and _HINT_BYTES.search(now):
            old = b"" if file.status == "added" else _content(before, file.old_path or file.path)
            found += added_endpoints(file.path, old, now, search)
    return found


def _content(content: Content, path: str) -> bytes:
    """The text of a file; nothing for links, for what is too large, and for what is no text."""
    try:
        data = content(path) or b""
    except CheckoutError:
        return b""
    return b"" if len(data) > MAX_BYTES or b"\0" in data else data


def is_searched(path: str) -> bool:
    """Whether a changed file may hold endpoints that nothing else reads, by its path."""
    *folders, name = path.split("/")
    if not _FOLDERS.isdisjoint(folders) or any(fnmatchcase(name, pattern) for pattern in _NAMES):
        return False
    return reader_of(path) not in _READ


@dataclass
class Search:
    """What may still be looked at."""

    left: int = MAX_LITERALS

    def in_line(self, line: str, *, prose: bool) -> Iterator["_Literal"]:
        """The endpoints of one line; each of its characters is looked at for one of them only."""
        done = 0
        comment = 0 if prose else -1
        for hint in _HINT.finditer(line):
            if hint.start() < done or self.left <= 0:
                continue
            self.left -= 1
            start = _start(line, done, hint)
            text, parsed = _literal(line, start, hint.end())
            done = max(hint.end(), start + len(text))
            if parsed is None or not any(host.name and not _VARIABLE.search(host.name) for host in parsed.hosts):
                continue
            if parsed.scheme in _WEB:
                comment = _comment(line) if comment < 0 else comment
            if parsed.scheme not in _WEB or start < comment:
                yield _Literal(text, start, parsed)


def added_endpoints(path: str, before: bytes, after: bytes, search: Search | None = None) -> list[AddedEndpoint]:
    """The endpoint-shaped literals in lines that the old content does not have, in their order, each once.

    A line that only moves, or is indented anew, adds none; nor does one whose endpoint stood in a line that is gone.
    Addresses of the web in comments and in markup are for people and left out; other ones count wherever they stand.
    """
    search = search or Search()
    gone = Counter(line.strip() for line in _lines(before))
    added = []
    for number, line in enumerate(_lines(after), start=1):
        key = line.strip()
        if gone[key] > 0:
            gone[key] -= 1
        elif _HINT.search(line):
            added.append((number, line))
    prose = any(fnmatchcase(path.lower(), pattern) for pattern in _MARKUP)
    removed = (line for line, count in gone.items() if count > 0) if added else ()
    known = {each.text for line in removed for each in search.in_line(line, prose=prose)}
    found: dict[str, AddedEndpoint] = {}
    for number, line in added:
        for each in search.in_line(line, prose=prose):
            if each.text not in known and each.text not in found:
                found[each.text] = _endpoint(each, path, number)
    return list(found.values())


def _lines(data: bytes) -> list[str]:
    return data.decode("utf-8", "replace").split("\n")


def hidden(endpoints: Iterable[AddedEndpoint | Endpoint]) -> Iterator[At]:
    """The spans of their passwords, which no report may show."""
    for endpoint in endpoints:
        for blanked in _BLANKED.finditer(endpoint.text) if endpoint.credentials else ():
            yield endpoint.at.within(blanked.start(), blanked.end() - blanked.start())


class _Literal(NamedTuple):
    text: str
    start: int
    parsed: Parsed


def _start(line: str, done: int, hint: re.Match[str]) -> int:
    """Where the literal begins that a hint stands in."""
    left = line[done : hint.start()]
    if hint.group() != "://":
        ends = [match.end() for match in _END.finditer(left)]
        return done + (ends[-1] if ends else 0)
    run = left[len(left.rstrip(_SCHEME)) :]
    chained = _CHAINED.search(run)
    return hint.start() - len(run) + (chained.start() if chained else run.rfind(":") + 1)


def _literal(line: str, start: int, least: int) -> tuple[str, Parsed | None]:
    """The literal: up to its quote; else up to a blank or quote, without the punctuation behind it."""
    quote = line[start - 1] if start and line[start - 1] in _QUOTES else ""
    end = line.find(quote, least) if quote else -1
    parsed = parse_endpoint(line[start:end]) if end >= 0 else None
    if parsed:
        return line[start:end], parsed
    stop = _END.search(line, least)
    text = line[start : stop.start() if stop else len(line)].rstrip(_PUNCTUATION)
    for _ in range(_MOST_BRACKETS):
        last = text[-1:]
        if last not in _CLOSING or text.count(last) <= text.count(_CLOSING[last]):
            break
        text = text[:-1].rstrip(_PUNCTUATION)
    return text, parse_endpoint(text)


def _comment(line: str) -> int:
    """Where a comment begins, outside of quotes; behind the end of the line where there is none."""
    quote = ""
    for match in _SIGN.finditer(line):
        sign = match.group()
        if sign in _QUOTES:
            quote = "" if quote == sign else quote or sign
        elif not quote and not sign.startswith("\\"):
            return match.start()
    return len(line)


def _endpoint(literal: _Literal, path: str, number: int) -> AddedEndpoint:
    parsed, start = literal.parsed, literal.start + 1
    return AddedEndpoint(
        text=parsed.redacted,
        scheme=parsed.scheme,
        family=parsed.family,
        hosts=[HostPort(name=host.name, port=host.port) for host in parsed.hosts],
        database=parsed.database,
        tls=parsed.tls,
        credentials=parsed.password,
        dynamic=parsed.dynamic,
        at=At(
            path=path,
            start=Position(line=number, column=start),
            end=Position(line=number, column=start + len(literal.text)),
            origin="text",
        ),
    )
