"""Every fact type: this file is the Rego input, and `policygate schema` prints it as JSON Schema.

Two stages stand here. `FileFacts` is what one file says, as a reader returns it. `Facts` is what the policies see, as
the linkers make it. No key is ever absent or null: nothing to say is an empty list or string, or `exists: false`.
"""

from typing import Literal

from pydantic import Field

from policygate.facts.model_kubernetes import Kubernetes, KubernetesObjects
from policygate.facts.model_network import (
    Cycle,
    Edge,
    Endpoint,
    Exemption,
    FoundAlias,
    FoundEdge,
    FoundEndpoint,
    FoundException,
    FoundService,
    HostNetwork,
    Opened,
    Service,
)
from policygate.facts.model_nginx import Nginx, NginxFile
from policygate.location import At, Fact

# ---- What one file says ------------------------------------------------------------------------------------------

PlaceKind = Literal[
    "gitlab_job",
    "github_job",
    "dockerfile_stage",
    "compose_service",
    "devcontainer",
    "makefile",
    "shell",
    "env_file",
    "go_env_file",
    "environment",
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
    stored: bool = False
    """Whether it stands in a file of `go env -w`, which any variable of the process that is not empty overrides."""


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
    spans: dict[str, list[tuple[int, int, int]]]
    """The same keys: line, first column and the column behind the last one of each hash's line."""


# ---- vendor/modules.txt ---------------------------------------------------------------------------------------------


class VendoredModule(Fact):
    """One module of a vendor/modules.txt, all of its lines together."""

    path: str
    version: str
    """Empty for a replacement of every version."""
    explicit: bool
    """Whether it is marked as required by a go.mod."""
    go_version: str
    """What its own go.mod asks for; empty when that is not said."""
    new_path: str
    """What it is replaced by; empty when it is not."""
    new_version: str
    packages: list[str]
    at: At
    """Its first line."""


class Vendor(Fact):
    """One vendor/modules.txt."""

    file: str
    directory: str
    """The directory that holds the vendor directory; `.` is the root of the checkout."""
    workspace: bool
    """Whether it was made for a workspace."""
    modules: list[VendoredModule]


VendorFaultKind = Literal["not_explicit", "not_replaced", "other_target", "not_required", "only_replaced", "not_listed"]


class VendorFault(Fact):
    """One point in which a vendor directory does not go with go.mod."""

    kind: VendorFaultKind
    """What is wrong: a requirement is not marked in modules.txt, a replacement is not or with another target, a mark
    stands for no requirement, or for no replacement, or a module (from go 1.17 on) is none that go.mod lists."""
    module: str
    """The path, with the version where there is one."""
    wanted: str
    """For `other_target` what modules.txt should say; else empty."""
    found: str
    """For `other_target` what modules.txt says; else empty."""
    at: At
    """The line responsible: in go.mod or go.work, for marks in modules.txt."""


class VendorCheck(Fact):
    """A vendor directory that builds take their packages from."""

    file: str
    """Its modules.txt."""
    exists: bool
    """Whether the modules.txt is there."""
    manifest: str
    """The go.mod or go.work beside it."""
    faults: list[VendorFault]
    """Why every build fails."""


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
    via: list[str] = []
    """The modules that it comes through, from a direct requirement on; empty when unknown or direct."""
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
    """Whether builds take their packages from a vendor directory, beside the file or beside its go.work."""


# ---- go.work -------------------------------------------------------------------------------------------------------


class Use(Fact):
    """One `use` line."""

    path: str
    """As written."""
    directory: str
    """From the root of the checkout; empty when it is absolute or leads outside."""
    module_file: str = ""
    """The go.mod in it; empty when none was read."""
    at: At


WorkFaultKind = Literal["go_version", "missing", "repeated", "same_path", "replaced", "conflict"]


class WorkFault(Fact):
    """Why every command in a workspace fails."""

    kind: WorkFaultKind
    """What is wrong: go.work has a lower go line than a member, names a directory without a go.mod, names one twice,
    has two members of one path, replaces a member, or has members that replace one module differently."""
    subject: str
    """The member's directory; for `same_path`, `replaced` and `conflict` the module, with its version if any."""
    wanted: str
    """For `go_version` the least that go.work must say, for `conflict` one target; else empty."""
    found: str
    """For `go_version` what go.work says, 1.18 if nothing; for `conflict` the other target; else empty."""
    at: At
    """The line responsible: in go.work, for `conflict` in a go.mod."""
    other: At
    """The line that it does not go with; the same line again where there is none."""


class Work(Fact):
    """One go.work."""

    file: str
    directory: str
    """The directory of the file; `.` is the root of the checkout."""
    at: At
    """The go version, else the start of the file."""
    go: GoVersion
    toolchain: GoVersion
    godebug: list[Godebug]
    uses: list[Use]
    replaces: list[Replace]
    faults: list[WorkFault] = []


UnseenKind = Literal[
    "local",
    "project",
    "component",
    "remote",
    "template",
    "artifact",
    "workflow",
    "action",
    "file",
    "variables",
    "manifest",
]


class Unseen(Fact):
    """A file that decides about a place and that the gate cannot read."""

    kind: UnseenKind
    """The kind of a GitLab include, a `workflow` or an `action` of GitHub, a `manifest` of Kubernetes that must be
    rendered first; a `file` or `variables` of another kind."""
    what: str
    """What it is called there, credentials blanked."""
    at: At
    """The reference to it."""


class Netrc(Fact):
    """A file with the credentials of module hosts that a Dockerfile puts into a stage or lends to a command."""

    stage: str
    """The id of the stage, which is that of its context if it has one."""
    how: Literal["copied", "written", "mounted"]
    """By COPY or ADD, by a RUN that leaves it there, or as a secret that no layer keeps."""
    file: str
    """What is copied or written, as it is called there; the id of a mounted secret."""
    shipped: bool
    """Whether it stays in the image that the file builds, and not only in a stage on the way to it."""
    at: At


class FileFacts(Fact):
    """Everything that one file says. `secrets` are spans that no report may show."""

    modules: list[Module] = []
    works: list[Work] = []
    sums: list[GoSum] = []
    vendors: list[Vendor] = []
    places: list[Place] = []
    netrcs: list[Netrc] = []
    unseen: list[Unseen] = []
    endpoints: list[FoundEndpoint] = []
    services: list[FoundService] = []
    edges: list[FoundEdge] = []
    aliases: list[FoundAlias] = []
    exceptions: list[FoundException] = []
    host_networks: list[HostNetwork] = []
    kubernetes: list[KubernetesObjects] = []
    nginx: list[NginxFile] = []
    followed: list[str] = []
    """Other files that it takes in; these are not judged on their own."""
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
    """The private module paths, sorted. Of a package that a command names a checksum database learns the module: the
    longest prefix that a go.mod of the checkout names, and the package itself stands here if there is none."""
    contexts: list[str]
    """The ids of the contexts, sorted."""
    asked: Literal["required", "named", "prefix"]
    """Why they are asked for: a go.mod requires them, a command names a path of which they are prefixes (any prefix
    may be its module, so that all are asked for), or the same where the path itself goes nowhere, or is required."""
    reason: Literal["first", "comma", "pipe", "lookup"]
    """How the request gets there: asked first, after a comma, after a pipe, or a checksum lookup."""
    at: At
    """The setting responsible, the context when the setting is absent; the command when that names them."""
    scope: str
    """The part of the file that declares the setting; the command when that names them."""
    assumes: list[str]
    """What this rests on that nobody stated; empty when it is certain."""


class SumLine(Fact):
    """A requirement that go.sum does not hold, or not all of it."""

    module: str
    version: str
    lacks: Literal["both", "content", "go_mod"]
    """Which line is missing: that of the module, that of its go.mod, or both. An indirect requirement that lacks the
    first one is not here: whether a package of it is needed the manifests do not say."""
    indirect: bool
    via: list[str]
    """The modules that it comes through, from a direct requirement on; empty when unknown or direct."""
    at: At
    """The requirement in go.mod, or its replacement."""
    via_at: At
    """The direct requirement that it comes through; `at` again where that is not known."""


class Sum(Fact):
    """What the gate needs to know of the go.sum of one module."""

    module_file: str
    file: str
    """Where go.sum is or should be."""
    exists: bool
    needed: bool
    """Whether any requirement has a checksum at all (directories have none) that no file of the workspace holds."""
    work: str
    """The go.work of its workspace, in which go adds missing lines to go.work.sum instead of failing; else empty."""
    missing: list[SumLine]
    """Requirements without their lines; empty when the file does not exist."""
    at: At
    """The module line of go.mod."""


class SumConflict(Fact):
    """Two hashes for one thing, in one go.sum or in those of one workspace."""

    module: str
    version: str
    go_mod: bool
    """Whether they are of its go.mod alone."""
    first: str
    """The hash that is read first."""
    second: str
    same_file: bool
    at: At
    """The line of the second one."""
    first_at: At
    """The line of the first one."""


class WorkFlag(Fact):
    """`-mod=mod` for commands that run in a workspace, where go refuses it."""

    work: str
    """The go.work."""
    contexts: list[str]
    """The ids of the contexts, sorted."""
    text: str
    """The whole command, or the element of GOFLAGS."""
    scope: str
    """The part of the file that sets GOFLAGS; empty when the command has the flag itself."""
    at: At
    assumes: list[str]
    """What this rests on that nobody stated; empty when it is certain."""


class Go(Fact):
    """The Go half of the facts."""

    modules: list[Module] = []
    works: list[Work] = []
    vendors: list[VendorCheck] = []
    sums: list[Sum] = []
    sum_conflicts: list[SumConflict] = []
    contexts: list[Context] = []
    settings: Settings = Settings()
    """Every distinct setting of the checkout once, lost ones included."""
    exposures: list[Exposure] = []
    work_flags: list[WorkFlag] = []
    netrcs: list[Netrc] = []
    unseen: list[Unseen] = []
    """What is included from where the gate cannot read."""


# ---- The Rego input ------------------------------------------------------------------------------------------------


class Network(Fact):
    """The network half of the facts."""

    services: list[Service] = []
    endpoints: list[Endpoint] = []
    edges: list[Edge] = []
    """One for each pair of services."""
    cycles: list[Cycle] = []
    """Of edges that are not asynchronous."""
    exemptions: list[Exemption] = []
    host_networks: list[HostNetwork] = []
    kubernetes: Kubernetes = Kubernetes()
    nginx: Nginx = Nginx()


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


class NetworkConfig(Fact):
    """What `policygate.yaml` says under `network`, in short; what it says of a host or service stands in the facts."""

    stated: bool = False
    """Whether it says anything."""
    environments: list[str] = []
    """Their names, sorted."""
    egress_stated: bool = False
    """Whether it says which hosts outside may be called."""


class Config(Fact):
    """What `policygate.yaml` says that policies may read."""

    own: Own
    network: NetworkConfig = NetworkConfig()
    outer: list[str]
    """The families of contexts that are declared: `gitlab`, `github`, `dockerfile`, `compose`, `make`, `shell`."""
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


class ChangedSum(Fact):
    """Another hash for what a go.sum or go.work.sum had a hash of already."""

    file: str
    module: str
    version: str
    go_mod: bool
    """Whether it is of the go.mod alone."""
    before: str
    """The hash that counted: the first one."""
    after: str
    at: At
    """The line of the new hash."""


class Downgrade(Fact):
    """A go.mod that requires a lower version of a module than it did, as the go command orders versions."""

    file: str
    module: str
    before: str
    after: str
    at: At
    """The requirement, as it is now."""


class Change(Fact):
    """What a merge request changes; `exists` is false outside merge-request mode."""

    exists: bool = False
    base: str = ""
    head: str = ""
    files: list[ChangedFile] = []
    sums: list[ChangedSum] = []
    """Of files that both sides have, renames followed."""
    downgrades: list[Downgrade] = []
    """Of files that both sides have, renames followed."""
    opened: list[Opened] = []
    """Of the whole network: the new edges, sorted by both ends, then datastores that services reach over others."""
    endpoints: list[Endpoint] = []
    """In added lines of sources and scripts, in the order of the files and lines."""


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
