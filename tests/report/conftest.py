"""Verdicts made by hand, as the gate would make them."""

from dataclasses import replace

import pytest

from policygate.findings import (
    Checked,
    Compared,
    EngineInfo,
    Excuse,
    Finding,
    Link,
    Parameter,
    Preview,
    Problem,
    Related,
    Rule,
    Verdict,
)
from policygate.location import At, Origin, Position, nowhere
from policygate.topology import NewPath, Way

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
        "After a comma the go command goes on to the next proxy only when the answer is 404 or 410. A 5xx, a 403, a "
        "refused connection or a TLS error stops the build, although a mirror that could have answered follows.\n\n"
        "The same holds for\n"
        "- a timeout, however long, and\n"
        "- a name that does not resolve, be it for a second only, as it happens whenever a name server restarts."
    ),
    severity="warning",
    fix="Write `|` between mirrors and quote the value for the shell (`'https://a|https://b'`), or keep one of them.",
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
    description="To the shell an unquoted `|` is a pipeline. The assignment is gone when its subshell ends.",
    severity="error",
    fix="Put the value into single quotes: `export GOPROXY='https://a|https://b'`.",
)
NO_FORKS = Rule(id="acme.no_forks", title="Forks need an approval", description="", severity="note", fix="")

RULES = (NO_FORKS, REPLACE, COMMA, PIPE, SUMDB_OFF)


def at(path: str, line: int, column: int, end: int, *, end_line: int = 0, origin: Origin = "text") -> At:
    """A span of one line, or up to `end_line`."""
    last = Position(line=end_line or line, column=end)
    return At(path=path, start=Position(line=line, column=column), end=last, origin=origin)


def spot(path: str, text: str, *, origin: Origin = "text", source: str = "") -> At:
    """Where a text stands in one of `FILES`, or in a source of its own."""
    source = source or FILES[path]
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
    "an unquoted `|` makes this a pipeline, so `GOPROXY` is never set for the commands that follow in this instruction",
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

CHECKED = Checked(files=14, modules=2, contexts=6, endpoints=3, rules=5)
OPA = EngineInfo("opa", "1.22.2")


FAILING = Verdict(
    outcome="fail",
    findings=(
        ASSUMED_FOUND,
        COMMA_FOUND,
        SUMDB_FOUND,
        PIPE_FOUND,
        SPREAD_FOUND,
        ABSENT_FOUND,
        WAIVED_FOUND,
        REPLACE_FOUND,
    ),
    checked=CHECKED,
    engine=OPA,
    rules=RULES,
    lines=LINES,
    advice=(
        "taken for your own: `git.acme.example`; state it under `own` in policygate.yaml (`policygate init` writes it)",
        "notes that assume something become certain when policygate.yaml says it",
    ),
)
ERRORED = Verdict(
    outcome="error",
    findings=(COMMA_FOUND,),
    problems=(
        Problem("the policies cannot be evaluated: `sprintf` got 2 values for 1 verb", "see `opa check --strict`"),
        Problem(
            "source `gitlab_ci` failed, so these rules could not be decided: goproxy.comma_failover, gosumdb.off",
            at=spot(".gitlab-ci.yml", "export GOFLAGS=-mod=mod"),
        ),
        Problem("rego_parse_error: unexpected eof token", at=at("acme/forks.rego", 3, 1, 2)),
    ),
    checked=CHECKED,
    engine=OPA,
    rules=RULES,
    lines=LINES,
)


WAIVER = Excuse("waiver", "moves in Q1", "payments", "PAY-7", "2027-01-30", at("policygate-waivers.yaml", 3, 5, 9))
IGNORE = Excuse("ignore", "an old mirror", "", "", "2027-01-31", at("build/Dockerfile", 3, 1, 9))
DEPLOYED = at("deploy/production/orders.yaml", 21, 16, 60)
TO_LEDGER = NewPath(
    "orders",
    "ledger-db",
    "postgresql",
    "disabled",
    "postgresql",
    datastore=True,
    environment="production",
    protected=True,
    hops=(),
    at=DEPLOYED,
    evidence=(("`ledger-db` is for `ledger` only", at("policygate.yaml", 14, 7, 16)),),
)
TO_RATES = NewPath(
    "orders", "rates", "grpc", "unknown", "unknown", False, "", False, (), at("services/orders/service.json", 9, 5, 20)
)
OPENED = (
    TO_LEDGER,
    TO_RATES,
    replace(TO_LEDGER, source="shop", hops=("orders",), evidence=(("`shop` talks to `orders`", at("x.yml", 1, 1, 2)),)),
    replace(TO_LEDGER, source="web", hops=("shop", "orders"), evidence=()),
)
AROUND = (
    Way("ledger", "ledger-db", "postgresql", declared=True, used=True, at=DEPLOYED),
    Way("orders", "stock", "", declared=True, used=False, at=DEPLOYED),
    Way("shop", "orders", "grpc, http", declared=True, used=True, at=DEPLOYED),
)
MERGE_REQUEST = Verdict(
    outcome="fail",
    findings=(
        replace(COMMA_FOUND, change="carried"),
        replace(SUMDB_FOUND, change="changed"),
        replace(PIPE_FOUND, change="new", excuse=replace(WAIVER, pending=True)),
        replace(SPREAD_FOUND, change="new", disposition="ignored", excuse=IGNORE),
        replace(ABSENT_FOUND, change="fixed"),
        replace(WAIVED_FOUND, change="new", excuse=WAIVER),
        replace(REPLACE_FOUND, change="carried", disposition="waived", excuse=WAIVER),
    ),
    checked=replace(CHECKED, idle=("acme.no_forks",), skipped=("3 by `third_party/**` of `exclude`",)),
    engine=OPA,
    rules=RULES,
    lines=LINES,
    compared=Compared("origin/main", "b" * 40, "0123456789abcdef" + "0" * 24, "c" * 40),
    previews=(
        Preview("acme.no_forks", 3, 1),
        Preview("acme.pinned_images", 0, 0, "rego_type_error: undefined function `semver.is`"),
    ),
    opened=OPENED,
    around=AROUND,
    advice=("not judged, since it is not committed: `go.mod`; a check without --base judges the work tree",),
)


def found(rule: Rule, message: str, place: At, *related: tuple[str, At]) -> Finding:
    return Finding(rule, rule.severity, message, message, place, tuple(Related(*each) for each in related))


def failed(source: str, *findings: Finding, path: str = "x.sh") -> Verdict:
    """Findings in a file of their own."""
    checked, lines = Checked(1, 1, 1, 1), {path: dict(enumerate(source.split("\n"), 1))}
    return Verdict(outcome="fail", findings=findings, checked=checked, engine=OPA, rules=RULES, lines=lines)


def hostile() -> Verdict:
    """Every text is its author's, and means to act on whoever shows the report."""
    path = "::error::owned/##[set-output name=x]\x1b[2J\n::error::x.sh"
    source = (
        "echo ##vso[task.setvariable variable=x]y ::error::z\n"
        "::error file=a::b \x1b]0;title\x07 \u202egnp.exe\u2066 \u200b\ufeff\x00\x9b31m \x85\u2028 end\r\n"
        "##\ufe0f[endgroup] #\ufe0f#[debug] \ud83d \udc80"
    )
    attack = "::set-env name=PATH::/x \x1b[31m\r\n::error::boo ##[warning] ##teamcity[x] [link](javascript:x) " * 3
    first = found(
        SUMDB_OFF, attack, spot(path, "task.setvariable variable=x", source=source), (attack, nowhere("text"))
    )
    second = found(SUMDB_OFF, attack, spot(path, "\u202egnp.exe", source=source), (attack, at(path, 3, 1, 4)))
    elsewhere = found(SUMDB_OFF, "\ud800", at(" ::error::x ", 3, 1, 4), ("::error::", at("::notice::y", 1, 1, 1)))
    verdict = failed(source, first, second, elsewhere, path=path)
    problems = (Problem(attack, attack, at("::warning::z", 1, 1, 2)),)
    return replace(verdict, outcome="error", problems=problems, advice=(attack,))


def wide() -> Verdict:
    """Characters of two columns, of none, and of several code points."""
    source = "代理 = 'https://プロキシ.example' # e\u0301te\u0301 👩\u200d💻 ❤\ufe0f\nGOPROXY=$代理"
    proxy, comment, value = (
        spot("x.sh", text, source=source) for text in ("プロキシ.example", "e\u0301te\u0301", "$代理")
    )
    one = found(COMMA, "`プロキシ.example` は一つだけです", proxy, ("コメント", comment), ("使われる", value))
    return failed(source, one, found(COMMA, "漢字" * 30, spot("x.sh", "❤\ufe0f", source=source)))


def tabs() -> Verdict:
    source = "build:\n\tGOPROXY=a\tgo build\t./...\n\t\t\t \n"
    one = found(COMMA, "a tab is four blanks", spot("x.sh", "go build", source=source), ("this", at("x.sh", 2, 2, 9)))
    across = found(COMMA, "tabs inside a span", spot("x.sh", "a\tgo build\t./", source=source))
    return failed(source, one, across, found(COMMA, "a blank line", at("x.sh", 3, 1, 5)))


def long_lines() -> Verdict:
    """What is marked at the start, in the middle, at the end, far apart, and longer than any screen."""
    words = [f"word{number:04}" for number in range(2000)]
    source = "\n".join([" ".join(words), "x" * 5000, f"- run: {'a' * 56} | {'b' * 30} # and then some more"])
    line = [spot("x.sh", word, source=source) for word in (words[0], words[1000], words[-1])]
    return failed(
        source,
        *(found(COMMA, "cut around the mark", place) for place in line),
        found(COMMA, "three marks", line[1], ("the first", line[0]), ("the last", line[2])),
        found(COMMA, "a long mark", at("x.sh", 2, 100, 4900), ("a short one within", at("x.sh", 2, 110, 114))),
        found(COMMA, "kept from the start where that will do", spot("x.sh", "a" * 56, source=source)),
        found(COMMA, "past the end of the line", at("x.sh", 2, 5001, 5001)),
    )


def crowded() -> Verdict:
    """Places that are equal, overlap, or are too many."""
    source = "GOPROXY=a,b,c,d GOSUMDB=off go build ./... && go test ./... && go vet ./...\n\nend\n"
    whole, inner = at("x.sh", 1, 1, 16), at("x.sh", 1, 9, 12)
    many = tuple((f"reason {number}", at("x.sh", 1, 2 * number + 1, 2 * number + 2)) for number in range(14))
    long = "a reason that has quite a few words to say about a part of this line " * 2
    return failed(
        source,
        found(COMMA, "first at a place", inner),
        found(PIPE, "second at this place", inner, ("the same place", inner)),
        found(COMMA, "overlapping", inner, ("around it", whole), ("beside it", at("x.sh", 1, 17, 28))),
        found(COMMA, "long labels", inner, (long, at("x.sh", 1, 29, 33)), (long, at("x.sh", 1, 47, 54))),
        found(COMMA, "many", whole, *many),
        found(COMMA, "a line between two is shown", inner, ("the end", at("x.sh", 3, 1, 4))),
        found(COMMA, "spans that are none", at("x.sh", 1, 70, 3), ("past the end", at("x.sh", 3, 9, 99, end_line=9))),
        found(COMMA, "a whole line and its end", at("x.sh", 1, 1, 1, end_line=2)),
        found(COMMA, "no such line", at("x.sh", 7, 1, 4), ("here", inner), ("nor here", at("x.sh", 8, 1, 4))),
    )


@pytest.fixture
def cases() -> dict[str, Verdict]:
    """One verdict for each thing that a report must show well."""
    return {
        "passing": Verdict(outcome="pass", checked=Checked(1, 1, 1, 1), engine=OPA, rules=RULES[:1]),
        "failing": FAILING,
        "strict": replace(FAILING, fail_on="note", findings=FAILING.findings[:2], advice=()),
        "errored": ERRORED,
        "nothing": Verdict(outcome="error", problems=(Problem("nothing to check", "is this the right folder?"),)),
        "hostile": hostile(),
        "wide": wide(),
        "tabs": tabs(),
        "long_lines": long_lines(),
        "crowded": crowded(),
        "merge_request": MERGE_REQUEST,
    }


@pytest.fixture
def rules() -> tuple[Rule, ...]:
    return RULES
