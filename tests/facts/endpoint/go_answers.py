"""Write down what Go's client libraries say: `python -m tests.facts.endpoint.go_answers CLIENTS`.

CLIENTS is `oracle/clients.go`, built.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from tests.facts.endpoint.test_endpoint import rows, unmarked
from tests.facts.endpoint.test_endpoint_generated import SEED, SIGNS, Dice, libpq_keywords, libpq_url, redis_url

FILE = Path(__file__).parent / "go_answers.txt"
COUNT = 60
"""Generated texts of each kind."""
SCHEMES = {
    "postgres": "pgx",
    "postgresql": "pgx",
    "redis": "redis",
    "rediss": "redis",
    "sqlserver": "mssql",
    "amqp": "amqp",
    "amqps": "amqp",
}


def library_of(text: str) -> str:
    """Which library a text of the table is meant for; empty where none is."""
    if any(sign in text for sign in ("${", "$(", "$HOST", "%s")):
        return ""
    scheme, separator, _ = text.partition("://")
    if separator:
        return SCHEMES.get(scheme, "")
    if "@tcp" in text or "@unix(" in text or text.startswith("tcp("):
        return "mysql"
    if text.startswith(("host", "dbname=")) and ";" not in text:
        return "pgx"
    return "mssql" if text.lower().startswith(("server", "data source=sql")) and "port" not in text.lower() else ""


def mysql_dsn(dice: Dice) -> str:
    user = dice.text(SIGNS.replace(":", "")).strip()
    login = f"{user}{dice.maybe(lambda: f':{dice.text()}')}@"
    address = dice.choice([f"tcp({dice.bracketed()}{dice.port()})", "unix(/run/my.sock)", "tcp"])
    mode = dice.choice(["true", "false", "skip-verify", "preferred"])
    return f"{login}{address}/{dice.maybe(dice.escaped)}{dice.parameters(f'tls={mode}', 'parseTime=true')}"


def amqp_url(dice: Dice) -> str:
    path = dice.maybe(lambda: f"/{dice.maybe(dice.escaped)}")
    return f"{dice.choice(['amqp', 'amqps'])}://{dice.login()}{dice.bracketed()}{dice.port()}{path}"


def mssql_url(dice: Dice) -> str:
    parameters = dice.parameters(f"database={dice.escaped()}", f"encrypt={dice.choice(['true', 'false', 'disable'])}")
    return f"sqlserver://{dice.login()}{dice.bracketed()}{dice.port()}{parameters}"


def mssql_keywords(dice: Dice) -> str:
    signs = SIGNS.translate({ord(sign): None for sign in "=;\"'@"})
    host = f"{dice.maybe(lambda: 'tcp:')}{dice.host()}{dice.maybe(lambda: f',{dice.randint(1, 65535)}')}"
    parts = [
        f"{dice.choice(['server', 'Server', 'Data Source'])}={host}",
        f"{dice.choice(['database', 'Initial Catalog'])}={quote(dice.text(), safe='')}",
        f"{dice.choice(['password', 'Pwd'])}={dice.text(signs).strip() or 'x'}",
        f"Encrypt={dice.choice(['true', 'false', 'disable', 'strict', 'optional', 'mandatory'])}",
    ]
    dice.shuffle(parts)
    return ";".join(parts)


MAKERS: list[tuple[str, Callable[[Dice], str]]] = [
    ("mysql", mysql_dsn),
    ("pgx", libpq_url),
    ("pgx", libpq_keywords),
    ("redis", redis_url),
    ("amqp", amqp_url),
    ("mssql", mssql_url),
    ("mssql", mssql_keywords),
]


def questions() -> Iterator[tuple[str, str]]:
    """The library to ask, and a text."""
    texts = [text for text, _ in (unmarked(marked) for marked, _ in rows())]
    yield from ((library_of(text), text) for text in texts if library_of(text))
    for library, make in MAKERS:
        dice = Dice(SEED)
        yield from ((library, make(dice)) for _ in range(COUNT))


def main() -> None:
    asked = list(questions())
    done = subprocess.run(sys.argv[1:2], input=json.dumps(asked), capture_output=True, text=True, check=True)
    answers = json.loads(done.stdout)
    lines = [
        [*question, *([] if said["error"] else [said["hosts"], said["database"], said["tls"]])]
        for question, said in zip(asked, answers, strict=True)
    ]
    FILE.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
