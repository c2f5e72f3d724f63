import re
from collections.abc import Callable
from pathlib import Path

import pytest

from policygate.errors import UsageError
from policygate.output import print_error, write_file


def write(path: Path, root: Path) -> str:
    write_file(path, "report\n", root)
    return path.read_text()


def test_a_new_file_and_a_second_run(tmp_path: Path) -> None:
    assert write(tmp_path / "r.json", tmp_path) == "report\n"
    assert write(tmp_path / "r.json", tmp_path) == "report\n"
    assert [path.name for path in tmp_path.iterdir()] == ["r.json"]
    assert (tmp_path / "r.json").stat().st_mode & 0o777 == 0o644


def test_a_committed_link_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    root = tmp_path / "checkout"
    root.mkdir()
    (root / "r.json").symlink_to(victim)
    with pytest.raises(UsageError, match=r"`r\.json` is a link inside the checkout"):
        write(root / "r.json", root)
    assert victim.read_text() == "precious"


def test_a_committed_link_on_the_way_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    root = tmp_path / "checkout"
    root.mkdir()
    (root / "out").symlink_to(outside)
    with pytest.raises(UsageError, match="`out` is a link inside the checkout"):
        write(root / "out" / "r.json", root)
    assert list(outside.iterdir()) == []


def test_dots_do_not_hide_a_link(tmp_path: Path) -> None:
    root = tmp_path / "checkout"
    (root / "a").mkdir(parents=True)
    (root / "r.json").symlink_to(tmp_path / "victim")
    with pytest.raises(UsageError, match="is a link inside the checkout"):
        write(root / "a" / ".." / "r.json", root)


def test_a_tracked_file_is_not_replaced(repository: Callable[..., Path]) -> None:
    root = repository({"go.mod": "module m\n"})
    with pytest.raises(UsageError, match="is a file of the checkout"):
        write(root / "go.mod", root)
    assert (root / "go.mod").read_text() == "module m\n"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("folder", "is a link or no regular file"), ("missing/r.json", "cannot be written: no such file")],
)
def test_paths_that_cannot_be_written(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match=reason):
        write(tmp_path / name, tmp_path / "folder")


def test_text_that_no_file_can_hold_is_escaped(tmp_path: Path) -> None:
    write_file(tmp_path / "r", "a\udcffb", tmp_path)
    assert (tmp_path / "r").read_bytes() == b"a\\udcffb"


@pytest.mark.parametrize(
    "text", ["a\n::error::x", "a\n  ::set-env name=X::y", "##vso[task.x]y", "a ##[group]b", "\x1b[31mred"]
)
def test_an_error_holds_no_command(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_error(UsageError(text, text))
    said = capsys.readouterr().err
    assert not re.search(r"^\s*::|##\w*\[|[^\n -~\ufffd]", said, re.MULTILINE)
    assert said.startswith("error: ")
