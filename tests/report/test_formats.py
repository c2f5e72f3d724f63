"""The table of formats."""

import subprocess
import sys

import pytest

from policygate.errors import UsageError
from policygate.findings import Verdict
from policygate.report import RENDERERS, renderer


def test_every_format_renders(cases: dict[str, Verdict]) -> None:
    assert [name for name in RENDERERS if not renderer(name)(cases["failing"])] == []


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError) as caught:
        renderer("xml")
    known = "known formats: text, json, sarif, sarif-github, gitlab, junit, github, markdown"
    assert (caught.value.message, caught.value.hint) == ("unknown format `xml`", known)


def test_a_format_is_imported_only_when_it_is_asked_for() -> None:
    code = "import sys, policygate.report; print(*(m for m in sys.modules if m.startswith('policygate.report')))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "policygate.report\n"
