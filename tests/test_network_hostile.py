"""Checkouts that are made to keep the network half busy, or that say more than anybody can judge."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from policygate import excerpt, gate, reading
from policygate.checkout import Checkout
from policygate.facts.endpoint.settings import Named, endpoints_of
from policygate.facts.link import kubernetes
from policygate.facts.read import manifest
from policygate.facts.syntax.budget import Budget
from policygate.findings import Finding, Rule, Verdict
from policygate.location import At, Position
from policygate.request import Request
from tests.linear import grows_linearly

Make = Callable[..., Path]

WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: shop, image: shop, env: [{name: DB_URL, value: "postgres://10.0.0.1:5432/x"}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: shop, namespace: shop}
spec: {podSelector: {}, policyTypes: [Egress]}
"""


def judged(root: Path) -> Verdict:
    return gate.check(Request(root=root, today="2026-01-31", engine="embedded"))


def told(verdict: Verdict) -> list[str]:
    return [each.message.partition(", so these rules")[0] for each in verdict.problems]


def test_what_a_linker_refuses_is_no_defect_and_no_pass(repository: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository({"shop.yaml": WORKLOAD})
    assert told(judged(root)) == []
    monkeypatch.setattr(kubernetes, "Budget", partial(Budget, 1))
    verdict = judged(root)
    assert verdict.exit_code == 3
    assert told(verdict) == ["linker `kubernetes`: there is too much to compare", "source `kubernetes` failed"]
    assert verdict.problems[0].hint == "leave files out that are not deployed: `exclude` in policygate.yaml"


def test_what_many_files_take_in_is_bounded(repository: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of three small files has the addresses of a large one for its own."""
    shared = "".join(f"A{number}_URL=https://a{number}.partner.example\n" for number in range(10))
    service = "services: {shop: {image: shop, env_file: ../shared.txt}}\n"
    root = repository({"shared.txt": shared, **{f"{name}/compose.yaml": service for name in "abc"}})
    assert told(judged(root)) == []
    monkeypatch.setattr(reading, "MOST", 60)
    verdict = judged(root)
    assert verdict.exit_code == 3
    assert told(verdict) == [
        "the files up to b/compose.yaml say too much of the network to judge",
        "source `compose` failed",
    ]


def test_many_small_documents_are_too_much(repository: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository({"many.yaml": "---\napiVersion: v1\nkind: Service\nmetadata: {name: s}\n" * 20})
    monkeypatch.setattr(manifest, "Budget", partial(Budget, 2_500))
    assert [each.rule.id for each in judged(root).findings] == []
    monkeypatch.setattr(manifest, "Budget", partial(Budget, 1_500))
    assert [each.rule.id for each in judged(root).findings] == ["gate.malformed_file"]


def test_settings_that_are_said_again_and_again_take_linear_time() -> None:
    pair = [Named("shop.db_host", "db.partner.example"), Named("shop.db_port", "5432"), Named("shop.db_password", "x")]
    assert grows_linearly(lambda size: list(endpoints_of(pair * size)), 1_000)


def test_excerpts_of_many_files_and_secrets_take_linear_time(tmp_path: Path) -> None:
    rule = Rule("acme.any", "t", "d", "error", "f")

    def show(size: int) -> None:
        places = [at(f"{number}.env", 1, 1, 9) for number in range(size)]
        crowded = [at("one.env", 1, 3 * number + 1, 3 * number + 2) for number in range(size)]
        findings = [Finding(rule, "error", "m", "s", place) for place in (*places, crowded[0])]
        given = {place.path: b"password" for place in places} | {"one.env": b"ab " * size}
        shown = excerpt.excerpts(Checkout(tmp_path, lambda _: False), [*places, *crowded], findings, given)
        assert shown["one.env"] == {1: "*b " * size}

    assert grows_linearly(show, 500)


def at(path: str, line: int, first: int, last: int, end: int = 0) -> At:
    start, stop = Position(line=line, column=first), Position(line=end or line, column=last)
    return At(path=path, start=start, end=stop, origin="text")


def test_secrets_that_overlap_and_that_run_over_lines_are_blanked(tmp_path: Path) -> None:
    secrets = [at("x", 1, 3, 6), at("x", 1, 4, 5), at("x", 1, 5, 8), at("x", 2, 8, 3, end=4), at("x", 1, 3, 6)]
    finding = Finding(Rule("acme.any", "t", "d", "error", "f"), "error", "m", "s", at("x", 1, 1, 2, end=4))
    given = {"x": b"abcdefghij\nabcdefghij\nabc\nabcd"}
    shown = excerpt.excerpts(Checkout(tmp_path, lambda _: False), secrets, [finding], given)
    assert shown == {"x": {1: "ab*****hij", 2: "abcdefg***", 3: "***", 4: "**cd"}}
