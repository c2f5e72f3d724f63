"""Names and values that would act on whoever looks at a report, in every field that the repository controls."""

import json
import re
import unicodedata
from xml.etree import ElementTree

import pytest

from policygate.findings import Checked, Compared, EngineInfo, Excuse, Finding, Preview, Problem, Related, Rule, Verdict
from policygate.location import At, Position
from policygate.report import RENDERERS, renderer
from policygate.topology import NewPath, Way
from tests.report.oracle import assert_inert

CORPUS = [
    *(
        "::error::x",
        "::error file=a::x",
        "  ::set-output name=a::b",
        "::stop-commands::x",
        "\n::add-mask::x",
        "\r::debug::x",
    ),
    *(
        "##vso[task.setvariable variable=a]b",
        "##[error]x",
        "##[group]",
        "a\n##[command]b",
        "%0A::error::x",
        "%25",
        "a,b:c=d",
    ),
    *(
        "\x1b[31mred",
        "\x1b]0;title\x07",
        "\x1b]8;;http://x.example\x1b\\",
        "\x9b31m",
        "a\rb",
        "a\x08\x08b",
        "\x00",
        "\x7f",
    ),
    *(
        "\u202egnp.exe",
        "\u2066a\u2069",
        "\u200b",
        "\u200d",
        "\ufeff",
        "\u2028::error::x",
        "\u0085::error::x",
        "e\u0301",
    ),
    *(
        "]]>",
        "<![CDATA[x",
        "<!--",
        "-->",
        "<!-- policygate -->",
        "</details>",
        "<details open>",
        "<script>alert(1)</script>",
    ),
    *(
        "<img src=x onerror=y>",
        "&lt;b&gt;",
        "&#x41;",
        '"><b>',
        "![x](http://x.example/p.png)",
        "[x](javascript:alert(1))",
    ),
    *(
        "<http://x.example>",
        "http://x.example",
        "www.x.example",
        "|",
        "||a|",
        "`",
        "``",
        "```\ncode",
        "`a``b```",
        "~~~",
        "$$x$$",
    ),
    *(
        "@all",
        "@acme/team",
        "#1",
        "!1",
        "&1",
        "%1",
        "GH-1",
        ":smile:",
        "/approve",
        "/merge",
        "- [ ] a",
        "1. a",
        "# a",
        "> a",
    ),
    *(
        "[^1]",
        "[^1]: x",
        "---",
        "***",
        "**b**",
        "_i_",
        "~~s~~",
        "\\",
        "\\|",
        "    code",
        " ",
        "   ",
        "\t",
        "x" * 20_000,
    ),
    *(
        "\ud800",
        "\udcff",
        "a\ud83d",
        "\U000e0041",
        "漢字",
        "=cmd|' /C calc'!A0",
        "{{ x }}",
        "${{ x }}",
        "$(x)",
        "$[[ x ]]",
    ),
]


def planted(text: str) -> Verdict:
    """A verdict in which the text stands everywhere."""
    line = text.replace("\n", " ")
    place = At(path=text or "x", start=Position(line=1, column=1), end=Position(line=1, column=3), origin="text")
    rule = Rule("acme.planted", "Planted", "Why.", "error", "Fix.")
    excuse = Excuse("waiver", text, text, text, text, place, pending=True)
    waived = Excuse("ignore", text, text, text, text, place)
    common = {"related": (Related(text, place),), "assumes": (text,), "modules": (text,), "contexts": (text,)}
    findings = (
        Finding(rule, "error", text, text, place, change="new", excuse=excuse, **common),  # type: ignore[arg-type]
        Finding(rule, "warning", f"a {text}", f"{text} a", place, change="changed"),
        Finding(rule, "error", text, f"b {text}", place, change="carried", disposition="ignored", excuse=waived),
        Finding(rule, "note", text, f"c {text}", place, change="fixed"),
    )
    return Verdict(
        "error",
        findings,
        (Problem(text, text, place),),
        Checked(1, 1, 1, 1, 1, (text,), (text,)),
        EngineInfo("embedded", "1"),
        rules=(rule,),
        lines={text or "x": {1: line, 2: line}},
        compared=Compared(text, *("x" * 40,) * 3),
        previews=(Preview(text, 2, 1), Preview(text, 0, 0, text)),
        opened=(
            NewPath(text, f"{text} a", text, "disabled", text, True, text, True, (), place, ((text, place),)),
            NewPath(text, text, text, "optional", text, False, text, False, (text, text), place),
        ),
        around=(Way(text, f"b {text}", text, True, True, place),),
        advice=(text,),
    )


def test_the_corpus_is_large_and_each_of_it_is_another() -> None:
    assert len(CORPUS) == len(set(CORPUS)) >= 40


@pytest.mark.parametrize("name", RENDERERS)
def test_no_runner_finds_a_command_that_is_not_ours(name: str) -> None:
    own = re.compile(r"^::(?:error|warning|notice) ") if name == "github" else re.compile(r"(?!)")
    for text in CORPUS:
        shown = renderer(name)(planted(text))
        lines = re.split(r"\r\n|[\n\r\u0085\u2028\u2029\v\f]", shown)
        assert [line for line in lines if line.lstrip().startswith("::") and not own.match(line)] == [], repr(text)
        assert re.findall(r"##\w*\[", shown) == [], repr(text)


@pytest.mark.parametrize("name", RENDERERS)
def test_nothing_hidden_and_nothing_that_a_terminal_obeys(name: str) -> None:
    for text in CORPUS:
        shown = renderer(name)(planted(text))
        found = {character for character in shown if unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"}}
        assert found <= {"\n"}, repr(text)
        shown.encode("utf-8", "strict")


@pytest.mark.parametrize("name", ["json", "sarif", "sarif-github", "gitlab"])
def test_json_is_read_back_with_what_was_said(name: str) -> None:
    for text in CORPUS:
        assert json.loads(renderer(name)(planted(text))), repr(text)


def test_xml_is_read_back() -> None:
    for text in CORPUS:
        root = ElementTree.fromstring(renderer("junit")(planted(text)))  # noqa: S314 - our own
        assert {element.tag for element in root.iter()} <= {
            *(
                "testsuites",
                "testsuite",
                "testcase",
                "failure",
                "error",
                "skipped",
                "system-out",
                "properties",
                "property",
            ),
        }, repr(text)


def test_markdown_is_inert() -> None:
    for text in CORPUS:
        shown = renderer("markdown")(planted(text))
        assert shown.startswith("<!-- policygate -->\n")
        assert_inert(shown)
