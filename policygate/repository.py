"""A git repository's objects and history, read without a look at the work tree (`git help cat-file`).

Contents come from one `git cat-file --batch`, and are read once however many revisions hold them. Git runs as hardened
as for a work tree, fetches nothing, and none of the caller's `GIT_*` variables reach it.
"""

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from policygate.errors import CheckoutError
from policygate.hardened import clean_environment, git_command, program, repository_of
from policygate.tree import MAX_FILE_BYTES, too_large

if TYPE_CHECKING:
    from git import Repo

MAX_HELD_BYTES = 256 * 1024 * 1024
"""Contents that are kept for the next one who asks."""
_AT_ONCE = 1000
"""Names that are sent before the answers are read: fewer than a pipe holds, or both sides would wait for ever."""


@dataclass(frozen=True)
class Blob:
    """An entry of a tree."""

    mode: str
    id: str


class ChangedPath(NamedTuple):
    """A file that differs between two revisions."""

    status: str
    """`added`, `changed`, `removed` or `renamed`."""
    path: str
    old_path: str


class Repository:
    """A git repository, and the folder in it that is the root of the checkout."""

    def __init__(self, root: Path) -> None:
        """Open the repository around a resolved folder.

        Raises:
            CheckoutError: there is none, or git cannot open it.
        """
        top = repository_of(root)
        if top is None:
            raise CheckoutError(f"{root.name}: is no git repository", "a merge request is judged by its git history")
        self.root = root
        self._top = top
        self.folder = "" if top == root else f"{root.relative_to(top).as_posix()}/"
        self._repo = _open(root, top)
        self._contents: dict[str, bytes] = {}
        self._too_large: set[str] = set()
        self._held = 0

    def __del__(self) -> None:
        """End the process behind the contents."""
        if "_batch" in vars(self):
            for stream in (self._batch.stdin, self._batch.stdout, self._batch.stderr):
                stream.close()
            self._batch.wait()

    def run(self, *arguments: str) -> str:
        """What a git command prints.

        Raises:
            CheckoutError: the command failed; the message is what git said.
        """
        from git.exc import CommandError  # noqa: PLC0415 - the import takes longer than many a check

        try:
            with _without_git_variables():
                output = self._repo.git.execute(
                    [*self._command, *arguments], stdout_as_string=False, strip_newline_in_stdout=False
                )
        except CommandError as error:
            said = str(error.stderr).strip().removeprefix("stderr: ").strip("'\n ")
            raise CheckoutError(f"git {arguments[0]} failed: {said or error}", "repair the repository") from error
        return output.decode("utf-8", "surrogateescape")

    @cached_property
    def _command(self) -> Sequence[str]:
        return git_command(self.root, self._top)

    def commit(self, revision: str) -> str:
        """The id of a commit; empty when there is no such commit here."""
        try:
            return self.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").strip()
        except CheckoutError:
            return ""

    def merge_bases(self, one: str, other: str) -> Sequence[str]:
        """The best common ancestors of two commits; none when their histories are unrelated as far as they are here."""
        try:
            return self.run("merge-base", "--all", one, other).split()
        except CheckoutError:
            return ()

    @property
    def is_shallow(self) -> bool:
        """Whether some of the history is not here."""
        return self.run("rev-parse", "--is-shallow-repository").strip() == "true"

    def changed(self, base: str, head: str) -> Iterator[ChangedPath]:
        """The files below the root that differ, renames followed."""
        arguments = ("diff-tree", "-r", "-z", "--raw", "--find-renames", "--no-ext-diff", "--no-textconv")
        fields = self.run(*arguments, base, head).split("\0")
        names = {"A": "added", "D": "removed", "R": "renamed"}
        position = 0
        while position + 1 < len(fields):
            letter = fields[position].rpartition(" ")[2][:1]
            old = fields[position + 1]
            new = fields[position + 2] if letter == "R" else old
            position += 3 if letter == "R" else 2
            inside = (self._inside(old), self._inside(new))
            if letter == "R" and all(inside):
                yield ChangedPath("renamed", inside[1], inside[0])
            elif letter == "R":
                yield ChangedPath(*(("added", inside[1], "") if inside[1] else ("removed", inside[0], "")))
            elif inside[0]:
                yield ChangedPath(names.get(letter, "changed"), inside[0], "")

    def _inside(self, path: str) -> str:
        return path[len(self.folder) :] if path.startswith(self.folder) else ""

    def tree(self, commit: str) -> Mapping[str, Blob]:
        """The entries below the root by path; the tree object is read as a whole.

        Raises:
            CheckoutError: the tree is not here.
        """
        listed = self.run("ls-tree", "-r", "-z", f"{commit}:{self.folder}").split("\0")
        entries = {}
        for record in listed:
            meta, _, path = record.partition("\t")
            if {"", ".", ".."} & set(path.split("/")) and path:
                raise CheckoutError(f"`{path}` is no path that git allows", "`git fsck` tells what made it")
            if path:
                mode, _, blob = meta.split(" ")
                entries[path] = Blob(mode, blob)
        return entries

    def content(self, path: str, blob: str) -> bytes:
        """The bytes of a blob.

        Raises:
            CheckoutError: it is not here, or larger than `MAX_FILE_BYTES`.
        """
        if blob not in self._contents:
            if self._held > MAX_HELD_BYTES:
                self._contents.clear()
                self._held = 0
            self.load([blob])
        if blob in self._too_large:
            raise too_large(path)
        if blob not in self._contents:
            hint = "fetch it with `git fetch --refetch --no-filter origin`: a partial clone does not hold every file"
            raise CheckoutError(f"{path}: git does not have its content here", hint)
        return self._contents[blob]

    def load(self, blobs: Iterable[str]) -> None:
        """Read blobs that are not at hand yet, until `MAX_HELD_BYTES` are; what is not here is not."""
        wanted = [blob for blob in dict.fromkeys(blobs) if blob not in self._contents]
        for start in range(0, len(wanted), _AT_ONCE):
            chunk = wanted[start : start + _AT_ONCE]
            self._batch.stdin.write("".join(f"{blob}\n" for blob in chunk).encode())
            self._batch.stdin.flush()
            for blob in chunk:
                self._receive(blob, self._batch.stdout)

    def _receive(self, blob: str, answers: IO[bytes]) -> None:
        kind, _, length = answers.readline().decode().partition(" ")[2].strip().partition(" ")
        if kind == "missing":
            return
        if not length:
            raise CheckoutError("git broke off in the middle of an answer", "`git fsck` tells what is broken")
        size = int(length)
        if size > MAX_FILE_BYTES:
            self._too_large.add(blob)
        if size > MAX_FILE_BYTES or self._held > MAX_HELD_BYTES:
            _skip(answers, size + 1)
            return
        data = answers.read(size + 1)
        if len(data) != size + 1:
            raise CheckoutError("git broke off in the middle of a file", "`git fsck` tells what is broken")
        self._contents[blob] = data[:-1]
        self._held += size

    @cached_property
    def _batch(self) -> Any:  # noqa: ANN401 - GitPython's own wrapper has no types
        """One process for all contents."""
        with _without_git_variables():
            return self._repo.git.execute(
                [*self._command, "cat-file", "--batch"], istream=subprocess.PIPE, as_process=True
            )


def _skip(stream: IO[bytes], size: int) -> None:
    while size > 0 and (data := stream.read(min(size, MAX_FILE_BYTES))):
        size -= len(data)


def _open(root: Path, top: Path) -> "Repo":
    os.environ["GIT_PYTHON_GIT_EXECUTABLE"] = program(root)  # else importing it runs whatever git the PATH has first
    from git import Repo  # noqa: PLC0415 - the import takes longer than many a check
    from git.exc import GitError  # noqa: PLC0415

    try:
        with _without_git_variables():
            return Repo(top, expand_vars=False)
    except (GitError, OSError, ValueError) as error:
        hint = "repair the repository, or run on a fresh clone"
        raise CheckoutError(f"{top.name}: git cannot open the repository: {error}", hint) from error


@contextmanager
def _without_git_variables() -> Iterator[None]:
    """Take the caller's `GIT_*` variables away: GitPython hands the environment of this process on to git."""
    held = dict(os.environ)
    os.environ.clear()
    os.environ.update(clean_environment())
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(held)
