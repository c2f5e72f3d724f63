"""Dockerfiles: the cases of `dockerfile_cases.txt`, and the environment that BuildKit itself gives each RUN.

`dockerfile_environments.json` holds what `Dockerfile2LLB` of BuildKit 0.26.2 says.
"""

import json
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.model import FileFacts
from policygate.facts.read.dockerfile import read
from tests.linear import grows_linearly

Cases = Callable[[str], dict[str, tuple[str, str]]]
Described = Callable[[FileFacts], str]
BUILDKIT: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "dockerfile_environments.json").read_text(encoding="utf-8")
)


def facts_of(text: str) -> FileFacts:
    return read("build/Dockerfile", text.encode())


def messages(text: str) -> list[tuple[str, int]]:
    return [(problem.message, problem.at.start.line) for problem in facts_of(text).problems]


def test_dockerfiles_give_the_expected_places(cases: Cases, described: Described) -> None:
    table = cases("dockerfile_cases.txt")
    assert len(table) == 18
    assert {name: described(facts_of(text)).strip("\n") for name, (text, _) in table.items()} == {
        name: expected for name, (_, expected) in table.items()
    }


def environments(facts: FileFacts) -> dict[str, dict[str, str]]:
    """What each command sees: its own assignments, then those of its stage that hold everywhere."""
    seen: dict[str, dict[str, str]] = {}
    for place in facts.places:
        for command in place.commands:
            environment = seen.setdefault(command.text, {})
            for assignment in [*command.assignments, *place.assignments]:
                if not assignment.condition:
                    environment.setdefault(assignment.name, assignment.value)
    return seen


@pytest.mark.parametrize("case", BUILDKIT, ids=range(len(BUILDKIT)))
def test_environments_are_those_of_buildkit(
    case: dict[str, Any], record_count: Callable[[str, int, int], None]
) -> None:
    facts = facts_of(case["text"])
    runs: dict[str, dict[str, str]] | None = case["runs"]
    if runs is None:
        record_count("environment, Dockerfile", 1, int(not facts.problems))
        assert facts.problems
        return
    said = environments(facts)
    record_count("environment, Dockerfile", len(runs), sum(said.get(command) != seen for command, seen in runs.items()))
    assert facts.problems == []
    assert said == runs


def test_the_table_is_whole() -> None:
    assert len(BUILDKIT) == 36
    assert sum(case["runs"] is None for case in BUILDKIT) == 16


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_spans_hold_their_values_whatever_the_encoding(line_break: str) -> None:
    text = (
        '\ufeffFROM é AS ü\nENV GOSUMDB="é😀" \\\n  GOPROXY=é\nENV GOVCS é😀\n'
        "RUN é && \\\n  export GOFLAGS=é && \\\n  go build ü\n"
    ).replace("\n", line_break)
    lines = text.split("\n")
    (place,) = facts_of(text).places
    (command,) = place.commands
    found = [(a.value, a.at) for a in [*place.assignments, *command.assignments]] + [(command.text, command.at)]
    assert {value for value, _ in found} == {"é😀", "é", "go build ü"}
    for value, at in found:
        assert lines[at.start.line - 1][at.start.column - 1 : at.end.column - 1] == value


@pytest.mark.parametrize("suffix", ["dockerignore", "tmpl", "rego", "md", "j2"])
def test_files_beside_a_dockerfile_are_none(suffix: str) -> None:
    assert read(f"Dockerfile.{suffix}", b"**/.git\n!x\n") == FileFacts()
    assert len(read(f"{suffix}.Dockerfile", b"!x\n").problems) == 1


def test_a_file_at_the_root_runs_at_the_root() -> None:
    (place,) = read("Containerfile", b"FROM a\nWORKDIR /src\nRUN cd cmd && go build\n").places
    assert (place.directory, place.commands[0].directory) == (".", "cmd")


TOO_LARGE = ("the file is too large once its references are followed", 1)


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nENV A=x\n" + "ENV A=$A$A\n" * 64,
        "FROM a\nENV " + "A=1 \\\n" * 100_000,
        "FROM a AS s0\nENV "
        + " ".join(f"V{n}=1" for n in range(5000))
        + "\n"
        + "".join(f"FROM s{n} AS s{n + 1}\n" for n in range(5000)),
        "FROM a AS x\n" + "ONBUILD RUN go build\n" * 4000 + "FROM x\n" * 4000,
        "FROM a\nRUN [" + '"a", \\\n' * 100_000 + '"x"]',
    ],
    ids=["doubling", "words", "stages", "triggers", "exec form"],
)
def test_what_grows_beyond_all_bounds_is_one_problem(text: str) -> None:
    start = process_time()
    assert messages(text) == [TOO_LARGE]
    assert facts_of(text).places == []
    assert process_time() - start < 60


def test_substitutions_have_a_depth() -> None:
    def nested(depth: int) -> list[tuple[str, int]]:
        return messages("FROM scratch\nENV A=" + "${X:-" * depth + "}" * depth)

    assert nested(50) == []
    assert nested(51) == nested(10_000) == [("substitutions nested too deep", 2)]


@pytest.mark.parametrize(
    "unit",
    [
        "RUN go build\n",
        "ENV GOFLAGS=-v\nRUN go build\n",
        "RUN export GOFLAGS=-v\n",
        "RUN go env -w GOFLAGS=-v\n",
        "FROM a\nARG GOPROXY\nRUN go build\n",
    ],
)
def test_the_time_grows_with_the_number_of_instructions(unit: str) -> None:
    assert facts_of(f"FROM a\n{unit}").places
    assert grows_linearly(lambda count: facts_of("FROM a\n" + unit * count), 400)


_PIECES = [
    "FROM a AS b\n",
    "FROM b\n",
    "ENV ",
    "ARG ",
    "RUN ",
    "GOPROXY",
    "=",
    "$GOPROXY",
    "${GOFLAGS:-",
    "}",
    '"',
    "'",
]
_PIECES += [
    "\\",
    "\n",
    " ",
    "go build",
    "export GOFLAGS=-v",
    "<<E",
    "E",
    "ONBUILD ",
    "SHELL ",
    '["sh"]',
    "[",
    "\x00",
    "é",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=40).map("".join) | st.text(max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert isinstance(facts_of(text), FileFacts)


@given(st.binary(max_size=80))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    assert isinstance(read("Dockerfile", data), FileFacts)
