"""The checksum database in the walk, held against what the real go command does with a signed one on the loopback."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from policygate.facts.go.walk import walk
from tests.facts.go.oracle import servers
from tests.facts.go.oracle.internet import Internet, start
from tests.facts.go.oracle.questions import request as make_request

RecordCount = Callable[[str, int, int], None]

HOSTS = ("example.test", "sum.test", "well.code.test")


class Case(NamedTuple):
    """A download with the checksum database."""

    entries: str
    database: str = "named"
    """`named`, `url`, `nobody` (a URL that refuses), `off`, or a value of its own."""
    gonosumdb: str = ""
    gonoproxy: str = ""
    summed: tuple[str, ...] = ()
    reachable: bool = True
    """Whether anything but the proxies can be reached."""


CASES = (
    *map(Case, ("200", "404,200", "500|200", "403,200", "refused|200", "reset|200", "404,404", "404,off", "direct")),
    *(Case(f"200~{answer}") for answer in ("404", "410", "403", "429", "500", "502", "reset", "html", "stall")),
    *(Case(f"200~{answer},200") for answer in ("404", "403", "html")),
    *(Case(f"200~{answer}|200") for answer in ("404", "403", "502", "reset", "html")),
    *(Case(f"200~{answer}|200~404") for answer in ("404", "403", "html")),
    *(Case(f"200~{answer}{rest}") for answer in ("404", "500") for rest in (",direct", "|direct", ",off", "|off")),
    *map(Case, ("html|200", "404~200,200~404", "404~200,200~403", "500~404|404~502|200~404", "404~410,direct", "off")),
    *map(Case, ("404~200,direct", "404~500|direct", "404~500,direct")),
    *(Case(entries, "url") for entries in ("200", "200~403", "404,200", "direct", "200~500|200~500", "403")),
    *(Case(entries, "nobody") for entries in ("200", "200,200", "200|200", "200|direct", "404,200|200")),
    *(Case(entries, "off") for entries in ("200", "200~403", "html|200", "direct")),
    *(Case(entries, "nonsense") for entries in ("200", "200|200", "404,200")),
    *(Case("200~403", gonosumdb=patterns) for patterns in ("example.test", "*.test/m", "example.test/m/*", "x,*")),
    *(Case(entries, reachable=False) for entries in ("200", "200~404", "200~404|200~404", "200~404,off", "direct")),
    *(Case("200~403", summed=summed) for summed in (("mod",), ("zip",), ("mod", "zip"))),
    *(Case("200|200", "nobody", summed=summed) for summed in (("mod",), ("zip",), ("mod", "zip"))),
    *(Case("html|200", summed=summed) for summed in (("mod",), ("zip",), ("mod", "zip"))),
    *(
        Case(entries, gonoproxy="*.test")
        for entries in ("200", "200~404", "200~403", "404,off", "off", "direct", "reset")
    ),
    Case("200", gonoproxy="*.test", gonosumdb="*.test"),
    Case("off", gonoproxy="*.test", reachable=False),
    Case("200,200", gonoproxy="*.test", reachable=False),
)


class Seen(NamedTuple):
    """What happened in one case, or should."""

    outcome: str
    asked: tuple[str, ...]
    served_by: str | None
    probed: tuple[str, ...]
    """The positions of the proxies that were asked whether they pass lookups on, in order."""
    learned: tuple[str, ...]
    """Who saw a lookup of the module: positions, and `database`."""


@pytest.fixture(scope="module")
def internet(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    folder = tmp_path_factory.mktemp("internet")
    environment = servers.make_environment(folder, {"GOCACHE": str(request.config.cache.mkdir("go-build"))})
    it = start(folder, environment, HOSTS)
    yield it
    it.stop()


def observe(number: int, case: Case, folder: Path, proxies: servers.Proxies, internet: Internet) -> Seen:
    """Run the case for real."""
    values = {"named": internet.verifier, "url": f"{internet.verifier} {internet.plain}"}
    values["nobody"] = f"{internet.verifier} {proxies.nobody}"
    project = folder / f"project{number}"
    project.mkdir()
    if case.summed:
        (project / "go.mod").write_text(f"module a.test\n\ngo 1.21\n\nrequire {servers.MODULE} {servers.VERSION}\n")
        lines = servers.go_sum(servers.MODULE)
        (project / "go.sum").write_text("".join(lines[kind] for kind in case.summed))
    settings = {
        "GOSUMDB": values.get(case.database, case.database),
        "GONOSUMDB": case.gonosumdb or "none",
        "GONOPROXY": case.gonoproxy or "none",
        "https_proxy": internet.proxy if case.reachable else proxies.nobody,
        "SSL_CERT_FILE": str(internet.authority),
    }
    ran = servers.download(proxies, f"s{number}", re.split(r"([,|])", case.entries), project, settings)
    below = [it for it in ran.asked if it.path.startswith("sumdb/")]
    learned = {str(it.position) for it in below if "/lookup/" in it.path}
    learned |= {"database" for it in internet.seen() if f"/lookup/{servers.MODULE}@{servers.VERSION}" in it}
    probed = tuple(str(proxies.position(url)) for url in ran.traced if url.endswith("/supported"))
    return Seen(*servers.observe(proxies, ran), probed, tuple(sorted(learned)))


def predict_checked(case: Case, internet: Internet) -> Seen:
    """What should happen in the case."""
    answers = {} if case.reachable else {"sumdb": "refused", "example.test": "refused"}
    hosts = []
    for index, entry in enumerate(re.split(r"([,|])", case.entries)):
        if entry in servers.NO_URL:
            hosts.append(entry)
            continue
        plain, _, below = entry.partition("~")
        host = f"{index // 2}.example"
        answers |= {host: plain, f"{host}/sumdb": below or plain}
        hosts.append(f"https://{host}")
    values = {"named": internet.verifier, "url": f"{internet.verifier} http://database.example"}
    values["nobody"] = f"{internet.verifier} https://nobody.example"
    route = walk(
        make_request(
            "".join(hosts),
            gosumdb=values.get(case.database, case.database),
            gonosumdb=case.gonosumdb,
            gonoproxy=case.gonoproxy,
            summed=case.summed,
        ),
        {**answers, "nobody.example": "refused"},
    )
    learned = {it.party for it in route.learns if it.through == "sumdb"}
    renamed = {"sum.test": "database", "database.example": "database"}
    probed = [step.entry for step in route.steps if step.requests == ("supported",)]
    return Seen(
        route.outcome,
        tuple(party.removesuffix(".example") for party in route.asked),
        route.served_by and route.served_by.removesuffix(".example"),
        tuple(entry.removeprefix("https://").removesuffix(".example") for entry in probed),
        tuple(sorted(renamed.get(party, party.removesuffix(".example")) for party in learned)),
    )


def test_the_checksum_database_is_asked_as_predicted(
    tmp_path: Path, internet: Internet, record_count: RecordCount
) -> None:
    assert len(set(CASES)) == len(CASES)
    with servers.Proxies(database=internet.plain) as proxies:
        seen = [observe(number, case, tmp_path, proxies, internet) for number, case in enumerate(CASES)]

    pairs = [(case, predict_checked(case, internet), it) for case, it in zip(CASES, seen, strict=True)]
    wrong = [pair for pair in pairs if pair[1] != pair[2]]
    record_count("checksum database", len(CASES), len(wrong))
    assert wrong == []


@pytest.mark.parametrize(
    ("case", "learned"),
    [
        (("200", "off", ""), []),
        (("file://{folder}", "off", ""), []),
        (("file://{folder},off", "off", ""), []),
        (("200", "named", "golang.org"), ["0", "sum.test"]),
        (("200~404", "named", "*"), ["sum.test"]),
        (("file://{folder}", "named", ""), ["sum.test"]),
        (("file://{folder}", "named", "golang.org"), []),
        (("file://{folder},off", "named", ""), ["sum.test"]),
    ],
)
def test_toolchains_are_checked_whatever_is_exempt(
    case: tuple[str, str, str], learned: list[str], tmp_path: Path, internet: Internet, record_count: RecordCount
) -> None:
    entry, gosumdb, gonosumdb = case
    toolchain = "golang.org/toolchain"
    tree = tmp_path / toolchain / "@v"
    tree.mkdir(parents=True)
    for name in (f"{servers.VERSION}.{kind}" for kind in ("info", "mod", "zip")):
        (tree / name).write_bytes(servers.module_file(toolchain, f"@v/{name}") or b"")
    value = {"named": internet.verifier}.get(gosumdb, gosumdb)
    settings = {"GOSUMDB": value, "GONOSUMDB": gonosumdb or "none", "https_proxy": internet.proxy}
    settings["SSL_CERT_FILE"] = str(internet.authority)
    with servers.Proxies(database=internet.plain) as proxies:
        goproxy = entry.format(folder=tmp_path) if "file" in entry else proxies.value("t", [entry])
        settings["GOPROXY"] = goproxy
        ran = servers.download(proxies, "t", [], tmp_path, settings, f"{toolchain}@{servers.VERSION}")
        host = proxies.host(0, "200")
    seen = {str(it.position) for it in ran.asked if "/lookup/" in it.path}
    seen |= {"sum.test" for it in internet.seen() if f"/lookup/{toolchain}@" in it}

    asked = make_request(goproxy, module=toolchain, gosumdb=value, gonosumdb=gonosumdb)
    route = walk(asked, {f"{host}/t/200~404/sumdb": "404"})

    ours = {it.party.replace(host, "0") for it in route.learns if it.through == "sumdb"}
    record_count("checksum database", 1, int((route.outcome, ours) != (ran.outcome, seen)))
    assert (route.outcome, ours) == (ran.outcome, seen)
    assert sorted(seen) == learned


def test_the_default_proxy_and_the_default_database_are_two_parties() -> None:
    route = walk(make_request("default,direct", gosumdb="default"), {"default": "404", "example.test": "200"})

    assert (route.outcome, route.served_by, route.asked) == ("found", "direct", ("default", "direct"))
    assert (route.sumdb.used, route.sumdb.name, route.sumdb.through) == (True, "default", "direct")
    assert [(it.party, it.through) for it in route.learns][-1] == ("default", "sumdb")
