"""`policygate why`: the facts, settings, parameters and exceptions behind one finding."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from policygate import gate
from policygate.case import Case, open_case
from policygate.changes import compare
from policygate.considering import considered
from policygate.errors import PolicygateError
from policygate.findings import Compared, Finding, Verdict, at_least
from policygate.gate import Decided, Progress
from policygate.location import At
from policygate.matching import matching
from policygate.reasons import Chosen, Reasons
from policygate.request import Request
from policygate.waiving import with_fingerprint

_DIGITS = 10


def why(request: Request, fingerprint: str, progress: Progress = lambda _: None) -> Reasons:
    """The reasons of the finding whose fingerprint begins like this.

    Raises:
        PolicygateError: no decision was possible, or not exactly one finding is meant.
    """
    decided = gate.decide(open_case(request), progress)
    verdict = gate.judged(decided)
    if verdict.problems:
        first = verdict.problems[0]
        raise PolicygateError(first.message, first.hint, first.at)
    return reasons(with_fingerprint(verdict.findings, fingerprint), decided, verdict)


def reasons(equals: Sequence[Finding], decided: Decided, verdict: Verdict) -> Reasons:
    """The reasons of the first judged one of some findings of one fingerprint, else of the first."""
    finding = next(filter(verdict.judges, equals), equals[0])
    case, settled = decided.case, decided.settled
    facts, more = matching(finding, decided.inputs[-1 if finding.change == "fixed" else 0])
    severity, severity_at = _severity(finding, case)
    counts, said = counting(finding, verdict)
    return Reasons(
        finding,
        len(equals),
        facts,
        more,
        tuple(_parameters(finding, case)),
        severity,
        severity_at,
        in_base(finding, settled.before, case.ground.renames, verdict.compared),
        considered(finding, settled.exceptions, settled.uses, case.today),
        counts,
        said,
    )


def in_base(finding: Finding, before: Iterable[Finding], renames: Mapping[str, str], compared: Compared | None) -> str:
    """What the base had where a finding stands; `before` are its findings, `renames` leads from old to new paths."""
    if compared is None or finding.change == "none":
        return ""
    base = f"the base, {compared.base_commit[:_DIGITS]},"
    if finding.change == "fixed":
        return f"{base} has it, and the change removes it"
    same = [each for each in before if each.rule.id == finding.rule.id and _change(finding, each, renames) != "new"]
    if not same:
        return f"{base} has nothing like it" if finding.change == "new" else f"{base} has it too"
    places = ", ".join(f"{each.at.path}:{each.at.start.line}" for each in same[:1])
    more = f" and {len(same) - 1} more times" if len(same) > 1 else ""
    had = f"{base} has it at {places}{more}"
    if finding.change == "new":
        return f"{had}; this is one more"
    if finding.change == "carried":
        return had
    return f"{had}, without this: {'; '.join(_more(finding, same, renames)) or 'the same again'}"


def _change(finding: Finding, before: Finding, renames: Mapping[str, str]) -> str:
    return compare([finding], [before], renames)[0].change


def _more(finding: Finding, same: Sequence[Finding], renames: Mapping[str, str]) -> list[str]:
    """The evidence that none of the base's has: each piece is compared as if it were all."""
    pieces = [(proof, replace(finding, seen_by=frozenset([proof]))) for proof in sorted(finding.proofs)]
    return [proof for proof, only in pieces if all(_change(only, each, renames) == "changed" for each in same)]


def counting(finding: Finding, verdict: Verdict) -> tuple[bool, str]:
    """Whether a finding can fail the check, and why."""
    against = next(_against(finding, verdict), "")
    excused = "what excuses it is not merged" if finding.excuse else "nothing excuses it"
    return not against, against or f"{excused}, and `fail_on` is {verdict.fail_on}"


def _against(finding: Finding, verdict: Verdict) -> Iterator[str]:
    """Why a finding does not count, the strongest reason first."""
    if finding.change == "fixed":
        yield "it is gone"
    if finding.disposition != "active":
        yield f"{'a waiver' if finding.disposition == 'waived' else 'a comment in the file'} excuses it"
    if not verdict.judges(finding):
        yield "the base has it already, and a change is judged by what it brings; `--all` judges it too"
    if not finding.rule.blocks:
        yield "its rule only tells people what to look at"
    if not at_least(finding.severity, verdict.fail_on):
        yield f"it is milder than `fail_on`, which is {verdict.fail_on}"


def _severity(finding: Finding, case: Case) -> tuple[str, At | None]:
    if finding.assumes:
        return "it rests on what nobody stated", None
    if finding.rule.id in case.config.severities():
        return "set for the rule", case.ground.settings.at("rules", finding.rule.id, "severity")
    return "the rule's own" if finding.severity == finding.rule.severity else "the rule says so of this finding", None


def _parameters(finding: Finding, case: Case) -> Iterable[Chosen]:
    rule = finding.rule
    section = case.config.rules.get(rule.id)
    given = section.parameters if section else {}
    for parameter in rule.parameters:
        if parameter.name in given:
            at = case.ground.settings.at("rules", rule.id, "parameters", parameter.name)
            yield Chosen(parameter.name, given[parameter.name], at)
        else:
            yield Chosen(parameter.name, parameter.default, None)
