"""The checksum database in the walk of a download (https://go.dev/ref/mod#checksum-database)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from policygate.facts.go.download import Download
from policygate.facts.go.fallback import Attempt, Source, sources_of, try_in_order
from policygate.facts.go.pattern import matches
from policygate.facts.go.reference import masked
from policygate.facts.go.scenario import Reply, Scenario, reply_of
from policygate.facts.go.sumdb import DEFAULT
from policygate.facts.go.url import parse_url
from policygate.facts.model import Pattern
from policygate.location import At
from policygate.redact import redact
from policygate.routes import Checksums, Learner, Step, Then

TOOLCHAIN = "golang.org/toolchain"
"""The module that Go itself is downloaded as; it has no lines in go.sum."""

_THEN: dict[str, Then] = {"taken": "use", "waits": "wait", "unknown": "unknown"}


class _Address(NamedTuple):
    """Where lookups are sent."""

    entry: str
    through: str
    places: tuple[str, ...]
    """The addresses under which a scenario may give its answer."""
    why: str
    at: At
    forwards: bool = False
    """Whether it is a proxy that passes them on to the database."""


class Verdict(NamedTuple):
    """What came of the checksum database, and who has learned what on the way."""

    reply: Reply
    summary: Checksums
    steps: tuple[Step, ...] = ()
    learners: tuple[Learner, ...] = ()


def covered(patterns: Sequence[Pattern], module_path: str) -> Pattern | None:
    """The first pattern that matches a module path."""
    return next((pattern for pattern in patterns if matches([pattern.text], module_path)), None)


def dynamic(patterns: Sequence[Pattern]) -> Pattern | None:
    """The first pattern with a reference that nobody has resolved, so that it may match anything."""
    return next((pattern for pattern in patterns if masked(pattern.text) != pattern.text), None)


def consult(request: Download, scenario: Scenario) -> Verdict:
    """Have the checksum database confirm a module without lines in go.sum, or say why it is not asked."""
    must = request.module == TOOLCHAIN and not _is_single_folder(request)
    if request.sumdb.off:
        return _off(request, must=must)
    return (None if must else _exempt(request)) or _unusable(request) or _Lookup(request, scenario).verdict()


def unused(request: Download, why: str) -> Checksums:
    """That the database is not asked."""
    return Checksums(used=False, name=request.sumdb.name, through=None, why=why, at=request.sumdb.at)


def _is_single_folder(request: Download) -> bool:
    return [entry.kind for entry in request.chain] == ["file"] and request.chain[0].text.startswith("file://")


def _off(request: Download, *, must: bool) -> Verdict:
    if must:
        return _refused(unused(request, ""), "toolchains are checked always, and GOSUMDB is `off`")
    return Verdict(Reply("taken", "", ""), unused(request, "GOSUMDB is `off`"))


def _exempt(request: Download) -> Verdict | None:
    """What follows if GONOSUMDB matches the module, or may match it."""
    pattern = covered(request.no_sumdb, request.module)
    if pattern:
        summary = unused(request, f"`{pattern.text}` in GONOSUMDB or GOPRIVATE matches")
        return Verdict(Reply("taken", "", ""), replace(summary, at=pattern.at))
    pattern = dynamic(request.no_sumdb)
    if pattern:
        why = f"whether GONOSUMDB matches depends on `{pattern.text}`"
        return _refused(replace(unused(request, ""), at=pattern.at), why, kind="unknown")
    return None


def _unusable(request: Download) -> Verdict | None:
    """What follows if go refuses GOSUMDB, or if it is not known."""
    sumdb = request.sumdb
    if sumdb.problem:
        return _refused(unused(request, ""), f"go refuses GOSUMDB: {sumdb.problem}")
    if not sumdb.name or masked(sumdb.url) != sumdb.url:
        return _refused(unused(request, ""), f"`{redact(sumdb.value)}` is not known here", kind="unknown")
    return None


def _refused(summary: Checksums, why: str, kind: Literal["error", "unknown"] = "error") -> Verdict:
    """That nobody is asked, and that this decides."""
    reply = Reply(kind, "", why)
    step = Step("GOSUMDB", ("lookup",), "", _THEN.get(kind, "stop"), why, summary.at)
    return Verdict(reply, replace(summary, why=why), (step,))


class _Lookup:
    """One lookup: who is asked for it, and what he answers."""

    def __init__(self, request: Download, scenario: Scenario) -> None:
        self.request = request
        self.sumdb = request.sumdb
        self.scenario = scenario
        self.host = self.sumdb.name.partition("/")[0]

    def verdict(self) -> Verdict:
        if self.sumdb.url:
            return self._explicit()
        tried = try_in_order(sources_of(self.request.chain), self._supports)
        steps = tuple(
            attempt.step("supported") for attempt in tried.attempts if attempt.source.kind not in ("direct", "off")
        )
        source = tried.source
        if source and tried.reply.kind == "taken":
            return self._send(self._through(source), steps)
        if source and tried.reply.kind in ("missing", "off"):
            return self._send(self._itself(), steps)
        why = f"no way to the database: {tried.reply.why}"
        summary = replace(self._used(None, why), at=source.at if source else self.sumdb.at)
        return Verdict(tried.reply._replace(why=why), summary, steps)

    def _supports(self, source: Source, tried: Sequence[Attempt]) -> Reply:  # noqa: ARG002 - the form of every question
        """Whether an element passes lookups on."""
        if source.kind in ("direct", "off"):
            return Reply("missing", "", "the proxies end here")
        if source.problem:
            return Reply("error", "", source.problem)
        place = f"{source.address}/sumdb"
        answer = self.scenario.of(place) if source.address else ""
        if source.kind == "file" and answer in ("", "200") and not self.scenario.names(place):
            return Reply("missing", "404", "a folder of modules does not say that it has a checksum database")
        if source.kind == "dynamic" and not answer:
            return Reply("unknown", "", f"`{source.entry}` is not known here")
        return reply_of(answer, "supported")

    def _explicit(self) -> Verdict:
        url = parse_url(self.sumdb.url)
        if not url.host and url.scheme != "file":
            return _refused(unused(self.request, ""), "the URL of GOSUMDB names no host")
        shown = redact(self.sumdb.url)
        party = url.host.lower() or shown
        place = f"{url.host.lower()}{url.path.rstrip('/')}"
        why = "GOSUMDB has a URL, so that no proxy is asked for the database"
        return self._send(_Address(shown, party, (place, "sumdb"), why, self.sumdb.at), ())

    def _through(self, source: Source) -> _Address:
        place = f"{source.address}/sumdb/{self.sumdb.name}"
        why = "it is the first proxy that passes lookups on"
        return _Address(source.entry, source.party, (place,), why, source.at, forwards=True)

    def _itself(self) -> _Address:
        name = self.sumdb.name
        places = ("sumdb",) if name == DEFAULT else (name, "sumdb")
        return _Address(name, "direct", places, "no proxy passes lookups on", self.sumdb.at)

    def _send(self, address: _Address, steps: tuple[Step, ...]) -> Verdict:
        reply = reply_of(self.scenario.of(*address.places), "lookup")
        why = f"{address.why}; {reply.why}"
        then = _THEN.get(reply.kind, "stop")
        step = Step(address.entry, ("lookup",), reply.answer, then, why, address.at)
        if reply.kind in ("missing", "error"):
            reply = Reply("error", reply.answer, f"the checksum database is no help: {reply.why}")
        summary = self._used(address.through, address.why)
        return Verdict(reply, summary, (*steps, step), tuple(self._learners(address, reply)))

    def _learners(self, address: _Address, reply: Reply) -> list[Learner]:
        if reply.answer == "refused":
            return []
        what = self.request.what
        if not address.forwards:
            party = self.host if address.through == "direct" else address.through
            return [Learner(party, "sumdb", what, address.why, address.at)] if "://" not in party else []
        proxy = Learner(address.through, "sumdb", what, address.why, address.at)
        if reply.kind != "taken":
            return [proxy]
        why = f"`{address.entry}` passes the lookup on to it"
        return [proxy, Learner(self.host, "sumdb", what, why, self.sumdb.at)]

    def _used(self, through: str | None, why: str) -> Checksums:
        return Checksums(used=True, name=self.sumdb.name, through=through, why=why, at=self.sumdb.at)
