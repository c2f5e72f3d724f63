"""Workflows of several files: the cases of `github_use_cases.txt`, and files that mean harm."""

from collections.abc import Callable
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.files import Files
from policygate.facts.model import FileFacts
from policygate.facts.read.github_workflow import read
from tests.linear import grows_linearly

Cases = Callable[[str], dict[str, tuple[str, str]]]
Described = Callable[..., str]
SeveralFiles = Callable[[str], tuple[str, bytes, Files]]
PATH = ".github/workflows/ci.yml"


def facts_of(content: dict[str, str]) -> FileFacts:
    files = {name: text.encode() for name, text in content.items()}
    return read(PATH, files[PATH], Files(sorted(files), files.get))


def test_workflows_give_the_expected_places(cases: Cases, described: Described, several_files: SeveralFiles) -> None:
    table = cases("github_use_cases.txt")
    assert len(table) == 8
    assert {name: described(read(*several_files(text)), PATH).strip("\n") for name, (text, _) in table.items()} == {
        name: expected for name, (_, expected) in table.items()
    }


def test_actions_that_go_round() -> None:
    content = {
        PATH: "jobs: {j: {steps: [{uses: ./a}]}}",
        "a/action.yml": "runs: {steps: [{uses: ./b}]}",
        "b/action.yml": "runs: {steps: [{run: go build}, {uses: ./a}]}",
    }
    facts = facts_of(content)
    assert [(problem.message, problem.at.path) for problem in facts.problems] == [
        ("actions that use one another in a circle", "b/action.yml")
    ]
    assert [command.text for place in facts.places for command in place.commands] == ["go build"]


def test_a_large_matrix_stays_open() -> None:
    text = (
        "jobs: {{a: {{strategy: {{matrix: {{x: [{}]}}}}, env: {{GOFLAGS: '${{{{ matrix.x }}}}'}}, "
        "steps: [{{run: go build}}]}}}}"
    )
    (few,) = facts_of({PATH: text.format(", ".join(f"v{n}" for n in range(16)))}).places
    assert [a.value for a in few.assignments] == [f"v{n}" for n in range(16)]
    (many,) = facts_of({PATH: text.format(", ".join(f"v{n}" for n in range(17)))}).places
    assert [(a.value, a.dynamic) for a in many.assignments] == [("${{ matrix.x }}", True)]


TOO_LARGE = [("the file is too large once its references are followed", PATH, 1)]
STEPS = ", ".join(["{uses: ./a}"] * 10)


@pytest.mark.parametrize(
    "content",
    [
        {PATH: "jobs: {j: {steps: [{uses: ./0}]}}"}
        | {f"{n}/action.yml": f"runs: {{steps: [{STEPS.replace('./a', f'./{n + 1}')}]}}" for n in range(9)}
        | {"9/action.yml": "runs: {using: composite, steps: [{run: go build, shell: sh}]}"},
        {PATH: f"jobs: {{{', '.join(f'j{n}: {{uses: ./0.yml}}' for n in range(10))}}}"}
        | {f"{n}.yml": f"jobs: {{{', '.join(f'j{m}: {{uses: ./{n + 1}.yml}}' for m in range(10))}}}" for n in range(9)}
        | {"9.yml": "jobs: {j: {steps: [{run: go build}]}}"},
        {PATH: f"jobs: {{j: {{steps: [{{uses: ./0, with: {{x: {'x' * 1000}}}}}]}}}}"}
        | {
            f"{n}/action.yml": "inputs: {x: {}}\nruns: {using: composite, steps: "
            f"[{{uses: ./{n + 1}, with: {{x: '" + "${{ inputs.x }}" * 10 + "'}}]}"
            for n in range(9)
        },
    ],
    ids=["actions", "workflows", "inputs"],
)
def test_what_grows_beyond_all_bounds_is_one_problem(content: dict[str, str]) -> None:
    start = process_time()
    problems = [(problem.message, problem.at.path, problem.at.start.line) for problem in facts_of(content).problems]
    assert problems == TOO_LARGE
    assert process_time() - start < 60


@pytest.mark.parametrize(
    "line", ["cat <<a\n", "{ echo GOFLAGS=a;\n", "echo GOFLAGS=a" + " " * 100 + "\n", "${{ inputs.x }}"]
)
def test_the_time_grows_with_the_length_of_a_script(line: str) -> None:
    def read(count: int) -> None:
        script = "\n".join(f"          {part}" for part in (line * count).split("\n"))
        facts_of({PATH: f"jobs:\n  a:\n    steps:\n      - run: |\n{script}\n          echo >> $GITHUB_ENV\n"})

    assert grows_linearly(read, 1000)


_STEP = st.sampled_from(
    [
        "{uses: ./a}",
        "{uses: ./b, with: {x: '${{ matrix.x }}'}, env: {GOFLAGS: -v}}",
        "{run: 'go build ${{ inputs.x }}', shell: bash}",
        "{run: 'echo GOPROXY=${{ matrix.x }} >> $GITHUB_ENV'}",
    ]
)
_STEPS = st.lists(_STEP, max_size=3).map(", ".join)
_JOB = st.one_of(
    _STEPS.map(lambda steps: f"{{strategy: {{matrix: {{x: [a, b], include: [{{x: c}}]}}}}, steps: [{steps}]}}"),
    st.just("{uses: ./.github/workflows/ci.yml, with: {x: '${{ inputs.x }}y'}}"),
)
_FILES = st.fixed_dictionaries(
    {
        PATH: st.lists(_JOB, max_size=3).map(
            lambda jobs: (
                "on: {workflow_call: {inputs: {x: {}}}}\njobs: {"
                + ", ".join(f"j{number}: {job}" for number, job in enumerate(jobs))
                + "}"
            )
        ),
        "a/action.yml": _STEPS.map(lambda steps: f"runs: {{steps: [{steps}]}}"),
        "b/action.yml": _STEPS.map(lambda steps: f"inputs: {{x: {{default: z}}}}\nruns: {{steps: [{steps}]}}"),
    }
)


@given(_FILES)
def test_no_files_break_the_reader(content: dict[str, str]) -> None:
    assert isinstance(facts_of(content), FileFacts)
