"""Texts that mean harm: those of the fixtures, cut up and put together again by seeded dice."""

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from policygate.facts.model import FileFacts
from tests.facts.read.test_makefile import MAKEFILES

HERE = Path(__file__).parent
PASSWORD = "hunter2-is-secret"
PLANTED = f"https://robot:{PASSWORD}@proxy.acme.example/go"

PIECES: Mapping[str, Sequence[str]] = json.loads((HERE / "fuzz_pieces.json").read_text(encoding="utf-8"))
"""Tokens by family of formats, and `hostile`: what some format, encoding or terminal takes for something else.

U+DC80 to U+DCFF stand for single bytes.
"""
HOSTILE = (*PIECES["hostile"], "9" * 5000, f"v{'9' * 400}.0.0", "a" * 3000, "\n" * 300)


class Format(NamedTuple):
    """A reader, and what its files are made of."""

    path: str
    family: str
    seeds: Sequence[str]


def _cases(*names: str) -> list[str]:
    """The inputs of tables of cases."""
    tables = [(HERE / name).read_text(encoding="utf-8") for name in names]
    return [text for table in tables for text in re.findall(r"### .*\n((?:(?!===\n|### ).*\n)*)", table)]


def _texts(name: str) -> list[str]:
    rows: list[Any] = json.loads((HERE / name).read_text(encoding="utf-8"))
    return [row if isinstance(row, str) else row["text"] for row in rows]


_SUM = "a.example/x v1.0.0 h1:aaaa=\na.example/x v1.0.0/go.mod h1:bbbb=\nb.example/y/v2 v2.0.0 h1:cccc=\n"
_VENDOR = """\
## workspace
# a.example/x v1.0.0 => ../x
## explicit; go 1.21
a.example/x
a.example/x/y
# b.example/y v1.2.3-0.20200101000000-abcdefabcdef
b.example/y
# c.example/z => d.example/z v1.0.0
"""
_ENV = """\
export GOPROXY="https://a.example,${HOST:-direct}"
GOSUMDB='off'
# GOFLAGS=-v
GOPRIVATE = *.acme.example # ours
GONOSUMDB=a\\
b
"""
_DEVCONTAINER = """\
--- .devcontainer/devcontainer.json
{ // ours
  "build": {"dockerfile": "Dockerfile", "args": {"A": "b"}},
  "containerEnv": {"GOPROXY": "https://a.example,direct", "GOFLAGS": "${localEnv:FLAGS:-v}"},
  "remoteEnv": {"GOSUMDB": "off", "GOWORK": null, "GOPRIVATE": "${containerEnv:HOST}"},
  "postCreateCommand": {"a": "go build ./...", "b": ["go", "vet"]},
  "onCreateCommand": "export GOFLAGS=-x; go mod download",
}
--- .devcontainer/Dockerfile
FROM golang
ARG A
ENV GOINSECURE=$A
--- compose.yml
services: {a: {environment: {GOPROXY: off}}}
"""
_SERVICE = """\
[{"service": "order", "owner": "team-a", "hosts": ["order.acme.example:8080"],
  "depends_on": [
    {"target": "stock", "interface": "stock.v1.Stock/Check", "protocol": "grpc"}, "billing",
    {"target": "postgres://pg1.acme.example,pg2.acme.example/orders", "network_exception": "granted"},
    {"target": "mysql.acme.example:3306", "interface": "SELECT"}]},
 {"service": "billing", "depends_on": []}]
"""

_NETWORK = _cases("read/network_cases.txt")
_COMPOSE, _ENV_FILES, _GITLAB, _GITHUB = _NETWORK[:2], _NETWORK[2:4], _NETWORK[4], _NETWORK[5]
_DOCKERFILE, _PROPERTIES = _NETWORK[6], _NETWORK[8]

FORMATS: Mapping[str, Format] = {
    "go_mod": Format("app/go.mod", "mod", _texts("read/go_mod_texts.json")),
    "go_work": Format("app/go.work", "mod", _texts("read/go_work_texts.json")),
    "go_sum": Format("app/go.sum", "mod", [_SUM, _SUM.replace("\n", "\r\n"), "<<<<<<< a\n=======\n>>>>>>> b\n"]),
    "vendor": Format("app/vendor/modules.txt", "mod", [_VENDOR, _VENDOR[13:]]),
    "gitlab_ci": Format(
        ".gitlab-ci.yml", "yaml", [*_cases("read/gitlab_ci_cases.txt", "read/gitlab_include_cases.txt"), _GITLAB]
    ),
    "github_workflow": Format(
        ".github/workflows/ci.yml",
        "yaml",
        [*_cases("read/github_workflow_cases.txt", "read/github_use_cases.txt"), _GITHUB],
    ),
    "dockerfile": Format(
        "build/Dockerfile",
        "docker",
        [*_cases("read/dockerfile_cases.txt"), *_texts("syntax/dockerfile_texts.json"), _DOCKERFILE],
    ),
    "compose": Format("compose.yml", "yaml", [*_cases("read/compose_cases.txt"), *_COMPOSE]),
    "devcontainer": Format(".devcontainer/devcontainer.json", "json", [_DEVCONTAINER]),
    "makefile": Format("Makefile", "make", [*MAKEFILES.values()]),
    "shell": Format("ci/build.sh", "shell", _cases("syntax/shell_scripts.txt")),
    "env_file": Format(".env", "shell", [_ENV, *_ENV_FILES]),
    "go_env": Format("go/env", "shell", [_ENV]),
    "service_file": Format("order/service.json", "json", [_SERVICE, _SERVICE[1:-2]]),
    "app_config": Format("config/application.properties", "shell", [_PROPERTIES]),
    "nginx": Format("deploy/nginx/nginx.conf", "shell", _cases("read/nginx_cases.txt")),
    "manifest": Format("deploy/config/a.yaml", "yaml", _cases("read/manifest_cases.txt")),
}
"""By reader."""


class Mutator(NamedTuple):
    """Cuts texts up and puts them together again."""

    seeds: Sequence[str]
    pieces: Sequence[str]

    def text(self, dice: random.Random, *, planted: bool = False) -> str:
        """One of the seeds with a few places changed, at last with a URL that has a password, if asked for."""
        text = dice.choice(self.seeds)
        for _ in range(dice.choice((0, 1, 1, 2, 3, 5, 9))):
            text = self._changed(dice, text)
        if planted:
            at = dice.randint(0, len(text))
            text = text[:at] + dice.choice(("", "=", " ", "\n", "GOPROXY=", "GOPROXY: ")) + PLANTED + text[at:]
        return text

    def _changed(self, dice: random.Random, text: str) -> str:
        start = dice.randint(0, len(text))
        end = min(len(text), start + dice.choice((0, 1, 4, 20, 100)))
        way = dice.choice(("delete", "repeat", "splice", "swap", "line", "insert", "replace"))
        if way == "repeat":
            return text[:end] + text[start:end] * dice.choice((1, 1, 2, 30)) + text[end:]
        if way == "splice":
            return text[:start] + dice.choice(self.seeds)[dice.randint(0, 30) :]
        if way == "swap":
            lines = text.split("\n")
            one, two = dice.randrange(len(lines)), dice.randrange(len(lines))
            lines[one], lines[two] = lines[two], lines[one]
            return "\n".join(lines)
        if way == "line":
            start = end = text.rfind("\n", 0, start) + 1
            piece = dice.choice(dice.choice(self.seeds).split("\n")) + "\n"
        else:
            piece = "" if way == "delete" else dice.choice(self.pieces if dice.random() < 0.7 else HOSTILE)
        return text[:start] + piece + text[start if way == "insert" else end :]


def encoded(text: str) -> bytes:
    """The bytes of a text in which lone surrogates stand for single bytes that are no UTF-8."""
    return text.encode("utf-8", "surrogateescape")


def contents(text: str, path: str) -> dict[str, bytes]:
    """The files of a text with `--- path` lines; what comes first is the file at `path`."""
    first, *parts = re.split(r"(?m)^--- (.*)\n", text)
    if parts and not first:
        first, parts = parts[1], parts[2:]
    return {**{name: encoded(inner) for name, inner in zip(parts[::2], parts[1::2], strict=True)}, path: encoded(first)}


def misplaced(facts: FileFacts, files: Mapping[str, bytes]) -> Iterator[str]:
    """The spans of facts that are none of their files."""
    lines = {name: content.decode("utf-8", "replace").split("\n") for name, content in files.items()}
    for at in _spans(facts.model_dump()):
        start, end = at["start"], at["end"]
        text = lines.get(at["path"], [])
        inside = all(
            0 < each["line"] <= len(text) and 0 < each["column"] <= len(text[each["line"] - 1]) + 1
            for each in (start, end)
        )
        if not inside or (start["line"], start["column"]) > (end["line"], end["column"]):
            yield f"{at}"
    for found in facts.sums:
        for line, start, end in (span for spans in found.spans.values() for span in spans):
            if not (0 < line <= len(lines[found.file]) and 0 < start < end <= len(lines[found.file][line - 1]) + 1):
                yield f"{(line, start, end)}"


def _spans(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - whatever a fact holds
    if isinstance(value, dict):
        if "origin" in value:
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _spans(inner)
