"""`policygate.yaml`: what belongs to the organisation, what is set outside the repository, and how strict the gate is."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from policygate.checkout import DEFAULT_EXCLUDE
from policygate.errors import UsageError
from policygate.facts.go.variables import VARIABLES
from policygate.facts.own import OuterValue
from policygate.findings import Rule, Severity
from policygate.location import At, Position

FILE_NAME = "policygate.yaml"
MAX_CONFIG_BYTES = 1024 * 1024
MAX_DEPTH = 16

Family = Literal["gitlab", "github", "dockerfile", "make", "shell"]
Prefix = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\s:*?\[\]\\]+[^\s/*?\[\]\\]$")]
Host = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\s/][^\s]*$")]
Variable = Literal[tuple(sorted(VARIABLES))]  # type: ignore[valid-type]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


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


class RuleSection(_Section):
    """One rule's severity and parameters."""

    severity: Literal["error", "warning", "note", "off"] | None = None
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
        raw = yaml.load(text, Loader=yaml.CSafeLoader)  # noqa: S506 - the safe loader, in C
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is not UTF-8", "save it as UTF-8") from error
    except yaml.YAMLError as error:
        raise UsageError(f"{path}: is not YAML: {_yaml_reason(error)}", "", _mark(path, error)) from error
    except ValueError as error:
        raise UsageError(f"{path}: is not YAML: {error}", "") from error
    places = dict(_places(path, root)) if root is not None else {}
    try:
        config = Config.model_validate({} if raw is None else raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        keys = tuple(key for key in first["loc"] if key != "[key]")
        message, hint = _explain(first["type"], first["msg"], keys)
        raise UsageError(message, hint, ConfigFile(Config(), path, places).at(*keys)) from error
    return ConfigFile(config, path, places)


def _refuse_tricks(path: str, text: str) -> None:
    """Neither anchors nor deep nesting belong here, and both can make a small text huge."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            at = _point(path, event.start_mark.line, event.start_mark.column)
            raise UsageError(f"{path}: anchors and aliases are not allowed", "write the values out", at)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            at = _point(path, event.start_mark.line, event.start_mark.column)
            raise UsageError(f"{path}: is nested too deeply", "see `policygate init` for the form", at)


def _places(path: str, node: yaml.Node, keys: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], At]]:
    yield keys, _span(path, node)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*keys, str(key.value))
            yield from _places(path, value, inner)
            if not isinstance(value, yaml.ScalarNode):
                yield inner, _span(path, key)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _places(path, value, (*keys, index))


def _span(path: str, node: yaml.Node) -> At:
    start, end = node.start_mark, node.end_mark
    if end.line != start.line:
        end = start
    return At(
        path=path,
        start=Position(line=start.line + 1, column=start.column + 1),
        end=Position(line=end.line + 1, column=end.column + 1),
        origin="text",
    )


def _point(path: str, line: int, column: int) -> At:
    position = Position(line=line + 1, column=column + 1)
    return At(path=path, start=position, end=position, origin="text")


def _mark(path: str, error: yaml.YAMLError) -> At | None:
    mark = getattr(error, "problem_mark", None)
    return _point(path, mark.line, mark.column) if mark else None


def _yaml_reason(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error).partition("\n")[0]


def _explain(kind: str, message: str, keys: tuple[int | str, ...]) -> tuple[str, str]:
    where = ".".join(str(key) for key in keys)
    if kind == "extra_forbidden":
        known = _known_keys(keys[:-1])
        return f"unknown key `{where}`", _did_you_mean(str(keys[-1]), known) or f"known keys: {', '.join(known)}"
    text = message[:1].lower() + message[1:]
    return (f"`{where}`: {text}" if where else text), "see `policygate init` for the form"


def _known_keys(parents: tuple[int | str, ...]) -> list[str]:
    section: type[BaseModel] = (
        {"own": OwnSection, "rules": RuleSection}.get(str(parents[0]), Config) if parents else Config
    )
    return list(section.model_fields)


def _did_you_mean(word: str, known: Sequence[str] | Mapping[str, object]) -> str:
    close = get_close_matches(word, list(known), n=1)
    return f"did you mean `{close[0]}`?" if close else ""
