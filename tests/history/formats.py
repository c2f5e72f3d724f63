"""A finding in each format, and the same files written otherwise."""

from collections.abc import Mapping

from tests.history.company import IGNORE, MUX, NOTED, START, TOOL

_CI = START[".gitlab-ci.yml"]
_MOD = START["go.mod"]

MESS: Mapping[str, str] = {
    ".gitlab-ci.yml": _CI.replace("    - go test", "    - go test -mod=mod"),
    ".github/workflows/ci.yml": """on: push
env:
  GOPROXY: https://proxy.acme.example
jobs:
  check:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: go vet -mod=mod ./...
""",
    "Dockerfile": START["Dockerfile"].replace("COPY", "ENV GOFLAGS=-mod=mod\nCOPY"),
    "Makefile": START["Makefile"] + "\nquick: export GOSUMDB = off\nquick:\n\tgo test ./...\n",
    "compose.yaml": """services:
  shop:
    image: golang:1.26.1
    command: go run .
    environment:
      GOPROXY: https://proxy.acme.example
      GOSUMDB: "off"
""",
    "build.sh": "export GOPROXY=https://proxy.acme.example\nexport GOSUMDB=off\ngo build ./...\n",
    "tools/go.env": "GOPROXY=https://proxy.acme.example\nGOSUMDB=off\n",
    "go.mod": f"{_MOD}\nreplace {MUX} => ../mux\n",
}

MESS_SPACED: Mapping[str, str] = {
    **{path: "# one line more\n\n" + text.replace("\n\n", "\n\n\n# here\n") for path, text in MESS.items()},
    "go.mod": "// one line more\n\n" + MESS["go.mod"].replace("\n\n", "\n\n\n").replace("v1.8.1", "v1.8.1 // a router"),
    "go.sum": "".join(reversed(START["go.sum"].splitlines(keepends=True))),
    "deploy/dev.env": f"\n# the proxy\n\n{NOTED}\n# the end\n",
    "tools/gen/go.mod": "// generators\n\n" + START["tools/gen/go.mod"],
}

MESS_REWRITTEN: Mapping[str, str] = {
    ".gitlab-ci.yml": f"""lint: {{script: ["{TOOL.strip().removeprefix("- ")}"]}}
test: {{script: ['go test -mod=mod ./...']}}
build: {{script: go build ./...}}
variables: {{GONOSUMDB: "git.acme.example", GOPROXY: 'https://proxy.acme.example'}}
""",
    ".github/workflows/ci.yml": """jobs:
  check:
    steps: [{uses: actions/checkout@v4}, {run: go vet -mod=mod ./...}]
    runs-on: ubuntu-24.04
on: [push]
env: {GOPROXY: 'https://proxy.acme.example'}
""",
    "Dockerfile": """FROM golang:1.26.1 AS build
WORKDIR /src
ENV GOPROXY="https://proxy.acme.example" \\
    # how modules are found
    GOFLAGS="-mod=mod"
COPY . .
RUN go build \\
    -o /shop \\
    .
""",
    "Makefile": """export GOPROXY := https://proxy.acme.example

quick: export GOSUMDB := off
quick:
\tgo test ./...

build:
\tgo build ./...
""",
    "compose.yaml": """services:
  shop:
    environment: ["GOSUMDB=off", "GOPROXY=https://proxy.acme.example"]
    command: [go, run, .]
    image: "golang:1.26.1"
""",
    "build.sh": "set -e\nexport GOSUMDB='off' \\\n  GOPROXY=\"https://proxy.acme.example\"\n\ngo build ./...\n",
    "tools/go.env": "# order does not matter\nGOSUMDB=off\nGOPROXY=https://proxy.acme.example\n",
    "go.mod": f"""module git.acme.example/shop

replace (
	{MUX} => ../mux
)

require git.acme.example/lib/log v1.4.0

require (
	git.acme.example/lib/auth v1.1.0
	{MUX} v1.8.1
)

go 1.26
""",
    "go.sum": START["go.sum"],
    "deploy/dev.env": f"""# {IGNORE}
export GOSUMDB="off"
export GONOSUMDB='git.acme.example'
export GOPROXY="https://proxy.acme.example"
""",
    "tools/gen/go.mod": START["tools/gen/go.mod"].replace("require ", "require (\n\t") + ")\n",
}
