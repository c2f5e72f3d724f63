"""Lists of module patterns against the matcher of Go."""

import random
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from policygate.facts.go.module_path import check_path
from policygate.facts.go.pattern import matches, parse_patterns, split_patterns
from policygate.location import At, Position

Ask = Callable[[Iterable[Mapping[str, str]]], list[Any]]
RecordCount = Callable[[str, int, int], None]

PATHS = (
    *(
        "example.test",
        "example.test/a",
        "example.test/a/b",
        "git.example.test/a/b/c",
        "github.com/Acme/x",
        "github.com/acme/x/v2",
    ),
    *("gopkg.in/yaml.v3", "a.b", "x-1.y.z/A_b/c~d/e.f", "example.com", "example.test/ab/c", "0.example/9"),
)
PIECES = (
    "*",
    "**",
    "?",
    "[a-z]",
    "[^a]",
    "[A-Z]",
    "\\a",
    "[",
    "\\",
    "/",
    "//",
    ".",
    "...",
    " ",
    ":8080",
    "@v1",
    "-",
    "a",
    "A",
    "é",
    "]",
)


def _at(value: str) -> At:
    return At(path=".env", start=Position(line=1, column=1), end=Position(line=1, column=1 + len(value)), origin="text")


def _pattern(dice: random.Random, path: str) -> str:
    """A path, cut and changed in a place or two."""
    text = dice.choice((path, path, path[: path.rfind("/")], path.partition("/")[0], dice.choice(PIECES)))
    for _ in range(dice.choice((0, 1, 1, 1, 2, 3))):
        start = dice.randint(0, len(text))
        end = min(len(text), start + dice.choice((0, 1, 1, 4)))
        text = text[:start] + dice.choice(PIECES) + text[end:]
    return text + dice.choice(("", "", "", "/"))


def _pair(dice: random.Random) -> tuple[str, str]:
    """A list of patterns, and a path that it may match."""
    path = dice.choice(PATHS)
    return ",".join(_pattern(dice, path) for _ in range(dice.choice((1, 1, 2)))), path


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        *(
            (x, True)
            for x in ("example.test", "example.test/", "example.test/a", "example.test/*", "*.test", "e*", "*", "**")
        ),
        *(
            (x, True)
            for x in (
                "*/*",
                "*.test/a",
                "example.test/?",
                "x,example.test",
                ",,example.test,",
                "[,example.test",
                "\\e*/[^b]",
            )
        ),
        *(
            (x, False)
            for x in ("", ",", "/", "example.test/a/*", "*.example.test", ".test", "example.test/...", "example.test//")
        ),
        *(
            (x, False)
            for x in (
                "https://example.test",
                "example.test:443",
                "git@example.test:a",
                '"example.test"',
                "/example.test",
            )
        ),
        *(
            (x, False)
            for x in (
                "EXAMPLE.test",
                "example.test/A",
                "foo, example.test",
                "example.test ,foo",
                "example.test ",
                "foo;example.test",
                "none",
            )
        ),
    ],
)
def test_lists_match_as_in_go(ask: Ask, record_count: RecordCount, pattern: str, expected: bool) -> None:
    ours = matches(split_patterns(pattern), "example.test/a")

    answers = ask([{"Kind": "covers", "A": pattern, "B": "example.test/a"}])

    record_count("matcher", 1, int([ours] != answers))
    assert (answers, ours) == ([expected], expected)


def test_random_lists_match_as_in_go(ask: Ask, record_count: RecordCount) -> None:
    dice = random.Random(8)  # noqa: S311 - no secret
    pairs = [_pair(dice) for _ in range(5000)]

    answers = ask({"Kind": "covers", "A": value, "B": path} for value, path in pairs)

    ours = [matches(split_patterns(value), path) for value, path in pairs]
    differing = [(*pair, go) for pair, us, go in zip(pairs, ours, answers, strict=True) if us != go]
    record_count("matcher", len(pairs), len(differing))
    assert differing == []
    assert 500 < sum(answers) < 4500


def test_a_pattern_said_to_match_nothing_matches_nothing_and_one_for_all_matches_all(
    ask: Ask, record_count: RecordCount
) -> None:
    dice = random.Random(9)  # noqa: S311 - no secret
    patterns = [
        parse_patterns(value, _at(value))[0]
        for value in (_pattern(dice, dice.choice(PATHS)) for _ in range(3000))
        if value.strip(",")
    ]
    never = [pattern.text for pattern in patterns if pattern.never]
    everything = [pattern.text for pattern in patterns if pattern.everything]
    pairs = [(text, path) for text in (*never, *everything) for path in PATHS]

    answers = ask({"Kind": "covers", "A": text, "B": path} for text, path in pairs)

    differing = [pair for pair, covers in zip(pairs, answers, strict=True) if covers != (pair[0] in everything)]
    record_count("matcher (never, everything)", len(pairs), len(differing))
    assert differing == []
    assert len(never) > 500
    assert len(everything) > 5


MODULE = st.from_regex(r"[ab0][abz09-]{0,3}\.[abz09-]{0,3}z(/[abAZ][abAZ09._~-]{0,3}){0,3}", fullmatch=True)
GLOB = st.text(st.sampled_from("abz09-_.~AZ/*?[]^\\"), max_size=12)


@given(MODULE, GLOB)
def test_no_pattern_that_matches_a_fetchable_module_is_said_to_match_nothing(path: str, text: str) -> None:
    assume(check_path(path) == "")
    for pattern in parse_patterns(text, _at(text)):
        assert not (pattern.never and matches([pattern.text], path))
        assert not pattern.everything or matches([pattern.text], path)


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("https://git.acme.example", "a pattern has no scheme"),
        ("git.acme.example/ x", "white space belongs to the pattern"),
        (" git.acme.example", "white space belongs to the pattern"),
        ("git.acme.example\r", "white space belongs to the pattern"),
        ('"git.acme.example"', "quotes belong to the pattern"),
        ("a.example;b.example", "`;` does not separate patterns, a comma does"),
        ("git@git.acme.example", "a pattern has no user name"),
        ("git.acme.example/a@v1", "a pattern has no version"),
        ("/git.acme.example", "it begins with `/`"),
        ("git.acme.example/...", "`...` is no wildcard: a pattern covers what is below it anyway"),
        ("git.acme.example//x", "it has an empty path element"),
        ("git.acme.example//", "it has an empty path element"),
        ("git.acme.example:8080/x", "a module path has no port"),
        ("Git.acme.example", "the host of a module path is in lower case"),
        ("git.acme.example/[a", "the glob is malformed"),
        ("git.acme.example/\\", "the glob is malformed"),
        (".acme.example", "an element of a module path does not begin with a dot"),
        ("acme.", "an element of a module path does not end with a dot"),
        ("git.acme.example/x.", "an element of a module path does not end with a dot"),
        ("localhost/x", "the host of a module path has a dot"),
        ("-acme.example", "it begins with a dash"),
        ("git.acme.example/a+b", "`+` cannot stand in a module path"),
        ("git.acme.example/\x00", "it is not printable"),
        ("git.acme.example/[+]", "a class in it matches no character of a module path"),
        ("[A-Z].example", "a class in it matches no character of a module path"),
        ("git.acme.example/con", "`con` is a reserved name on Windows"),
        ("a" * 2000, "it is too long"),
        *(
            (x, "")
            for x in ("none", "off", "NONE", "none ", "0", "$GROUP.example/...", "${A:-https://x}", "https://${X}")
        ),
        *(
            (x, "")
            for x in (
                "git.acme.example",
                "*.acme.example",
                "git.acme.example/",
                "*",
                "l*",
                "github.com/Acme",
                "a[.]b",
                "a[/]b",
            )
        ),
    ],
)
def test_reasons_say_why_nothing_can_match(text: str, never: str) -> None:
    assert [(pattern.text, pattern.never) for pattern in parse_patterns(text, _at(text))] == [(text, never)]


@pytest.mark.parametrize(
    ("text", "everything"),
    [
        *((x, True) for x in ("*", "**", "*/", "?*", "*?", "*???", "*.*", "**.**")),
        *((x, False) for x in ("*/*", "*????", "*.*.*", "*.example", "?", "???", ".*", "*.", "$A", "a*")),
    ],
)
def test_what_matches_everything_is_marked(text: str, everything: bool) -> None:
    assert [pattern.everything for pattern in parse_patterns(text, _at(text))] == [everything]


def test_elements_stand_at_their_place_and_references_hold_together() -> None:
    value = ",a.example,, b.example,${X:-c.example,d.example}/e,"

    patterns = parse_patterns(value, _at(value))

    places = [(pattern.text, pattern.at.start.column, pattern.at.end.column) for pattern in patterns]
    assert places == [("a.example", 2, 11), (" b.example", 13, 23), ("${X:-c.example,d.example}/e", 24, 51)]
    assert split_patterns(value) == [text for text, _, _ in places]
