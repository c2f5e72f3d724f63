"""Compose files: the cases of `compose_cases.txt`, what compose's own library says, and files that mean harm."""

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.files import Files
from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment, FileFacts
from policygate.facts.read.compose import read

Cases = Callable[[str], dict[str, tuple[str, str]]]
Described = Callable[..., str]
SeveralFiles = Callable[[str], tuple[str, bytes, Files]]
Count = Callable[[str, int, int], None]
COMPOSE = Path(__file__).parents[3] / ".tools" / "compose-2.16.2"


def facts_of(content: Mapping[str, str]) -> FileFacts:
    files = {name: text.encode() for name, text in content.items()}
    path = next(iter(files))
    return read(path, files[path], Files(sorted(files), files.get))


def test_projects_give_the_expected_places(cases: Cases, described: Described, several_files: SeveralFiles) -> None:
    table = cases("compose_cases.txt")
    assert len(table) == 7
    shown = {}
    for name, (text, _) in table.items():
        path, data, files = several_files(text)
        shown[name] = described(read(path, data, files), path).strip("\n")
    assert shown == {name: expected for name, (_, expected) in table.items()}


PROJECTS: dict[str, dict[str, str]] = {
    "a mapping": {
        "compose.yml": (
            "services: {a: {image: x, environment: {GOPROXY: direct, GOSUMDB: off, GO111MODULE: on, GOFLAGS: yes,\n"
            "  GOWORK: ~, GOAUTH: 1, GOENV: true, GOVCS: 1.50, GOPRIVATE: '', GONOSUMDB: 'null', GOINSECURE: 12}}}"
        )
    },
    "a list": {
        "compose.yml": (
            "services: {a: {image: x, environment: [GOPROXY=a=b, GOFLAGS, GOSUMDB=, 'GOPRIVATE=\"q\"', GOPROXY=c]}}"
        )
    },
    "merge keys": {
        "docker-compose.yaml": (
            "x-a: &a {GOPROXY: a, GOFLAGS: a}\nx-b: &b {GOPROXY: b, GOVCS: b}\nservices:\n  a:\n    image: x\n"
            "    environment:\n      GOFLAGS: own\n      <<: [*a, *b]\n"
        )
    },
    "references": {
        "compose.yml": (
            "services:\n  a:\n    image: x\n    environment:\n      GOPROXY: https://${HOST}/$HOST\n"
            "      GOFLAGS: ${NONE:-d}${NONE-e}${EMPTY:-f}${EMPTY-g}\n"
            "      GOPRIVATE: ${HOST:+h}${NONE:+i}${EMPTY+j}$$k$1$\n"
            "      GOSUMDB: ${NONE:-${HOST:-x}}\n      GOVCS: ${NONE-a}b}c\n      GOAUTH: ${HOST?must}\n"
        ),
        ".env": "HOST=env.example\nEMPTY=\n",
    },
    "environment files": {
        "compose.yml": "services: {a: {image: x, env_file: [a.env, b.env], environment: {GOPROXY: own}}}",
        "a.env": "GOPROXY=a\nGOFLAGS=a # no\nGOSUMDB='a b'\nexport GOVCS=\"c\"\n",
        "b.env": "GOFLAGS=b\n",
    },
    "an override": {
        "compose.yaml": "services: {a: {image: x, environment: [GOPROXY=base, GOFLAGS=base], env_file: a.env}}",
        "compose.override.yaml": "services: {a: {environment: {GOPROXY: over}, env_file: b.env}}",
        "a.env": "GOVCS=a\nGOAUTH=a\n",
        "b.env": "GOVCS=b\n",
    },
    "extended services": {
        "compose.yml": (
            "services:\n  a: {extends: {file: other/x.yml, service: base}, environment: {GOFLAGS: a}}\n"
            "  b: {extends: a, environment: [GOVCS=b]}\n"
        ),
        "other/x.yml": "services: {base: {image: x, environment: {GOFLAGS: x, GOPROXY: x}, env_file: e.env}}",
        "other/e.env": "GOSUMDB=e\nGOPROXY=e\n",
    },
    "passed on": {
        "compose.yml": "services: {a: {image: x, environment: [GOPROXY, GOFLAGS], build: {context: ., args: [GOVCS]}}}",
        ".env": "GOPROXY=env\n",
        "Dockerfile": "FROM scratch\n",
    },
    "a wrong reference": {"compose.yml": "services: {a: {image: x, environment: {GOPROXY: '${', GOFLAGS: a}}}"},
    "a braced digit": {"compose.yml": "services: {a: {image: x, environment: {GOPROXY: 'a${1}'}}}"},
}


def compose(folder: Path, content: Mapping[str, str]) -> dict[str, dict[str, str]] | None:
    """The variables of the go command in each service, by compose-go; None when it refuses the project."""
    for path, text in content.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    done = subprocess.run([COMPOSE], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    services: dict[str, Any] = json.loads(done.stdout)
    return {
        name: {
            key: value for key, value in (said["environment"] or {}).items() if key in VARIABLES and value is not None
        }
        for name, said in services.items()
    }


def predicted(assignments: list[Assignment]) -> dict[str, str]:
    """The variables when nobody sets anything for compose."""
    values: dict[str, str] = {}
    for assignment in assignments:
        if not assignment.condition or assignment.condition.startswith("unless "):
            assert not assignment.dynamic
            values.setdefault(assignment.name, assignment.value)
    return values


@pytest.mark.parametrize("name", PROJECTS)
def test_services_have_the_environment_that_compose_gives_them(name: str, tmp_path: Path, record_count: Count) -> None:
    facts = facts_of(PROJECTS[name])
    expected = compose(tmp_path, PROJECTS[name])
    if expected is None:
        record_count("environment, compose service", 1, int(not facts.problems))
        assert facts.problems
        return
    said = {place.name: predicted(place.assignments) for place in facts.places}
    wrong = [service for service, values in expected.items() if said.get(service) != values]
    record_count("environment, compose service", len(expected), len(wrong))
    assert facts.problems == []
    assert said == expected


TOO_LARGE = [("the file is too large once its references are followed", 1)]


@pytest.mark.parametrize(
    "content",
    [
        {"compose.yml": "services:\n" + "".join(f"  s{n}: {{env_file: [a.env, a.env]}}\n" for n in range(4000))}
        | {"a.env": "GOFLAGS=x\n" * 400},
        {"compose.yml": "services: {a: {environment: {GOFLAGS: " + "$A" * 4000 + "}}}", ".env": f"A={'x' * 1000}\n"},
        {"compose.yml": "services:\n" + "".join(f"  s{n}: {{build: .}}\n" for n in range(1000))}
        | {"Dockerfile": "FROM a\n" + "RUN go build\n" * 1000},
        {"compose.yml": "services:\n" + "".join(f"  s{n}: {{extends: s{n + 1}}}\n" for n in range(15_000))},
    ],
    ids=["environment files", "references", "images", "extends"],
)
def test_what_grows_beyond_all_bounds_is_one_problem(content: dict[str, str]) -> None:
    start = process_time()
    problems = [(problem.message, problem.at.start.line) for problem in facts_of(content).problems]
    assert problems == TOO_LARGE
    assert process_time() - start < 60


def test_numbers_are_left_open_where_their_form_may_change() -> None:
    text = "services: {a: {environment: {GOFLAGS: 0x10, GOVCS: 1.10, GOWORK: '0x10', GOENV: 007, GOAUTH: 2020-01-01}}}"
    (place,) = facts_of({"compose.yml": text}).places
    assert {a.name: a.value for a in place.assignments if not a.dynamic} == {"GOVCS": "1.1", "GOWORK": "0x10"}


def test_references_have_a_depth() -> None:
    def nested(depth: int) -> list[str]:
        text = "services: {a: {environment: {GOFLAGS: '" + "${A:-" * depth + "}" * depth + "'}}}"
        return [problem.message for problem in facts_of({"compose.yml": text}).problems]

    assert nested(20) == []
    assert nested(21) == nested(5000) == ["references more than 20 levels deep"]


def test_services_that_extend_one_another_in_a_circle() -> None:
    text = "services:\n  a: {extends: b, environment: {GOFLAGS: a}}\n  b: {extends: a}\n"
    messages = {problem.message for problem in facts_of({"compose.yml": text}).problems}
    assert messages == {"`extends` more than 20 levels deep"}


_NODES = st.recursive(
    st.sampled_from(["~", "a", "GOPROXY=x", "GOFLAGS", "${A:-b}", "${A", "'$$A'", "api", "x.yml", "go build", "."]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(
            st.sampled_from(
                [
                    *("environment", "env_file", "build", "args", "context", "dockerfile", "target", "extends"),
                    *("service", "file", "path", "command", "entrypoint", "GOPROXY", "<<", "api", "services"),
                ]
            ),
            inner,
            max_size=4,
        ).map(lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}")
    ),
    max_leaves=20,
)


@given(_NODES, _NODES)
def test_no_text_breaks_the_reader(service: str, other: str) -> None:
    content = {
        "compose.yml": f"services: {{api: {service}, b: {other}}}",
        "compose.override.yml": f"services: {other}",
        "x.yml": f"services: {{api: {other}}}",
        "Dockerfile": "FROM a\nARG GOPROXY\nRUN go build\n",
        ".env": "A=$B\n",
    }
    assert isinstance(facts_of(content), FileFacts)


@given(st.binary(max_size=80))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    assert isinstance(read("compose.yml", data), FileFacts)
