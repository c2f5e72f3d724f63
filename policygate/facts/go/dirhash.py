"""The `h1` hashes of go.sum (https://pkg.go.dev/golang.org/x/mod/sumdb/dirhash)."""

import struct
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from hashlib import sha256
from io import BytesIO
from typing import IO, TYPE_CHECKING, cast

from policygate.errors import ArchiveError

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

MAX_MODULE_BYTES = 500 * 1024 * 1024
"""Go refuses archives that are larger, and those that unpack to more (https://go.dev/ref/mod#zip-path-size-constraints)."""
MAX_GO_MOD_BYTES = 16 * 1024 * 1024

_MAX_READ = 16 * 1024 * 1024
"""What an archive may make us read at once: its list of files, for which some hundred thousand find room."""
_CHUNK = 256 * 1024
_METHODS = (0, 8)
_UTF_8 = 0x800

File = tuple[bytes, Callable[[], AbstractContextManager[IO[bytes]]]]
"""A name with its prefix, and what opens it."""


def hash_files(files: Iterable[File]) -> str:
    """The hash of named contents, in whatever order they come.

    Raises:
        ArchiveError: a name holds a line end, or all contents together exceed `MAX_MODULE_BYTES`.
        OSError: a content cannot be read.
    """
    summary = sha256()
    left = MAX_MODULE_BYTES
    for name, open_file in sorted(files, key=lambda file: file[0]):
        if b"\n" in name:
            raise ArchiveError(f"a file name holds a line end: `{_shown(name)}`")
        digest = sha256()
        with open_file() as content:
            while chunk := content.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise ArchiveError(f"more than {MAX_MODULE_BYTES // 1024 // 1024} MiB of content")
                digest.update(chunk)
        summary.update(f"{digest.hexdigest()}  ".encode() + name + b"\n")
    return "h1:" + b64encode(summary.digest()).decode()


def hash_go_mod(data: bytes) -> str:
    """The hash of a go.mod, as the `/go.mod` line of go.sum has it."""
    return hash_files([(b"go.mod", lambda: BytesIO(data))])


def hash_zip(archive: IO[bytes]) -> str:
    """The hash of a module's archive: of its names and contents, whatever else it says.

    Raises:
        ArchiveError: it is no such archive, is damaged, or is larger than go allows.
        OSError: it cannot be read.
    """
    import zipfile  # noqa: PLC0415 - it brings along every compression there is

    try:
        with zipfile.ZipFile(cast("IO[bytes]", _Bounded(archive))) as opened:
            latest = {_name(entry): entry for entry in opened.infolist()}
            return hash_files([(_name(entry), _opener(opened, latest[_name(entry)])) for entry in opened.infolist()])
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, NotImplementedError, RuntimeError) as e:
        raise ArchiveError(f"is no sound zip archive: {str(e).lower() or type(e).__name__}") from e


def _opener(archive: "ZipFile", entry: "ZipInfo") -> Callable[[], AbstractContextManager[IO[bytes]]]:
    """What opens an entry; of several with one name go reads the last, each time."""
    if entry.compress_type not in _METHODS:
        raise ArchiveError(f"unknown compression in a zip archive: method {entry.compress_type}")
    return lambda: archive.open(entry)


def _name(entry: "ZipInfo") -> bytes:
    """The bytes of a name; zipfile takes them for one encoding or the other, and cuts them at a NUL."""
    return entry.orig_filename.encode("utf-8" if entry.flag_bits & _UTF_8 else "cp437")


class _Bounded:
    """A file that never reads much at once, whatever lengths an archive states."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(_MAX_READ + 1 if size < 0 else min(size, _MAX_READ + 1))
        if len(data) > _MAX_READ:
            raise ArchiveError("the list of files in a zip archive is too long")
        return data


def _shown(name: bytes) -> str:
    return name.decode(errors="replace").replace("\n", "\N{REPLACEMENT CHARACTER}")
