"""What others make of a report: Markdown of GitHub (cmark-gfm) and GitLab (comrak), Mermaid, SARIF multitool."""

import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import cmarkgfm
import comrak
import pytest

MULTITOOL = Path(__file__).parents[2] / ".tools/npm/sarif-multitool/node_modules/@microsoft/sarif-multitool-linux"

MERMAID = Path(__file__).parents[2] / ".tools/npm/mermaid"

_TAGS = {"p", "strong", "table", "thead", "tbody", "tr", "th", "td", "code", "details", "summary", "ul", "li", "pre"}
_FENCE = {("lang", "mermaid"), ("class", "language-mermaid")}
_LABEL = r'"(?:[\w ,./()-]|#\d+;)+"'
_FLOWCHART = re.compile(
    rf"flowchart LR\n(?:  n\d+(?:\[{_LABEL}\]|\[\({_LABEL}\)\])\n)+(?:  n\d+ (?:==|--)>(?:\|{_LABEL}\|)? n\d+\n)+"
    r"(?:  classDef protected [a-z0-9#:,-]+\n  class n\d+(?:,n\d+)* protected\n)?"
)
_MEANT = re.compile(r"[@#~$%^&*_<>\[\]\\`]|!\d|(?<!\S)/|://|www\.|[0-9a-f]{7}")
"""What platforms make a mention, a reference, a link, an emoji or a command of, where it is not code."""
_EXTENSIONS = ["table", "autolink", "strikethrough", "tasklist"]


class Page(HTMLParser):
    """The tags, comments and attributes of a page, its text outside of code, and the cells of each row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.comments: list[str] = []
        self.text: list[str] = []
        self.code: list[str] = []
        self.rows: list[int] = []
        self.tables: list[set[int]] = []
        self.fences = 0
        self._in_code = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        self._in_code = self._in_code or tag == "code"
        self.fences += tag == "pre"
        if tag == "table":
            self.tables.append(set())
        elif tag == "tr":
            self.rows.append(0)
        elif tag in {"td", "th"}:
            self.rows[-1] += 1

    def handle_endtag(self, tag: str) -> None:
        self._in_code = self._in_code and tag != "code"
        if tag == "tr" and self.tables:
            self.tables[-1].add(self.rows[-1])

    def handle_data(self, data: str) -> None:
        (self.code if self._in_code else self.text).append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def pages(markdown: str) -> Iterator[Page]:
    """The text as GitHub and as GitLab render it, raw HTML left in."""
    unsafe = cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE | cmarkgfm.cmark.Options.CMARK_OPT_FOOTNOTES
    yield Page(cmarkgfm.markdown_to_html_with_extensions(markdown, unsafe, _EXTENSIONS))
    extensions, rendering = comrak.ExtensionOptions(), comrak.RenderOptions()
    for name in (*_EXTENSIONS, "footnotes", "alerts", "math_dollars", "math_code", "shortcodes", "description_lists"):
        setattr(extensions, name, True)
    rendering.unsafe_ = True
    yield Page(comrak.render_markdown(markdown, extension_options=extensions, render_options=rendering))


def assert_inert(markdown: str) -> None:
    """Nothing in a report but its own markup: no link, image, heading, mention, reference, nor a table that breaks."""
    for chart in charts(markdown):
        assert _FLOWCHART.fullmatch(chart)
    for page in pages(markdown):
        assert page.tags <= _TAGS
        assert set(page.attributes) <= _FENCE
        assert page.fences == len(charts(markdown))
        assert page.comments == [" policygate "]
        assert [text for text in page.text if _MEANT.search(text)] == []
        assert [table for table in page.tables if table not in ({4}, {5})] == []


def charts(markdown: str) -> list[str]:
    """The texts of the diagrams."""
    return re.findall(r"^```mermaid\n(.*?)^```$", markdown, re.MULTILINE | re.DOTALL)


def drawn(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Diagrams as Mermaid draws them, or why it does not; see `mermaid.mjs`."""
    if not MERMAID.exists():
        pytest.skip("no mermaid: run `make setup`")
    command = ["node", str(Path(__file__).with_name("mermaid.mjs")), str(MERMAID)]
    done = subprocess.run(command, input=json.dumps(texts), check=True, capture_output=True, text=True)
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def complaints(folder: Path, *logs: str) -> set[tuple[str, str]]:
    """Rule and level of what the validator finds in the logs, its notes on style apart."""
    for number, log in enumerate(logs):
        (folder / f"{number}.sarif").write_text(log, encoding="utf-8")
    output = folder / "validated.json"
    files = [str(folder / f"{number}.sarif") for number in range(len(logs))]
    options = ["--rule-kind", "Sarif;GHAS", "--level", "Error;Warning", "--output", str(output)]
    command = [str(MULTITOOL / "Sarif.Multitool"), "validate", *files, *options]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert f"Done. {len(logs)} files scanned." in done.stdout
    run = json.loads(output.read_text(encoding="utf-8-sig"))["runs"][0]
    assert run["invocations"][0]["executionSuccessful"]
    return {(result["ruleId"], result.get("level", "warning")) for result in run["results"]}
