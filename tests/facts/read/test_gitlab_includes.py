"""Pipelines of several files: the cases of `gitlab_include_cases.txt`, and files that mean harm."""

import re
from collections.abc import Callable
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.files import Files
from policygate.facts.model import FileFacts
from policygate.facts.read.gitlab_ci import read
from policygate.facts.syntax.gitlab_includes import MAX_INCLUDES, is_match

Cases = Callable[[str], dict[str, tuple[str, str]]]
Described = Callable[..., str]
SeveralFiles = Callable[[str], tuple[str, bytes, Files]]
ROOT = ".gitlab-ci.yml"


def facts_of(content: dict[str, str], path: str = ROOT) -> FileFacts:
    files = {name: text.encode() for name, text in content.items()}
    return read(path, files[path], Files(sorted(files), files.get))


def messages(content: dict[str, str]) -> list[tuple[str, str, int]]:
    return [(problem.message, problem.at.path, problem.at.start.line) for problem in facts_of(content).problems]


def test_pipelines_give_the_expected_places(cases: Cases, described: Described, several_files: SeveralFiles) -> None:
    table = cases("gitlab_include_cases.txt")
    assert len(table) == 10
    assert {name: described(read(*several_files(text)), ROOT).strip("\n") for name, (text, _) in table.items()} == {
        name: expected for name, (_, expected) in table.items()
    }


def test_a_pipeline_of_one_file_refers_to_nothing_else() -> None:
    facts = read(ROOT, b"include: ci/go.yml\nbuild: {script: go build}\n")
    assert [(unseen.kind, unseen.what) for unseen in facts.unseen] == [("local", "ci/go.yml")]
    assert (facts.problems, len(facts.places)) == ([], 1)


def test_only_the_pipeline_of_the_repository_must_find_its_includes() -> None:
    template = {"ci/x.gitlab-ci.yml": "include: none.yml\nbuild: {script: go build}\n"}
    facts = facts_of(template, "ci/x.gitlab-ci.yml")
    assert [(unseen.kind, unseen.what) for unseen in facts.unseen] == [("local", "none.yml")]
    assert facts.problems == []
    assert messages({ROOT: "include: none.yml\n"}) == [("the included file `none.yml` does not exist", ROOT, 1)]


def test_a_file_that_may_not_be_read_is_not_seen() -> None:
    text = b"include: vendor/ci.yml\nbuild: {script: go build}\n"
    facts = read(ROOT, text, Files([ROOT, "vendor/ci.yml"], lambda _: None))
    assert [(unseen.kind, unseen.what, unseen.at.start.column) for unseen in facts.unseen] == [
        ("local", "vendor/ci.yml", 10)
    ]
    assert facts.problems == []


@given(st.text("ab/*", max_size=8), st.text("ab/", max_size=8))
def test_wildcards_are_those_of_gitlab(location: str, path: str) -> None:
    """GitLab itself makes a regular expression of them."""
    expression = re.escape(location).replace(r"\*\*", ".*?").replace(r"\*", "([^/])*?")
    assert is_match(location, path) == bool(re.fullmatch(expression, path))


def test_as_many_includes_as_gitlab_takes() -> None:
    files = {f"ci/{n}.yml": "" for n in range(MAX_INCLUDES + 1)}
    most = "".join(f"- ci/{n}.yml\n" for n in range(MAX_INCLUDES))
    assert messages({**files, ROOT: f"include:\n{most}"}) == []
    assert messages({**files, ROOT: f"include:\n{most}- ci/{MAX_INCLUDES}.yml\n"}) == [
        ("more than 150 includes", ROOT, MAX_INCLUDES + 2)
    ]


TOO_LARGE = [("the file is too large once its references are followed", ROOT, 1)]
DOUBLING = "spec: {inputs: {x: }}\n---\n" + "include: {local: LOCAL, inputs: {x: '$[[ inputs.x ]]$[[ inputs.x ]]'}}\n"


@pytest.mark.parametrize(
    "content",
    [
        {ROOT: "include: {local: 0.yml, inputs: {x: xx}}"}
        | {f"{n}.yml": DOUBLING.replace("LOCAL", f"{n + 1}.yml") for n in range(50)},
        {ROOT: f"include: [{'a.yml, ' * 140}]", "a.yml": "".join(f"v{n}: {{a: b}}\n" for n in range(20_000))},
        {ROOT: "".join(f"t{n}: {{trigger: {{include: a.yml}}}}\n" for n in range(3000))}
        | {"a.yml": "".join(f"j{n}: {{script: go build}}\n" for n in range(3000))},
    ],
    ids=["inputs", "the same file again", "child pipelines"],
)
def test_what_grows_beyond_all_bounds_is_one_problem(content: dict[str, str]) -> None:
    start = process_time()
    assert messages(content) == TOO_LARGE
    assert process_time() - start < 60


def test_many_wildcards_take_no_time() -> None:
    path = "a/" * 2000 + "b.yml"
    start = process_time()
    assert len(messages({ROOT: 'include: "' + "**a" * 100 + '.yml"', path: ""})) == 0
    assert process_time() - start < 10


_PATHS = [ROOT, "a.yml", "b.yml", "c/d.yml"]
_ITEMS = st.sampled_from(
    [
        *_PATHS,
        "*.yml",
        "c/**",
        "$X",
        "{project: p, file: x}",
        "{local: b.yml, rules: [{if: $A}]}",
        "{local: a.yml, x: y}",
    ]
)
_FILES = st.fixed_dictionaries(
    {
        path: st.tuples(
            st.lists(_ITEMS, max_size=3), st.sampled_from(["", "spec: {inputs: {x: {default: y}}}\n---\n"])
        ).map(
            lambda made: (
                f"{made[1]}include: [{', '.join(made[0])}]\nvariables: {{GOPROXY: '$[[ inputs.x ]]'}}\n"
                "job: {script: go build, trigger: {include: a.yml}}\n"
            )
        )
        for path in _PATHS
    }
)


@given(_FILES)
def test_no_files_break_the_reader(content: dict[str, str]) -> None:
    assert isinstance(facts_of(content), FileFacts)
