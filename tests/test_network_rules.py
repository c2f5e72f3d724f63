"""Every rule on endpoints and edges on a whole little checkout: its finding, what is right beside it, and a waiver.

The right files stand in the same checkout as the wrong one, so that the one finding is also all that is found.
"""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from policygate import gate, gathering, reading
from policygate.engine import Engine, open_engine
from policygate.engine.policies import load_pack
from policygate.facts import run_linker, run_reader
from policygate.facts.files import Files
from policygate.facts.model import FileFacts, Network
from policygate.facts.own import Surroundings
from policygate.findings import Verdict
from policygate.request import Request
from tests.network_checkouts import CASES, SECTION

Make = Callable[..., Path]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine("embedded", load_pack(), checkout=Path("/")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def one_engine(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """All checks of this file take the same policies: they are loaded once."""
    monkeypatch.setattr(gate, "open_engine", lambda *_, **__: nullcontext(engine))


def judged(root: Path) -> Verdict:
    return gate.check(Request(root=root, today="2026-01-31", engine="embedded"))


def config(section: str) -> dict[str, str]:
    return {"policygate.yaml": section or "version: 1\n"}


def found(verdict: Verdict) -> list[tuple[str, str, str, int, int, str]]:
    return [
        (each.rule.id, each.severity, each.at.path, each.at.start.line, each.at.start.column, each.message)
        for each in verdict.findings
    ]


@pytest.mark.parametrize("rule", CASES)
def test_one_finding_with_its_place_and_a_waiver_for_it(repository: Make, rule: str) -> None:
    case = CASES[rule]
    files = {**case.files, **config(case.section)}
    verdict = judged(repository(files, name="active"))
    assert verdict.problems == ()
    assert found(verdict) == [(rule, case.severity, *case.place, case.message)]
    assert tuple(each.at.path for each in verdict.findings[0].related) == case.related
    assert "hunter2" not in repr(verdict)
    assert verdict.outcome == ("fail" if case.severity == "error" else "pass")
    path = case.place[0]
    waiver = f"rule: {rule}, path: {path}, reason: moves, owner: platform, created: 2026-01-01, expires: 2026-02-15"
    waivers = f"version: 1\nwaivers:\n  - {{{waiver}}}\n"
    excused = judged(repository({**files, "policygate-waivers.yaml": waivers}, name="waived"))
    assert [(each.rule.id, each.disposition) for each in excused.findings] == [(rule, "waived")]
    assert excused.outcome == "pass"


ARTICLE = {
    "host and port": (
        "addresses.env",
        "ORDERS_DB_HOST=DBHOST\nORDERS_DB_PORT=5432\nORDERS_DB_SSLMODE=verify-full\n",
        (1, 16),
    ),
    "a URL": ("url.env", "DATABASE_URL=postgres://DBHOST:5432/app?sslmode=verify-full\n", (1, 14)),
    "capital letters": ("capitals.env", "DATABASE_URL=postgres://UPPERDBHOST:5432/app?sslmode=verify-full\n", (1, 14)),
    "a dot at the end": ("dot.env", "DATABASE_URL=postgres://DBHOST.:5432/app?sslmode=verify-full\n", (1, 14)),
    "one of several hosts": (
        "several.env",
        "DATABASE_URL=postgres://pool1.prod.acme.example:5432,DBHOST:5432/app?sslmode=verify-full\n",
        (1, 14),
    ),
    "the DSN of the Go driver": ("driver.env", "DSN=app@tcp(DBHOST:3306)/orders?tls=true\n", (1, 5)),
    "JDBC": (
        "application.properties",
        "spring.datasource.url=jdbc:postgresql://DBHOST:5432/app?sslmode=verify-full\n",
        (1, 23),
    ),
    "an entry of extra_hosts": (
        "compose.yaml",
        """\
services:
  WHO:
    image: billing
    extra_hosts: ["db:ADDRESS"]
    environment:
      DATABASE_URL: postgres://db:5432/app?sslmode=verify-full
""",
        (6, 21),
    ),
    "an ExternalName": (
        "deployment.yaml",
        """\
apiVersion: v1
kind: Service
metadata: {name: db, namespace: WHO}
spec: {type: ExternalName, externalName: DBHOST}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: WHO, namespace: WHO}
spec:
  selector: {matchLabels: {app: WHO}}
  template:
    metadata: {labels: {app: WHO}}
    spec:
      containers:
        - name: billing
          image: billing
          env:
            - name: DATABASE_URL
              value: postgres://db:5432/app?sslmode=verify-full
""",
        (19, 22),
    ),
}
"""How a file can lead to the database of another service: its name, the text, the place of the finding."""


def led_to(text: str, *values: str) -> str:
    for name, value in zip(("DBHOST", "ADDRESS", "WHO"), values, strict=True):
        text = text.replace(f"UPPER{name}", value.upper()).replace(name, value)
    return text


@pytest.mark.parametrize("form", ARTICLE)
def test_whatever_the_form_the_database_of_another_is_found_and_the_right_way_is_not(
    repository: Make, form: str
) -> None:
    file, text, place = ARTICLE[form]
    files = {
        f"billing/{file}": led_to(text, "orders-db.prod.acme.example", "10.20.0.5", "billing"),
        f"orders/{file}": led_to(text, "orders-db.prod.acme.example", "10.20.0.5", "orders"),
        f"billing/pooled/{file}": led_to(text, "pool1.prod.acme.example", "10.20.0.6", "invoices"),
    }
    verdict = judged(repository({**files, **config(SECTION)}))
    assert verdict.problems == ()
    assert [(each[0], *each[2:5]) for each in found(verdict)] == [
        ("net.prod_datastore_direct", f"billing/{file}", *place)
    ]


UNHURT = {
    "endpoints": {"net.exception_in_declaration"},
    "edges": set[str](),
    "compose": {"net.exception_in_declaration"},
}
"""By source that fails the rules that do not need it."""


@pytest.mark.parametrize("source", UNHURT)
def test_facts_that_are_missing_are_no_pass(repository: Make, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    def broken_linker(linker: str, files: FileFacts, surroundings: Surroundings, half: Network) -> Network:
        if linker == source:
            raise KeyError(linker)
        return run_linker(linker, files, surroundings, half)

    def broken_reader(reader: str, path: str, data: bytes, files: Files) -> FileFacts:
        if reader == source:
            raise KeyError(reader)
        return run_reader(reader, path, data, files)

    monkeypatch.setattr(gathering, "run_linker", broken_linker)
    monkeypatch.setattr(reading, "run_reader", broken_reader)
    verdict = judged(repository({**config(SECTION), "compose.yaml": "services: {billing: {image: billing}}\n"}))
    assert verdict.exit_code == 3
    message = next(each.message for each in verdict.problems if each.message.startswith(f"source `{source}` failed"))
    assert {rule for rule in CASES if rule not in message} == UNHURT[source]


def test_a_file_that_cannot_be_read_is_no_pass(repository: Make) -> None:
    verdict = judged(repository({**config(SECTION), "compose.yaml": "services: {billing: [\n"}))
    assert [(each.severity, each.at.path) for each in verdict.findings] == [("error", "compose.yaml")]
    assert verdict.outcome == "fail"


QUIET = {
    "compose.yaml": """\
services:
  web:
    image: web
    depends_on: [db, cache]
    environment:
      DATABASE_URL: postgres://app:app@db:5432/app?sslmode=disable
      CACHE_URL: redis://cache:6379/0
      QUEUE_BROKERS: queue:9092
      TRACES_URL: http://traces:4317
      API_URL: http://api.acme.example
      HTTPS_PROXY: http://proxy.acme.example:3128
      LISTEN_ADDR: 0.0.0.0:8080
      GOPROXY: http://goproxy.acme.example
  db: {image: "postgres:18", environment: {POSTGRES_PASSWORD: app}}
  cache: {image: "redis:8"}
""",
    ".env.example": "DATABASE_URL=postgres://user:password@localhost:5432/app\nSMTP_HOST=smtp.acme.example\nSMTP_PORT=587\n",
    ".gitlab-ci.yml": """\
test:
  image: golang
  services: ["postgres:18"]
  variables: {DATABASE_URL: "postgres://app:app@postgres:5432/test"}
  script: [go test ./...]
""",
    "config/application.yml": """\
spring:
  datasource: {url: "jdbc:postgresql://${DB_HOST:localhost}:5432/app", password: "${DB_PASSWORD}"}
  mail: {host: smtp.acme.example, port: 587}
  kafka: {bootstrap-servers: "kafka.acme.example:9092"}
""",
}
"""What most repositories hold, and what is right for a machine of a developer."""


def test_a_checkout_of_which_nobody_stated_anything_passes_without_a_warning(repository: Make) -> None:
    verdict = judged(repository(QUIET))
    assert verdict.problems == ()
    loud = [each for each in found(verdict) if each[0].startswith("net.") and each[1] != "note"]
    assert loud == []
    (note,) = [
        each for each in verdict.findings if each.rule.id == "net.plaintext_protocol" and "API_URL" in each.message
    ]
    assert note.assumes == (
        "`api.acme.example` is outside (`network.internal` in policygate.yaml would say that it is not)",
    )
