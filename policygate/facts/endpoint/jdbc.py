"""What Java's drivers connect to: `jdbc:mysql://host/db`, `jdbc:oracle:thin:@...`, `r2dbcs:postgresql://...`.

https://docs.oracle.com/javase/tutorial/jdbc/basics/connecting.html, https://r2dbc.io/spec/1.0.0.RELEASE/spec/html/
"""

import re

from policygate.facts.endpoint.draft import Draft, Parameters
from policygate.facts.endpoint.mysql import jdbc_hosts
from policygate.facts.endpoint.oracle import read_target
from policygate.facts.endpoint.parsed import Host
from policygate.facts.endpoint.schemes import SCHEMES, Scheme
from policygate.facts.endpoint.tls import tls_of
from policygate.facts.endpoint.url import hide_strays, parameters_of, parts_of, read_hosts, read_url
from policygate.facts.endpoint.written import Piece
from policygate.facts.model_network import Tls

_NAME = re.compile(r"(?i)(?P<name>[a-z][\w+-]{0,40}):")
_ALIAS = re.compile("[\\w.\ue000-]+\\Z")
_WRAPPERS = frozenset(
    {"log4jdbc", "p6spy", "otel", "aws-wrapper", "tracing", "opentracing", "wrapped", "pool", "proxy"}
)
_PLAIN = Scheme("unknown", many=True)
_JDBC: dict[str, Scheme] = {
    "mysql": SCHEMES["mysql"]._replace(tls="optional"),
    "mariadb": SCHEMES["mysql"]._replace(tls="disabled"),
    **dict.fromkeys(
        ("postgresql", "pgsql", "edb", "yugabytedb", "opengauss"), SCHEMES["postgresql"]._replace(host="localhost")
    ),
    "redshift": SCHEMES["redshift"]._replace(host="localhost"),
    "sqlserver": SCHEMES["sqlserver"]._replace(tls="unknown"),
    "jtds": SCHEMES["mssql"],
    **dict.fromkeys(("clickhouse", "ch"), SCHEMES["clickhouse+http"]._replace(many=True)),
    "mongodb": SCHEMES["mongodb"],
    "cassandra": SCHEMES["cassandra"],
    **dict.fromkeys(("redis",), SCHEMES["redis"]),
    **dict.fromkeys(("elasticsearch", "opensearch", "es"), SCHEMES["elasticsearch"]),
    "db2": _PLAIN._replace(port=50000),
    "sap": _PLAIN,
    **dict.fromkeys(("hive2", "impala"), _PLAIN._replace(port=10000)),
    **dict.fromkeys(("trino", "presto"), _PLAIN),
    "snowflake": _PLAIN._replace(port=443, tls="required"),
    "vertica": _PLAIN._replace(port=5433, database=True),
    "teradata": _PLAIN._replace(port=1025),
    **dict.fromkeys(("firebirdsql", "informix-sqli", "derby", "sybase", "neo4j", "exa", "dremio", "ignite"), _PLAIN),
}
_R2DBC: dict[str, Scheme] = {
    **dict.fromkeys(("postgresql", "postgres"), SCHEMES["postgresql"]._replace(tls="disabled")),
    "mysql": SCHEMES["mysql"]._replace(tls="optional", host=""),
    "mariadb": SCHEMES["mysql"]._replace(tls="disabled", host=""),
    **dict.fromkeys(("mssql", "sqlserver"), SCHEMES["mssql"]._replace(host="")),
    "oracle": SCHEMES["oracle"]._replace(tls="disabled"),
    "clickhouse": SCHEMES["clickhouse+http"],
}
_MARIADB: dict[str, Tls] = {"true": "required", "1": "required", "false": "disabled", "0": "disabled"}
_DEEPEST = 4
_NOBODY = Host("", 0)


def read_jdbc(draft: Draft, whole: Piece) -> bool:
    """Fill the draft; False when the text is no such URL, or names a database without a server."""
    if whole.starts("jdbc:"):
        return _read_driver(draft, "jdbc", whole.at(5), _DEEPEST)
    for scheme in ("r2dbc", "r2dbcs"):
        if whole.starts(f"{scheme}:"):
            return _read_r2dbc(draft, scheme, whole.at(len(scheme) + 1), _DEEPEST)
    return False


def _read_driver(draft: Draft, scheme: str, rest: Piece, depth: int) -> bool:
    match = _NAME.match(rest.masked, rest.start, rest.end)
    if match is None or not depth:
        return False
    name, rest = match["name"].lower(), rest._replace(start=match.end())
    if name in _WRAPPERS or name == "jdbc":
        return _read_driver(draft, scheme, rest, depth - 1)
    draft.scheme = f"{scheme}:{name}"
    if name == "oracle":
        return _read_oracle(draft, rest)
    if name == "h2":
        return _read_h2(draft, rest)
    known = _JDBC.get(name)
    return known is not None and _read_known(draft, name, known, rest)


def _read_known(draft: Draft, name: str, scheme: Scheme, rest: Piece) -> bool:
    mode, slashes = rest.cut("//")
    if slashes is None:
        return scheme.family == "postgresql" and _read_local(draft, scheme, rest)
    if _is_foreign(mode):
        return False
    if scheme.family == "mysql":
        return _read_mysql(draft, name, scheme, slashes)
    if scheme.family == "clickhouse" and mode.starts("https"):
        scheme = scheme._replace(tls="required", port=8443)
    return _read_url(draft, scheme, slashes)


def _is_foreign(mode: Piece) -> bool:
    """Whether something else than `loadbalance:` or `sqlserver:` stands between the driver and its hosts."""
    return bool(mode) and re.fullmatch(r"(?:[\w+-]{1,30}:){1,2}", mode.raw) is None


def _read_local(draft: Draft, scheme: Scheme, rest: Piece) -> bool:
    """`jdbc:postgresql:database`, on this machine."""
    draft.family, draft.tls, draft.hosts = scheme.family, scheme.tls, [Host("localhost", scheme.port)]
    path, query = rest.cut("?")
    if not re.fullmatch("[\\w./\ue000-]*", path.static):
        return False
    draft.database = path.decoded.removeprefix("/")
    draft.tls = tls_of(draft.family, parameters_of(draft, query) if query else {}, draft.tls)
    return True


def _read_url(draft: Draft, scheme: Scheme, rest: Piece) -> bool:
    """The drivers that put their parameters behind semicolons or colons, or behind a question mark."""
    if scheme.family != "unknown":
        done = read_url(draft, scheme, rest)
        secure = scheme.family == "clickhouse" and draft.tls == "required" and scheme.port == 8123
        draft.hosts = [host._replace(port=8443) if secure and host.port == 8123 else host for host in draft.hosts]
        return done
    draft.family, draft.tls = scheme.family, scheme.tls
    parts = parts_of(rest, semicolons=True)
    if not read_hosts(draft, scheme, parts.authority) or not all(host.name for host in draft.hosts or [_NOBODY]):
        return False
    draft.log_in(parts.userinfo)
    hide_strays(draft, parts)
    path, inline = parts.path.cut(":")
    draft.database, draft.database_at = (path.decoded if scheme.database or inline else ""), path
    parameters: Parameters = {}
    for query in (inline, parts.query):
        parameters |= parameters_of(draft, query) if query else {}
    draft.tls = tls_of(draft.family, parameters, draft.tls)
    return True


def _read_mysql(draft: Draft, name: str, scheme: Scheme, rest: Piece) -> bool:
    """Hosts in the driver's own notations, then a path and parameters as everywhere."""
    draft.family = "mysql"
    parts = parts_of(rest)
    hosts = list(jdbc_hosts(draft, rest._replace(end=parts.authority.end))) if parts.authority or parts.userinfo else []
    if not all(hosts):
        return False
    named = [host for host in hosts if host]
    draft.hosts = [host._replace(name=host.name or scheme.host) for host in named] or [Host(scheme.host, scheme.port)]
    draft.database, draft.database_at = parts.path.decoded, parts.path
    hide_strays(draft, parts)
    parameters = parameters_of(draft, parts.query)
    draft.tls = tls_of("mysql", parameters, scheme.tls)
    use = parameters.get("usessl")
    if name == "mariadb" and use is not None and not parameters.get("sslmode"):
        draft.tls = _MARIADB.get(use.raw.lower(), "unknown")
    return True


def _read_oracle(draft: Draft, rest: Piece) -> bool:
    """`thin:user/password@target`, also with nothing before the `@`; a lone word is a name that the client looks up."""
    login, target = _login(rest)
    if login is None:
        return False
    _, behind = login.cut(":")
    user, password = (login if behind is None else behind).cut("/")
    draft.user = bool(user)
    if password is not None:
        draft.hide(password)
    if read_target(draft, target):
        return True
    draft.hosts, draft.dynamic = [], True
    draft.database, draft.database_at = target.raw, target
    return _ALIAS.match(target.static) is not None


def _login(rest: Piece) -> tuple[Piece | None, Piece]:
    """The `@` that ends a login is the last one; a description holds none that matter."""
    head, _ = rest.cut("(")
    login, _ = head.cut_last("@")
    if login is None:
        return None, rest
    return login, rest._replace(start=login.end + 1)


def _read_h2(draft: Draft, rest: Piece) -> bool:
    protocol, behind = rest.cut("://")
    if behind is None or protocol.raw.lower() not in ("tcp", "ssl"):
        return False
    return _read_url(
        draft, _PLAIN._replace(port=9092, tls="required" if protocol.starts("ssl") else "disabled"), behind
    )


def _read_r2dbc(draft: Draft, scheme: str, rest: Piece, depth: int) -> bool:
    match = _NAME.match(rest.masked, rest.start, rest.end)
    if match is None or not depth:
        return False
    name, rest = match["name"].lower(), rest._replace(start=match.end())
    if name in _WRAPPERS:
        return _read_r2dbc(draft, scheme, rest, depth - 1)
    known = _R2DBC.get(name)
    mode, slashes = rest.cut("//")
    if known is None or slashes is None or _is_foreign(mode):
        return False
    draft.scheme = f"{scheme}:{name}"
    if scheme == "r2dbcs":
        known = known._replace(tls="required")
    return read_url(draft, known, slashes)
