"""Where reports and messages go: stdout, stderr, or files that the checkout has no hand in."""

import os
import re
import shutil
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from policygate.errors import PolicygateError, UsageError

if TYPE_CHECKING:
    from policygate.findings import Verdict

Output = tuple[str, Path | None]
"""A format and the file that it goes to; None is stdout."""

SCREEN: Output = ("text", None)
"""The output that shows problems itself; without it they go to stderr."""

_COMMAND = re.compile(r"^\s*::|##\w*\[")
"""What the runners of GitHub and Azure obey, in any stream."""
_HINT = "give a path that the checkout does not provide, such as one in a temporary folder"


def write_reports(verdict: "Verdict", outputs: Sequence[Output], root: Path, *, color: str, quiet: bool) -> None:
    """Render a verdict in every format that was asked for."""
    from policygate.report import renderer, text  # noqa: PLC0415 - not before there is something to show

    for name, file in outputs:
        if file is not None:
            write_file(file, renderer(name)(verdict), root)
        elif (name, file) == SCREEN:
            sys.stdout.write(text.render(verdict, width=stream_width(), color=is_colored(color), quiet=quiet))
        else:
            sys.stdout.write(renderer(name)(verdict))
    if SCREEN not in outputs:
        for problem in verdict.problems:
            print_error(PolicygateError(problem.message, problem.hint, problem.at))


def print_error(error: PolicygateError) -> None:
    """Say on stderr what went wrong, where, and what to do; no terminal and no runner finds a command in it."""
    place = f"{error.at.path}:{error.at.start.line}:{error.at.start.column}: " if error.at and error.at.path else ""
    lines = [f"error: {place}{error.message}", *([f"  hint: {error.hint}"] if error.hint else [])]
    for line in "\n".join(lines).split("\n"):
        printable = "".join(char if char.isprintable() else "\ufffd" for char in line)
        print(_COMMAND.sub(lambda match: f"{match[0][:-1]}\ufffd{match[0][-1]}", printable), file=sys.stderr)


def write_file(path: Path, text: str, root: Path, *, tracked: bool = False, parents: bool = False) -> None:
    """Replace a file atomically.

    `root` is the checkout. Nothing behind a link inside it is ever written, because the author of the change chose
    where it leads; nor is a file that git tracks there, unless `tracked` says that it is the one to be edited.
    `parents` makes the folders that it lacks.

    Raises:
        UsageError: the path is refused, or cannot be written.
    """
    import tempfile  # noqa: PLC0415 - only when a file is written

    from policygate.checkout import existing_folder, tracked_files  # noqa: PLC0415

    folder = existing_folder(root)
    target = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the links that are refused here
    for step in _inside(target, folder):
        if step.is_symlink():
            raise UsageError(f"{path}: `{step.relative_to(folder)}` is a link inside the checkout", _HINT)
    if not tracked and target.is_relative_to(folder) and target.relative_to(folder).as_posix() in tracked_files(folder):
        raise UsageError(f"{path}: is a file of the checkout", _HINT)
    if target.is_symlink() or (target.exists() and not target.is_file()):
        raise UsageError(f"{path}: is a link or no regular file", _HINT)
    try:
        if parents:
            target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".policygate-", delete=False) as file:
            file.write(text.encode("utf-8", "backslashreplace"))
        Path(file.name).chmod(0o644)
        Path(file.name).replace(target)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {(error.strerror or str(error)).lower()}") from error


def stream_width() -> int:
    """The terminal's width, between 60 and 120 columns; 100 when stdout is no terminal."""
    return max(60, min(shutil.get_terminal_size().columns, 120)) if sys.stdout.isatty() else 100


def is_colored(choice: str) -> bool:
    """Whether to colour, by the flag, NO_COLOR and FORCE_COLOR (https://no-color.org, https://force-color.org)."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


class Progress:
    """Names the stage on stderr when a run takes longer than a second, on a terminal only."""

    def __init__(self) -> None:
        self._stage = "starting"
        self._timer = threading.Timer(1.0, self._show)
        self._late = False

    def __enter__(self) -> "Progress":
        if sys.stderr.isatty():
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def stage(self, name: str) -> None:
        """Enter the next stage."""
        self._stage = name
        if self._late:
            self._show()

    def _show(self) -> None:
        self._late = True
        print(f"policygate: {self._stage} ...", file=sys.stderr)


def _inside(target: Path, root: Path) -> Iterator[Path]:
    """The path and its parents below the root, outermost first."""
    if target.is_relative_to(root):
        step = root
        for part in target.relative_to(root).parts:
            step /= part
            yield step
