"""What files say of the network: the cases of `network_cases.txt`, in which each password is planted, and bounds."""

import random
from collections.abc import Callable, Mapping

import pytest

from policygate.facts import reader_of, run_reader
from policygate.facts.files import Files
from policygate.facts.model import FileFacts
from policygate.facts.read import app_config
from tests.facts.fuzzing import PASSWORD, PIECES, Mutator, encoded, misplaced
from tests.facts.net.telling import span, tell
from tests.linear import grows_linearly

Cases = Callable[[str], dict[str, tuple[str, str]]]
SeveralFiles = Callable[[str], tuple[str, bytes, Files]]


def read(path: str, text: str, **others: str) -> FileFacts:
    content = {path: text.encode(), **{name: other.encode() for name, other in others.items()}}
    return run_reader(reader_of(path), path, content[path], Files(sorted(content), content.get))


def described(path: str, content: Mapping[str, bytes]) -> str:
    facts = run_reader(reader_of(path), path, content[path], Files(sorted(content), content.get))
    assert "PLANTED" not in facts.model_dump_json()
    assert list(misplaced(facts, content)) == []
    elsewhere = [f"{each.key} stands in {each.at.path}\n" for each in facts.endpoints if each.at.path != path]
    hosts = [f"host network {each.service} {span(each.at)}\n" for each in facts.host_networks]
    return "".join([tell(facts), *elsewhere, *hosts])


def files_of(files: Files) -> dict[str, bytes]:
    return {path: files.read(path) or b"" for path in files.paths}


def test_files_say_what_is_expected(cases: Cases, several_files: SeveralFiles) -> None:
    table = cases("network_cases.txt")
    assert len(table) == 12
    shown = {}
    for name, (text, _) in table.items():
        path, _, files = several_files(text)
        shown[name] = described(path, files_of(files)).strip("\n")
    assert shown == {name: expected for name, (_, expected) in table.items()}


@pytest.mark.parametrize(
    ("case", "key", "tls"),
    [
        ("Spring in YAML", "spring.kafka.bootstrap-servers", "required"),
        ("Spring in YAML", "spring.data.redis.host", "required"),
        ("Spring in YAML", "spring.datasource.url", "required"),
        (".NET in JSON", "ConnectionStrings.Default", "required"),
        ("compose: names, edges, aliases, addresses", "DATABASE_URL", "disabled"),
    ],
)
def test_settings_beside_decide_about_tls(
    case: str, key: str, tls: str, cases: Cases, several_files: SeveralFiles
) -> None:
    path, data, files = several_files(cases("network_cases.txt")[case][0])
    facts = run_reader(reader_of(path), path, data, files)
    assert next(each.tls for each in facts.endpoints if each.key == key) == tls


def test_spans_of_secrets_hold_them_all(cases: Cases, several_files: SeveralFiles) -> None:
    """What the spans leave of the lines shows no password, whatever escapes stand in it."""
    for text, _ in cases("network_cases.txt").values():
        path, data, files = several_files(text)
        facts = run_reader(reader_of(path), path, data, files)
        for name, content in files_of(files).items():
            if name == path or any(each.at.path == name for each in facts.endpoints):
                shown = _blanked(content.decode(), facts, name)
                left = [line for line in shown.split("\n") if "PLANT" in line or "LANTED" in line]
                assert [line for line in left if "GOPROXY" not in line and "POSTGRES_PASSWORD" not in line] == []


def _blanked(text: str, facts: FileFacts, path: str) -> str:
    lines = text.split("\n")
    for at in (at for at in facts.secrets if at.path == path):
        for number in range(at.start.line, at.end.line + 1):
            line = lines[number - 1]
            first = at.start.column - 1 if number == at.start.line else 0
            last = at.end.column - 1 if number == at.end.line else len(line)
            lines[number - 1] = line[:first] + "*" * (last - first) + line[last:]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("application.properties", "a.b = c\nserver.port=8080\n"),
        (".env", "A=b\nC=postgres\nD=1:2\n"),
        (".env", "HOST=0.0.0.0\nPORT=8080\nBIND_ADDR=:8080\nLISTEN=http://0.0.0.0:1\nGOPROXY=https://a.acme.example\n"),
        ("compose.yml", "services: {a: }\n"),
        (
            "compose.yml",
            "services: {a: {image: x, command: 5, environment: 7}}\n".replace("a:", "a-b:").replace("5", "[]"),
        ),
        (".gitlab-ci.yml", "variables: {A: b}\na: {script: x, services: {a: b}}\n"),
        (".github/workflows/a.yml", "env: {A: b}\njobs: {a: {steps: [], services: }}\n"),
        ("Dockerfile", "FROM x\nARG A_URL=redis://a\nRUN export B_URL=redis://b\n"),
        ("config/package.json", '{"homepage": "https://a.acme.example", "x": "redis://a"}'),
        (".vscode/settings.json", '{"a": "redis://a"}'),
        ("config/locales/en.json", '{"a": "redis://a"}'),
        ("config/tsconfig.json", '{"a": "redis://a"}'),
        ("gradle/wrapper/gradle-wrapper.properties", "distributionUrl=https\\://services.acme.example/x.zip\n"),
        ("messages_de.properties", "help=https://help.acme.example\n"),
        ("sonar-project.properties", "sonar.host.url=https://sonar.acme.example\n"),
        ("Dockerfile", "FROM x\nENV GO_DOWNLOAD_URL=https://a.acme.example/go.tgz\n"),
        ("tox.ini", "[x]\na = redis://a\n"),
        ("config.json", '{"a": "redis://a",'),
        ("config.toml", "a = redis://a"),
        ("settings.json", '["redis://a"'),
        ("x.properties", "a=redis://a\nb=\\u12"),
        ("config/data.json", '{"a": "redis://a", "b": "' + "x" * app_config.MAX_CHARACTERS + '"}'),
    ],
)
def test_files_without_endpoints_and_those_of_other_programs_say_nothing(path: str, text: str) -> None:
    facts = read(path, text)
    assert (facts.endpoints, facts.problems, facts.secrets) == ([], [], [])


@pytest.mark.parametrize(
    ("path", "text", "message", "place"),
    [
        ("appsettings.json", '{"a":\n "redis://a",', "not valid JSON: it ends too early", "2:14-14"),
        ("appsettings.Development.json", '{"a": redis://a}', "not valid JSON", "1:7-17"),
        (
            "application-prod.properties",
            "a=redis://a\nb=\\u12\n",
            "not valid properties: a malformed `\\u` escape",
            "2:3-5",
        ),
        ("application.toml", "a = 1\nb = redis://a\n", "not valid TOML", "2:1-14"),
        ("application.properties", "a=redis://a" + "\n" * 500_000, "larger than 500,000 characters", "1:1-12"),
        (".env", "A=redis://a\nB=x" + " " * 1001 + "y\n", "too many blanks in a row to read", "2:4-1005"),
    ],
)
def test_a_file_of_ours_that_cannot_be_read_is_a_problem(path: str, text: str, message: str, place: str) -> None:
    facts = read(path, text)
    assert [(problem.message, span(problem.at)) for problem in facts.problems] == [(message, place)]
    assert facts.endpoints == []


def test_configuration_without_a_hint_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(app_config, "_READERS", dict.fromkeys(("json", "ini", "toml", "properties"), parse))
    for end in ("json", "ini", "toml", "properties"):
        assert app_config.read(f"config.{end}", b"a: [1, 2]\nname = b\n") == FileFacts()
        with pytest.raises(AssertionError):
            app_config.read(f"config.{end}", b"a = redis://a\n")


def test_a_pipeline_says_what_jobs_inherit_once() -> None:
    jobs = "".join(f"job{number}: {{extends: .a, script: x}}\n" for number in range(50))
    text = ".a: {variables: {A_URL: redis://a, B_URL: 'redis://$HOST'}, services: [postgres]}\nvariables: {HOST: h}\n"
    facts = read(".gitlab-ci.yml", text + jobs + "last: {extends: .a, variables: {HOST: other}, script: x}\n")
    assert [(each.holder, each.text) for each in facts.endpoints] == [
        (".gitlab-ci.yml#job0", "redis://a"),
        (".gitlab-ci.yml#job0", "redis://h"),
        (".gitlab-ci.yml#last", "redis://other"),
    ]
    assert [each.name for each in facts.services] == ["postgres"]


def test_child_pipelines_and_included_files() -> None:
    facts = read(
        ".gitlab-ci.yml",
        "include: ci/a.yml\nb: {trigger: {include: ci/b.yml}, variables: {B_URL: redis://b}}\n",
        **{
            "ci/a.yml": "a: {variables: {A_URL: redis://a}, script: x}\n",
            "ci/b.yml": "c: {variables: {C_URL: redis://c}}\n",
        },
    )
    assert [(each.holder, each.at.path, each.text) for each in facts.endpoints] == [
        (".gitlab-ci.yml#a", "ci/a.yml", "redis://a"),
        (".gitlab-ci.yml#b", ".gitlab-ci.yml", "redis://b"),
        ("ci/b.yml#c", "ci/b.yml", "redis://c"),
    ]


def test_compose_services_that_cannot_be_followed_leave_the_others() -> None:
    facts = read(
        "compose.yml", "services: {a: [], b: {links: [5, {c: d}], networks: [x], depends_on: 7, extra_hosts: z}}\n"
    )
    assert [each.name for each in facts.services] == ["b"]
    assert [each.target for each in facts.edges] == ["5"]
    assert (facts.aliases, facts.endpoints) == ([], [])


TEXTS = {
    "config/a.properties": (
        "a.url=redis\\://u\\:x@h:1/\\\n  2\nb.host = ${A:b}\nb.port:1\n#---\nspring.profiles=x\nk.brokers a:1,b:2\n"
    ),
    "config/a.ini": '[a b]\nhost = h\nport: 5432\nbrokers =\n  a:1\n  b:2\n; x\nurl = "postgres://u:x@h/d?a=b"\n',
    "config.toml": (
        "[a]\nurl = 'redis://:x@h'\n[[b.c]]\nhosts = ['a:1', \"b\\u0041:2\"]\nd = {host = 'h', port = 1}\ne='''\nx'''\n"
    ),
    "config.json": (
        '{"a": {"url": "redis:\\/\\/:x@h"}, // c\n"b": [{"host": "h", "port": 5}, "amqp://q"], "c": "Server=h;Pwd=x"}'
    ),
    "application.yml": (
        "a: {url: 'redis://:x@${H:h}'}\nb:\n  - {host: \"h\", port: 5}\n  - amqp://q\n"
        "---\nspring: {profiles: p}\nb_url: redis://b\n"
    ),
    "compose.yml": (
        "services:\n  a:\n    environment: {A_URL: 'redis://:${X:-y}@h', B_HOST: h}\n    depends_on: [b]\n"
        "    links: ['b:c']\n    extra_hosts: ['a:1.2.3.4']\n    command: ['--db', 'mysql://u:x@h/d']\n"
        "    network_mode: host\n  b: {extends: a}\n"
    ),
    ".env.example": 'A_URL=redis://:changeme@h\nexport B_HOST=\'h\'\nB_PORT=1\nB_PASSWORD="x\\"y"\n',
    ".github/workflows/a.yml": (
        "env: {A_URL: 'redis://:x@${{ env.H }}'}\njobs:\n  a:\n    services: {b: {image: c}}\n"
        "    steps: [{env: {B_HOST: h, B_PORT: 1}, run: x}]\n"
    ),
    ".gitlab-ci.yml": (
        "variables: {A_URL: 'redis://:x@$H', H: h}\na:\n  services: [b, {name: c:1, alias: d}]\n"
        "  variables: {B_URL: 'amqp://$A_URL'}\n  script: x\n"
    ),
    "Dockerfile": 'ARG H=h\nFROM a\nARG H\nENV A_URL=redis://:x@$H B_HOST="h"\n',
}
PLANTED = (
    f"redis://u:{PASSWORD}@h",
    f"\nPASSWORD={PASSWORD}\n",
    f"u:{PASSWORD}@tcp(h:1)/d",
    f"Server=h;Password={PASSWORD}",
)


@pytest.mark.parametrize("path", TEXTS)
def test_no_text_breaks_a_reader_or_shows_a_password(path: str) -> None:
    mutator = Mutator([TEXTS[path]], (*PIECES["yaml"], *PLANTED, "${", "}", "://", "@", "\\", "=", ":", "[", "'"))
    told = 0
    for seed in range(200):
        data = encoded(mutator.text(random.Random(seed)))  # noqa: S311 - no secret
        facts = run_reader(reader_of(path), path, data, Files([path], {path: data}.get))
        assert list(misplaced(facts, {path: data})) == [], seed
        assert not any(PASSWORD in each.text + each.database + str(each.hosts) for each in facts.endpoints), seed
        told += facts.endpoints != []
    assert told > 40


SIZES: dict[str, Callable[[int], str]] = {
    "application.properties": lambda size: "".join(f"a{n}.url=redis://${{a{n - 1}.url:b}}\n" for n in range(size)),
    "a.ini": lambda size: "[a]\nurl =" + "\n redis://a" * size,
    "config.toml": lambda size: "[a]\n" + "".join(f"url{n} = 'redis://a'\n" for n in range(size)),
    "config.json": lambda size: '{"a": [' + '{"host": "a.acme.example", "port": 1},' * size + "]}",
    ".env": lambda size: "".join(f"A{n}_HOST=a\nA{n}_PORT=1\n" for n in range(size)),
    "compose.yml": lambda size: (
        "services:\n" + "".join(f"  a{n}: {{environment: [A_URL=redis://a]}}\n" for n in range(size))
    ),
    "Dockerfile": lambda size: "FROM a\n" + "".join(f"ENV A{n}_URL=redis://a\n" for n in range(size)),
}


@pytest.mark.parametrize("path", SIZES)
def test_readers_take_linear_time(path: str) -> None:
    assert grows_linearly(lambda size: read(path, SIZES[path](size)), 150)
