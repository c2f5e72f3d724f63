"""Settings that stand together: the cases of `settings_cases.txt`."""

import re
from pathlib import Path

import pytest

from policygate.facts.endpoint.settings import Named, endpoints_of, secret_values
from tests.facts.endpoint.test_endpoint import shown

CASES = re.findall(
    r"### (.*)\n((?:(?!===\n).*\n)*)===\n((?:(?!### ).*\n)*)",
    (Path(__file__).parent / "settings_cases.txt").read_text(encoding="utf-8"),
)


def described(text: str) -> str:
    """Each endpoint with how it was found and the settings that say it, each literal secret in a value, each secret."""
    values = [Named(*line.split("=", 1)) for line in text.splitlines() if line]
    lines = []
    for found in endpoints_of(values):
        keys = " ".join(values[index].key for index in found.keys)
        lines.append(f"{found.by}  {keys}\n    {shown(found.parsed)}")
        main = values[found.keys[0]].value
        lines += [f"    hidden: {main[start:end]}" for start, end in found.parsed.secrets]
    lines += [f"secret: {values[index].key}" for index in secret_values(values)]
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize(("name", "text", "expected"), CASES, ids=[name for name, _, _ in CASES])
def test_case(name: str, text: str, expected: str) -> None:
    assert described(text).strip() == expected.strip(), name


def test_the_table_is_whole() -> None:
    assert len(CASES) == 25


def test_a_pair_shows_its_hosts_alone() -> None:
    values = [Named("DB_HOST", "a.example"), Named("DB_PORT", "5432"), Named("DB_PASSWORD", "hunter2")]
    assert [found.parsed.redacted for found in endpoints_of(values)] == ["a.example"]


def test_an_endpoint_in_a_list_shows_itself_alone() -> None:
    values = [Named("URLS", "redis://:hunter2@a.example redis://b.example")]
    found = [each.parsed.redacted for each in endpoints_of(values)]
    assert found == ["redis://:*******@a.example", "redis://b.example"]
