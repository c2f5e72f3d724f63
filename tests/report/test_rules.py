"""The table of rules and the page of one."""

from collections.abc import Callable

import pytest
import yaml

from policygate.findings import Rule
from policygate.report.rules import render_markdown_table, render_page, render_table

Golden = Callable[[str, str], None]


@pytest.mark.parametrize("width", [60, 100])
def test_the_table(rules: tuple[Rule, ...], golden: Golden, width: int) -> None:
    golden(f"report/rules/table-{width}.txt", render_table(rules, width=width))


@pytest.mark.parametrize("width", [60, 100])
def test_the_pages(rules: tuple[Rule, ...], golden: Golden, width: int) -> None:
    golden(f"report/rules/pages-{width}.txt", "\n".join(render_page(rule, width=width) for rule in rules))


def test_a_page_in_colour(rules: tuple[Rule, ...], golden: Golden) -> None:
    golden("report/rules/page.ansi", render_page(rules[1], width=80, color=True))


def test_the_markdown_table(rules: tuple[Rule, ...], golden: Golden) -> None:
    golden("report/rules/table.md", render_markdown_table(rules))


def test_no_rules_are_an_empty_table() -> None:
    assert render_table([]) == ""
    assert render_markdown_table([]) == "| rule | severity | what it finds |\n| ---- | -------- | ------------- |\n"


def test_a_title_cannot_break_the_table() -> None:
    rule = Rule("a.b", "one | two\nthree \x1b[1m", "", "note", "")
    assert render_markdown_table([rule]).splitlines()[-1] == "| `a.b` | note | one \\| two three \\x1b[1m |"
    assert render_table([rule]) == "a.b  note     one | two three \\x1b[1m\n"


def test_what_a_page_says_about_settings_can_be_copied(rules: tuple[Rule, ...]) -> None:
    _, _, after = render_page(rules[1]).partition("in policygate.yaml:\n")
    block, _, _ = after.partition("\n\n")
    assert yaml.safe_load(block) == {
        "rules": {
            "gomod.replace_local": {
                "severity": "error",
                "parameters": {"allow_inside": True, "allowed": ["./tools", "./internal"]},
            }
        }
    }
