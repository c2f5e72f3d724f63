"""Show why a finding is one: `policygate why` in words, under a screen for an ordinary finding, and as JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from policygate.location import At
from policygate.reasons import Considered, Matched, Reasons
from policygate.report.drawing.screen import Line, Style, flat, fold, headline, paint, show
from policygate.report.json import encode

_DIGITS = 8
_MOST_LISTED = 5
"""Exceptions beyond it are counted; the JSON has all."""
_LONGEST = 120
"""Characters of one value; the JSON has all."""
_STANDS_FOR = {
    "text": "",
    "default": "go's default",
    "absent": "absent",
    "outer": "declared outside",
    "environment": "the caller's environment",
}


def render_text(reasons: Reasons, *, width: int = 100, color: bool = False) -> str:
    """The reasons as text of at most `width` columns, unbreakable words such as paths apart."""
    return paint(_reasons(reasons, width), color=color)


def render_json(reasons: Reasons) -> str:
    """The reasons as JSON, its keys in a fixed order."""
    finding = reasons.finding
    document = {
        "version": 1,
        "fingerprint": finding.fingerprint,
        "equals": reasons.equals,
        "rule": finding.rule.id,
        "message": finding.message,
        "at": _at(finding.at),
        "counts": {"counts": reasons.counts, "why": reasons.verdict},
        "severity": {"severity": finding.severity, "why": reasons.severity, "at": _at(reasons.severity_at)},
        "change": {"change": finding.change, "why": reasons.change},
        "assumes": list(finding.assumes),
        "facts": [
            {
                "part": fact.part,
                "fields": dict(fact.fields),
                "at": _at(fact.at),
                "contexts": list(fact.contexts),
                "setting": asdict(fact.source) if fact.source else None,
            }
            for fact in reasons.facts
        ],
        "more_facts": reasons.more_facts,
        "parameters": [{"name": p.name, "value": p.value, "at": _at(p.at)} for p in reasons.parameters],
        "exceptions": [
            {"kind": e.kind, "says": e.says, "at": _at(e.at), "applies": e.applies, "why": e.why}
            for e in reasons.exceptions
        ],
    }
    return encode(document)


def _at(at: At | None) -> dict[str, object] | None:
    return at.model_dump() if at else None


def _reasons(reasons: Reasons, width: int) -> Iterator[Line]:
    finding, style = reasons.finding, reasons.finding.severity
    yield from headline(f"{style}[{show(finding.rule.id)}]", style, finding.message, width)
    again = f", one of {reasons.equals} alike" if reasons.equals > 1 else ""
    yield ((" --> ", "frame"), (f"{_place(finding.at)} ({finding.fingerprint[:_DIGITS]}{again})", "plain"))
    yield from _said("counts", f"{'yes' if reasons.counts else 'no'}, {reasons.verdict}", width)
    yield from _said("severity", f"{style}, {reasons.severity}{_set_at(reasons.severity_at)}", width)
    if reasons.change:
        yield from _said("change", f"{finding.change}, {reasons.change}", width)
    for assumed in finding.assumes:
        yield from _said("assumes", assumed, width)
    for parameter in reasons.parameters:
        value = _short(json.dumps(parameter.value, ensure_ascii=False))
        set_at = _set_at(parameter.at) or " (the rule's default)"
        yield from _said("parameter", f"{parameter.name} = {value}{set_at}", width)
    yield from _said("facts", "" if reasons.facts else "none of the policies' input stands there", width)
    for fact in reasons.facts:
        yield from _fact(fact, width)
    if reasons.more_facts:
        yield (("  ", "plain"), (f"and {reasons.more_facts} more", "frame"))
    yield from _exceptions(reasons.exceptions, width)


def _fact(fact: Matched, width: int) -> Iterator[Line]:
    yield (("  ", "plain"), (flat(fact.part), "bold"), (f" at {_place(fact.at)}", "frame"))
    fields = ", ".join(f"{name}: {_value(value)}" for name, value in fact.fields)
    yield from _indented(fields, width)
    said = []
    if fact.source:
        condition = f", if {_short(fact.source.condition)}" if fact.source.condition else ""
        said = [f"set in `{fact.source.scope}`{condition}; {fact.source.confidence}"]
    if fact.contexts:
        first, *others = fact.contexts
        said += [f"in `{first}`" + (f" and {len(others)} more" if others else "")]
    yield from _indented("; ".join(said), width)


def _exceptions(exceptions: Sequence[Considered], width: int) -> Iterator[Line]:
    yield from _said("exceptions", "" if exceptions else "no waiver and no ignore names this rule", width)
    for each in exceptions[:_MOST_LISTED]:
        style: Style = "good" if each.applies == "yes" else "plain"
        says = f" ({_short(each.says)})" if each.says and each.applies != "no" else ""
        first, *others = fold(f"{each.kind} at {_place(each.at)} {each.why}{says}", width - 2, width - 4)
        yield (("  ", "plain"), (first, style))
        for line in others:
            yield (("    ", "plain"), (line, style))
    if len(exceptions) > _MOST_LISTED:
        yield (("  ", "plain"), (f"and {len(exceptions) - _MOST_LISTED} more that do not apply", "frame"))


def _said(name: str, text: str, width: int) -> Iterator[Line]:
    first, *others = fold(text, width - len(name) - 2, width - 4) if text.strip() else [""]
    yield ((f"{name}:", "bold"), (f" {first}", "plain"))
    for line in others:
        yield (("    ", "plain"), (line, "plain"))


def _indented(text: str, width: int) -> Iterator[Line]:
    for line in fold(text, width - 4) if text.strip() else ():
        yield (("    ", "plain"), (line, "plain"))


def _set_at(at: At | None) -> str:
    return f" ({_place(at)})" if at else ""


def _place(at: At) -> str:
    words = f"{flat(at.path)}:{at.start.line}:{at.start.column}" if at.path else ""
    return ", ".join(part for part in (words, _STANDS_FOR[at.origin]) if part) or "no place"


def _value(text: str) -> str:
    """A value, marked as one where it could be taken for punctuation."""
    return _short(text) if any(map(str.isalnum, text)) else f"`{text}`"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
