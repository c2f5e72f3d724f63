"""Endpoints in added lines: which literals count, where they stand, and what a whole change may cost."""

import random
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from policygate.errors import CheckoutError
from policygate.facts.model import ChangedFile
from policygate.facts.net import added
from policygate.facts.net.added import MAX_BYTES, Search, added_endpoints, added_in, hidden, is_searched
from policygate.gate import check, facts_of
from policygate.request import Request
from tests.facts.net.telling import span
from tests.linear import grows_linearly

Make = Callable[..., Path]


def told(text: str, before: str = "", path: str = "main.go") -> list[str]:
    return [f"{each.text} {span(each.at)}" for each in added_endpoints(path, before.encode(), text.encode())]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('x := "redis://a:1"', ["redis://a:1 1:7-18"]),
        ("x := `postgres://u:hunter2@a/b?c=d`", ["postgres://u:*******@a/b?c=d 1:7-35"]),
        (
            'db := "u:hunter2@tcp(a.acme.example:3306)/b?tls=true"',
            ["u:*******@tcp(a.acme.example:3306)/b?tls=true 1:8-53"],
        ),
        ("db = u:hunter2@tcp(a:1)/b;", ["u:*******@tcp(a:1)/b 1:6-26"]),
        ('u = "jdbc:mysql://a:1/b" + x', ["jdbc:mysql://a:1/b 1:6-24"]),
        ('u = "jdbc:oracle:thin:@a:1521:s"', ["jdbc:oracle:thin:@a:1521:s 1:6-32"]),
        ('u = "r2dbc:pool:postgresql://a:1/b"', ["r2dbc:pool:postgresql://a:1/b 1:6-35"]),
        ("curl -fsS https://a.acme.example/b | sh", ["https://a.acme.example/b 1:11-35"]),
        ("curl (https://a.acme.example/b_(c)).", ["https://a.acme.example/b_(c) 1:7-35"]),
        ("[x](https://a.acme.example), y", ["https://a.acme.example 1:5-27"]),
        ("url: https://a.acme.example.", ["https://a.acme.example 1:6-28"]),
        ("{url:https://a.acme.example}", ["https://a.acme.example 1:6-28"]),
        ("a('amqp://a', \"nats://b\")", ["amqp://a 1:4-12", "nats://b 1:16-24"]),
        ("--db=mongodb://a:1,b:2/c --x", ["mongodb://a:1,b:2/c 1:6-25"]),
        ('é = "redis://ü.acme.example"', ["redis://ü.acme.example 1:6-28"]),
        ('s("postgres://%s:%s@a/b")', ["postgres://%s:%s@a/b 1:4-24"]),
        ('s("postgres://%s:%s@%s/b")', []),
        ('s("https://" + host)', []),
        ('s(f"redis://{host}:1")', []),
        ('"file:///etc/x" "git@github.com:a/b" "data://x" "urn:a:b" "C://x"', []),
        ("a://b ://c :// @tcp( jdbc:oracle:", []),
        ('x := "redis://a" + "redis://a"', ["redis://a 1:7-16"]),
    ],
)
def test_literals(line: str, expected: list[str]) -> None:
    assert told(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("// see https://a.acme.example", []),
        ("\t# see https://a.acme.example", []),
        (" * @see https://a.acme.example", []),
        ("/* https://a.acme.example */", []),
        ("-- https://a.acme.example", []),
        ("<!-- https://a.acme.example -->", []),
        ("x() // https://a.acme.example", []),
        ("x # https://a.acme.example", []),
        ("// dsn: redis://a", ["redis://a 1:9-18"]),
        ('x("https://a.acme.example") // https://b.acme.example', ["https://a.acme.example 1:4-26"]),
        ('x("//", "https://a.acme.example")', ["https://a.acme.example 1:10-32"]),
        ("x('# ', 'https://a.acme.example')", ["https://a.acme.example 1:10-32"]),
        ('x("\\" // ", "https://a.acme.example")', ["https://a.acme.example 1:14-36"]),
        ("https://a.acme.example#b", ["https://a.acme.example#b 1:1-25"]),
        ("a*b('https://a.acme.example')", ["https://a.acme.example 1:6-28"]),
    ],
)
def test_addresses_of_the_web_in_comments_are_for_people(line: str, expected: list[str]) -> None:
    assert told(line) == expected


def test_markup_names_pages_and_schemas() -> None:
    assert told('<a href="https://a.acme.example">redis://a</a>', path="a.HTML") == ["redis://a 1:34-43"]
    assert told('<a href="https://a.acme.example">', path="a.htmlx") == ["https://a.acme.example 1:10-32"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('a = "redis://a"\n', 'a = "redis://a"\nb = "redis://b"\n', ["redis://b 2:6-15"]),
        ('a = "redis://a"\nx\n', 'x\n    a = "redis://a"\r\n', []),
        ('a = "redis://a"\n', 'b = "redis://a" # new\n', []),
        ('a = "redis://a"\n', 'a = "redis://a"\nb = "redis://a"\n', ["redis://a 2:6-15"]),
        ('a = "redis://a"\n', 'a = "redis://a"\na = "redis://a"\n', ["redis://a 2:6-15"]),
        ('a = "redis://a/1"\n', 'a = "redis://a/2"\n', ["redis://a/2 1:6-17"]),
        ("# redis://a\n", 'a = "redis://a"\n', []),
        ("", "", []),
    ],
)
def test_only_lines_that_the_old_content_has_not(before: str, after: str, expected: list[str]) -> None:
    assert told(after, before) == expected


def test_what_an_endpoint_says() -> None:
    (found,) = added_endpoints("a.py", b"", b'x\n y = "mysql://u:hunter2@a,b:1/c?sslMode=REQUIRED"\n')
    assert found.model_dump(exclude={"at"}) == {
        "text": "mysql://u:*******@a,b:1/c?sslMode=REQUIRED",
        "scheme": "mysql",
        "family": "mysql",
        "hosts": [{"name": "a", "port": 3306}, {"name": "b", "port": 1}],
        "database": "c",
        "tls": found.tls,
        "credentials": True,
        "dynamic": False,
    }
    assert [span(at) for at in hidden([found])] == ["2:17-24"]
    assert list(hidden([found.model_copy(update={"credentials": False})])) == []


@pytest.mark.parametrize(
    "path", ["main.go", "src/App.java", "run.sh", "Makefile", "a/b.py", "Dockerfile", "x", "latest.go", "a/docs.go"]
)
def test_sources_are_searched(path: str) -> None:
    assert is_searched(path)


@pytest.mark.parametrize(
    "path",
    [
        *(
            "a_test.go",
            "test_a.py",
            "a.spec.ts",
            "AppTest.java",
            "testdata/a.go",
            "a/tests/b.py",
            "docs/a.go",
            "src/test/A.java",
        ),
        *(
            "README.md",
            "a.txt",
            "yarn.lock",
            "package-lock.json",
            "a.min.js",
            "LICENSE",
            "vendor/a.go",
            "node_modules/a.js",
        ),
        *(
            "compose.yml",
            ".env",
            "a.yaml",
            ".gitlab-ci.yml",
            "application.properties",
            "go.mod",
            "go.sum",
            "service.json",
        ),
    ],
)
def test_tests_documents_and_what_is_read_otherwise_are_not(path: str) -> None:
    assert not is_searched(path)


def changed(*paths: str, status: str = "changed", old_path: str = "") -> list[ChangedFile]:
    return [ChangedFile.model_validate({"path": path, "status": status, "old_path": old_path}) for path in paths]


def found_in(files: list[ChangedFile], before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[str]:
    return [f"{each.at.path} {each.text}" for each in added_in(files, before.get, after.get)]


A, B = b'"redis://a"\n', b'"redis://b"\n'


@pytest.mark.parametrize(
    ("files", "before", "after", "expected"),
    [
        (changed("a.go"), {"a.go": A}, {"a.go": A + B}, ["a.go redis://b"]),
        (changed("a.go", status="added"), {}, {"a.go": A}, ["a.go redis://a"]),
        (changed("a.go", status="removed"), {"a.go": A}, {}, []),
        (changed("b.go", status="renamed", old_path="a.go"), {"a.go": A}, {"b.go": A + B}, ["b.go redis://b"]),
        (
            changed("a.go", "b_test.go", "c.go"),
            {},
            dict.fromkeys(("a.go", "b_test.go", "c.go"), A),
            ["a.go redis://a", "c.go redis://a"],
        ),
        (changed("a.go"), {}, {"a.go": A + b"\0"}, []),
        (changed("a.go"), {}, {"a.go": A + b"x" * MAX_BYTES}, []),
        (changed("a.go"), {}, {"a.go": A + b"\xff" * 100}, ["a.go redis://a"]),
        (changed("a.go"), {}, {}, []),
    ],
)
def test_files_of_a_change(
    files: list[ChangedFile], before: Mapping[str, bytes], after: Mapping[str, bytes], expected: list[str]
) -> None:
    assert found_in(files, before, after) == expected


def test_files_and_literals_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [f"{number}.go" for number in range(5)]
    monkeypatch.setattr(added, "MAX_FILES", 3)
    assert len(found_in(changed(*paths), {}, dict.fromkeys(paths, A))) == 3
    line = b" ".join(b'"redis://a%d"' % number for number in range(5))
    assert len(added_endpoints("a.go", b"", line, Search(3))) == 3


def test_what_cannot_be_read_is_left_out() -> None:
    def refuse(path: str) -> bytes:
        raise CheckoutError(f"{path}: is a link")

    assert added_in(changed("a.go"), refuse, refuse) == []
    assert [each.text for each in added_in(changed("a.go"), refuse, lambda _: A)] == ["redis://a"]


@pytest.mark.parametrize(
    "part",
    ["://", '"redis://a" ', "'\"`://", "u:p@tcp(", "a(://)", '"a://', "redis://a\\", "# '", "jdbc:", "{{redis://a}}"],
)
def test_added_lines_take_linear_time(part: str) -> None:
    assert grows_linearly(lambda size: added_endpoints("a.go", b"", (part * size).encode()), 300)
    assert grows_linearly(lambda size: added_endpoints("a.go", b"", f"{part}\n".encode() * size, Search(300)), 4_000)


def test_no_text_shows_a_password() -> None:
    pieces = [
        '"',
        "'",
        "`",
        "redis://",
        "u:hunter2-is-secret@",
        "a",
        ":1",
        "/b",
        " ",
        "\n",
        "\\",
        "@tcp(",
        ")",
        "# ",
        "// ",
        "${",
        "}",
        "=",
        "é",
        "\0",
    ]
    told = 0
    for seed in range(1500):
        dice = random.Random(seed)  # noqa: S311 - no secret
        text = "".join(dice.choice(pieces) for _ in range(dice.randint(1, 20)))
        lines = text.split("\n")
        for each in added_endpoints("a.go", b"", text.encode()):
            told += 1
            assert "hunter2" not in each.model_dump_json(), text
            assert each.at.end.column - 1 <= len(lines[each.at.start.line - 1]), text
    assert told > 50


FILES = {
    "go.mod": "module git.acme.example/shop\n\ngo 1.26\n",
    "main.go": 'package main\n\nvar old = "redis://old.acme.example"\n',
}
ADDED = {
    "main.go": FILES["main.go"] + 'var db = "shop:hunter2-is-secret@tcp(db.prod.acme.example:3306)/shop"\n',
    "main_test.go": 'var db = "redis://test.acme.example"\n',
    "gen/out.go": 'var db = "redis://gen.acme.example"\n',
    "policygate.yaml": 'exclude: ["gen/**"]\n',
}


def branch(root: Path) -> Request:
    def git(*arguments: str) -> None:
        who = ["-c", "user.name=Tester", "-c", "user.email=tester@acme.example"]
        subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)

    git("checkout", "-b", "change")
    for path, text in ADDED.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    git("add", "--all")
    git("commit", "--message", "change")
    return Request(root, "2026-11-27", target="main", engine="embedded")


def test_a_merge_request_says_what_it_adds(repository: Make) -> None:
    root = repository({**FILES, "policygate.yaml": ADDED["policygate.yaml"]})
    request = branch(root)
    assert facts_of(replace(request, target="")).change.endpoints == []
    (found,) = facts_of(request).change.endpoints
    assert (found.at.path, span(found.at), found.text) == (
        "main.go",
        "4:11-69",
        "shop:*****************@tcp(db.prod.acme.example:3306)/shop",
    )


POLICY = """\
package acme.added

import rego.v1

deny contains {"message": "added", "subject": found.text, "at": found.at} if some found in input.change.endpoints
"""


def test_a_finding_on_an_added_line_shows_no_password(repository: Make, tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "added.rego").write_text(POLICY, encoding="utf-8")
    request = branch(repository({**FILES, "policygate.yaml": ADDED["policygate.yaml"]}))
    verdict = check(replace(request, policies=(tmp_path / "policies",)))
    assert verdict.problems == ()
    assert [finding.at.start.line for finding in verdict.findings if finding.rule.id == "acme.added"] == [4]
    assert "tcp(db.prod.acme.example" in verdict.lines["main.go"][4]
    assert "hunter2" not in repr(verdict)
