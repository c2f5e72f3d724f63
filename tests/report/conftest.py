"""Verdicts made by hand, as the gate would make them."""

from collections.abc import Callable

import pytest

from policygate.findings import (
    Checked,
    EngineInfo,
    Finding,
    Link,
    Parameter,
    Problem,
    Related,
    Rule,
    Severity,
    Verdict,
)
from policygate.location import At, Origin, Position, nowhere

CI = """\
variables:
  GOPROXY: "https://proxy-a.acme.example,https://proxy-b.acme.example,direct"
  GOSUMDB: off

build:
  image: golang:1.26
  script:
    - export GOFLAGS=-mod=mod
    - go build ./...
    - >
      go test ./...
      -race
      -count=1
"""

DOCKERFILE = """\
FROM golang:1.26 AS builder
WORKDIR /src
RUN export GOPROXY=https://proxy-a.acme.example|direct \\
    && go mod download
"""

GO_MOD = """\
module git.acme.example/payments/api

go 1.26

require (
\tgit.acme.example/platform/log v1.4.0
\tgithub.com/google/uuid v1.6.0
)

replace git.acme.example/platform/log => ../../platform/log
"""

FILES = {".gitlab-ci.yml": CI, "build/Dockerfile": DOCKERFILE, "go.mod": GO_MOD}
LINES = {path: dict(enumerate(text.split("\n"), 1)) for path, text in FILES.items()}

COMMA = Rule(
    id="goproxy.comma_failover",
    title="A comma between mirrors does not fail over",
    description=(
        "After a comma the go command goes on to the next proxy only when the answer is 404 or 410. A 5xx, a 403, a refused\n"
        "connection or a TLS error stops the build, although a mirror that could have answered follows in the list.\n\n"
        "The same holds for:\n\n- a timeout, however long;\n- a name that does not resolve, be it for a second only, as it happens "
        "whenever a name server restarts."
    ),
    severity="warning",
    fix="Write `|` between mirrors of the same kind and quote the value for the shell (`'https://a|https://b'`), or keep one of them.",
    links=(Link("https://go.dev/ref/mod#goproxy-protocol", "How the go command walks the GOPROXY list"),),
    profiles=("baseline",),
    needs=("gitlab_ci", "go_contexts"),
)
SUMDB_OFF = Rule(
    id="gosumdb.off",
    title="The checksum database is switched off",
    description="With GOSUMDB=off the go command accepts a module that go.sum does not hold yet without any check.",
    severity="error",
    fix="Delete the setting, and list the prefixes of private modules in `GOPRIVATE`.",
    links=(
        Link("https://go.dev/ref/mod#checksum-database", "The checksum database"),
        Link("https://go.dev/ref/mod#private-module-privacy", ""),
    ),
    profiles=("baseline", "strict"),
    security_severity="7.4",
    needs=("go_contexts",),
)
REPLACE = Rule(
    id="gomod.replace_local",
    title="A module is replaced by a local directory",
    description="A directory outside the checkout is there on one machine and not on the next.",
    severity="error",
    fix="Delete the replacement and require a tagged version.",
    parameters=(
        Parameter("allow_inside", True, "Whether a module may be replaced by a directory of the same checkout."),
        Parameter("allowed", ["./tools", "./internal"], "Directories that are fine whatever else is said."),
    ),
    profiles=("baseline",),
    needs=("go_mod", "go_modules"),
)
PIPE = Rule(
    id="goproxy.unquoted_pipe",
    title="An unquoted pipe loses GOPROXY",
    description="To the shell an unquoted `|` is a pipeline. The assignment runs in a subshell and is gone when it ends.",
    severity="error",
    fix="Put the value into single quotes: `export GOPROXY='https://a|https://b'`.",
)
NO_FORKS = Rule(id="acme.no_forks", title="Forks need an approval", description="", severity="note", fix="")

RULES = (NO_FORKS, REPLACE, COMMA, PIPE, SUMDB_OFF)


def at(path: str, line: int, column: int, end: int, *, end_line: int = 0, origin: Origin = "text") -> At:
    """A span of one line, or up to `end_line`."""
    last = Position(line=end_line or line, column=end)
    return At(path=path, start=Position(line=line, column=column), end=last, origin=origin)


def spot(path: str, text: str, *, origin: Origin = "text") -> At:
    """Where a text stands in one of `FILES`."""
    return spot_in(FILES[path], path, text, origin=origin)


def spot_in(source: str, path: str, text: str, *, origin: Origin = "text") -> At:
    """Where a text stands in a source."""
    first = source.index(text)
    start, end = (
        Position(line=source.count("\n", 0, offset) + 1, column=offset - source.rfind("\n", 0, offset))
        for offset in (first, first + len(text))
    )
    return At(path=path, start=start, end=end, origin=origin)


COMMA_FOUND = Finding(
    COMMA,
    "warning",
    "a comma after `proxy-a.acme.example` does not fail over to `proxy-b.acme.example`",
    "variables: proxy-a,proxy-b",
    spot(".gitlab-ci.yml", "https://proxy-a.acme.example"),
    related=(
        Related(
            "not asked when `proxy-a.acme.example` fails, only when it answers 404 or 410",
            spot(".gitlab-ci.yml", "https://proxy-b.acme.example"),
        ),
    ),
)
SUMDB_FOUND = Finding(
    SUMDB_OFF,
    "error",
    "`GOSUMDB` arrives as `false`: a bare `off` or `on` is a boolean in YAML",
    "variables: GOSUMDB",
    spot(".gitlab-ci.yml", "off"),
    related=(
        Related("and this command runs with it", spot(".gitlab-ci.yml", "go build ./...")),
        Related("and this one", spot(".gitlab-ci.yml", "go test ./...\n      -race\n      -count=1")),
        Related("as does every image build", spot("build/Dockerfile", "go mod download")),
        Related("Go would use its own database", nowhere("default")),
    ),
)
PIPE_FOUND = Finding(
    PIPE,
    "error",
    "an unquoted `|` makes this a pipeline, so `GOPROXY` is never set",
    "stage builder: GOPROXY",
    spot("build/Dockerfile", "export GOPROXY=https://proxy-a.acme.example|direct"),
)
SPREAD_FOUND = Finding(
    PIPE,
    "error",
    "an unquoted `|` makes this a pipeline, so `GOPROXY` is never set for the commands that follow it in the same instruction",
    "stage builder: GOPROXY again",
    spot("build/Dockerfile", "export GOPROXY=https://proxy-a.acme.example|direct \\\n    && go mod download"),
)
REPLACE_FOUND = Finding(
    REPLACE,
    "error",
    "`git.acme.example/platform/log` is replaced by `../../platform/log`, a directory outside the checkout",
    "git.acme.example/platform/log",
    spot("go.mod", "git.acme.example/platform/log => ../../platform/log"),
    related=(Related("required here", spot("go.mod", "git.acme.example/platform/log v1.4.0")),),
)
ASSUMED_FOUND = Finding(
    COMMA,
    "note",
    "nobody says which proxy the jobs use",
    "GOPROXY",
    nowhere("default"),
    assumes=(
        "nothing outside the repository sets `GOPROXY` (`outer.gitlab` in policygate.yaml would say so)",
        "`proxy-a.acme.example` is your own",
    ),
)
ABSENT_FOUND = Finding(
    NO_FORKS,
    "note",
    "go.mod has no toolchain line",
    "toolchain",
    spot("go.mod", "go 1.26", origin="absent"),
)
WAIVED_FOUND = Finding(
    REPLACE, "error", "this one was waived", "waived", spot("go.mod", "github.com/google/uuid"), disposition="waived"
)

CHECKED = Checked(files=14, modules=2, contexts=6, rules=5)
OPA = EngineInfo("opa", "1.22.2")


def failing(fail_on: Severity = "error") -> Verdict:
    """One finding of each shape."""
    findings = (
        ASSUMED_FOUND,
        COMMA_FOUND,
        SUMDB_FOUND,
        PIPE_FOUND,
        SPREAD_FOUND,
        ABSENT_FOUND,
        WAIVED_FOUND,
        REPLACE_FOUND,
    )
    return Verdict(
        outcome="fail",
        findings=findings,
        checked=CHECKED,
        engine=OPA,
        fail_on=fail_on,
        rules=RULES,
        lines=LINES,
        advice=(
            "taken for your own: `git.acme.example`; state it under `own` in policygate.yaml (`policygate init` writes one)",
            "notes that assume something become certain when policygate.yaml says it",
        ),
    )


def errored() -> Verdict:
    """A check that came to no decision, though one finding was made."""
    return Verdict(
        outcome="error",
        findings=(COMMA_FOUND,),
        problems=(
            Problem("the policies cannot be evaluated: `sprintf` got 2 values for 1 verb", "see `opa check --strict`"),
            Problem(
                "source `gitlab_ci` failed, so these rules could not be decided: goproxy.comma_failover, gosumdb.off",
                at=spot(".gitlab-ci.yml", "export GOFLAGS=-mod=mod"),
            ),
            Problem("acme/forks.rego:3:1: rego_parse_error: unexpected eof token", at=at("acme/forks.rego", 3, 1, 2)),
        ),
        checked=CHECKED,
        engine=OPA,
        rules=RULES,
        lines=LINES,
    )


@pytest.fixture
def verdicts() -> dict[str, Callable[[], Verdict]]:
    return {"failing": failing, "errored": errored}
