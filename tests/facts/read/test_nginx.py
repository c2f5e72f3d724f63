"""Nginx configurations: the cases of `nginx_cases.txt`, files that are none, and files that mean harm."""

from collections.abc import Callable, Iterator
from time import process_time

import pytest

from policygate.facts.files import Files
from policygate.facts.model import FileFacts
from policygate.facts.model_nginx import NginxFile, NginxPass
from policygate.facts.read.nginx import read
from policygate.location import At

Cases = Callable[[str], dict[str, tuple[str, str]]]
SeveralFiles = Callable[[str], tuple[str, bytes, Files]]


def read_case(text: str, several_files: SeveralFiles) -> tuple[str, FileFacts]:
    if not text.startswith("--- "):
        text = f"--- nginx.conf\n{text}"
    path, data, files = several_files(text)
    return path, read(path, data, files)


def described(facts: FileFacts, home: str) -> Iterator[str]:
    """The facts of a file, a line each."""
    for file in facts.nginx:
        assert file.file == home
        yield file.context
        yield from directives(file, home)
        yield from (passed(each, home) for each in file.passes)
    yield from (f"problem: {each.message} {span(each.at, home)}" for each in facts.problems)
    yield from (f"unseen {each.what} {span(each.at, home)}" for each in facts.unseen)
    yield from (f"secret {span(each, home)}" for each in facts.secrets)
    yield from (f"followed {path}" for path in facts.followed)


def directives(file: NginxFile, home: str) -> Iterator[str]:
    depth: list[int] = []
    for each in file.directives:
        assert each.parent < len(depth)
        depth.append(depth[each.parent] + 1 if each.parent >= 0 else 0)
        yield " ".join(["  " * depth[-1] + each.name, *each.args, span(each.at, home)])


def passed(each: NginxPass, home: str) -> str:
    words = ["pass", each.text, each.scheme, f"{each.host}:{each.port}"]
    words += ["dynamic"] if each.dynamic else []
    words += [f"of {each.group}"] if each.group else []
    words += [f"for {', '.join(each.names)}"] if each.names else []
    return " ".join([*words, span(each.at, home)])


def span(at: At, home: str) -> str:
    assert at.start.line == at.end.line
    file = "" if at.path == home else f"{at.path}:"
    return f"{file}{at.start.line}:{at.start.column}-{at.end.column}"


def test_files_give_the_expected_facts(cases: Cases, several_files: SeveralFiles) -> None:
    table = cases("nginx_cases.txt")
    assert len(table) == 24
    shown = {}
    for name, (text, _) in table.items():
        path, facts = read_case(text, several_files)
        shown[name] = "\n".join(described(facts, path))
    assert shown == {name: expected for name, (_, expected) in table.items()}


def test_nothing_of_the_machine_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"events {} http { include /etc/passwd; include ../../../etc/passwd; include ~/x; include $HOME/x; }"
    asked: list[str] = []
    monkeypatch.setattr("builtins.open", lambda *_, **__: pytest.fail("a file of the machine was opened"))
    facts = read("deploy/nginx.conf", text, Files((), asked.append))
    assert [each.what for each in facts.unseen] == ["/etc/passwd", "../../../etc/passwd", "~/x", "$HOME/x"]
    assert asked == []


HOSTILE = {
    "depth": "server {" * 100_000,
    "depth of locations": "http { server {" + "location / {" * 100_000,
    "one line": "#" + "x" * 10_000_000,
    "words": "a " * 5_000_000,
    "quotation": "server { a '" + "\\'" * 1_000_000,
    "Lua": "http { server { content_by_lua_block {" + "{" * 200_000,
    "variables": "server { a " + "${" * 500_000 + "; }",
    "includes": "http {" + "".join(f"include *a*a*a{number}*b/*.conf;" for number in range(3_000)) + "}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_files_of_absurd_size_give_one_problem_in_time(name: str) -> None:
    files = Files([f"{'a' * 50}/{number}.conf" for number in range(500)], lambda _: b"x y;")
    began = process_time()
    facts = read("nginx.conf", HOSTILE[name].encode(), files)
    assert process_time() - began < 8
    assert len(facts.problems) == 1
    assert facts.nginx == []


def test_includes_that_multiply_are_refused() -> None:
    content = {f"a{number}.conf": f"include a{number + 1}.conf;".encode() * 10 for number in range(9)}
    facts = read("nginx.conf", b"http { include a0.conf; }", Files(sorted(content), content.get))
    assert [each.message for each in facts.problems] == ["the file is too large once its references are followed"]
