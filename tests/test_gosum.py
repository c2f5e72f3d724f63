"""`policygate gosum` on a module cache that the real go filled."""

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest

from policygate.errors import ArchiveError, UsageError
from policygate.modcache import ModuleCache


class Proxy(Protocol):
    url: str

    def add(self, module: str, version: str, files: Mapping[str, str | bytes], go_mod: str | None = None) -> Path: ...


Go = Callable[..., subprocess.CompletedProcess[str]]
Run = Callable[..., subprocess.CompletedProcess[str]]

UPPER = "x.test/!upper/@v/v1.0.0-!r!c1"


class Room:
    """A checkout with a tidy go.sum, and the cache that go downloaded it to."""

    def __init__(self, go: Go, proxy: Proxy, folder: Path) -> None:
        self.checkout, self.cache = folder / "checkout", folder / "modcache"
        self.downloads = self.cache / "cache" / "download"
        proxy.add("x.test/a", "v1.0.0", {"a.go": 'package a\n\nimport _ "x.test/Upper"\n'}, A_NEEDS)
        proxy.add("x.test/Upper", "v1.0.0-RC1", {"Up.go": "package up\n", "é/x.txt": "x"})
        self.checkout.mkdir()
        (self.checkout / "go.mod").write_text("module x.test/m\n\ngo 1.24\n\nrequire x.test/a v1.0.0\n")
        (self.checkout / "m.go").write_text('package m\n\nimport _ "x.test/a"\n')
        self.go, self.env = go, {"GOPROXY": proxy.url, "GONOSUMDB": "*", "GOMODCACHE": str(self.cache)}
        done = go("mod", "tidy", cwd=self.checkout, env=self.env)
        assert done.returncode == 0, done.stderr

    @property
    def sums(self) -> Path:
        return self.checkout / "go.sum"

    def verify(self) -> str:
        return self.go("mod", "verify", cwd=self.checkout, env=self.env).stderr


A_NEEDS = "module x.test/a\n\ngo 1.20\n\nrequire x.test/Upper v1.0.0-RC1\n"


@pytest.fixture
def room(go: Go, proxy: Proxy, tmp_path: Path) -> Room:
    return Room(go, proxy, tmp_path)


def gosum(run: Run, room: Room, *arguments: str) -> tuple[int, list[str]]:
    done = run("gosum", room.checkout, "--modcache", room.cache, *arguments)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def test_what_go_downloaded_is_the_same(run: Run, room: Room) -> None:
    assert gosum(run, room) == (
        0,
        [
            "go.sum:1:1: ok: x.test/Upper v1.0.0-RC1",
            "go.sum:2:1: ok: x.test/Upper v1.0.0-RC1/go.mod",
            "go.sum:3:1: ok: x.test/a v1.0.0",
            "go.sum:4:1: ok: x.test/a v1.0.0/go.mod",
            "",
            "4 ok",
        ],
    )
    assert gosum(run, room, "--quiet") == (0, [])


def tampered_zip(room: Room) -> None:
    with zipfile.ZipFile(room.downloads / f"{UPPER}.zip", "a") as archive:
        archive.writestr("x.test/Upper@v1.0.0-RC1/evil.go", "package up\n")


def tampered_folder(room: Room) -> None:
    (room.cache / "x.test/!upper@v1.0.0-!r!c1/Up.go").write_text("package evil\n")


def tampered_record(room: Room) -> None:
    (room.downloads / f"{UPPER}.ziphash").write_text("h1:" + "A" * 43 + "=")


@pytest.mark.parametrize(
    ("tamper", "what", "go_says"),
    [
        (tampered_zip, ["the zip"], "zip has been modified"),
        (tampered_folder, ["the unpacked folder"], "dir has been modified"),
        (tampered_record, ["the ziphash file"], "zip has been modified"),
    ],
)
def test_what_was_altered_differs_as_go_says_it(
    tamper: Callable[[Room], None], what: list[str], go_says: str, run: Run, room: Room
) -> None:
    right = room.sums.read_text().split()[2]
    assert "all modules verified" in room.go("mod", "verify", cwd=room.checkout, env=room.env).stdout
    tamper(room)

    code, lines = gosum(run, room)

    assert (code, lines[-1]) == (1, "3 ok, 1 differs")
    assert lines[0].startswith(f"go.sum:1:1: differs: x.test/Upper v1.0.0-RC1: go.sum has {right}, {what[0]} has h1:")
    assert [name for name in ("the zip ", "the unpacked folder ", "the ziphash file ") if name in lines[0]] == [
        f"{name} " for name in what
    ]
    assert gosum(run, room, "--quiet") == (1, lines[:1])
    assert go_says in room.verify()


def test_a_wrong_line_differs_from_all_that_there_is(run: Run, room: Room) -> None:
    text = room.sums.read_text()
    first, second = (text.splitlines()[index].split()[2] for index in (0, 3))
    room.sums.write_text(text.replace(first, "h1:wrong").replace(second, "h1:off"))

    code, lines = gosum(run, room, "--quiet")

    assert code == 1
    assert lines == [
        (
            "go.sum:1:1: differs: x.test/Upper v1.0.0-RC1: go.sum has h1:wrong, "
            f"the zip has {first}, the ziphash file has {first}, the unpacked folder has {first}"
        ),
        f"go.sum:4:1: differs: x.test/a v1.0.0/go.mod: go.sum has h1:off, the go.mod has {second}",
    ]


def test_what_is_not_there_is_missing_and_does_not_fail(run: Run, room: Room) -> None:
    shutil.rmtree(room.downloads / "x.test/!upper")
    with room.sums.open("a") as sums:
        sums.write("x.test/../a v1.0.0 h1:x\n/etc/passwd v1.0.0/go.mod h1:x\nx.test/a .. h1:x\nx.test/a a/b h1:x\n")

    code, lines = gosum(run, room)

    assert code == 0
    assert lines[:2] == [
        "go.sum:1:1: missing in the cache: x.test/Upper v1.0.0-RC1",
        "go.sum:2:1: missing in the cache: x.test/Upper v1.0.0-RC1/go.mod",
    ]
    assert lines[-1] == "2 ok, 6 missing"


def test_nothing_compared_is_no_decision(run: Run, room: Room) -> None:
    shutil.rmtree(room.downloads / "x.test")

    assert gosum(run, room)[0] == 3
    assert gosum(run, room)[1][-1] == "4 missing, nothing could be compared"


def test_a_damaged_archive_fails(run: Run, room: Room) -> None:
    (room.downloads / f"{UPPER}.zip").write_bytes(b"PK")

    code, lines = gosum(run, room, "--quiet")

    assert (code, lines) == (
        1,
        ["go.sum:1:1: broken: x.test/Upper v1.0.0-RC1: is no sound zip archive: file is not a zip file"],
    )


def test_a_malformed_line_fails(run: Run, room: Room) -> None:
    room.sums.write_text(f"<<<<<<< HEAD\n{room.sums.read_text()}")

    assert gosum(run, room, "--quiet") == (1, ["go.sum:1:1: malformed: a merge conflict is not resolved"])


def test_json_has_every_line(run: Run, room: Room) -> None:
    tampered_folder(room)
    shutil.rmtree(room.downloads / "x.test/a")

    done = run("gosum", room.checkout, "--modcache", room.cache, "--format", "json")
    document: dict[str, Any] = json.loads(done.stdout)

    assert (done.returncode, document["version"], document["verdict"]) == (1, 1, "fail")
    assert document["counts"] == {"ok": 1, "missing": 2, "differs": 1, "broken": 0, "malformed": 0}
    first, second, third, _ = document["lines"]
    hash_ = room.sums.read_text().split()[2]
    folder = first["found"].pop("folder")
    assert folder != hash_
    assert first == {
        "status": "differs",
        "module": "x.test/Upper",
        "version": "v1.0.0-RC1",
        "go_mod": False,
        "expected": hash_,
        "found": {"zip": hash_, "ziphash": hash_},
        "problem": "",
        "path": "go.sum",
        "line": 1,
        "column": 1,
    }
    assert (second["status"], second["go_mod"], list(second["found"])) == ("ok", True, ["mod"])
    assert (third["status"], third["found"]) == ("missing", {})


def test_every_file_of_the_checkout_counts_but_the_excluded(run: Run, room: Room) -> None:
    sums = room.sums.read_text()
    for folder in ("b", "old"):
        (room.checkout / folder).mkdir()
        (room.checkout / folder / "go.sum").write_text(sums)
    (room.checkout / "go.work.sum").write_text(sums.splitlines()[0] + "\n")
    (room.checkout / "policygate.yaml").write_text('exclude: ["old/**"]\n')

    code, lines = gosum(run, room)

    assert (code, lines[-1]) == (0, "9 ok")
    assert [line.partition(":")[0] for line in lines[:-2]] == ["b/go.sum"] * 4 + ["go.sum"] * 4 + ["go.work.sum"]


@pytest.mark.parametrize(
    ("make", "code", "message"),
    [
        (lambda room: shutil.rmtree(room.cache), 2, "is no module cache: it holds no `cache/download`"),
        (lambda room: shutil.rmtree(room.checkout), 2, "cannot be opened"),
        (lambda room: room.sums.unlink(), 3, "there is no go.sum"),
        (lambda room: (room.checkout / "policygate.yaml").write_text("x: 1\n"), 2, "policygate.yaml"),
    ],
)
def test_what_cannot_be_asked(make: Callable[[Room], object], code: int, message: str, run: Run, room: Room) -> None:
    make(room)

    done = run("gosum", room.checkout, "--modcache", room.cache)

    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr


# ---- The cache itself ------------------------------------------------------------------------------------------------


def test_links_are_not_followed(room: Room) -> None:
    cache = ModuleCache(room.cache)
    zip_file = room.downloads / f"{UPPER}.zip"
    shutil.move(zip_file, room.cache / "elsewhere.zip")
    zip_file.symlink_to(room.cache / "elsewhere.zip")
    mod_file = room.downloads / f"{UPPER}.mod"
    mod_file.unlink()
    mod_file.symlink_to("/etc/hostname")

    assert cache.hashes("x.test/Upper", "v1.0.0-RC1").keys() == {"ziphash"}
    assert cache.go_mod("x.test/Upper", "v1.0.0-RC1") is None

    (room.cache / "x.test/a@v1.0.0/link.go").symlink_to("/etc/hostname")
    with pytest.raises(ArchiveError, match=r"link\.go: cannot be read"):
        cache.hashes("x.test/a", "v1.0.0")


def test_pipes_and_giants_are_not_read(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = ModuleCache(room.cache)
    os.mkfifo(room.cache / "x.test/a@v1.0.0/pipe")
    with pytest.raises(ArchiveError, match="pipe: is not a regular file"):
        cache.hashes("x.test/a", "v1.0.0")

    with (room.downloads / f"{UPPER}.mod").open("ab") as file:
        file.truncate(17 * 1024 * 1024)
    with pytest.raises(ArchiveError, match=r"v1\.0\.0-!r!c1\.mod: is larger than 16384 KiB"):
        cache.go_mod_hashes("x.test/Upper", "v1.0.0-RC1")

    monkeypatch.setattr("policygate.modcache._MAX_FILES", 2)
    with pytest.raises(ArchiveError, match="more than 2 files"):
        cache.hashes("x.test/Upper", "v1.0.0-RC1")


def test_what_go_would_do_again_is_left_out(room: Room) -> None:
    (room.downloads / f"{UPPER}.ziphash").write_bytes(bytes(47))
    (room.downloads / f"{UPPER}.partial").touch()

    assert ModuleCache(room.cache).hashes("x.test/Upper", "v1.0.0-RC1").keys() == {"zip"}


def test_a_folder_without_downloads_is_no_cache(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no module cache"):
        ModuleCache(tmp_path)
