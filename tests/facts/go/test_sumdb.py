"""GOSUMDB values, also as the real go command takes or refuses them."""

import base64
import hashlib
import json
import os
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.go.sumdb import Sumdb, parse_sumdb
from policygate.facts.model import Role

Ask = Callable[[Iterable[Mapping[str, str]]], list[Any]]
RecordCount = Callable[[str, int, int], None]

REFUSED = re.compile(
    r"invalid GOSUMDB|missing GOSUMDB|invalid sumdb name|unsupported scheme|refusing to pass credentials|^panic:"
)
"""What go says; it panics on a name that is no URL."""


def _role(name: str) -> Role:
    return "own" if name == "sum.acme.example" else "outside"


def _key(name: str, *, algorithm: int = 1, length: int = 32) -> str:
    """A verifier key for a name, well-formed unless asked otherwise."""
    raw = bytes([algorithm]) + bytes(range(length))
    digest = hashlib.sha256(f"{name}\n".encode() + raw).hexdigest()[:8]
    return f"{name}+{digest}+{base64.b64encode(raw).decode()}"


LOCAL = _key("127.0.0.1:1")
VALUES = (
    *(
        "off",
        " off",
        "off ",
        "OFF",
        " ",
        "\t",
        "none",
        "nonsense https://127.0.0.1:1",
        "https://a.example",
        "A.example",
        "a.example:1",
    ),
    *(
        LOCAL,
        f" {LOCAL}\n",
        f"{LOCAL} http://127.0.0.1:1",
        f"{LOCAL} https://127.0.0.1:1/x",
        f"{LOCAL} file:///nowhere",
        f"{LOCAL} a b",
    ),
    *(
        f"{LOCAL} 127.0.0.1:1",
        f"{LOCAL} http://u:p@127.0.0.1:1",
        f"{LOCAL} ftp://127.0.0.1:1",
        f"{LOCAL} https://[",
        f"{LOCAL} 127.0.0.1/x",
        f"{LOCAL}x",
    ),
    *(
        LOCAL[:-4],
        LOCAL.replace("+", " "),
        LOCAL.replace("127", "128", 1),
        LOCAL.upper(),
        _key("127.0.0.1:1/a/b"),
        _key("127.0.0.1:1/"),
    ),
    *(
        _key("127.0.0.1:1", algorithm=2),
        _key("127.0.0.1:1", length=31),
        _key("u@127.0.0.1:1"),
        _key("127.0.0.1:1?x"),
        _key("127.0.0.1:1#x"),
    ),
    *(_key("127.0.0.1:1/a!"), _key("127.0.0.1:x"), "+" + LOCAL, "127.0.0.1:1+0+", "127.0.0.1:1++"),
)


@pytest.fixture
def download(tmp_path: Path) -> Callable[[str], str]:
    """A function from a GOSUMDB value to the error of a download that checks a module; it asks the loopback only."""
    versions = tmp_path / "proxy/a.example/m/@v"
    versions.mkdir(parents=True)
    (versions / "v1.0.0.info").write_text('{"Version":"v1.0.0"}')
    (versions / "v1.0.0.mod").write_text("module a.example/m\n")
    with zipfile.ZipFile(versions / "v1.0.0.zip", "w") as archive:
        archive.writestr("a.example/m@v1.0.0/go.mod", "module a.example/m\n")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "GOENV": "off",
        "GOFLAGS": "-mod=mod -modcacherw",
        "GOPROXY": f"file://{tmp_path}/proxy",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }

    def run(value: str) -> str:
        command = ["go", "mod", "download", "-json", "a.example/m@v1.0.0"]
        variables = {**environment, "GOPATH": str(tmp_path / str(hash(value))), "GOSUMDB": value}
        done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
        return str(json.loads(done.stdout).get("Error", "")) if done.stdout else done.stderr

    return run


def test_values_are_refused_as_by_the_go_command(download: Callable[[str], str], record_count: RecordCount) -> None:
    assert len(set(VALUES)) == len(VALUES)
    differing = []
    for value in VALUES:
        error = download(value)
        parsed = parse_sumdb(value, _role)
        if bool(REFUSED.search(error)) != bool(parsed.problem) or parsed.off == bool(error):
            differing.append((value, parsed, error))

    record_count("GOSUMDB", len(VALUES), len(differing))
    assert differing == []


def test_keys_are_refused_as_in_go(ask: Ask, record_count: RecordCount) -> None:
    good = [_key(name) for name in ("a.example", "a.example/x", "b-c.example:8080")]
    keys = [*good, *(key[:i] + char + key[i + 1 :] for key in good for i in range(len(key)) for char in "+A=")]

    answers = ask({"Kind": "key", "A": key} for key in keys)

    ours = [parse_sumdb(key, _role).problem == "" for key in keys]
    differing = [it for it in zip(keys, ours, answers, strict=True) if it[1] != it[2]]
    record_count("GOSUMDB keys", len(keys), len(differing))
    assert differing == []
    assert 2 < sum(answers) < len(keys)


@pytest.mark.parametrize(
    ("value", "parsed"),
    [
        ("", (False, "", "", "none", "")),
        ("off", (True, "", "", "none", "")),
        ("default", (False, "default", "", "outside", "")),
        ("default https://sum.acme.example/x", (False, "default", "https://sum.acme.example/x", "outside", "")),
        ("sum.acme.example", (False, "sum.acme.example", "", "own", "")),
        (_key("sum.acme.example"), (False, "sum.acme.example", "", "own", "")),
        (f"{_key('sum.acme.example')}\thttps://x.example", (False, "sum.acme.example", "https://x.example", "own", "")),
        ("$GOSUMDB", (False, "", "", "none", "")),
        ("${{ vars.SUMDB }} https://x.example", (False, "", "https://x.example", "none", "")),
        ("sum.acme.example ${{ vars.URL }}", (False, "sum.acme.example", "${{ vars.URL }}", "own", "")),
        ("a.b c d", (False, "a.b", "c", "outside", "it has more than a name and a URL")),
        (" ", (False, "", "", "none", "it names no database")),
        ("off ", (False, "off", "", "outside", "white space around `off` makes it a name")),
        ("sumdb", (False, "sumdb", "", "outside", "a database other than the default needs its key: `name+hash+key`")),
        ("a.b+c", (False, "a.b", "", "outside", "the key must be written as `name+hash+key`")),
        ("a.b https://[", (False, "a.b", "https://[", "outside", "the URL is invalid: the `]` of the host is missing")),
        ("a.b c.d", (False, "a.b", "c.d", "outside", "")),
        ("a.b c://d", (False, "a.b", "c://d", "outside", "the scheme `c` is none of `https`, `http`, `file`")),
        ("a.b http://u@c.d", (False, "a.b", "http://u@c.d", "outside", "go sends no credentials over plain http")),
    ],
)
def test_name_url_role_and_problem(value: str, parsed: tuple[bool, str, str, Role, str]) -> None:
    assert parse_sumdb(value, _role) == Sumdb(*parsed)


@given(st.text(st.sampled_from("a.+ $/:@{}\t")) | st.text())
def test_no_value_makes_the_parser_fail(value: str) -> None:
    parsed = parse_sumdb(value, _role)

    assert parsed.name in value
    assert parsed.url in value
