"""The repository of a small company, as the scripted history begins."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256


def sums(*names: str) -> str:
    """Lines of go.sum; the hashes have the form only."""

    def lines() -> Iterator[str]:
        for name in names:
            for line in (name, f"{name}/go.mod"):
                yield f"{line} h1:{b64encode(sha256(line.encode()).digest()).decode()}\n"

    return "".join(lines())


OFF = "GOSUMDB=off\n"
ENV = "GOPROXY=https://proxy.acme.example\nGONOSUMDB=git.acme.example\n"
DEV = f"# what developers load\n{ENV}{OFF}"
IGNORE = "policygate:ignore[gosumdb.off] until=2027-01-31 the rehearsal has no way out"
NOTED = f"# what developers load\n{ENV}# {IGNORE}\n{OFF}"
TOOL = "    - go run example.com/tools/lint@latest\n"
MUX, LOG, AUTH, PAY = (
    "example.com/public/mux",
    "git.acme.example/lib/log",
    "git.acme.example/lib/auth",
    "git.acme.example/lib/pay",
)
START: Mapping[str, str] = {
    "README": "a shop\n",
    "main.go": "package main\n\nfunc main() {}\n",
    "go.mod": f"""module git.acme.example/shop

go 1.26

require (
	{MUX} v1.8.1
	{AUTH} v1.1.0
	{LOG} v1.4.0
)
""",
    "go.sum": sums(f"{MUX} v1.8.1", f"{AUTH} v1.1.0", f"{LOG} v1.4.0"),
    "tools/gen/go.mod": "module git.acme.example/shop/tools/gen\n\ngo 1.26\n\nrequire example.com/public/cli v0.3.0\n",
    "tools/gen/main.go": "package main\n\nfunc main() {}\n",
    "report/go.mod": "module git.acme.example/shop/report\n\ngo 1.26\n\nrequire example.com/public/csv v1.0.0\n",
    "report/vendor/modules.txt": "# example.com/public/csv v1.0.0\n## explicit; go 1.20\nexample.com/public/csv\n",
    "report/vendor/example.com/public/csv/csv.go": "package csv\n",
    ".gitlab-ci.yml": f"""variables:
  GOPROXY: https://proxy.acme.example
  GONOSUMDB: git.acme.example

build:
  script:
    - go build ./...

test:
  script:
    - go test ./...

lint:
  script:
{TOOL}""",
    "Dockerfile": """FROM golang:1.26.1 AS build
ENV GOPROXY=https://proxy.acme.example
WORKDIR /src
COPY . .
RUN go build -o /shop .
""",
    "Makefile": "export GOPROXY = https://proxy.acme.example\n\nbuild:\n\tgo build ./...\n",
    "deploy/dev.env": DEV,
    "deploy/prod.env": ENV,
    "policygate.yaml": """version: 1
own:
  modules: [git.acme.example]
  proxies: [proxy.acme.example]
outer: {gitlab: {}, github: {}, dockerfile: {}, compose: {}, make: {}, shell: {}}
policies: [policies]
rules:
  gomod.unlisted_module:
    parameters: {allow: [example.com/public]}
""",
    "policies/forks.rego": """package acme.forks

deny contains {"message": "a fork", "subject": r.old_path, "at": r.at} if {
	some module in input.go.modules
	some r in module.replaces
	startswith(r.new_path, "forks.example/")
}
""",
}
