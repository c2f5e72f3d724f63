"""Where modules are fetched from directly, held against the real go command and hosts that are on the loopback."""

import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from policygate.facts.go.origin import Origin, locate
from policygate.facts.go.walk import walk
from policygate.routes import Learner
from tests.facts.go.oracle import servers
from tests.facts.go.oracle.internet import Internet, start
from tests.facts.go.oracle.questions import HERE
from tests.facts.go.oracle.questions import request as make_request

WAYS = ("well", "404", "410", "403", "502", "reset", "html", "refused")
HOSTS = tuple(host for way in WAYS for host in (f"{way}.test", f"at-{way}.test", f"{way}.code.test"))


@pytest.fixture(scope="module")
def internet(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    folder = tmp_path_factory.mktemp("internet")
    environment = servers.make_environment(folder, {"GOCACHE": str(request.config.cache.mkdir("go-build"))})
    it = start(folder, environment, HOSTS)
    yield it
    it.stop()


PATHS = (
    *(f"{way}.test/a/m" for way in WAYS),
    *(f"at-{way}.test/m" for way in WAYS),
    *("github.com/acme", "github.com/acme/m.git", "bitbucket.org/m", "git.apache.org/m", "example.net/m"),
)


@pytest.mark.parametrize("goproxy", ["direct", "404,direct", "reset|direct", "off", "200"])
def test_a_direct_fetch_goes_where_predicted(goproxy: str, tmp_path: Path, internet: Internet) -> None:
    entries = re.split(r"([,|])", goproxy)
    gonoproxy = "*" if "direct" not in entries else "none"
    settings = {"GONOPROXY": gonoproxy, "https_proxy": internet.proxy, "SSL_CERT_FILE": str(internet.authority)}
    pairs = []
    with servers.Proxies() as proxies:
        for path in PATHS:
            what = f"{path}@{servers.VERSION}"
            ran = servers.download(proxies, path.replace("/", "-"), entries, tmp_path, settings, what)
            outcome, _, served_by = servers.observe(proxies, ran)
            requests = internet.seen()
            learned = {(it.partition("/")[0], "vanity") for it in requests if it.endswith("?go-get=1")}
            learned |= {("", "direct") for it in requests if ".code.test/" in it}
            pairs.append((path, _predict_direct(entries, path, gonoproxy), (outcome, served_by, learned)))

    assert [pair for pair in pairs if pair[1] != pair[2]] == []


def _predict_direct(entries: Sequence[str], path: str, gonoproxy: str) -> tuple[str, str | None, set[tuple[str, str]]]:
    way = path.partition(".")[0]
    answer = way.removeprefix("at-")
    place = path if way == answer else "direct"
    answers = {place: answer.replace("well", "200")} if answer in WAYS else {}
    hosts = "".join(it if it in servers.NO_URL else "https://0.example" for it in entries)
    if entries[0] not in servers.NO_URL:
        answers["0.example"] = entries[0]
    route = walk(make_request(hosts, module=path, gonoproxy=gonoproxy), answers)
    return route.outcome, route.served_by, {(it.party, it.through) for it in route.learns if it.through != "proxy"}


@pytest.mark.parametrize(
    ("path", "repository"),
    [
        ("github.com/acme/m", "github.com/acme/m"),
        ("a.test/b/c.git/m", "a.test/b/c"),
        ("a.test/b.git", "a.test/b"),
    ],
)
def test_a_repository_that_the_path_names_is_fetched_without_a_lookup(
    path: str, repository: str, tmp_path: Path, internet: Internet
) -> None:
    below = path.removeprefix(repository).removeprefix(".git").strip("/")
    _make_repository(tmp_path / "repository", below, path)
    redirect = f'[url "file://{tmp_path}/repository"]\n\tinsteadOf = https://{repository}\n'
    (tmp_path / "gitconfig").write_text(redirect)
    settings = {"GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig"), "https_proxy": internet.proxy}
    with servers.Proxies() as proxies:
        ran = servers.download(proxies, "git", ["direct"], tmp_path, settings, f"{path}@{servers.VERSION}")

    route = walk(make_request("direct", module=path), {})

    assert (ran.outcome, ran.traced, internet.seen()) == ("found", [], [])
    assert (route.outcome, route.served_by, route.asked) == ("found", "direct", ("direct",))
    why = "the repository is fetched without a proxy"
    assert route.learns == (Learner(repository.partition("/")[0], "direct", repository, why, HERE),)


def _make_repository(folder: Path, below: str, module: str) -> None:
    (folder / below).mkdir(parents=True)
    (folder / below / "go.mod").write_text(f"module {module}\n")
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@acme.example"]
    tag = f"{below}/{servers.VERSION}" if below else servers.VERSION
    for command in (["init", "--quiet"], ["add", "."], [*who, "commit", "--quiet", "--message", "start"], ["tag", tag]):
        subprocess.run(["git", *command], cwd=folder, check=True)


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("github.com/acme/m", Origin("github.com/acme/m", "git")),
        ("github.com/acme/m/v2/x", Origin("github.com/acme/m", "git")),
        ("github.com/acme", Origin("", problem="go knows no such repository on `github.com`")),
        ("github.com/acme/~m", Origin("", problem="go knows no such repository on `github.com`")),
        ("github.com/acme/m.git", Origin("", problem="go takes no such suffix on `github.com`")),
        ("github.com.example/acme/m", Origin("")),
        ("bitbucket.org/acme/m", Origin("bitbucket.org/acme/m", "git")),
        ("hub.jazz.net/git/acme/m/x", Origin("hub.jazz.net/git/acme/m", "git")),
        ("hub.jazz.net/acme/m", Origin("")),
        ("git.apache.org/m.git/x", Origin("git.apache.org/m.git", "git")),
        ("git.openstack.org/acme/m/x", Origin("git.openstack.org/acme/m", "git")),
        ("chiselapp.com/user/u/repository/m", Origin("chiselapp.com/user/u/repository/m", "fossil")),
        ("chiselapp.com/user/u/repository/m/x", Origin("", problem="go knows no such repository on `chiselapp.com`")),
        ("example.net/m", Origin("", problem="go knows no such repository on `example.net`")),
        ("gitlab.com/acme/m", Origin("")),
        ("golang.org/x/mod", Origin("")),
        ("git.acme.example", Origin("")),
        ("git.acme.example/a/b.git/c/d.git", Origin("git.acme.example/a/b", "git")),
        ("git.acme.example/~a/b.hg", Origin("git.acme.example/~a/b", "hg")),
        ("git.acme.example/a~b/c.git", Origin("")),
        ("git.acme.example/a.svn/c", Origin("git.acme.example/a", "svn")),
        ("git.acme.example/a.gitx", Origin("")),
        ("git.example.git", Origin("")),
    ],
)
def test_sites_and_suffixes_need_no_lookup(path: str, origin: Origin) -> None:
    assert locate(path) == origin
    assert origin.unsure == (origin.system in ("svn", "fossil"))


def test_long_paths_take_linear_time() -> None:
    started = time.perf_counter()

    assert locate("a.example" + "/a.b" * 200_000) == Origin("")
    assert locate("github.com" + "/a.b" * 200_000) == Origin("github.com/a.b/a.b", "git")
    assert time.perf_counter() - started < 2
