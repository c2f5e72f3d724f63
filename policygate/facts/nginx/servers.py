"""Where servers listen, and what they give away there."""

import re
from collections.abc import Iterator, Sequence

from policygate.facts.model_nginx import NginxAccess, NginxAllow, NginxListen, NginxLocation, NginxPlace, NginxServer
from policygate.facts.net.hosts import host_class, in_cidr
from policygate.facts.nginx.access import Access, access_of, decision, idle, is_open_question, rules
from policygate.facts.nginx.blocks import Listen, Node, Site
from policygate.facts.nginx.content import content_of, folder_of
from policygate.facts.nginx.targets import SCHEMES
from policygate.facts.nginx.upstreams import handed

_TLS_BEFORE = re.compile(r"(?i)\$\{?http_(?:x_forwarded_(?:proto|ssl|scheme)|front_end_https|cf_visitor|x_scheme)")
_TO_TLS = re.compile(r"(?i)\$\{?(?:scheme|https|server_port|ssl_protocol|host)\b")
_CHALLENGE = re.compile(r"/?\\?\.well-known/")
_NO_NAMES = frozenset({"_", "", "localhost"})
_FORWARDED = ("proxy_set_header", "fastcgi_param")


def names_with_tls(sites: Sequence[Site]) -> frozenset[str]:
    """The names that some server has TLS for."""
    return frozenset(name for site in sites if any(each.tls for each in site.listens) for name in site.names)


def server_of(site: Site, with_tls: frozenset[str]) -> NginxServer:
    """One server; `with_tls` are the names that any has TLS for."""
    own = any(listen.tls for listen in site.listens)
    in_front = any(listen.proxied for listen in site.listens) or _says_tls_ends_before(site)
    plain = [listen for listen in site.listens if listen.reach == "public" and not listen.tls and not listen.proxied]
    return NginxServer(
        name=site.label,
        names=site.names,
        named=any(_is_looked_up(name) for name in site.names),
        plain=[_listen(listen) for listen in plain],
        served=list(_served(site)) if plain else [],
        tls=own or bool(with_tls.intersection(site.names) - _NO_NAMES),
        tls_in_front=in_front,
        untimed=list(_untimed(site)),
        at=site.node.at,
    )


def _listen(listen: Listen) -> NginxListen:
    return NginxListen(text=listen.text, port=listen.port, tls=listen.tls, reach=listen.reach, at=listen.at)


def _is_looked_up(name: str) -> bool:
    """Whether clients beyond a cluster or a machine may look a name up."""
    return "$" not in name and host_class(name.removeprefix("*").strip(".")) in ("external", "internal")


def _says_tls_ends_before(site: Site) -> bool:
    """Whether something takes for granted that a proxy in front speaks TLS: it tells so, or is trusted."""
    if site.node.inherited("set_real_ip_from", "real_ip_header"):
        return True
    said = (*site.node.every(), *site.node.inherited(*_FORWARDED))
    return any(map(_tells_of_tls, said)) or any(map(_maps_tls, site.node.around()))


def _tells_of_tls(node: Node) -> bool:
    return bool(_TLS_BEFORE.search(" ".join(node.args))) or _forwards_https(node)


def _maps_tls(block: Node) -> bool:
    """Whether a `map` right in a block is made from what a proxy in front tells."""
    if "maps_tls" not in block.memo:
        block.memo["maps_tls"] = any(map(_tells_of_tls, block.own("map")))
    return block.memo["maps_tls"] is True


def _forwards_https(node: Node) -> bool:
    """Whether what stands behind is told that the client came by TLS, which nginx does not know here."""
    return node.name in _FORWARDED and node.args[1:] in (["https"], ["on"])


def _served(site: Site) -> Iterator[NginxPlace]:
    """What the plain listeners give away."""
    if content_of(site.node) in ("redirect", "refusal", "constant") or any(map(_to_tls, site.node.own("if"))):
        return
    whole = [] if "/" in site.places.prefixes or folder_of(site.node) is None else [site.node]
    for node in (*whole, *site.locations):
        modifier, pattern = node.located if node is not site.node else ("", "/")
        away = modifier == "@" or bool(node.own("internal")) or _CHALLENGE.search(pattern) is not None
        if away or content_of(node) not in ("pass", "static") or any(map(_to_tls, node.own("if"))):
            continue
        if _for_this_machine(node) or (content_of(node) == "static" and folder_of(node) is None):
            continue
        yield NginxPlace(location=node.label, text=_said(node), at=node.at)


def _to_tls(condition: Node) -> bool:
    """Whether an `if` sends those who came without TLS to where they must use it."""
    asked = bool(_TO_TLS.search(" ".join(condition.args)))
    return asked and any("https://" in " ".join(node.args) for node in condition.own("return", "rewrite"))


def _for_this_machine(node: Node) -> bool:
    """Whether only the machine itself may ask."""
    listed = rules(node)
    allowed = [rule.args[0] for rule in listed if rule.name == "allow"]
    near = {source for source in allowed if source in ("unix:", "::1") or in_cidr("127.0.0.0/8", source)}
    return decision(node) == "deny" and near == set(allowed)


def _said(node: Node) -> str:
    """The directive that makes the content."""
    for each in node.inner:
        if each.name in SCHEMES:
            return each.name
    folder = folder_of(node)
    return f"{folder.node.name} {folder.directory}" if folder else ""


def _untimed(site: Site) -> Iterator[NginxPlace]:
    """What is handed over while nobody has said how long to wait."""
    for location, node in handed(site):
        prefix = node.name.removesuffix("_pass")
        if not node.inherited(*(f"{prefix}_{kind}_timeout" for kind in ("connect", "read", "send"))):
            yield NginxPlace(location=location.label, text=node.name, at=node.at)


def is_public(site: Site) -> bool:
    """Whether strangers can ask: some address is not private, and some name, if there is one, is not internal."""
    if all(listen.reach != "public" for listen in site.listens):
        return False
    classes = {host_class(name.removeprefix("*").strip(".")) for name in site.names if name not in ("_", "")}
    return not classes or not classes <= {"internal", "cluster", "loopback"}


def locations(site: Site) -> Iterator[NginxLocation]:
    """All locations of a server that answer paths."""
    public = is_public(site)
    for node in site.locations:
        if node.located[0] == "@":
            continue
        access = access_of(node)
        yield NginxLocation(
            server=site.label,
            location=node.label,
            pattern=node.located[1],
            public=public,
            protected_by=access.kinds,
            undecided=access.undecided or not site.whole,
            content=content_of(node),
            at=node.at,
        )


def accesses(site: Site) -> Iterator[NginxAccess]:
    """The blocks of a server, and those around it, that say `allow` or `deny`."""
    for node in (site.node, *site.node.around(), *site.locations):
        own = [rule for rule in node.own("allow", "deny") if rule.args]
        if own:
            yield _access(site, node, own)


def _access(site: Site, node: Node, own: list[Node]) -> NginxAccess:
    decided = decision(node)
    access: Access = access_of(node)
    told = any(is_open_question(each) for each in node.inner)
    return NginxAccess(
        server=site.label if node.name != "http" else "",
        location=node.label,
        refuses=decided == "deny",
        idle=[] if decided else [NginxAllow(source=rule.args[0], at=rule.at) for rule in idle(own)],
        otherwise=node.value("satisfy") == "any" and any(kind.startswith("auth_") for kind in access.kinds),
        undecided=told or not site.whole,
        at=own[0].at,
    )
