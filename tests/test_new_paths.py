"""What a merge request opens in the network, from the checkout to the reports."""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from policygate.findings import Verdict
from policygate.gate import check
from policygate.report import renderer
from policygate.request import Request

Make = Callable[..., Path]

START = {
    "go.mod": "module git.acme.example/shop\n\ngo 1.26\n",
    "policygate.yaml": """\
network:
  environments:
    production: {protected: true, hosts: ["*.prod.acme.example"]}
  services:
    web: {paths: [web.env]}
    orders: {paths: [orders.env, "*/orders.env"], hosts: [orders.acme.example]}
    ledger: {paths: [ledger.env], hosts: [ledger.acme.example]}
  datastores:
    ledger-db: {hosts: [ledger-db.prod.acme.example], owners: [ledger, orders]}
""",
    "web.env": "ORDERS_URL=https://orders.acme.example\n",
    "orders.env": "RATES_URL=https://rates.partner.example\n",
    "ledger.env": "DATABASE_URL=postgres://ledger-db.prod.acme.example/ledger?sslmode=verify-full\n",
    "a/compose.yaml": "services:\n  api: {image: x, depends_on: [cache]}\n  cache: {image: y}\n",
    "b/compose.yaml": "services:\n  api: {image: x, depends_on: [cache]}\n  cache: {image: y}\n",
}
DIRECT = "DATABASE_URL=postgres://ledger-db.prod.acme.example/ledger?sslmode=verify-full\n"


def merge_request(root: Path, files: Mapping[str, str], moves: Mapping[str, str] | None = None) -> Verdict:
    """The verdict on a branch that writes and moves some files."""

    def git(*arguments: str) -> None:
        who = ["-c", "user.name=Tester", "-c", "user.email=tester@acme.example"]
        subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)

    git("checkout", "-b", "change")
    for old, new in (moves or {}).items():
        (root / new).parent.mkdir(parents=True, exist_ok=True)
        git("mv", old, new)
    for path, text in files.items():
        (root / path).write_text(text, encoding="utf-8")
    git("commit", "--all", "--message", "change")
    return check(Request(root, "2026-11-27", target="main", engine="embedded"))


def told(verdict: Verdict) -> list[str]:
    return [f"{' -> '.join([path.source, *path.hops, path.target])} at {path.at.path}" for path in verdict.opened]


def test_a_new_edge_and_what_comes_into_reach_by_it(repository: Make) -> None:
    verdict = merge_request(repository(START), {"orders.env": START["orders.env"] + DIRECT})
    assert told(verdict) == ["orders -> ledger-db at orders.env", "web -> orders -> ledger-db at orders.env"]
    assert [(way.source, way.target) for way in verdict.around] == [
        ("ledger", "ledger-db"),
        ("orders", "rates.partner.example"),
        ("web", "orders"),
    ]
    found = [each for each in verdict.findings if each.rule.id == "net.new_path"]
    assert [(each.severity, each.change, each.message, each.at.start.line) for each in found] == [
        ("note", "new", "`orders` can now reach `ledger-db` of `production`", 2),
        ("note", "new", "`web` can now reach `ledger-db` of `production` through `orders`", 2),
    ]
    assert "orders -> ledger-db: postgresql, TLS, production (protected) [orders.env:2:14]" in renderer("text")(verdict)
    markdown = renderer("markdown")(verdict)
    assert "**This change opens 2 new paths**" in markdown
    assert 'n0 ==>|"postgresql, TLS"| n1' in markdown
    report = json.loads(renderer("json")(verdict))
    assert [(path["source"], path["hops"], path["tls"]) for path in report["opened"]] == [
        ("orders", [], "required"),
        ("web", ["orders"], "required"),
    ]


def test_what_only_moves_or_goes_opens_nothing(repository: Make) -> None:
    files = {"ledger.env": "# further down\n\n" + START["ledger.env"], "web.env": "\n"}
    moves = {"orders.env": "deploy/orders.env", "b/compose.yaml": "c/compose.yaml"}
    verdict = merge_request(repository(START), files, moves)
    assert (verdict.outcome, told(verdict), verdict.around) == ("pass", [], ())
    assert "new path" not in renderer("text")(verdict) + renderer("markdown")(verdict)
    assert json.loads(renderer("json")(verdict))["opened"] == []


def test_a_copy_opens_what_its_original_did(repository: Make) -> None:
    root = repository(START)
    (root / "c").mkdir()
    (root / "c/compose.yaml").write_text(START["b/compose.yaml"])
    subprocess.run(["git", "add", "--all"], cwd=root, check=True)
    assert told(merge_request(root, {})) == ["c/api -> c/cache at c/compose.yaml"]


def test_without_a_base_nothing_is_new(repository: Make) -> None:
    verdict = check(Request(repository(START), "2026-11-27", engine="embedded"))
    assert (verdict.opened, verdict.around) == ((), ())
    assert [each for each in verdict.findings if each.rule.id == "net.new_path"] == []


SOURCE = {**START, "main.go": 'package main\n\nvar shared = "postgres://u:old-secret@db.prod.acme.example/x"\n'}
LITERALS = """\
var (
	ours  = "redis://cache.prod.acme.example:6379/0"
	theirs = "https://api.partner.example/v1"
	login = "shop:hunter2-secret@tcp(db.partner.example:3306)/shop"
	local = "postgres://postgres:postgres@localhost/test"
)
"""
WAIVER = """\
version: 1
waivers:
  - rule: net.address_in_source
    path: main.go
    reason: moves to the configuration next week
    owner: orders
    created: 2026-11-01
    expires: 2026-12-01
"""


def in_source(verdict: Verdict) -> list[tuple[str, str, int, int, str]]:
    return [
        (each.rule.id, each.disposition, each.at.start.line, each.at.start.column, each.change)
        for each in verdict.findings
        if each.rule.id.endswith("_in_source")
    ]


def test_added_lines_of_a_source(repository: Make) -> None:
    """What stood there before is not of the change; what is outside, or of the own machine, is left alone."""
    added = {"main.go": SOURCE["main.go"] + LITERALS}
    verdict = merge_request(repository(SOURCE), added)
    assert in_source(verdict) == [
        ("net.address_in_source", "active", 5, 11, "new"),
        ("net.credentials_in_source", "active", 7, 11, "new"),
    ]
    assert not any(password in repr(verdict) for password in ("hunter2", "old-secret"))
    waived = merge_request(repository({**SOURCE, "policygate-waivers.yaml": WAIVER}, name="waived"), added)
    assert [each[:2] for each in in_source(waived)] == [
        ("net.address_in_source", "waived"),
        ("net.credentials_in_source", "active"),
    ]


def test_without_environments_no_address_is_protected(repository: Make) -> None:
    files = {**SOURCE, "policygate.yaml": "version: 1\n"}
    verdict = merge_request(repository(files), {"main.go": SOURCE["main.go"] + LITERALS})
    assert [each[0] for each in in_source(verdict)] == ["net.credentials_in_source"]
