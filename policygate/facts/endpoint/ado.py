"""Connection strings of ADO.NET and ODBC: `Server=tcp:host,1433;Database=x;Encrypt=yes`, and their kin of Azure.

https://learn.microsoft.com/dotnet/framework/data/adonet/connection-string-syntax
"""

import re

from policygate.facts.endpoint.draft import Draft, Parameters, host_of, normal_name, port_of
from policygate.facts.endpoint.keys import family_of
from policygate.facts.endpoint.oracle import read_target
from policygate.facts.endpoint.parsed import Host
from policygate.facts.endpoint.tls import tls_of
from policygate.facts.endpoint.written import Piece
from policygate.facts.model_network import Family, Tls

_ITEM = re.compile(
    r"\s*+(?P<name>[^=;]{1,100}?)\s*+=\s*+"
    r"(?P<value>(?:\"[^\"]{0,1000}+(?:\"\"[^\"]{0,1000}+){0,20}+\""
    r"|'[^']{0,1000}+(?:''[^']{0,1000}+){0,20}+'|\{[^}]{0,1000}+(?:\}\}[^}]{0,1000}+){0,20}+\})(?=\s*+(?:;|\Z))"
    r"|[^;]*+)\s*+(?:;|\Z)"
)
_EMPTY = re.compile(r"[\s;]*+\Z")
_BRACES = {'"': '"', "'": "'", "{": "}"}
_SERVERS = (
    "server",
    "datasource",
    "host",
    "addr",
    "address",
    "networkaddress",
    "servername",
    "endpoint",
    "accountendpoint",
)
_DATABASES = ("database", "initialcatalog", "databasename", "db", "dbname")
_TELLING = frozenset(
    {
        *(*_DATABASES, "userid", "uid", "pwd", "password", "integratedsecurity", "trustedconnection", "encrypt"),
        *("trustservercertificate", "sslmode", "driver", "provider", "multipleactiveresultsets"),
        *("sharedaccesskey", "accountkey"),
    }
)
"""Keywords that such a list has one of."""
_FILE = re.compile(r"(?i)(?:\.(?:db3?|sqlite3?|sdf|mdb|accdb|xlsx?|mdf)|:memory:|[\\/][^\\/]*\.\w+)\Z")
_PORTS: dict[Family, int] = {"postgresql": 5432, "mysql": 3306, "oracle": 1521}
_DEFAULTS: dict[Family, Tls] = {"postgresql": "optional", "oracle": "disabled"}


def read_ado(draft: Draft, whole: Piece) -> bool:
    """Fill the draft; False when the text is no such list. A DSN says elsewhere where it leads: no host."""
    if not whole.has("="):
        return False
    whole = Piece.whole(draft.text, fields=False)
    draft.dynamic = whole.dynamic
    found = parameters_in(draft, whole)
    if found is None or _TELLING.isdisjoint(found):
        return False
    name = next((name for name in _SERVERS if found.get(name)), "")
    if not name:
        draft.dynamic = True
        return bool(found.get("dsn"))
    database = next((found[key] for key in _DATABASES if key in found), None)
    draft.database, draft.database_at = database.raw if database else "", database
    if name in ("endpoint", "accountendpoint"):
        return _read_azure(draft, found[name])
    draft.family = _family(found, name)
    if not _read_server(draft, found, found[name]):
        return False
    draft.tls = tls_of(
        draft.family, found, _DEFAULTS.get(draft.family, "unknown") if draft.tls == "unknown" else draft.tls
    )
    return True


def parameters_in(draft: Draft, piece: Piece) -> Parameters | None:
    """`name=value;name={v;alue}` by normal name, without the quotes; None for a text of another form."""
    found, place = {}, piece.start
    while not _EMPTY.match(piece.masked, place, piece.end):
        match = _ITEM.match(piece.masked, place, piece.end)
        if match is None:
            return None
        value = piece._replace(start=match.start("value"), end=match.end("value")).stripped()
        key = normal_name(match["name"])
        found[key] = _unquoted(value)
        draft.note(key, found[key])
        draft.suspect(piece._replace(start=match.start(), end=match.end()))
        place = match.end()
    return found


def _unquoted(value: Piece) -> Piece:
    first, last = value.raw[:1], value.raw[-1:]
    quoted = value.end - value.start > 1 and _BRACES.get(first) == last
    return value.at(1, value.end - value.start - 1) if quoted else value


def _family(found: Parameters, server: str) -> Family:
    """Which client a list is meant for, by its driver or by keywords that only that client has."""
    driver = found.get("driver") or found.get("provider")
    named = family_of(driver.raw) if driver else "unknown"
    if named != "unknown":
        return named
    if server == "host" or "sslmode" in found or "port" in found:
        postgres = server == "host" or "username" in found or "searchpath" in found
        return "postgresql" if postgres else "mysql"
    value = found[server]
    return "oracle" if value.starts("(") or (value.has("/") and not value.has("\\")) else "sqlserver"


def _read_server(draft: Draft, found: Parameters, value: Piece) -> bool:
    if draft.family == "oracle" and "port" not in found:
        return read_target(draft, value)
    if _FILE.search(value.raw) or value.starts("(localdb)"):
        return False
    separator = "," if draft.family == "sqlserver" else ";"
    first, port = value.cut(separator)
    first = next((first.at(len(prefix)) for prefix in ("tcp:", "np:", "lpc:") if first.starts(prefix)), first)
    first, instance = first.cut("\\")
    default = _PORTS.get(draft.family, 0) or (0 if instance else 1433)
    number = port_of(port.stripped() if port else found.get("port"), default)
    pieces = [first] if draft.family == "sqlserver" else list(first.split(","))
    for piece in pieces:
        local = piece.raw.strip().lower() in (".", "(local)")
        host = Host("localhost", number or 0) if local else host_of(piece.stripped(), number or 0)
        if host is None or not host.name or number is None:
            return False
        draft.hosts.append(host)
    return True


def _read_azure(draft: Draft, value: Piece) -> bool:
    """`Endpoint=sb://name/;SharedAccessKey=...` of Service Bus, `AccountEndpoint=https://...` of Cosmos."""
    scheme, rest = value.cut("://")
    if rest is None:
        return False
    draft.scheme = scheme.raw.lower()
    if draft.scheme not in ("sb", "https", "amqps"):
        return False
    draft.family, draft.tls = ("http" if draft.scheme == "https" else "amqp"), "required"
    host = host_of(rest.cut("/")[0], 443 if draft.scheme == "https" else 5671)
    draft.hosts = [host] if host and host.name else []
    return bool(draft.hosts)
