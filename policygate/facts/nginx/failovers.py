"""Whether a fail-over has anybody to go to (https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from policygate.facts.model_network import Evidence
from policygate.facts.model_nginx import NginxCondition, NginxFailover
from policygate.facts.net.hosts import host_class, is_address
from policygate.facts.nginx.blocks import Node, Site
from policygate.facts.nginx.content import content_of
from policygate.facts.nginx.targets import Target, target_of
from policygate.facts.nginx.upstreams import Upstreams, handed
from policygate.facts.nginx.uri import normalised
from policygate.facts.nginx.variables import Variables
from policygate.facts.syntax.budget import Budget
from policygate.redact import redact_urls

_SUFFIX = "_next_upstream"
_OWN = {"error": "502", "timeout": "504", "invalid_header": "502"}
"""What nginx itself answers when all servers failed in a way, which needs no interception."""


@dataclass
class _Governed:
    """One directive and where it holds."""

    directive: Node
    site: Site
    passes: list[tuple[Site, Node, Node]] = field(default_factory=list)
    """Server, location and what hands over."""


def failovers(sites: Sequence[Site], upstreams: Upstreams, budget: Budget) -> Iterator[NginxFailover]:
    """One for each directive that holds somewhere, unless what it leads to cannot be told.

    Raises: TooLargeError.
    """
    found: dict[Node, _Governed] = {}
    for site in sites:
        for location, node in handed(site):
            for directive in node.inherited(node.name.removesuffix("_pass") + _SUFFIX)[-1:]:
                if directive.args and directive.args != ["off"]:
                    found.setdefault(directive, _Governed(directive, site)).passes.append((site, location, node))
    for governed in found.values():
        failover = _failover(governed, upstreams, budget)
        if failover:
            yield failover


def _failover(governed: _Governed, upstreams: Upstreams, budget: Budget) -> NginxFailover | None:
    targets = [target_of(node.name, node.args[0]) for _, _, node in governed.passes]
    counts = [_peers(target, upstreams) for target in targets]
    tries = max(_tries(node) for _, _, node in governed.passes)
    if any("$" in target.host for target in targets) or 0 in counts:
        return None
    uncaught = [each for one in governed.passes for each in _uncaught(governed.directive, *one, budget)]
    return NginxFailover(
        scope=_scope(governed),
        text=" ".join([governed.directive.name, *governed.directive.args]),
        targets=list(dict.fromkeys(redact_urls(node.args[0]) for _, _, node in governed.passes)),
        peers=max(counts),
        tries=tries,
        uncaught=list(dict.fromkeys(uncaught)),
        evidence=[Evidence(message="the only server", at=each.at) for each in _only(governed, targets, upstreams)],
        assumes=[f"`{name}` has one address" for name in _names(targets, upstreams)],
        at=governed.directive.at,
    )


def _scope(governed: _Governed) -> str:
    block = governed.directive.outer
    if block is None or block.name in ("http", ""):
        return "http"
    return f"{governed.site.label} {block.location.label}".strip()


def _peers(target: Target, upstreams: Upstreams) -> int:
    """How many servers may be asked; 0 when that changes while nginx runs."""
    members = upstreams.members(target)
    if any("resolve" in node.args or "$" in node.args[0] for node in members):
        return 0
    return sum("down" not in node.args for node in members) if members else 1


def _tries(node: Node) -> int:
    written = node.value(node.name.removesuffix("_pass") + _SUFFIX + "_tries")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 5 else 0


def _only(governed: _Governed, targets: Sequence[Target], upstreams: Upstreams) -> list[Node]:
    """What says that there is one server: its line in a group, else what hands over."""
    members = [node for target in targets for node in upstreams.members(target) if "down" not in node.args]
    return list(dict.fromkeys(members or [node for _, _, node in governed.passes]))[:3]


def _names(targets: Sequence[Target], upstreams: Upstreams) -> list[str]:
    """The hosts that may have several addresses, which nginx takes for as many servers."""
    hosts = [
        target_of("", node.args[0]).host if node else target.host
        for target in targets
        for node in (upstreams.members(target) or (None,))
        if node is None or "down" not in node.args
    ]
    return list(dict.fromkeys(host for host in hosts if host_class(host) != "loopback" and not is_address(host)))[:3]


def _uncaught(directive: Node, site: Site, location: Node, node: Node, budget: Budget) -> Iterator[str]:
    """The conditions of a directive under which the client is told the failure."""
    intercepts = node.value(node.name.removesuffix("_pass") + "_intercept_errors") == "on"
    pages = node.error_pages()
    for condition in directive.args:
        code = _OWN.get(
            condition, condition.removeprefix("http_") if condition.startswith("http_") and intercepts else ""
        )
        page = pages.get(code)
        if condition != "non_idempotent" and not (page and _goes_on(site, location, page, budget)):
            yield condition


def _goes_on(site: Site, location: Node, page: Node, budget: Budget) -> bool:
    """Whether an `error_page` leads to something that makes another answer, and not to a page about the failure."""
    target = page.args[-1] if page.args else ""
    if "://" in target:
        return True
    owner = _owner(site, target, budget)
    return owner is not None and owner is not location and (target.startswith("@") or content_of(owner) == "pass")


def _owner(site: Site, target: str, budget: Budget) -> Node | None:
    """The location that an `error_page` leads to."""
    if target.startswith("@"):
        return site.named(target)
    known = site.node.memo.setdefault("error pages", {})
    if isinstance(known, dict) and target not in known:
        path = normalised(target)
        verdict = site.places.answer(path, budget) if path else None
        known[target] = verdict.owner if verdict and verdict.kind == "location" else None
    found = known.get(target) if isinstance(known, dict) else None
    return found if isinstance(found, Node) else None


def conditions(site: Site, budget: Budget) -> Iterator[NginxCondition]:
    """Each `if` of a server.

    Raises: TooLargeError.
    """
    variables = Variables(site)
    later = _after_upstream(site, budget)
    for node in site.node.every():
        if node.name == "if" and node.args:
            yield NginxCondition(
                server=site.label,
                location=node.location.label,
                text=node.args[0],
                variables=variables.sources(node.args[0], budget),
                before_upstream=node.location not in later,
                at=node.at,
            )


def _after_upstream(site: Site, budget: Budget) -> set[Node]:
    """The locations that nginx may go to after handing over, and the server if that is run through again."""
    found = {node for node in site.locations if node.own("internal")}
    pages = [node for node in site.node.every() if node.name == "error_page"] + site.node.inherited("error_page")
    for target in (page.args[-1] for page in pages if page.args):
        owner = _owner(site, target, budget)
        found.update(node for node in (owner, None if target.startswith("@") else site.node) if node)
    return found
