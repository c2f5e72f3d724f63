"""The right side of a `replace` line, where it is a directory (https://go.dev/ref/mod#go-mod-file-replace)."""

import posixpath
import re

_DIRECTORY = re.compile(r"\.{1,2}(?:[/\\]|\Z)|[/\\]|[A-Za-z]:")
_ABSOLUTE = re.compile(r"/|[A-Za-z]:")


def is_directory(target: str) -> bool:
    """Whether go takes a target for a directory: by how it begins, on Unix and Windows alike."""
    return _DIRECTORY.match(target) is not None


def directory_in_checkout(file: str, target: str) -> str:
    """A target of the go.mod `file` from the root of the checkout; empty when it is absolute or leads outside."""
    path = target.replace("\\", "/")
    if _ABSOLUTE.match(path):
        return ""
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(file), path))
    return "" if joined == ".." or joined.startswith("../") else joined
