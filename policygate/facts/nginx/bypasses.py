"""What a protected location answers before anybody is asked, or instead of a refusal.

Nginx runs `return` and `rewrite` before it checks access (https://nginx.org/en/docs/dev/development_guide.html#http_phases).
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from policygate.facts.model_nginx import NginxBypass
from policygate.facts.nginx.access import Guard, access_of
from policygate.facts.nginx.automaton import automaton
from policygate.facts.nginx.blocks import Node, Site
from policygate.facts.nginx.content import content_of, gives_out
from policygate.facts.nginx.regex import Node as Part
from policygate.facts.nginx.regex import Repeat, UndecidableError, parse
from policygate.facts.nginx.uri import normalised
from policygate.facts.syntax.budget import Budget

Kind = Literal["return", "rewrite", "error_page"]
_CHECKED = {"allow/deny": ("403",), "auth_basic": ("401",), "auth_request": ("401", "403"), "auth_jwt": ("401",)}
"""What is checked after rewriting, and what a client is told whom it keeps out."""
_SHORT = 200
"""The longest path on which Python's `re` is tried."""
_LOOPS = 3
"""The repetitions without limit of a pattern that is tried with it: the time is a power of this."""
_UNLIKE = re.compile(r"\[\[|--|&&|\|\||~~|\(\?'|\\[zZhHe]")
"""What Python takes for something else, or does not take."""
_REFERENCE = re.compile(r"\$\{?(\d)\}?")


@dataclass(frozen=True)
class _Protected:
    """A block, with what keeps strangers out of it and is checked after rewriting."""

    site: Site
    node: Node
    guards: list[Guard]

    def bypass(self, kind: Kind, directive: Node, text: str, to: str) -> NginxBypass:
        """A directive by which it answers all the same."""
        return NginxBypass(
            server=self.site.label,
            location=self.node.label,
            protected_by=list(dict.fromkeys(guard.kind for guard in self.guards)),
            kind=kind,
            text=text,
            to=to,
            at=directive.at,
            protected_at=self.guards[0].at,
        )


def bypasses(site: Site, budget: Budget) -> Iterator[NginxBypass]:
    """Each in the block that protects.

    Raises: TooLargeError.
    """
    for node in (site.node, *site.locations):
        guards = [guard for guard in access_of(node).guards if guard.kind in _CHECKED]
        own = [guard for guard in guards if guard.node is node]
        if own:
            yield from _returns(_Protected(site, node, own))
            yield from _rewrites(_Protected(site, node, own), budget)
        if guards and node.name == "location":
            yield from _error_pages(_Protected(site, node, guards))


def _returns(protected: _Protected) -> Iterator[NginxBypass]:
    for each in _unconditional_or_in_if(protected.node, "return"):
        if each.args and each.args[0].startswith("2"):
            yield protected.bypass("return", each, f"return {each.args[0]}", "")


def _rewrites(protected: _Protected, budget: Budget) -> Iterator[NginxBypass]:
    if protected.node.own("break"):
        return
    for each in _unconditional_or_in_if(protected.node, "rewrite"):
        if len(each.args) < 2 or each.args[2:3] not in ([], ["last"]) or "://" in each.args[1]:
            continue
        for path in _samples(protected.node, budget):
            changed = rewritten(each.args[0], each.args[1], path, budget)
            verdict = protected.site.places.answer(changed, budget) if changed else None
            target = verdict.owner if verdict and verdict.kind == "location" else None
            if target and target is not protected.node and _is_open(target):
                yield protected.bypass("rewrite", each, " ".join(["rewrite", *each.args]), target.label)
                break


def _error_pages(protected: _Protected) -> Iterator[NginxBypass]:
    site, node = protected.site, protected.node
    told = dict.fromkeys(code for guard in protected.guards for code in _CHECKED[guard.kind])
    pages = node.error_pages()
    for each in dict.fromkeys(pages[code] for code in told if code in pages):
        target = site.named(each.args[-1])
        if target and _is_open(target) and gives_out(site, node, target, "/x"):
            yield protected.bypass("error_page", each, " ".join(["error_page", *each.args]), target.label)


def _unconditional_or_in_if(node: Node, name: str) -> Iterator[Node]:
    for block in (node, *node.own("if")):
        yield from block.own(name)


def _is_open(target: Node) -> bool:
    """Whether it answers strangers whom nginx itself sends there: `internal` keeps these not out."""
    access = access_of(target)
    return not access.undecided and set(access.kinds) <= {"internal"} and content_of(target) != "refusal"


def _samples(node: Node, budget: Budget) -> Iterator[str]:
    """Paths that a location answers."""
    modifier, pattern = node.located if node.name == "location" else ("", "/")
    if modifier in ("~", "~*"):
        known = automaton(pattern, caseless=modifier == "~*")
        rest = known.completion(b"/", budget) if known else None
        yield from () if rest is None else ("/" + rest.decode("ascii"),)
    elif modifier != "@":
        yield pattern
        yield from () if modifier == "=" else (f"{pattern}x", f"{pattern}/x", f"{pattern}x/y")


def rewritten(pattern: str, replacement: str, path: str, budget: Budget) -> str | None:
    """What a `rewrite` makes of a path; None when it does not apply, or when that cannot be decided in bounded time.

    Raises: TooLargeError.
    """
    loops = _loops_of(pattern)
    if len(path) > _SHORT or not 0 <= loops <= _LOOPS or _UNLIKE.search(pattern):
        return None
    budget.spend(1 + len(path) ** loops // 20)
    found: re.Match[bytes] | None = None
    with suppress(re.error):
        found = re.search(pattern.replace("(?<", "(?P<").encode(), path.encode("latin-1", "replace"))
    if found is None:
        return None
    groups = ["" if group is None else group.decode("latin-1") for group in (found[0], *found.groups())]
    text = _REFERENCE.sub(lambda one: groups[int(one[1])] if int(one[1]) < len(groups) else "", replacement)
    return None if "$" in text else normalised(text.partition("?")[0])


def _loops_of(pattern: str) -> int:
    """The repetitions in a pattern, which Python tries one after another; negative when they are not so simple."""
    try:
        return _loops(parse(pattern, caseless=False))
    except UndecidableError:
        return -1


def _loops(node: Part, *, inside: bool = False) -> int:
    """The repetitions in a pattern; negative when some stand within each other."""
    if isinstance(node, Repeat):
        within = _loops(node.part, inside=True)
        return -1000 if inside else within + 1
    return sum(_loops(part, inside=inside) for part in getattr(node, "parts", ()))
