"""The walk of one download: who is asked, what leads on, who learns the module (https://go.dev/ref/mod#go-mod-download)."""

from collections.abc import Mapping, Sequence
from functools import partial

from policygate.facts.go.download import Download
from policygate.facts.go.fallback import Attempt, Source, direct_alone, sources_of, try_in_order
from policygate.facts.go.lookup import Verdict, consult, covered, dynamic, unused
from policygate.facts.go.module_path import check_path
from policygate.facts.go.origin import locate
from policygate.facts.go.scenario import Kind, Reply, Scenario, reply_of
from policygate.facts.model import Pattern
from policygate.location import nowhere
from policygate.routes import Learner, Outcome, Route, Step

_OUTCOMES: Mapping[Kind, Outcome] = {
    "taken": "found",
    "missing": "not_found",
    "off": "off",
    "error": "failed",
    "broken": "failed",
    "waits": "hangs",
    "unknown": "unknown",
}


def walk(request: Download, answers: Mapping[str, str]) -> Route:
    """What `go mod download` does, given the answers by host, host with path, or folder.

    An answer is an HTTP status, `refused`, `reset`, `html` (a web page instead of what was asked for) or `stall`. Who
    has none is taken to have the module. Nothing is predicted beyond a value that nobody has resolved, unless its host
    has an answer.

    Raises:
        UsageError: an answer is none of these.
    """
    return _Walk(request, Scenario(answers)).route()


class _Walk:
    """The state of one walk."""

    def __init__(self, request: Download, scenario: Scenario) -> None:
        self.request = request
        self.scenario = scenario
        self.asked: dict[str, None] = {}
        self.learners: dict[tuple[str, ...], Learner] = {}
        self.trails: list[tuple[list[str], tuple[Attempt, ...]]] = []
        self.verdict: Verdict | None = None
        self.verdict_after = 0
        """How many trails come before the lookup."""

    def route(self) -> Route:
        refusal = self._refusal()
        if refusal:
            outcome: Outcome = "unknown" if refusal.then == "unknown" else "failed"
            return self._result(outcome, None, [refusal])
        sources = self._sources()
        reply, source = Reply("error", "", ""), None
        for name in (".info" if self.request.version else "@v/list", ".mod", ".zip"):
            tried = try_in_order(sources, partial(self._ask, name))
            reply, source = tried.reply, tried.source
            self._note(name, tried.attempts)
            if reply.kind != "taken":
                break
        else:
            reply = self._check_zip(reply)
        party = source.party if source and reply.kind == "taken" else None
        return self._result(_OUTCOMES[reply.kind], party, self._steps())

    def _result(self, outcome: Outcome, served_by: str | None, steps: Sequence[Step]) -> Route:
        summed = self.request.mod_summed and self.request.zip_summed
        why = "go.sum has its lines" if summed else "it does not come to that"
        summary = self.verdict.summary if self.verdict else unused(self.request, why)
        return Route(outcome, served_by, tuple(self.asked), tuple(steps), tuple(self.learners.values()), summary)

    # ---- Before anything is asked --------------------------------------------------------------------------------

    def _refusal(self) -> Step | None:
        """Why the go command, or this prediction, does not even begin."""
        chain = self.request.chain
        if not chain:
            return Step("GOPROXY", (), "", "stop", "the list has no element", nowhere("absent"))
        reason = check_path(self.request.module)
        if reason:
            why = f"`{self.request.module[:100]}` is no module path that can be fetched: {reason}"
            return Step("", (), "", "stop", why, chain[0].at)
        for source in sources_of(chain):
            if source.kind == "dynamic":
                break
            if source.kind == "invalid":
                why = f"go refuses the whole list for it: {source.problem}"
                return Step(source.entry, (), "", "stop", why, source.at)
        pattern = None if self._matched() else dynamic(self.request.no_proxy)
        if pattern:
            why = f"whether GONOPROXY matches depends on `{pattern.text}`"
            return Step("GONOPROXY", (), "", "unknown", why, pattern.at)
        return None

    def _matched(self) -> Pattern | None:
        return covered(self.request.no_proxy, self.request.module)

    def _sources(self) -> list[Source]:
        matched = self._matched()
        return [direct_alone(matched)] if matched else sources_of(self.request.chain)

    # ---- One request ---------------------------------------------------------------------------------------------

    def _ask(self, name: str, source: Source, tried: Sequence[Attempt]) -> Reply:
        if source.kind == "off":
            return Reply("off", "", "`off` ends the list: go asks nobody else")
        reply = self._ask_directly(source) if source.kind == "direct" else self._ask_proxy(name, source, tried)
        return self._check_mod(reply) if name == ".mod" and reply.kind == "taken" else reply

    def _ask_proxy(self, name: str, source: Source, tried: Sequence[Attempt]) -> Reply:
        if source.problem:
            return Reply("error", "", source.problem)
        answer = self.scenario.of(source.address) if source.address else ""
        if source.party:
            self.asked.setdefault(source.party)
        if source.kind != "file" and source.party and answer != "refused":
            self._learn(Learner(source.party, "proxy", self.request.what, _reason(tried), source.at))
        if source.kind == "dynamic" and not answer:
            return Reply("unknown", "", f"`{source.entry}` is not known here")
        return reply_of(answer, name)

    def _ask_directly(self, source: Source) -> Reply:
        self.asked.setdefault("direct")
        module = self.request.module
        origin = locate(module)
        if origin.problem:
            return Reply("error", "", origin.problem)
        if origin.unsure:
            return Reply("unknown", "", f"whether go may use {origin.system} depends on GOVCS")
        if origin.repository:
            host = origin.repository.partition("/")[0]
            why = "the repository is fetched without a proxy"
            answer = self.scenario.of(origin.repository, "direct")
            return self._reach(Learner(host, "direct", origin.repository, why, source.at), answer)
        host = module.partition("/")[0]
        why = f"only `https://{module}?go-get=1` tells where the repository is"
        reply = self._reach(Learner(host, "vanity", module, why, source.at), self.scenario.of(module))
        if reply.kind != "taken":
            return reply
        why = f"it is the repository host that `{host}` names"
        return self._reach(Learner("", "direct", module, why, source.at), self.scenario.of("direct"))

    def _reach(self, learner: Learner, answer: str) -> Reply:
        """Ask a host of a direct fetch; a web page there is an error, as it names no repository and is none."""
        if answer != "refused":
            self._learn(learner)
        if answer == "html":
            return Reply("error", answer, "a web page is no repository and names none")
        return reply_of(answer, "repository")

    def _learn(self, learner: Learner) -> None:
        """Keep the first time; `default` may be both a proxy and the database that it passes lookups on to."""
        key = (learner.party, learner.through, learner.why if learner.through == "sumdb" else "")
        self.learners.setdefault(key, learner)

    # ---- Checksums -----------------------------------------------------------------------------------------------

    def _check_mod(self, reply: Reply) -> Reply:
        """The go.mod file is checked within the walk, so that a failure may lead to the next element."""
        page = reply.answer == "html"
        if self.request.mod_summed:
            return Reply("broken", "html", "go.sum says otherwise, which ends everything at once") if page else reply
        checked = self._consult()
        if checked.kind == "error":
            return Reply("error", reply.answer, checked.why)
        if checked.kind != "taken":
            return checked
        if page and self.verdict and self.verdict.summary.used:
            return Reply("error", "html", "the checksum database says otherwise")
        return reply

    def _check_zip(self, reply: Reply) -> Reply:
        """The module itself is checked when the walk is over."""
        checked = reply if self.request.zip_summed else self._consult()
        return reply if checked.kind == "taken" else checked

    def _consult(self) -> Reply:
        if not self.verdict:
            self.verdict = consult(self.request, self.scenario)
            self.verdict_after = len(self.trails)
            for learner in self.verdict.learners:
                self._learn(learner)
        return self.verdict.reply

    # ---- Steps ---------------------------------------------------------------------------------------------------

    def _note(self, name: str, attempts: tuple[Attempt, ...]) -> None:
        """Keep the way of a request; requests in a row that go the same way are kept once."""
        if self.trails and self.trails[-1][1] == attempts:
            self.trails[-1][0].append(name)
        else:
            self.trails.append(([name], attempts))
        if name == ".mod" and attempts and attempts[-1].reply.kind == "taken":
            self.verdict_after = len(self.trails)

    def _steps(self) -> list[Step]:
        blocks = [[attempt.step(*names) for attempt in attempts] for names, attempts in self.trails]
        if self.verdict:
            blocks.insert(self.verdict_after, list(self.verdict.steps))
        return [step for block in blocks for step in block]


def _reason(tried: Sequence[Attempt]) -> str:
    if not tried:
        return "it is the first element of GOPROXY"
    return f"asked after `{tried[-1].source.entry}`: {tried[-1].reply.why}"
