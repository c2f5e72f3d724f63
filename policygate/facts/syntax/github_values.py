"""What a GitHub expression stands for where the files say it (https://docs.github.com/en/actions/reference/contexts)."""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingOf
from itertools import product

from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar, Sequence

EXPRESSION = "${{"
MAX_ROWS = 256
"""GitHub's own limit for the jobs of one matrix."""

_REFERENCE = re.compile(r"\$\{\{ {0,9}(?P<name>(?:inputs|matrix|env)(?:\.[\w-]{1,100}){1,5}) {0,9}\}\}", re.ASCII)

_FLOAT = re.compile(r"[-+]?(?=[\d.]{1,16}$)(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_BASES = ((re.compile(r"0x[0-9a-fA-F]{1,8}"), 16), (re.compile(r"0o[0-7]{1,10}"), 8))

Values = MappingOf[str, str | None]
"""The text of each name, such as `inputs.proxy`, in lower case; None for one that hides what is not known."""


def as_the_job_sees(scalar: Scalar) -> str:
    """The text that GitHub makes of a value: it reads YAML 1.2, where `off` is a string and `1.20` the number 1.2."""
    if scalar.plain and scalar.value in {"~", "null", "Null", "NULL"}:
        return ""
    if scalar.plain and scalar.value in {"True", "TRUE", "False", "FALSE"}:
        return scalar.value.lower()
    return _number(scalar.value) if scalar.plain else scalar.value


def env_values(env: Node | None, values: Values) -> dict[str, str | None]:
    """The texts of a block's `env` by names such as `env.host`; None where one is not known."""
    texts = (
        {name: resolved(node, values) for name, (_, node) in env.entries.items()} if isinstance(env, Mapping) else {}
    )
    return {f"env.{name.lower()}": None if EXPRESSION in text else text for name, text in texts.items()}


def _number(text: str) -> str:
    """A number as GitHub writes it, which knows only floating ones; any other text as it is."""
    if _FLOAT.fullmatch(text):
        return f"{float(text):.15g}"
    for pattern, base in _BASES:
        if pattern.fullmatch(text):
            return str(int(text, base))
    return text


def put_in(scalar: Scalar, values: Values) -> Scalar:
    """A scalar with the expressions in it replaced whose values are known."""
    found = _REFERENCE.finditer(scalar.value) if EXPRESSION in scalar.value else ()
    known = [(match, values.get(match["name"].lower())) for match in found]
    replacements = tuple((*match.span(), value) for match, value in known if value is not None)
    return scalar.replaced(replacements) if replacements else scalar


def resolved(node: Node | None, values: Values) -> str:
    """The text of a scalar with known expressions replaced; empty for anything else."""
    return as_the_job_sees(put_in(node, values)) if isinstance(node, Scalar) else ""


def matrix_names(nodes: Iterable[Node]) -> frozenset[str]:
    """The names below `matrix` that the scalars of some nodes refer to, as `matrix.go`."""
    texts = (scalar.value for node in nodes for scalar in _scalars(node) if EXPRESSION in scalar.value)
    names = (match["name"].lower() for text in texts for match in _REFERENCE.finditer(text))
    return frozenset(name for name in names if name.startswith("matrix."))


def matrix_rows(strategy: Node | None, values: Values) -> list[dict[str, str]]:
    """The values of each job of a matrix by names such as `matrix.go`; none without a matrix that is known."""
    matrix = strategy.value("matrix") if isinstance(strategy, Mapping) else None
    if not isinstance(matrix, Mapping):
        return []
    axes = {}
    for name, (_, node) in matrix.entries.items():
        if name not in {"include", "exclude"}:
            if not isinstance(node, Sequence) or not node.items:
                return []
            axes[name] = [_flat(f"matrix.{name.lower()}", item, values) for item in node.items]
    count = 1
    for axis in axes.values():
        count *= len(axis)
    if count > MAX_ROWS:
        return []
    rows = [{name: value for part in parts for name, value in part.items()} for parts in product(*axes.values())]
    excluded = list(_listed(matrix.value("exclude"), values))
    rows = [row for row in rows if not any(each.items() <= row.items() for each in excluded)]
    return _with_included(rows if axes else [], list(_listed(matrix.value("include"), values)))[:MAX_ROWS]


def _with_included(rows: list[dict[str, str]], included: list[dict[str, str]]) -> list[dict[str, str]]:
    """An include extends the rows of which it overwrites no value of an axis, else it is a row itself."""
    made = [dict(row) for row in rows]
    for each in included:
        fitting = [
            new for row, new in zip(rows, made, strict=False) if all(row.get(n, v) == v for n, v in each.items())
        ]
        for row in fitting:
            row.update(each)
        if not fitting:
            made.append(dict(each))
    return made


def _listed(node: Node | None, values: Values) -> Iterator[dict[str, str]]:
    for item in node.items if isinstance(node, Sequence) else ():
        yield _flat("matrix", item, values)


def _flat(name: str, node: Node, values: Values) -> dict[str, str]:
    """The scalars of a value by their whole names; lists in it are left out."""
    if isinstance(node, Scalar):
        return {name: as_the_job_sees(put_in(node, values))}
    inner: dict[str, str] = {}
    for key, (_, value) in node.entries.items() if isinstance(node, Mapping) else ():
        inner |= _flat(f"{name}.{key.lower()}", value, values)
    return inner


def _scalars(node: Node) -> Iterator[Scalar]:
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Scalar):
            yield each
        else:
            waiting += each.items if isinstance(each, Sequence) else [part for pair in each.pairs for part in pair]
