import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from policygate import checkout, hardened
from policygate.checkout import Checkout, existing_folder, tracked_files
from policygate.errors import CheckoutError
from policygate.facts import reader_of
from policygate.tree import DEFAULT_EXCLUDE, MAX_FILE_BYTES, Link

Repository = Callable[..., Path]


def paths(root: Path, exclude: tuple[str, ...] = DEFAULT_EXCLUDE) -> list[str]:
    return list(Checkout(existing_folder(root), lambda path: bool(reader_of(path)), exclude).paths)


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)


def test_only_tracked_files_that_a_reader_reads(repository: Repository) -> None:
    root = repository({"go.mod": "module m\n", "main.go": "package main\n", "deploy/Dockerfile": "FROM scratch\n"})
    (root / "Makefile").write_text("untracked\n")
    assert paths(root) == ["deploy/Dockerfile", "go.mod"]


def test_a_subfolder_is_a_root_of_its_own(repository: Repository) -> None:
    root = repository({"go.mod": "module m\n", "sub/go.mod": "module s\n"})
    assert paths(root / "sub") == ["go.mod"]


def test_without_git_the_folder_is_listed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "go.mod").write_text("module m\n")
    assert paths(tmp_path) == ["a/go.mod"]


def test_what_go_ignores_is_excluded(repository: Repository) -> None:
    content = "module m\n"
    ignored = [
        "vendor/x.example/y/go.mod",
        "a/testdata/go.mod",
        "_old/go.mod",
        ".cache/x/go.mod",
        "node_modules/p/go.mod",
    ]
    kept = [".github/workflows/ci.yml", "_old/Dockerfile", "a/go.mod", "go.mod", "vendor/modules.txt"]
    root = repository(dict.fromkeys([*ignored, *kept], content))
    assert paths(root) == sorted(kept)


def test_exclude_replaces_the_default(repository: Repository) -> None:
    root = repository({"testdata/go.mod": "module m\n", "old/go.mod": "module o\n"})
    assert paths(root, ("old/*",)) == ["testdata/go.mod"]


def test_entries_are_all_that_there_is(repository: Repository) -> None:
    root = repository({"go.mod": "module m\n", "a/x.go": "package a\n", "testdata/go.mod": "x"}, {"link": "a"})
    (root / "libs").mkdir()
    git(root, "init", "--quiet", "libs")
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@acme.example"]
    git(root / "libs", *who, "commit", "--quiet", "--allow-empty", "--message", "start")
    git(root, "add", "libs")
    checkout = Checkout(existing_folder(root), lambda path: bool(reader_of(path)))

    assert checkout.entries == {"go.mod", "a/x.go", "testdata/go.mod", "link", "libs/"}
    assert checkout.every == ("a/x.go", "go.mod", "link", "testdata/go.mod")
    assert checkout.paths == ("go.mod",)


def test_a_tracked_file_that_was_deleted_is_left_out(repository: Repository) -> None:
    root = repository({"go.mod": "module m\n", "a/go.mod": "module a\n"})
    (root / "a" / "go.mod").unlink()
    assert paths(root) == ["go.mod"]


def test_odd_names_are_listed(repository: Repository) -> None:
    root = repository({"a b\n\tc/go.mod": "module m\n", "ü/go.mod": "module u\n"})
    assert paths(root) == ["a b\n\tc/go.mod", "ü/go.mod"]


def test_a_link_that_leads_out_is_reported_and_not_followed(repository: Repository, tmp_path: Path) -> None:
    outside = tmp_path / "outside.mod"
    outside.write_text("module secret\n")
    root = repository({"Makefile": "all:\n"}, links={"go.mod": str(outside), "a/go.mod": "../missing"})
    opened = Checkout(existing_folder(root), lambda path: bool(reader_of(path)))
    assert list(opened.paths) == ["Makefile"]
    assert list(opened.leaving) == [Link("a/go.mod", "../missing"), Link("go.mod", str(outside))]


def test_a_link_inside_is_read_under_the_name_it_means(repository: Repository) -> None:
    root = repository({"real/go.mod": "module m\n"}, links={"go.mod": "real/go.mod"})
    opened = Checkout(existing_folder(root), lambda path: bool(reader_of(path)))
    assert list(opened.paths) == ["real/go.mod"]
    assert opened.read("real/go.mod") == b"module m\n"


def test_a_folder_behind_a_link_is_not_read(repository: Repository, tmp_path: Path) -> None:
    root = repository({"a/go.mod": "module m\n"})
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "go.mod").write_text("module secret\n")
    (root / "a" / "go.mod").unlink()
    (root / "a").rmdir()
    (root / "a").symlink_to(outside)
    opened = Checkout(existing_folder(root), lambda path: bool(reader_of(path)))
    assert list(opened.paths) == []
    assert list(opened.leaving) == [Link("a/go.mod", str(outside))]


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "go.mod")
    opened = Checkout(existing_folder(tmp_path), lambda path: bool(reader_of(path)))
    with pytest.raises(CheckoutError, match=r"^go\.mod: is not a regular file$"):
        opened.read("go.mod")


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "go.mod").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    opened = Checkout(existing_folder(tmp_path), lambda path: bool(reader_of(path)))
    with pytest.raises(CheckoutError, match=r"^go\.mod: is larger than 16 MiB$"):
        opened.read("go.mod")


@pytest.mark.parametrize("key", ["core.fsmonitor", "core.sshCommand", "core.pager", "diff.external", "core.hooksPath"])
def test_no_configuration_of_the_checkout_executes(repository: Repository, tmp_path: Path, key: str) -> None:
    root = repository({"go.mod": "module m\n"})
    ran = tmp_path / "ran"
    script = tmp_path / "script"
    script.mkdir()
    for name in ("x", "post-index-change", "fsmonitor-watchman"):
        (script / name).write_text(f"#!/bin/sh\ntouch {ran}\n")
        (script / name).chmod(0o755)
    git(root, "config", key, str(script if key == "core.hooksPath" else script / "x"))
    assert paths(root) == ["go.mod"]
    assert not ran.exists()


def test_the_fsmonitor_attack_works_without_our_settings(repository: Repository, tmp_path: Path) -> None:
    """Else the test above could not fail."""
    root = repository({"go.mod": "module m\n"})
    ran = tmp_path / "ran"
    script = tmp_path / "x"
    script.write_text(f"#!/bin/sh\ntouch {ran}\n")
    script.chmod(0o755)
    git(root, "config", "core.fsmonitor", str(script))
    git(root, "status")
    assert ran.exists()


def test_filters_of_the_checkout_do_not_run(repository: Repository, tmp_path: Path) -> None:
    root = repository({"go.mod": "module m\n", ".gitattributes": "* filter=evil\n"})
    ran = tmp_path / "ran"
    git(root, "config", "filter.evil.clean", f"touch {ran}; cat")
    git(root, "config", "filter.evil.smudge", f"touch {ran}; cat")
    (root / "go.mod").write_text("module changed\n")
    assert paths(root) == ["go.mod"]
    assert not ran.exists()


def test_a_folder_of_somebody_else_is_accepted(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git's own switch for its tests makes every folder somebody else's."""
    root = repository({"go.mod": "module m\n"})
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    kept = hardened.clean_environment()
    monkeypatch.setattr(checkout, "clean_environment", lambda: {**kept, "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"})
    refused = subprocess.run(["git", "status"], cwd=root, check=False, capture_output=True, text=True)
    assert "dubious ownership" in refused.stderr
    assert paths(root) == ["go.mod"]


def test_a_partial_clone_fetches_nothing(repository: Repository, tmp_path: Path) -> None:
    origin = repository({"go.mod": "module m\n", "big/Makefile": "all:\n"})
    git(origin, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", "--no-checkout", f"file://{origin}", str(clone))
    git(clone, "sparse-checkout", "set", "--no-cone", "/go.mod")
    git(clone, "checkout", "--quiet")
    origin.rename(tmp_path / "gone")
    assert paths(clone) == ["go.mod"]


def test_git_variables_of_the_caller_do_not_redirect(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository({"go.mod": "module m\n"})
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    monkeypatch.setenv("GIT_WORK_TREE", "/nonexistent")
    assert paths(root) == ["go.mod"]


def test_a_broken_repository_is_an_error(repository: Repository) -> None:
    root = repository({"go.mod": "module m\n"})
    (root / ".git" / "index").write_bytes(b"nonsense")
    with pytest.raises(CheckoutError, match="git cannot list the files of the checkout: fatal: "):
        paths(root)


def test_tracked_files_are_all_of_them(repository: Repository) -> None:
    root = repository({"go.mod": "module m\n", "report.json": "{}\n"})
    assert tracked_files(existing_folder(root)) == {"go.mod", "report.json"}


@pytest.mark.parametrize(("name", "reason"), [("missing", "cannot be opened"), ("file", "is not a folder")])
def test_a_root_that_is_no_folder(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CheckoutError, match=reason):
        existing_folder(tmp_path / name)
