"""GitHub workflows: the cases of `github_workflow_cases.txt`, where values stand, and files that mean harm."""

from collections.abc import Callable
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.model import FileFacts
from policygate.facts.read.github_workflow import read
from tests.linear import grows_linearly

Cases = Callable[[str], dict[str, tuple[str, str]]]
Described = Callable[[FileFacts], str]
PATH = ".github/workflows/ci.yml"


def facts_of(text: str) -> FileFacts:
    return read(PATH, text.encode())


def messages(text: str) -> list[tuple[str, int]]:
    return [(problem.message, problem.at.start.line) for problem in facts_of(text).problems]


def test_workflows_give_the_expected_places(cases: Cases, described: Described) -> None:
    table = cases("github_workflow_cases.txt")
    assert len(table) == 17
    assert {name: described(facts_of(text)).strip("\n") for name, (text, _) in table.items()} == {
        name: expected for name, (_, expected) in table.items()
    }


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_spans_hold_their_values_whatever_the_encoding(line_break: str) -> None:
    text = (
        "\ufeffenv: {GOSUMDB: 'é😀'}\njobs:\n  é:\n    steps:\n      - name: ü\n        env: {GOPROXY: é}\n"
        "        run: |\n          é\n          export GOVCS=é😀\n          go build ü\n"
    ).replace("\n", line_break)
    lines = text.split("\n")
    (place,) = facts_of(text).places
    (command,) = place.commands
    found = [(a.value, a.at) for a in [*place.assignments, *command.assignments]] + [(command.text, command.at)]
    assert {value for value, _ in found} == {"é😀", "é", "go build ü"}
    for value, at in found:
        assert lines[at.start.line - 1][at.start.column - 1 : at.end.column - 1] == value


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_an_empty_file_has_no_jobs(text: str) -> None:
    assert facts_of(text).places == []
    assert len(messages(text)) == 1


def test_hostile_files_are_problems() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
    assert messages(bomb) == [("more than 100,000 nodes once its aliases are followed", 5)]
    assert messages("[" * 900) == [("nested more than 100 levels deep", 1)]
    assert messages("env: " + "x" * 5_000_000) == [("the file is larger than 5,000,000 characters", 1)]


@pytest.mark.parametrize(
    "step",
    [
        "      - run: go build\n",
        "      - {run: go build, env: {GOFLAGS: -v}}\n",
        "      - run: echo GOFLAGS=-v >> $GITHUB_ENV\n",
        "      - run: export GOFLAGS=-v; make\n",
        "      - run: go env -w GOFLAGS=-v\n",
    ],
)
def test_the_time_grows_with_the_number_of_steps(step: str) -> None:
    head = "env: {GOPROXY: x}\njobs:\n  a:\n    steps:\n"
    assert len(facts_of(head + step).places) == 1
    assert grows_linearly(lambda count: facts_of(head + step * count), 400)


def test_a_long_line_in_front_of_github_env_takes_no_time() -> None:
    start = process_time()
    facts_of("jobs:\n  a:\n    steps:\n      - run: |\n          echo GOFLAGS=" + "a >" * 300_000 + "\n")
    facts_of("jobs:\n  a:\n    steps:\n      - run: |\n          " + "echo " * 200_000 + "\n")
    facts_of("jobs:\n  a:\n    steps:\n      - run: |\n          echo GOFLAGS=" + " " * 900_000 + "\n")
    assert process_time() - start < 30


_KEYS = ["jobs", "env", "steps", "run", "name", "shell", "uses", "if", "GOPROXY", "container", "defaults", "a"]
_NODES = st.recursive(
    st.sampled_from([*_KEYS, "~", "off", "${{ x }}", "go build", "export GOFLAGS=-v", "''", "*a", "1"]),
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"
        )
    ),
    max_leaves=25,
)


@given(_NODES.map(lambda node: f"jobs: {{a: {node}, b: {{steps: [{node}]}}}}") | _NODES | st.text(max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert isinstance(facts_of(text), FileFacts)


@given(st.binary(max_size=80))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    assert isinstance(read(PATH, data), FileFacts)
