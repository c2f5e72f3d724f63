"""The hashes of go.sum, against those that the real go computes."""

import io
import json
import random
import struct
import subprocess
import time
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.errors import ArchiveError
from policygate.facts.go import dirhash
from policygate.facts.go.dirhash import hash_files, hash_go_mod, hash_zip


class Proxy(Protocol):
    url: str

    def add(self, module: str, version: str, files: Mapping[str, str | bytes], go_mod: str | None = None) -> Path: ...


class WithoutFlag(zipfile.ZipInfo):
    """An entry whose name is UTF-8 and does not say so."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - the name that zipfile asks for
        return self.filename.encode(), self.flag_bits & ~0x800


Write = Callable[[zipfile.ZipFile, str], None]


def write_all(files: Mapping[str, str | bytes], compression: int = zipfile.ZIP_STORED) -> Write:
    def write(archive: zipfile.ZipFile, prefix: str) -> None:
        for name, content in files.items():
            archive.writestr(prefix + name, content, compression)

    return write


def with_oddities(archive: zipfile.ZipFile, prefix: str) -> None:
    archive.comment = b"a comment PK"
    for name in ("zz.go", "a.go", "go.mod"):
        info = zipfile.ZipInfo(prefix + name, (1999, 12, 31, 23, 59, 58))
        info.external_attr = 0o100755 << 16
        info.extra = struct.pack("<HH4s", 0xCAFE, 4, b"note")
        info.comment = b"of a file"
        archive.writestr(info, "module x.test/odd\n" if name == "go.mod" else f"package {name[0]}\n")


def with_folders(archive: zipfile.ZipFile, prefix: str) -> None:
    archive.writestr(prefix + "go.mod", "module x.test/folders\n")
    archive.writestr(prefix + "a/", b"")
    archive.writestr(prefix + "a/a.go", "package a\n")
    archive.writestr(prefix + "empty/", b"")


def without_flags(archive: zipfile.ZipFile, prefix: str) -> None:
    archive.writestr(prefix + "go.mod", "module x.test/flags\n")
    archive.writestr(WithoutFlag(prefix + "é/ñ.txt"), "é")
    archive.writestr(prefix + "ü.txt", "ü")


DICE = random.Random(11)  # noqa: S311 - no secret
NAMES = ["z.go", "a/b/c/d/e.go", "a.go", "B.go", "a-b.go", "a/b.go", "Y/a.go", "_x.go", "a b.txt", "0.txt", "a+b/~.go"]
MODULES: dict[str, Write] = {
    "x.test/plain": write_all({"go.mod": "module x.test/plain\n", "a.go": "package a\n"}),
    "x.test/order": write_all(dict.fromkeys(DICE.sample(NAMES, len(NAMES)), "x") | {"go.mod": "module x.test/order\n"}),
    "x.test/Upper/CASE": write_all({"README.MD": "x", "LICENSE": "y", "Go/Go.GO": "package Go\n"}),
    "x.test/unicode": write_all(
        {"é.go": "package a\n", "日本/語.txt": "x", "ﬀ.txt": "y", "\U0001d4b3.txt": "z", "~": "w"}
    ),
    "x.test/nested": write_all({f"{'d/' * n}{n}.go": str(n) * n for n in range(1, 40)}, zipfile.ZIP_DEFLATED),
    "x.test/empty": write_all({"go.mod": "module x.test/empty\n", "empty": "", "a/empty.go": ""}),
    "x.test/binary": write_all({"data.bin": DICE.randbytes(700_000), "zero.bin": bytes(900_000)}, zipfile.ZIP_DEFLATED),
    "x.test/many": write_all({f"{DICE.randrange(10**9)}/{n}.txt": f"{n}\n" for n in range(1500)}),
    "x.test/odd": with_oddities,
    "x.test/folders": with_folders,
    "x.test/flags": without_flags,
}


@pytest.mark.parametrize("module", MODULES)
def test_archives_hash_as_in_go(
    module: str,
    proxy: Proxy,
    go: Callable[..., subprocess.CompletedProcess[str]],
    record_count: Callable[[str, int, int], None],
    tmp_path: Path,
) -> None:
    go_mod = f"module {module}\n\n// {module}\n"
    file = proxy.add(module, "v1.2.3-Pre.0", {}, go_mod)
    with zipfile.ZipFile(file, "w") as archive:
        MODULES[module](archive, f"{module}@v1.2.3-Pre.0/")

    env = {"GOPROXY": proxy.url, "GONOSUMDB": "*"}
    done = go("mod", "download", "-json", f"{module}@v1.2.3-Pre.0", cwd=tmp_path, env=env)
    said = json.loads(done.stdout)
    assert "Error" not in said, said
    with file.open("rb") as content:
        ours = (hash_zip(content), hash_go_mod(go_mod.encode()))
    folder = Path(said["Dir"])
    unpacked = hash_files(
        (f"{module}@v1.2.3-Pre.0/{path.relative_to(folder).as_posix()}".encode(), partial(io.FileIO, path))
        for path in folder.rglob("*")
        if path.is_file()
    )

    record_count("h1", 1, int(ours != (said["Sum"], said["GoModSum"])))
    assert ours == (said["Sum"], said["GoModSum"])
    assert (unpacked == said["Sum"]) == (module != "x.test/folders")  # folders are no files once they are unpacked


def zipped(*entries: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def test_of_two_entries_with_one_name_the_last_counts_twice() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped(("a", b"1"), ("b", b"2"), ("a", b"3"))

    names = [b"a", b"a", b"b"]
    contents = [b"3", b"3", b"2"]
    expected = hash_files((name, partial(io.BytesIO, c)) for name, c in zip(names, contents, strict=True))
    assert hash_zip(io.BytesIO(data)) == expected


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is no sound zip archive: file is not a zip file"),
        (zipped(("a", b"x"))[:-10], "is no sound zip archive: file is not a zip file"),
        (b"PK\x05\x06" + bytes(8) + b"\xff" * 8 + bytes(2), "is no sound zip archive: bad offset"),
        (zipped(("a", b"hello world"), compression=zipfile.ZIP_STORED).replace(b"hello", b"hellO"), "bad crc-32"),
        (zipped(("a", b"x"), compression=zipfile.ZIP_BZIP2), "unknown compression in a zip archive: method 12"),
        (zipped(("a\nb", b"x")), "a file name holds a line end: `a\ufffdb`"),
    ],
    ids=range(6),  # the archives hold the time at which they were made
)
def test_what_is_no_archive_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(ArchiveError, match=message):
        hash_zip(io.BytesIO(data))


def test_an_archive_may_be_empty() -> None:
    assert hash_zip(io.BytesIO(zipped())) == hash_files([]) == "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


def test_an_archive_that_unpacks_to_too_much_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dirhash, "MAX_MODULE_BYTES", 50 * 1024 * 1024)
    bomb = zipped(("a", bytes(40_000_000)), ("b", bytes(40_000_000)))
    assert len(bomb) < 100_000

    started = time.process_time()
    with pytest.raises(ArchiveError, match="more than 50 MiB of content"):
        hash_zip(io.BytesIO(bomb))
    assert time.process_time() - started < 10


def test_one_content_under_many_names_counts_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dirhash, "MAX_MODULE_BYTES", 5_000_000)
    one = zipped(("a", bytes(1_000_000)))
    assert hash_zip(io.BytesIO(one)).startswith("h1:")
    with pytest.raises(ArchiveError, match="of content"):
        hash_files((b"a", lambda: io.BytesIO(bytes(1_000_000))) for _ in range(6))


def test_a_long_list_of_files_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped(*((f"{n:0200}", b"") for n in range(300)))
    assert hash_zip(io.BytesIO(data)).startswith("h1:")

    monkeypatch.setattr(dirhash, "_MAX_READ", 60_000)
    with pytest.raises(ArchiveError, match="the list of files in a zip archive is too long"):
        hash_zip(io.BytesIO(data))


SOUND = zipped(("x.test/a@v1.0.0/go.mod", b"module x.test/a\n"), ("x.test/a@v1.0.0/a.go", b"package a\n" * 50))


@given(
    st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=6),
    st.integers(0, len(SOUND)),
    st.binary(max_size=30),
)
def test_no_archive_makes_it_fail_otherwise(changes: list[tuple[int, int]], cut: int, more: bytes) -> None:
    data = bytearray(SOUND)
    for index, value in changes:
        data[index] = value
    for hostile in (bytes(data), bytes(data[:cut]) + more, bytes(data) + more):
        with suppress(ArchiveError):
            assert len(hash_zip(io.BytesIO(hostile))) == 47
