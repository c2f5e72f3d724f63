"""Regular expressions of nginx: what is understood, what is not, and that time stays within bounds."""

import random
import re
from time import process_time

import pytest

from policygate.facts.nginx.automaton import Automaton, automaton
from policygate.facts.syntax.budget import Budget, TooLargeError

UNDERSTOOD = {
    r"\.php$": ["/a.php", "/a.php\n"],
    r"^/(?:a|b)/\d+$": ["/a/1", "/b/22"],
    r"^/(?<name>\w+)/x": ["/ab/x"],
    r"^/(?P<name>[^/]{2,3})$": ["/ab", "/abc"],
    r"(?'n'a)b": ["/ab"],
    r"(?i)^/AB": ["/ab", "/aB"],
    r"\A/a\z": ["/a"],
    r"/a\Z": ["/a", "/a\n"],
    r"[]x]$": ["/]"],
    r"[^]]$": ["/a"],
    r"[\d-]$": ["/-", "/7"],
    r"a{2}b{0,1}c{1,}": ["/aacc", "/aabc"],
    r"a{x}": ["/a{x}"],
    r"\x41\t": ["/A\t"],
    r"é": ["/é"],
    r"(a|)*b": ["/aab", "/b"],
    r"a*?b": ["/aab"],
    r"^$": [],
    r"a|^/b|c$": ["/xa", "/b", "/xc"],
}
NOT_UNDERSTOOD = [
    *(r"(?!x)a", r"(?=x)a", r"(?<=x)a", r"\bx", r"(a)\1", r"a*+b", r"a?+", r"a{2}+", r"(?>a)", r"a{,3}", r"a{ 1 }"),
    *(r"[[:alpha:]]", r"*a", r"^*", r"a**", r"(a", r"a)", r"[a", r"\Qa\E", r"a{2000}", r"a{3,2}", r"(*UTF8)a", "a\\"),
    *(r"(?i:a)", r"(?#a)", r"\p{L}", r"\x{41}", r"\xg", r"\cA", r"\K", r"[z-a]", r"[\w-\d]", r"a(?i)b"),
    *("x" * 501, "(" * 30 + ")" * 30, "(?:a{50}){50}"),
]


def made(pattern: str, *, caseless: bool = False) -> Automaton:
    found = automaton(pattern, caseless=caseless)
    assert found is not None, pattern
    return found


@pytest.mark.parametrize("pattern", UNDERSTOOD)
def test_patterns_match_what_pcre_matches(pattern: str) -> None:
    known = made(pattern)
    paths = ["/", "/a", "/ab", "/a.phpx", "/A", "/b", "/aac", "/x]y", "/\n", "/é", "/é/x", *UNDERSTOOD[pattern]]
    matched = [path for path in paths if known.matches(path.encode(), Budget())]
    expected = re.compile(_for_python(pattern).encode())
    assert matched == [path for path in paths if expected.search(path.encode())]
    assert set(UNDERSTOOD[pattern]) <= set(matched)


def _for_python(pattern: str) -> str:
    """The same for Python, which has other signs for the very end and for names."""
    pattern = pattern.replace(r"\z", "\0").replace(r"\Z", "$").replace("\0", r"\Z")
    return re.sub(r"\(\?(?:<(\w+)>|'(\w+)')", r"(?P<\1\2>", pattern)


@pytest.mark.parametrize("pattern", NOT_UNDERSTOOD)
def test_other_patterns_are_not_decided(pattern: str) -> None:
    assert automaton(pattern, caseless=False) is None


def test_case_counts_unless_the_location_says_otherwise() -> None:
    assert not made(r"\.php$").matches(b"/a.PHP", Budget())
    assert made(r"\.php$", caseless=True).matches(b"/a.PHP", Budget())
    assert not made(r"[^a]$", caseless=True).matches(b"A", Budget())


COMPLETIONS = {
    r"\.php$": ".php",
    r"\.(?:js|css)$": ".js",
    r"^/(.*)\.json$": ".json",
    r"^/[^/]+/health$": "health",
    r"^/internal/x{3}": "xxx",
    r"^/other/": None,
    r"/$": "",
    r"^/\w+/[0-9a-f]{8}$": "aaaaaaaa",
    r"\x01$": None,
}


@pytest.mark.parametrize("pattern", COMPLETIONS)
def test_a_path_that_matches_is_found(pattern: str) -> None:
    found = made(pattern).completion(b"/internal/", Budget())
    assert (None if found is None else found.decode()) == COMPLETIONS[pattern]
    assert found is None or re.search(pattern.encode(), b"/internal/" + found)


EXPONENTIAL = [r"(a+)+$", r"(a|aa)+b", r"(.*)*x", r"(?:a?){30}a{30}b", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(a*)*(b*)*c$"]


@pytest.mark.parametrize("pattern", EXPONENTIAL)
def test_no_pattern_takes_long(pattern: str) -> None:
    began = process_time()
    known = made(pattern)
    known.matches(b"/" + b"a" * 2000 + b"!", Budget())
    known.completion(b"/" + b"a" * 100, Budget())
    assert process_time() - began < 1


def test_work_is_counted() -> None:
    dice = random.Random(1)  # noqa: S311 - dice of a test
    known = made(r"(a|b)*a(a|b){12}c")
    path = bytes(dice.choice(b"ab") for _ in range(20_000))
    with pytest.raises(TooLargeError):
        known.matches(path, Budget(100_000))
