"""A made-up company's monorepo of any size, for the benchmark: the same text for the same size."""

import hashlib
import subprocess
from base64 import b64encode
from pathlib import Path

REQUIRES = 40
CONTEXTS = 60


def write(root: Path, modules: int, *, contexts: int = CONTEXTS) -> None:
    """Write a git repository of `modules` modules with 40 requirements each, and a pipeline of at most 60 jobs."""
    root.mkdir(parents=True)
    for number in range(modules):
        folder = root / f"services/svc-{number:03}"
        folder.mkdir(parents=True)
        required = [_required(number, index) for index in range(REQUIRES)]
        lines = "".join(f"\t{path} {version}\n" for path, version in required)
        (folder / "go.mod").write_text(
            f"module git.acme.example/shop/svc-{number:03}\n\ngo 1.26\n\nrequire (\n{lines})\n", encoding="utf-8"
        )
        (folder / "go.sum").write_text("".join(_sums(path, version) for path, version in required), encoding="utf-8")
        if number % 50 == 0:
            (folder / "Dockerfile").write_text(_DOCKERFILE, encoding="utf-8")
    jobs = "".join(_job(number) for number in range(min(modules, contexts)))
    (root / ".gitlab-ci.yml").write_text(_VARIABLES + jobs, encoding="utf-8")
    (root / "policygate.yaml").write_text(_CONFIG, encoding="utf-8")
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=root, check=True)


_VARIABLES = """\
variables:
  GOPROXY: https://goproxy.acme.example,https://goproxy.cn,direct
  GOFLAGS: -mod=readonly

"""

_DOCKERFILE = """\
FROM golang:1.26 AS build
ARG GOPROXY=https://goproxy.acme.example
ENV GOPROXY=$GOPROXY
COPY . /src
RUN go build ./...
"""

_CONFIG = """\
version: 1
own: {modules: [git.acme.example], proxies: [goproxy.acme.example]}
outer: {gitlab: {}, dockerfile: {}}
"""


def _job(number: int) -> str:
    script = f"    - cd services/svc-{number:03}\n    - go build ./...\n    - go test ./...\n"
    return f"build-{number:03}:\n  script:\n{script}\n"


def _required(module: int, index: int) -> tuple[str, str]:
    """Ten private libraries that all share, the rest public and different for each module."""
    if index < 10:
        return f"git.acme.example/lib/l{index:02}", f"v1.{module % 7}.{index}"
    return f"github.com/owner{(module * 31 + index) % 997:03}/repo{index:02}", f"v0.{index}.{module % 13}"


def _sums(path: str, version: str) -> str:
    keys = (f"{path} {version}", f"{path} {version}/go.mod")
    return "".join(f"{key} h1:{b64encode(hashlib.sha256(key.encode()).digest()).decode()}\n" for key in keys)
