from textwrap import dedent

import pytest

from policygate.engine.faults import Fault
from policygate.engine.metadata import Metadata, read_metadata
from policygate.engine.scan import Annotation
from policygate.findings import Link


def read(text: str) -> tuple[Metadata, list[Fault]]:
    return read_metadata("x.rego", Annotation(dedent(text), 2))


def test_every_key_is_read() -> None:
    metadata, faults = read(
        """
        title: No forks
        description: |
          Why.
        scope: package
        authors: [{name: Platform, email: platform@acme.example}]
        organizations: [Acme]
        schemas: [{input: schema.input}]
        entrypoint: true
        related_resources:
          - https://acme.example/a
          - {ref: https://acme.example/b, description: B}
        custom:
          severity: warning
          security_severity: "7.5"
          fix: Do it.
          profiles: [baseline]
          parameters:
            allow: {default: [a], description: What may stay.}
        """
    )
    assert faults == []
    assert metadata.model_dump(exclude={"authors", "schemas"}) == {
        "title": "No forks",
        "description": "Why.\n",
        "related_resources": ["https://acme.example/a", {"ref": "https://acme.example/b", "description": "B"}],
        "custom": {
            "severity": "warning",
            "security_severity": "7.5",
            "parameters": {"allow": {"default": ["a"], "description": "What may stay."}},
            "fix": "Do it.",
            "profiles": ["baseline"],
        },
        "scope": "package",
        "organizations": ["Acme"],
        "entrypoint": True,
    }
    assert metadata.links == (Link("https://acme.example/a", ""), Link("https://acme.example/b", "B"))


def test_no_block_and_an_empty_block_say_nothing() -> None:
    assert read_metadata("x.rego", None) == (Metadata(), [])
    assert read("") == (Metadata(), [])


KNOWN = "authors, custom, description, entrypoint, organizations, related_resources, schemas, scope, title"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("title: a\ntitel: b\n", 3, f"METADATA: unknown key `titel`; known: {KNOWN}"),
        (
            "custom:\n  severty: error\n",
            3,
            "METADATA: unknown key `custom.severty`; known: fix, parameters, profiles, security_severity, severity",
        ),
        (
            "custom:\n  severity: high\n",
            3,
            "METADATA: `custom.severity`: input should be 'error', 'warning' or 'note'",
        ),
        (
            "custom:\n  parameters:\n    allow: {default: 1, description: x, type: int}\n",
            4,
            "METADATA: unknown key `custom.parameters.allow.type`; known: default, description",
        ),
        (
            "custom:\n  parameters:\n    allow: {default: 1}\n",
            4,
            "METADATA: `custom.parameters.allow.description`: field required",
        ),
        ("title: 5\n", 2, "METADATA: `title`: input should be a valid string"),
        ("a\n", 2, "METADATA: it should be a mapping of keys"),
        ("title: a\ntitle: b\n", 3, "METADATA: `title` is given twice"),
        ("title: &a b\ndescription: *a\n", 3, "METADATA: anchors and aliases are not supported"),
        ("title: [\n", 3, "METADATA is no YAML: did not find expected node content"),
        ("title: !!python/name:os.system x\n", 2, "METADATA is no YAML"),
        ("title: '\x07'\n", 2, "METADATA is no YAML"),
    ],
)
def test_a_wrong_key_is_a_fault_at_its_line(text: str, line: int, message: str) -> None:
    metadata, faults = read(text)
    assert metadata == Metadata()
    assert [(fault.label, fault.line) for fault in faults] == [("x.rego", line)]
    assert faults[0].message.startswith(message)


def test_a_nest_of_aliases_costs_nothing() -> None:
    lines = ["custom: {parameters: {a: {description: x, default: &a0 [x]}}}"]
    lines += [f"k{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    _, faults = read("\n".join(lines))
    assert faults[0].message == "METADATA: anchors and aliases are not supported"


@pytest.mark.parametrize("text", ["[" * 900, "- " * 900, "{a: " * 900])
def test_a_deep_nest_is_a_fault(text: str) -> None:
    _, faults = read(f"title: a\ncustom:\n {text}")
    assert [(fault.line, fault.message) for fault in faults] == [(4, "METADATA: it is nested too deeply")]
