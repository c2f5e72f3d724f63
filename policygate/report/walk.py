"""Show how a module is fetched: `policygate route` in words and as JSON."""

from collections.abc import Iterator
from typing import Any

from policygate.location import At
from policygate.report.drawing.screen import BLANK, Line, Style, flat, fold, paint
from policygate.report.json import encode
from policygate.routes import Answer, Checksums, Learner, Outcome, Step

_OUTCOMES: dict[Outcome, tuple[str, Style]] = {
    "found": ("found", "good"),
    "not_found": ("not found", "error"),
    "failed": ("failed", "error"),
    "off": ("refused: the list ends with `off`", "error"),
    "hangs": ("hangs: the go command waits without a limit", "error"),
    "unknown": ("unknown: it depends on something that is not known here", "warning"),
}
_THEN = {"use": "used", "next": "goes on", "stop": "stops here", "wait": "waits for ever", "unknown": "unknown"}
_ORIGINS = {"text": "", "default": "go's default", "absent": "", "outer": "declared outside", "environment": "--set"}


def render_text(answer: Answer, *, width: int = 100, color: bool = False) -> str:
    """The walk in words, one step after the other, each with the setting responsible."""
    return paint(_answer(answer, width), color=color)


def render_json(answer: Answer) -> str:
    """The walk as JSON, its keys in a fixed order."""
    route = answer.route
    document = {
        "module": answer.module,
        "version": answer.version,
        "context": answer.context,
        "replaced_by": answer.replaced_by,
        "settings": [{"name": s.name, "value": s.value, "scope": s.scope, "at": _at(s.at)} for s in answer.settings],
        "outcome": route.outcome,
        "served_by": route.served_by,
        "asked": list(route.asked),
        "steps": [
            {
                "entry": step.entry,
                "requests": list(step.requests),
                "answer": step.answer,
                "then": step.then,
                "why": step.why,
                "at": _at(step.at),
            }
            for step in route.steps
        ],
        "learns": [
            {"party": who.party, "through": who.through, "what": who.what, "why": who.why, "at": _at(who.at)}
            for who in route.learns
        ],
        "sumdb": {
            "used": route.sumdb.used,
            "name": route.sumdb.name,
            "through": route.sumdb.through,
            "why": route.sumdb.why,
            "at": _at(route.sumdb.at),
        },
    }
    return encode(document)


def _at(at: At) -> dict[str, Any]:
    return at.model_dump()


def _answer(answer: Answer, width: int) -> Iterator[Line]:
    what = f"{answer.module}@{answer.version}" if answer.version else f"{answer.module} (the latest version)"
    where = f" in {answer.context}" if answer.context else " with the given settings"
    yield ((flat(what), "bold"), (f" {flat(where)}", "plain"))
    if answer.replaced_by:
        yield ((f"  go.mod replaces it by {flat(answer.replaced_by)}", "plain"),)
    yield BLANK
    yield from _settings(answer)
    for number, step in enumerate(answer.route.steps, 1):
        yield from _step(number, step, width)
    yield BLANK
    words, style = _OUTCOMES[answer.route.outcome]
    served = f", served by {flat(answer.route.served_by)}" if answer.route.served_by else ""
    yield (("outcome: ", "bold"), (words, style), (served, "plain"))
    asked = ", ".join(flat(party) for party in answer.route.asked) or "nobody"
    yield (("asked: ", "bold"), (asked, "plain"))
    yield (("learns its name: ", "bold"), ("" if answer.route.learns else "nobody", "plain"))
    for who in answer.route.learns:
        yield from _learner(who, width)
    yield from _checksums(answer.route.sumdb, width)


def _settings(answer: Answer) -> Iterator[Line]:
    if not answer.settings:
        return
    name_width = max(len(setting.name) for setting in answer.settings)
    for setting in answer.settings:
        value = flat(setting.value) or "(empty)"
        yield ((f"  {setting.name.ljust(name_width)}  ", "bold"), (value, "plain"), (_place(setting.at), "frame"))
    yield BLANK


def _step(number: int, step: Step, width: int) -> Iterator[Line]:
    requests = f" for {', '.join(step.requests)}" if step.requests else ""
    said = f": {flat(step.answer)}" if step.answer else ""
    head = f"{flat(step.entry)}{requests}{said}; {_THEN[step.then]}"
    yield ((f"{number:>3}. ", "bold"), (head, "plain"), (_place(step.at), "frame"))
    yield from _indented(step.why, 5, width)


def _learner(who: Learner, width: int) -> Iterator[Line]:
    party = flat(who.party) or "the repository's host"
    yield ((f"  {party}", "bold"), (f" ({who.through}): {flat(who.what)}", "plain"), (_place(who.at), "frame"))
    yield from _indented(who.why, 4, width)


def _checksums(sumdb: Checksums, width: int) -> Iterator[Line]:
    through = f" through {flat(sumdb.through)}" if sumdb.through and sumdb.through != "direct" else ""
    said = f"{flat(sumdb.name) or 'the database'} is asked{through}" if sumdb.used else "is not asked"
    yield (("checksum database: ", "bold"), (said, "plain"), (_place(sumdb.at), "frame"))
    yield from _indented(sumdb.why, 2, width)


def _indented(text: str, indent: int, width: int) -> Iterator[Line]:
    for line in fold(text, max(20, width - indent)) if text else ():
        yield ((" " * indent + line, "plain"),)


def _place(at: At) -> str:
    words = f"{flat(at.path)}:{at.start.line}:{at.start.column}" if at.path else ""
    origin = _ORIGINS[at.origin]
    both = ", ".join(part for part in (words, origin) if part)
    return f"  [{both}]" if both else ""
