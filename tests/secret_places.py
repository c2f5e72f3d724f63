"""Files with a secret in every place that the network half reads, each of them its own: what no output may show."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

FORMS = {
    "DATABASE_URL": "postgres://app:SECRET@db.partner.example:5432/app?sslmode=disable",
    "ESCAPED_URL": "postgres://app:PERCENT@db.partner.example:5432/app",
    "SLASHED_URL": "mysql://app:S3/CRET?#@db.partner.example:3306/app",
    "CACHE_URL": "redis://:SECRET@cache.partner.example:6379/0",
    "TOKEN_URL": "https://SECRET@api.partner.example/v1",
    "SIGNED_URL": "http://api.partner.example/v1?user=app&access_token=SECRET&page=1",
    "JDBC_URL": "jdbc:postgresql://db.partner.example:5432/app?user=app&password=SECRET",
    "SQLSERVER_URL": "jdbc:sqlserver://db.partner.example:1433;databaseName=app;user=sa;password={SECRET}",
    "ORACLE_URL": "jdbc:oracle:thin:app/SECRET@//db.partner.example:1521/app",
    "LIBPQ_DSN": "host=db.partner.example port=5432 user=app password='SECRET' dbname=app",
    "ADO_CONNECTION": "Server=db.partner.example,1433;Database=app;User Id=sa;Password=SECRET;Encrypt=false",
    "MYSQL_DSN": "app:SECRET@tcp(db.partner.example:3306)/app?tls=true",
    "MONGO_URL": "mongodb://app:SECRET@a.partner.example:27017,b.partner.example:27017/app",
    "AMQP_ADDRESSES": "amqp://app:SECRET@a.partner.example:5672,amqp://app:SECRET@b.partner.example:5672",
    "KAFKA_SASL_JAAS_CONFIG": 'org.acme.example.PlainLoginModule required username="app" password="SECRET";',
    "DB_PASSWORD": "SECRET",
}
"""By name of a setting every notation in which a secret stands."""


@dataclass(frozen=True)
class Secret:
    """One secret, and where it stands."""

    path: str
    start: int
    """Code points of the file before it."""
    written: str
    plain: str

    @property
    def end(self) -> int:
        """Code points up to its end."""
        return self.start + len(self.written)

    @property
    def shapes(self) -> tuple[str, ...]:
        """All that gives it away."""
        return self.written, self.plain, base64.b64encode(self.plain.encode()).decode().rstrip("=")


MARKS = re.compile(r"S3/CRET\?#|PERCENT|SECRET|BASE64|BASIC")
_LETTERS = "ghjkmnpqrtvwxz"
"""No hexadecimal digits, of which fingerprints are, and no words."""


def plant(path: str, text: str, side: str) -> tuple[str, list[Secret]]:
    """The text of a file with its marks replaced by secrets, which are others on the other side."""
    pieces: list[str] = []
    secrets: list[Secret] = []
    done = length = 0
    for mark in MARKS.finditer(text):
        plain, written = _secret(mark.group(), f"{side} {path} {len(secrets)}")
        pieces += [text[done : mark.start()], written]
        secrets.append(Secret(path, length + mark.start() - done, written, plain))
        length += mark.start() - done + len(written)
        done = mark.end()
    return "".join([*pieces, text[done:]]), secrets


def _secret(mark: str, seed: str) -> tuple[str, str]:
    """A secret, and how it is written."""
    letters = "".join(_LETTERS[digit % len(_LETTERS)] for digit in hashlib.sha256(seed.encode()).digest()[:18])
    if mark == "PERCENT":
        plain = f"{letters[:9]}@{letters[9:]}"
        return plain, f"%{ord(plain[0]):02x}{plain[1:9]}%40{plain[10:]}"
    if mark == "S3/CRET?#":
        return (plain := f"{letters[:9]}/{letters[9:]}?#"), plain
    if mark in {"BASE64", "BASIC"}:
        plain = f"app:{letters}" if mark == "BASIC" else letters
        return letters, base64.b64encode(plain.encode()).decode()
    return letters, letters


def _lines(form: str, settings: Mapping[str, str] = FORMS) -> str:
    """All settings, one a line."""
    return "".join(form.format(key=key, value=value, **_quoted(key, value)) for key, value in settings.items())


def _quoted(key: str, value: str) -> dict[str, str]:
    return {
        "quoted": json.dumps(value),
        "single": _single(value),
        "pair": _single(f"{key}={value}"),
        "flag": _single(f"--{key}={value}"),
    }


def _indented(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in text.splitlines())


def _single(value: str) -> str:
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


_SOME = {key: FORMS[key] for key in ("DATABASE_URL", "ESCAPED_URL", "JDBC_URL", "MYSQL_DSN", "DB_PASSWORD")}
"""Enough for what is read as another one is."""
_ENV = _lines("{key}={value}\n")
_PROPERTIES = _lines("shop.{key}={value}\n")
_JSON = json.dumps({"Shop": FORMS}, indent=2) + "\n"
_YAML = "shop:\n" + _lines("  {key}: {quoted}\n")
_OBJECT = "apiVersion: v1\nkind: {kind}\nmetadata: {{name: shop}}\n"
_POD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          image: shop
"""

_SERVICE = "services:\n  shop:\n    image: shop\n"
_MAP = _OBJECT.format(kind="ConfigMap") + "data:\n"

FILES = {
    "map/compose.yaml": _SERVICE + "    environment:\n" + _lines("      {key}: {quoted}\n"),
    "list/compose.yaml": _SERVICE + "    environment:\n" + _lines("      - {pair}\n", _SOME),
    "flags/compose.yaml": _SERVICE + "    command:\n      - serve\n" + _lines("      - {flag}\n", _SOME),
    "options/compose.yaml": _SERVICE + "    command:\n" + _lines("      - --{key}\n      - {single}\n", _SOME),
    "file/compose.yaml": _SERVICE + "    env_file: [shop.env]\n",
    "file/shop.env": _lines("{key}={value}\n", _SOME),
    ".env": _ENV,
    "application.properties": _PROPERTIES,
    "settings.ini": "[shop]\n" + _lines("{key} = {value}\n"),
    "config.toml": "[shop]\n" + _lines("{key} = {quoted}\n"),
    "appsettings.json": _JSON,
    "application.yml": _YAML,
    "folded/application.yml": "shop:\n" + _lines("  {key}: >-\n    {value}\n", _SOME),
    "values.yaml": "shop:\n" + _lines("  {key}: {single}\n", _SOME),
    ".gitlab-ci.yml": "variables:\n" + _lines("  {key}: {quoted}\n") + "test:\n  script: [go test ./...]\n",
    ".github/workflows/ci.yml": "on: push\nenv:\n"
    + _lines("  {key}: {quoted}\n", _SOME)
    + "jobs:\n  test:\n    runs-on: ubuntu-latest\n    steps: [{run: go test ./...}]\n",
    "k8s/env.yaml": _POD + "          env:\n" + _lines("            - {{name: {key}, value: {quoted}}}\n"),
    "k8s/args.yaml": _POD + "          args:\n" + _lines("            - {flag}\n", _SOME),
    "k8s/map.yaml": _MAP + _lines("  {key}: {quoted}\n", _SOME),
    "k8s/properties.yaml": _MAP + "  application.properties: |\n" + _indented(_PROPERTIES, 4),
    "k8s/json.yaml": _MAP + "  appsettings.json: |\n" + _indented(_JSON, 4),
    "k8s/yaml.yaml": _MAP + "  application.yml: |\n" + _indented(_lines("shop.{key}: {quoted}\n", _SOME), 4),
    "k8s/lines.yaml": _MAP + "  shop.env: |\n" + _indented(_lines("{key}={value}\n", _SOME), 4),
    "k8s/quoted.yaml": _MAP + f"  application.properties: {json.dumps(_PROPERTIES)}\n",
    "kustomization.yaml": "configMapGenerator:\n  - name: shop\n    literals:\n" + _lines("      - {pair}\n", _SOME),
    "k8s/secret.yaml": _OBJECT.format(kind="Secret").replace(
        "name: shop", 'name: shop, annotations: {last: "{stringData: SECRET}"}'
    )
    + "data:\n  password: BASE64\n  other: BASE64\nstringData:\n  url: postgres://app:SECRET@db.partner.example\n"
    + "  note: |\n    SECRET\n    SECRET\n",
    "k8s/list.yaml": "apiVersion: v1\nkind: List\nitems:\n"
    "  - {apiVersion: v1, kind: Secret, metadata: {name: shop}, data: {password: BASE64}, stringData: {x: SECRET}}\n",
    "k8s/script.yaml": _POD
    + """\
          command: [/bin/sh, -c, "serve --db=postgres://app:SECRET@db.partner.example:5432/app --db-password SECRET"]
""",
    "k8s/refers.yaml": _POD
    + """\
          env:
            - {name: DB_PASSWORD, value: SECRET}
            - {name: PLAIN, value: SECRET}
            - {name: DATABASE_URL, value: "postgres://app:$(PLAIN)@db.partner.example:5432/app"}
""",
    "anchors/compose.yaml": """\
x-shop: &shop
  DATABASE_URL: "postgres://app:SECRET@db.partner.\\
    example:5432/app"
services:
  shop:
    image: shop
    environment:
      <<: *shop
      OTHER_URL: &other postgres://app:SECRET@other.partner.example:5432/app
  basket:
    image: basket
    environment: {OTHER_URL: *other, DSN: "postgres://app:${PASSWORD:-SECRET}@db.partner.example:5432/app"}
""",
    "shell/compose.yaml": """\
services:
  shop:
    image: shop
    command: serve --db-url=postgres://app:SECRET@db.partner.example:5432/app --cache 'redis://:SECRET@cache:6379'
""",
    "joined/application.properties": """\
shop.datasource.url=jdbc:postgresql://db.partner.example:5432/app?\\
    user=app&password=SECRET
shop.datasource.password=SE\\
    SECRET
shop.db.password=SECRET
shop.other.url=postgres://app:${shop.db.password}@db.partner.example:5432/app
""",
    "lines/config.toml": '''\
[shop]
dsn = """
host=db.partner.example port=5432 user=app \\
password=SECRET"""
nested = {url = "redis://:SECRET@cache.partner.example:6379", password = "SECRET"}
''',
    "literals/kustomization.yaml": """\
secretGenerator:
  - name: shop
    literals: [password=SECRET, "url=postgres://app:SECRET@db.partner.example:5432/app"]
patches:
  - patch: |-
      apiVersion: v1
      kind: Secret
      metadata: {name: shop}
      stringData: {password: SECRET}
""",
    "service.json": json.dumps(
        {
            "service": "shop",
            "owner": "team",
            "depends_on": [
                {"target": "postgres://app:SECRET@db.partner.example:5432/app", "protocol": "postgresql"},
                "https://SECRET@api.partner.example/v1",
                "amqp://app:PERCENT@queue.partner.example:5672",
                "app:SECRET@stock.partner.example:8080",
            ],
            "hosts": ["shop.acme.example:8080", "app:SECRET@basket.acme.example"],
        },
        indent=1,
    ),
    "nginx/nginx.conf": """\
http {
  server {
    listen 8080;
    location / {
      proxy_pass http://app:SECRET@api.partner.example;
      proxy_set_header Authorization "Basic BASIC";
      proxy_set_header X-Api-Key SECRET;
    }
    location /other/ {
      set $api_token SECRET;
      if ($http_x_api_key != SECRET) { return 403; }
      grpc_pass grpc://app:SECRET@grpc.partner.example:9090;
    }
  }
}
""",
    "catalog-info.yaml": """\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: shop
  annotations:
    policygate.dev/hosts: shop.acme.example:8080,SECRET@basket.acme.example:8080,app:SECRET@stock.acme.example
spec: {type: service, owner: team, lifecycle: production}
""",
}
"""By path what each file holds."""

ADDED = {
    "shop.go": """\
package shop

var (
\tdatabase = "postgres://app:SECRET@db.partner.example:5432/app"
\tescaped  = "amqp://app:PERCENT@queue.partner.example:5672"
\tdsn      = `app:SECRET@tcp(db.partner.example:3306)/app`
\tcache    = "redis://:SECRET@cache.partner.example:6379" // redis://:SECRET@other.partner.example:6379
\tjdbc     = "jdbc:postgresql://db.partner.example:5432/app?user=app&password=SECRET"
)
""",
    "deploy.sh": "curl http://app:SECRET@api.partner.example/v1\ncurl 'https://api.partner.example/v1?token=SECRET'\n",
    "shop.py": 'DATABASE = "postgresql://app:SECRET@db.partner.example/app"\n',
}
"""Sources, whose added lines are read in a merge request."""
