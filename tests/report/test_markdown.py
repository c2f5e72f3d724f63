"""Markdown, as GitHub's and GitLab's own programs render it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from policygate.findings import Finding, Problem, Verdict
from policygate.report.markdown import MARKER, MAX_CHARACTERS, code, prose, render
from tests.report.conftest import TO_LEDGER
from tests.report.oracle import assert_inert, pages

Golden = Callable[[str, str], None]


def test_the_report_of_every_case(cases: dict[str, Verdict], golden: Golden) -> None:
    for case, verdict in cases.items():
        assert_inert(render(verdict))
        golden(f"report/markdown/{case}.md", render(verdict))


def test_the_oracle_would_notice() -> None:
    for text in (
        "[x](y)",
        "![x](y)",
        "<script>x</script>",
        "# x",
        "@all",
        "see #1",
        "!1",
        "https://x.example",
        "a@b.cd",
    ):
        with pytest.raises(AssertionError):
            assert_inert(f"{MARKER}\n{text}")
    with pytest.raises(AssertionError):
        assert_inert(f"{MARKER}\n\n| a | b | c | d |\n| --- | --- | --- | --- |\n| `a\\`|`b` | c | d |\n<!-- x -->")


@pytest.mark.parametrize(
    "text",
    [
        "`",
        "``",
        "` `` ```",
        "`x",
        "x`",
        "\\",
        "a\\",
        "a\\|b",
        "a|b",
        "||",
        "|",
        "\\\\|`|\\`",
        "<b>",
        "&lt;",
        "*x*",
        "- x",
        "1. x",
        "漢字",
        "$`x`$",
        "---",
    ],
)
def test_code_is_shown_as_it_is(text: str) -> None:
    for page in pages(f"| {code(text)} | x |\n| --- | --- |\n| {code(text)} | `y` |\n\nx {code(text)} `end`\n"):
        assert page.rows == [2, 2]
        assert "".join(page.code) == f"{text}{text}y{text}end".replace("|", "")


def test_prose_is_words_and_code() -> None:
    assert prose("a `x` comes (before `y`), or and/or b.c.d: 1.26, it's 'z'!") == (
        "a `x` comes (before `y`), or `and/or` b.c.d: 1.26, it's 'z'!"
    )
    assert prose("`GOPROXY`'s `a b|c` `d`e see www.x GH-1 a_b (c#1), abcdef0") == (
        "`GOPROXY`'s `a b`&#124;`c` `` `d`e `` see `www.x` `GH-1` `a_b` (`c#1`), `abcdef0`"
    )


def many(finding: Finding, count: int, message: str = "message") -> Verdict:
    return Verdict("fail", tuple(replace(finding, subject=str(number), message=message) for number in range(count)))


def test_the_table_is_a_screen_and_the_rest_is_folded_away(cases: dict[str, Verdict]) -> None:
    verdict = many(cases["failing"].findings[1], 17)
    text = render(verdict)
    before, _, after = text.partition("<details><summary>2 more findings</summary>")
    assert (before.count("| warning |"), after.count("| warning |")) == (15, 2)
    assert len(before.splitlines()) == 21
    grave = replace(verdict.findings[16], severity="error")
    assert "| error |" in render(replace(verdict, findings=(*verdict.findings[:16], grave))).partition("<details>")[0]


@pytest.mark.parametrize(("count", "message"), [(30_000, "a message"), (40, "| " * 400), (400, "`|\x1b\u202e" * 99)])
def test_it_is_cut_and_says_so(cases: dict[str, Verdict], count: int, message: str) -> None:
    verdict = replace(many(cases["failing"].findings[1], count, message), problems=(Problem(message),) * 9)
    text = render(replace(verdict, advice=(message,) * 500))
    assert MAX_CHARACTERS * 0.9 < len(text) <= MAX_CHARACTERS
    assert "Left out, since there is no more room: " in text
    assert_inert(text)


def test_new_paths_are_a_screen_and_a_diagram_and_the_rest_is_folded_away() -> None:
    text = render(Verdict("pass", opened=tuple(replace(TO_LEDGER, target=f"db{number}") for number in range(17))))
    before, _, after = text.partition("<details><summary>2 more new paths</summary>")
    assert "**This change opens 17 new paths**" in before
    assert (before.count("| `orders` |"), after.count("| `orders` |"), before.count("==>")) == (15, 2, 17)
    assert_inert(text)


def test_hops_are_named_and_counted() -> None:
    far = replace(
        TO_LEDGER, hops=tuple(f"s{number}" for number in range(7)), environment="", protected=False, tls="unknown"
    )
    over = "`ledger-db` over `s0`, `s1`, `s2`, `s3`, `s4`, 2 more"
    assert f"| `orders` | {over} | postgresql |  | `deploy/production/orders.yaml:21:16` |\n" in render(
        Verdict("pass", opened=(far,))
    )


@pytest.mark.parametrize("filler", [0, 500])
def test_the_diagram_has_what_room_the_words_leave(filler: int) -> None:
    many = tuple(replace(TO_LEDGER, target=f"db{number}") for number in range(15))
    verdict = Verdict("pass", opened=many, advice=("message " * 30,) * filler)
    text = render(verdict)
    assert ("```mermaid" in text) == (filler == 0)
    assert text.count("| `orders` | `db") == 15
    assert len(text) <= MAX_CHARACTERS


def test_it_is_found_again_by_its_first_line(cases: dict[str, Verdict]) -> None:
    assert [case for case, verdict in cases.items() if render(verdict).splitlines()[0] != "<!-- policygate -->"] == []
