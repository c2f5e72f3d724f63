"""The words of nginx: a table, and generated words held against what a real nginx reads."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from policygate.facts.nginx.tokens import MisreadError, tokens
from tests.facts.nginx.oracle.nginx import NGINX, ask, free_ports, running

WORDS: dict[str, list[str]] = {
    "a b;": ["a", "b", ";"],
    "a\tb\r\n{}": ["a", "b", "{", "}"],
    "a \"b c\" 'd;e';": ["a", "b c", "d;e", ";"],
    r'a "b\"c" \; d\ e;': ["a", 'b"c', r"\;", r"d\ e", ";"],
    r"a b\\c\td\.e;": ["a", "b\\c\td\\.e", ";"],
    'a b"c;': ["a", 'b"c', ";"],
    "a ${b}c $d;": ["a", "${b}c", "$d", ";"],
    "a '${b;c}';": ["a", "${b;c}", ";"],
    'a "";': ["a", "", ";"],
    "# a\nb;# c; d\n": ["b", ";"],
    "a # b \\\nc;": ["a", "c", ";"],
    "a b#c;": ["a", "b#c", ";"],
    "set_by_lua_block $a { return '}' } b;": ["set_by_lua_block", "$a", "{ return '}' }", ";", "b", ";"],
    "a b;\n# the end": ["a", "b", ";"],
    "é ü;": ["é", "ü", ";"],
}
MISREAD = {
    "a": ("unexpected end of file, expecting `;` or `}`", 0),
    "a 'b;": ("unexpected end of file, expecting `;` or `}`", 2),
    "a\xa0b;": ("white space that nginx takes for a part of a word", 1),
    "a \x0bb;": ("white space that nginx takes for a part of a word", 2),
    "a \u3000'b';": ("white space that nginx takes for a part of a word", 2),
    "a\u2028;": ("white space that nginx takes for a part of a word", 1),
    "server_name ${x; allow all; #}": ("a variable whose name does not end with `}`", 12),
    "content_by_lua_block x": ("expected { to start Lua block", 21),
}


@pytest.mark.parametrize("text", WORDS)
def test_words_and_their_places(text: str) -> None:
    found = list(tokens(text))
    assert [token.text for token in found] == WORDS[text]
    assert [token.mark for token in found] == [word in ("{", "}", ";") for word in WORDS[text]]
    for token in found:
        written = text[token.start : token.end]
        assert written.strip("'\"").replace("\\\\", "\\") in (token.text, "") or "\\" in written


@pytest.mark.parametrize("text", MISREAD)
def test_what_crossplane_and_nginx_would_not_read_alike(text: str) -> None:
    with pytest.raises(MisreadError) as caught:
        list(tokens(text))
    assert (caught.value.message, caught.value.offset) == MISREAD[text]


def word(dice: random.Random) -> str:
    """A word as somebody may write it, with or without quotes."""
    pieces = [
        "a",
        "b",
        "\\\\",
        "\\'",
        '\\"',
        "\\t",
        "\\n",
        "\\r",
        "\\.",
        "\\;",
        "\\{",
        "é",
        "\\é",
        "(",
        ")",
        "=",
        "\\/",
    ]
    quote = dice.choice(("", "'", '"'))
    if quote:
        pieces += [" ", "{", "}", ";", "#", "\n", "\t", "\xa0", "'" if quote == '"' else '"']
    else:
        pieces += ["a'", 'a"', "a#", "\\ "]
    body = "".join(dice.choice(pieces) for _ in range(dice.randint(1, 6)))
    return f"{quote}{body}{quote}" if quote or body[0] not in "'\"#)" else f"a{body}"


@pytest.mark.skipif(not NGINX.exists(), reason="no nginx: run `make setup`")
def test_words_are_what_nginx_reads(tmp_path: Path, record_count: Callable[[str, int, int], None]) -> None:
    dice = random.Random(7)  # noqa: S311 - dice of a test
    words = [word(dice) for _ in range(300)]
    (port,) = free_ports(1)
    locations = "".join(f"location = /{index} {{ return 200 {each}; }}\n" for index, each in enumerate(words))
    text = f"events {{}}\nhttp {{\nserver {{ listen 127.0.0.1:{port};\n{locations}}} }}\n"
    read = [token.text for token in tokens(text)]
    mine = [read[index + 2] for index, token in enumerate(read) if token == "return"]
    with running(tmp_path, text):
        real = [ask(port, f"/{index}").body.encode("latin-1").decode() for index in range(len(words))]
    wrong = [(each, ours, its) for each, ours, its in zip(words, mine, real, strict=True) if ours != its]
    record_count("nginx words", len(words), len(wrong))
    assert wrong == []
    assert len({*mine}) > 200
