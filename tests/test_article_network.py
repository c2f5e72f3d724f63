"""What articles teach of proxies and dependencies: each wrong text gives exactly its finding, the right one none."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from policygate import gate
from policygate.engine import Engine, open_engine
from policygate.engine.policies import load_pack
from policygate.request import Request

CONFIG = """\
version: 1
network:
  service: order
  environments: {production: {protected: true, hosts: ["*.prod.acme.example"]}}
  internal: ["*.acme.example"]
  services:
    order: {depends_on: [stock, order-db, stock-db]}
    stock: {hosts: [stock.acme.example]}
  datastores:
    order-db: {hosts: [order-db.prod.acme.example], owners: [order]}
    stock-db: {hosts: [stock-db.prod.acme.example], owners: [stock], poolers: [pool.prod.acme.example]}
"""

FALLBACK = """\
server {
    listen 127.0.0.1:80;
    proxy_read_timeout 5s;
    location / {
        proxy_pass http://127.0.0.1:3000;
        if ($upstream_status ~ "502|503|504") {
            return 302 https://goproxy.cn$request_uri;
        }
    }
}
"""

NEXT = """\
server {
    listen 127.0.0.1:80;
    proxy_read_timeout 5s;
    location / {
        proxy_pass http://127.0.0.1:3000;
        proxy_next_upstream error timeout http_502 http_503 http_504;
    }
}
"""

BACKUP = """\
upstream proxies {
    server 127.0.0.1:3000;
    server 127.0.0.1:3001 backup;
}
server {
    listen 127.0.0.1:80;
    proxy_read_timeout 5s;
    location / {
        proxy_pass http://proxies;
        proxy_next_upstream error timeout http_502 http_503 http_504;
    }
}
"""

INTERCEPTED = """\
server {
    listen 127.0.0.1:80;
    proxy_read_timeout 5s;
    location / {
        proxy_pass http://127.0.0.1:3000;
        proxy_intercept_errors on;
        error_page 502 503 504 = @fallback;
    }
    location @fallback {
        proxy_pass http://127.0.0.1:3001;
    }
}
"""

VARIABLE = """\
server {
    listen 127.0.0.1:80;
    proxy_read_timeout 5s;
    set $proxy athens.acme.example;
    location / {
        proxy_pass https://$proxy;
    }
}
"""

INTERNAL = """\
server {
    listen 127.0.0.1:80;
    root /srv/www;
    location /internal/ {
        allow 10.0.0.0/8;
        deny all;
    }
}
"""

OPEN = INTERNAL.replace("127.0.0.1:80", "80")

PUBLISHED = """\
server {
    listen 127.0.0.1:80;
    location /modules/ {
        root /srv/go;
        types { text/plain info list mod; application/zip zip; }
    }
}
"""

CASES = {
    "a fallback by the status of the upstream": (
        "nginx.conf",
        FALLBACK,
        BACKUP,
        ["nginx.failover_on_upstream_status 6"],
    ),
    "a fallback by the status of the upstream, mended in place": (
        "nginx.conf",
        FALLBACK,
        INTERCEPTED,
        ["nginx.failover_on_upstream_status 6"],
    ),
    "the next upstream of one server": ("nginx.conf", NEXT, BACKUP, ["nginx.failover_single_upstream 6"]),
    "a variable that nobody resolves": (
        "nginx.conf",
        VARIABLE,
        VARIABLE.replace("    set", "    resolver 127.0.0.53;\n    set"),
        ["nginx.variable_proxy_pass_without_resolver 6"],
    ),
    "a regex beside an internal location": (
        "nginx.conf",
        INTERNAL.replace("    location", "    location ~ \\.json$ { }\n    location", 1),
        INTERNAL.replace("    location /", "    location ~ \\.json$ { }\n    location ^~ /", 1),
        ["nginx.internal_shadowed 7"],
    ),
    "a return beside its access list": (
        "nginx.conf",
        INTERNAL.replace("deny all;", "deny all;\n        return 200;"),
        INTERNAL,
        ["nginx.acl_bypassed_by_return 7"],
    ),
    "allow without deny": (
        "nginx.conf",
        INTERNAL.replace("        deny all;\n", ""),
        INTERNAL,
        ["nginx.allow_without_deny 5"],
    ),
    "addresses from a header that anybody sends": (
        "nginx.conf",
        OPEN.replace("    root", "    set_real_ip_from 0.0.0.0/0;\n    real_ip_header X-Forwarded-For;\n    root"),
        OPEN.replace("    root", "    set_real_ip_from 10.0.0.2;\n    real_ip_header X-Forwarded-For;\n    root"),
        ["nginx.realip_trust_all 3"],
    ),
    "root and alias for one tree": (
        "nginx.conf",
        PUBLISHED.replace("    location", "    root /srv/go/modules;\n    location").replace(
            "root /srv/go;", "alias /srv/go/modules/;"
        ),
        PUBLISHED,
        ["nginx.static_double_root 5"],
    ),
    "the folder of nginx's own modules": (
        "nginx.conf",
        PUBLISHED.replace("/srv/go;", "/usr/share/nginx;"),
        PUBLISHED,
        ["nginx.static_system_dir 4"],
    ),
    "one age for all files": (
        "nginx.conf",
        PUBLISHED.replace("root /srv/go;", "root /srv/go;\n        expires 30d;"),
        PUBLISHED + "# versions never change, lists do\n",
        ["nginx.static_mutable_cached 5"],
    ),
    "a method without its package": (
        "service.json",
        '{"service": "order", "depends_on": [{"target": "stock", "interface": "grpc://stock.Check"}]}\n',
        '{"service": "order", "depends_on": [{"target": "stock", "interface": "stock.v1.Stock/Check"}]}\n',
        ["gate.malformed_file 1"],
    ),
    "an approval that a service gives itself": (
        "service.json",
        '{"service": "order", "network_exception": "approved", "depends_on": [{"target": "stock"}]}\n',
        '{"service": "order", "depends_on": [{"target": "stock"}]}\n',
        ["net.exception_in_declaration 1"],
    ),
    "straight to the database of another": (
        "service.json",
        '{"service": "order", "depends_on": [{"target": "stock-db.prod.acme.example:3306", "protocol": "mysql"}]}\n',
        '{"service": "order", "depends_on": [{"target": "stock", "protocol": "grpc"}]}\n',
        ["net.prod_datastore_direct 1"],
    ),
}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine("embedded", load_pack(), checkout=Path("/")) as opened:
        yield opened


@pytest.mark.parametrize("name", CASES)
def test_the_wrong_text_gives_its_finding_and_the_right_one_none(
    repository: Callable[..., Path], engine: Engine, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(gate, "open_engine", lambda *_, **__: nullcontext(engine))
    file, wrong, right, rules = CASES[name]
    found = []
    for index, text in enumerate((wrong, right)):
        root = repository({"policygate.yaml": CONFIG, file: text}, name=f"r{index}")
        verdict = gate.check(Request(root=root, today="2026-11-27", engine="embedded"))
        assert verdict.problems == ()
        found.append([f"{each.rule.id} {each.at.start.line}" for each in verdict.findings])
    assert found == [rules, []]


RULE = """\
package acme.datastores

deny[msg] {
    input.network.services[i].name endsWith ".prod.db.internal.com"
    not input.x.exists("network_exception")
    msg := "no direct line to a production database"
}
"""


def test_the_rule_itself_is_no_rego(
    run: Callable[..., subprocess.CompletedProcess[str]], repository: Callable[..., Path]
) -> None:
    """A body without `if`, an infix `endsWith`: the gate says where it stops, and does not pass."""
    root = repository({"policygate.yaml": CONFIG, "policies/prod.rego": RULE, "go.mod": "module git.acme.example/x\n"})
    done = run("check", root, "--engine", "embedded", "--policy", root / "policies")
    assert done.returncode == 3
    assert "prod.rego:3:" in done.stdout + done.stderr
