"""Each rule on nginx fires exactly where a real nginx shows the fault: the cases of `nginx_cases.txt`."""

import json
import random
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from policygate.facts.link.nginx_sites import nginx_of
from policygate.facts.read.nginx import read
from tests.facts.nginx.oracle.nginx import (
    NGINX,
    Answer,
    ask,
    free_ports,
    name_server,
    running,
    start,
    stub,
    wait_until_ready,
)

ROOT = Path(__file__).parents[3]
OPA = ROOT / ".tools" / "opa"
POLICIES = ROOT / "policies" / "policygate"
FAILURES = {"failover_on_upstream_status", "failover_single_upstream", "variable_proxy_pass_without_resolver"}
"""The rules whose fault is that a client gets 502; that of others is that a client gets something at all."""
_CASE = re.compile(r"### (\w+) ([!-]) (\S+)(?: ([\w-]+): (.*))?\n((?:(?!###).*\n)*)")


class Case(NamedTuple):
    """A configuration and what is asked of it."""

    rule: str
    fires: bool
    path: str
    headers: Mapping[str, str]
    text: str
    """A whole nginx.conf, on port 80."""


def cases(places: Mapping[str, str]) -> Iterator[Case]:
    """The cases of the table, with addresses and folders put in."""
    text = Path(__file__).with_name("nginx_cases.txt").read_text(encoding="utf-8")
    for name, place in places.items():
        text = re.sub(rf"\b{name}\b", place, text)
    for rule, fires, path, header, value, body in _CASE.findall(text):
        inside = body if re.search(r"^server\b", body, re.MULTILINE) else f"server {{\n{body}}}\n"
        inside = re.sub(r"(?m)^server \{", "server { listen 80;", inside)
        headers = {header: value} if header else {}
        yield Case(rule, fires == "!", path, headers, f"events {{}}\nhttp {{\n{inside}}}\n")


def fill(folder: Path) -> None:
    """Put the files there that the cases serve."""
    for name in ("a.txt", "internal/a.txt", "50x.html", "empty/x", "users"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x\n")
    for name in (".", "again/mod"):
        (folder / name / "git.acme.example/kit/@v").mkdir(parents=True)
        (folder / name / "git.acme.example/kit/@v/list").write_text("v1.0.0\n")


def shows_fault(rule: str, answer: Answer) -> bool:
    """Whether what a client was told is what the rule warns of."""
    if rule in FAILURES:
        return answer.status == 502
    return answer.status == 200 and (rule != "static_mutable_cached" or answer.kept_s > 3600)


def answers(room: Path, asked: list[Case]) -> list[Answer]:
    """What real nginxes say, one for each case, all running at the same time."""
    ports = free_ports(len(asked))
    with ExitStack() as stack:
        running = []
        for number, (case, port) in enumerate(zip(asked, ports, strict=True)):
            text = case.text.replace("listen 80;", f"listen 127.0.0.1:{port};")
            process = start(room / str(number), text)
            stack.callback(process.wait)
            stack.callback(process.kill)
            running.append((process, room / str(number), text))
        for each in running:
            wait_until_ready(*each)
        return [ask(port, case.path, case.headers) for case, port in zip(asked, ports, strict=True)]


def verdicts(room: Path, texts: Sequence[tuple[str, str]]) -> list[set[str]]:
    """The rules that fire on each file, a path and its text, decided by OPA at one go."""
    facts = []
    for path, text in texts:
        said = read(path, text.encode())
        assert (said.problems, len(said.nginx)) == ([], 1), text
        facts.append({"network": {"nginx": nginx_of(said.nginx).model_dump()}})
    (room / "cases.json").write_text(json.dumps({"cases": facts}))
    rules = sorted(path.stem for path in (POLICIES / "nginx").glob("*.rego") if not path.stem.endswith("_test"))
    query = (
        "[fired | some facts in data.cases; fired := [rule |"
        f" some rule in {json.dumps(rules)}; count(data.policygate.nginx[rule].deny) > 0 with input as facts]]"
    )
    data = [f"--data={path}" for path in (POLICIES / "nginx", POLICIES / "facts_test.rego", room / "cases.json")]
    command = [str(OPA), "eval", "--format", "raw", *data, query]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [set(fired) for fired in json.loads(done.stdout)]


@pytest.mark.skipif(not NGINX.exists(), reason="no nginx: run `make setup`")
def test_rules_fire_where_nginx_shows_the_fault(tmp_path: Path, record_count: Callable[[str, int, int], None]) -> None:
    fill(tmp_path / "www")
    with stub(200, "ok") as ok, stub(502, "bad") as bad, name_server("127.0.0.1") as dns:
        (closed,) = free_ports(1)
        places = {"OKPORT": str(ok), "BADPORT": str(bad), "WWW": str(tmp_path / "www")}
        places |= {"OK": f"127.0.0.1:{ok}", "BAD": f"127.0.0.1:{bad}"}
        places |= {"CLOSED": f"127.0.0.1:{closed}", "DNS": f"127.0.0.1:{dns}"}
        asked = list(cases(places))
        real = answers(tmp_path, asked)
    decided = verdicts(tmp_path, [("nginx.conf", case.text) for case in asked])
    wrong = [
        (case.rule, case.fires, fired, answer.status, case.path, case.text)
        for case, answer, fired in zip(asked, real, decided, strict=True)
        if not case.fires == (case.rule in fired) == shows_fault(case.rule, answer)
    ]
    record_count("nginx rules", len(asked), len(wrong))
    assert wrong == []
    assert len(asked) > 120
    both = {rule: {case.fires for case in asked if case.rule == rule} for rule in {case.rule for case in asked}}
    assert all(fires == {True, False} for fires in both.values())


def test_nothing_is_said_against_what_people_write_every_day(tmp_path: Path) -> None:
    text = Path(__file__).with_name("nginx_ordinary.txt").read_text(encoding="utf-8")
    _, *parts = re.split(r"(?m)^### .*: (.*)\n", text)
    texts = list(zip(parts[::2], parts[1::2], strict=True))
    assert len(texts) == 9
    assert verdicts(tmp_path, texts) == [set()] * len(texts)


PARTS = {
    "rules": (
        *("", "", "allow 10.0.0.0/8; deny all;", "deny all;", "allow 10.0.0.0/8;", "deny 192.0.2.1;", "allow all;"),
        *("allow 0.0.0.0/0; deny all;", "deny 0.0.0.0/0;", "deny 10.0.0.0/8; allow 172.16.0.0/12; deny all;"),
    ),
    "satisfy": ("", "", "satisfy any;", "satisfy all;"),
    "password": ("", "", "auth_basic staff;", "auth_basic off;"),
    "request": ("", "", "", "auth_request /auth;", "auth_request off;"),
    "internal": ("", "", "", "", "internal;"),
}
"""What a block may say of who gets in; the client of the test is a stranger to all of it."""


def protections(dice: random.Random, *, location: bool) -> str:
    """What one block says."""
    return " ".join(dice.choice(choices) for name, choices in PARTS.items() if location or name != "internal")


@pytest.mark.skipif(not NGINX.exists(), reason="no nginx: run `make setup`")
def test_strangers_are_kept_out_where_nginx_keeps_them_out(
    tmp_path: Path, record_count: Callable[[str, int, int], None]
) -> None:
    dice = random.Random(11)  # noqa: S311 - dice of a test
    fill(tmp_path / "www")
    (port,) = free_ports(1)
    with stub(200, "ok") as ok:
        inside = f"proxy_pass http://127.0.0.1:{ok};"
        servers = "".join(
            f"server {{ listen 127.0.0.1:{port}; server_name s{number}; auth_basic_user_file {tmp_path}/www/users;"
            f" {protections(dice, location=False)} location = /auth {{ auth_request off; return 401; }}\n"
            f" location /a {{ {protections(dice, location=True)} {inside}\n"
            f"  location /a/b {{ {protections(dice, location=True)} {inside} }} }} }}\n"
            for number in range(250)
        )
        text = f"events {{}}\nhttp {{\n{servers}}}\n"
        said = read("nginx.conf", text.encode())
        assert said.problems == []
        located = [each for each in nginx_of(said.nginx).locations if each.pattern != "/auth"]
        with running(tmp_path, text):
            real = [ask(port, each.pattern, {"Host": each.server}).status for each in located]
    mine = [each.protected_by != [] for each in located]
    wrong = [
        (each, status) for each, status in zip(located, real, strict=True) if bool(each.protected_by) != (status != 200)
    ]
    record_count("nginx access", len(located), len(wrong))
    assert wrong == []
    assert len(located) == 500
    assert {*real} == {200, 401, 403, 404}
    assert 50 < sum(mine) < 450
