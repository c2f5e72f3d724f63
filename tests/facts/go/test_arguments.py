import pytest

from policygate.facts.go.arguments import Path, candidates, named_by, split_line


@pytest.mark.parametrize(
    ("verb", "line", "flags", "words"),
    [
        ("get", "get -u a.example/b", {"u": ""}, ("a.example/b",)),
        ("get", "get a.example/b -u", {}, ("a.example/b", "-u")),
        ("get", "-C dir get --tags a -x -- -b", {"tags": "a", "x": ""}, ("-b",)),
        ("build", "build -o out -mod=mod ./...", {"o": "out", "mod": "mod"}, ("./...",)),
        ("build", "build -mod vendor -mod readonly .", {"mod": "readonly"}, (".",)),
        ("list", "list -m -f x a.example/b@v1", {"m": "", "f": "x"}, ("a.example/b@v1",)),
        ("get", "get -f a.example/b", {"f": ""}, ("a.example/b",)),
        ("mod download", "mod -x download a.example/b", {}, ("a.example/b",)),
        ("mod download", "mod download -modfile=x -json a.example/b", {"modfile": "x", "json": ""}, ("a.example/b",)),
        ("install", "install -ldflags", {"ldflags": ""}, ()),
        ("build", "build -", {}, ("-",)),
    ],
)
def test_the_first_word_ends_the_flags(verb: str, line: str, flags: dict[str, str], words: tuple[str, ...]) -> None:
    assert split_line(verb, line.split()) == (flags, words)


@pytest.mark.parametrize(
    ("line", "paths"),
    [
        ("get a.example/b a.example/c/@v1.2.3", ["a.example/b", "a.example/c"]),
        ("get ./... . ../x /abs all std fmt net/http go@1.26 toolchain@none", []),
        ("get a.example/b/... $X a.example/$X a.example/b@v1@v2", []),
        ("get a.example/b@$X https://a.example/b", ["a.example/b"]),
        ("install a.example/b/cmd/...@latest", ["a.example/b/cmd"]),
        ("install a.example/b", []),
        ("install a.example/b@v1 a.example/c@v1", ["a.example/b"]),
        ("install a.example/b@v1 a.example/c@v2", []),
        ("install a.example/b@v1 a.example/c", []),
        ("install ./b@v1", []),
        ("run a.example/b@v1 a.example/c@v2", ["a.example/b"]),
        ("run main.go a.example/c@v2", []),
        ("build a.example/b@v1", []),
    ],
)
def test_packages_are_searched(line: str, paths: list[str]) -> None:
    verb = line.split(" ", 1)[0]
    named = named_by(verb, line.split())
    assert [it.path for it in named.paths] == paths
    assert all(it.searched for it in named.paths)


@pytest.mark.parametrize(
    ("verb", "line", "paths", "alone"),
    [
        ("mod download", "mod download a.example/b@v1", [Path("a.example/b", "v1")], True),
        ("mod download", "mod download a.example/b@v1 a.example/c", [Path("a.example/b", "v1")], False),
        ("mod download", "mod download", [], False),
        ("list", "list -m -versions a.example/b", [Path("a.example/b", "")], False),
        ("list", "list -m a.example/b@latest", [Path("a.example/b", "latest")], True),
        ("list", "list -m all", [], False),
        ("list", "list a.example/b", [], False),
        ("get", "get a.example/b@none", [Path("a.example/b", "none")], False),
        ("get", "get -m a.example/b", [], True),
    ],
)
def test_modules_are_asked_for_as_they_are(verb: str, line: str, paths: list[Path], *, alone: bool) -> None:
    named = named_by(verb, line.split())
    assert (list(named.paths), named.alone) == (paths, alone)


def test_every_prefix_that_can_be_fetched_is_a_candidate() -> None:
    assert candidates("a.example/v1/c+d/e") == ["a.example"]
    assert candidates("a.example/b/v2/c") == ["a.example/b/v2/c", "a.example/b/v2", "a.example/b", "a.example"]
    assert candidates("example/b") == []
