"""URLs against Go's net/url."""

import random
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

import pytest

from policygate.facts.go.url import URL, parse_url

Ask = Callable[[Iterable[Mapping[str, str]]], list[Any]]
RecordCount = Callable[[str, int, int], None]

PIECES = (
    *(
        "https",
        "http",
        "file",
        "HTTPS",
        "ftp",
        "x1",
        "1x",
        ":",
        ":",
        "://",
        "://",
        "://",
        ":/",
        "/",
        "//",
        "///",
        "?",
        "#",
        "@",
    ),
    *(
        "a.example",
        "127.0.0.1",
        "[::1]",
        "[fe80::1%25en0]",
        "[fe80::1%25]",
        "[1.2.3.4]",
        "[::ffff:1.2.3.4]",
        "[x]",
        "[",
        "]",
        "::1",
    ),
    *(
        ":80",
        ":8x",
        ":",
        "%20",
        "%25",
        "%8f",
        "%zz",
        "%",
        "user",
        "us er",
        "p%40w",
        "<",
        ">",
        '"',
        "^",
        "|",
        "\\",
        " ",
        "é",
        "\n",
    ),
    *("\x7f", "*", ",", ";", "~", "$", "{", "`", "path", "a=b", "[::1%en0]", "[::1%8f]", "[::%31]"),
)
WHOLE = (
    *(
        "",
        "*",
        ":",
        "https:",
        "https:/",
        "https://",
        "https:///",
        "https:opaque",
        "file:/a",
        "file:///a",
        "file://a/b",
        "file:a",
    ),
    *(
        "https://a.example",
        "https://a.example/p?q",
        "https://a.example/p?",
        "https://a.example/p??",
        "https://a.example/#f",
    ),
    *(
        "https://a.example/#%zz",
        "https://a.example/#",
        "https://a.example#\n",
        "https://u:p@a.example",
        "https://@a.example",
        "//a.example",
    ),
    *(
        "///a",
        "a:b",
        "a/b:c",
        "./a:b",
        "https://a:b:c",
        "file://a:b:1",
        "https://a b",
        "https://a/ b",
        "https://u@v@a.example",
    ),
)


def _text(dice: random.Random) -> str:
    start = dice.choice(("https://", "http://", "file://", "", ""))
    return start + "".join(dice.choices(PIECES, k=dice.randint(1, 4)))


def test_urls_are_taken_apart_as_in_go(ask: Ask, record_count: RecordCount) -> None:
    dice = random.Random(6)  # noqa: S311 - no secret
    texts = [*WHOLE, *PIECES, *(_text(dice) for _ in range(3000))]

    answers = ask({"Kind": "url", "A": text} for text in texts)

    differing = [it for it in zip(texts, map(_shape, texts), answers, strict=True) if it[1] != it[2]]
    record_count("URLs", len(texts), len(differing))
    assert differing == []
    assert 500 < sum(answer["ok"] for answer in answers) < 2700


def _shape(text: str) -> dict[str, object]:
    """What the oracle tells of a URL."""
    url = parse_url(text)
    if url.problem:
        return {"ok": False}
    return {
        "ok": True,
        "scheme": url.scheme,
        "host": unquote(url.host),
        "user": url.userinfo is not None,
        "path": bool(url.path),
        "pure": url.plain
        and not url.host
        and url.userinfo is None
        and not (url.scheme and url.path and not url.rooted),
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("https://a\n", "there is a control character in it"),
        (":x", "the scheme before `:` is missing"),
        ("1x:y", "there is a colon before the first slash, yet no scheme"),
        ("https://a/%zz", "`%` is not followed by two hexadecimal digits"),
        ("https://u s@a", "there is a character in the user information that must be escaped"),
        ("https://a[b", "there is a `[` inside the host"),
        ("https://a:b/c", "`:b` is no port"),
        ("https://[::1]" + "b" * 50, f"`{'b' * 40}…` is no port"),
        ("https://%20", "the host has a `%` that escapes no byte above 7F"),
        ("https://a b", "` ` cannot stand in a host"),
        ("https://[::1", "the `]` of the host is missing"),
        ("https://[a]", "only an IPv6 address stands in square brackets"),
        ("https://[fe80::1%25]", "the zone of the IPv6 address is empty"),
    ],
)
def test_problems_say_what_is_wrong(text: str, problem: str) -> None:
    assert parse_url(text) == URL(problem=problem)
