import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from policygate.errors import CheckoutError
from policygate.repository import ChangedPath, Repository
from policygate.revision import Revision
from policygate.tree import MAX_FILE_BYTES

Make = Callable[..., Path]


def git(root: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@acme.example"]
    done = subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(root: Path) -> str:
    git(root, "add", "--all", "--force")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "next")
    return git(root, "rev-parse", "HEAD")


def revision(root: Path, *exclude: str, name: str = "HEAD") -> Revision:
    repository = Repository(root)
    return Revision(repository, repository.commit(name), lambda path: path.endswith((".mod", ".env")), exclude)


def test_files_are_read_from_the_commit_and_not_from_the_work_tree(repository: Make) -> None:
    root = repository({"go.mod": "module a\n", "x/b.env": "B=1\n", "c.txt": "c"})
    (root / "go.mod").write_text("module other\n")
    (root / "new.env").write_text("N=1\n")
    tree = revision(root)
    assert (tree.every, tree.paths) == (("c.txt", "go.mod", "x/b.env"), ("go.mod", "x/b.env"))
    assert (tree.read("go.mod"), tree.follow("c.txt"), tree.content("none")) == (b"module a\n", b"c", None)
    assert (root / "go.mod").read_text() == "module other\n"


def test_a_folder_of_a_repository_is_a_checkout_too(repository: Make) -> None:
    root = repository({"go.mod": "module a\n", "svc/go.mod": "module b\n"})
    assert revision(root / "svc").paths == ("go.mod",)
    assert revision(root / "svc").read("go.mod") == b"module b\n"
    first = git(root, "rev-parse", "HEAD")
    git(root, "mv", "svc/go.mod", "go.work")
    (root / "svc/a.env").write_text("A=1\n")
    second = commit(root)
    assert list(Repository(root / "svc").changed(first, second)) == [
        ChangedPath("removed", "go.mod", ""),
        ChangedPath("added", "a.env", ""),
    ]


def test_what_a_pattern_excludes_is_counted(repository: Make) -> None:
    tree = revision(repository({"go.mod": "module a\n", "t/b.env": "", "t/c.env": ""}), "t/**")
    assert (tree.paths, tree.left_out, tree.follow("t/b.env")) == (("go.mod",), {"t/**": 2}, None)


def test_links_are_followed_inside_and_told_outside(repository: Make) -> None:
    links = {
        "a.env": "real/b.env",
        "up.env": "../go.mod",
        "root.env": "/etc/passwd",
        "loop.env": "loop.env",
        "dir": "real",
        "real/back.env": "../go.mod",
        "gone.env": "none",
    }
    tree = revision(repository({"go.mod": "module a\n", "real/b.env": "B=1\n"}, links))
    assert tree.paths == ("go.mod", "real/b.env")
    assert [link.path for link in tree.leaving] == ["gone.env", "loop.env", "root.env", "up.env"]
    assert (tree.follow("dir/b.env"), tree.follow("up.env")) == (b"B=1\n", None)
    with pytest.raises(CheckoutError, match="is a link"):
        tree.content("a.env")


def test_equal_contents_have_equal_identities(repository: Make) -> None:
    root = repository({"a.env": "A=1\n", "b.env": "A=1\n", "c.env": "C=1\n"}, {"l.env": "a.env"})
    tree = revision(root)
    assert tree.identity("a.env") == tree.identity("b.env") == tree.identity("l.env") != tree.identity("c.env")
    assert tree.identity("none") == ""


def test_changes_and_renames_are_those_of_git(repository: Make) -> None:
    lines = "".join(f"K{n}={n}\n" for n in range(20))
    root = repository({"go.mod": "module a\n", "old.env": lines, "gone.env": "G=1\n", "same.env": "S=1\n"})
    first = git(root, "rev-parse", "HEAD")
    git(root, "mv", "old.env", "sub new.env")
    (root / "sub new.env").write_text(lines + "Z=1\n")
    (root / "go.mod").write_text("module b\n")
    (root / "gone.env").unlink()
    (root / "fresh.env").write_text("F=1\n")
    assert set(Repository(root).changed(first, commit(root))) == {
        ChangedPath("changed", "go.mod", ""),
        ChangedPath("removed", "gone.env", ""),
        ChangedPath("renamed", "sub new.env", "old.env"),
        ChangedPath("added", "fresh.env", ""),
    }


def test_a_huge_file_is_refused_and_the_next_one_is_read(repository: Make) -> None:
    root = repository({"a.env": "x" * (MAX_FILE_BYTES + 1), "b.env": "B=1\n"})
    tree = revision(root)
    with pytest.raises(CheckoutError, match=r"a\.env: is larger than 16 MiB"):
        tree.read("a.env")
    assert tree.read("b.env") == b"B=1\n"


def test_a_submodule_is_a_folder(repository: Make) -> None:
    inner = repository({"go.mod": "module inner\n"}, name="inner")
    root = repository({"go.mod": "module a\n"})
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "sub")
    commit(root)
    tree = revision(root)
    assert ("sub/" in tree.entries, tree.paths, tree.follow("sub/go.mod")) == (True, ("go.mod",), None)


def test_a_missing_blob_names_its_file_and_the_command(repository: Make) -> None:
    root = repository({"go.mod": "module a\n"})
    blob = git(root, "rev-parse", "HEAD:go.mod")
    (root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(CheckoutError, match=r"go\.mod: git does not have its content here") as caught:
        revision(root).read("go.mod")
    assert "git fetch --refetch" in caught.value.hint


def test_nothing_that_the_repository_configures_is_run(repository: Make, tmp_path: Path) -> None:
    root = repository({"go.mod": "module a\n", ".gitattributes": "*.mod filter=x diff=x\n"})
    witness = tmp_path / "witness"
    script = tmp_path / "run"
    script.write_text(f"#!/bin/sh\ntouch {witness}\ncat\n")
    script.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "filter.x.clean",
        "filter.x.smudge",
        "diff.x.command",
    ):
        git(root, "config", key, str(script))
    git(root, "config", "diff.x.textconv", str(script))
    git(root, "config", "diff.external", str(script))
    witness.unlink(missing_ok=True)
    repo = Repository(root)
    head = repo.commit("HEAD")
    assert revision(root).read("go.mod") == b"module a\n"
    (root / "go.mod").write_text("module b\n")
    assert list(repo.changed(head, head)) == []
    assert not witness.exists()


def test_a_git_of_the_checkout_is_not_run(repository: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository({"go.mod": "module a\n", "bin/git": "#!/bin/sh\nexit 9\n"})
    (root / "bin/git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{root / 'bin'}{os.pathsep}{os.environ['PATH']}")
    assert revision(root).read("go.mod") == b"module a\n"


def test_git_variables_of_the_caller_do_not_reach_git(repository: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository({"go.mod": "module a\n"})
    other = repository({"go.mod": "module other\n"}, name="other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other / ".git/objects"))
    assert revision(root).read("go.mod") == b"module a\n"
    assert os.environ["GIT_DIR"] == str(other / ".git")


def test_a_folder_without_git_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(CheckoutError, match="is no git repository"):
        Repository(tmp_path)
