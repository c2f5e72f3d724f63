"""What GitLab makes of a YAML scalar: Ruby reads YAML 1.1 (https://yaml.org/type/bool.html, float.html, int.html)."""

import re

from policygate.facts.syntax.yaml_tree import Node, Scalar

_BOOLEANS = {"yes": "true", "true": "true", "on": "true", "no": "false", "false": "false", "off": "false"}

_FLOAT = re.compile(r"[-+]?(?=[\d.]{1,16}$)\d+\.\d+", re.ASCII)
_BASES = (
    (re.compile(r"[-+]?0x[0-9a-f][0-9a-f_,]{0,15}", re.IGNORECASE), 16),
    (re.compile(r"[-+]?0b[01][01_,]{0,63}", re.IGNORECASE), 2),
    (re.compile(r"[-+]?0[0-7_,]{1,22}"), 8),
    (re.compile(r"[-+]?(?:0|[1-9](?:[_,]?\d){0,18})", re.ASCII), 10),
)


def is_null(node: Node) -> bool:
    """Whether Ruby's reader makes nothing of it."""
    return isinstance(node, Scalar) and node.plain and node.value.lower() in {"", "~", "null"}


def as_the_job_sees(scalar: Scalar) -> str:
    """The text that GitLab makes of a value: `off` is a boolean, and `1.20` the number `1.2`."""
    if is_null(scalar):
        return ""
    return (_BOOLEANS.get(scalar.value.lower()) or _number(scalar.value)) if scalar.plain else scalar.value


def _number(text: str) -> str:
    """A number as Ruby writes it, any other text as it is."""
    if _FLOAT.fullmatch(text):
        return str(float(text))
    for pattern, base in _BASES:
        if pattern.fullmatch(text):
            return str(int(re.sub("[_,]", "", text), base))
    return text
