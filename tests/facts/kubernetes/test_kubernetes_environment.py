"""The environment of containers. References are replaced as `expansion.Expand` of Kubernetes 1.33.4 does it.

What is expected of them is what it answered. On 100,000 random texts both agreed, but for a dollar sign before a letter
outside of ASCII, which Go's code mangles.
"""

import pytest

from policygate.errors import SourceError
from policygate.facts.kubernetes.environment import (
    Variable,
    also_secret,
    environment,
    expanded,
    values_of,
    words_of,
)
from policygate.facts.syntax.budget import Budget
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar, parse
from policygate.location import Text
from tests.linear import grows_linearly

AT = Text("x", b"").at(0, 0)
KNOWN = {name: Variable(text, AT) for name, text in {"A": "one", "B": "$(A)", "C D": "two", "EMPTY": ""}.items()} | {
    "SECRET": Variable("", AT, known=False),
    "OPEN": Variable("{{ .x }}", AT, dynamic=True),
}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("$(A)", "one"),
        ("$$(A)", "$(A)"),
        ("$$$(A)", "$one"),
        ("$$$$(A)", "$$(A)"),
        ("$A", "$A"),
        ("${A}", "${A}"),
        ("$(NONE)", "$(NONE)"),
        ("$(EMPTY)", ""),
        ("$(B)", "$(A)"),
        ("$(C D)", "two"),
        ("$()", "$()"),
        ("$(", "$("),
        ("$(A", "$(A"),
        ("$((A))", "$((A))"),
        ("$($(A))", "$($(A))"),
        ("x$(A)y$(A)z", "xoneyonez"),
        ("$(A)$(B)", "one$(A)"),
        ("$)A(", "$)A("),
        ("$", "$"),
        ("$$", "$"),
        ("$$$", "$$"),
        ("a$", "a$"),
        ("$(A)$", "one$"),
        ("$ (A)", "$ (A)"),
        ("$(NONE)$(A)", "$(NONE)one"),
        ("$$(NONE)", "$(NONE)"),
        ("$(A$(A)", "$(A$(A)"),
        ("$(A$$(A))", "$(A$$(A))"),
        ("((A))", "((A))"),
        ("$(a)", "$(a)"),
        ("$( A)", "$( A)"),
        ("$(A\n)", "$(A\n)"),
        ("redis://$(A):6379/$$(A)", "redis://one:6379/$(A)"),
        ("$x$(A)", "$xone"),
        ("$$A", "$A"),
        ("$(A))", "one)"),
        ("%$(A)%", "%one%"),
    ],
)
def test_references_are_replaced_as_the_kubelet_does_it(source: str, text: str) -> None:
    assert expanded(source, AT, KNOWN, Budget()).text == text


@pytest.mark.parametrize(
    ("source", "text", "dynamic"),
    [
        ("a$(A)", "aone", False),
        ("a$$(A)", "a$(A)", False),
        ("a$(NONE)", "a$(NONE)", True),
        ("a$(SECRET)", "a$(SECRET)", True),
        ("a$(OPEN)", "a{{ .x }}", True),
    ],
)
def test_what_the_file_does_not_say_is_dynamic(source: str, text: str, dynamic: bool) -> None:
    variable = expanded(source, AT, KNOWN, Budget())
    assert (variable.text, variable.dynamic) == (text, dynamic)


def node(text: str) -> Node:
    (document,) = parse(Text("x.yaml", text.encode())).documents
    return document


def scalars(root: Node) -> dict[str, Scalar]:
    assert isinstance(root, Mapping)
    return {name: value for name, (_, value) in root.entries.items() if isinstance(value, Scalar)}


MAPS = {
    "one": scalars(node("{A: a1, B: b1, EMPTY: ''}")),
    "two": scalars(node("{B: b2, C: '$(A)'}")),
}


@pytest.mark.parametrize(
    ("container", "values"),
    [
        ("env: [{name: A, value: a}, {name: A, value: b}]", {"A": "b"}),
        ("env: [{name: A, value: a}, {name: A, value: $(A)b}, {name: A, value: $(A)c}]", {"A": "abc"}),
        ("env: [{name: A, value: 1}, {name: B, value: true}, {name: C, value: ~}, {name: D}]", {"A": "1", "B": "true"}),
        ("envFrom: [{configMapRef: {name: one}}]", {"A": "a1", "B": "b1"}),
        (
            "envFrom: [{configMapRef: {name: one}}, {configMapRef: {name: two}}]",
            {"A": "a1", "B": "b2", "C": "$(A)"},
        ),
        ("envFrom: [{prefix: P_, configMapRef: {name: one}}, {secretRef: {name: two}}]", {"P_A": "a1", "P_B": "b1"}),
        (
            "{envFrom: [{configMapRef: {name: one}}], env: [{name: B, value: $(A)$(B)$(EMPTY)}]}",
            {"A": "a1", "B": "a1b1"},
        ),
        (
            "env: [{name: X, valueFrom: {configMapKeyRef: {name: two, key: C}}}, {name: A, value: $(X)}]",
            {"X": "$(A)", "A": "$(A)"},
        ),
        ("env: [{name: X, valueFrom: {configMapKeyRef: {name: two, key: Z}}}]", {}),
        ("env: [{name: X, value: x, valueFrom: {configMapKeyRef: {name: one, key: A}}}]", {"X": "x"}),
        ("env: [{name: X, value: '', valueFrom: {configMapKeyRef: {name: one, key: A}}}]", {"X": "a1"}),
        ("env: [{name: X, valueFrom: {fieldRef: {fieldPath: metadata.name}}}, {name: Y, value: $(X)}]", {"Y": "$(X)"}),
        ("env: [{name: X, value: x, $patch: delete}, {value: y}, text, [list], {name: [a], value: b}]", {}),
        ("env: {name: X, value: x}", {}),
        ("{env: &e [{name: X, value: x}], other: *e}", {"X": "x"}),
    ],
)
def test_a_container_has_the_variables_that_its_manifest_says(container: str, values: dict[str, str]) -> None:
    variables = environment(node(container), MAPS, Budget())
    assert {value.key: value.text for value in values_of(variables)} == values


@pytest.mark.parametrize(
    ("container", "words"),
    [
        ("args: [--db=x, --db, y, z]", "--db=x args=--db --db=y args=z"),
        ("{command: [app, -v], args: [w]}", "command=app command=-v -v=w"),
        ("args: ['--dsn=host=a port=1', 'DB=$(A)', -Dk.v=w, '=x']", "--dsn=host=a port=1 DB=one k.v=w args==x"),
        ("command: [sh, -c, \"a --x='y z' B=w c\"]", "command=sh command=-c command=a --x=y z B=w command=c"),
        ("{command: [/bin/bash, -lc], args: ['u v']}", "command=/bin/bash command=-lc args=u args=v"),
        ("command: [sh, script.sh, 'u v']", "command=sh command=script.sh command=u v"),
        ("command: [app, -c, 'u v']", "command=app command=-c -c=u v"),
        ("command: [sh, ~, {a: b}, 3]", "command=sh command=3"),
        ("command: app", ""),
    ],
)
def test_words_have_the_option_before_them_as_key(container: str, words: str) -> None:
    found = words_of(node(container), KNOWN, Budget())
    assert " ".join(f"{key}={word.text}" for key, word in found) == words


def test_variables_that_double_one_another_are_refused() -> None:
    doubling = ", ".join(f"{{name: V{n}, value: $(V{n - 1})$(V{n - 1})}}" for n in range(1, 60))
    container = node(f"env: [{{name: V0, value: xxxxxxxx}}, {doubling}]")
    with pytest.raises(SourceError, match="too large"):
        environment(container, {}, Budget())


def test_a_secret_is_hidden_wherever_it_is_referred_to_from() -> None:
    chain = "\n".join(f"  - {{name: V{n}, value: '$(V{n - 1})'}}" for n in range(1, 3_000))
    text = f"env:\n  - {{name: OTHER, value: o}}\n  - {{name: V0, value: x}}\n{chain}"
    variables = environment(node(text), {}, Budget())
    hidden = also_secret([variables["V2000"].at], variables.values())
    assert sorted(at.start.line for at in hidden) == list(range(3, 2004))


@pytest.mark.parametrize("piece", ["$(", "$$(", "$(A", "$(A)", "$)", "$(NONE)"])
def test_expansion_is_linear(piece: str) -> None:
    assert grows_linearly(lambda size: expanded(piece * size, AT, KNOWN, Budget(10**9)), 20_000)
