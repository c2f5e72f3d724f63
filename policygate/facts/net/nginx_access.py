"""Whom a location turns away (https://nginx.org/en/docs/http/ngx_http_access_module.html)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from policygate.facts.net.nginx_blocks import Node, is_everyone
from policygate.facts.net.nginx_content import content_of
from policygate.location import At

_HARMLESS = re.compile(r"(?i)ssl|tls|gzip|brotli|cache|log|header|proxy|cors|mime|security|param|error")
_TELLING = re.compile(r"(?i)acl|allow|deny|auth|access|restrict|intern|list|ip|secur|guard|protect")
"""Names of files that are not here: settings that keep nobody out, unless they are called after that, too."""
_IMPERSONAL = re.compile(
    r"\$\{?(?:request_\w+|scheme|https|host|uri|server_\w+|args|is_args|http_host|http_user_agent|http_upgrade"
    r"|http_x_forwarded_proto|http_accept\w*|http_cookie|upstream_\w+|status|document_\w+|\d)\b",
    re.IGNORECASE,
)
"""Variables that do not tell who is asking."""
_PROGRAMS = ("auth_", "access_by_lua", "rewrite_by_lua")
_JUDGED = frozenset({"auth_basic", "auth_basic_user_file", "auth_request", "auth_request_set", "auth_jwt"})
_REFUSALS = re.compile(r"4\d\d$")


@dataclass(frozen=True)
class Guard:
    """One thing that keeps strangers out."""

    kind: str
    at: At
    node: Node
    """The block that says so."""


@dataclass(frozen=True)
class Access:
    """What a block does to strangers."""

    guards: tuple[Guard, ...]
    undecided: bool
    """Whether something that cannot be judged may keep them out."""

    @property
    def kinds(self) -> list[str]:
        """What keeps them out, each once."""
        return list(dict.fromkeys(guard.kind for guard in self.guards))


def access_of(node: Node) -> Access:
    """Who may see what a location, or a server itself, gives out."""
    own = list(_guards(node))
    listed = rules(node)
    if own and node.value("satisfy") == "any" and listed and decision(listed) == "allow":
        own = [guard for guard in own if guard.kind in ("internal", "ssl_verify_client")]
    return Access(tuple(own), bool(list(_perhaps(node))))


def rules(node: Node) -> list[Node]:
    """The `allow` and `deny` that hold in a block."""
    return [rule for rule in node.inherited("allow", "deny") if rule.args]


def decision(listed: Sequence[Node]) -> str:
    """What becomes of strangers: `allow` or `deny`; empty when no rule is about them, which lets them in."""
    return next((rule.name for rule in listed if is_everyone(rule.args[0])), "")


def idle(listed: Sequence[Node]) -> Iterator[Node]:
    """Each `allow` that no later `deny` gives a meaning to."""
    for index, rule in enumerate(listed):
        if rule.name == "allow" and not is_everyone(rule.args[0]):
            denied = (later.args[0] for later in listed[index + 1 :] if later.name == "deny")
            if not any(_overlap(rule.args[0], source) for source in denied):
                yield rule


def _overlap(one: str, other: str) -> bool:
    """Whether two sources share an address, as far as that can be known."""
    if other == "all" or "$" in one + other or one == other:
        return True
    first, second = _network(one), _network(other)
    if isinstance(first, IPv4Network) and isinstance(second, IPv4Network):
        return first.overlaps(second)
    return isinstance(first, IPv6Network) and isinstance(second, IPv6Network) and first.overlaps(second)


def _network(source: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(source, strict=False)
    except ValueError:
        return None


def _guards(node: Node) -> Iterator[Guard]:
    listed = rules(node)
    if decision(listed) == "deny":
        first = next(rule for rule in listed if rule.name == "deny" and is_everyone(rule.args[0]))
        yield _guard("allow/deny", first)
    for block in (node, *node.around()):
        for each in block.own("internal"):
            yield _guard("internal", each)
    if node.value("auth_basic") not in ("", "off") and node.value("auth_basic_user_file"):
        yield _guard("auth_basic", node.inherited("auth_basic")[-1])
    for name in ("auth_request", "auth_jwt"):
        if node.value(name) not in ("", "off"):
            yield _guard(name, node.inherited(name)[-1])
    if node.name == "location" and content_of(node) == "refusal":
        yield Guard("return", node.own("return")[0].at, node)
    if node.value("ssl_verify_client") == "on":
        yield _guard("ssl_verify_client", node.inherited("ssl_verify_client")[-1])


def _guard(kind: str, directive: Node) -> Guard:
    return Guard(kind, directive.at, directive.outer or directive)


def _perhaps(node: Node) -> Iterator[Node]:
    """What may turn strangers away, in the location and around it."""
    for each in (each for block in (node, *node.around()) for each in block.inner):
        by_program = each.name.startswith(_PROGRAMS) and each.name not in _JUDGED
        if by_program or is_open_question(each) or (each.name == "if" and refuses(each) and is_personal(each)):
            yield each


def is_open_question(node: Node) -> bool:
    """Whether it takes in a file that is not here and that may keep somebody out: in a server or location."""
    if node.name != "include" or not node.outer or node.outer.name not in ("server", "location", "if"):
        return False
    name = node.args[0].rpartition("/")[2] if node.args else ""
    return not _HARMLESS.search(name) or bool(_TELLING.search(name))


def refuses(block: Node) -> bool:
    """Whether a block answers with a refusal, whatever is asked."""
    return any(each.args and _REFUSALS.match(each.args[0]) for each in block.own("return"))


def is_personal(condition: Node) -> bool:
    """Whether an `if` may be about who is asking."""
    return "$" in _IMPERSONAL.sub("", " ".join(condition.args))
