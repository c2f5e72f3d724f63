"""The lines that articles on module proxies teach: each gives exactly its finding, the corrected twin none."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

CONFIG = """\
version: 1
own: {modules: [git.acme.example], proxies: [goproxy.acme.example, athens.acme.example]}
outer: {gitlab: {}, shell: {}, dockerfile: {}}
"""
HASH = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
CHECKOUT = {
    "policygate.yaml": CONFIG,
    "go.mod": "module git.acme.example/app\n\ngo 1.26\n\nrequire github.com/google/uuid v1.6.0\n",
    "go.sum": f"github.com/google/uuid v1.6.0 {HASH}\ngithub.com/google/uuid v1.6.0/go.mod {HASH}\n",
}

LINES = {
    "mirrors joined by commas": (
        ".envrc",
        "export GOPROXY=https://goproxy.cn,https://goproxy.io,direct\n",
        "export GOPROXY='https://goproxy.cn|https://goproxy.io'\n",
        "goproxy.comma_failover",
        (1, 16),
    ),
    "mirrors joined by commas and the default": (
        "Dockerfile",
        "FROM golang:1.26\nENV GOPROXY=https://goproxy.cn,https://goproxy.io\nRUN go build ./...\n",
        "FROM golang:1.26\nENV GOPROXY=https://goproxy.cn|https://goproxy.io\nRUN go build ./...\n",
        "goproxy.comma_failover",
        (2, 13),
    ),
    "a pipe without quotes": (
        ".envrc",
        "export GOPROXY=https://goproxy.cn|direct\n",
        "export GOPROXY='https://goproxy.cn|direct'\n",
        "goproxy.unquoted_pipe",
        (1, 16),
    ),
    "a mirror of the database as its address": (
        ".gitlab-ci.yml",
        'b:\n  variables:\n    GOSUMDB: "DATABASE https://goproxy.cn/sumdb/DATABASE"\n  script: [go build ./...]\n',
        'b:\n  variables:\n    GOSUMDB: "DATABASE"\n  script: [go build ./...]\n',
        "gosumdb.explicit_address",
        (3, 15),
    ),
    "the database off": (
        ".gitlab-ci.yml",
        'b:\n  variables: {GOSUMDB: "off"}\n  script: [go build ./...]\n',
        "b:\n  variables: {GONOSUMDB: git.acme.example}\n  script: [go build ./...]\n",
        "gosumdb.off",
        (2, 25),
    ),
    "a blank in the list of private hosts": (
        ".gitlab-ci.yml",
        'b:\n  variables:\n    GOPRIVATE: "*.corp.example, git.acme.example"\n  script: [go build ./...]\n',
        'b:\n  variables:\n    GOPRIVATE: "*.corp.example,git.acme.example"\n  script: [go build ./...]\n',
        "goprivate.never_matches",
        (3, 32),
    ),
    "a scheme in the list of private hosts": (
        ".envrc",
        "export GOPRIVATE=https://git.acme.example\n",
        "export GOPRIVATE=git.acme.example\n",
        "goprivate.never_matches",
        (1, 18),
    ),
    "everything private": (
        ".envrc",
        "export GOPRIVATE='*'\n",
        "export GOPRIVATE=git.acme.example\n",
        "goprivate.matches_everything",
        (1, 19),
    ),
    "Athens without GONOPROXY": (
        ".gitlab-ci.yml",
        "variables:\n  GOPROXY: https://athens.acme.example\n  GOPRIVATE: git.acme.example\nb: {script: [go build]}\n",
        "variables:\n  GOPROXY: https://athens.acme.example\n  GONOSUMDB: git.acme.example\nb: {script: [go build]}\n",
        "goprivate.bypasses_own_proxy",
        (3, 14),
    ),
    "Athens with a mirror behind a pipe": (
        ".gitlab-ci.yml",
        'variables: {GOPROXY: "https://athens.acme.example|https://goproxy.cn"}\nb: {script: [go build ./...]}\n',
        'variables: {GOPROXY: "https://athens.acme.example"}\nb: {script: [go build ./...]}\n',
        "goproxy.pipe_after_private",
        (1, 23),
    ),
    "a switch that nothing reads": (
        ".envrc",
        "export GONOSUMCHECK=1\n",
        "export GONOSUMDB=git.acme.example\n",
        "gosumdb.gonosumcheck",
        (1, 21),
    ),
    "direct first": (
        ".envrc",
        "export GOPROXY=direct,https://goproxy.acme.example\n",
        "export GOPROXY=https://goproxy.acme.example,direct\n",
        "goproxy.unreachable_entry",
        (1, 23),
    ),
}


@pytest.fixture(scope="module")
def database() -> str:
    """The name of go's own database, as its go.env has it; no file of this repository does."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GOENV": "off", "GOTOOLCHAIN": "local"}
    told = subprocess.run(["go", "env", "GOSUMDB"], check=True, capture_output=True, text=True, env=environment)
    return told.stdout.strip()


@pytest.mark.parametrize("name", LINES)
def test_the_wrong_line_gives_its_finding_and_the_right_one_none(
    run: Callable[..., subprocess.CompletedProcess[str]], repository: Callable[..., Path], database: str, name: str
) -> None:
    file, wrong, right, rule, place = LINES[name]
    found = []
    for index, text in enumerate((wrong, right)):
        root = repository({**CHECKOUT, file: text.replace("DATABASE", database)}, name=f"r{index}")
        report = json.loads(run("check", root, "--engine", "embedded", "--format", "json").stdout)
        assert report["verdict"] != "error"
        found.append(report["findings"])
    start = [(f["rule"], f["location"]["path"], *f["location"]["start"].values()) for f in found[0]]
    assert start == [(rule, file, *place)]
    assert found[1] == []
