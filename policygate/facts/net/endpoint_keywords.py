"""Endpoints as lists of keywords: libpq's `host=a port=1` and the `Server=a,1;Encrypt=yes` of ADO.NET and ODBC."""

import re

from policygate.facts.net.draft import Draft, host_of, parameters_of
from policygate.facts.net.endpoint_tls import tls_of
from policygate.facts.net.endpoint_url import libpq_hosts
from policygate.facts.net.parsed import Host
from policygate.facts.net.written import Piece

_KEYWORD = re.compile(
    r"\s*+([a-z_]++)\s*+=\s*+('(?:[^'\\]|\\.)*+'|(?:[^\s'\\]|\\.)(?:[^\s\\]|\\.)*+|)(?=\s|\Z)", re.DOTALL
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_LIBPQ = frozenset(
    {
        "host",
        "hostaddr",
        "port",
        "dbname",
        "user",
        "password",
        "sslmode",
        "service",
        "connect_timeout",
        "application_name",
    }
)
_SERVERS = ("server", "datasource", "addr", "address", "networkaddress", "host")


def read_libpq(draft: Draft, whole: Piece) -> bool:
    """Fill the draft from `host=a,b port=1,2 dbname=c`; False when the text is no such list."""
    place, found = whole.start, dict[str, Piece]()
    while place < whole.end and whole.masked[place : whole.end].strip():
        match = _KEYWORD.match(whole.masked, place, whole.end)
        if match is None:
            return False
        found[match.group(1)] = _unquoted(whole._replace(start=match.start(2), end=match.end(2)))
        place = match.end()
    if not found.keys() & {"host", "hostaddr"} or not found.keys() & (_LIBPQ - {"host"}):
        return False
    for name, value in found.items():
        draft.note(name.replace("_", ""), value)
    values = {name: _ESCAPE.sub(r"\1", piece.raw) for name, piece in found.items()}
    draft.family = "postgresql"
    draft.hosts = libpq_hosts(values.get("hostaddr") or values.get("host", ""), values.get("port", ""))
    draft.database = values.get("dbname", "")
    draft.tls = tls_of("postgresql", found, "optional")
    return True


def _unquoted(piece: Piece) -> Piece:
    return piece.at(1)._replace(end=piece.end - 1) if piece.starts("'") else piece


def read_ado(draft: Draft, whole: Piece) -> bool:
    """Fill the draft from `Server=a,1;Database=b`; False when the text is no such list."""
    if whole.find(";") < 0 or whole.find("=") < 0:
        return False
    whole = Piece.whole(draft.text, fields=False)
    parameters = parameters_of(draft, (piece.stripped() for piece in whole.split(";")))
    server = next((parameters[name] for name in _SERVERS if parameters.get(name)), None)
    if server is None or len(parameters) < 2:
        return False
    name, port = server.cut(",")
    name = name.at(4) if name.starts("tcp:") else name
    host = host_of(name, 0)
    if host is None:
        return False
    port = port or parameters.get("port")
    number = int(port.raw) if port and port.raw.isascii() and port.raw.isdecimal() else 0
    draft.family = "sqlserver"
    draft.hosts = [Host(host.name, number or host.port)]
    draft.database = next((parameters[name].raw for name in ("database", "initialcatalog") if name in parameters), "")
    draft.tls = tls_of("sqlserver", parameters, "unknown")
    return True
