"""Which directives of nginx become facts, and what of their arguments nobody may see."""

import re
from collections.abc import Iterable, Iterator, Sequence

from policygate.facts.model_nginx import NginxDirective
from policygate.facts.nginx.includes import Placed
from policygate.facts.nginx.statements import Statement
from policygate.facts.nginx.targets import SCHEMES
from policygate.location import At
from policygate.redact import has_credentials, redact_urls

_BLOCKS = frozenset({"http", "stream", "server", "location", "upstream", "if", "limit_except"})
_TABLES = frozenset({"map", "geo", "split_clients"})
_ENTRIES = 100
"""The different values of a table that are kept."""
_SIMPLE = frozenset(
    {
        *("listen", "server_name", "server", "merge_slashes", "ssl", "ssl_verify_client", "include"),
        *("allow", "deny", "satisfy", "internal", "real_ip_header", "set_real_ip_from"),
        *("limit_req", "limit_conn", "limit_req_zone", "limit_conn_zone"),
        *("return", "rewrite", "break", "set", "error_page", "try_files", "resolver"),
        *("root", "alias", "expires", "stub_status", "empty_gif", "perl", "js_content"),
        *SCHEMES,
    }
)
_SUFFIXES = (
    *("_intercept_errors", "_next_upstream", "_next_upstream_tries"),
    *("_connect_timeout", "_read_timeout", "_send_timeout"),
)
_PREFIXES = ("auth_", "access_by_lua", "content_by_lua", "rewrite_by_lua")
_OPEN = frozenset({"auth_basic", "auth_basic_user_file", "auth_request", "auth_jwt"})
"""Those with such a prefix whose arguments count."""
_HEADERS = {
    "add_header": frozenset({"cache-control"}),
    "proxy_set_header": frozenset({"x-forwarded-proto", "x-forwarded-ssl", "x-forwarded-scheme"}),
    "fastcgi_param": frozenset({"https", "http_x_forwarded_proto", "request_scheme"}),
}
"""By directive the headers that count."""
_SECRET = re.compile(r"(?i)authorization|cookie|token|secret|passw|api[-_]?key|signature|credential")
_SECRET_PLACES = frozenset({"set", "proxy_set_header", "grpc_set_header", "fastcgi_param", "uwsgi_param", "add_header"})
"""Directives that give the value of their second argument to the name in the first."""


def is_kept(statement: Statement) -> bool:
    """Whether a directive becomes a fact."""
    name = statement.name
    if statement.block is not None:
        return name in _BLOCKS or name in _TABLES
    if name in _HEADERS:
        return statement.args[:1] != [] and statement.args[0].lower() in _HEADERS[name]
    return name in _SIMPLE or name.endswith(_SUFFIXES) or name.startswith(_PREFIXES)


def is_judged(statement: Statement) -> bool:
    """Whether it must be as nginx wants it: those that become facts, and blocks that are none."""
    return statement.name in _BLOCKS or statement.name in _TABLES or is_kept(statement)


def directives(placed: Sequence[Placed]) -> Iterator[NginxDirective]:
    """Those that are kept, in order; what is in a block that is not kept is left out with it."""
    indexes = {-1: -1}
    tables: dict[int, set[str]] = {}
    for index, (statement, parent) in enumerate(placed):
        if parent in tables:
            values = tables[parent]
            value = statement.args[-1] if statement.args else ""
            if value in values or len(values) == _ENTRIES:
                continue
            values.add(value)
            yield _directive(statement, "entry", [value], indexes[parent])
        elif parent in indexes and is_kept(statement):
            yield _directive(statement, statement.name, _arguments(statement), indexes[parent])
            if statement.name in _TABLES and statement.block is not None:
                tables[index] = set()
        else:
            continue
        indexes[index] = len(indexes) - 1


def _directive(statement: Statement, name: str, args: list[str], parent: int) -> NginxDirective:
    args = [redact_urls(arg) for arg in args]
    return NginxDirective(name=name, args=args, parent=parent, block=statement.block is not None, at=statement.at())


def _arguments(statement: Statement) -> list[str]:
    """What a fact may say of the arguments."""
    name, args = statement.name, statement.args
    if name == "if":
        condition = " ".join(args).strip()
        return [_without_literals(condition.removeprefix("(").removesuffix(")").strip())]
    if name.startswith(_PREFIXES) and name not in _OPEN:
        return []
    if name == "return" and args[1:] and not args[0].startswith("3"):
        return args[:1]
    if name in _SECRET_PLACES and args and _SECRET.search(args[0]):
        return args[:1]
    return args


def _without_literals(condition: str) -> str:
    """A condition on something secret without what that is compared with."""
    first, _, rest = condition.partition(" ")
    return f"{first} {rest.split(' ', 1)[0]}" if rest and _SECRET.search(first) else condition


def secrets(placed: Iterable[Placed]) -> Iterator[At]:
    """The literal values that no report may show: of secret variables and headers, and conditions on these."""
    for statement, _ in placed:
        args = statement.args
        if statement.name in _SECRET_PLACES and len(args) > 1 and _SECRET.search(args[0]) and "$" not in args[1]:
            yield statement.at(2)
        elif statement.name == "if" and len(args) > 2 and _SECRET.search(args[0]):
            yield statement.at(3)
        elif statement.name in SCHEMES and args and has_credentials(args[0]):
            yield statement.at(1)
