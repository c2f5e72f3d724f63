from itertools import chain

import pytest

from policygate.engine.needs import CHANGE, EVERYTHING, GO, NETWORK, needs
from policygate.facts import LINKERS, READERS
from policygate.facts.model import Change, Facts, Go, Network


@pytest.mark.parametrize(
    ("path", "sources"),
    [
        (("go", "modules"), {"go_graph", "go_mod", "go_modules", "go_work", "vendor"}),
        (("go", "modules", "requires"), {"go_graph", "go_mod", "go_modules", "go_work", "vendor"}),
        (("base", "go", "sums"), {"go_graph", "go_mod", "go_modules", "go_sum", "go_sums", "go_work"}),
        (("config", "own"), set()),
        (("now",), set()),
        (("base", "exists"), set()),
        (("sources", "go_mod"), set()),
        (("network",), EVERYTHING),
        (("network", "kubernetes", "workloads"), {"endpoints", "kubernetes", "manifest"}),
        (("base", "network", "exemptions"), {"edges", "service_file"}),
        (("change", "exists"), set()),
        (("change", "files", "path"), set()),
        (("change", "sums", "before"), {"go_sum"}),
        (("change", "downgrades"), {"go_mod"}),
        (("change", "opened", "hops"), set(NETWORK["edges"])),
        (("change",), {"go_mod", "go_sum", *NETWORK["edges"]}),
        (("change", "nothing_known"), EVERYTHING),
        (("go",), EVERYTHING),
        ((), EVERYTHING),
        (("base",), EVERYTHING),
        (("go", "nothing_known"), EVERYTHING),
    ],
)
def test_a_path_needs_the_sources_of_its_facts(path: tuple[str, ...], sources: set[str]) -> None:
    assert needs([path]) == sources


def test_several_paths_need_the_sources_of_each() -> None:
    assert needs([("go", "sums"), ("go", "modules")]) == {
        "go_graph",
        "go_mod",
        "go_modules",
        "go_sum",
        "go_sums",
        "go_work",
        "vendor",
    }


def test_every_key_of_the_facts_has_its_sources() -> None:
    assert set(GO) == set(Go.model_fields)
    assert set(NETWORK) == set(Network.model_fields)
    assert set(CHANGE) == set(Change.model_fields)
    quiet = {name for name in Facts.model_fields if not needs([(name,)])}
    assert quiet == {"config", "now", "observed", "run", "sources"}


def test_the_sources_are_all_readers_and_linkers() -> None:
    assert {*READERS, *chain.from_iterable(LINKERS.values())} == EVERYTHING
