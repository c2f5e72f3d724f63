"""From whom nginx believes a header about the client's address (https://nginx.org/en/docs/http/ngx_http_realip_module.html)."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses
from itertools import islice

from policygate.facts.model_network import Evidence
from policygate.facts.model_nginx import NginxTrust
from policygate.facts.nginx.access import rules
from policygate.facts.nginx.blocks import Node, Site
from policygate.facts.nginx.sources import Network, is_everyone, network
from policygate.facts.nginx.variables import names_in

_SHOWN = 5
_ADDRESS = "remote_addr"


def trusts(sites: Sequence[Site]) -> Iterator[NginxTrust]:
    """One for each directive, in the first server where something goes by the address."""
    known: dict[Node, NginxTrust] = {}
    for site in sites:
        for block in (site.node, *(node for node in site.locations if node.own("set_real_ip_from"))):
            directives = [node for node in block.inherited("set_real_ip_from") if node.args]
            open_ = [node for node in directives if node not in known or not known[node].decides]
            if open_:
                known.update(_trusts(site, block, open_, _wide(directives)))
    yield from known.values()


def _trusts(site: Site, block: Node, directives: Sequence[Node], wide: set[Node]) -> Iterator[tuple[Node, NginxTrust]]:
    header = block.value("real_ip_header") or "X-Real-IP"
    decides = list(islice(_decides(site, block), _SHOWN))
    for node in directives:
        yield (
            node,
            NginxTrust(
                server=site.label,
                text=node.args[0],
                everyone=node in wide,
                header=header.lower(),
                reachable=any(listen.reach != "loopback" for listen in site.listens),
                decides=decides,
                at=node.at,
            ),
        )


def _wide(nodes: Sequence[Node]) -> set[Node]:
    """Those that are a part of a network which holds strangers, alone or taken together."""
    networks = {node: found for node in nodes if (found := network(node.args[0]))}
    v4 = [each for each in networks.values() if isinstance(each, IPv4Network)]
    v6 = [each for each in networks.values() if isinstance(each, IPv6Network)]
    together: list[Network] = [*collapse_addresses(v4), *collapse_addresses(v6)]
    wide = [each for each in together if is_everyone(str(each))]
    return {node for node, each in networks.items() if any(_is_within(each, outer) for outer in wide)}


def _is_within(one: Network, other: Network) -> bool:
    if isinstance(one, IPv4Network) and isinstance(other, IPv4Network):
        return one.subnet_of(other)
    return isinstance(one, IPv6Network) and isinstance(other, IPv6Network) and one.subnet_of(other)


def _decides(site: Site, block: Node) -> Iterator[Evidence]:
    """What goes by the client's address in a block: access, limits, conditions."""
    for node in (block, *(node for node in block.every() if node.name == "location")):
        listed = rules(node) if node is block else node.own("allow", "deny")
        narrow = [rule for rule in listed if rule.args and not is_everyone(rule.args[0])]
        if narrow:
            yield Evidence(message=f"`{narrow[0].name}` goes by that address", at=narrow[0].at)
        yield from _limits(site, node, inherits=node is block)
    variables = {_ADDRESS, "binary_remote_addr", *_geo(site)}
    for node in block.every():
        if node.name == "if" and variables.intersection(names_in(" ".join(node.args))):
            yield Evidence(message="this condition goes by that address", at=node.at)


def _limits(site: Site, node: Node, *, inherits: bool) -> Iterator[Evidence]:
    names = ("limit_req", "limit_conn")
    for each in node.inherited(*names) if inherits else node.own(*names):
        if any(_ADDRESS in " ".join(zone.args[:1]) for zone in site.node.inherited(f"{each.name}_zone")):
            yield Evidence(message=f"`{each.name}` counts by that address", at=each.at)


def _geo(site: Site) -> Iterator[str]:
    """The variables that follow from the client's address."""
    for block in site.node.around():
        for node in block.own("geo"):
            if node.args and (len(node.args) == 1 or _ADDRESS in node.args[0]):
                yield node.args[-1].lstrip("$").lower()
