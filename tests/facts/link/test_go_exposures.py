from collections.abc import Mapping, Sequence

import pytest

from policygate.facts.link import go_contexts, go_exposures, go_modules
from policygate.facts.model import Assignment, FileFacts, Go, GoCommand, GoSum, Place, PlaceKind, Vendor
from policygate.facts.own import OuterValue, Surroundings, guess_own, state_own
from policygate.facts.read import go_mod
from policygate.location import At, Position, nowhere

MODULE = (
    "module git.acme.example/app\ngo 1.26\nrequire git.acme.example/lib v1.0.0\nrequire github.com/google/uuid v1.6.0\n"
)
OWN = state_own(modules=["git.acme.example"], public=[], proxies=["goproxy.acme.example"], sumdbs=["sum.acme.example"])
BUILD = ("build", "./...")
VENDOR = Vendor(file="vendor/modules.txt", directory=".", workspace=False, modules=[])


def at(line: int, value: str) -> At:
    end = Position(line=line, column=10 + len(value))
    return At(path="ci.yml", start=Position(line=line, column=10), end=end, origin="text")


def place(
    settings: Mapping[str, str],
    *commands: Sequence[str],
    kind: PlaceKind = "gitlab_job",
    name: str = "build",
    inline: Mapping[str, str] | None = None,
    condition: str = "",
) -> Place:
    def assign(values: Mapping[str, str]) -> list[Assignment]:
        return [
            Assignment(
                name=key,
                value=value,
                at=at(line, value),
                scope=f"job {name}",
                condition=condition,
                dynamic="$" in value,
            )
            for line, (key, value) in enumerate(values.items(), 2)
        ]

    return Place(
        id=f"ci.yml#{name}",
        kind=kind,
        name=name,
        at=at(1, name),
        directory=".",
        assignments=assign(settings),
        commands=[
            GoCommand(
                verb=" ".join(words[:2]) if words[0] == "mod" else words[0],
                arguments=list(words),
                text="go " + " ".join(words),
                at=at(9, "go"),
                directory=".",
                assignments=assign(inline or {}),
            )
            for words in commands
        ],
    )


def link(
    *places: Place,
    own: object = OWN,
    outer: Mapping[str, Mapping[str, str]] | None = None,
    vendored: bool = False,
    sums: Sequence[GoSum] = (),
) -> Go:
    modules = go_mod.read("go.mod", MODULE.encode()).modules
    files = FileFacts(modules=modules, places=list(places), vendors=[VENDOR] if vendored else [], sums=list(sums))
    declared = {"gitlab": {}, "shell": {}} if outer is None else outer
    outside = {
        family: {name: OuterValue(value, nowhere("outer")) for name, value in values.items()}
        for family, values in declared.items()
    }
    surroundings = Surroundings(guess_own(files) if own is None else OWN, outside)
    go = Go()
    for linker in (go_modules, go_contexts, go_exposures):
        go = linker.link(files, surroundings, go)
    return go


def learns(go: Go) -> list[tuple[str, str, str]]:
    assert all(exposure.modules == ["git.acme.example/lib"] for exposure in go.exposures)
    return [(exposure.through, exposure.party, exposure.reason) for exposure in go.exposures]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [("proxy", "default", "first")]),
        ({"GOPRIVATE": "git.acme.example"}, []),
        ({"GOPRIVATE": "*.acme.example"}, []),
        ({"GOPRIVATE": "git.acme.example/other"}, [("proxy", "default", "first")]),
        ({"GOPRIVATE": "git.acme.example", "GONOPROXY": "none"}, [("proxy", "default", "first")]),
        ({"GOPRIVATE": "git.acme.example", "GONOPROXY": ""}, []),
        ({"GOPROXY": ""}, [("proxy", "default", "first")]),
        ({"GOPROXY": "https://goproxy.acme.example"}, []),
        ({"GOPROXY": "https://goproxy.acme.example,off"}, []),
        ({"GOPROXY": "https://goproxy.acme.example,direct"}, []),
        ({"GOPROXY": "https://goproxy.acme.example,https://goproxy.cn,direct"}, [("proxy", "goproxy.cn", "comma")]),
        ({"GOPROXY": "https://goproxy.acme.example|https://goproxy.cn"}, [("proxy", "goproxy.cn", "pipe")]),
        (
            {"GOPROXY": "https://goproxy.cn,https://goproxy.io,direct"},
            [("proxy", "goproxy.cn", "first"), ("proxy", "goproxy.io", "comma")],
        ),
        ({"GOPROXY": "direct,https://goproxy.cn"}, []),
        ({"GOPROXY": "off"}, []),
        ({"GOPROXY": "$CORP,https://goproxy.cn"}, []),
        ({"GOPRIVATE": "$OURS"}, []),
    ],
)
def test_who_learns_a_private_path_through_proxies(
    settings: Mapping[str, str], expected: list[tuple[str, str, str]]
) -> None:
    assert learns(link(place(settings, BUILD))) == expected


@pytest.mark.parametrize(
    ("settings", "command", "expected"),
    [
        ({"GOPROXY": "direct"}, ("get", "./..."), [("sumdb", "default", "lookup")]),
        ({"GOPROXY": "direct"}, ("mod", "tidy"), [("sumdb", "default", "lookup")]),
        ({"GOPROXY": "direct"}, ("build", "-mod=mod"), [("sumdb", "default", "lookup")]),
        ({"GOPROXY": "direct", "GOFLAGS": "-v -mod=mod"}, BUILD, [("sumdb", "default", "lookup")]),
        ({"GOPROXY": "direct"}, BUILD, []),
        ({"GOPROXY": "direct", "GOSUMDB": "off"}, ("mod", "tidy"), []),
        ({"GOPROXY": "direct", "GOSUMDB": "sum.acme.example+1+k"}, ("mod", "tidy"), []),
        ({"GOPROXY": "direct", "GONOSUMDB": "git.acme.example"}, ("mod", "tidy"), []),
        ({"GOPROXY": "direct", "GOPRIVATE": "git.acme.example"}, ("mod", "tidy"), []),
        (
            {"GOPROXY": "direct", "GOPRIVATE": "git.acme.example", "GONOSUMDB": "other.example"},
            ("mod", "tidy"),
            [("sumdb", "default", "lookup")],
        ),
    ],
)
def test_who_learns_a_private_path_through_checksum_lookups(
    settings: Mapping[str, str], command: Sequence[str], expected: list[tuple[str, str, str]]
) -> None:
    assert learns(link(place(settings, command))) == expected


def test_commands_that_fetch_nothing_expose_nothing() -> None:
    assert learns(link(place({}, ("env",), ("version",), ("clean", "-modcache"), ("tool", "cover")))) == []


def test_a_vendored_build_fetches_nothing_but_tidy_does() -> None:
    assert learns(link(place({}, BUILD), vendored=True)) == []
    assert learns(link(place({"GOSUMDB": "off"}, ("mod", "tidy")), vendored=True)) == [("proxy", "default", "first")]


def test_what_the_shell_sets_for_one_command_counts_for_it() -> None:
    assert learns(link(place({}, BUILD, inline={"GOPRIVATE": "git.acme.example"}))) == []


def test_equal_settings_are_one_exposure() -> None:
    go = link(place({}, BUILD, BUILD, name="b"), place({}, BUILD, name="a"))
    assert [exposure.contexts for exposure in go.exposures] == [["ci.yml#a", "ci.yml#b"]]


def test_the_setting_responsible_is_the_place() -> None:
    (exposure,) = link(place({"GOPROXY": "https://goproxy.acme.example,https://goproxy.cn"}, BUILD)).exposures
    assert (exposure.at.start.line, exposure.at.start.column) == (2, 10 + len("https://goproxy.acme.example,"))
    assert exposure.scope == "job build"
    assert exposure.assumes == []


def test_an_absent_setting_is_missed_where_the_command_stands() -> None:
    (exposure,) = link(place({}, BUILD)).exposures
    assert (exposure.at.start.line, exposure.at.origin, exposure.scope) == (9, "default", "default")
    (exposure,) = link(place({"GOSUMDB": "off"}, kind="shell")).exposures
    assert (exposure.at.start.line, exposure.at.origin, exposure.scope) == (1, "default", "default")


def test_what_is_declared_outside_counts() -> None:
    outer = {"gitlab": {"GOPRIVATE": "git.acme.example"}}
    assert learns(link(place({}, BUILD), outer=outer)) == []
    wins = {"gitlab": {"GOPROXY": "https://goproxy.cn"}}
    assert learns(link(place({"GOPROXY": "off"}, BUILD), outer=wins)) == [("proxy", "goproxy.cn", "first")]


def test_an_undeclared_outside_is_assumed() -> None:
    (exposure,) = link(place({}, BUILD), outer={}).exposures
    assert exposure.assumes == [
        "nothing outside the repository sets it (`outer.gitlab` in policygate.yaml would say so)"
    ]


def test_a_guess_is_assumed() -> None:
    (exposure,) = link(place({}, BUILD), own=None).exposures
    assert exposure.assumes == ["`git.acme.example` is private (`own.modules` in policygate.yaml would say so)"]


def test_a_setting_with_a_condition_hides_nothing() -> None:
    settings = {"GOPRIVATE": "git.acme.example"}
    assert learns(link(place(settings, BUILD, condition="if $CI_COMMIT_TAG"))) == [("proxy", "default", "first")]


def test_a_developers_shell_does_everything() -> None:
    go = link(place({"GOPROXY": "direct"}, kind="shell"))
    assert learns(go) == [("sumdb", "default", "lookup")]


NESTED = "git.acme.example/team/kit/cmd/x@v1.0.0"


def test_a_named_package_is_told_with_its_prefixes_at_the_command() -> None:
    (exposure,) = link(place({"GOSUMDB": "off"}, ("install", NESTED))).exposures
    assert (exposure.asked, exposure.modules) == (
        "named",
        [
            "git.acme.example",
            "git.acme.example/team",
            "git.acme.example/team/kit",
            "git.acme.example/team/kit/cmd",
            "git.acme.example/team/kit/cmd/x",
        ],
    )
    assert (exposure.at.start.line, exposure.at.origin, exposure.scope) == (9, "text", f"go install {NESTED}")


def test_prefixes_that_no_pattern_covers_are_told_if_nothing_is_found() -> None:
    (exposure,) = link(place({"GOPRIVATE": "git.acme.example/team"}, ("install", NESTED))).exposures
    assert (exposure.asked, exposure.through, exposure.modules) == ("prefix", "proxy", ["git.acme.example"])
    assert exposure.assumes == ["no repository of `git.acme.example/team/kit/cmd/x` is found"]


def test_what_is_required_is_not_told_again_at_the_command() -> None:
    got = link(place({"GOSUMDB": "off"}, ("get", "git.acme.example/lib@v1.0.0"))).exposures
    assert [(exposure.asked, exposure.modules) for exposure in got] == [
        ("required", ["git.acme.example/lib"]),
        ("prefix", ["git.acme.example"]),
    ]
    assert [exposure.assumes for exposure in got] == [[], []]


@pytest.mark.parametrize(
    ("package", "module"),
    [
        ("git.acme.example/lib/deep/down", "git.acme.example/lib"),
        ("git.acme.example/other/x", "git.acme.example/other/x"),
    ],
)
def test_the_module_of_a_package_is_looked_up(package: str, module: str) -> None:
    (exposure,) = link(place({"GOPROXY": "direct"}, ("install", f"{package}@latest"))).exposures
    assert (exposure.through, exposure.asked, exposure.modules) == ("sumdb", "named", [module])


def test_contexts_share_what_a_setting_exposes_but_not_what_a_command_does() -> None:
    go = link(*(place({"GOSUMDB": "off"}, BUILD, ("install", NESTED), name=name) for name in "ab"))
    assert [(it.asked, it.contexts) for it in go.exposures] == [
        ("required", ["ci.yml#a", "ci.yml#b"]),
        ("named", ["ci.yml#a", "ci.yml#b"]),
    ]


def test_a_public_path_is_nobodys_secret() -> None:
    assert link(place({}, ("install", "github.com/acme/tool@latest"))).exposures == []


SUMS = (
    GoSum(file="go.sum", hashes={f"git.acme.example/lib v1.0.0{end}": ["h1:x"] for end in ("", "/go.mod")}, spans={}),
)


@pytest.mark.parametrize(
    ("command", "looked_up"),
    [
        (("mod", "tidy"), False),
        (("get", "./..."), False),
        (("get", "-u"), True),
        (("get", "-u", "./..."), True),
        (("get", "-u", "github.com/google/uuid"), False),
        (("list", "-m", "-u", "all"), True),
        (("get", "git.acme.example/lib@v1.0.0"), False),
        (("get", "git.acme.example/lib@v1.1.0"), True),
        (("install", "git.acme.example/lib@v1.0.0"), True),
    ],
)
def test_what_go_sum_holds_is_not_looked_up(command: Sequence[str], *, looked_up: bool) -> None:
    assert bool(link(place({"GOPROXY": "direct"}, command), sums=SUMS).exposures) == looked_up
