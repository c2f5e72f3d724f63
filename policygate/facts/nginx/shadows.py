"""Paths of protected locations that other locations answer, or that are answered before anybody is asked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from policygate.facts.model_nginx import NginxShadow, NginxUndecided
from policygate.facts.nginx.access import access_of
from policygate.facts.nginx.blocks import Node, Site
from policygate.facts.nginx.content import content_of, gives_out
from policygate.facts.nginx.locations import Place
from policygate.facts.nginx.uri import normalised
from policygate.facts.syntax.budget import Budget
from policygate.location import At

_FILLERS = ("x", "index", "x/y", "")
"""What a path may go on with below a protected one."""
_LITERAL = re.compile(r"\^((?:/[A-Za-z0-9_~-]+)+)(?=/|\(\?:?/|\(/|\$|$)")
"""Whole segments that every path begins with which a pattern matches."""
_SHOWN = 3
"""The locations that are named for a protected one."""
_REGEXES = ("~", "~*")


@dataclass(frozen=True)
class _Protected:
    """A location that keeps strangers out by itself."""

    node: Node
    below: str
    """What its paths begin with, without a final slash."""
    kinds: list[str]
    at: At


def shadows(site: Site, budget: Budget) -> Iterator[NginxShadow | NginxUndecided]:
    """For each protected location each regular expression that answers for it, with a path as a witness.

    A location for the very same part of the tree is no accident: it must match other paths as well.
    Raises: TooLargeError.
    """
    regexes = [place for place in site.places.every() if place.modifier in _REGEXES]
    for protected in _protected(site):
        others = (place for place in regexes if not _nested(protected.node, place.owner))
        found = (_shadow(site, protected, place, budget) for place in others)
        yield from islice((each for each in found if each), _SHOWN)


def _nested(one: Node, other: Node) -> bool:
    """Whether they are one location, or one is in the other."""
    return one is other or one in other.around() or other in one.around()


def _protected(site: Site) -> Iterator[_Protected]:
    for node in site.locations:
        modifier, pattern = node.located
        literal = _LITERAL.match(pattern)
        below = pattern if modifier in ("", "^~") else literal[1] if modifier in _REGEXES and literal else ""
        own = [guard for guard in access_of(node).guards if guard.node is node]
        if own and below.strip("/") and below.startswith("/"):
            kinds = list(dict.fromkeys(guard.kind for guard in own))
            yield _Protected(node, below.rstrip("/"), kinds, own[0].at)


def _shadow(
    site: Site, protected: _Protected, place: Place[Node], budget: Budget
) -> NginxShadow | NginxUndecided | None:
    node, other = protected.node, place.owner
    access = access_of(other)
    if access.guards:
        return None
    if place.automaton is None:
        return _undecided(site, protected, other, budget)
    for path in _witnesses(protected.below, place, budget):
        verdict = site.places.answer(path, budget) if gives_out(site, node, other, path) else None
        if verdict and verdict.kind == "location" and verdict.owner is other:
            return _doubt(site, protected, other) if access.undecided else _certain(site, protected, other, path)
    return None


def _certain(site: Site, protected: _Protected, other: Node, path: str) -> NginxShadow:
    return NginxShadow(
        server=site.label,
        location=protected.node.label,
        protected_by=protected.kinds,
        by=other.label,
        path=path,
        at=protected.at,
        by_at=other.at,
    )


def _doubt(site: Site, protected: _Protected, other: Node) -> NginxUndecided:
    return NginxUndecided(
        server=site.label, location=protected.node.label, by=other.label, at=protected.at, by_at=other.at
    )


def _witnesses(below: str, place: Place[Node], budget: Budget) -> Iterator[str]:
    """Paths below a protected one that a pattern matches, though it is not made for these alone."""
    pattern = place.automaton
    elsewhere = re.sub(r"[^/]+$", lambda found: "q" * len(found[0]), below)
    for filler in _FILLERS if pattern else ():
        start = f"{below}/{filler}"
        rest = pattern.completion(start.encode(), budget) if pattern else None
        path = None if rest is None else start + rest.decode("ascii")
        if pattern and path and rest is not None and normalised(path) == path:
            other = f"{elsewhere}/{filler}".encode() + rest
            if pattern.matches(other, budget):
                yield path


def _undecided(site: Site, protected: _Protected, other: Node, budget: Budget) -> NginxUndecided | None:
    """Only where nothing else is sure to answer, as `^~` is."""
    verdict = site.places.answer(f"{protected.below}/x", budget)
    if verdict.kind != "unknown" or content_of(other) not in ("pass", "static"):
        return None
    return _doubt(site, protected, other)
