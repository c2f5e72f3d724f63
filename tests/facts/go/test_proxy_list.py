"""GOPROXY lists, also as the real go command takes or refuses them."""

import json
import os
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.go.proxy_list import parse_proxy_list
from policygate.facts.model import ProxyEntry, Role
from policygate.location import At, Position

RecordCount = Callable[[str, int, int], None]

REFUSED = re.compile(r"proxy URL|\bparse \"|contains no entries|no Host in request|refusing to pass credentials")
WALKED = re.compile(
    r"connection refused|disabled by GOPROXY=off|no such file|not found|GOVCS disallows|does not exist|404"
)
DEAD = "http://127.0.0.1:1"

LISTS = (
    *(
        DEAD,
        f" {DEAD} ",
        f",{DEAD},",
        f"{DEAD}|off",
        f"{DEAD}|direct",
        f"{DEAD},off",
        "off",
        "direct",
        " off ",
        "off,off",
        "\toff\n",
    ),
    *(
        ",",
        " ",
        "|",
        ", ,|",
        ",off",
        "direct,nonsense",
        "off|:bad",
        f"off,{DEAD}",
        "nonsense",
        "nonsense,off",
        "off off",
        "Direct",
        "OFF",
    ),
    *(
        "none",
        "localhost",
        "localhost:1",
        "127.0.0.1:1",
        "127.0.0.1/x",
        "127.0.0.1:1/x",
        "127.0.0.1:x",
        "/abs/path",
        "a.example b.example",
    ),
    *(
        "//127.0.0.1:1/x",
        "file:///nowhere",
        "file://nowhere",
        "file:/nowhere",
        "file:nowhere",
        "file:///nowhere?x",
        "file:///nowhere#x",
    ),
    *(
        "file:///nowhere#",
        "file:///nowhere?",
        "file://u@/nowhere",
        "file://localhost/nowhere",
        "FILE:///nowhere",
        "file:///%zz",
        "file:///a b",
    ),
    *(
        "ftp://127.0.0.1:1",
        "git+ssh://127.0.0.1:1",
        "HTTP://127.0.0.1:1",
        f"{DEAD}/a?x=1",
        f"{DEAD}/%zz",
        f"{DEAD}/a b",
        f"{DEAD};{DEAD}",
    ),
    *(
        f"{DEAD} {DEAD}",
        f"{DEAD}\n{DEAD}",
        f"{DEAD}\n",
        "http://u:p@127.0.0.1:1",
        "http://u@127.0.0.1:1",
        "http://@127.0.0.1:1",
    ),
    *(
        "https://u:p@127.0.0.1:1",
        "https://",
        "https:/127.0.0.1",
        "https:///x",
        "https://:1",
        "http://127.0.0.1:1:1",
        "https://[::1",
        "*",
        "a,b",
    ),
    *(
        f"file:///nowhere,{DEAD}|off",
        f"{DEAD}|nonsense",
        f"{DEAD},nonsense",
        f"nonsense|{DEAD}",
        "https://127.0.0.1:1/\x7f",
        "x:y",
        ":",
        "::",
    ),
    *(
        "127.0.0.1:1,https://127.0.0.1:1/y|off",
        f"'{DEAD}'",
        f'"{DEAD}"',
        f"{DEAD}\\",
        "https://127.0.0.1:1/x/,off",
        "proxy",
        "http:127.0.0.1:1",
    ),
)


def _role(address: str) -> Role:
    return "own" if address.startswith("proxy.acme.example") else "outside"


def _at(value: str) -> At:
    return At(path=".env", start=Position(line=2, column=9), end=Position(line=2, column=9 + len(value)), origin="text")


def _parse(value: str) -> list[ProxyEntry]:
    return parse_proxy_list(value, _at(value), _role)


@pytest.fixture
def download(tmp_path: Path) -> Callable[[str], str]:
    """A function from a GOPROXY value to the error of a download with it; only the loopback is ever reached."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "GOPATH": str(tmp_path / "gopath"),
        "GOENV": "off",
        "GOFLAGS": "-mod=mod",
        "GOSUMDB": "off",
        "GOTOOLCHAIN": "local",
        "GOVCS": "*:off",
        "GOWORK": "off",
    }

    def run(value: str) -> str:
        command = ["go", "mod", "download", "-json", "127.0.0.1.example/m.git@v1.0.0"]
        variables = {**environment, "GOPROXY": value}
        done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
        return str(json.loads(done.stdout)["Error"]) if done.stdout else done.stderr

    return run


def test_lists_are_refused_as_by_the_go_command(download: Callable[[str], str], record_count: RecordCount) -> None:
    assert len(set(LISTS)) == len(LISTS) >= 60
    differing = []
    for value in LISTS:
        error = download(value)
        assert REFUSED.search(error) or WALKED.search(error), (value, error)
        problems = [entry.problem for entry in _parse(value) if entry.problem]
        if bool(REFUSED.search(error)) != bool(problems):
            differing.append((value, problems, error))

    record_count("GOPROXY list", len(LISTS), len(differing))
    assert differing == []


def test_the_elements_of_a_list() -> None:
    value = " https://Proxy.acme.example:8443/go/ |, goproxy.cn,file:///srv/mirror,direct,Off"

    entries = _parse(value)

    assert [(x.text, x.kind, x.host, x.role, x.separator, x.reachable, x.problem) for x in entries] == [
        ("https://Proxy.acme.example:8443/go/", "proxy", "proxy.acme.example:8443", "own", "|", True, ""),
        ("goproxy.cn", "proxy", "goproxy.cn", "outside", ",", True, ""),
        ("file:///srv/mirror", "file", "", "none", ",", True, ""),
        ("direct", "direct", "", "none", ",", True, ""),
        ("Off", "invalid", "", "none", "", False, ""),
    ]
    assert [value[x.at.start.column - 9 : x.at.end.column - 9] for x in entries] == [x.text for x in entries]
    assert not any(x.plain_http or x.credentials for x in entries)


def test_the_role_is_asked_by_host_and_path() -> None:
    asked = []

    def role(address: str) -> Role:
        asked.append(address)
        return "outside"

    value = "https://u:p@A.example:1/b/?q,default,off|b.example,https://${X}@c.example/d/${Y}/e,https://${X}/y,nonsense"
    parse_proxy_list(value, _at(value), role)

    assert asked == ["a.example:1/b", "default", "b.example", "c.example/d"]


def test_transport_and_credentials_are_told() -> None:
    entries = _parse(
        "http://a.example,https://u@a.example|https://*****:***@a.example,https://${U}:$P@a.example,http://u@a.example"
    )

    assert [(x.kind, x.plain_http, x.credentials, x.problem) for x in entries] == [
        ("proxy", True, False, ""),
        ("proxy", False, True, ""),
        ("proxy", False, True, ""),
        ("dynamic", False, True, ""),
        ("proxy", True, True, "go sends no credentials over plain http"),
    ]


@pytest.mark.parametrize(
    ("value", "entries"),
    [
        ("", []),
        ("$GOPROXY", [("$GOPROXY", "dynamic", "")]),
        ("${A:-https://a.example,direct}|off", [("${A:-https://a.example,direct}", "dynamic", ""), ("off", "off", "")]),
        (
            "$(A),${{ a | b }},c.example",
            [("$(A)", "dynamic", ""), ("${{ a | b }}", "dynamic", ""), ("c.example", "proxy", "c.example")],
        ),
        ("https://${A}.example/x", [("https://${A}.example/x", "dynamic", "")]),
        ("${A}://a.example", [("${A}://a.example", "dynamic", "")]),
        ("a.example/${A}", [("a.example/${A}", "dynamic", "a.example")]),
        ("file:///$A", [("file:///$A", "dynamic", "")]),
        ("https://a.example/$", [("https://a.example/$", "proxy", "a.example")]),
        ("default,direct", [("default", "proxy", "default"), ("direct", "direct", "")]),
    ],
)
def test_references_make_an_element_dynamic(value: str, entries: list[tuple[str, str, str]]) -> None:
    assert [(x.text, x.kind, x.host) for x in _parse(value)] == entries
    assert not any(x.problem for x in _parse(value))


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (" , ", "the list is set but has no element"),
        ("Direct", "`Direct` is not `direct`: keywords are in lower case"),
        ("/srv/mirror", "a path must be written as a `file://` URL"),
        ("none", "it is neither a URL nor `direct` nor `off`"),
        ("ftp://a.example", "the scheme `ftp` is none of `https`, `http`, `file`"),
        ("file://a.example/x", "a `file` URL has a path and nothing else"),
        ("https://a.example https://b.example", "` ` cannot stand in a host"),
        ("https:///x", "the URL names no host"),
    ],
)
def test_problems_say_why_go_refuses_an_element(value: str, problem: str) -> None:
    assert [x.problem for x in _parse(value)] == [problem]


@given(st.text(st.sampled_from("a.:/|,@$ {}()[]%?#*d\n")) | st.text())
def test_no_value_makes_the_parser_fail(value: str) -> None:
    for entry in _parse(value):
        assert entry.text in value


@pytest.mark.parametrize("piece", ["a", ",", "a.b,", "off,", "$A,", "https://[", "%", "@", " "])
def test_time_is_linear(piece: str) -> None:
    started = time.process_time()
    _parse(piece * 50_000)

    assert time.process_time() - started < 10
