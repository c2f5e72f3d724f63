"""Which settings are connections, what references in them stand for, and what examples hold."""

import pytest

from policygate.facts.endpoint.values import Holder, Value, found_in
from policygate.facts.net.config_values import facts_of, is_connection
from policygate.facts.net.examples import is_example, is_placeholder
from policygate.facts.net.placeholders import Placeholders
from policygate.facts.net.sniff import may_say
from policygate.facts.net.words import arguments
from policygate.location import Text
from tests.facts.net.telling import span
from tests.linear import grows_linearly


def value(key: str, text: str) -> Value:
    return Value(key, text, Text("a", text.encode()).at(0, len(text)))


def said(path: str, **settings: str) -> list[tuple[str, str, bool, bool]]:
    facts = facts_of([value(key.replace("__", "."), text) for key, text in settings.items()], path)
    return [(each.key, each.text, each.credentials, each.dynamic) for each in facts.endpoints]


@pytest.mark.parametrize(
    "key",
    [
        *("$schema", "a.$ref", "xmlns", "xmlns:a", "homepage", "a.docs", "docs.url", "docs-url", "documentation_url"),
        *("license.url", "auth.issuer", "jwt.audience", "cors.allowed-origins", "web.allowedOrigins[0]", "bugs.url"),
        *("oauth.redirect-uri", "image.repository", "a.description", "termsOfService", "avro.schema", "a.scopes"),
    ],
)
def test_addresses_of_the_web_that_nobody_connects_to(key: str) -> None:
    assert not is_connection(key)
    assert facts_of([value(key, "https://a.acme.example")], "a.json").endpoints == []
    assert facts_of([value(key, "redis://a.acme.example")], "a.json").endpoints != []


@pytest.mark.parametrize(
    "key",
    [
        *("url", "docs.service.url", "schema.registry.url", "licenses.server.url", "jwt.issuer-uri", "document.url"),
        *("base-url", "title-service.url", "namespace.host.url", "authors.url", "issuer.endpoint"),
    ],
)
def test_addresses_of_the_web_that_somebody_connects_to(key: str) -> None:
    assert is_connection(key)
    assert facts_of([value(key, "https://a.acme.example")], "a.json").endpoints != []


KNOWN = {"db.host": "pg", "a": "${b}x", "b": "${a}", "c": "${none:${db.host}}", "d": "${a.b}", "empty": ""}


@pytest.mark.parametrize(
    ("text", "expected", "assumed"),
    [
        ("redis://h", "redis://h", False),
        ("redis://${db.host}/${db.host}", "redis://pg/pg", False),
        ("redis://${none}", "redis://${none}", False),
        ("redis://${none:h}:1", "redis://h:1", True),
        ("redis://${none:-h}:1", "redis://h:1", True),
        ("redis://${NONE:}", "redis://", True),
        ("redis://${db.host:other}", "redis://pg", False),
        ("redis://${none:${db.host}}", "redis://pg", True),
        ("redis://${none:${other:h}}", "redis://h", True),
        ("${c}", "pg", True),
        ("${d}", "${a.b}", False),
        ("${empty}x", "x", False),
        ("$db.host #{db.host} {db.host}", "$db.host #{db.host} {db.host}", False),
        ("${db.host", "${db.host", False),
        ("}${db.host}${", "}pg${", False),
    ],
)
def test_references_are_followed(text: str, expected: str, *, assumed: bool) -> None:
    assert Placeholders(KNOWN).put_in(text) == (expected, assumed)


def test_references_in_a_circle_end() -> None:
    text, _ = Placeholders(KNOWN).put_in("${a}")
    assert text == "${a}" + "x" * 4


def test_what_references_may_make_has_a_bound() -> None:
    doubling = {f"a{number}": f"${{a{number + 1}}}" * 2 for number in range(5000)} | {"big": "x" * 150_000}
    placeholders = Placeholders(doubling)
    for number in range(5000):
        placeholders.put_in(f"${{a{number}}}")
    assert placeholders.left < 0
    assert Placeholders(doubling).put_in("${big}${big}${big}")[0].count("$") == 1


def test_references_take_linear_time() -> None:
    assert grows_linearly(lambda size: Placeholders({}).put_in("${a:" * size + "}" * size), 3_000)


def test_settings_of_one_document() -> None:
    assert said(
        "a.yml", **{"db__host": "pg.acme.example", "url": "jdbc:postgresql://${db.host}/x", "%dev__url": "redis://d"}
    ) == [
        ("db.host", "pg.acme.example", False, False),
        ("url", "jdbc:postgresql://pg.acme.example/x", False, False),
        ("url", "redis://d", False, False),
    ]


@pytest.mark.parametrize(
    ("settings", "scopes"),
    [
        ({"url": "redis://a"}, ["configuration"]),
        ({"spring.profiles": "prod", "url": "redis://a"}, ["profile prod"]),
        ({"spring.config.activate.on-profile": "a & b", "url": "redis://a"}, ["profile a & b"]),
        ({"url": "redis://a", "spring.profiles[0]": "a"}, ["profile a"]),
        ({"url": "redis://a", "spring.profiles.active": "prod"}, ["configuration"]),
        ({"%prod.url": "redis://a", "url": "redis://b"}, ["profile prod", "configuration"]),
    ],
)
def test_profiles_are_scopes(settings: dict[str, str], scopes: list[str]) -> None:
    facts = facts_of([value(key, text) for key, text in settings.items()], "application.yml")
    assert [(each.key, each.scope) for each in facts.endpoints] == [("url", scope) for scope in scopes]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".env.example", True),
        ("a/.env.dist", True),
        ("example.env", True),
        ("config.sample.toml", True),
        ("appsettings.Template.json", True),
        (".env", False),
        (".env.production", False),
        ("examples/.env", False),
        ("counterexample.env", False),
    ],
)
def test_examples_are_known_by_their_names(path: str, *, expected: bool) -> None:
    assert is_example(path) is expected


@pytest.mark.parametrize(
    "text",
    [
        *("changeme", "change-me", "CHANGE_ME", "password", "your_password", "YourPasswordHere", "<password>", "xxx"),
        *(
            "secret",
            "super-secret-password",
            "password123",
            "replace-with-your-token",
            "****",
            "...",
            "TODO",
            "[token]",
        ),
    ],
)
def test_words_that_stand_for_a_password(text: str) -> None:
    assert is_placeholder(text)
    ((_, _, in_example, _),) = said(".env.example", A_URL=f"redis://:{text}@h")
    assert in_example is False
    ((_, _, credentials, _),) = said(".env", A_URL=f"redis://:{text}@h")
    assert credentials is (text not in {"<password>", "****"})


def test_what_stands_for_a_password_is_a_variable() -> None:
    assert said("a.sample", A_URL="redis://:changeme@h?password=todo") == [
        ("A_URL", "redis://:$PASSWORD@h?password=$PASSWORD", False, True)
    ]


@pytest.mark.parametrize("text", ["hunter2", "s3cr3t", "Passw0rd!", "correct-horse", "q", "password" * 20])
def test_real_passwords_stay_real_in_examples(text: str) -> None:
    assert not is_placeholder(text)
    ((_, shown, credentials, _),) = said(".env.example", A_URL=f"redis://:{text}@h")
    assert credentials
    assert text not in shown


def test_an_example_with_a_password_beside_its_host() -> None:
    assert said(".env.example", DB_HOST="h", DB_PASSWORD="changeme")[0][2:] == (False, False)
    assert said(".env.example", DB_HOST="h", DB_PASSWORD="hunter2")[0][2:] == (True, False)
    assert said(".env", DB_HOST="h", DB_PASSWORD="changeme")[0][2:] == (True, False)


@pytest.mark.parametrize(
    ("written", "text", "expected"),
    [
        ("redis://:hunter2@h", "redis://:hunter2@h", "1:10-17"),
        ("redis://:hunt\\x65r2@h", "redis://:hunter2@h", "1:1-22"),
        ("redis://$A:hunter2@h", "redis://abc:hunter2@h", "1:1-21"),
        ("redis://\n:hunter2@h", "redis://:hunter2@h", "1:1-2:11"),
    ],
)
def test_the_span_of_a_secret_is_the_whole_value_where_that_is_written_otherwise(
    written: str, text: str, expected: str
) -> None:
    at = Text("a", written.encode()).at(0, len(written))
    _, secrets = found_in([Value("URL", text, at)], Holder())
    assert [span(at) for at in secrets] == [expected]


def test_listeners_and_settings_of_go_are_no_endpoints() -> None:
    texts = {"A_URL": "http://0.0.0.0:80", "B_URL": "grpc://[::]:90", "GOPROXY": "https://u:hunter2@proxy.acme.example"}
    assert found_in([value(key, text) for key, text in texts.items()], Holder()) == ([], [])
    endpoints, _ = found_in([value("A_URL", "mongodb://0.0.0.0:1,a.acme.example:2/x")], Holder())
    assert [host.name for host in endpoints[0].hosts][1:] == ["a.acme.example"]


def test_secrets_of_settings_without_effect_are_known() -> None:
    endpoints, secrets = found_in(
        [value("A", "redis://h")], Holder(), [value("A", "redis://:hunter2@h"), value("GOAUTH", "x")]
    )
    assert [each.text for each in endpoints] == ["redis://h"]
    assert [span(at) for at in secrets] == ["1:10-17"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("run --db=redis://h -v", [("", "run", 0), ("--db", "redis://h", 9), ("", "-v", 19)]),
        ("--db redis://h x", [("", "--db", 0), ("--db", "redis://h", 5), ("", "x", 15)]),
        ("A_URL=redis://h java -Dx.y=z", [("A_URL", "redis://h", 6), ("", "java", 16), ("x.y", "z", 27)]),
        ("--db='a b' \"c d\"", [("--db", "a b", 6), ("", "c d", 12)]),
        ("--a=b=c --d=", [("--a", "b=c", 4), ("", "--d=", 8)]),
        ("'a' \"b", [("", "a", 1), ("", "b", 5)]),
        ("x?y=redis://h", [("", "x?y=redis://h", 0)]),
        ("--flag --db redis://h", [("", "--flag", 0), ("--flag", "--db", 7), ("--db", "redis://h", 12)]),
        ("  ", []),
    ],
)
def test_arguments_of_a_command_line(line: str, expected: list[tuple[str, str, int]]) -> None:
    assert [tuple(each) for each in arguments(line)] == expected
    assert all(line[start : start + len(text)] == text for _, text, start in expected)


@pytest.mark.parametrize("part", ["a ", "'", "\"'", "-D", "a=", "--", "'a' "])
def test_arguments_take_linear_time(part: str) -> None:
    assert grows_linearly(lambda size: list(arguments(part * size)), 4_000)


@pytest.mark.parametrize(
    "text",
    [
        "redis://h",
        "PGHOST=h",
        "A_ADDR=h:1",
        "brokers: a:1",
        "u:p@tcp(h)/d",
        "JDBC:x",
        "Data Source=h",
        "X_URI=a",
        "url=a",
    ],
)
def test_texts_that_may_say_an_endpoint(text: str) -> None:
    assert may_say(text)
    assert may_say(text.encode())


@pytest.mark.parametrize("text", ["", "a: b", "port: 80", "curl", "image: nginx:1.25", "https:"])
def test_texts_that_say_none(text: str) -> None:
    assert not may_say(text)
    assert not may_say(text.encode())
