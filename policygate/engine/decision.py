"""Turn what the engine answered into findings; anything that is not one is an error, never dropped."""

from collections.abc import Iterator, Mapping
from json import dumps
from typing import Any, get_args

from pydantic import ValidationError

from policygate.engine.faults import Fault, refuse
from policygate.engine.modules import kind
from policygate.engine.policies import Entry, Pack
from policygate.errors import EngineError, PolicyError
from policygate.findings import Finding, Related, Rule, Severity
from policygate.location import At, Position

_OURS = frozenset({"message", "subject", "at", "related", "assumes", "modules", "contexts", "evidence"})
_SEVERITIES: tuple[str, ...] = get_args(Severity)


def decision_of(document: object, pack: Pack) -> Mapping[str, Any]:
    """What each asked rule answered, from the document of `package gate`.

    Raises: EngineError when the engine holds no policies or others; PolicyError when an asked rule has no answer.
    """
    if not isinstance(document, dict) or "digest" not in document:
        raise EngineError("the engine lacks the policies: `data.gate` is undefined", _bundle_hint())
    if document["digest"] != pack.digest:
        message = f"the engine holds other policies: digest {document['digest']} instead of {pack.digest}"
        raise EngineError(message, _bundle_hint())
    asked, decision = document.get("asked"), document.get("decision")
    if not isinstance(asked, list) or not isinstance(decision, dict):
        raise EngineError("the engine was not told which rules to decide: `input.run.rules` is missing")
    files = {rule: file for rule, (_, file) in _by_rule(pack).items()}
    undefined = [rule for rule in asked if rule not in decision]
    if undefined:
        raise refuse(
            [Fault(files.get(rule, "policies"), 0, 0, f"rule `{rule}` is undefined") for rule in undefined],
            "`deny` should be a set: `deny contains finding if { ... }`",
        )
    return decision


def findings(decision: Mapping[str, Any], pack: Pack, anchor: At) -> list[Finding]:
    """The findings of a decision, sorted by rule; `anchor` is the place of those that name none.

    Raises: PolicyError for an answer that is no set of findings.
    """
    rules = {rule.id: rule for rule in pack.rules}
    found: list[Finding] = []
    for name, (entry, file) in _by_rule(pack).items():
        if name in decision:
            shipped = next(f.shipped for f in pack.files if f.path == file)
            found += _Answer(rules[name], entry, file, anchor, shipped=shipped).read(decision[name])
    unknown = sorted(decision.keys() - rules.keys())
    if unknown:
        raise PolicyError(f"the engine decided a rule that nobody knows: `{unknown[0]}`")
    return found


def _by_rule(pack: Pack) -> dict[str, tuple[Entry, str]]:
    paths = {file.package: file.path for file in pack.files}
    return {entry.rule: (entry, paths[entry.package]) for entry in pack.entries}


def _bundle_hint() -> str:
    return "serve the bundle that `policygate bundle` writes, with the same `--policy` folders and version"


class _MalformedError(Exception):
    """What an element is instead of a finding."""


class _Answer:
    """What one rule answered."""

    def __init__(self, rule: Rule, entry: Entry, file: str, anchor: At, *, shipped: bool) -> None:
        self._rule = rule
        self._entry = entry
        self._file = file
        self._anchor = anchor
        self._shipped = shipped

    def read(self, answer: object) -> Iterator[Finding]:
        if not isinstance(answer, dict):
            raise self._refuse("answer", f"is {_kind_of(answer)}")
        for name in self._entry.names:
            elements = answer.get(name)
            if not isinstance(elements, list):
                raise self._refuse(name, f"is {_kind_of(elements)}, not a set of findings")
            for element in sorted(elements, key=_canonical):
                try:
                    yield self._finding(name, element)
                except _MalformedError as error:
                    raise self._refuse(name, f"returned {error}: {_shorten(element)}") from None

    def _refuse(self, name: str, message: str) -> PolicyError:
        return refuse([Fault(self._file, 0, 0, f"rule `{self._rule.id}`: `{name}` {message}")])

    def _severity(self, name: str) -> Severity:
        """`warn` is a warning, unless the rule does nothing but warn: then its metadata decide."""
        only_warns = all(kind(n) == "warn" for n in self._entry.names)
        return "warning" if kind(name) == "warn" and not only_warns else self._rule.severity

    def _finding(self, name: str, element: object) -> Finding:
        if isinstance(element, str) and not self._shipped:
            element = {"message": element}
        if not isinstance(element, dict):
            raise _MalformedError("no finding")
        if self._shipped and not element.keys() <= _OURS:
            raise _MalformedError(f"an unknown key `{min(element.keys() - _OURS)}`")
        message = _text(element, "message" if self._shipped or "message" in element else "msg")
        return Finding(
            rule=self._rule,
            severity=self._own_severity(name, element),
            message=message,
            subject=_text(element, "subject") if self._shipped or "subject" in element else message,
            at=self._at(element),
            related=tuple(self._related(element)),
            assumes=_texts(element, "assumes"),
            modules=_texts(element, "modules"),
            contexts=_texts(element, "contexts"),
            seen_by=frozenset(_texts(element, "evidence")),
        )

    def _own_severity(self, name: str, element: dict[str, Any]) -> Severity:
        given = self._severity(name) if self._shipped else element.get("severity", self._severity(name))
        if given not in _SEVERITIES:
            raise _MalformedError("a `severity` that is none of " + ", ".join(_SEVERITIES))
        severity: Severity = given
        return severity

    def _at(self, element: dict[str, Any]) -> At:
        if "at" in element:
            return _place(element["at"])
        if "_loc" in element and not self._shipped:
            return _conftest_place(element["_loc"])
        return self._anchor

    def _related(self, element: dict[str, Any]) -> Iterator[Related]:
        related = element.get("related", [])
        if not isinstance(related, list):
            raise _MalformedError("a `related` that is no list")
        for place in related:
            if not isinstance(place, dict) or "at" not in place or (self._shipped and len(place) != 2):
                raise _MalformedError("a related place that has not just `message` and `at`")
            yield Related(_text(place, "message"), _place(place["at"]))


def _text(element: dict[str, Any], key: str) -> str:
    value = element.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _MalformedError(f"no `{'message' if key == 'msg' else key}`")
    return value


def _texts(element: dict[str, Any], key: str) -> tuple[str, ...]:
    values = element.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and value.strip() for value in values):
        raise _MalformedError(f"a `{key}` that is no list of texts")
    return tuple(values)


def _place(value: object) -> At:
    """A place, or the place of a fact."""
    if isinstance(value, dict) and "at" in value:
        value = value["at"]
    try:
        return At.model_validate(value)
    except ValidationError:
        raise _MalformedError("an `at` that is neither a place nor a fact") from None


def _conftest_place(value: object) -> At:
    """Conftest's `_loc`: a file and a line."""
    file = value.get("file") if isinstance(value, dict) else None
    line = value.get("line") if isinstance(value, dict) else None
    if not isinstance(file, str) or isinstance(line, bool) or not isinstance(line, int) or line < 1:
        raise _MalformedError("a `_loc` that is not `file` and `line`")
    start = Position(line=line, column=1)
    return At(path=file, start=start, end=start, origin="text")


def _canonical(value: object) -> str:
    return dumps(value, sort_keys=True)


def _shorten(value: object) -> str:
    text = dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else text[:197] + "..."


def _kind_of(value: object) -> str:
    kinds = {type(None): "undefined", bool: "a boolean", str: "a string", dict: "an object", list: "a list"}
    return kinds.get(type(value), "a number")
