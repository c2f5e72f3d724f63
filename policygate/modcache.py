"""A module cache, as GOMODCACHE names it (https://go.dev/ref/mod#module-cache); the only reader of one.

It is no part of the checkout, so `checkout.py` has nothing to do with it: nobody tracks its files, a caller names it,
and what it holds came from proxies. It is as hostile as a checkout: links are not followed, and sizes are bounded.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from policygate.errors import ArchiveError, UsageError
from policygate.facts.go.dirhash import MAX_GO_MOD_BYTES, MAX_MODULE_BYTES, hash_files, hash_go_mod, hash_zip
from policygate.facts.go.module_path import escape

_MAX_FILES = 200_000
"""In one unpacked module."""
_MAX_HASH_BYTES = 1024
_HASH_LENGTH = len("h1:") + 44


class ModuleCache:
    """The modules that were downloaded to a machine."""

    def __init__(self, root: Path) -> None:
        """Raises: UsageError when the folder is no module cache."""
        self.root = root
        self._downloads = root / "cache" / "download"
        if not self._downloads.is_dir():
            hint = "give what `go env GOMODCACHE` prints, once something was downloaded"
            raise UsageError(f"{root}: is no module cache: it holds no `cache/download`", hint)

    def go_mod(self, module: str, version: str) -> bytes | None:
        """The go.mod of a version; None when it was not downloaded.

        Raises:
            ArchiveError: it cannot be read, or is larger than go allows.
        """
        file = self._file(module, version, "mod")
        return None if file is None else _read(file, MAX_GO_MOD_BYTES)

    def hashes(self, module: str, version: str) -> dict[str, str]:
        """The hash of each thing that there is of a module.

        These are its `zip`, the `folder` that it was unpacked to, and what the `ziphash` file says, which go believes
        without looking at the zip, unless it is no hash at all.

        Raises:
            ArchiveError: a part of it cannot be read, is damaged, or is larger than go allows.
        """
        found = {}
        archive = self._file(module, version, "zip")
        if archive is not None:
            with _open(archive, MAX_MODULE_BYTES) as content:
                found["zip"] = hash_zip(content)
        recorded = self._file(module, version, "ziphash")
        if recorded is not None:
            text = _read(recorded, _MAX_HASH_BYTES).decode(errors="replace").strip()
            found |= {"ziphash": text} if len(text) == _HASH_LENGTH and "\0" not in text else {}
        folder = self.root / f"{escape(module)}@{escape(version)}"
        unpacked = archive is not None and self._file(module, version, "partial") is None
        if unpacked and os.path.isdir(folder) and not os.path.islink(folder):  # noqa: PTH112, PTH114 - these never raise
            found["folder"] = _hash_folder(folder, f"{module}@{version}/")
        return found

    def go_mod_hashes(self, module: str, version: str) -> dict[str, str]:
        """The same of the go.mod alone: its `mod` file.

        Raises:
            ArchiveError: it cannot be read, or is larger than go allows.
        """
        data = self.go_mod(module, version)
        return {} if data is None else {"mod": hash_go_mod(data)}

    def _file(self, module: str, version: str, kind: str) -> Path | None:
        """A file of a version, if it is there; nothing in a name leads out of the cache."""
        parts = (*module.split("/"), version)
        if any(part in {"", ".", ".."} or "\0" in part or "/" in part for part in parts):
            return None
        file = self._downloads / escape(module) / "@v" / f"{escape(version)}.{kind}"
        try:
            return file if stat.S_ISREG(file.lstat().st_mode) else None
        except OSError:
            return None


def _hash_folder(folder: Path, prefix: str) -> str:
    try:
        names = list(_names(folder))
    except OSError as error:
        raise ArchiveError(f"{folder.name}: cannot be listed: {(error.strerror or str(error)).lower()}") from error
    return hash_files((os.fsencode(prefix + name), partial(_open, folder / name, MAX_MODULE_BYTES)) for name in names)


def _names(folder: Path) -> Iterator[str]:
    """The files below a folder; a link among them is one that cannot be opened."""
    pending = [""]
    count = 0
    while pending:
        inner = pending.pop()
        with os.scandir(folder / inner) as entries:
            for entry in entries:
                count += 1
                if count > _MAX_FILES:
                    raise ArchiveError(f"{folder.name}: more than {_MAX_FILES} files")
                if entry.is_dir(follow_symlinks=False):
                    pending.append(f"{inner}{entry.name}/")
                else:
                    yield f"{inner}{entry.name}"


@contextmanager
def _open(file: Path, limit: int) -> Iterator[IO[bytes]]:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as content:
            state = os.fstat(descriptor)
            if not stat.S_ISREG(state.st_mode):
                raise ArchiveError(f"{file.name}: is not a regular file")
            if state.st_size > limit:
                raise ArchiveError(f"{file.name}: is larger than {limit // 1024} KiB")
            yield content
    except OSError as error:
        raise ArchiveError(f"{file.name}: cannot be read: {(error.strerror or str(error)).lower()}") from error


def _read(file: Path, limit: int) -> bytes:
    with _open(file, limit) as content:
        return content.read(limit + 1)
