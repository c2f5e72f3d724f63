"""Nginx: which location answers, whom it keeps out, and what stands behind it."""

from collections.abc import Iterable, Sequence

from policygate.facts.model import FileFacts, Network
from policygate.facts.model_nginx import Nginx, NginxAccess, NginxFile, NginxShadow, NginxUndecided
from policygate.facts.nginx.blocks import Node, sites_of, tree
from policygate.facts.nginx.bypasses import bypasses
from policygate.facts.nginx.failovers import conditions, failovers
from policygate.facts.nginx.proxies import proxies
from policygate.facts.nginx.servers import accesses, locations, names_with_tls, server_of
from policygate.facts.nginx.shadows import shadows
from policygate.facts.nginx.trees import trees
from policygate.facts.nginx.trust import trusts
from policygate.facts.nginx.upstreams import upstreams_of
from policygate.facts.own import Surroundings
from policygate.facts.syntax.budget import Budget

_WORK = 10_000_000
"""Steps of matching: many times what hundreds of locations need."""


def link(files: FileFacts, surroundings: Surroundings, network: Network) -> Network:  # noqa: ARG001 - one signature
    """Add what the configurations mean, in the order of the files.

    Raises: TooLargeError.
    """
    return network.model_copy(update={"nginx": nginx_of(files.nginx)})


def nginx_of(files: Sequence[NginxFile]) -> Nginx:
    """What all the configurations of a checkout mean together.

    Raises: TooLargeError.
    """
    tops = [tree(file) for file in files]
    sites = [sites_of(file, top) for file, top in zip(files, tops, strict=True)]
    every = [site for inside in sites for site in inside]
    whole = [site for site in every if site.whole]
    upstreams, budget = upstreams_of(tops, every), Budget(_WORK)
    with_tls = names_with_tls(whole)
    hidden = [each for site in whole for each in shadows(site, budget)]
    return Nginx(
        servers=[server_of(site, with_tls) for site in whole],
        locations=[each for site in every for each in locations(site)],
        proxies=[
            each
            for inside, outside in zip(sites, map(_outside, files, tops), strict=True)
            for site in inside
            for each in proxies(site, upstreams, outside=outside)
        ],
        failovers=list(failovers(every, upstreams, budget)),
        conditions=[each for site in every for each in conditions(site, budget)],
        shadows=[each for each in hidden if isinstance(each, NginxShadow)],
        undecided=[each for each in hidden if isinstance(each, NginxUndecided)],
        bypasses=[each for site in every for each in bypasses(site, budget) if site.whole or each.kind == "return"],
        accesses=_once(each for site in every for each in accesses(site)),
        trusts=list(trusts(every)),
        trees=[each for site in every for each in trees(site, budget)],
    )


def _once(found: Iterable[NginxAccess]) -> list[NginxAccess]:
    """What is written around several servers but once."""
    return list({each.at: each for each in found}.values())


def _outside(file: NginxFile, top: Node) -> str:
    """What else may belong to a configuration; empty when nothing does."""
    unseen = [node for block in (top, *top.own("http")) for node in block.own("include")]
    if file.context != "main":
        return f"what includes `{file.file}`"
    return f"`{unseen[0].args[0]}`" if unseen and unseen[0].args else ""
