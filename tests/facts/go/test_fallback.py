"""Odd GOPROXY lists, walked as by the real go command."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from policygate.facts.go.walk import walk
from policygate.routes import Route
from tests.facts.go.oracle import chains, servers
from tests.facts.go.oracle.questions import request

RecordCount = Callable[[str, int, int], None]

VALUES = (
    *(",", " , |", "{200},,", " {404} , {200} ", "{404}|,{200}", "{404},{410},{200}", "{500}/|{200}/"),
    *(
        "{200},nonsense",
        "{200},Direct",
        "{200},off,nonsense",
        "OFF",
        "/srv",
        "ftp://a.example",
        "https://a b",
        "{404},/srv",
    ),
    *(f"http://u:p@127.0.0.1:1{rest}" for rest in ("", ",{200}", "|{200}", "|off", "|direct")),
    *("{404},http://u:p@127.0.0.1:1", "http:///x|{200}", "https://|{200}", "https://,{200}"),
    *("file://{folder}", "file://{folder}/", "file://{none}", "file://{none},{200}", "file:///x?y,{200}"),
    *(
        "file://{broken}",
        "file://{broken},{200}",
        "file://{broken}|{200}",
        "file://{broken}|off",
        "{404},file://{folder}",
    ),
    *("{html},{200}", "{html}|{200}", "{403}|file://{folder}", "file://{none},direct", "file://{folder},direct"),
)


@pytest.mark.parametrize(
    ("version", "gonoproxy"), [("v1.0.0", ""), ("latest", ""), ("v1.0.0", "*.test"), ("v1.0.0", "m")]
)
def test_odd_lists_are_walked_as_by_the_go_command(
    version: str, gonoproxy: str, record_count: RecordCount, tmp_path: Path
) -> None:
    tree = tmp_path / "tree/example.test/m/@v"
    tree.mkdir(parents=True)
    for name in ("list", *(f"{servers.VERSION}.{kind}" for kind in ("info", "mod", "zip"))):
        (tree / name).write_bytes(servers.module_file(servers.MODULE, f"@v/{name}") or b"")
        (tmp_path / "broken/example.test/m/@v" / name).mkdir(parents=True)  # opens, but cannot be read
    folders = {"folder": f"{tmp_path}/tree", "broken": f"{tmp_path}/broken", "none": f"{tmp_path}/none"}
    answers = {folders["folder"]: "200", folders["broken"]: "500", folders["none"]: "404", "example.test": "refused"}
    pairs: list[tuple[str, chains.Observed, chains.Observed]] = []
    with servers.Proxies() as proxies:
        urls = {way: proxies.value("odd", [way]) for way in ("200", "404", "410", "403", "500", "html")}
        answers |= {url: way for way, url in urls.items()}
        for form in VALUES:
            value = re.sub(r"\{(\w+)\}", lambda match: {**urls, **folders}[match[1]], form)
            settings = {"GOPROXY": value, "GONOPROXY": gonoproxy or "none"}
            settings["GOPATH"] = str(tmp_path / f"gopath{len(pairs)}")
            ran = servers.download(proxies, "odd", [], tmp_path, settings, f"{servers.MODULE}@{version}")
            seen = servers.observe(proxies, ran)

            route = walk(request(value, gonoproxy=gonoproxy, version=version.replace("latest", "")), answers)
            pairs.append((form, _traced(route, proxies.host(0, "200")), seen))

    wrong = [pair for pair in pairs if pair[1] != pair[2]]
    record_count("chain, odd lists", len(pairs), len(wrong))
    assert wrong == []


def _traced(route: Route, host: str) -> chains.Observed:
    """The route as go's own trace has it, which says nothing of the files that it opens."""
    served_by = "direct" if (route.served_by or "").startswith("file://") else route.served_by
    asked = tuple(party.replace(host, "0") for party in route.asked if not party.startswith("file://"))
    return route.outcome, asked, served_by and served_by.replace(host, "0")
