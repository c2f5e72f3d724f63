"""YAML trees: what PyYAML itself makes of a file, where each character stands, and files that mean harm."""

from collections.abc import Iterator
from time import process_time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.syntax import yaml_tree
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar, Sequence, Tree, parse
from policygate.location import At, Text

BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))


def tree_of(text: str, *, unique_keys: bool = False) -> Tree:
    return parse(Text("ci.yml", text.encode()), unique_keys=unique_keys)


def scalars(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
        return
    inner = node.items if isinstance(node, Sequence) else [each for pair in node.pairs for each in pair]
    for each in inner:
        yield from scalars(each)


def plain(node: Node) -> object:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key: plain(value) for key, (_, value) in node.entries.items()}


def span(at: At) -> tuple[int, int, int, int]:
    return at.start.line, at.start.column, at.end.line, at.end.column


def written(node: Scalar) -> str:
    """The characters of the file that those of the value stand for, line breaks and folds as blanks."""
    snippet = node.snippet()
    ats = [snippet.at(index, index + 1) for index in range(len(snippet.source))]
    return "".join(snippet.file.lines[at.start.line - 1][at.start.column - 1 :][:1] or " " for at in ats)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb: [x, {c: d}, 'e']\n? f\n: - g\n",
        "a: &x {b: c}\nd: *x\ne: [*x, *x]\n",
        "a: |\n  one\n\n    two\n  three\nb: >-\n  one\n  two\n\n  three\n    four\n",
        "a: |2+\n    x\n   y\n  z\n\n\nb: >+\n\n  c\n\n",
        "a: \"q \\\"\\u00e9\\\" \\\n   next\n\n  last\"\nb: 'it''s\n  folded'\nc: plain\n  folded\n\n  more # no\n",
        "\ufeffa: b\r\nc: |\r\n  d\r\n  e\r\n",
        "a: ''\nb:\nc: \"\"\nd: >-\ne: ~\n",
        "- !t &a b\n- *a\n- !!str c\n- ! d\n",
        'a: 日本 😀\nb: "é"\n',
    ],
)
def test_the_nodes_are_those_of_pyyaml(text: str) -> None:
    (document,) = tree_of(text).documents
    assert plain(document) == yaml.load(text, yaml.BaseLoader)  # noqa: S506 - it makes nothing but strings


@pytest.mark.parametrize(
    ("text", "expected", "at"),
    [
        ("a: go build", "go build", (1, 4, 1, 12)),
        ("a: &x !!str go build # c", "go build", (1, 13, 1, 21)),
        ("a: 'go build'", "go build", (1, 5, 1, 13)),
        ("a: 'it''s é'", "it's é", (1, 5, 1, 12)),
        ('a: "go\\u0020\\"x\\" 😀"', "go\\\\x\\ 😀", (1, 5, 1, 20)),
        ("a: go\n  build\n\n  x", "go build x", (1, 4, 4, 4)),
        ('a: "go \\\n     build\n   x"', "go build x", (1, 5, 3, 5)),
        ("a: |\n  go\n    build\n\n  x\n", "go   build  x ", (2, 3, 5, 4)),
        ("a: |4-\n      go\n    x\n", "  go x", (2, 5, 3, 6)),
        ("a: |\r\n  go\r\n  x\r\n", "go\rx\r", (2, 3, 3, 4)),
        ("a: >\n  go\n  build\n    x\n\n  y\n", "go build   x  y ", (2, 3, 6, 4)),
        ("a: !!str # c\n  'a''b'\n", "!!s", (1, 4, 1, 7)),
        ("\ufeffa: b", "b", (1, 5, 1, 6)),
        ('a: "b\u2028  c"', '"b\u2028', (1, 4, 1, 7)),
    ],
)
def test_every_character_of_a_value_has_its_place(text: str, expected: str, at: tuple[int, ...]) -> None:
    (document,) = tree_of(text).documents
    _, node = scalars(document)
    assert (written(node), span(node.at())) == (expected, at)


def test_merge_keys_are_followed_as_ruby_follows_them() -> None:
    (document,) = tree_of(
        "a: &a {x: 1, y: 1}\nb: &b {x: 2, z: 2}\n"
        "c: {<<: *a, x: 3}\nd: {x: 3, <<: *a}\ne: {<<: [*a, *b]}\nf: {'<<': *a}\ng: {<<: 1}\nh: {<<: [*a, 1]}\n"
        "i: {<<: &c {<<: *a, w: 4}}\n"
    ).documents
    assert plain(document) == {
        "a": {"x": "1", "y": "1"},
        "b": {"x": "2", "z": "2"},
        "c": {"x": "3", "y": "1"},
        "d": {"x": "1", "y": "1"},
        "e": {"x": "1", "y": "1", "z": "2"},
        "f": {"<<": {"x": "1", "y": "1"}},
        "g": {"<<": "1"},
        "h": {"<<": [{"x": "1", "y": "1"}, "1"]},
        "i": {"x": "1", "y": "1", "w": "4"},
    }


def test_aliases_share_their_nodes() -> None:
    (document,) = tree_of("a: &x {b: c}\nd: *x\n").documents
    assert isinstance(document, Mapping)
    assert document.value("a") is document.value("d")


def test_tags_and_styles_are_kept() -> None:
    (document,) = tree_of("[off, 'off', !!str off, ! off, !reference off, !!bool off]").documents
    assert [(node.tag, node.style, node.plain) for node in scalars(document)] == [
        ("", "", True),
        ("", "'", False),
        ("tag:yaml.org,2002:str", "", False),
        ("!", "", False),
        ("!reference", "", True),
        ("tag:yaml.org,2002:bool", "", True),
    ]
    (document,) = tree_of("- !reference [a, b]\n- !!omap {c: d}").documents
    assert isinstance(document, Sequence)
    assert [node.tag for node in document.items] == ["!reference", "tag:yaml.org,2002:omap"]
    assert [span(node.at()) for node in document.items] == [(1, 3, 1, 20), (2, 3, 2, 16)]


def test_every_document_is_read() -> None:
    assert [plain(document) for document in tree_of("a: b\n---\n- c\n---\nd\n").documents] == [{"a": "b"}, ["c"], "d"]
    assert tree_of("").documents == tree_of("# nothing\n").documents == ()


@pytest.mark.parametrize(
    ("text", "message", "start"),
    [
        ("a: [b\nc: d", "not valid YAML: did not find expected ',' or ']'", (2, 2)),
        ("a: b: c", "not valid YAML: mapping values are not allowed in this context", (1, 5)),
        ("\ufeffé: @x", "not valid YAML: found character that cannot start any token", (1, 5)),
        ("a: b\x00c", "not valid YAML: control characters are not allowed", (1, 5)),
        ("\ufeffé😀\x07", "not valid YAML: control characters are not allowed", (1, 4)),
        ("é: 1\n" * 5000 + "b: \x1b", "not valid YAML: control characters are not allowed", (5001, 4)),
        ('"\\x', "not valid YAML: did not find expected hexdecimal number", (1, 4)),
        ("a: *b", "not valid YAML: unknown alias", (1, 4)),
        ("a: &b c\n---\nd: *b", "not valid YAML: unknown alias", (3, 4)),
        ("&a [x, *a]", "not valid YAML: an alias inside of what it stands for", (1, 8)),
        ("[" * 900, "nested more than 100 levels deep", (1, 101)),
        ("- " * 900, "nested more than 100 levels deep", (1, 201)),
        ("{a: " * 900, "nested more than 100 levels deep", (1, 401)),
        (BOMB, "more than 100,000 nodes once its aliases are followed", (5, 5)),
        ("a: b\n" * 60_000, "more than 100,000 nodes once its aliases are followed", (50_000, 4)),
        ("%TAG !a! x\n" * 1000, "more than 100 YAML directives", (1, 1)),
        ("x" * 5_000_001, "the file is larger than 5,000,000 characters", (1, 1)),
    ],
    ids=range(17),
)
def test_what_is_refused_is_one_problem_at_its_place(text: str, message: str, start: tuple[int, int]) -> None:
    tree = tree_of(text)
    assert tree.documents == ()
    assert [(problem.message, (problem.at.start.line, problem.at.start.column)) for problem in tree.problems] == [
        (message, start)
    ]


def test_the_deepest_and_the_largest_file_that_is_read() -> None:
    assert len(tree_of("[" * 100 + "]" * 100).documents) == 1
    assert len(tree_of("- a\n" * 99_998).documents) == 1


def test_duplicate_keys_are_problems_where_they_are_asked_for() -> None:
    text = "a: 1\nb: {c: 1, c: 2}\nA: 2\n"
    assert tree_of(text).problems == ()
    assert [(problem.message, span(problem.at)) for problem in tree_of(text, unique_keys=True).problems] == [
        ("duplicate key `c`", (2, 11, 2, 12)),
        ("duplicate key `A`", (3, 1, 3, 2)),
    ]


@pytest.mark.parametrize(
    "unit",
    ["xx\n  ", "|\n  xx\n", ">\n  xx\n", '"x\\n', "'x''", '"x\n  ', "|\n\n", "x ", '" '],
)
def test_the_time_for_a_scalar_grows_with_its_length(unit: str) -> None:
    """Quadratic would be minutes."""
    head, rest = (unit[:1], unit[1:]) if unit[0] in "|>\"'" else ("", unit)
    body = rest * (1_000_000 // len(rest))
    text = f"a: {head}{body}" + (head if head in {'"', "'"} else "")
    start = process_time()
    (document,) = tree_of(text).documents
    for node in scalars(document):
        node.at()
    assert process_time() - start < 20


_TEXT = st.text(st.sampled_from("ab:-?[]{},&*!|>'\"%#@\\ \t\n\r\ufeff\x00é😀0~<"), max_size=60)


@given(_TEXT | st.text(max_size=40))
def test_no_text_breaks_the_parser(text: str) -> None:
    tree = tree_of(text, unique_keys=True)
    for document in tree.documents:
        for node in scalars(document):
            assert node.snippet().source == node.value
            node.at()
            plain(document)


def test_the_limits_are_the_documented_ones() -> None:
    assert (yaml_tree.MAX_CHARACTERS, yaml_tree.MAX_DEPTH, yaml_tree.MAX_NODES) == (5_000_000, 100, 100_000)
