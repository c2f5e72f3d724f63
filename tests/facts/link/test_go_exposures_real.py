"""Exposures held against what servers on the loopback see of the real go command, for one and the same script."""

import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from policygate.facts import LINKERS, reader_of, run_linker, run_reader
from policygate.facts.model import FileFacts, Go
from policygate.facts.own import Surroundings, is_private, state_own
from tests.facts.go.oracle import servers
from tests.facts.go.oracle.internet import Internet, start

HOSTS = ("corp.test", "example.test", "sum.test", "well.code.test")
DEFAULT = "default"
"""Go's own proxy and its own database, as the facts call both."""
LEARNS = tuple[str, str, str]
"""Party, way, private path."""

APP = "module corp.test/x/app\n\ngo 1.21\n\n"
LIB = f"corp.test/x/lib {servers.VERSION}\n"
IMPORTS = 'package app\n\nimport _ "corp.test/x/lib"\n'
SUM = "".join(servers.go_sum("corp.test/x/lib").values())
LIBRARY = {"lib/go.mod": "module corp.test/x/lib\n", "lib/p.go": "package p\n"}
EMPTY = {"go.mod": APP, "app.go": "package app\n", "inner/inner.go": "package inner\n"}
UNSUMMED = {"go.mod": f"{APP}require {LIB}", "app.go": IMPORTS}
SUMMED = {**UNSUMMED, "go.sum": SUM}
VENDORED = {
    **SUMMED,
    "vendor/modules.txt": f"# {LIB}## explicit\ncorp.test/x/lib\n",
    "vendor/corp.test/x/lib/p.go": "package p\n",
}
TOOLED = {**SUMMED, "go.mod": f"{APP}require {LIB}tool corp.test/x/lib/cmd/tool\n".replace("1.21", "1.24")}
REPLACED = {
    "go.mod": f"{APP}require corp.test/old {servers.VERSION}\nreplace corp.test/old => {LIB}",
    "app.go": 'package app\n\nimport _ "corp.test/old"\n',
    "go.sum": SUM,
}
LOCAL = {**UNSUMMED, **LIBRARY, "go.mod": f"{APP}require {LIB}replace corp.test/x/lib => ./lib\n"}
SIBLINGS = {**SUMMED, **LIBRARY}
WORKSPACE = {**SIBLINGS, "go.work": "go 1.21\n\nuse .\nuse ./lib\n"}
UNSUMMED_WORKSPACE = {**WORKSPACE, "go.sum": ""}
REPLACED_WORKSPACE = {**WORKSPACE, "go.work": f"{WORKSPACE['go.work']}replace {LIB.strip()} => ./lib\n"}
TOOL = {**EMPTY, "tool.txt": "corp.test/x/priv/cmd/tool\n"}
PRIV = "corp.test/x/priv"

CHECKED = "export GOSUMDB='{verifier}'"
OUT = f"{CHECKED} GOPROXY={{out}},direct"
GET, INSTALL = "go get corp.test/x/priv@v1.0.0", "go install corp.test/x/priv/cmd/tool@v1.0.0"
DOWNLOAD = "go mod download corp.test/x/priv@v1.0.0"


class Case(NamedTuple):
    """A script in a project."""

    script: str
    files: Mapping[str, str] = EMPTY
    answer: str = "known~404"
    """What the proxies outside say."""
    own: str = "known~404"
    """What the organisation's proxy says."""
    beyond: str = ""
    """Why go asks for more than the facts can know."""
    may: str = ""
    """Why the facts name more than go asks for here."""
    stands_for: str = ""
    """The module of a package that the facts name because no go.mod says where in its path the module ends."""


PASSED = "only the proxy knows whether it passes lookups on to the database"
CASES = (
    # packages that a command names
    Case(f"{OUT}\n{GET}"),
    Case(f"{OUT}\ngo get -t -tags a corp.test/x/priv"),
    Case(f"{OUT}\ngo get -tags=a -- corp.test/x/priv@latest"),
    Case(f"{OUT}\n{GET}", SUMMED),
    Case(f"{OUT}\ngo get -u corp.test/x/priv@v1.0.0", SUMMED),
    Case(f"{OUT}\n{INSTALL}", stands_for=PRIV),
    Case(f"{OUT}\n{INSTALL}", UNSUMMED, stands_for=PRIV),
    Case(f"{OUT}\ngo install corp.test/x/priv/cmd/...@latest", stands_for=PRIV),
    Case(f"{OUT}\ngo run corp.test/x/priv/cmd/tool@v1.0.0 corp.test/y/lib@v1.0.0", stands_for=PRIV),
    Case(f"{OUT}\ngo -C . get corp.test/y/lib@v1.0.0"),
    Case(f"{OUT}\n(cd /; {INSTALL})", {**EMPTY, "go.mod": f"{APP}require corp.test/x/priv v1.0.0\n"}),
    Case(f"{OUT}\ngo get corp.test/x/priv/cmd/tool@v1.0.0", stands_for=PRIV),
    Case(f"{OUT}\ngo get corp.test/x/lib@v1.0.0", SUMMED),
    Case(f"{OUT}\ngo get corp.test/x/lib/missing", SUMMED, may="there is no newer version"),
    Case(f"{OUT}\ngo get example.test/m@v1.0.0"),
    Case(f"{OUT}\ngo get corp.test/x/app/inner"),
    Case(f"{OUT}\ngo get corp.test/x/app/missing"),
    Case(f"{OUT}\ngo get ./... fmt std"),
    Case(f"{OUT}\ngo get corp.test/x/priv@none"),
    Case(f"{OUT}\ngo get corp.test/x/lib@none", SUMMED),
    Case(f"{OUT}\ngo get corp.test/x/priv@"),
    Case(f"{OUT}\ngo get -mod=mod corp.test/x/priv"),
    Case(f"{OUT}\nTOOL=corp.test/x/priv/cmd/tool\ngo install $TOOL@v1.0.0", stands_for=PRIV),
    Case(f"{OUT}\nread TOOL <tool.txt\ngo install $TOOL@v1.0.0", TOOL, beyond="nobody knows what a script reads"),
    # modules that a command names
    Case(f"{OUT}\n{DOWNLOAD}"),
    Case(f"{OUT}\n{DOWNLOAD}", UNSUMMED),
    Case(f"{OUT}\n{DOWNLOAD} example.test/m@v1.0.0"),
    Case(f"{OUT}\ngo mod download corp.test/x/lib@v1.0.0", SUMMED),
    Case(f"{OUT}\ngo mod download corp.test/x/lib", SUMMED),
    Case(f"{OUT}\ngo list -m corp.test/x/priv@latest"),
    Case(f"{OUT}\ngo list -m -f '{{.Version}}' corp.test/x/priv@v1.0.0", SUMMED),
    Case(f"{OUT}\ngo list -m -versions corp.test/x/priv", SUMMED),
    Case(f"{OUT}\ngo list -m -u all", UNSUMMED),
    Case(f"{OUT}\ngo list -m -u all", SUMMED, may="there is no newer version"),
    # what is replaced
    Case(f"{OUT}\ngo get corp.test/old@v1.0.0", REPLACED),
    Case(f"{OUT}\ngo get corp.test/x/lib@v1.0.0", LOCAL),
    Case(f"{OUT}\ngo mod download corp.test/old@v1.0.0", REPLACED, may="nobody has it"),
    Case(f"{OUT}\ngo mod download corp.test/x/lib@v1.0.0", LOCAL),
    Case(f"{OUT}\ngo install corp.test/x/lib/cmd/tool@v1.0.0", LOCAL),
    # Go's defaults
    Case(DOWNLOAD),
    Case(f"GOSUMDB=off {DOWNLOAD}"),
    Case(f"GOPROXY=direct {DOWNLOAD}"),
    Case(f"GOPRIVATE=corp.test/y {DOWNLOAD}"),
    Case(f"GOPRIVATE=corp.test/x {DOWNLOAD}"),
    # exempt by patterns
    Case(f"{OUT} GOPRIVATE=corp.test/x\n{GET}", may="the repository is found"),
    Case(f"{OUT} GOPRIVATE=corp.test/x\ngo get corp.test/x/missing@v1.0.0"),
    Case(f"{OUT} GOPRIVATE=corp.test/x\ngo get corp.test/y/lib@v1.0.0"),
    Case(f"{OUT} GOPRIVATE=corp.test/*/priv\n{INSTALL}", may="the repository is found"),
    Case(f"{OUT} GOPRIVATE=corp.test\n{INSTALL}"),
    Case(f"{OUT} GOPRIVATE=corp.test\ngo get corp.test/x/missing@v1.0.0"),
    Case(f"{OUT} GOPRIVATE=corp.test\n{DOWNLOAD}"),
    Case(f"{OUT} GONOPROXY=corp.test\n{DOWNLOAD}"),
    Case(f"{OUT} GONOSUMDB=corp.test\n{GET}"),
    Case(f"{OUT} GOPRIVATE=corp.test GONOPROXY=none\n{GET}"),
    Case(f"{OUT} GOPRIVATE=corp.test GONOSUMDB=none\n{DOWNLOAD}"),
    # other proxies and databases
    Case(f"{OUT} GOSUMDB=off\n{GET}"),
    Case(f"{CHECKED} GOPROXY=direct\n{GET}"),
    Case(f"{CHECKED} GOPROXY=off\n{GET}"),
    Case(f"{CHECKED} GOPROXY=off\ngo mod tidy", UNSUMMED),
    Case(f"{CHECKED} GOPROXY={{own}}\n{GET}"),
    Case(f"{CHECKED} GOPROXY={{own}},{{out}}\n{GET}", own="404"),
    Case(f"{CHECKED} GOPROXY={{own}},{{out}}\n{GET}", may="the organisation's own proxy has it"),
    Case(f"{CHECKED} GOPROXY='{{own}}|{{out}}'\n{DOWNLOAD}", own="500~404"),
    Case(f"{CHECKED} GOPROXY={{out}},{{other}}\n{DOWNLOAD}", answer="404", may="what nobody has is never looked up"),
    Case(f"{OUT}\n{GET}", answer="known~200", beyond=PASSED),
    Case(f"{OUT} GOPRIVATE=corp.test GONOSUMDB=none\n{DOWNLOAD}", answer="known~200", beyond=PASSED),
    # what go.mod requires
    Case(f"{OUT}\ngo build -mod=mod ./...", UNSUMMED),
    Case(f"{OUT}\ngo build -mod mod ./...", SUMMED),
    Case(f"{OUT}\nGOFLAGS=-mod=mod go vet ./...", UNSUMMED),
    Case(f"{OUT}\ngo build ./...", SUMMED),
    Case(f"{OUT}\ngo build ./...", UNSUMMED, may="go stops at once where go.sum has no line"),
    Case(f"{OUT}\ngo mod tidy", UNSUMMED),
    Case(f"{OUT}\ngo mod tidy", SUMMED),
    Case(f"{OUT}\ngo mod download", UNSUMMED),
    Case(f"{OUT}\ngo mod download", SUMMED),
    Case(f"{OUT}\ngo mod verify", UNSUMMED),
    Case(f"{OUT}\ngo get ./...", UNSUMMED),
    Case(f"{OUT}\ngo get -u ./...", UNSUMMED, beyond="-u looks for the module of each imported package anew"),
    *(Case(f"{OUT}\ngo {command}", SUMMED) for command in ("fix ./...", "fmt ./...", "list ./...", "list -m all")),
    *(Case(f"{OUT}\ngo {command}", SUMMED) for command in ("mod edit -print", "mod vendor", "generate ./...", "env")),
    *(Case(f"{OUT}\ngo {command}", SUMMED) for command in ("test -run x .", "doc", "clean", "tool")),
    *(
        Case(f"{OUT}\ngo {command}", SUMMED)
        for command in ("clean -testcache", "tool cover -h", "version", "help", "mod init")
    ),
    *(Case(f"{OUT}\ngo {command}", VENDORED) for command in ("fix ./...", "fmt ./...", "clean", "doc", "vet ./...")),
    Case(f"{OUT}\ngo tool corp.test/x/lib/cmd/tool", TOOLED),
    *(Case(f"{OUT}\ngo {command}", UNSUMMED) for command in ("mod why corp.test/x/lib", "mod graph")),
    Case(f"{OUT}\ngo work sync", UNSUMMED_WORKSPACE),
    Case(f"{OUT}\ngo work vendor", WORKSPACE),
    Case(f"{OUT}\ngo build ./...", VENDORED),
    Case(f"{OUT}\ngo list -m corp.test/x/priv@v1.0.0", VENDORED),
    Case(f"{OUT}\ngo mod download", VENDORED),
    Case(f"{OUT}\ngo build ./...", REPLACED),
    Case(f"{OUT}\ngo build -mod=mod ./...", LOCAL),
    Case(f"{OUT}\ngo build ./...", SIBLINGS),
    Case(f"{OUT}\ngo build ./...", WORKSPACE),
    Case(f"{OUT}\ngo build ./...", UNSUMMED_WORKSPACE),
    Case(f"{OUT}\ncd lib\ngo vet ./...", UNSUMMED_WORKSPACE),
    Case(f"{OUT}\nGOWORK=off go build ./...", WORKSPACE),
    Case(f"{OUT}\ngo mod tidy", WORKSPACE),
    Case(f"{OUT}\ngo get ./...", UNSUMMED_WORKSPACE),
    Case(f"{OUT}\n{INSTALL}", UNSUMMED_WORKSPACE, stands_for=PRIV),
    Case(f"{OUT}\ngo build ./...", REPLACED_WORKSPACE),
)


class World(NamedTuple):
    """What stands for everything outside, and Go's default hosts, which it takes the place of."""

    internet: Internet
    proxy: str
    database: str


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("internet")
    environment = servers.make_environment(folder, {"GOCACHE": str(request.config.cache.mkdir("go-build"))})
    command = ["go", "env", "GOPROXY", "GOSUMDB"]
    asked = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    proxies, database = asked.stdout.split()
    proxy = proxies.removeprefix("https://").partition(",")[0]
    it = start(folder, environment, [*HOSTS, proxy, database])
    yield World(it, proxy, database)
    it.stop()


def see(name: str, proxies: servers.Proxies, world: World, own: int) -> set[LEARNS]:
    """Who outside has been asked for which module since the last call."""
    seen = set()
    for it in proxies.log.pop(name, []):
        if it.position != own:
            through = "sumdb" if it.path.startswith("sumdb/") else "proxy"
            seen.add((proxies.host(it.position, ""), through, re.sub(r"^sumdb/[^/]+/lookup/|/?@.*", "", it.path)))
    hosts = set()
    for url in world.internet.seen():
        host, _, path = url.partition("/")
        party = "sum.test" if host in world.internet.plain else DEFAULT if host in world[1:] else host
        hosts.add(party)
        if path.startswith("lookup/"):
            seen.add((party, "sumdb", path.removeprefix("lookup/").partition("@")[0]))
        elif host == world.proxy:
            seen.add((party, "proxy", path.partition("/@")[0]))
    assert hosts <= {*HOSTS, DEFAULT}
    return {it for it in seen if it[2].startswith("corp.test")}


def predict(files: Mapping[str, str], own: str) -> set[LEARNS]:
    """Who the facts say learns of which module."""
    read = [run_reader(reader, path, text.encode()) for path, text in files.items() if (reader := reader_of(path))]
    merged = {key: [it for facts in read for it in getattr(facts, key)] for key in FileFacts.model_fields}
    ours = state_own(modules=["corp.test"], public=[], proxies=[own], sumdbs=[])
    go = Go()
    for linker in LINKERS["go"]:
        surroundings = Surroundings(ours, {"shell": {}}, entries=frozenset(files))
        go = run_linker(linker, FileFacts(**merged), surroundings, go)
    assert all(is_private(module, ours) for it in go.exposures for module in it.modules)
    return {(it.party, it.through, module) for it in go.exposures for module in it.modules}


def stand(said: set[LEARNS], module: str) -> set[LEARNS]:
    """The same with the module for the package that is named in its place."""
    below = f"{module}/"
    return {(party, way, module if way == "sumdb" and f"{it}/".startswith(below) else it) for party, way, it in said}


def test_parties_learn_what_the_facts_say(
    tmp_path: Path,
    world: World,
    request: pytest.FixtureRequest,
    record_count: Callable[[str, int, int], None],
) -> None:
    assert len(set(map(repr, CASES))) == len(CASES)
    wrong = []
    cache = str(request.config.cache.mkdir("go-build"))
    with servers.Proxies(database=world.internet.plain) as proxies:
        for number, case in enumerate(CASES):
            name = f"e{number}"
            answers = {"out": (0, case.answer), "own": (1, case.own), "other": (2, case.answer)}
            script = case.script.replace("{verifier}", world.internet.verifier)
            for key, (position, answer) in answers.items():
                script = script.replace(f"{{{key}}}", f"http://{proxies.host(position, answer)}/{name}/{answer}")
            files = {**case.files, "build.sh": script}
            for path, text in files.items():
                (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name / path).write_text(text)
            settings = {"GOPATH": str(tmp_path / "gopath" / name), "GOCACHE": cache, "GOWORK": ""}
            settings |= {"https_proxy": world.internet.proxy, "SSL_CERT_FILE": str(world.internet.authority)}
            environment = servers.make_environment(tmp_path, settings)
            command = ["sh", "./build.sh"]
            ran = subprocess.run(
                command, cwd=tmp_path / name, env=environment, capture_output=True, text=True, check=False
            )
            seen, said = see(name, proxies, world, 1), predict(files, proxies.host(1, ""))
            said = stand(said, case.stands_for) if case.stands_for else said
            right = said < seen if case.beyond else seen < said if case.may else seen == said
            if not right:
                wrong.append((case, seen - said, said - seen, ran.stderr))
    record_count("exposures", len(CASES), len(wrong))
    assert wrong == []
