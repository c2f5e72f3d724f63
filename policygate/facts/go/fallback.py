"""How one request goes from element to element of GOPROXY (https://go.dev/ref/mod#goproxy-protocol)."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from policygate.facts.go.scenario import Kind, Reply
from policygate.facts.go.url import parse_url
from policygate.facts.model import EntryKind, Pattern, ProxyEntry
from policygate.location import At
from policygate.redact import redact
from policygate.routes import Step, Then

_DECIDED: Mapping[Kind, Then] = {"taken": "use", "waits": "wait", "unknown": "unknown"}


class Source(NamedTuple):
    """An element of GOPROXY as something to ask."""

    entry: str
    kind: EntryKind
    party: str
    """How the answer names it; empty when its host is not known."""
    address: str
    """Host and path, by which scenarios name it."""
    pipe: bool
    problem: str
    at: At
    because: str = ""
    """Why it is asked although the list does not say so."""


class Attempt(NamedTuple):
    """One source that was asked for one request."""

    source: Source
    reply: Reply
    then: Then
    why: str

    def step(self, *requests: str) -> Step:
        """The attempt as a step of the walk."""
        source = self.source
        return Step(source.entry, requests, self.reply.answer, self.then, self.why, source.at)


class Tried(NamedTuple):
    """A request that has gone through the list."""

    attempts: tuple[Attempt, ...]
    reply: Reply
    """What the go command goes on with or reports in the end."""
    source: Source | None
    """Who gave that reply; None when the list is empty."""


Ask = Callable[[Source, Sequence[Attempt]], Reply]
"""Asks a source, given what was tried before it."""


def sources_of(chain: Sequence[ProxyEntry]) -> list[Source]:
    """What the go command reads of a list: nothing after `direct` or `off`."""
    return [_source(entry) for entry in chain if entry.reachable]


def direct_alone(pattern: Pattern) -> Source:
    """What a module is asked of that a pattern of GONOPROXY matches, even where the list has no `direct`."""
    because = f"`{pattern.text}` in GONOPROXY or GOPRIVATE matches, so that no proxy is asked"
    return Source("direct", "direct", "direct", "direct", pipe=False, problem="", at=pattern.at, because=because)


def try_in_order(sources: Sequence[Source], ask: Ask) -> Tried:
    """Ask one source after the other, as separators and replies have it.

    Of several failures the go command reports that of `direct`, else the last that is not a missing module, else the
    last one.
    """
    attempts: list[Attempt] = []
    best = Tried((), Reply("error", "", "GOPROXY has no element"), None)
    best_rank = 0
    for index, source in enumerate(sources):
        reply = ask(source, attempts)
        attempts.append(_attempt(source, reply, last=index + 1 == len(sources)))
        if reply.kind not in ("missing", "off", "error"):
            return Tried(tuple(attempts), reply, source)
        rank = 2 if source.kind == "direct" else 1 if reply.kind == "error" else 0
        if rank >= best_rank:
            best, best_rank = Tried((), reply, source), rank
        if attempts[-1].then != "next":
            break
    return best._replace(attempts=tuple(attempts))


def _source(entry: ProxyEntry) -> Source:
    text = redact(entry.text)
    url = parse_url(entry.text if "://" in entry.text else f"https://{entry.text}")
    party, address = entry.host, entry.host + url.path.rstrip("/")
    if entry.kind == "file":
        party, address = text, url.path.rstrip("/")
    elif entry.kind in ("direct", "off"):
        party = address = entry.kind
    refused = entry.plain_http and entry.credentials
    problem = entry.problem or ("go sends no credentials over plain http" if refused else "")
    return Source(text, entry.kind, party, address, entry.separator == "|", problem, entry.at)


def _attempt(source: Source, reply: Reply, *, last: bool) -> Attempt:
    then: Then = _DECIDED.get(reply.kind, "stop")
    rule = ""
    if reply.kind in ("missing", "error"):
        then, rule = _next(reply, last=last, pipe=source.pipe)
    return Attempt(source, reply, then, "; ".join(filter(None, (source.because, reply.why, rule))))


def _next(reply: Reply, *, last: bool, pipe: bool) -> tuple[Then, str]:
    if last:
        return "stop", "nothing follows it in the list"
    if reply.kind == "missing":
        return "next", "so go asks the next element"
    if pipe:
        return "next", "after `|` every error leads to the next element"
    return "stop", "after `,` only 404 and 410 lead to the next element"
