"""What holds the house together: tables list what their folders hold, and the documents say what is so."""

import os
import re
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

from policygate import builtin
from policygate.engine.policies import load_pack
from policygate.facts import LINKERS, READERS, reader_of
from policygate.report import RENDERERS
from policygate.report.rules import render_markdown_table

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "policygate"


def modules(folder: Path) -> set[str]:
    return {path.stem for path in folder.iterdir() if path.stem != "__init__" and path.suffix == ".py"}


def test_every_reader_is_in_the_table() -> None:
    assert modules(PACKAGE / "facts" / "read") == set(READERS)


def test_every_linker_is_in_the_table() -> None:
    assert modules(PACKAGE / "facts" / "link") == set(chain.from_iterable(LINKERS.values()))


def test_every_renderer_is_in_the_table() -> None:
    """`rules` and the others left out show no verdict; `drawing` is a part of `text`."""
    assert modules(PACKAGE / "report") - {"rules", "walk", "sums", "waivers", "why", "network"} == set(
        RENDERERS.values()
    )


@pytest.mark.parametrize(
    ("path", "reader"),
    [
        ("go.mod", "go_mod"),
        ("a/b/go.mod", "go_mod"),
        ("xgo.mod", ""),
        ("go.work", "go_work"),
        ("svc/go.work", "go_work"),
        ("go.work.sum", "go_sum"),
        ("vendor/modules.txt", "vendor"),
        ("a/vendor/modules.txt", "vendor"),
        ("modules.txt", ""),
        (".gitlab-ci.yml", "gitlab_ci"),
        ("ci/build.gitlab-ci.yml", "gitlab_ci"),
        (".github/workflows/ci.yaml", "github_workflow"),
        ("x/.github/workflows/ci.yaml", "manifest"),
        (".github/dependabot.yml", "manifest"),
        ("deploy/nginx/modules.conf", "nginx"),
        ("etc/nginx.conf", "nginx"),
        ("sites-enabled/modules", "nginx"),
        ("a/conf.d/x.conf", "nginx"),
        ("etc/postgresql.conf", ""),
        ("a/config/app.toml", "app_config"),
        ("pyproject.toml", ""),
        ("services/orders.json", "service_file"),
        ("package.json", ""),
        ("Dockerfile", "dockerfile"),
        ("build/Dockerfile.dev", "dockerfile"),
        ("ledger.dockerfile", "dockerfile"),
        ("Makefile", "makefile"),
        ("hack/build.mk", "makefile"),
        ("x.sh", "shell"),
        (".envrc", "shell"),
        (".env", "env_file"),
        (".env.local", "env_file"),
        ("ci/build.env", "env_file"),
        ("go.env", "go_env"),
        ("config/go/env", "go_env"),
        ("go/env.go", ""),
        ("cargo/env", ""),
    ],
)
def test_which_reader_reads_a_path(path: str, reader: str) -> None:
    assert reader_of(path) == reader


def test_the_rule_table_of_the_readme_is_the_generated_one() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    before, mark, rest = text.partition("<!-- rules -->\n")
    _, end, after = rest.partition("<!-- /rules -->")
    rules = sorted([*load_pack().rules, *builtin.RULES.values()], key=lambda rule: rule.id)
    expected = f"{before}{mark}{render_markdown_table(rules)}{end}{after}"
    if os.environ.get("POLICYGATE_GOLDEN"):
        (PROJECT / "README.md").write_text(expected, encoding="utf-8")
    assert text == expected, "`make golden` rewrites it"


def test_the_readme_names_every_format_and_every_command() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    shown = subprocess.run(
        [sys.executable, "-c", "from policygate.cli import main; main()", "--help"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    commands = re.findall(r"^  ([a-z]+)  ", shown.partition("Commands:")[2], re.MULTILINE)
    assert set(commands) >= {"route", "why", "check", "facts", "schema", "rules", "explain", "init", "bundle"}
    assert [name for name in commands if f"policygate {name}" not in text] == ["rules"]
    assert [name for name in RENDERERS if name not in text] == []


def test_no_file_outgrows_the_house() -> None:
    """But for the model, which is lists of nouns on purpose."""
    files = set(PACKAGE.rglob("*.py")) - set((PACKAGE / "facts").glob("model*.py"))
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {str(path.relative_to(PROJECT)): size for path, size in sizes.items() if size > 330} == {}


def test_importing_the_command_line_imports_nothing_heavy() -> None:
    heavy = {"pydantic", "yaml", "git", "regorus", "opa_client", "requests", "rich"}
    code = "import sys, policygate.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert heavy & set(loaded) == set()
