"""Every rule on networks fires through every engine, with the same findings, and each of them can be waived."""

import subprocess
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import pytest

from policygate import gate
from policygate.case import open_case
from policygate.engine.decision import findings
from policygate.engine.embedded import EmbeddedEngine
from policygate.engine.opa_process import LocalOpa
from policygate.engine.policies import load_pack
from policygate.gathering import gather
from policygate.location import nowhere
from policygate.request import Request
from tests.network_checkouts import CASES
from tests.test_article_network import CASES as ARTICLE
from tests.test_article_network import CONFIG

Files = Mapping[str, str]

KUBERNETES = {
    "policygate.yaml": """\
network:
  environments:
    production:
      protected: true
      isolated: true
      paths: [deploy/prod]
      hosts: ["*.prod.acme.example"]
    staging: {paths: [deploy/staging]}
""",
    "deploy/prod/all.yaml": """\
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec:
  selector: {matchLabels: {app: orders}}
  template:
    metadata: {labels: {app: orders}, annotations: {traffic.sidecar.istio.io/excludeOutboundPorts: "5432"}}
    spec:
      containers:
        - name: orders
          image: orders
          env: [{name: STOCK_URL, value: "http://stock:8080"}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: stock, namespace: shop}
spec:
  selector: {matchLabels: {app: stock}}
  template:
    metadata: {labels: {app: stock}}
    spec: {containers: [{name: stock, image: stock, ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: stock, namespace: shop}
spec: {selector: {app: stock}, ports: [{port: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: orders, namespace: shop}
spec:
  podSelector: {matchLabels: {app: orders}}
  policyTypes: [Egress]
  egress:
    - {to: [{ipBlock: {cidr: 10.9.0.0/16}}], ports: [{port: 443}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: wide, namespace: shop}
spec: {podSelector: {matchLabels: {app: order}}, policyTypes: [Egress], egress: [{}]}
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: strict, namespace: shop}
spec: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}}
""",
    "deploy/staging/service.yaml": """\
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {type: ExternalName, externalName: db.prod.acme.example}
""",
}

NGINX = {
    "policygate.yaml": "network: {internal: ['*.acme.example']}\n",
    "nginx.conf": """\
http {
    server {
        listen 80;
        server_name shop.acme.example;
        location /internal/ { proxy_pass http://api.partner.example; }
        location /admin/ { allow 10.0.0.0/8; deny all; root /srv/www; }
        location ~ (?<!x)(a|b)\\1$ { root /srv/other; }
    }
}
""",
}


CHANGED = {
    "policygate.yaml": """\
network:
  service: web
  environments: {production: {protected: true, hosts: ["*.prod.acme.example"]}}
  services: {web: {}}
  datastores: {db: {hosts: [db.prod.acme.example], owners: [web]}}
""",
    ".env": "",
    "main.go": "package main\n",
}


def merge_request(root: Path) -> Path:
    """A change that leads to a new place."""
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@acme.example"]
    (root / ".env").write_text("DATABASE_URL=postgres://db.prod.acme.example/x\n", encoding="utf-8")
    (root / "main.go").write_text('const dsn = "postgres://web:hunter2@db.prod.acme.example/x"\n', encoding="utf-8")
    for command in (
        ["switch", "--quiet", "--create", "change"],
        [*who, "commit", "--quiet", "--all", "--message", "x"],
    ):
        subprocess.run(["git", *command], cwd=root, check=True)
    return root


CHECKOUTS: list[Files] = [
    *({**case.files, "policygate.yaml": case.section or "version: 1\n"} for case in CASES.values()),
    *({"policygate.yaml": CONFIG, file: wrong} for file, wrong, _, _ in ARTICLE.values()),
    KUBERNETES,
    NGINX,
]


def inputs(repository: Callable[..., Path]) -> Iterator[str]:
    """The Rego input of every checkout."""
    for number, files in enumerate(CHECKOUTS):
        yield text_of(repository(files, name=f"checkout{number}"))
    yield text_of(merge_request(repository(CHANGED, name="change")), target="main")


def text_of(root: Path, target: str = "") -> str:
    case = open_case(Request(root=root, today="2026-01-31", target=target))
    sides = gather(case.request, case.ground.settings, case.ground.sides)
    assert not sides[0].problems
    return gate.inputs_of(case, sides)[0].model_dump_json()


def test_every_rule_finds_the_same_through_every_engine(repository: Callable[..., Path], opa_path: Path) -> None:
    pack = load_pack()
    texts = list(inputs(repository))
    with EmbeddedEngine(pack, deadline_s=30) as embedded, LocalOpa(pack, opa_path, deadline_s=30) as opa:
        found = [
            [findings(engine.decide(text), pack, nowhere("absent")) for text in texts] for engine in (embedded, opa)
        ]
    assert found[0] == found[1]
    fired = {each.rule.id for some in found[0] for each in some}
    expected = {rule.id for rule in pack.rules if rule.id.startswith(("net.", "nginx."))}
    assert expected - fired == set()


def waivers_for(rules: Iterable[str]) -> Files:
    """An exception for every file, for each of the rules."""
    terms = 'path: "*", reason: moves, owner: platform, created: 2026-01-01, expires: 2026-02-15'
    lines = [f"  - {{rule: {rule}, {terms}}}\n" for rule in sorted(rules)]
    return {"policygate-waivers.yaml": f"version: 1\nwaivers:\n{''.join(lines)}"}


def told_of(
    repository: Callable[..., Path], rules: Collection[str], target: str, files: Files, name: str
) -> list[tuple[str, str]]:
    """The findings of some rules on a checkout, and what becomes of them."""
    root = repository(files, name=name)
    if target:
        merge_request(root)
    verdict = gate.check(Request(root=root, today="2026-01-31", target=target))
    assert verdict.problems == ()
    return [(each.rule.id, each.disposition) for each in verdict.findings if each.rule.id in rules]


def test_every_rule_can_be_waived(repository: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    pack = load_pack()
    ours = {rule.id for rule in pack.rules if rule.id.startswith(("net.", "nginx."))}
    excused = set[str]()
    with EmbeddedEngine(pack, deadline_s=30) as engine:
        monkeypatch.setattr(gate, "open_engine", lambda *_, **__: nullcontext(engine))

        for number, files in enumerate([*CHECKOUTS, CHANGED]):
            target = "main" if files is CHANGED else ""
            judged = partial(told_of, repository, ours, target)
            plain = judged(files, f"plain{number}")
            assert {disposition for _, disposition in plain} <= {"active"}
            rules = {rule for rule, _ in plain}
            waived = judged({**files, **waivers_for(rules)}, f"waived{number}")
            assert waived == [(rule, "waived") for rule, _ in plain]
            excused |= rules
    assert ours - excused == set()
