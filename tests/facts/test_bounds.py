"""Readers and files of absurd size: each is read, or refused with one problem, in a time that has a bound.

Times are multiples of what a loop of plain Python takes on the same machine, so that a slow one does not fail.
"""

import re
import time
import tracemalloc
from collections.abc import Callable

import pytest

from policygate.facts import READERS, run_reader
from policygate.facts.model import FileFacts
from tests.facts.fuzzing import FORMATS

BYTES = 10_000_000
LINES = 1_000_000
DEPTH = 100_000
LIMIT = 60.0
"""In units of the calibration, a seventh of a second on a machine of today."""
KEPT = 10_000
"""Bytes a line."""

URLS = "https://a.example/x," * (BYTES // 20)
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n"
FILES: dict[str, dict[str, Callable[[], str]]] = {
    "go_mod": {
        "line": lambda: f"module a.example/m\nrequire a.example/{'x' * BYTES} v1.0.0\n",
        "words": lambda: "require " + "a " * (BYTES // 2),
        "comment": lambda: "//" + "x" * BYTES,
        "lines": lambda: "module a.example/m\nrequire (\n" + "\ta.example/x v1.0.0 // indirect\n" * LINES + ")\n",
        "many": lambda: "module a.example/m\nrequire (\n" + "\ta.example/x v1.0.0 // indirect\n" * 8_000 + ")\n",
        "depth": lambda: "require (\n" * DEPTH,
        "brackets": lambda: "require " + "(" * DEPTH,
    },
    "go_work": {
        "line": lambda: "use " + "x" * BYTES,
        "lines": lambda: "use (\n" + "\t./x\n" * LINES + ")\n",
        "many": lambda: "use (\n" + "\t./x\n" * 8_000 + ")\n",
        "depth": lambda: "use (\n" * DEPTH,
    },
    "go_sum": {
        "line": lambda: "a" * BYTES,
        "words": lambda: "a " * (BYTES // 2),
        "lines": lambda: "a.example/x v1.0.0 h1:abc=\n" * LINES,
        "many": lambda: "".join(f"a.example/x v1.0.{number} h1:abc=\n" for number in range(10_000)),
        "malformed": lambda: "x\n" * LINES,
    },
    "vendor": {
        "line": lambda: "# a.example/x v1.0.0 " + "x" * BYTES,
        "annotation": lambda: "# a.example/x v1.0.0\n## " + ";" * BYTES,
        "lines": lambda: "# a.example/x v1.0.0\n" + "a.example/x\n" * LINES,
        "many": lambda: "".join(f"# a.example/x{number} v1.0.0\n" for number in range(10_000)),
    },
    "gitlab_ci": {
        "line": lambda: f"variables: {{GOPROXY: '{URLS}'}}\n",
        "lines": lambda: "a:\n  script:\n" + "    - go build\n" * LINES,
        "many": lambda: "a:\n  script:\n" + "    - go build\n" * 3_000,
        "depth": lambda: "a: {script: " + "[" * DEPTH,
        "indents": lambda: "\n".join(f"{' ' * level}a:" for level in range(3_000)),
    },
    "github_workflow": {
        "line": lambda: f"env: {{GOPROXY: '{URLS}'}}\n",
        "lines": lambda: "jobs:\n  a:\n    steps:\n" + "      - run: go build\n" * LINES,
        "many": lambda: "jobs:\n  a:\n    steps:\n" + "      - run: go build\n" * 3_000,
        "depth": lambda: "jobs: " + "{a: " * DEPTH,
    },
    "compose": {
        "line": lambda: f"services: {{a: {{environment: {{GOPROXY: '{URLS}'}}}}}}\n",
        "lines": lambda: "services:\n  a:\n    environment:\n" + "      - GOPROXY=x\n" * LINES,
        "many": lambda: "services:\n  a:\n    environment:\n" + "      - GOPROXY=x\n" * 3_000,
        "depth": lambda: "services: " + "{a: " * DEPTH,
    },
    "devcontainer": {
        "line": lambda: f'{{"containerEnv": {{"GOPROXY": "{URLS}"}}}}',
        "lines": lambda: '{"containerEnv": {\n' + '"GOPROXY": "x",\n' * LINES + "}}",
        "many": lambda: '{"containerEnv": {\n' + '"GOPROXY": "x",\n' * 3_000 + "}}",
        "comment": lambda: "/*" * (BYTES // 2),
        "depth": lambda: '{"a":' * DEPTH,
    },
    "dockerfile": {
        "line": lambda: f"FROM golang\nENV GOPROXY={URLS}",
        "lines": lambda: "FROM golang\n" + "RUN go build\n" * LINES,
        "many": lambda: "FROM golang\n" + "RUN go build\n" * 3_000,
        "continued": lambda: "FROM golang\nRUN go build \\\n" + " a \\\n" * LINES,
        "depth": lambda: "FROM golang\nRUN " + "(" * DEPTH,
        "defaults": lambda: "FROM golang\nENV GOPROXY=" + "${A:-" * DEPTH,
    },
    "makefile": {
        "line": lambda: f"export GOPROXY = {URLS}",
        "lines": lambda: "a:\n" + "\tgo build\n" * LINES,
        "many": lambda: "a: b\n\tgo build\n" * 3_000,
        "depth": lambda: "export GOPROXY = " + "$(" * DEPTH,
        "blocks": lambda: "ifdef A\n" * DEPTH,
    },
    "shell": {
        "line": lambda: f"export GOPROXY={URLS}",
        "lines": lambda: "go build\n" * LINES,
        "many": lambda: "go build\n" * 3_000,
        "depth": lambda: "(" * DEPTH + "go build",
        "blocks": lambda: "if true; then\n" * DEPTH,
        "substitutions": lambda: "GOPROXY=$(" * DEPTH,
    },
    "env_file": {
        "line": lambda: f"GOPROXY={URLS}",
        "lines": lambda: "GOPROXY=x\n" * LINES,
        "many": lambda: "GOPROXY=x\n" * 10_000,
        "depth": lambda: "GOPROXY=" + "${A:-" * DEPTH,
    },
    "go_env": {
        "line": lambda: f"GOPROXY={URLS}",
        "lines": lambda: "GOPROXY=x\n" * LINES,
        "many": lambda: "GOPROXY=x\n" * 10_000,
        "depth": lambda: "GOPROXY=" + "${A:-" * DEPTH,
    },
    "service_file": {
        "line": lambda: f'{{"service": "a", "depends_on": ["{URLS}"]}}',
        "lines": lambda: '{"service": "a", "depends_on": [\n' + '"b",\n' * LINES + "]}",
        "many": lambda: '{"service": "a", "depends_on": [\n' + '"b:1",\n' * 1_000 + '"c"]}',
        "exceptions": lambda: '{"service": "a", "depends_on": [' + '{"network_exception":' * 90 + "1" + "}" * 90 + "]}",
        "depth": lambda: '{"service": "a", "depends_on": ' + "[" * DEPTH,
    },
    "app_config": {
        "line": lambda: "a.url=redis://h/" + "x" * 400_000,
        "lines": lambda: "a.url=redis://h\n" * LINES,
        "many": lambda: "".join(f"a{number}.url=redis://h\n" for number in range(2_000)),
        "depth": lambda: "a.url=redis://" + "${A:" * DEPTH,
        "continued": lambda: "a.url=redis://\\\n" * 30_000,
    },
    "nginx": {
        "line": lambda: f"http {{ server {{ location / {{ proxy_pass {'x' * BYTES}; }} }} }}",
        "lines": lambda: "http {\n" + "gzip on;\n" * LINES + "}",
        "many": lambda: "http { server {\n" + "location /a { deny all; }\n" * 2_000 + "} }",
        "depth": lambda: "http { server {" + "location /a {" * DEPTH,
    },
    "manifest": {
        "line": lambda: f"{POD}  - {{image: x, args: ['{URLS}']}}\n",
        "lines": lambda: POD + "  - {image: x}\n" * LINES,
        "many": lambda: POD + "  - {image: x, env: [{name: A_URL, value: 'redis://a'}]}\n" * 1_000,
        "documents": lambda: "---\n" * LINES,
        "kinds": lambda: "apiVersion: v1\n" + "kind:  \n" * 200_000,
        "depth": lambda: "apiVersion: v1\nkind: List\nitems: " + "[" * DEPTH,
        "lists": lambda: "apiVersion: v1\nkind: List\nitems: " + "[{kind: List, items: " * 40,
    },
}
"""By reader: one line of ten megabytes, a million lines, a hundred thousand levels, and many lines that it accepts."""


@pytest.fixture(scope="module")
def unit() -> float:
    """The time of a fixed amount of work."""
    started = time.process_time()
    for number in range(200_000):
        re.fullmatch(r"(\w+) (\w+)", f"a{number} b").groups()  # type: ignore[union-attr]
    return time.process_time() - started


def _read(reader: str, text: str) -> FileFacts:
    return run_reader(reader, FORMATS[reader].path, text.encode())


def test_every_reader_has_its_files() -> None:
    assert FILES.keys() == READERS.keys()
    flat = [name for name, files in FILES.items() if "depth" not in files]
    assert (flat, [name for name, files in FILES.items() if not {"line", "lines", "many"} <= set(files)]) == (
        ["go_sum", "vendor"],
        [],
    )


@pytest.mark.parametrize(("reader", "size"), [(reader, size) for reader, sizes in FILES.items() for size in sizes])
def test_time_is_bounded(reader: str, size: str, unit: float) -> None:
    text = FILES[reader][size]()
    started = time.process_time()

    facts = _read(reader, text)

    assert (time.process_time() - started) / unit < LIMIT
    assert len(facts.problems) <= (1 if size == "lines" else 21)
    assert size != "many" or (facts.problems == [] and facts != FileFacts())


@pytest.mark.parametrize("reader", READERS)
def test_memory_is_bounded_by_the_length_of_the_file(reader: str) -> None:
    text = FILES[reader]["many"]()
    tracemalloc.start()
    try:
        _read(reader, text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < KEPT * text.count("\n")
