"""SARIF 2.1.0 as code-scanning platforms take it (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from policygate import __version__
from policygate.findings import SEVERITIES, Checked, Finding, Problem, Rule, Verdict
from policygate.location import At
from policygate.report.drawing.screen import show
from policygate.report.drawing.words import NO_FILE
from policygate.report.json import encode

MAX_RESULTS = 5000
"""What GitHub shows of one run; it drops the rest, whatever they are."""
MAX_RELATED = 99
"""GitHub keeps a hundred locations of a result."""

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_MAX_TEXT = 1024
"""What GitHub allows for a description; excerpts are held to it as well."""
_PROBLEM_SEVERITY = {"error": "error", "warning": "warning", "note": "recommendation"}
_BASELINE_STATE = {"new": "new", "carried": "unchanged", "changed": "updated", "fixed": "absent"}
_SUPPRESSION = {"waived": "external", "ignored": "inSource"}
_KIND = {"waiver": "external", "ignore": "inSource"}
_ADDRESS = re.compile(r"https?://[!-~]+")
_NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")

Json = dict[str, Any]


def render(verdict: Verdict) -> str:
    """The verdict as a SARIF log of one run with at most `MAX_RESULTS` results: the gravest, in the findings' order."""
    return encode(log_of(run_of(verdict, gravest_of(verdict.findings), len(verdict.findings))))


def log_of(run: Json) -> Json:
    """The log of one run."""
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def run_of(verdict: Verdict, shown: Sequence[Finding], found: int) -> Json:
    """The run with one result for each finding shown; `found` are all that there are to show."""
    rules = _rules(verdict)
    index = {rule.id: number for number, rule in enumerate(rules)}
    return {
        "tool": {"driver": _driver(rules)},
        "invocations": [_invocation(verdict, found - len(shown))],
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the checkout."}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, index[finding.rule.id], verdict.lines) for finding in shown],
        "properties": {
            "engine": f"{verdict.engine.name} {verdict.engine.version}".strip(),
            "checked": _checked(verdict.checked),
            "failOn": verdict.fail_on,
        },
    }


def _checked(checked: Checked) -> Json:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(checked).items()}


def _rules(verdict: Verdict) -> list[Rule]:
    """The rules that were asked, and any other that a finding names."""
    asked = {rule.id: rule for rule in verdict.rules}
    return list({**asked, **{f.rule.id: f.rule for f in verdict.findings if f.rule.id not in asked}}.values())


def gravest_of(findings: Sequence[Finding]) -> Sequence[Finding]:
    """At most `MAX_RESULTS` findings, the gravest, in their order."""
    if len(findings) <= MAX_RESULTS:
        return findings
    order = sorted(range(len(findings)), key=lambda i: (SEVERITIES.index(findings[i].severity), i))
    return [findings[i] for i in sorted(order[:MAX_RESULTS])]


# ---- The tool ------------------------------------------------------------------------------------------------------


def _driver(rules: Sequence[Rule]) -> Json:
    return {
        "name": "policygate",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in rules],
    }


def _rule(rule: Rule) -> Json:
    title = rule.title or rule.id
    described: Json = {
        "id": rule.id,
        "name": _pascal(rule.id),
        "shortDescription": {"text": _cut(title)},
        "fullDescription": {"text": _cut(rule.description or title)},
        "help": {"text": _help(rule), "markdown": _help_markdown(rule)},
        "defaultConfiguration": {"level": rule.severity},
        "properties": _rule_properties(rule),
    }
    addresses = [link.ref for link in rule.links if _ADDRESS.fullmatch(link.ref)]
    return described | ({"helpUri": addresses[0]} if addresses else {})


def _rule_properties(rule: Rule) -> Json:
    security = bool(rule.security_severity)
    properties: Json = {
        "tags": [*(["security"] if security else []), rule.id.partition(".")[0], *rule.profiles][:10],
        "precision": "high",
        "problem.severity": _PROBLEM_SEVERITY[rule.severity],
    }
    if security:
        properties["security-severity"] = rule.security_severity
    return properties


def _help(rule: Rule) -> str:
    links = "\n".join(f"{link.description}: {link.ref}" if link.description else link.ref for link in rule.links)
    fix = f"Fix: {rule.fix}" if rule.fix else ""
    return "\n\n".join(part for part in (rule.description or rule.title or rule.id, fix, links) if part)


def _help_markdown(rule: Rule) -> str:
    links = "\n".join(
        f"- [{link.description}]({link.ref})" if link.description else f"- <{link.ref}>" for link in rule.links
    )
    fix = f"**Fix:** {rule.fix}" if rule.fix else ""
    explain = f"`policygate explain {rule.id}` prints this page."
    return "\n\n".join(part for part in (rule.description or rule.title, fix, links, explain) if part)


def _pascal(rule_id: str) -> str:
    """The name that viewers show, as SARIF wants it: `goproxy.comma_failover` is `GoproxyCommaFailover`."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"\W|_", rule_id))[:255]


# ---- What happened -------------------------------------------------------------------------------------------------


def _invocation(verdict: Verdict, left_out: int) -> Json:
    notifications = [_notification(problem) for problem in verdict.problems]
    if left_out:
        text = f"{left_out} findings of lesser severity are left out: only {MAX_RESULTS} of a run are shown."
        notifications.append({"level": "warning", "message": {"text": text}})
    return {
        "executionSuccessful": verdict.outcome != "error",
        "exitCode": verdict.exit_code,
        "toolExecutionNotifications": notifications,
    }


def _notification(problem: Problem) -> Json:
    hint = f" (hint: {problem.hint})" if problem.hint else ""
    notification: Json = {"level": "error", "message": {"text": _plain(problem.message + hint)}}
    if problem.at is not None and problem.at.path:
        notification["locations"] = [{"physicalLocation": _physical(problem.at, {})}]
    return notification


def _result(finding: Finding, rule_index: int, lines: Mapping[str, Mapping[int, str]]) -> Json:
    result: Json = {
        "ruleId": finding.rule.id,
        "ruleIndex": rule_index,
        "level": finding.severity,
        "message": {"text": _message(finding)},
        "locations": [{"physicalLocation": _physical(finding.at, lines)}],
        "partialFingerprints": {"policygate/v1": finding.fingerprint},
    }
    placed = [related for related in finding.related if related.at.path][:MAX_RELATED]
    if placed:
        result["relatedLocations"] = [
            {
                "id": number,
                "physicalLocation": _physical(related.at, lines),
                "message": {"text": _plain(related.message)},
            }
            for number, related in enumerate(placed, 1)
        ]
    if finding.disposition != "active":
        result["suppressions"] = [_suppression(finding)]
    elif finding.excuse:
        result["suppressions"] = [{**_suppression(finding), "status": "underReview"}]
    if finding.change != "none":
        result["baselineState"] = _BASELINE_STATE[finding.change]
    return result


def _suppression(finding: Finding) -> Json:
    kind = _SUPPRESSION[finding.disposition] if finding.excuse is None else _KIND[finding.excuse.kind]
    suppression: Json = {"kind": kind, "status": "accepted"}
    if finding.excuse:
        by = f" ({finding.excuse.owner})" if finding.excuse.owner else ""
        suppression["justification"] = _plain(f"{finding.excuse.reason}{by}, until {finding.excuse.until}")
    return suppression


def _message(finding: Finding) -> str:
    """One sentence as SARIF wants it, and what it rests on."""
    message = finding.message if finding.message.endswith((".", "!", "?")) else f"{finding.message}."
    assumed = f" Assumed: {'; '.join(finding.assumes)}." if finding.assumes else ""
    return _plain(message + assumed)


def _physical(at: At, lines: Mapping[str, Mapping[int, str]]) -> Json:
    path = quote(_NO_BYTE.sub("\ufffd", at.path or NO_FILE).encode("utf-8", "surrogateescape"))
    return {
        "artifactLocation": {"uri": path, "uriBaseId": "%SRCROOT%"},
        "region": _region(at, lines.get(at.path, {})),
    }


def _region(at: At, lines: Mapping[int, str]) -> Json:
    """The span, up to the end of its first line: GitHub annotates only what lies within the changed lines."""
    line, column = max(at.start.line, 1), max(at.start.column, 1)
    text = lines.get(line, "").removesuffix("\r")
    end = max(at.end.column, column)
    if at.end.line > line:
        if not text:
            return {
                "startLine": line,
                "startColumn": column,
                "endLine": at.end.line,
                "endColumn": max(at.end.column, 1),
            }
        end = max(len(text) + 1, column)
    region: Json = {"startLine": line, "startColumn": column, "endLine": line, "endColumn": end}
    if snippet := text[column - 1 : end - 1][:_MAX_TEXT]:
        region["snippet"] = {"text": snippet}
    return region


# ---- Texts ---------------------------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    """A visible message without links: SARIF reads `[text](target)` as one, and the author may write it."""
    return "\n".join(map(show, text.split("\n"))).replace("](", "] (")


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 1]}…"
