"""Every fact type: this file is the Rego input, and `policygate schema` prints it as JSON Schema.

Two stages stand here. `FileFacts` is what one file says, as a reader returns it. `Facts` is what the policies see, as
the linkers make it. No key is ever absent or null: nothing to say is an empty list or string, or `exists: false`.
"""

from typing import Literal

from pydantic import Field

from policygate.location import At, Fact

# ---- What one file says ------------------------------------------------------------------------------------------

PlaceKind = Literal[
    "gitlab_job", "github_job", "dockerfile_stage", "makefile", "shell", "env_file", "go_env_file", "environment"
]

Lost = Literal["", "pipeline", "subshell", "not_exported", "ignored"]


class Problem(Fact):
    """A part of a file that could not be understood; it becomes a finding of `gate.malformed_file`."""

    message: str
    at: At


class Assignment(Fact):
    """One place that gives a value to a variable of the go command."""

    name: str
    value: str
    """What the program receives, quotes removed and credentials blanked; `$NAME` stays where it is unknown."""
    at: At
    """The value; the name when the value is empty."""
    scope: str
    """The part of the file that declares it, such as `variables`, `job build` or `stage builder`."""
    condition: str = ""
    """What must hold for it to apply, in the file's own words; empty when it always applies."""
    dynamic: bool = False
    """Whether the value depends on something that the file does not say."""
    credentials: bool = False
    """Whether user information of a URL in the value was blanked."""
    lost: Lost = ""
    """Why the value never reaches a go command; empty when it does."""


class GoCommand(Fact):
    """One invocation of the go command, as a file writes it."""

    verb: str
    """The words that choose what it does: `build`, `mod tidy`, `env`."""
    arguments: list[str]
    """Everything after `go`, quotes removed."""
    text: str
    """The whole command, assignments in front of it included."""
    at: At
    directory: str
    """The directory it runs in, from the root of the checkout (`.` is the root); empty when unknown."""
    assignments: list[Assignment]
    """What the shell itself has set by then, strongest first."""


class Place(Fact):
    """A place where go commands run or that sets variables for them: a CI job, an image stage, a makefile, a script."""

    id: str
    """Unique in the checkout: `.gitlab-ci.yml#build`."""
    kind: PlaceKind
    name: str
    """What its file calls it: the job, the stage, the target; else the file's name."""
    at: At
    directory: str
    assignments: list[Assignment]
    """What the file sets for the whole place, strongest first."""
    commands: list[GoCommand]


class GoSum(Fact):
    """The lines of one go.sum or go.work.sum."""

    file: str
    hashes: dict[str, list[str]]
    """From `path version` or `path version/go.mod` to its hashes, in file order."""


# ---- go.mod --------------------------------------------------------------------------------------------------------


class GoVersion(Fact):
    """A `go` or `toolchain` line."""

    exists: bool
    version: str
    at: At


class Require(Fact):
    """One `require` line."""

    path: str
    version: str
    indirect: bool
    """Whether the go command takes its comment for `// indirect`."""
    at: At
    """Path and version."""


class Exclude(Fact):
    """One `exclude` line."""

    path: str
    version: str
    at: At


class Replace(Fact):
    """One `replace` line."""

    old_path: str
    old_version: str
    """Empty when every version is replaced."""
    new_path: str
    new_version: str
    """Empty for a directory."""
    local: bool
    """Whether the target is a directory."""
    directory: str
    """A local target from the root of the checkout; empty when it is absolute, leads outside, or is not local."""
    at: At
    target_at: At
    """The right side."""


class Retract(Fact):
    """One `retract` line; `low` equals `high` for a single version."""

    low: str
    high: str
    rationale: str
    at: At


class Named(Fact):
    """A directive with one argument: a `tool` package or an `ignore` directory."""

    path: str
    at: At


class Godebug(Fact):
    """One `godebug` setting."""

    key: str
    value: str
    at: At


class Module(Fact):
    """One go.mod."""

    file: str
    directory: str
    """The directory of the file; `.` is the root of the checkout."""
    path: str
    """Module path; empty when the line is missing."""
    at: At
    """The module path, else the start of the file."""
    deprecated: str
    go: GoVersion
    toolchain: GoVersion
    godebug: list[Godebug]
    requires: list[Require]
    excludes: list[Exclude]
    replaces: list[Replace]
    retracts: list[Retract]
    tools: list[Named]
    ignores: list[Named]
    vendored: bool = False
    """Whether builds take their packages from a vendor directory beside the file."""


class FileFacts(Fact):
    """Everything that one file says. `secrets` are spans that no report may show."""

    modules: list[Module] = []
    sums: list[GoSum] = []
    vendored: list[str] = []
    """Directories with a vendor/modules.txt."""
    places: list[Place] = []
    problems: list[Problem] = []
    secrets: list[At] = []


# ---- Settings of the go command ------------------------------------------------------------------------------------

Confidence = Literal["declared", "effective", "unknown"]
Role = Literal["own", "outside", "none"]
EntryKind = Literal["proxy", "file", "direct", "off", "dynamic", "invalid"]


class Setting(Fact):
    """One value that a variable may have in a context."""

    value: str
    """As the go command receives it, credentials blanked."""
    at: At
    scope: str
    """The part of the file that declares it; with the file it says *which* setting this is."""
    confidence: Confidence
    """`effective` when nothing outside can change it, `declared` when something may, `unknown` when it is dynamic."""
    condition: str
    lost: Lost
    """Why the value never reaches a go command; empty when it does."""
    empty: bool
    """Whether it is set to nothing, which the go command takes for not set at all."""


class ProxyEntry(Fact):
    """One element of a GOPROXY list."""

    text: str
    kind: EntryKind
    host: str
    """Host, with port; `default` for Go's own default; empty for `direct`, `off` and files."""
    role: Role
    separator: Literal["", ",", "|"]
    """What follows the element; it decides what happens when the element fails."""
    reachable: bool
    """Whether the go command ever reads the element: nothing after `direct` or `off` is."""
    plain_http: bool
    credentials: bool
    problem: str
    """Why the go command refuses the element; empty when it does not."""
    at: At


class ProxySetting(Setting):
    """A value of GOPROXY."""

    chain: list[ProxyEntry]
    """The elements in order, those of Go's default when the value is empty; none when it is lost."""


class Pattern(Fact):
    """One element of GOPRIVATE, GONOPROXY, GONOSUMDB or GOINSECURE."""

    text: str
    never: str
    """Why it can match no module; empty when it can."""
    everything: bool
    """Whether it matches every module."""
    at: At


class PatternSetting(Setting):
    """A value of a list of module patterns."""

    patterns: list[Pattern]


class SumdbSetting(Setting):
    """A value of GOSUMDB."""

    off: bool
    name: str
    """The database's name; `default` for Go's own default."""
    url: str
    """The explicit address; empty when the proxies are asked for it."""
    role: Role
    problem: str


class Flag(Fact):
    """One element of GOFLAGS: `-mod=mod` has the name `mod` and the value `mod`."""

    text: str
    name: str
    value: str
    at: At


class FlagsSetting(Setting):
    """A value of GOFLAGS."""

    flags: list[Flag]


class Settings(Fact):
    """For each variable its possible values, strongest first; the first one without a condition hides the rest."""

    GOPROXY: list[ProxySetting] = []
    GONOPROXY: list[PatternSetting] = []
    GOPRIVATE: list[PatternSetting] = []
    GONOSUMDB: list[PatternSetting] = []
    GOINSECURE: list[PatternSetting] = []
    GOSUMDB: list[SumdbSetting] = []
    GOFLAGS: list[FlagsSetting] = []
    GONOSUMCHECK: list[Setting] = []
    GOTOOLCHAIN: list[Setting] = []
    GO111MODULE: list[Setting] = []
    GOENV: list[Setting] = []
    GOVCS: list[Setting] = []
    GOAUTH: list[Setting] = []
    GOWORK: list[Setting] = []
    GOMODCACHE: list[Setting] = []


class Command(Fact):
    """One go command of a context."""

    verb: str
    """`build`, `mod tidy`, `env`."""
    arguments: list[str]
    text: str
    at: At
    directory: str
    settings: Settings
    """Only what the shell set for this command; it is stronger than the context's."""


class Context(Fact):
    """A place where go commands run: a CI job, an image stage, a makefile, a script."""

    id: str
    kind: PlaceKind
    name: str
    at: At
    modules: list[str]
    """The go.mod files of the modules that it builds."""
    commands: list[Command]
    settings: Settings
    outer_declared: bool
    """Whether `policygate.yaml` says what is set outside the repository for this kind of context."""


class Exposure(Fact):
    """A party outside the organisation that learns the names of private modules; once for equal settings."""

    through: Literal["proxy", "sumdb"]
    party: str
    """The host that learns them; `default` for Go's own default."""
    modules: list[str]
    """The private module paths, sorted."""
    contexts: list[str]
    """The ids of the contexts, sorted."""
    reason: Literal["first", "comma", "pipe", "lookup"]
    """How the request gets there: asked first, after a comma, after a pipe, or a checksum lookup."""
    at: At
    """The setting responsible; the context when the setting is absent."""
    scope: str
    assumes: list[str]
    """What this rests on that nobody stated; empty when it is certain."""


class SumLine(Fact):
    """A requirement without a line in go.sum."""

    module: str
    version: str
    indirect: bool
    at: At
    """The requirement in go.mod, or its replacement."""


class Sum(Fact):
    """What the gate needs to know of the go.sum of one module."""

    module_file: str
    file: str
    """Where go.sum is or should be."""
    exists: bool
    needed: bool
    """Whether any requirement has a checksum at all: directories have none."""
    missing: list[SumLine]
    """Requirements without any line; empty when the file does not exist."""
    at: At
    """The module line of go.mod."""


class Go(Fact):
    """The Go half of the facts."""

    modules: list[Module] = []
    sums: list[Sum] = []
    contexts: list[Context] = []
    settings: Settings = Settings()
    """Every distinct setting of the checkout once, lost ones included."""
    exposures: list[Exposure] = []


# ---- The Rego input ------------------------------------------------------------------------------------------------


class Network(Fact):
    """The network half of the facts; empty until network sources are read."""


class Observed(Fact):
    """Evidence given with the check; empty until evidence is read."""


class Run(Fact):
    """What was asked."""

    mode: Literal["check", "merge_request"]
    rules: list[str]
    """The ids of the rules to decide."""


class Own(Fact):
    """What belongs to the organisation."""

    modules: list[str]
    """Module path prefixes."""
    private: list[str]
    """Module path prefixes that nobody outside may learn; the longest prefix of `private` and `public` decides."""
    public: list[str]
    """Module path prefixes that everybody may know."""
    proxies: list[str]
    """Hosts, with an optional path, of module proxies."""
    sumdbs: list[str]
    """Names of checksum databases."""
    stated: bool
    """Whether `policygate.yaml` says so; else it is guessed from the checkout."""


class Config(Fact):
    """What `policygate.yaml` says that policies may read."""

    own: Own
    outer: list[str]
    """The families of contexts that are declared: `gitlab`, `github`, `dockerfile`, `make`, `shell`."""
    parameters: dict[str, dict[str, object]] = Field(default={})
    """Parameters by rule id; the printed schema names those of the loaded rules."""


class Source(Fact):
    """How reading or linking one kind of fact went."""

    status: Literal["ok", "partial", "skipped", "failed"]
    """`partial`: a file was malformed; `skipped`: no such file; `failed`: the gate broke on it."""
    files: int
    problems: list[Problem]


class ChangedFile(Fact):
    """A file that differs from the base revision."""

    path: str
    status: Literal["added", "changed", "removed", "renamed"]
    old_path: str


class Change(Fact):
    """What a merge request changes; `exists` is false outside merge-request mode."""

    exists: bool = False
    base: str = ""
    head: str = ""
    files: list[ChangedFile] = []


class Base(Fact):
    """The facts of the base revision, of the files that differ only."""

    exists: bool = False
    go: Go = Go()
    network: Network = Network()


class Facts(Fact):
    """The whole Rego input."""

    now: str
    """The date of the run, `YYYY-MM-DD`."""
    run: Run
    config: Config
    sources: dict[str, Source]
    """By the name of the reader or linker."""
    change: Change = Change()
    base: Base = Base()
    go: Go
    network: Network = Network()
    observed: Observed = Observed()
