"""The facts that stand where a finding does."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from policygate.facts import model
from policygate.findings import Finding, Related, Rule
from policygate.location import At, Fact, Position, nowhere
from policygate.matching import MOST, matching

RULE = Rule("goproxy.comma_failover", "t", "d", "warning", "f")


def at(path: str, line: int, first: int, last: int) -> At:
    start, end = (Position(line=line, column=column) for column in (first, last))
    return At(path=path, start=start, end=end, origin="text")


def finding(place: At, *related: At) -> Finding:
    return Finding(RULE, "warning", "m", "s", place, tuple(Related("then", each) for each in related))


def entry(text: str, place: At) -> model.ProxyEntry:
    return model.ProxyEntry(
        text=text,
        kind="proxy",
        host=text,
        role="none",
        separator="",
        reachable=True,
        plain_http=False,
        credentials=False,
        problem="",
        at=place,
    )


def setting(place: At, *chain: model.ProxyEntry, condition: str = "") -> model.ProxySetting:
    return model.ProxySetting(
        value="v",
        at=place,
        scope="job build",
        confidence="declared",
        condition=condition,
        lost="",
        empty=False,
        chain=list(chain),
    )


WHOLE, FIRST, SECOND = at("ci.yml", 5, 10, 30), at("ci.yml", 5, 10, 19), at("ci.yml", 5, 20, 30)
CHAIN = setting(WHOLE, entry("a.example", FIRST), entry("b.example", SECOND), condition="on main")


def context(name: str) -> model.Context:
    settings = model.Settings(GOPROXY=[CHAIN])
    rest: dict[str, list[str]] = {"modules": [], "commands": []}
    return model.Context(
        id=name,
        kind="gitlab_job",
        name=name,
        at=at("ci.yml", 1, 1, 6),
        settings=settings,
        outer_declared=False,
        **rest,
    )


def facts(**more: Sequence[Fact] | model.Settings) -> model.Facts:
    own = model.Own(modules=[], private=[], public=[], proxies=[], sumdbs=[], stated=True)
    return model.Facts(
        now="2026-11-15",
        run=model.Run(mode="check", rules=[]),
        config=model.Config(own=own, outer=[]),
        sources={},
        go=model.Go(**more),
    )


def parts(about: Finding, given: model.Facts) -> list[tuple[str, int, tuple[str, ...]]]:
    found, _ = matching(about, given)
    return [(each.part, each.at.start.column, each.contexts) for each in found]


SETTINGS = facts(settings=model.Settings(GOPROXY=[CHAIN]))
LINK = "go.settings.GOPROXY[].chain[]"


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (FIRST, [(LINK, 10, ())]),
        (WHOLE, [("go.settings.GOPROXY[]", 10, ())]),
        (at("ci.yml", 5, 1, 40), [(LINK, 10, ()), (LINK, 20, ())]),
        (at("ci.yml", 5, 12, 14), [(LINK, 10, ())]),
        (at("ci.yml", 6, 10, 19), []),
        (at("other.yml", 5, 10, 19), []),
        (nowhere("absent"), []),
    ],
)
def test_the_facts_at_a_place(place: At, expected: list[tuple[str, int, tuple[str, ...]]]) -> None:
    assert parts(finding(place), SETTINGS) == expected


def test_a_related_place_is_one_too_and_a_setting_says_where_it_comes_from() -> None:
    found, more = matching(finding(FIRST, SECOND), SETTINGS)
    assert ([dict(each.fields)["text"] for each in found], more) == (["a.example", "b.example"], 0)
    source = found[0].source
    assert source is not None
    assert (source.scope, source.condition) == ("job build", "on main")
    assert source.confidence == "declared: something outside may replace it"
    assert ("plain_http", "") not in found[0].fields


def test_what_several_contexts_hold_is_told_once() -> None:
    given = facts(contexts=[context("a"), context("b"), context("c")], settings=model.Settings(GOPROXY=[CHAIN]))
    part = "go.contexts[].settings.GOPROXY[].chain[]"
    one = replace(finding(FIRST), rule=replace(RULE, about=("go.contexts",)))
    assert parts(one, given) == [(part, 10, ("a", "b", "c"))]
    assert parts(replace(one, contexts=("b",)), given) == [(part, 10, ("b",))]
    assert parts(replace(one, rule=replace(RULE, about=("go.settings.GOPROXY",))), given) == [(LINK, 10, ())]


def test_at_most_so_many() -> None:
    chain = [entry(f"{number}.example", at("ci.yml", 5, 10 + number, 11 + number)) for number in range(MOST + 2)]
    found, more = matching(
        finding(at("ci.yml", 5, 1, 90)), facts(settings=model.Settings(GOPROXY=[setting(WHOLE, *chain)]))
    )
    assert (len(found), more) == (MOST, 2)
