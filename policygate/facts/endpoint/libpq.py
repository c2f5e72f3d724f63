"""libpq's keywords: `host=a,b port=1,2 dbname=c` (https://www.postgresql.org/docs/current/libpq-connect.html)."""

import re

from policygate.facts.endpoint.draft import Draft, Parameters, normal_name
from policygate.facts.endpoint.parsed import Host
from policygate.facts.endpoint.tls import tls_of
from policygate.facts.endpoint.written import Piece
from policygate.facts.net.hosts import normal

_KEYWORD = re.compile(
    r"\s*+(?P<name>[A-Za-z_]++)\s*+=\s*+"
    r"(?P<value>'(?:[^'\\]|\\.)*+'|(?:[^\s'\\]|\\.)(?:[^\s\\]|\\.)*+|(?=\s|\Z))(?=\s|\Z)",
    re.DOTALL,
)
_END = re.compile(r"\s*+\Z")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_NAME = re.compile("[\\w.:%\ue000-]+\\Z")
_SOCKET = re.compile(r"[/@][^@\s]+\Z")
_TELLING = frozenset({"dbname", "sslmode", "sslrootcert", "targetsessionattrs", "hostaddr"})
"""Keywords that nothing but libpq and its kin use."""
_PLACE = frozenset({"host", "hostaddr", "dbname"})
PLACES = ("hostaddr", "host")
"""Where both are said, libpq connects to the first, and Go's pgx to the second."""
DEFAULT_PORT = 5432


def read_libpq(draft: Draft, whole: Piece) -> bool:
    """Fill the draft; False when the text is no such list."""
    found = _keywords(whole)
    if found is None or not _is_telling(found):
        return False
    for name, value in found.items():
        draft.note(name, value)
    draft.family = "postgresql"
    draft.hosts = [each for name in PLACES for each in hosts_of(_text(found, name), _text(found, "port"))]
    draft.database = _text(found, "dbname")
    draft.tls = tls_of("postgresql", found, "optional")
    return True


def _keywords(whole: Piece) -> Parameters | None:
    """The keywords by normal name; None where libpq would refuse the text."""
    place, found = whole.start, {}
    while not _END.match(whole.masked, place, whole.end):
        match = _KEYWORD.match(whole.masked, place, whole.end)
        if match is None:
            return None
        value = whole._replace(start=match.start("value"), end=match.end("value"))
        quoted = value.starts("'")
        found[normal_name(match["name"])] = value.at(1, value.end - value.start - 1) if quoted else value
        place = match.end()
    return found


def _is_telling(found: Parameters) -> bool:
    """Whether so many keywords stand together that it is no log line."""
    if len(found) < 2 or not _PLACE & found.keys():
        return False
    return bool(_TELLING & found.keys()) or {"host", "user", "password"} <= found.keys()


def _text(found: Parameters, name: str) -> str:
    piece = found.get(name)
    return _ESCAPE.sub(r"\1", piece.raw) if piece else ""


def hosts_of(names: str, ports: str) -> list[Host]:
    """Hosts and ports, each a list with commas, as libpq pairs them: one port is all hosts', none the default.

    What can be no host is left out.
    """
    numbers = [each.strip() for each in ports.split(",")] if ports else []
    hosts = []
    for index, name in enumerate(names.split(",")):
        port = numbers[0] if len(numbers) == 1 else numbers[index] if index < len(numbers) else ""
        host = _host(name.strip(), port)
        hosts += [host] if host else []
    return hosts


def _host(name: str, port: str) -> Host | None:
    """A socket has a name and no port."""
    if _SOCKET.match(name):
        return Host(name, 0)
    piece = Piece.whole(name)
    if not _NAME.match(piece.static):
        return None
    return Host(name if piece.dynamic else normal(name), _number(port))


def _number(port: str) -> int:
    if not port:
        return DEFAULT_PORT
    number = int(port) if port.isascii() and port.isdecimal() and len(port) < 6 else 0
    return number if number < 65536 else 0
