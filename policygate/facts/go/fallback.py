"""How one request goes from element to element of GOPROXY (https://go.dev/ref/mod#goproxy-protocol)."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from policygate.facts.go.route import Step, Then
from policygate.facts.go.scenario import Reply
from policygate.facts.go.url import parse_url
from policygate.facts.model import EntryKind, ProxyEntry
from policygate.location import At
from policygate.redact import redact


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


def direct(at: At) -> Source:
    """The source that a module matched by GONOPROXY has alone."""
    return Source("direct", "direct", "direct", "direct", pipe=False, problem="", at=at)


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
    match reply.kind:
        case "taken":
            return Attempt(source, reply, "use", reply.why)
        case "waits":
            return Attempt(source, reply, "wait", reply.why)
        case "unknown":
            return Attempt(source, reply, "unknown", reply.why)
        case "broken" | "off":
            return Attempt(source, reply, "stop", reply.why)
        case _ if last:
            return Attempt(source, reply, "stop", f"{reply.why}; nothing follows it in the list")
        case "missing":
            return Attempt(source, reply, "next", f"{reply.why}; so go asks the next element")
        case _ if source.pipe:
            return Attempt(source, reply, "next", f"{reply.why}; after `|` every error leads to the next element")
        case _:
            return Attempt(source, reply, "stop", f"{reply.why}; after `,` only 404 and 410 lead to the next element")
