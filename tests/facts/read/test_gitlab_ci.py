"""GitLab pipelines: the cases of `gitlab_ci_cases.txt`, where values stand, and files that mean harm."""

from collections.abc import Callable
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.model import FileFacts
from policygate.facts.read.gitlab_ci import read
from tests.linear import grows_linearly

Cases = Callable[[str], dict[str, tuple[str, str]]]
Described = Callable[[FileFacts], str]


def facts_of(text: str) -> FileFacts:
    return read(".gitlab-ci.yml", text.encode())


def messages(text: str) -> list[tuple[str, int]]:
    return [(problem.message, problem.at.start.line) for problem in facts_of(text).problems]


def test_pipelines_give_the_expected_places(cases: Cases, described: Described) -> None:
    table = cases("gitlab_ci_cases.txt")
    assert len(table) == 21
    assert {name: described(facts_of(text)).strip("\n") for name, (text, _) in table.items()} == {
        name: expected for name, (_, expected) in table.items()
    }


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_spans_hold_their_values_whatever_the_encoding(line_break: str, mark: str) -> None:
    text = (
        f'{mark}variables: {{GOSUMDB: "é😀", GOPROXY: direct}}\nbuild:\n  script:\n    - \'"é"; export GOFLAGS=-ü\'\n'
        "    - |\n      é\n      export GOVCS=é😀\n      go build ü\n"
    ).replace("\n", line_break)
    lines = text.split("\n")
    (place,) = facts_of(text).places
    found = [(a.value, a.at) for a in place.assignments] + [(c.text, c.at) for c in place.commands]
    assert sorted(value for value, _ in found) == ["-ü", "direct", "go build ü", "é😀", "é😀"]
    for value, at in found:
        assert at.start.line == at.end.line
        assert lines[at.start.line - 1][at.start.column - 1 : at.end.column - 1] == value


def test_an_includable_file_anywhere_is_read_from_the_root() -> None:
    (place,) = read("ci/go.gitlab-ci.yml", b"build: {script: [cd svc, go build]}").places
    assert (place.id, place.directory, place.commands[0].directory) == ("ci/go.gitlab-ci.yml#build", ".", "svc")


def test_extends_reaches_eleven_levels() -> None:
    jobs = "".join(f".a{level}: {{extends: .a{level + 1}}}\n" for level in range(1, 11))
    base = ".a10: {script: go build}\n"
    assert len(facts_of("job: {extends: .a1}\n" + jobs.replace(".a10: {extends: .a11}\n", base)).places) == 1
    deeper = "job: {extends: .a1}\n" + jobs + ".a11: {script: go build}\n"
    assert messages(deeper) == [("`extends` more than 11 levels deep", 1)]


def test_references_that_go_round_or_too_deep() -> None:
    assert messages(".a: {script: !reference [.a, script]}\nb: {script: [!reference [.a, script]]}\n") == [
        ("`!reference` more than 10 levels deep", 1)
    ]
    assert messages(".a: {script: [!reference [.a, script]]}\nb: {script: [!reference [.a, script]]}\n") == [
        ("a script more than 10 lists deep", 1)
    ]
    assert messages("a: {script: " + "[" * 11 + "go build" + "]" * 11 + "}") == [
        ("a script more than 10 lists deep", 1)
    ]
    assert len(facts_of("a: {script: " + "[" * 10 + "go build" + "]" * 10 + "}").places) == 1


TOO_LARGE = ("the file is too large once its references are followed", 1)


@pytest.mark.parametrize(
    "text",
    [
        ".a0: {script: [go build]}\n"
        + "".join(f".a{n}: {{script: [{', '.join([f'!reference [.a{n - 1}, script]'] * 10)}]}}\n" for n in range(1, 9))
        + "job: {script: [!reference [.a8, script]]}\n",
        "variables:\n  GOPROXY: $V0\n"
        + "".join(f"  V{n}: $V{n + 1}$V{n + 1}\n" for n in range(18))
        + "job: {script: make}",
        "before_script:\n" + "- go build\n" * 3000 + "".join(f"j{n}: {{script: echo}}\n" for n in range(9000)),
        ".p: {variables: {"
        + ", ".join(f"V{n}: x" for n in range(9000))
        + "}}\n"
        + "".join(f"j{n}: {{extends: .p, script: go build, variables: {{A: x}}}}\n" for n in range(5000)),
    ],
    ids=["references", "variables", "shared scripts", "extends"],
)
def test_what_grows_beyond_all_bounds_is_one_problem(text: str) -> None:
    start = process_time()
    assert messages(text) == [TOO_LARGE]
    assert facts_of(text).places == []
    assert process_time() - start < 60


def test_an_alias_bomb_is_a_problem() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
    assert messages(bomb) == [("more than 100,000 nodes once its aliases are followed", 5)]
    assert messages("[" * 900) == [("nested more than 100 levels deep", 1)]
    assert messages("a: " + "x" * 5_000_000) == [("the file is larger than 5,000,000 characters", 1)]


@pytest.mark.parametrize(
    "job",
    ["j{n}: {{script: go build}}\n", "j{n}: {{extends: .p}}\n", "j{n}: {{script: [*s]}}\n", "j{n}: {{rules: *r}}\n"],
)
def test_twice_the_jobs_take_twice_the_time(job: str) -> None:
    head = (
        "variables: {GOPROXY: $HOST, HOST: x}\n.p: {variables: {GOFLAGS: -v}, script: &s [go build, go vet]}\n"
        ".r: {rules: &r [{if: a, variables: {GOSUMDB: off}}]}\n"
    )

    assert len(facts_of(head + job.format(n=1)).places) == 1
    assert grows_linearly(lambda count: facts_of(head + "".join(job.format(n=n) for n in range(count))), 400)


_KEYS = ["a", ".b", "variables", "script", "extends", "default", "rules", "if", "GOPROXY", "value", "inherit", "spec"]
_NODES = st.recursive(
    st.sampled_from([*_KEYS, "~", "off", "$GOPROXY", "go build", "export GOFLAGS=-v", "!reference [a, script]", "''"]),
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"
        )
    ),
    max_leaves=25,
)


@given(_NODES | st.text(max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert isinstance(facts_of(text), FileFacts)


@given(st.binary(max_size=80))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    assert isinstance(read(".gitlab-ci.yml", data), FileFacts)
