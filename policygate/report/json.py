"""The report for programs: versioned JSON, described by `schemas/report.json` beside this file."""

import json
import re
from collections.abc import Mapping
from typing import cast

from policygate.findings import Compared, Excuse, Finding, Problem, Rule, Verdict
from policygate.location import At, Position
from policygate.topology import NewPath

VERSION = "1"
"""Grows when a key is removed or changes its meaning; keys may be added without."""

_COMMAND = re.compile(r"(##\w*)\[")
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNUSUAL = re.compile(r"[^ -~\n]")


def render(verdict: Verdict) -> str:
    """The verdict as indented JSON whose keys always stand in the same order; equal verdicts give equal bytes."""
    document = {
        "version": VERSION,
        "verdict": verdict.outcome,
        "fail_on": verdict.fail_on,
        "checked": {
            "files": verdict.checked.files,
            "modules": verdict.checked.modules,
            "contexts": verdict.checked.contexts,
            "endpoints": verdict.checked.endpoints,
            "rules": verdict.checked.rules,
            "idle_rules": list(verdict.checked.idle),
            "skipped": list(verdict.checked.skipped),
        },
        "compared": _compared(verdict.compared),
        "engine": {"name": verdict.engine.name, "version": verdict.engine.version},
        "findings": [_finding(finding) for finding in verdict.findings],
        "problems": [_problem(problem) for problem in verdict.problems],
        "previews": [vars(preview) for preview in verdict.previews],
        "opened": [_opened(path) for path in verdict.opened],
        "advice": list(verdict.advice),
    }
    return encode(document)


def encode(document: object) -> str:
    """Indented JSON that holds nothing that UTF-8 cannot, and nothing that acts on a terminal or a CI runner.

    Control characters, text directions and what has no width are written as their escapes. Runners look for `##vso[`
    and `##[` anywhere in a line, so their `[` is too.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False)
    text = _UNUSUAL.sub(lambda match: _escaped(match[0]), text)
    return _COMMAND.sub(r"\1\\u005b", text) + "\n"


def writable(path: str) -> str:
    """A path as UTF-8 can have it; the bytes of a file name that are not read as U+FFFD."""
    return _SURROGATE.sub("\ufffd", path)


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    return json.dumps(character)[1:-1] if character != "\x7f" else "\\u007f"


def schema() -> Mapping[str, object]:
    """The JSON Schema (2020-12) of the report, as it is published."""
    from importlib.resources import files  # noqa: PLC0415

    text = files(__package__).joinpath("schemas/report.json").read_text(encoding="utf-8")
    return cast("Mapping[str, object]", json.loads(text))


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule.id,
        "severity": finding.severity,
        "message": finding.message,
        "subject": finding.subject,
        "location": _location(finding.at),
        "related": [{"message": related.message, "location": _location(related.at)} for related in finding.related],
        "help": _help(finding.rule),
        "fingerprint": finding.fingerprint,
        "evidence": finding.evidence,
        "assumes": list(finding.assumes),
        "change": finding.change,
        "disposition": finding.disposition,
        "excuse": _excuse(finding.excuse),
        "modules": list(finding.modules),
        "contexts": list(finding.contexts),
    }


def _opened(path: NewPath) -> dict[str, object]:
    return {
        "source": path.source,
        "target": path.target,
        "protocol": path.protocol,
        "tls": path.tls,
        "family": path.family,
        "datastore": path.datastore,
        "environment": path.environment,
        "protected": path.protected,
        "hops": list(path.hops),
        "location": _location(path.at),
        "related": [{"message": message, "location": _location(at)} for message, at in path.evidence],
    }


def _excuse(excuse: Excuse | None) -> dict[str, object] | None:
    if excuse is None:
        return None
    return {
        "kind": excuse.kind,
        "reason": excuse.reason,
        "owner": excuse.owner,
        "ticket": excuse.ticket,
        "until": excuse.until,
        "pending": excuse.pending,
        "location": _location(excuse.at),
    }


def _compared(compared: Compared | None) -> dict[str, object] | None:
    if compared is None:
        return None
    return {
        "target": compared.target,
        "target_commit": compared.target_commit,
        "base_commit": compared.base_commit,
        "head_commit": compared.head_commit,
        "everything": compared.everything,
    }


def _help(rule: Rule) -> dict[str, object]:
    return {
        "title": rule.title,
        "description": rule.description,
        "fix": rule.fix,
        "links": [{"ref": link.ref, "description": link.description} for link in rule.links],
        "explain": f"policygate explain {rule.id}",
    }


def _location(at: At) -> dict[str, object]:
    return {"path": at.path, "start": _position(at.start), "end": _position(at.end), "origin": at.origin}


def _position(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}


def _problem(problem: Problem) -> dict[str, object]:
    placed = problem.at is not None and problem.at.path
    return {
        "message": problem.message,
        "hint": problem.hint,
        "location": _location(problem.at) if placed and problem.at else None,
    }
