"""`policygate.yaml`: what is the organisation's own, what is set outside the repository, how strict the gate is."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Literal, Protocol

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from policygate.errors import UsageError
from policygate.facts.go.variables import VARIABLES
from policygate.facts.own import OuterValue
from policygate.findings import Rule, Severity
from policygate.location import At, Position
from policygate.tree import DEFAULT_EXCLUDE

FILE_NAME = "policygate.yaml"
MAX_CONFIG_BYTES = 1024 * 1024
MAX_DEPTH = 16

_KEY = "#"
"""The last part of the place of a key itself; the place without it is the value's."""
_FORM = "`policygate init --stdout` shows the form"

Family = Literal["gitlab", "github", "dockerfile", "compose", "make", "shell"]
Prefix = Annotated[str, AfterValidator(lambda value: _refuse(value, "is no module path prefix", " :*?[]\\@,|"))]
Host = Annotated[str, AfterValidator(lambda value: _refuse(value, "is no host (with an optional path)", " *?[]\\@,|"))]


def _known_variable(name: str) -> str:
    if name not in VARIABLES:
        raise ValueError(f"is no variable that the gate reads ({', '.join(sorted(VARIABLES))})")
    return name


Variable = Annotated[str, AfterValidator(_known_variable)]


class _Mark(Protocol):
    """A place in YAML text, both numbers 0-based."""

    line: int
    column: int


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class OwnSection(_Section):
    """What belongs to the organisation."""

    modules: list[Prefix] = []
    """Module path prefixes, without wildcards."""
    public: list[Prefix] = []
    """Prefixes below `modules` that everybody may know."""
    proxies: list[Host] = []
    """Hosts of module proxies, with a path where only a part of the host is own."""
    sumdbs: list[Host] = []
    """Names of checksum databases."""


RuleSeverity = Annotated[
    Literal["error", "warning", "note", "off"],
    BeforeValidator(lambda value: "off" if value is False else value),  # `off` without quotes, in YAML 1.1
]


class RuleSection(_Section):
    """One rule's severity and parameters."""

    severity: RuleSeverity | None = None
    parameters: dict[str, object] = {}


class Config(_Section):
    """The whole file, every key optional."""

    version: Literal[1] = 1
    own: OwnSection | None = None
    outer: dict[Family, dict[Variable, str]] = {}
    """By family of contexts what is set outside the repository; an empty mapping declares that nothing is."""
    exclude: list[str] = Field(default=list(DEFAULT_EXCLUDE))
    """Paths that are not read, as globs in which `*` also matches `/`. Replaces the default."""
    policies: list[str] = []
    """Folders of the organisation's own policies, from the root of the checkout."""
    fail_on: Severity = "error"
    rules: dict[str, RuleSection] = {}

    def severities(self) -> dict[str, Severity]:
        """The severities that the file sets, by rule id."""
        return {id_: s.severity for id_, s in self.rules.items() if s.severity is not None and s.severity != "off"}

    def disabled(self) -> frozenset[str]:
        """The rules that the file switches off."""
        return frozenset(id_ for id_, section in self.rules.items() if section.severity == "off")

    def parameters(self, rules: Sequence[Rule]) -> dict[str, dict[str, object]]:
        """Every parameter of every rule: the file's value, else the rule's default."""
        sections = {rule.id: self.rules.get(rule.id, RuleSection()).parameters for rule in rules}
        return {
            rule.id: {p.name: sections[rule.id].get(p.name, p.default) for p in rule.parameters}
            for rule in rules
            if rule.parameters
        }


class ConfigFile:
    """A parsed file with the place of each of its keys."""

    def __init__(
        self, config: Config, path: str = "", places: Mapping[tuple[str | int, ...], At] | None = None
    ) -> None:
        self.config = config
        self.path = path
        self._places = places or {}

    def at(self, *keys: str | int) -> At | None:
        """The place of a key, or of the nearest one around it."""
        for end in range(len(keys), -1, -1):
            if keys[:end] in self._places:
                return self._places[keys[:end]]
        return None

    def outer(self) -> dict[str, dict[str, OuterValue]]:
        """What is set outside, with the place of each declaration."""
        return {
            family: {
                name: OuterValue(value, self._places["outer", family, name].standing_for("outer"))
                for name, value in variables.items()
            }
            for family, variables in self.config.outer.items()
        }

    def check_rules(self, rules: Sequence[Rule]) -> None:
        """Compare the file with the rules that exist.

        Raises:
            UsageError: an unknown rule, an unknown parameter, or one of another type than its default.
        """
        known = {rule.id: rule for rule in rules}
        for id_, section in self.config.rules.items():
            if id_ not in known:
                raise self._error(f"unknown rule `{id_}`", _did_you_mean(id_, known), "rules", id_)
            defaults = {parameter.name: parameter.default for parameter in known[id_].parameters}
            for name, value in section.parameters.items():
                keys = ("rules", id_, "parameters", name)
                if name not in defaults:
                    hint = f"its parameters: {', '.join(defaults) or 'none'}"
                    raise self._error(f"rule `{id_}` has no parameter `{name}`", hint, *keys)
                if not isinstance(value, type(defaults[name])):
                    kind = type(defaults[name]).__name__
                    raise self._error(f"parameter `{name}` of rule `{id_}` must be of type {kind}", "", *keys)

    def _error(self, message: str, hint: str, *keys: str | int) -> UsageError:
        return UsageError(message, hint, self.at(*keys))


def parse_config(path: str, data: bytes) -> ConfigFile:
    """The configuration in the bytes of a file; `path` is for messages and places.

    Raises:
        UsageError: the text is no YAML, or has unknown keys, wrong types, anchors, or unreasonable size or depth.
    """
    if len(data) > MAX_CONFIG_BYTES:
        raise UsageError(
            f"{path}: is larger than {MAX_CONFIG_BYTES // 1024} KiB", "keep only policygate's settings in it"
        )
    try:
        text = data.decode("utf-8")
        _refuse_tricks(path, text)
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
        raw = yaml.load(text, Loader=yaml.CSafeLoader)
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is not UTF-8", "save it as UTF-8") from error
    except yaml.YAMLError as error:
        raise UsageError(
            f"{path}: is not YAML: {_yaml_reason(error)}", "", _point(path, getattr(error, "problem_mark", None))
        ) from error
    except ValueError as error:
        raise UsageError(f"{path}: is not YAML: {error}", "") from error
    places = dict(_places(path, root)) if root is not None else {}
    try:
        config = Config.model_validate({} if raw is None else raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        keys = tuple(key for key in first["loc"] if key != "[key]")
        message, hint = _explain(path, first["type"], first["msg"], keys)
        about_key = first["type"] == "extra_forbidden" or "[key]" in first["loc"]
        at = ConfigFile(Config(), path, places).at(*keys, *([_KEY] if about_key else []))
        raise UsageError(message, hint, at) from error
    return ConfigFile(config, path, places)


def _refuse(value: str, reason: str, characters: str) -> str:
    if not value or value.startswith("/") or value.endswith("/") or set(value) & set(characters):
        raise ValueError(reason)
    return value


def _refuse_tricks(path: str, text: str) -> None:
    """Neither anchors nor deep nesting belong here, and both can make a small text huge."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            at = _point(path, event.start_mark)
            raise UsageError(f"{path}: anchors and aliases are not allowed", "write the values out", at)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            at = _point(path, event.start_mark)
            raise UsageError(f"{path}: is nested too deeply", _FORM, at)


def _places(path: str, node: yaml.Node, keys: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], At]]:
    yield keys, _span(path, node)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*keys, str(key.value))
            yield from _places(path, value, inner)
            yield (*inner, _KEY), _span(path, key)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _places(path, value, (*keys, index))


def _span(path: str, node: yaml.Node) -> At:
    """The node, when it stands on one line; else its start."""
    start, end = _point(path, node.start_mark), _point(path, node.end_mark)
    return At(path=path, start=start.start, end=end.end, origin="text") if end.end.line == start.end.line else start


def _point(path: str, mark: _Mark | None) -> At:
    line, column = (mark.line, mark.column) if mark else (0, 0)
    position = Position(line=line + 1, column=column + 1)
    return At(path=path, start=position, end=position, origin="text")


def _yaml_reason(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error).partition("\n")[0]


def _explain(path: str, kind: str, message: str, keys: tuple[int | str, ...]) -> tuple[str, str]:
    where = ".".join(str(key) for key in keys)
    if kind == "extra_forbidden":
        known = _known_keys(keys[:-1])
        return f"unknown key `{where}`", _did_you_mean(str(keys[-1]), known) or f"known keys: {', '.join(known)}"
    if not keys:
        return f"{path} must be a mapping", _FORM
    text = message.removeprefix("Value error, ")
    hint = "quote the value: without quotes YAML takes it for something else" if kind == "string_type" else _FORM
    return f"`{where}`: {text[:1].lower()}{text[1:]}", hint


def _known_keys(parents: tuple[int | str, ...]) -> list[str]:
    sections: dict[str, type[_Section]] = {"": Config, "own": OwnSection, "rules": RuleSection}
    return list(sections[str(parents[0]) if parents else ""].model_fields)


def _did_you_mean(word: str, known: Sequence[str] | Mapping[str, object]) -> str:
    close = get_close_matches(word, list(known), n=1)
    return f"did you mean `{close[0]}`?" if close else ""
