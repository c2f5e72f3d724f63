"""Which comments are ignores, which line each covers, and which of them suppress nothing."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.ignores import MAX_IGNORES, MAX_LENGTH, parse_day, read_ignores

GOOD = "policygate:ignore[gomod.replace_local] until=2026-12-31 until ledger is published"
WORDS = ("gomod.replace_local", "2026-12-31", "until ledger is published")


def covered(path: str, text: str) -> list[tuple[int, str]]:
    """The line that each ignore covers, and its fault up to a colon."""
    return [(ignore.line, ignore.fault.partition(":")[0]) for ignore in read_ignores(path, text.encode())]


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("go.mod", f"module a\n\nreplace b => ../b // {GOOD}\n", 3),
        ("a/go.mod", f"// {GOOD}\nreplace b => ../b\n", 2),
        ("go.work", f"replace (\n\t//{GOOD}\n\n\t// why\n\tb => ../b\n)\n", 5),
        ("devcontainer.json", f'{{\n  // {GOOD}\n  "a": 1}}\n', 3),
        (".gitlab-ci.yml", f"a: 1\nGOSUMDB: off # {GOOD}\n", 2),
        (".gitlab-ci.yml", f"# {GOOD}\r\n\r\n  # more\r\nGOSUMDB: off\r\n", 4),
        ("Dockerfile", f"# {GOOD}\nENV GOSUMDB=off\n", 2),
        ("Makefile", f"\t#{GOOD}\n\tgo build", 2),
        ("x.sh", f"go build # {GOOD}", 1),
        (".env", f"A=1\n# {GOOD}\nGOSUMDB=off", 3),
        ("go.env", f"# {GOOD}\nGOSUMDB=off", 2),
    ],
)
def test_what_an_ignore_covers(path: str, text: str, line: int) -> None:
    (ignore,) = read_ignores(path, text.encode())
    assert (ignore.words, ignore.line, ignore.fault) == (WORDS, line, "")


def test_its_place_is_the_comment() -> None:
    (ignore,) = read_ignores("go.mod", f"m\n\té => b // {GOOD}  \r\n".encode())
    at = ignore.at
    assert (at.path, at.start.line, at.start.column) == ("go.mod", 2, 9)
    assert (at.end.line, at.end.column) == (2, 9 + len("// ") + len(GOOD))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("go.mod", f"replace b => ../b # {GOOD}"),
        ("a.yml", f"a: 1 // {GOOD}"),
        ("a.yml", f"a: x#{GOOD}"),
        ("go.mod", f"// see {GOOD}"),
        ("go.mod", "// policygate:ignored[a.b] until=2026-12-31 r\nx"),
        ("go.mod", "// policygate:ignore-next[a.b] until=2026-12-31 r\nx"),
        ("go.sum", f"// {GOOD}\nx"),
        ("vendor/modules.txt", f"# {GOOD}\nx"),
    ],
)
def test_what_is_no_ignore(path: str, text: str) -> None:
    assert read_ignores(path, text.encode()) == ()


@pytest.mark.parametrize(
    ("comment", "fault"),
    [
        ("policygate:ignore", "names no single rule"),
        ("policygate:ignore until=2026-12-31 r", "names no single rule"),
        ("policygate:ignore[] until=2026-12-31 r", "names no single rule"),
        ("policygate:ignore[gomod] until=2026-12-31 r", "names no single rule"),
        ("policygate:ignore[gomod.*] until=2026-12-31 r", "names no single rule"),
        ("policygate:ignore[*] until=2026-12-31 r", "names no single rule"),
        ("policygate:ignore[a.b, a.c] until=2026-12-31 r", "names no single rule"),
        ("policygate:ignore[a.b", "names no single rule"),
        ("policygate:ignore [a.b] until=2026-12-31 r", "names no single rule"),
        ("policygate:ignore[a.b] because", "has no last day"),
        ("policygate:ignore[a.b]until=2026-12-31 r", "has no last day"),
        ("policygate:ignore[a.b] until= r", "has no last day"),
        ("policygate:ignore[a.b] until=tomorrow r", "`until` is no date like `2026-11-30`"),
        ("policygate:ignore[a.b] until=2026-02-29 r", "`until` is no date like `2026-11-30`"),
        ("policygate:ignore[a.b] until=20261231 r", "`until` is no date like `2026-11-30`"),
        ("policygate:ignore[a.b] until=2026-12-31", "has no reason"),
        ("policygate:ignore[a.b] until=2026-12-31   ", "has no reason"),
        ("policygate:ignore[a.b] until=2026-12-31 " + "r" * MAX_LENGTH, f"is longer than {MAX_LENGTH} characters"),
        ("policygate:ignore[a.b] until=2026-12-31 r", ""),
    ],
)
def test_what_an_ignore_must_say(comment: str, fault: str) -> None:
    assert covered("go.mod", f"// {comment}\nreplace b => ../b\n") == [(2, fault)]


def test_one_that_nothing_follows() -> None:
    assert covered("go.mod", f"x\n// {GOOD}\n\n// end\n") == [(0, "covers nothing")]
    assert covered("go.mod", f"x\n// {GOOD}\n\n// end\ny") == [(5, "")]


def test_go_env_has_no_comments_behind_values() -> None:
    assert covered("go/env", f"GOSUMDB=off # {GOOD}\n") == [(1, "is a part of the value here")]
    assert covered("cargo/env", f"GOSUMDB=off # {GOOD}\n") == [(1, "")]


def test_several_rules_are_several_comments() -> None:
    other = GOOD.replace("gomod.replace_local", "gomod.replace_added")
    rules = [
        [(ignore.rule, ignore.line, ignore.reason, ignore.fault) for ignore in read_ignores("go.mod", text.encode())]
        for text in (f"// {GOOD}\n// {other}\nb\n", f"\nb // {GOOD} // {other}\n", f"// {GOOD} // {other}\nb\n")
    ]
    expected = [("gomod.replace_local", 2, WORDS[2], ""), ("gomod.replace_added", 2, WORDS[2], "")]
    assert rules[1:] == [expected, expected]
    assert rules[0] == [(rule, 3, reason, fault) for rule, _, reason, fault in expected]


def test_no_more_than_so_many() -> None:
    faults = [ignore.fault for ignore in read_ignores("go.mod", (f"x // {GOOD}\n" * (MAX_IGNORES + 5)).encode())]
    assert faults == [""] * MAX_IGNORES + [f"is one of more than {MAX_IGNORES} in a file"]


@pytest.mark.parametrize(
    "text",
    [
        f"// {GOOD}\n" + "\n" * 8_000_000,
        f"// {GOOD}\n" * 100_000,
        "// policygate:ignore" + "[" * 4_000_000,
        "// " * 2_000_000 + GOOD,
        f"// {GOOD}\n" + " " * 8_000_000,
        "policygate:ignore " * 400_000,
        "//" + " " * 4_000_000 + "policygate:ignore",
        ("//" + "\t" * 4_000 + "\n") * 1000 + GOOD,
    ],
)
def test_hostile_files_cost_no_time(text: str) -> None:
    data = text.encode()
    start = time.process_time()
    read_ignores("go.mod", data)
    assert time.process_time() - start < 2


@given(st.sampled_from(["go.mod", "a.yml"]), st.lists(st.sampled_from([*GOOD.split(" "), "//", "#", "\n", " ", "é"])))
def test_nothing_breaks_it(path: str, words: list[str]) -> None:
    data = " ".join(words).encode()
    lines = data.decode().split("\n")
    for ignore in read_ignores(path, data):
        assert 0 <= ignore.line <= len(lines)
        assert lines[ignore.at.start.line - 1][ignore.at.start.column - 1 :].startswith(("//", "#"))
        assert ignore.fault or (ignore.line and lines[ignore.line - 1].strip() and ignore.reason)


@given(st.binary(max_size=200))
def test_no_bytes_break_it(data: bytes) -> None:
    read_ignores("go.mod", b"// policygate:ignore" + data + f"\n// {GOOD}".encode() + data)


@pytest.mark.parametrize(
    "text", ["2026-2-01", "2026-02-30", "२०२६-११-०१", "2026-11-01 ", "", "2026-W01-1", "0000-01-01"]
)
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(ValueError, match="is no date like"):
        parse_day(text)
