"""What a location gives out, and where that comes from."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from policygate.facts.model_nginx import NginxContent
from policygate.facts.nginx.blocks import Node, Site
from policygate.facts.nginx.targets import SCHEMES, target_of

_PROGRAMS = frozenset(
    {"stub_status", "empty_gif", "perl", "js_content", "content_by_lua", "content_by_lua_block", "content_by_lua_file"}
)
_SCRIPTS = frozenset({"fastcgi_pass", "uwsgi_pass", "scgi_pass"})
_WHOLE = re.compile(r"\^?/?\(?(?:\.\*|\.\+)?\)?\$?")
"""Patterns of a `rewrite` that every path matches."""
_MADE = frozenset({"root", "alias", "return", "rewrite", "try_files", *_PROGRAMS, *SCHEMES})
"""What a location says about its content."""


@dataclass(frozen=True)
class Folder:
    """Where static files lie."""

    how: Literal["root", "alias"]
    directory: str
    """As written, without a final slash."""
    cut: int
    """How many characters of the path are left out: those of the location with an `alias`."""
    node: Node
    """The directive."""

    def file(self, path: str) -> str:
        """The file for a path."""
        return posixpath.normpath(f"{self.directory}/{path[self.cut :]}")


def content_of(node: Node) -> NginxContent:
    """What a location, or a server without locations, answers with."""
    if "content" not in node.memo:
        node.memo["content"] = _content(node)
    known: NginxContent = node.memo["content"]  # type: ignore[assignment]
    return known


def _content(node: Node) -> NginxContent:
    for each in node.own("return", "rewrite"):
        if each.name == "return" and each.args:
            return _returned(each.args)
        if each.name == "rewrite" and _is_redirect(each.args):
            return "redirect"
    if _handed(node):
        return "pass"
    return "other" if any(each.name in _PROGRAMS for each in node.inner) else "static"


def _returned(args: list[str]) -> NginxContent:
    code = args[0]
    if not code.isdigit() or code.startswith("3"):
        return "redirect"
    return "constant" if code.startswith("2") else "refusal"


def _is_redirect(args: list[str]) -> bool:
    """Whether a `rewrite` sends every client elsewhere."""
    if len(args) < 2 or not _WHOLE.fullmatch(args[0]):
        return False
    return args[-1] in ("redirect", "permanent") or args[1].startswith(("http://", "https://", "$scheme"))


def _handed(node: Node) -> list[Node]:
    return [each for each in node.own(*SCHEMES) if each.args]


def is_bare(node: Node) -> bool:
    """Whether a location says nothing about its content: it is there to keep people out."""
    return not any(each.name in _MADE for each in node.inner)


def folder_of(node: Node) -> Folder | None:
    """Where the files of a location lie; None when a regular expression or a variable of the request decides that."""
    found = node.inherited("alias", "root")
    if not found or not found[-1].args or found[-1].outer is None:
        return None
    directive, block = found[-1], found[-1].outer
    modifier, pattern = block.located if block.name == "location" else ("", "")
    directory = directive.args[0]
    if "$" in directory or (directive.name == "alias" and modifier in ("~", "~*")):
        return None
    cut = len(pattern) if directive.name == "alias" else 0
    return Folder("alias" if cut else "root", directory.rstrip("/") or "/", cut, directive)


def sources(site: Site, node: Node, depth: int = 0) -> Iterator[str]:
    """The hosts that requests are handed to, those that `try_files` falls back to included."""
    for each in _handed(node):
        target = target_of(each.name, each.args[0])
        yield f"{target.host}:{target.port}".lower()
    for tried in node.own("try_files"):
        fallback = site.named(tried.args[-1]) if tried.args else None
        if fallback and depth < 3:
            yield from sources(site, fallback, depth + 1)


def gives_out(site: Site, one: Node, other: Node, path: str) -> bool:
    """Whether a location gives out, for a path, what another one is there to protect."""
    if content_of(other) not in ("pass", "static"):
        return False
    if is_bare(one) or content_of(one) == "refusal":
        return True
    if set(sources(site, one)) & set(sources(site, other)):
        return True
    mine, its = folder_of(one), folder_of(other)
    same = mine is not None and its is not None and mine.file(path) == its.file(path)
    return same and content_of(one) == "static" and (content_of(other) == "static" or bool(other.own(*_SCRIPTS)))
