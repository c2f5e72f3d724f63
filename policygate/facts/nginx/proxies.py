"""What nginx hands requests to, and whether it can find that (https://nginx.org/en/docs/http/ngx_http_proxy_module.html)."""

import re
from collections.abc import Iterator

from policygate.facts.model_network import Evidence
from policygate.facts.model_nginx import NginxProxy
from policygate.facts.nginx.access import is_open_question
from policygate.facts.nginx.blocks import Node, Site
from policygate.facts.nginx.contexts import is_template
from policygate.facts.nginx.targets import Target, target_of
from policygate.facts.nginx.upstreams import Upstreams, handed
from policygate.facts.nginx.variables import Value, Variables, names_in
from policygate.redact import redact_urls

_ASKED = re.compile(r"\$\{?(?:http_\w+|arg_\w+|cookie_\w+|host)\b", re.IGNORECASE)
"""Variables that hold what the client wrote."""


def proxies(site: Site, upstreams: Upstreams, *, outside: str) -> Iterator[NginxProxy]:
    """One for each directive, in order; `outside` is what a missing `resolver` may stand in, empty when nothing is."""
    variables = Variables(site)
    for location, node in handed(site):
        written = node.args[0]
        literal, looked_up = target_of(node.name, written), "$" in written and not is_template(written)
        values = variables.values(written) if looked_up else [Value(written)]
        targets = [(target_of(node.name, value.text), value) for value in values]
        lost = _lost(node, targets, upstreams) if looked_up else None
        known = next((target for target, _ in targets if "$" not in target.host), literal)
        yield NginxProxy(
            server=site.label,
            location=location.label,
            text=redact_urls(written),
            scheme=known.scheme,
            host="" if "$" in known.host else known.name or known.host,
            host_class=upstreams.class_of(known),
            variable=looked_up,
            unresolvable=lost is not None,
            evidence=[*_evidence(lost[1] if lost else targets[0][1]), *_members(known, upstreams)],
            assumes=[f"no `resolver` is set in {outside}"] if outside and lost else [],
            at=node.at,
        )


def _lost(node: Node, targets: list[tuple[Target, Value]], upstreams: Upstreams) -> tuple[Target, Value] | None:
    """A host that has to be looked up while there is nobody to ask."""
    if node.inherited("resolver") or any(_may_hold_one(block) for block in node.around()):
        return None
    for target, value in targets:
        unknown = names_in(target.host)
        if not unknown and target.host and not upstreams.knows(target):
            return target, value
        if unknown and _ASKED.search(target.host) and not upstreams.groups:
            return target, value
    return None


def _may_hold_one(block: Node) -> bool:
    return block.name in ("server", "location") and any(map(is_open_question, block.own("include")))


def _evidence(value: Value) -> Iterator[Evidence]:
    for node in value.said_by:
        yield Evidence(message="the variable's value", at=node.at)


def _members(target: Target, upstreams: Upstreams) -> Iterator[Evidence]:
    for node in upstreams.members(target):
        yield Evidence(message=f"a server of `{target.host}`", at=node.at)
