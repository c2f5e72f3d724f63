"""Which location answers a path, and as which path: generated sets of locations held against a real nginx."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest

from policygate.facts.nginx.bypasses import rewritten
from policygate.facts.nginx.locations import Modifier, Place, Places, modifier_of
from policygate.facts.nginx.uri import normalised
from policygate.facts.syntax.budget import Budget
from tests.facts.nginx.oracle.nginx import NGINX, ask, free_ports, running

SEED = 20
SETS = 250
PATHS = 8
REGEXES = (
    *(
        r"\.php$",
        r"\.(js|css)$",
        r"^/a/",
        r"^/a/b",
        "b",
        r"/$",
        r"^/[ab]+$",
        r"(?<name>a+)b",
        r"^/(a|b)/(.*)\.js$",
        r"^/$",
    ),
    *(
        r"a{2}",
        r"[^/]{3}",
        r"\.",
        r"^/\w+/\w+",
        r"(a|b)*c",
        r"^/AB",
        r"\x61b",
        r"é",
        r"b\.php.?$",
        r"(?i)AB",
        r"^/a+?$",
    ),
)
SEGMENTS = (
    "a",
    "b",
    "ab",
    "aa",
    "a.php",
    "b.js",
    "A",
    "AB",
    "c",
    "",
    ".",
    "..",
    "é",
    "a.PHP",
    "b.php\n",
    "a b",
    "a?b",
    "a%b",
)


@dataclass
class Written:
    """A location, with the id that it answers."""

    id: int
    modifier: Modifier
    pattern: str
    hands_over: bool
    inner: list["Written"] = field(default_factory=list)

    def text(self) -> str:
        """Its block; the answer comes before any handing over."""
        over = "proxy_pass http://127.0.0.1:9;" if self.hands_over else ""
        inside = "".join(each.text() for each in self.inner)
        return f'location {self.modifier} "{self.pattern}" {{ return 200 "{self.id} $uri"; {over} {inside} }}\n'

    def place(self) -> Place[int]:
        """The same for the matcher."""
        redirects = self.hands_over and self.pattern.endswith("/")
        pattern = self.pattern if self.modifier[:1] == "~" else as_bytes(self.pattern)
        return Place(self.modifier, pattern, self.id, places(self.inner), redirects)


def as_bytes(text: str) -> str:
    return text.encode().decode("latin-1")


def places(written: list[Written]) -> Places[int]:
    found: Places[int] = Places()
    for each in written:
        found.add(each.place())
    return found


def regex(dice: random.Random, depth: int = 0) -> str:
    """A regular expression of all that is understood, in quotes that nginx leaves alone."""
    atoms = (
        "a",
        "b",
        "/",
        r"\.",
        ".",
        r"\w",
        r"\d",
        r"[^/]",
        "[a-c]",
        "[]a]",
        r"[\w.-]",
        "[^a-]",
        r"\S",
        "c",
        "B",
        "é",
    )

    def atom() -> str:
        if depth < 3 and dice.random() < 0.25:
            inner = "|".join(regex(dice, depth + 1) for _ in range(dice.randint(1, 3)))
            return f"{dice.choice(('(', '(?:'))}{inner})"
        return dice.choice(atoms) + dice.choice(("", "", "", "", "", "*", "+", "?", "*?", "{2}", "{1,2}", "{0,}"))

    parts = "".join(atom() for _ in range(dice.randint(1, 3)))
    return f"{dice.choice(('', '', '^', '^/'))}{parts}{dice.choice(('', '', '$'))}"


def generate(dice: random.Random, ids: Iterator[int], within: str = "/", depth: int = 0) -> Iterator[Written]:
    """Locations of one block as nginx accepts them: none twice, inner ones below the outer one."""
    seen = set()
    for _ in range(dice.randint(1, 6 if depth == 0 else 3)):
        modifier: Modifier = dice.choice(("", "", "=", "^~", "~", "~", "~*"))
        if modifier in ("~", "~*"):
            pattern = dice.choice((dice.choice(REGEXES), regex(dice)))
        else:
            more = "/".join(dice.choice(("a", "b", "ab", "a.php", "c", "é")) for _ in range(dice.randint(0, 2)))
            pattern = f"{within}{more}{dice.choice(('', '/')) if more else ''}"
        key = (modifier if modifier in ("~", "~*", "=") else "", pattern)
        if key in seen:
            continue
        seen.add(key)
        written = Written(next(ids), modifier, pattern, dice.random() < 0.3 and modifier not in ("~", "~*"))
        if depth < 2 and modifier in ("", "^~") and dice.random() < 0.4:
            written.inner = list(generate(dice, ids, pattern, depth + 1))
        yield written


def target(dice: random.Random) -> str:
    """The path of a request as a client may write it."""
    parts = []
    for _ in range(dice.randint(1, 4)):
        text = "".join(
            f"%{byte:02x}" if byte < 33 or byte > 126 or chr(byte) in "%?#" or dice.random() < 0.1 else chr(byte)
            for byte in dice.choice(SEGMENTS).encode()
        )
        parts.append(text)
    slash = dice.choice(("/", "/", "/", "//", "%2f"))
    return "/" + slash.join(parts) + dice.choice(("", "", "?x=/../a", "#a"))


def near(dice: random.Random, written: list[Written]) -> str:
    """The path of one of the locations, without its last slash or with more behind it."""
    plain = [each for outer in written for each in (outer, *outer.inner) if each.modifier[:1] != "~"]
    path = dice.choice(plain).pattern if plain else "/"
    return quote(dice.choice((path, path.rstrip("/") or "/", f"{path}/b", f"{path}b.js", f"{path}.php")))


def answer(known: Places[int], asked: str, *, merge: bool) -> str:
    """What nginx should say: `id path`, a redirect, nothing, or that it refuses the request."""
    path = normalised(asked, merge_slashes=merge)
    if path is None:
        return "400"
    verdict = known.answer(path, Budget())
    assert verdict.kind != "unknown"
    return f"{verdict.owner} {path}" if verdict.kind == "location" else {"none": "404", "redirect": "301"}[verdict.kind]


@pytest.mark.skipif(not NGINX.exists(), reason="no nginx: run `make setup`")
def test_locations_are_chosen_as_nginx_chooses_them(
    tmp_path: Path, record_count: Callable[[str, int, int], None]
) -> None:
    dice = random.Random(SEED)  # noqa: S311 - dice of a test
    sets = [list(generate(dice, iter(range(100)))) for _ in range(SETS)]
    ports = free_ports(2)  # slashes are merged as the first server of a port says, before the name is known
    servers = "".join(
        f"server {{ listen 127.0.0.1:{ports[index % 2]}; server_name s{index}.example;"
        f" merge_slashes {'on' if index % 2 else 'off'};\n" + "".join(each.text() for each in written) + "}\n"
        for index, written in enumerate(sets)
    )
    wrong: list[object] = []
    seen: dict[str, int] = {}
    with running(tmp_path, f"events {{}}\nhttp {{\nserver_names_hash_bucket_size 128;\n{servers}}}\n"):
        for index, written in enumerate(sets):
            known = places(written)
            for number in range(PATHS):
                asked = near(dice, written) if number % 2 else target(dice)
                said = ask(ports[index % 2], asked, {"Host": f"s{index}.example"})
                real = said.body if said.status == 200 else str(said.status)
                expected = answer(known, asked, merge=index % 2 == 1)
                seen[str(said.status)] = seen.get(str(said.status), 0) + 1
                if real != expected:
                    wrong.append((asked, expected, real, [each.text() for each in written]))
    record_count("nginx locations", sum(seen.values()), len(wrong))
    assert wrong == []
    assert seen.keys() == {"200", "301", "400", "404"}
    assert min(seen.values()) > 5


WRITTEN: dict[tuple[str, ...], tuple[Modifier, str]] = {
    ("/a",): ("", "/a"),
    ("=", "/a"): ("=", "/a"),
    ("=/a",): ("=", "/a"),
    ("^~", "/a"): ("^~", "/a"),
    ("^~/a",): ("^~", "/a"),
    ("~", "a$"): ("~", "a$"),
    (r"~\.php$",): ("~", r"\.php$"),
    ("~*", "a"): ("~*", "a"),
    ("~*a",): ("~*", "a"),
    ("@a",): ("@", "@a"),
    (): ("", ""),
}


def test_modifiers_need_no_space() -> None:
    assert {args: modifier_of(list(args)) for args in WRITTEN} == WRITTEN


REWRITTEN = {
    (r"^/a/(.*)$", "/b/$1", "/a/x/y"): "/b/x/y",
    (r"^/a/(.*)$", "/b/${1}", "/a/x"): "/b/x",
    (r"^/a", "/b?c=$1", "/a/x"): "/b",
    (r"^/(?<name>a)", "/b//$1/../c", "/a"): "/b/c",
    (r"^/a(x)?", "/b$1", "/a"): "/b",
    (r"^/a", "/b", "/c"): None,
    (r"^/a", "/$host", "/a"): None,
    (r"^/(?=a)", "/b", "/a"): None,
    (r"^/((a+)+)$", "/b", "/a"): None,
    (r"(.*)(.*)(.*)(.*)x", "/b", "/ax"): None,
    (r"^/a", "/b", "/a" + "x" * 300): None,
    (r"^/(?'n'a)", "/b", "/a"): None,
    (r"^/[[a]", "/b", "/a"): None,
}


def test_rewrites_are_tried_where_they_are_simple() -> None:
    assert {case: rewritten(*case, Budget()) for case in REWRITTEN} == REWRITTEN
