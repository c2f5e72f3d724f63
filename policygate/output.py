"""Where reports go: stdout, or files that the checkout has no hand in."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from policygate.errors import UsageError

_HINT = "give a path that the checkout does not provide, such as one in a temporary folder"


def write_file(path: Path, text: str | bytes, root: Path, tracked: frozenset[str]) -> None:
    """Replace a file atomically.

    `root` is the checkout and `tracked` are the files that git holds in it: neither they nor anything behind a link
    inside the checkout is ever written, because the author of the change chose where they lead.

    Raises:
        UsageError: the path is refused, or cannot be written.
    """
    target = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the links that are refused here
    for step in _inside(target, root):
        if step.is_symlink():
            raise UsageError(f"{path}: `{step.relative_to(root)}` is a link inside the checkout", _HINT)
    if target.is_relative_to(root) and target.relative_to(root).as_posix() in tracked:
        raise UsageError(f"{path}: is a file of the checkout", _HINT)
    if target.is_symlink() or (target.exists() and not target.is_file()):
        raise UsageError(f"{path}: is a link or no regular file", _HINT)
    data = text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".policygate-", delete=False) as file:
            file.write(data)
        Path(file.name).chmod(0o644)
        Path(file.name).replace(target)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {(error.strerror or str(error)).lower()}") from error


def _inside(target: Path, root: Path) -> Iterator[Path]:
    """The path and its parents below the root, outermost first."""
    if target.is_relative_to(root):
        step = root
        for part in target.relative_to(root).parts:
            step /= part
            yield step
