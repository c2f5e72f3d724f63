from policygate.facts.link.go_modules import link, replacement
from policygate.facts.model import FileFacts, Go, Vendor
from policygate.facts.own import Surroundings, state_own
from policygate.facts.read import go_mod

SURROUNDINGS = Surroundings(state_own(modules=[], public=[], proxies=[], sumdbs=[]))


def test_a_replacement_for_the_version_beats_one_for_all() -> None:
    text = (
        "module m.example\nrequire a.example v1.0.0\n"
        "replace a.example v1.0.0 => b.example v1.0.0\nreplace a.example => c.example v1.0.0\n"
    )
    (module,) = go_mod.read("go.mod", text.encode()).modules
    chosen = replacement(module, module.requires[0])
    assert chosen is not None
    assert chosen.new_path == "b.example"


def test_modules_are_sorted_and_know_whether_they_are_vendored() -> None:
    texts = {
        "b/go.mod": "module b.example\ngo 1.14\n",
        "a/go.mod": "module a.example\ngo 1.13\n",
        "c/go.mod": "module c.example\ngo 1.26\n",
    }
    files = FileFacts(
        modules=[module for path, text in texts.items() for module in go_mod.read(path, text.encode()).modules],
        vendors=[Vendor(file="", directory=folder, workspace=False, modules=[]) for folder in ("a", "b")],
    )

    modules = link(files, SURROUNDINGS, Go()).modules

    assert [(m.file, m.vendored) for m in modules] == [("a/go.mod", False), ("b/go.mod", True), ("c/go.mod", False)]
