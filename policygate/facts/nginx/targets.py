"""What a `proxy_pass` and its like hand requests to (https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass)."""

import re
from typing import NamedTuple

from policygate.facts.net.hosts import normal

SCHEMES = {
    "proxy_pass": "",
    "grpc_pass": "grpc",
    "fastcgi_pass": "fastcgi",
    "uwsgi_pass": "uwsgi",
    "scgi_pass": "scgi",
    "memcached_pass": "memcached",
}
"""By directive the protocol that it speaks; that of `proxy_pass` stands in front of the host."""
_PORTS = {"http": 80, "https": 443, "grpc": 80, "grpcs": 443, "memcached": 11211}
_URL = re.compile(r"(?P<scheme>https?|grpcs?|suwsgi|uwsgi)://", re.IGNORECASE)
_HOST = re.compile(r"(?P<host>\[[^]/]*+\]|(?:\$\{[^}/]*+\}|[^:/?#])*+)(?::(?P<port>(?:\$\{[^}/]*+\}|[^/?#])*+))?")


class Target(NamedTuple):
    """A target taken apart."""

    scheme: str
    host: str
    """As written, variables included; a path for a socket."""
    port: str
    """As written; empty when it is not."""
    path: str
    """What follows; a target with one replaces the path of the request."""

    @property
    def name(self) -> str:
        """The host in its normal form; empty when a variable stands in it."""
        return "" if "$" in self.host else normal(self.host)

    @property
    def number(self) -> int:
        """The port, with the scheme's own when none is written; 0 for variables and sockets."""
        if self.port or self.host.startswith("/"):
            return int(self.port) if self.port.isascii() and self.port.isdigit() and len(self.port) < 6 else 0
        return 0 if "$" in self.host else _PORTS.get(self.scheme, 0)


def target_of(directive: str, written: str) -> Target:
    """A target as a directive has it."""
    default = SCHEMES.get(directive, "tcp")
    scheme = _URL.match(written)
    rest = written[scheme.end() :] if scheme else written
    if rest.lower().startswith("unix:"):
        socket, _, path = rest[5:].partition(":")
        return Target(scheme["scheme"].lower() if scheme else default, socket, "", path)
    return _split(scheme["scheme"].lower() if scheme else default, rest)


def _split(scheme: str, rest: str) -> Target:
    """Host, port and path; nginx knows no user information and refuses it."""
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    rest = rest[authority.rfind("@") + 1 :]
    found = _HOST.match(rest)
    if found is None:
        return Target(scheme, rest, "", "")
    return Target(scheme, found["host"], found["port"] or "", rest[found.end() :])
