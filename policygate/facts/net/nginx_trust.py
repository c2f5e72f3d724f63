"""From whom nginx believes a header about the client's address (https://nginx.org/en/docs/http/ngx_http_realip_module.html)."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from policygate.facts.model_network import Evidence
from policygate.facts.model_nginx import NginxTrust
from policygate.facts.net.nginx_access import rules
from policygate.facts.net.nginx_blocks import Node, Site, is_everyone

_SHOWN = 5
_ADDRESS = "remote_addr"


def trusts(sites: Sequence[Site]) -> Iterator[NginxTrust]:
    """One for each directive, in the first server where something goes by the address."""
    known: dict[Node, NginxTrust] = {}
    for site in sites:
        for block in (site.node, *site.locations):
            found = site.node.inherited("set_real_ip_from") if block is site.node else block.own("set_real_ip_from")
            wide = _wide([node for node in found if node.args])
            for node in found:
                if node.args and not (node in known and known[node].decides):
                    known[node] = _trust(site, block, node, everyone=node in wide)
    yield from known.values()


def _trust(site: Site, block: Node, node: Node, *, everyone: bool) -> NginxTrust:
    header = block.value("real_ip_header") or "X-Real-IP"
    return NginxTrust(
        server=site.label,
        text=node.args[0],
        everyone=everyone,
        header=header.lower(),
        reachable=any(listen.reach != "loopback" for listen in site.listens),
        decides=[each for _, each in zip(range(_SHOWN), _decides(site, block), strict=False)],
        at=node.at,
    )


def _wide(nodes: Sequence[Node]) -> set[Node]:
    """Those that are a part of a network which holds strangers, alone or taken together."""
    networks = {node: _network(node.args[0]) for node in nodes}
    v4 = [network for network in networks.values() if isinstance(network, IPv4Network)]
    v6 = [network for network in networks.values() if isinstance(network, IPv6Network)]
    together: list[IPv4Network | IPv6Network] = [*collapse_addresses(v4), *collapse_addresses(v6)]
    wide = [each for each in together if is_everyone(str(each))]
    return {node for node, network in networks.items() if any(_is_within(network, each) for each in wide)}


def _is_within(network: IPv4Network | IPv6Network | None, other: IPv4Network | IPv6Network) -> bool:
    if isinstance(network, IPv4Network) and isinstance(other, IPv4Network):
        return network.subnet_of(other)
    return isinstance(network, IPv6Network) and isinstance(other, IPv6Network) and network.subnet_of(other)


def _network(source: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(source, strict=False)
    except ValueError:
        return None


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
        if node.name == "if" and any(f"${name}" in " ".join(node.args) for name in variables):
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
                yield node.args[-1].lstrip("$")
