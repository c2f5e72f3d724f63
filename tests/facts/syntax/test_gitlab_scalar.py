"""What GitLab makes of scalars, by the number formats of YAML 1.1 and Ruby's way to write numbers."""

import pytest

from policygate.facts.syntax.gitlab_scalar import as_the_job_sees
from policygate.facts.syntax.yaml_tree import Scalar, parse
from policygate.location import Text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("off", "false"),
        ("'off'", "off"),
        ("~", ""),
        ("1.20", "1.2"),
        ("'1.20'", "1.20"),
        ("1.0", "1.0"),
        ("-3.140", "-3.14"),
        ("1.20.3", "1.20.3"),
        ("0x1f", "31"),
        ("0x10b1", "4273"),
        ("0x", "0x"),
        ("0b11", "3"),
        ("010", "8"),
        ("08", "08"),
        ("1_000", "1000"),
        ("1e3", "1e3"),
        ("+7", "7"),
        ("go1.20", "go1.20"),
    ],
)
def test_values(text: str, expected: str) -> None:
    (scalar,) = parse(Text("x.yml", text.encode())).documents
    assert isinstance(scalar, Scalar)
    assert as_the_job_sees(scalar) == expected
