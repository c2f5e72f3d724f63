"""Answers of hosts: how they are given, and which one holds for an address."""

import pytest

from policygate.errors import UsageError
from policygate.facts.go.scenario import Reply, Scenario, parse_answers, reply_of


def test_answers_are_given_by_host_path_or_folder() -> None:
    text = "a.example=502, B.example:8080/x=reset,/srv/go=404,https://u@c.example/=html,sumdb=stall,direct=refused"

    scenario = Scenario(parse_answers(text))

    addresses = ("a.example", "a.example:443/x", "b.example:8080/x/y", "b.example:8080", "/srv/go", "/srv/gone")
    assert [scenario.of(it) for it in addresses] == ["502", "502", "reset", "", "404", ""]
    assert [scenario.of(it) for it in ("c.example/m", "sumdb", "direct", "", "d.example")] == [
        "html",
        "stall",
        "refused",
        "",
        "",
    ]


def test_the_longest_place_decides() -> None:
    scenario = Scenario({"a.example": "404", "a.example/go": "502", "a.example/go/sumdb": "200"})

    addresses = ("a.example/x", "a.example/go", "a.example/go/x", "a.example/gone", "a.example/go/sumdb/x")
    assert [scenario.of(it) for it in addresses] == ["404", "502", "502", "404", "200"]
    assert scenario.of("b.example", "a.example") == "404"
    assert [scenario.names(it) for it in ("a.example/go", "a.example/x")] == [True, False]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("a.example", "`a.example` is no answer of a host", "write HOST=404, HOST/PATH=reset"),
        ("=404", "`=404` is no answer of a host", "write HOST=404, HOST/PATH=reset"),
        ("a.example=404,", "`` is no answer of a host", "write HOST=404, HOST/PATH=reset"),
        *(
            (f"a.example={answer}", f"`{answer}` for `a.example` is no answer", hint)
            for answer in ("", "ok", "100", "600", "4o4", "Reset", "٤٠٤")
            for hint in ["known are an HTTP status, `refused`, `reset`, `html`, `stall`"]
        ),
    ],
)
def test_what_is_no_answer_is_refused(text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_answers(text)

    assert (refused.value.message, refused.value.hint) == (message, hint)


def test_credentials_in_a_place_are_not_repeated() -> None:
    with pytest.raises(UsageError) as refused:
        parse_answers("https://u:hunter2@a.example=no")

    assert refused.value.message == "`no` for `https://u:*******@a.example` is no answer"


@pytest.mark.parametrize(
    ("answer", "request_", "reply"),
    [
        ("", ".zip", Reply("taken", "200", "is taken to have it")),
        ("200", ".info", Reply("taken", "200", "has the module")),
        ("204", ".info", Reply("error", "204", "answers 204")),
        ("410", ".mod", Reply("missing", "410", "does not have it")),
        ("401", "lookup", Reply("error", "401", "answers 401")),
        ("html", "@v/list", Reply("error", "html", "a web page is no valid `@v/list`")),
    ],
)
def test_what_go_makes_of_an_answer(answer: str, request_: str, reply: Reply) -> None:
    assert reply_of(answer, request_) == reply
