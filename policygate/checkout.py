"""The files of a checkout, as git tracks them; the only reader of the tree (`git help ls-files`).

The author of the change controls every byte: git runs without any configuration that executes something or reaches
out, links that lead out of the tree are not followed, and what is no regular file is not opened.
"""

import os
import stat
import subprocess
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath

from policygate.errors import CheckoutError
from policygate.hardened import clean_environment, git_command, repository_of
from policygate.tree import DEFAULT_EXCLUDE, MAX_FILE_BYTES, SUBMODULE_MODE, Selection, is_excluded, too_large


class Checkout(Selection):
    """A work tree: its resolved root, and the wanted paths in it that are not excluded; relative, with `/`, sorted."""

    def __init__(self, root: Path, wanted: Callable[[str], bool], exclude: Sequence[str] = DEFAULT_EXCLUDE) -> None:
        super().__init__(wanted, exclude)
        self.root = root

    @cached_property
    def every(self) -> Sequence[str]:
        """All paths, whether wanted and excluded or not, sorted."""
        return tuple(sorted(path for path in self.entries if not path.endswith("/")))

    @cached_property
    def entries(self) -> frozenset[str]:
        """All paths, those of links themselves included, and the folders of submodules, which end in `/`."""
        return frozenset(_list(self.root))

    def follow(self, path: str) -> bytes | None:
        """The content of a file that another one refers to; None when it is not tracked, excluded, or leads out.

        Raises:
            CheckoutError: as `read`.
        """
        if path not in self._known or is_excluded(path, self._exclude):
            return None
        inner = self._resolve(path)
        return None if inner is None else _read(path, self.root / inner)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.every)

    def read(self, path: str) -> bytes:
        """The content of one of `paths`.

        Raises:
            CheckoutError: it cannot be read, is no regular file, or is larger than `MAX_FILE_BYTES`.
        """
        return _read(path, self.root / path)

    def content(self, path: str) -> bytes | None:
        """The content of any file, tracked or not; None when there is none. A link is not followed."""
        return read_beside(self.root, path)

    def identity(self, path: str) -> str:  # noqa: ARG002 - a revision knows it
        """Nothing: a work tree does not know what a file holds without reading it."""
        return ""

    def _resolve(self, path: str) -> str | None:
        """The path with links resolved; None when it leaves the tree. A plain path costs one system call."""
        full = self.root / path
        resolved = os.path.realpath(full)
        if resolved == str(full):
            return path
        inside = resolved.startswith(f"{self.root}{os.sep}")
        if not inside or (full.is_symlink() and not Path(resolved).is_file()):
            return None
        return Path(resolved).relative_to(self.root).as_posix()

    def _target(self, path: str) -> str:
        """What the outermost link on the way to a path says."""
        steps = (*reversed(PurePosixPath(path).parents), PurePosixPath(path))
        return next(str((self.root / step).readlink()) for step in steps if (self.root / step).is_symlink())


def existing_folder(root: Path) -> Path:
    """The folder with links resolved.

    Raises:
        CheckoutError: there is none.
    """
    try:
        resolved = root.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise CheckoutError(f"{root}: cannot be opened: {_reason(error)}", "give the root of a checkout") from error
    if not resolved.is_dir():
        raise CheckoutError(f"{root}: is not a folder", "give the root of a checkout")
    return resolved


def tracked_files(root: Path) -> frozenset[str]:
    """Everything that git tracks below a resolved root; empty without git."""
    repository = repository_of(root)
    return frozenset(_list_tracked(root, repository)) if repository else frozenset()


def read_beside(root: Path, name: str) -> bytes | None:
    """The content of a file at the root, tracked or not; None when there is none. A link is not followed."""
    return _read(name, root / name) if os.path.lexists(root / name) else None


def _read(path: str, full: Path) -> bytes:
    try:
        descriptor = os.open(full, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise CheckoutError(f"{path}: is not a regular file", "remove it from the checkout or exclude it")
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        hint = "make the file readable, or add it to `exclude` in policygate.yaml"
        raise CheckoutError(f"{path}: cannot be read: {_reason(error)}", hint) from error
    if len(data) > MAX_FILE_BYTES:
        raise too_large(path)
    return data


def _list(root: Path) -> Iterator[str]:
    """The files; a submodule is its folder, which ends in `/`."""
    repository = repository_of(root)
    return _list_folder(root) if repository is None else _list_tracked(root, repository)


def _list_tracked(root: Path, repository: Path) -> Iterator[str]:
    """The work tree's share of the index.

    One process without GitPython, whose import alone takes longer than everything else that listing does.
    """
    command = [*git_command(root, repository), "ls-files", "-z", "--stage"]
    try:
        listed = subprocess.run(command, cwd=root, env=clean_environment(), capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", b"").decode(errors="replace").strip() or _reason(error)
        hint = "repair the repository, or run on an export without `.git`"
        raise CheckoutError(f"git cannot list the files of the checkout: {said}", hint) from error
    seen = set()
    for record in listed.decode("utf-8", "surrogateescape").split("\0"):
        meta, _, path = record.partition("\t")
        mode = meta.partition(" ")[0]
        if path and path not in seen and os.path.lexists(root / path):
            seen.add(path)
            yield f"{path}/" if mode == SUBMODULE_MODE else path


def _list_folder(root: Path) -> Iterator[str]:
    pending = [root]
    while pending:
        folder = pending.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            inner = folder.relative_to(root).as_posix()
            raise CheckoutError(f"{inner}: cannot be listed: {_reason(error)}", "make the folder readable") from error
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                pending.append(Path(entry.path))
            else:
                yield Path(entry.path).relative_to(root).as_posix()


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
