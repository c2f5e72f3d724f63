"""What GitLab makes of a YAML scalar: Ruby reads YAML 1.1 (https://yaml.org/type/bool.html)."""

from policygate.facts.syntax.yaml_tree import Node, Scalar

_BOOLEANS = {"yes": "true", "true": "true", "on": "true", "no": "false", "false": "false", "off": "false"}


def is_null(node: Node) -> bool:
    """Whether Ruby's reader makes nothing of it."""
    return isinstance(node, Scalar) and node.plain and node.value.lower() in {"", "~", "null"}


def as_the_job_sees(scalar: Scalar) -> str:
    """The text that GitLab makes of a value: `off` is a boolean."""
    if is_null(scalar):
        return ""
    return _BOOLEANS.get(scalar.value.lower(), scalar.value) if scalar.plain else scalar.value
