import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.model import Assignment, GoCommand
from policygate.facts.syntax.shell import Script, read_script
from policygate.facts.syntax.snippet import Snippet
from policygate.location import Text, nowhere
from tests.linear import grows_linearly

Run = tuple[list[str], str, dict[str, str]]

_TABLE = (Path(__file__).parent / "shell_scripts.txt").read_text(encoding="utf-8")
SCRIPTS = dict(re.findall(r"^### (.*)\n((?:(?!### ).*\n)*)", _TABLE, re.MULTILINE))
SCRIPTS["carriage returns"] = "export GOFLAGS=-a\r\nexport GOPROXY='off'\r\ngo build -v\r\n"
SCRIPTS["letters of the world"] = "export GOFLAGS=-größe=😀 GOPROXY='é'é\ngo build \u00a0ü \"日本\"\n"
OUTER = Assignment(name="GOINSECURE", value="outer.example", at=nowhere("environment"), scope="outer")


def read(text: str, path: str = "build.sh") -> Script:
    snippet = Snippet.whole(Text(path, text.encode()))
    return read_script(snippet, scope="script", directory=".", carried=[OUTER], exported=frozenset({"GOINSECURE"}))


def as_run(command: GoCommand) -> Run:
    effective: dict[str, str] = {}
    for assignment in command.assignments:
        effective.setdefault(assignment.name, assignment.value)
    return command.arguments, command.directory, {name: value for name, value in effective.items() if value}


@pytest.mark.parametrize(
    ("shell", "name"),
    [(shell, name) for name in SCRIPTS for shell in ("bash", "sh") if shell == "bash" or not name.startswith("[bash]")],
)
def test_go_receives_what_the_shell_gives_it(
    shell: str,
    name: str,
    tmp_path: Path,
    go_runs: Callable[..., list[Run]],
    record_count: Callable[[str, int, int], None],
) -> None:
    work = tmp_path / "work"
    (work / "sub" / "deeper").mkdir(parents=True)
    (work / "script").write_text(SCRIPTS[name], encoding="utf-8")
    runs = go_runs([shell, "script"], work, {"GOINSECURE": "outer.example"})
    assert runs
    said = [as_run(command) for command in read(SCRIPTS[name]).commands]
    expected = [(arguments, changed(arguments, directory), environment) for arguments, directory, environment in runs]
    record_count("environment, shell", len(expected), sum(run not in expected for run in said))
    assert said == expected


def changed(arguments: list[str], directory: str) -> str:
    """The directory after `-C`, which the stand-in for go does not follow."""
    flag = arguments.index("-C") if "-C" in arguments else -1
    return (Path(directory) / arguments[flag + 1]).as_posix() if flag >= 0 else directory


def spans(text: str) -> list[tuple[str, str, int, int]]:
    """Name, value, and what the file holds at the assignment's place, with its first line and column."""
    file = Text("build.sh", text.encode())
    script = read_script(Snippet.whole(file), scope="script", directory=".")
    return [
        (a.name, file.text[offset(file, a, "start") : offset(file, a, "end")], a.at.start.line, a.at.start.column)
        for a in reversed(script.assignments)
    ]


def offset(file: Text, assignment: Assignment, end: str) -> int:
    position = assignment.at.start if end == "start" else assignment.at.end
    return file.offset(position.line, position.column)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export GOPROXY=https://a.example", [("GOPROXY", "https://a.example", 1, 16)]),
        ("export GOPROXY='https://a.example'", [("GOPROXY", "https://a.example", 1, 17)]),
        ('export "GOPROXY=https://a.example"', [("GOPROXY", "https://a.example", 1, 17)]),
        ('export GOFLAGS="-a"" -b"', [("GOFLAGS", '-a"" -b', 1, 17)]),
        ("export GOFLAGS=-a\\ -b", [("GOFLAGS", "-a\\ -b", 1, 16)]),
        ("export GOFLAGS=", [("GOFLAGS", "GOFLAGS", 1, 8)]),
        ("export GOFLAGS=''", [("GOFLAGS", "GOFLAGS", 1, 8)]),
        ("unset GOFLAGS", [("GOFLAGS", "GOFLAGS", 1, 7)]),
        ("P=x; export GOFLAGS=$P", [("GOFLAGS", "$P", 1, 21)]),
        ("export GOPROXY=https://a|direct x", [("GOPROXY", "https://a|direct", 1, 16)]),
        ("export GOPROXY='https://a'|direct", [("GOPROXY", "https://a'|direct", 1, 17)]),
        ("export GOPROXY=https://a | cat", [("GOPROXY", "https://a", 1, 16)]),
        ('echo "größe 😀"; export GOFLAGS=-x=é GOPROXY=off', [("GOFLAGS", "-x=é", 1, 32), ("GOPROXY", "off", 1, 45)]),
        ("# größe\n\nif é; then\n\texport GOFLAGS=-ü\nfi\n", [("GOFLAGS", "-ü", 4, 17)]),
        ("export GOFLAGS=a,\\\nb", [("GOFLAGS", "a,\\\nb", 1, 16)]),
        ("export GOFLAGS=-a\r\nexport GOPROXY=off\r\n", [("GOFLAGS", "-a\r", 1, 16), ("GOPROXY", "off\r", 2, 16)]),
        ("eval 'export GOFLAGS=-a'", [("GOFLAGS", "-a", 1, 22)]),
        ('eval "export\\\n  GOFLAGS=-é"', [("GOFLAGS", "-é", 2, 11)]),
    ],
)
def test_an_assignment_points_at_its_value(text: str, expected: list[tuple[str, str, int, int]]) -> None:
    assert spans(text) == expected


def test_a_command_points_at_its_words_and_what_stands_in_front() -> None:
    text = "é && GOFLAGS=-a \\\n  env A=b go build -v > é\nbash -c 'cd é; go vet'\n"
    file = Text("build.sh", text.encode())
    script = read_script(Snippet.whole(file), scope="script", directory=".")
    assert [(c.verb, c.text, c.directory, c.at) for c in script.commands] == [
        ("build", "GOFLAGS=-a \\\n  env A=b go build -v", ".", file.at(5, 39)),
        ("vet", "go vet", "é", file.at(59, 65)),
    ]


def test_positions_follow_the_anchors_of_the_snippet() -> None:
    file = Text("ci.yml", b"script:\n  - |\n    export GOFLAGS='-a\n    -b'\n    sh -c 'go build\n    go vet'\n")
    lines = ("export GOFLAGS='-a\n", "-b'\n", "sh -c 'go build\n", "go vet'\n")
    starts = [sum(map(len, lines[:index])) for index in range(len(lines))]
    anchors = tuple((start, file.offset(3 + index, 5)) for index, start in enumerate(starts))
    script = read_script(Snippet("".join(lines), file, anchors), scope="job build", directory="sub")
    (assignment,) = script.assignments
    assert (assignment.value, assignment.scope) == ("-a\n-b", "job build")
    assert assignment.at == file.at(file.offset(3, 21), file.offset(4, 7))
    assert [(command.verb, command.at) for command in script.commands] == [
        ("build", file.at(file.offset(5, 12), file.offset(5, 20))),
        ("vet", file.at(file.offset(6, 5), file.offset(6, 11))),
    ]


def lost(text: str) -> list[tuple[str, str, str]]:
    return [(a.name, a.value, a.lost) for a in reversed(read(text).assignments)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export GOPROXY=https://a|direct", [("GOPROXY", "https://a|direct", "pipeline")]),
        ("export GOPROXY=https://a|https://b|direct", [("GOPROXY", "https://a|https://b|direct", "pipeline")]),
        ("export GOPROXY=https://a|$REST|direct -x|y", [("GOPROXY", "https://a|$REST|direct", "pipeline")]),
        ("GOPROXY=https://a|direct", [("GOPROXY", "https://a|direct", "pipeline")]),
        ("GOPROXY=https://a|direct go build", [("GOPROXY", "https://a|direct", "pipeline")]),
        ("env GOPROXY=https://a|direct go build", [("GOPROXY", "https://a|direct", "pipeline")]),
        ("export GOPROXY=https://a | direct", [("GOPROXY", "https://a", "pipeline")]),
        ("export GOPROXY=https://a |direct", [("GOPROXY", "https://a", "pipeline")]),
        ("export GOFLAGS=-a GOPROXY=b|c", [("GOFLAGS", "-a", "pipeline"), ("GOPROXY", "b|c", "pipeline")]),
        ("export GOAUTH=netrc;git /d", [("GOAUTH", "netrc", "")]),
        ("{ export GOFLAGS=-a; } | cat", [("GOFLAGS", "-a", "pipeline")]),
        ("{ export GOFLAGS=-a; go build; } | cat", []),
        ("(export GOFLAGS=-a)", [("GOFLAGS", "-a", "subshell")]),
        ("(export GOFLAGS=-a; go build; export GOPROXY=b)", [("GOPROXY", "b", "subshell")]),
        ("x=$(export GOFLAGS=-a)", [("GOFLAGS", "-a", "subshell")]),
        ("export GOFLAGS=-a &", [("GOFLAGS", "-a", "subshell")]),
        ("bash -c 'export GOFLAGS=-a'", [("GOFLAGS", "-a", "subshell")]),
        ("GOFLAGS=-a", [("GOFLAGS", "-a", "not_exported")]),
        ("(GOFLAGS=-a)", [("GOFLAGS", "-a", "not_exported")]),
        ("GOFLAGS=-a; (export GOFLAGS)", [("GOFLAGS", "-a", "not_exported")]),
        ("GOFLAGS=-a; (export GOFLAGS; go build)", []),
        ("GOFLAGS=-a\nGOFLAGS=-b\nexport GOFLAGS", [("GOFLAGS", "-a", "not_exported"), ("GOFLAGS", "-b", "")]),
        ("GOINSECURE=a", [("GOINSECURE", "a", "")]),
        ("unset GOINSECURE; GOINSECURE=a", [("GOINSECURE", "", ""), ("GOINSECURE", "a", "not_exported")]),
        ("GOFLAGS=-a go build; go build", []),
        ("readonly GOFLAGS=-a; local GOPROXY=b", [("GOFLAGS", "-a", "not_exported"), ("GOPROXY", "b", "not_exported")]),
        ("export GOPATH=a; X=GOFLAGS=b", []),
    ],
)
def test_an_assignment_is_lost_where_the_shell_loses_it(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert lost(text + " # go\n") == expected


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ('if [ "$CI" ]; then export GOFLAGS=-a; fi', 'if [ "$CI" ]'),
        ("if a; then :; elif b; then export GOFLAGS=-a; fi", "elif b"),
        ("if a; then :; else export GOFLAGS=-a; fi", "else of if a"),
        ("if a &&\n  b; then export GOFLAGS=-a; fi", "if a &&"),
        ('case "$X" in a | b) export GOFLAGS=-a ;; esac', 'case "$X" in a | b'),
        ("while read -r x; do export GOFLAGS=-a; done", "while read -r x"),
        ("for x in a b; do export GOFLAGS=-a; done", "for x in a b"),
        ("[ -n a ] && export GOFLAGS=-a", "[ -n a ] &&"),
        ("[ a ] && [ b ] && export GOFLAGS=-a", "[ a ] && [ b ] &&"),
        ("test a || export GOFLAGS=-a", "test a ||"),
        ("a && b || export GOFLAGS=-a", "a && b ||"),
        ("f() { export GOFLAGS=-a; }", "function f"),
        ("f() { if a; then export GOFLAGS=-a; fi; }; f", "function f; if a"),
        ("GOFLAGS=-a; if a; then export GOFLAGS; fi", "if a"),
        ("if a; then export GOFLAGS; fi; GOFLAGS=-a", "export GOFLAGS"),
        ("if TOKEN=abcdef x; then export GOFLAGS=-a; fi", "if TOKEN=****** x"),
        ("cd sub && apt-get update && export GOFLAGS=-a", ""),
        ("a; export GOFLAGS=-a || true", ""),
    ],
)
def test_a_condition_is_in_the_words_of_the_script(text: str, condition: str) -> None:
    assert [(a.value, a.condition, a.lost) for a in read(text).assignments] == [("-a", condition, "")]


def test_what_a_branch_sets_for_sure_hides_what_was_before_only_inside_it() -> None:
    script = read("export GOFLAGS=-a\nif x; then export GOFLAGS=-b; go build; fi\ngo test\nexport GOFLAGS=-c; go vet\n")
    values = [[a.value for a in command.assignments if a.name == "GOFLAGS"] for command in script.commands]
    assert values == [["-b"], ["-b", "-a"], ["-c"]]


@pytest.mark.parametrize(
    ("value", "expected", "dynamic"),
    [
        ("$X", "$X", True),
        ('"${X:-a}"', "${X:-a}", True),
        ("$(cat x)", "$(cat x)", True),
        ("`cat x`/y", "`cat x`/y", True),
        ("~/x", "~/x", True),
        ("'$X'", "$X", False),
        ("\\$X", "$X", False),
        ("$KNOWN/x", "known/x", False),
        ("${KNOWN:-a}", "known", False),
        ("${KNOWN%n}", "${KNOWN%n}", True),
        ("$BRANCH", "$BRANCH", True),
        ("$GOINSECURE", "outer.example", False),
        ("(a b)", "(a b)", True),
    ],
)
def test_a_value_is_dynamic_when_the_script_does_not_say_it(value: str, expected: str, dynamic: bool) -> None:
    script = read(f"KNOWN=known\nif a; then BRANCH=b; fi\nexport GOFLAGS={value}\n")
    assert [(a.value, a.dynamic) for a in script.assignments] == [(expected, dynamic)]


def test_credentials_are_blanked_everywhere() -> None:
    script = read(
        "TOKEN=s3cret\nexport GOPROXY=https://me:$TOKEN@a.example\n"
        "GOPROXY=https://me:hunter2@b.example go build -ldflags https://me:hunter2@c.example\n"
    )
    (exported,) = script.assignments
    assert (exported.value, exported.credentials) == ("https://me:******@a.example", True)
    (command,) = script.commands
    assert command.assignments[0].value == "https://me:*******@b.example"
    assert "hunter2" not in str(command)
    assert "s3cret" not in str(script)


def test_what_go_env_writes_is_kept_apart() -> None:
    script = read(
        "go env -w GOPROXY=https://a.example GOPATH=/x\n"
        "if a; then go env -w 'GOFLAGS=-mod=mod'; fi\n"
        "go env -u GOPROXY\n"
    )
    assert [(a.name, a.value, a.condition) for a in script.written] == [
        ("GOFLAGS", "-mod=mod", "if a"),
        ("GOPROXY", "https://a.example", "until `go env -u`"),
    ]
    assert script.assignments == ()
    assert [command.verb for command in script.commands] == ["env", "env", "env"]


def test_what_was_carried_in_is_weakest_and_may_be_hidden() -> None:
    script = read("go build\nGOINSECURE=a go vet\nexport GOFLAGS=-a\ngo test\n")
    assert [command.assignments for command in script.commands] == [
        [OUTER],
        [script.commands[1].assignments[0]],
        [script.assignments[0], OUTER],
    ]
    assert script.commands[1].assignments[0].value == "a"


def test_the_end_of_the_script_is_told() -> None:
    script = read("cd sub\nexport GOFLAGS=-a GOPATH=b\nunset GOINSECURE\n(cd deeper; export GOPROXY=b)\n")
    assert (script.directory, script.exported) == ("sub", frozenset({"GOFLAGS"}))


@pytest.mark.parametrize(
    ("text", "directory"),
    [
        ("cd a/b/../c", "a/c"),
        ("cd ./a/", "a"),
        ("cd a; cd -", "."),
        ("cd ..", ""),
        ("cd /srv", ""),
        ("cd", ""),
        ("cd $X", ""),
        ("cd a; cd $CI_PROJECT_DIR/b", "b"),
        ('cd a; cd "${GITHUB_WORKSPACE}"', "."),
        ('cd a; cd "$(pwd)/b"', "a/b"),
        ("cd a; cd $PWD/b", "a/b"),
        ('cd a; cd "$(git rev-parse --show-toplevel)"', "."),
        ('cd "$(dirname "$0")"', "scripts"),
        ('cd "$(dirname "${BASH_SOURCE[0]}")/.."', "."),
        ('cd "${0%/*}/x"', "scripts/x"),
        ('cd "$(cd "$(dirname "$0")/../y" && pwd)"', "y"),
        ('ROOT=$(cd "$(dirname "$0")/.." && pwd); cd "$ROOT/z"', ""),
        ("if a; then cd b; fi", ""),
        ("[ -d a ] && cd a", ""),
        ("mkdir a && cd a", "a"),
        ("cd a || exit 1", "a"),
        ("f() { cd a; }", "."),
        ("f() { cd a; }; f", "a"),
    ],
)
def test_the_directory_is_followed(text: str, directory: str) -> None:
    assert read(text, "scripts/build.sh").directory == directory


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("go", ""),
        ("go build", "build"),
        ("go mod tidy -v", "mod tidy"),
        ("go work sync", "work sync"),
        ("go -C sub mod download x", "mod download"),
        ("go tool cover", "tool"),
        ("$GO build", "build"),
        ("${GO:-go} build", "build"),
        ("${GO:-/usr/local/go/bin/go} build", "build"),
        ("$GOROOT/bin/go build", "build"),
        ("$(which go) build", "build"),
        ("/usr/local/go/bin/go build", "build"),
        ("go1.22.3 build", "build"),
        ("sudo -E -u me go build", "build"),
    ],
)
def test_go_is_recognised(text: str, verb: str) -> None:
    assert [command.verb for command in read(text).commands] == [verb]


@pytest.mark.parametrize("text", ["echo go build", "gofmt x", "go-x build", "./go build", "# go", "'go build'", "x go"])
def test_other_programs_are_not_go(text: str) -> None:
    assert read(text).commands == ()


def test_a_text_that_is_too_large_is_a_problem_and_nothing_else() -> None:
    script = read("go build\n" * 200_000)
    assert script == Script((), (), (), "", frozenset({"GOINSECURE"}), script.problems)
    assert [problem.message for problem in script.problems] == ["too large to read as a shell script"]


@pytest.mark.parametrize(
    "opening", ["(", "{ ", "if ", "$(", '"$(', "${x:-", "case x in a) ", "f() { ", "a=(", "((", "<("]
)
def test_deep_nesting_is_a_problem_after_what_came_before(opening: str) -> None:
    script = read("go build\n" + opening * 20_000)
    assert [command.verb for command in script.commands] == ["build"]
    assert [problem.message for problem in script.problems] == ["nested too deeply to read as a shell script"]


def test_functions_that_call_each_other_end() -> None:
    calls = "".join(f"f{index}() {{ f{index + 1}; f{index + 1}; go v{index}; }}\n" for index in range(500))
    assert len(read("f() { f; go build; }\n" + calls + "f\nf0\n").commands) > 1


@pytest.mark.parametrize(
    "part",
    [
        *(")", "a|", "a && ", "a || ", "((a) b)\n", "<<E\n", "a=(", "$[", "[ a == ", "export GOPROXY=a|", "P=$P$P\n"),
        *("export GOFLAGS=-a\ngo b\n", "if a; then export GOFLAGS=-a; fi\n", "f() { go b; }; f\n", "bash -c 'go b'\n"),
    ],
)
def test_time_grows_with_the_text_and_no_faster(part: str) -> None:
    assert grows_linearly(lambda count: read("go build\n" + part * count), 4_000 // len(part), 8)


PIECES = st.sampled_from(
    [
        *"ab $(){}[]<>|&;\"'`\\\n=#*?!\r\0é",
        *(
            "if ",
            "then ",
            "fi\n",
            "do ",
            "done ",
            "case x in ",
            "esac ",
            "<<E\n",
            "\nE\n",
            "$((",
            "${",
            "[[ ",
            "f() {",
            "}\n",
        ),
        *("GOFLAGS=", "export ", "go build ", "bash -c ", "eval ", "cd ", "unset ", "env "),
    ]
)


@given(st.lists(PIECES, max_size=60).map("".join))
def test_any_text_is_read(text: str) -> None:
    script = read("go vet\n" + text)
    assert script.commands[0].verb == "vet"
