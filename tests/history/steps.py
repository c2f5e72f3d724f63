"""The scripted history, commit by commit; `expected.txt` beside it says how each is judged."""

from tests.history.company import AUTH, DEV, ENV, IGNORE, MUX, NOTED, OFF, PAY, START, TOOL
from tests.history.edits import (
    Edit,
    Step,
    copy,
    detach,
    drop,
    hashes,
    merge,
    move,
    put,
    require,
    revert,
    swap,
    unrequire,
)
from tests.history.formats import MESS, MESS_REWRITTEN, MESS_SPACED

CI, GO_MOD, WAIVERS, CONFIG = ".gitlab-ci.yml", "go.mod", "policygate-waivers.yaml", "policygate.yaml"
CHAIN = "GOPROXY: https://proxy.acme.example"
ASIDE = "  variables: {GOPROXY: 'https://goproxy.io'}\n"
WAIVER = """waivers:
  - rule: gosumdb.off
    path: deploy/*.env
    count: 2
    reason: the rehearsal has no way out
    owner: platform
    created: 2026-12-01
    expires: 2026-12-31
"""
MOVED_JOB = str(START[CI]).replace(f"\nlint:\n  script:\n{TOOL}", "")


def note(text: str) -> Edit:
    return put("README", f"{text}\n")


_FIRST = (
    Step("add", "A text that no reader reads", "change", (note("a shop for all"),), day="2026-12-01"),
    Step(
        "add", "A variable file switches the checksum database off", "change", (put("deploy/app.env", f"{ENV}{OFF}"),)
    ),
    Step(
        "change CI only",
        "The pipeline also asks a mirror outside, so that old lines of go.mod leak",
        "change",
        (swap(CI, CHAIN, f"{CHAIN},https://goproxy.io"),),
    ),
    Step("fix", "The pipeline asks the own proxy only", "change", (swap(CI, ",https://goproxy.io", ""),)),
    Step("remove", "The variable file goes", "change", (drop("deploy/app.env"),)),
    Step("fix", "Developers use the checksum database", "change", (swap("deploy/dev.env", OFF, ""),)),
    Step("merge", "The fix is merged", "main", (merge("change"),), judged="change"),
    Step("revert", "The revert of a fix", "regress", (revert("Developers use the checksum database"),)),
    Step("revert", "The revert of the revert", "regress", (revert("The revert of a fix"),)),
    Step(
        "regress",
        "Somebody pushes the defect to main, past the gate",
        "main",
        (put("deploy/dev.env", DEV),),
        judged="regress",
    ),
    Step("merge", "The branch takes main in", "regress", (merge("main"),)),
)

_MOVES = (
    Step("rename", "A file with an old finding", "move", (move("deploy/dev.env", "deploy/dev-tools.env"),)),
    Step("rename", "From dev to prod", "move", (move("deploy/dev-tools.env", "deploy/prod-tools.env"),)),
    Step("rename", "Back again", "move", (move("deploy/prod-tools.env", "deploy/dev.env"),)),
    Step("rename", "The folder of a module", "move", (move("tools/gen", "tools/codegen"),)),
    Step("copy", "A file with an old finding, once more", "move", (copy("deploy/dev.env", "deploy/uat.env"),)),
    Step(
        "reformat",
        "A job moves to another place in its file",
        "job",
        (put(CI, MOVED_JOB.replace("build:", f"lint:\n  script:\n{TOOL}\nbuild:")),),
    ),
    Step(
        "rename",
        "A job moves to another file",
        "job",
        (
            put(CI, f"include:\n  - local: ci/lint.yml\n\n{MOVED_JOB}"),
            put("ci/lint.yml", f"lint:\n  script:\n{TOOL}"),
        ),
    ),
    Step(
        "rename",
        "A job gets another name",
        "job",
        (put(CI, START[CI].replace("lint:", "release:")), drop("ci/lint.yml")),
    ),
    Step("copy", "A command that is there is written once more", "count", (swap(CI, TOOL, TOOL * 2),)),
    Step("merge", "Both are merged", "main", (merge("count"),), judged="count"),
    Step("remove", "One of the two goes", "count", (put(CI, START[CI]),)),
    Step("merge", "One is left", "main", (merge("count"),), judged="count"),
)

_EVIDENCE = (
    Step(
        "change CI only",
        "One job asks a mirror outside",
        "leak",
        (swap(CI, "    - go test ./...\n", f"    - go test ./...\n{ASIDE}"),),
    ),
    Step("merge", "The leak is merged, over the head of the gate", "main", (merge("leak"),), judged="leak"),
    Step("add", "A private module more, which leaks too", "grow", require(PAY, "v0.2.0")),
    Step("remove", "Fewer private modules leak", "grow", (unrequire(PAY, "v0.2.0"), unrequire(AUTH, "v1.1.0"))),
    Step("add", "Another one leaks instead", "grow", require(PAY, "v0.2.0")[:1]),
    Step(
        "fix",
        "Nothing leaks any more",
        "grow",
        (swap(CI, ASIDE, ""), put(GO_MOD, START[GO_MOD]), put("go.sum", START["go.sum"])),
    ),
    Step("merge", "The end of the leak is merged", "main", (merge("grow"),), judged="grow"),
)

_WAIVERS = (
    Step("add", "A second file of its kind", "waive", (put("deploy/test.env", f"{ENV}{OFF}"),)),
    Step("waive", "The branch brings its own waiver, for two", "waive", (put(WAIVERS, WAIVER),)),
    Step("waive", "The owners put the same waiver on main", "main", (put(WAIVERS, WAIVER),), judged="waive"),
    Step("merge", "The branch takes the waiver in", "waive", (merge("main"),)),
    Step("waive", "A third one, where the waiver covers two", "waive", (put("deploy/uat.env", f"{ENV}{OFF}"),)),
    Step("waive", "Two again, eleven days before the end", "waive", (drop("deploy/uat.env"),), day="2026-12-20"),
    Step("expire", "The last day", "waive", (note("closed tomorrow"),), day="2026-12-31"),
    Step("expire", "The day after", "waive", (note("open"),), day="2027-01-01"),
    Step(
        "waive",
        "The owners extend the waiver on main, and the branch has the old one still",
        "main",
        (swap(WAIVERS, "expires: 2026-12-31", "expires: 2027-02-20"),),
        day="2027-01-05",
        judged="waive",
    ),
    Step("waive", "A branch that is cut while the waiver holds", "late", (put("deploy/test.env", f"{ENV}{OFF}"),)),
    Step(
        "a branch cut before a waiver was withdrawn",
        "The owners withdraw the waiver",
        "main",
        (put(WAIVERS, "waivers: []\n"),),
        judged="late",
    ),
    Step(
        "a branch cut before a waiver was withdrawn",
        "The branch touches the waiver, to keep it",
        "late",
        (swap(WAIVERS, "no way out", "no other way out"),),
    ),
)

_IGNORES = (
    Step("waive", "A comment ignores the old finding", "note", (put("deploy/dev.env", NOTED),)),
    Step(
        "waive",
        "Another one comes with a new finding",
        "note",
        (put("deploy/test.env", f"{ENV}GOSUMDB=off # {IGNORE}\nGOFLAGS=-mod=readonly\n"),),
    ),
    Step("merge", "The comments are merged", "main", (merge("note"),), judged="note"),
    Step(
        "fix",
        "One finding goes, its comment stays",
        "tidy",
        (swap("deploy/test.env", "GOSUMDB=off #", "#"),),
    ),
    Step("remove", "The comment goes too", "tidy", (drop("deploy/test.env"),)),
    Step("merge", "Only the first is left", "main", (merge("tidy"),), judged="tidy"),
    Step("add", "A branch that is cut while the comment holds", "stay", (note("as it was"),)),
    Step(
        "a branch cut before a waiver was withdrawn",
        "The owners take the comment out",
        "main",
        (put("deploy/dev.env", DEV),),
        judged="stay",
    ),
    Step("revert", "They put it back", "main", (revert("The owners take the comment out"),), judged="stay"),
)

_STEERING = (
    Step(
        "waive",
        "The configuration switches a rule off that the change breaks",
        "steer",
        (
            swap(CONFIG, "rules:\n", "rules:\n  gosumdb.off: {severity: 'off'}\n"),
            put("deploy/app.env", f"{ENV}{OFF}"),
        ),
    ),
    Step(
        "regress",
        "The configuration is none any more",
        "steer",
        (drop("deploy/app.env"), swap(CONFIG, "version: 1", "version: 2")),
    ),
    Step(
        "add",
        "A policy finds every public module",
        "steer",
        (
            put(CONFIG, START[CONFIG]),
            swap("policies/forks.rego", "module.replaces", "module.requires"),
            swap("policies/forks.rego", 'r.new_path, "forks.example/"', 'r.path, "example.com/public/"'),
            swap("policies/forks.rego", "r.old_path", "r.path"),
        ),
    ),
)

_GO = (
    Step("add", "A toolchain line", "toolchain", (swap(GO_MOD, "go 1.26\n", "go 1.26\n\ntoolchain go1.26.3\n"),)),
    Step(
        "change CI only",
        "The image asks no one after the own proxy",
        "image",
        (swap("Dockerfile", "proxy.acme.example", "proxy.acme.example,off"),),
    ),
    Step("change CI only", "A private pattern covers less", "narrow", (swap(CI, "git.acme.example", f"{AUTH}"),)),
    Step("regress", "A requirement goes down", "down", (swap(GO_MOD, "v1.8.1", "v1.8.0"), hashes(MUX, "v1.8.0"))),
    Step("regress", "A hash of go.sum is another one", "hash", (swap("go.sum", "v1.8.1 h1:", "v1.8.1 h1:AAAA"),)),
    Step(
        "regress",
        "A vendored file is edited by hand",
        "vendor",
        (put("report/vendor/example.com/public/csv/csv.go", "package csv // faster\n"),),
    ),
    Step(
        "add",
        "A replacement",
        "replace",
        (
            swap(GO_MOD, "require (", f"replace {MUX} => example.com/acme/mux v1.8.2\n\nrequire ("),
            hashes("example.com/acme/mux", "v1.8.2"),
        ),
    ),
    Step("add", "A module that is on no list", "unlisted", require("example.org/clever", "v0.1.0")),
    Step("regress", "A go.mod that go refuses", "broken", (swap(GO_MOD, "\n)\n", "\n"),)),
    Step(
        "regress",
        "A requirement without a version, which nobody can look up in go.sum any more",
        "broken",
        (put(GO_MOD, START[GO_MOD]), swap("tools/gen/go.mod", " v0.3.0", "")),
    ),
    Step("fix", "Both are whole again", "broken", (put("tools/gen/go.mod", START["tools/gen/go.mod"]), note("whole"))),
)

_FORMATS = (
    Step("add", "A finding in each format", "mess", tuple(put(path, text) for path, text in MESS.items())),
    Step("merge", "All of them are merged, over the head of the gate", "main", (merge("mess"),), judged="mess"),
    Step(
        "reformat",
        "Blank lines and comments everywhere",
        "mess",
        tuple(put(path, text) for path, text in MESS_SPACED.items()),
    ),
    Step(
        "reformat",
        "YAML from flow to block and back, keys in another order, blocks of go.mod, quotes",
        "mess",
        tuple(put(path, text) for path, text in MESS_REWRITTEN.items()),
    ),
    Step(
        "reformat",
        "The configuration, of which every edit is told",
        "mess",
        (swap(CONFIG, "version: 1\n", "# strict\n\nversion: 1\n"),),
    ),
    Step(
        "fix",
        "Everything is mended",
        "mess",
        tuple(put(path, START[path]) if path in START else drop(path) for path in MESS),
    ),
)

_MAIN = (
    Step("add", "A branch that waits", "long", (note("soon"),)),
    Step(
        "merge",
        "Main mends one thing and breaks another",
        "main",
        (swap(CI, "@latest", "@v1.2.0"), put("deploy/prod.env", f"{ENV}{OFF}")),
        judged="long",
    ),
    Step(
        "merge", "What GitHub makes: a merge commit on a detached head", "main", (detach, merge("long")), judged="HEAD"
    ),
    Step("merge", "The branch takes main in at last", "long", (merge("main"),)),
)

STEPS = (*_FIRST, *_MOVES, *_EVIDENCE, *_WAIVERS, *_IGNORES, *_STEERING, *_GO, *_FORMATS, *_MAIN)
