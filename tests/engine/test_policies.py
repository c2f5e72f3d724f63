from collections.abc import Callable, Mapping
from hashlib import sha256
from json import dumps, loads
from pathlib import Path

import pytest

from policygate.engine.metadata import Metadata
from policygate.engine.policies import Entry, Pack, PolicyFile, load_pack
from policygate.errors import PolicyError
from policygate.findings import Link, Parameter, Rule

MakePack = Callable[..., Pack]
MakeFolder = Callable[..., Path]

OURS = "the shipped policies: choose another first word than `policygate`"
QUIET = "deny contains {} if false\n"
MINE = 'package acme.mine\n\ndeny contains "no" if input.go.modules[_].path == "x"\n'


def refused(load: Callable[[], Pack]) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        load()
    return caught.value


def test_a_pack_holds_files_rules_and_the_list_of_decisions(make_folder: MakeFolder, schema_text: str) -> None:
    shipped_text = (
        "# METADATA\n# title: A title\n# description: Why.\n"
        "# related_resources:\n#   - {ref: https://acme.example, description: More}\n"
        "# custom:\n#   severity: note\n#   security_severity: '5.0'\n#   fix: Do.\n#   profiles: [baseline]\n"
        "#   parameters:\n#     most: {default: 3, description: How many.}\n"
        "package policygate.go.first\n\ndeny contains {} if input.go.sums\n"
    )
    mine = 'package acme.mine\n\nwarn_often contains "x"\n\nviolation contains "y" if input.now\n'
    shipped = make_folder("s", {"schemas/input.json": schema_text, "policygate/go/first.rego": shipped_text})
    users = make_folder("u", {"deep/mine.rego": b"\xef\xbb\xbf" + mine.encode()})
    pack = load_pack([users], shipped=shipped)

    label = (users / "deep/mine.rego").as_posix()
    digest = sha256(dumps([["acme/mine.rego", mine], ["policygate/go/first.rego", shipped_text]]).encode()).hexdigest()
    assert pack.files == (
        PolicyFile(label, mine, shipped=False, package=("acme", "mine")),
        PolicyFile("policygate/go/first.rego", shipped_text, shipped=True, package=("policygate", "go", "first")),
    )
    assert pack.rules == (
        Rule(id="acme.mine", title="acme.mine", description="", severity="error", fix=""),
        Rule(
            id="go.first",
            title="A title",
            description="Why.",
            severity="note",
            fix="Do.",
            links=(Link("https://acme.example", "More"),),
            parameters=(Parameter("most", 3, "How many."),),
            profiles=("baseline",),
            security_severity="5.0",
            needs=("go_graph", "go_mod", "go_modules", "go_sum", "go_sums", "go_work"),
            about=("go.sums",),
        ),
    )
    assert pack.entries == (
        Entry("acme.mine", ("acme", "mine"), ("violation", "warn_often")),
        Entry("go.first", ("policygate", "go", "first"), ("deny",)),
    )
    assert pack.digest == f"sha256:{digest}"
    assert pack.gate_text == (
        f'package gate\n\ndigest := "sha256:{digest}"\n\nasked := input.run.rules\n\n'
        'decision["acme.mine"] := {"violation": data["acme"]["mine"]["violation"], '
        '"warn_often": data["acme"]["mine"]["warn_often"]} if "acme.mine" in input.run.rules\n\n'
        'decision["go.first"] := {"deny": data["policygate"]["go"]["first"]["deny"]} if "go.first" in input.run.rules\n'
    )
    assert loads(pack.schema)["$defs"]["Config"]["properties"]["parameters"]["properties"] == {
        "acme.mine": {"type": "object", "properties": {}, "additionalProperties": False},
        "go.first": {"type": "object", "properties": {"most": {"type": "integer"}}, "additionalProperties": False},
    }


def test_the_digest_does_not_depend_on_where_the_policies_lie(
    make_pack: MakePack, make_folder: MakeFolder, tmp_path: Path
) -> None:
    one = make_pack(users={"a/mine.rego": MINE})
    other = load_pack([make_folder("elsewhere", {"renamed.rego": MINE})], shipped=tmp_path / "shipped")
    changed = load_pack([make_folder("changed", {"renamed.rego": MINE + "#"})], shipped=tmp_path / "shipped")
    assert one.digest == other.digest
    assert one.digest != changed.digest


def test_tests_and_hidden_folders_are_left_out(make_pack: MakePack) -> None:
    pack = make_pack(users={"m.rego": MINE, "m_test.rego": "package acme.mine_test\n", ".git/x.rego": "package x\n"})
    assert [file.path.rpartition("/")[2] for file in pack.files] == ["m.rego", "quiet.rego"]


def test_a_policy_may_be_given_as_a_single_file(make_folder: MakeFolder, make_pack: MakePack, tmp_path: Path) -> None:
    make_pack()
    file = make_folder("u", {"mine.rego": MINE, "other.rego": "package other\n"}) / "mine.rego"
    assert [rule.id for rule in load_pack([file], shipped=tmp_path / "shipped").rules] == ["acme.mine", "go.quiet"]


def test_a_rule_needs_what_the_packages_that_it_refers_to_read(make_pack: MakePack) -> None:
    pack = make_pack(
        users={
            "a.rego": "package acme.a\nimport data.acme.b\ndeny contains x if some x in b.all\n",
            "b.rego": "package acme.b\nall := {x | some x in data.acme.c.more}\n",
            "c.rego": "package acme.c\nmore := input.go.sums\nback := data.acme.b\n",
        }
    )
    assert pack.rules[0].needs == ("go_graph", "go_mod", "go_modules", "go_sum", "go_sums", "go_work")


def test_a_users_rule_that_only_warns_is_a_warning_by_default(make_pack: MakePack) -> None:
    pack = make_pack(users={"a.rego": 'package a\nwarn contains "x"\n'})
    assert (pack.rules[0].id, pack.rules[0].severity) == ("a", "warning")


@pytest.mark.parametrize(
    ("files", "faults"),
    [
        ({"a.rego": "deny := 1\n"}, ["a.rego:1: there is no package line"]),
        (
            {"a.rego": "\npackage policygate.go.mine\ndeny contains 1\n"},
            [f"a.rego:2: package `policygate.go.mine` belongs to {OURS}"],
        ),
        (
            {"a.rego": "package policygate\ndeny contains 1\n"},
            [f"a.rego:1: package `policygate` belongs to {OURS}"],
        ),
        (
            {"a.rego": "package gate\ndecision := {}\n", "b.rego": MINE},
            ["a.rego:1: package `gate` belongs to the list of decisions: choose another first word than `gate`"],
        ),
        (
            {"a.rego": "package system.authz\nallow := true\n", "b.rego": MINE},
            ["a.rego:1: package `system.authz` belongs to OPA itself: choose another first word than `system`"],
        ),
        (
            {"a.rego": MINE, "b.rego": MINE},
            ["b.rego:1: package `acme.mine` is declared twice, first in a.rego"],
        ),
        (
            {"a.rego": 'package acme\ndeny contains "x"\nmine := 1\n', "b.rego": MINE},
            ["a.rego:3: `mine` is also the package `acme.mine`"],
        ),
        (
            {"a.rego": 'package acme["a/../b"]\ndeny contains "x"\n'},
            ["a.rego:1: the package name `a/../b` may hold letters, digits, `_` and `-` only"],
        ),
        (
            {"a.rego": 'package go.quiet\ndeny contains "x"\n'},
            ["a.rego:1: a shipped rule has the id `go.quiet` already"],
        ),
        (
            {"a.rego": 'package a\ndenny contains "x"\n', "b.rego": MINE},
            ["a.rego:2: `denny` is no decision: `deny` is meant?"],
        ),
        (
            {"a.rego": 'package a\ndeny(x) := "x" if x\n', "b.rego": MINE},
            ["a.rego:2: `deny` is a function and decides nothing"],
        ),
        ({"a.rego": "package a\nallowed := true\n"}, ["no policy of the folder has a `deny`, `warn` or `violation`"]),
        (
            {"a.rego": 'package a\ndeny contains x if some x in data.exceptions.list\nwarn contains "" if data.b.c\n'},
            [
                "a.rego:2: nothing declares `data.exceptions.list`: there are no data documents, only policies",
                "a.rego:3: nothing declares `data.b.c`: there are no data documents, only policies",
            ],
        ),
        (
            {"a.rego": 'package a\ndeny contains $"{input.now}"\n'},
            ["a.rego:2: a string template is not portable between engines: use `sprintf`"],
        ),
        (
            {"a.rego": '# METADATA\n# titel: x\npackage a\ndeny contains ""\n', "b.rego": "#"},
            [
                f"a.rego:2: METADATA: unknown key `titel`; known: {', '.join(sorted(Metadata.model_fields))}",
                "b.rego:1: there is no package line",
            ],
        ),
    ],
)
def test_a_users_policy_is_refused_with_every_fault(
    make_pack: MakePack, tmp_path: Path, files: Mapping[str, str], faults: list[str]
) -> None:
    error = refused(lambda: make_pack(users=files))
    assert error.message.replace(f"{tmp_path}/users/", "").replace(f"{tmp_path}/users: ", "").splitlines() == faults


@pytest.mark.parametrize("name", ["denny", "Deny", "denies", "dney", "denied", "warning", "Violations", "deny_"])
def test_a_misspelt_decision_is_found(make_pack: MakePack, name: str) -> None:
    error = refused(lambda: make_pack(users={"a.rego": f'package a\n{name} contains "x"\n', "b.rego": MINE}))
    assert f"a.rego:2: `{name}` is no decision" in error.message


@pytest.mark.parametrize("name", ["allowed", "identity", "any_of", "own", "dependency", "values"])
def test_a_library_may_use_any_other_name(make_pack: MakePack, name: str) -> None:
    pack = make_pack(users={"a.rego": f"package a\n{name} := 1\n", "b.rego": MINE})
    assert [rule.id for rule in pack.rules] == ["acme.mine", "go.quiet"]


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("go/x.rego", "package policygate.go.y\n\n" + QUIET, "7: the package of this file should be `policygate.go.x`"),
        (
            "go/x.rego",
            "package policygate.go.x\n\nwarn contains 1\n",
            "7: a shipped rule answers by `deny` alone; found: `warn`",
        ),
        ("go/x.rego", "package policygate.go.x\n\nx := 1\n", "7: a shipped rule answers by `deny` alone; found: none"),
        ("lib/x.rego", "package policygate.lib.x\n\n" + QUIET, "7: a library has no `deny`"),
    ],
)
def test_a_shipped_policy_follows_the_house_rules(
    make_folder: MakeFolder, schema_text: str, path: str, text: str, fault: str
) -> None:
    head = "# METADATA\n# title: A\n# description: B\n# custom:\n#   severity: error\n#   fix: C\n"
    shipped = make_folder("s", {"schemas/input.json": schema_text, f"policygate/{path}": head + text})
    assert refused(lambda: load_pack(shipped=shipped)).message.splitlines()[-1] == f"policygate/{path}:{fault}"


def test_a_shipped_rule_has_complete_metadata(make_folder: MakeFolder, schema_text: str) -> None:
    text = "package policygate.go.x\n" + QUIET
    shipped = make_folder("s", {"schemas/input.json": schema_text, "policygate/go/x.rego": text})
    assert refused(lambda: load_pack(shipped=shipped)).message.splitlines() == [
        f"policygate/go/x.rego:1: METADATA: `{key}` is missing"
        for key in ("custom.fix", "custom.severity", "description", "title")
    ]


def test_a_shipped_library_needs_no_metadata(make_pack: MakePack, make_folder: MakeFolder, tmp_path: Path) -> None:
    make_pack()
    make_folder("shipped", {"policygate/lib/text.rego": "package policygate.lib.text\nshort := 1\n"})
    pack = load_pack(shipped=tmp_path / "shipped")
    assert ([file.path for file in pack.files], [rule.id for rule in pack.rules]) == (
        ["policygate/go/quiet.rego", "policygate/lib/text.rego"],
        ["go.quiet"],
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"package a\n# \xff", "the policy cannot be read: 'utf-8' codec can't decode byte 0xff"),
        (b"#" * ((1 << 20) + 1), "the policy cannot be read: it is larger than 1048576 bytes"),
    ],
)
def test_a_policy_that_cannot_be_read_is_named(
    make_folder: MakeFolder, make_pack: MakePack, tmp_path: Path, content: bytes, reason: str
) -> None:
    make_pack()
    folder = make_folder("u", {"a.rego": content})
    error = refused(lambda: load_pack([folder], shipped=tmp_path / "shipped"))
    assert error.message.startswith(f"{folder.as_posix()}/a.rego: {reason}")


def test_a_link_that_leaves_its_folder_is_not_followed(
    make_folder: MakeFolder, make_pack: MakePack, tmp_path: Path
) -> None:
    make_pack()
    folder = make_folder("u", {"a.rego": MINE})
    (folder / "b.rego").symlink_to("/etc/passwd")
    error = refused(lambda: load_pack([folder], shipped=tmp_path / "shipped"))
    assert (
        error.message
        == f"{folder.as_posix()}/b.rego: the policy cannot be read: it is a link that leaves the policy folder"
    )


def test_a_folder_without_policies_and_no_folder_are_told_apart(
    make_pack: MakePack, make_folder: MakeFolder, tmp_path: Path
) -> None:
    make_pack()
    folder = make_folder("u", {"a_test.rego": "package a\n"})
    error = refused(lambda: load_pack([folder, tmp_path / "none"], shipped=tmp_path / "shipped"))
    assert error.message.splitlines() == [
        f"{(tmp_path / 'none').as_posix()}: the policy folder does not exist",
        f"{folder.as_posix()}: the policy folder holds no policy",
    ]


def test_nothing_at_all_is_an_error(tmp_path: Path) -> None:
    assert (
        refused(lambda: load_pack(shipped=tmp_path)).message
        == f"{tmp_path.as_posix()}: the policy folder holds no policy"
    )


def test_a_missing_schema_is_an_error(make_folder: MakeFolder) -> None:
    shipped = make_folder("s", {"policygate/lib/x.rego": "package policygate.lib.x\n"})
    assert (
        "schemas/input.json: the schema of the input cannot be read: "
        in refused(lambda: load_pack(shipped=shipped)).message
    )


def test_one_fault_has_its_place_and_several_have_none(make_pack: MakePack) -> None:
    one = refused(lambda: make_pack(users={"a.rego": MINE, "b.rego": "#\n package gate\n"}))
    assert one.at is not None
    assert (one.at.path.rpartition("/")[2], one.at.start.line, one.at.start.column) == ("b.rego", 2, 2)
    two = refused(lambda: make_pack(users={"a.rego": "package gate\n", "b.rego": "package gate\n"}))
    assert two.at is None


def test_an_engine_names_a_policy_and_the_pack_knows_where_it_lies(make_pack: MakePack, tmp_path: Path) -> None:
    pack = make_pack(users={"dir/my.rego": MINE})
    label = (tmp_path / "users/dir/my.rego").as_posix()
    found = [
        pack.label(n)
        for n in ("policies/acme/mine.rego", "/acme/mine.rego", "b.tar.gz/acme/mine.rego", "gate.rego", "")
    ]
    assert found == [label, label, label, "gate.rego", "policies"]
