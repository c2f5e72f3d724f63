from policygate.facts.link.go_modules import link, replacement
from policygate.facts.model import FileFacts, Go
from policygate.facts.own import Surroundings, state_own
from policygate.facts.read import go_mod, go_sum

SURROUNDINGS = Surroundings(state_own(modules=[], public=[], proxies=[], sumdbs=[]))
HASH = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


def linked(files: dict[str, str], vendored: list[str] | None = None) -> Go:
    read = [
        (go_mod if path.endswith(".mod") else go_sum).read(path, text.encode()) for path, text in sorted(files.items())
    ]
    merged = FileFacts(
        modules=[module for facts in read for module in facts.modules],
        sums=[sums for facts in read for sums in facts.sums],
        vendored=vendored or [],
    )
    return link(merged, SURROUNDINGS, Go())


def missing(files: dict[str, str]) -> list[tuple[str, str, int]]:
    return [(line.module, line.version, line.at.start.line) for sums in linked(files).sums for line in sums.missing]


def test_a_module_with_all_its_lines() -> None:
    files = {
        "go.mod": "module m.example\nrequire a.example v1.0.0\nrequire b.example v1.2.3 // indirect\n",
        "go.sum": f"a.example v1.0.0 {HASH}\na.example v1.0.0/go.mod {HASH}\nb.example v1.2.3/go.mod {HASH}\n",
    }
    (sums,) = linked(files).sums
    assert (sums.file, sums.exists, sums.needed, sums.missing) == ("go.sum", True, True, [])


def test_a_line_for_another_version_does_not_count() -> None:
    files = {
        "go.mod": "module m.example\nrequire a.example v1.1.0\n",
        "go.sum": f"a.example v1.0.0 {HASH}\na.example v1.0.0/go.mod {HASH}\n",
    }
    assert missing(files) == [("a.example", "v1.1.0", 2)]


def test_a_missing_file_is_said_once() -> None:
    (sums,) = linked({"sub/go.mod": "module m.example\nrequire a.example v1.1.0\n"}).sums
    assert (sums.file, sums.exists, sums.needed, sums.missing) == ("sub/go.sum", False, True, [])


def test_nothing_is_needed_without_requirements() -> None:
    (sums,) = linked({"go.mod": "module m.example\n"}).sums
    assert (sums.exists, sums.needed) == (False, False)


def test_a_directory_has_no_checksum_and_a_fork_has_its_own() -> None:
    files = {
        "go.mod": (
            "module m.example\nrequire a.example v1.0.0\nrequire b.example v1.0.0\n"
            "replace a.example => ./a\nreplace b.example => c.example v0.1.0\n"
        ),
        "go.sum": "",
    }
    assert missing(files) == [("c.example", "v0.1.0", 5)]


def test_modules_of_the_checkout_need_no_line() -> None:
    files = {
        "go.mod": "module m.example\nrequire m.example/sub v0.0.0\n",
        "go.sum": "",
        "sub/go.mod": "module m.example/sub\n",
    }
    assert missing(files) == []


def test_the_sums_of_a_workspace_count_for_its_members() -> None:
    files = {
        "go.work.sum": f"a.example v1.0.0/go.mod {HASH}\n",
        "sub/go.mod": "module m.example/sub\nrequire a.example v1.0.0\n",
        "sub/go.sum": "",
        "subway/go.mod": "module m.example/way\nrequire a.example v2.0.0+incompatible\n",
        "subway/go.sum": "",
    }
    assert missing(files) == [("a.example", "v2.0.0+incompatible", 2)]


def test_a_replacement_for_the_version_beats_one_for_all() -> None:
    text = (
        "module m.example\nrequire a.example v1.0.0\n"
        "replace a.example v1.0.0 => b.example v1.0.0\nreplace a.example => c.example v1.0.0\n"
    )
    (module,) = go_mod.read("go.mod", text.encode()).modules
    chosen = replacement(module, module.requires[0])
    assert chosen is not None
    assert chosen.new_path == "b.example"


def test_vendor_counts_from_go_1_14() -> None:
    modules = {"a/go.mod": "module a.example\ngo 1.13\n", "b/go.mod": "module b.example\ngo 1.14\n"}
    assert [(m.file, m.vendored) for m in linked(modules, ["a", "b"]).modules] == [
        ("a/go.mod", False),
        ("b/go.mod", True),
    ]
