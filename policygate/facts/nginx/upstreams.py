"""What stands behind a host that requests are handed to (https://nginx.org/en/docs/http/ngx_http_upstream_module.html)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from policygate.facts.model_network import HostClass
from policygate.facts.net.hosts import host_class, is_address
from policygate.facts.nginx.blocks import Node, Site
from policygate.facts.nginx.targets import SCHEMES, Target, target_of

_FAR: tuple[HostClass, ...] = ("loopback", "cluster", "internal", "unknown", "external")
"""From near to far."""


@dataclass
class Upstreams:
    """The groups of all configurations of a checkout, and the hosts that are named without a variable."""

    groups: dict[str, list[Node]] = field(default_factory=dict)
    """By name the `server` lines; of two groups of one name those of both."""
    plain: set[tuple[str, int]] = field(default_factory=set)

    def members(self, target: Target) -> Sequence[Node]:
        """The `server` lines of the group that a target means; none when it means a host."""
        return self.groups.get(target.host.lower(), ()) if not target.port else ()

    def knows(self, target: Target) -> bool:
        """Whether nginx finds the host without asking a resolver: a group, an address, or named elsewhere as such."""
        if target.host.startswith("/") or is_address(target.host) or self.members(target):
            return True
        return (target.name, target.number) in self.plain

    def class_of(self, target: Target) -> HostClass:
        """What kind of place a target is; of a group the farthest."""
        hosts = [target_of("", node.args[0]).host for node in self.members(target)] or [target.host]
        return max((host_class(host) for host in hosts), key=_FAR.index)


def upstreams_of(tops: Iterable[Node], sites: Iterable[Site]) -> Upstreams:
    """Those of the configurations with these tops."""
    found = Upstreams()
    for top in tops:
        for node in top.every():
            if node.name == "upstream" and node.args:
                servers = [each for each in node.own("server") if each.args]
                found.groups.setdefault(node.args[0].lower(), []).extend(servers)
    for site in sites:
        for _, node in handed(site):
            target = target_of(node.name, node.args[0])
            if "$" not in node.args[0] and not found.members(target):
                found.plain.add((target.name, target.number))
    return found


def handed(site: Site) -> list[tuple[Node, Node]]:
    """Where a server hands requests over: the location, or the server itself, and the directive."""
    return [(node.location, node) for node in site.node.every() if node.name in SCHEMES and node.args]
