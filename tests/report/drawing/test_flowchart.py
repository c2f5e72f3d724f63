"""The diagram of a change, as the real Mermaid draws it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from policygate.location import nowhere
from policygate.report.drawing.flowchart import MAX_EDGES, flowchart, label
from policygate.report.drawing.screen import flat
from policygate.topology import NewPath, Way
from tests.report.conftest import AROUND, OPENED, TO_LEDGER
from tests.report.oracle import assert_inert, drawn
from tests.report.test_injection import CORPUS

CLICK = '"]; click x "javascript:alert(1)"'
NAMES = [
    *CORPUS,
    *(CLICK, f"{CLICK}\nclick n0 call alert()", 'a"] --> b["c', 'a"]:::x', "end", "subgraph x", "x@{ shape: hex }"),
    *("%%{init: {'securityLevel': 'loose'}}%%", "style n0 fill:#f00;", "classDef a stroke:#fff;", "#quot;", "#35;"),
    *(
        "1. a",
        "- a",
        "* a",
        "a_b_c",
        "_a_",
        "`**a**`",
        "fa:fa-car",
        "ﬂ°°60¶ß",
        "ledger-db.prod.example:5432/app",
        "a  b",
    ),
    *("www.x.example", "a.www.x", "wwww.a", "ß", "", "Ω-1", "$$x$$", "__proto__", "constructor", "accTitle: x"),
]


def shown(name: str) -> str:
    """What a label is to show of a name."""
    text = flat(name).translate({ord("°"): "\\xb0", ord("¶"): "\\xb6"}) or "?"
    return text if len(text) <= 60 else f"{text[:57]}..."


def way(source: str, target: str, protocol: str = "") -> Way:
    return Way(source, target, protocol, declared=True, used=True, at=nowhere("text"))


GROUPS = [NAMES[start : start + 50] for start in range(0, len(NAMES), 50)]
BROKEN = 'flowchart LR\n  a["x] --> b\n'
CLICKED = 'flowchart LR\n  a["x"]\n  click a href "https://x.example"\n'


def chart_of(names: Sequence[str]) -> str:
    """Each name as that of a target and as a protocol, and the first one around them, too."""
    new = [replace(TO_LEDGER, source="orders", target=name, environment="", protocol=name) for name in names]
    return flowchart(new, [way(f"to {names[0]}", "orders", names[0])])


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, Any]]:
    """All diagrams, drawn by one process since it takes a second to start."""
    charts = [*map(chart_of, GROUPS), BROKEN, CLICKED, flowchart(OPENED, AROUND)]
    return dict(zip(charts, drawn(charts), strict=True))


@pytest.mark.parametrize("names", GROUPS, ids=range(len(GROUPS)))
def test_mermaid_shows_every_name_and_nothing_else(
    answers: dict[str, dict[str, Any]], names: list[str], record_count: Callable[[str, int, int], None]
) -> None:
    answer = answers[chart_of(names)]
    record_count("mermaid", len(names), "error" in answer)
    wanted = {"orders", shown(f"to {names[0]}"), *map(shown, names)}
    assert {" ".join(text.split()) for text in answer["nodes"].values()} == wanted
    labels = [shown(f"{name}, plaintext") for name in names if name]
    assert {" ".join(edge[2].split()) for edge in answer["edges"]} >= set(labels)
    assert [edge[3] for edge in answer["edges"]] == ["thick"] * len(names) + ["normal"]
    assert_harmless(answer)


def assert_harmless(answer: dict[str, Any]) -> None:
    """No link, image, script or handler in what is drawn, and nothing that can be clicked."""
    assert not {"a", "image", "img", "script", "iframe", "b", "em", "strong", "i"} & set(answer["tags"])
    assert [name for name in answer["attributes"] if name.startswith("on") or name.endswith("href")] == []
    assert {kind for kinds in answer["classes"].values() for kind in kinds} <= {"protected"}


def test_mermaid_would_notice(answers: dict[str, dict[str, Any]]) -> None:
    assert "Parse error" in answers[BROKEN]["error"]
    with pytest.raises(AssertionError):
        assert_harmless(answers[CLICKED])


def test_the_change_among_its_neighbours(answers: dict[str, dict[str, Any]]) -> None:
    answer = answers[flowchart(OPENED, AROUND)]
    names = answer["nodes"]
    assert [(names[a], names[b], text, stroke) for a, b, text, stroke in answer["edges"]] == [
        ("orders", "ledger-db (production)", "postgresql, plaintext", "thick"),
        ("orders", "rates", "grpc", "thick"),
        ("ledger", "ledger-db (production)", "postgresql", "normal"),
        ("orders", "stock", "", "normal"),
        ("shop", "orders", "grpc, http", "normal"),
    ]
    assert {names[id_] for id_, kinds in answer["classes"].items() if kinds} == {"ledger-db (production)"}


def test_there_is_room_for_sixty_edges_and_the_protected_ones_come_first() -> None:
    many = [replace(TO_LEDGER, target=f"t{number}", protected=number == 99) for number in range(100)]
    lines = flowchart(many, AROUND).splitlines()
    edges = [line for line in lines if "==>" in line]
    assert (len(edges), [line for line in lines if "-->" in line]) == (MAX_EDGES, [])
    assert lines[2] == '  n1[("t99 (production)")]'
    few = flowchart(many[:58], AROUND)
    assert (few.count("==>"), few.count("-->")) == (58, 2)


def test_only_new_edges_make_a_diagram() -> None:
    over: list[NewPath] = [path for path in OPENED if path.hops]
    assert over
    assert flowchart(over, AROUND) == flowchart([], AROUND) == ""
    assert flowchart([TO_LEDGER, TO_LEDGER], []).count("==>") == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_label_is_letters_digits_and_entity_codes(name: str) -> None:
    assert_inert(
        f"<!-- policygate -->\n```mermaid\n{flowchart([replace(TO_LEDGER, source=name, protocol=name)], [])}```\n"
    )
    assert len(label(name)) < 500
