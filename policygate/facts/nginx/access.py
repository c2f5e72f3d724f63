"""Whom a location turns away (https://nginx.org/en/docs/http/ngx_http_access_module.html)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policygate.facts.nginx.blocks import Node
from policygate.facts.nginx.content import content_of
from policygate.facts.nginx.sources import Ranges, is_everyone
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
    known = node.memo.get("access")
    if isinstance(known, Access):
        return known
    own = list(_guards(node))
    if own and node.value("satisfy") == "any" and decision(node) == "allow":
        own = [guard for guard in own if guard.kind in ("internal", "ssl_verify_client", "return")]
    access = Access(tuple(own), any(_perhaps(block) for block in (node, *node.around())))
    node.memo["access"] = access
    return access


def rules(node: Node) -> list[Node]:
    """The `allow` and `deny` that hold in a block."""
    return [rule for rule in node.inherited("allow", "deny") if rule.args]


def decision(node: Node) -> str:
    """What becomes of strangers: `allow` or `deny`; empty when no rule is about them, which lets them in."""
    decisive = _decisive(node)
    return decisive.name if decisive else ""


def _decisive(node: Node) -> Node | None:
    """The first rule about strangers, of the innermost block that has any rules."""
    for block in (node, *node.around()):
        if block.own("allow", "deny"):
            if "decisive" not in block.memo:
                about = (rule for rule in rules(block) if is_everyone(rule.args[0]))
                block.memo["decisive"] = next(about, None)
            known = block.memo["decisive"]
            return known if isinstance(known, Node) else None
    return None


def idle(listed: Sequence[Node]) -> list[Node]:
    """Each `allow` that no later `deny` gives a meaning to."""
    found: list[Node] = []
    denied = Ranges()
    for rule in reversed(listed):
        source = rule.args[0]
        if rule.name == "deny":
            denied.add(source)
        elif not is_everyone(source) and not denied.meet(source):
            found.append(rule)
    return found[::-1]


def _guards(node: Node) -> Iterator[Guard]:
    decisive = _decisive(node)
    if decisive and decisive.name == "deny":
        yield _guard("allow/deny", decisive)
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


def _perhaps(block: Node) -> bool:
    """Whether something right in a block may turn strangers away that cannot be judged."""
    if "perhaps" not in block.memo:
        block.memo["perhaps"] = any(map(_may_refuse, block.inner))
    return block.memo["perhaps"] is True


def _may_refuse(node: Node) -> bool:
    by_program = node.name.startswith(_PROGRAMS) and node.name not in _JUDGED
    return by_program or is_open_question(node) or (node.name == "if" and refuses(node) and is_personal(node))


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
