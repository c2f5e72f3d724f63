"""What GitHub makes of scalars: the core schema of YAML 1.2, and numbers with the 15 digits that the runner writes."""

import pytest

from policygate.facts.syntax.github_values import as_the_job_sees
from policygate.facts.syntax.yaml_tree import Scalar, parse
from policygate.location import Text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("off", "off"),
        ("True", "true"),
        ("'True'", "True"),
        ("~", ""),
        ("1.20", "1.2"),
        ("'1.20'", "1.20"),
        ("1.0", "1"),
        ("-.50", "-0.5"),
        ("007", "7"),
        ("0x10", "16"),
        ("0o17", "15"),
        ("1_000", "1_000"),
        ("1.20.3", "1.20.3"),
        ("go1.20", "go1.20"),
    ],
)
def test_values(text: str, expected: str) -> None:
    (scalar,) = parse(Text("x.yml", text.encode())).documents
    assert isinstance(scalar, Scalar)
    assert as_the_job_sees(scalar) == expected
