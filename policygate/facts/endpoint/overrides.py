"""Parameters of a URL that say where to connect, and to which database, whatever stands before them."""

import re
from urllib.parse import unquote_plus

from policygate.facts.endpoint.ado import read_ado
from policygate.facts.endpoint.draft import Draft, Parameters, host_of, port_of
from policygate.facts.endpoint.libpq import DEFAULT_PORT, hosts_of
from policygate.facts.endpoint.parsed import Host
from policygate.facts.endpoint.written import Piece
from policygate.facts.model_network import Family

_SQL = ("dbname", "database", "databasename", "initialcatalog", "servicename")
_DATABASE: dict[Family, tuple[str, ...]] = {"postgresql": _SQL, "sqlserver": _SQL, "oracle": _SQL, "redis": ("db",)}


def read_overrides(draft: Draft, parameters: Parameters, query: Piece) -> None:
    """Change what the draft has read from before the parameters; `query` holds them all."""
    for name in _DATABASE.get(draft.family, ()):
        if parameters.get(name):
            draft.database, draft.database_at = parameters[name].decoded, parameters[name]
    if draft.family == "postgresql":
        _read_libpq(draft, parameters, query)
    elif draft.family == "sqlserver":
        _read_odbc(draft, parameters)
        _read_server(draft, parameters)
    elif draft.family == "mysql" and parameters.get("unixsocket"):
        draft.hosts = [Host(parameters["unixsocket"].decoded, 0)]


def _read_libpq(draft: Draft, parameters: Parameters, query: Piece) -> None:
    """Clients like libpq take hosts and ports from parameters, too; SQLAlchemy takes several `host=name:port`."""
    said = ",".join(str(host.port) for host in draft.hosts)
    ports = parameters["port"].decoded if parameters.get("port") else said
    repeated = [piece.at(5) for piece in query.split("&") if piece.starts("host=")]
    if len(repeated) > 1 or any(map(_is_ported, repeated)):
        found = [host_of(piece, DEFAULT_PORT) for piece in repeated]
        draft.hosts = [host for host in found if host]
    elif repeated or parameters.get("port"):
        names = repeated[0].decoded if repeated else ",".join(host.name for host in draft.hosts)
        draft.hosts = hosts_of(names, ports)
    if parameters.get("hostaddr"):
        draft.hosts = [*hosts_of(parameters["hostaddr"].decoded, ports), *draft.hosts]


def _is_ported(piece: Piece) -> bool:
    return re.fullmatch(r"[\w.-]+:\d*", piece.static) is not None


def _read_odbc(draft: Draft, parameters: Parameters) -> None:
    """A whole connection string, as SQLAlchemy passes it on to ODBC."""
    inner = parameters.get("odbcconnect")
    if not inner:
        return
    text = unquote_plus(inner.raw)
    within = Draft(text)
    if read_ado(within, Piece.whole(text)):
        draft.hosts, draft.database, draft.tls = within.hosts, within.database, within.tls
        draft.user |= within.user
        draft.password |= within.password
    if within.secrets or not within.hosts:
        draft.hide(inner, password=False)


def _read_server(draft: Draft, parameters: Parameters) -> None:
    """The server as JDBC takes it, where none stands before the parameters."""
    server = parameters.get("servername") or parameters.get("server")
    if server and not any(host.name for host in draft.hosts):
        host = host_of(server, 1433)
        draft.hosts = [host] if host and host.name else []
    port = port_of(parameters.get("portnumber") or parameters.get("port"), 0)
    if port and draft.hosts:
        draft.hosts = [draft.hosts[0]._replace(port=port)]
