"""`policygate.yaml`: what is the organisation's own, what is set outside the repository, how strict the gate is."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from policygate.config_network import (
    DatastoreSection,
    DependencySection,
    EnvironmentSection,
    ForbiddenSection,
    NetworkSection,
    ServiceSection,
    stated_network,
)
from policygate.errors import UsageError
from policygate.facts.go.variables import VARIABLES
from policygate.facts.net.stated import Stated
from policygate.facts.own import OuterValue
from policygate.findings import Rule, Severity
from policygate.location import At, nowhere
from policygate.tree import DEFAULT_EXCLUDE
from policygate.yaml_places import KEY, Document, parse

FILE_NAME = "policygate.yaml"

_FORM = "`policygate init --stdout` shows the form"

Family = Literal["gitlab", "github", "dockerfile", "compose", "make", "shell"]
Prefix = Annotated[str, AfterValidator(lambda value: _refuse(value, "is no module path prefix", " :*?[]\\@,|"))]
Host = Annotated[str, AfterValidator(lambda value: _refuse(value, "is no host (with an optional path)", " *?[]\\@,|"))]


def _known_variable(name: str) -> str:
    if name not in VARIABLES:
        raise ValueError(f"is no variable that the gate reads ({', '.join(sorted(VARIABLES))})")
    return name


Variable = Annotated[str, AfterValidator(_known_variable)]


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


MAX_DAYS = 3650
Days = Annotated[int, Field(ge=1, le=MAX_DAYS)]
RuleSeverity = Annotated[
    Literal["error", "warning", "note", "off"],
    BeforeValidator(lambda value: "off" if value is False else value),  # `off` without quotes, in YAML 1.1
]


class RuleSection(_Section):
    """One rule's severity and parameters."""

    severity: RuleSeverity | None = None
    parameters: dict[str, object] = {}


class HorizonSection(_Section):
    """How many days a waiver may last, by the severity of its rule."""

    error: Days = 90
    warning: Days = 180
    note: Days = 365

    def of(self, severity: Severity) -> int:
        """The days for one severity."""
        return {"error": self.error, "warning": self.warning, "note": self.note}[severity]


class WaiversSection(_Section):
    """How long exceptions may last, and where there are none."""

    horizon_days: HorizonSection = HorizonSection()
    warn_days: Annotated[int, Field(ge=0, le=MAX_DAYS)] = 14
    """From how many days before its last one a waiver is announced to end."""
    unwaivable: list[str] = []
    """Rules that nobody can be excused from."""


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
    waivers: WaiversSection = WaiversSection()
    network: NetworkSection | None = None

    def severities(self) -> dict[str, Severity]:
        """The severities that the file sets, by rule id."""
        return {id_: s.severity for id_, s in self.rules.items() if s.severity is not None and s.severity != "off"}

    def graded(self, rules: Iterable[Rule]) -> dict[str, Rule]:
        """The rules by id, with the severities that the file sets."""
        severities = self.severities()
        return {rule.id: replace(rule, severity=severities.get(rule.id, rule.severity)) for rule in rules}

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

    def __init__(self, config: Config, document: Document | None = None) -> None:
        self.config = config
        self.path = document.path if document else ""
        self._document = document

    def at(self, *keys: str | int) -> At | None:
        """The place of a key, or of the nearest one around it."""
        return self._document.at(*keys) if self._document else None

    def outer(self) -> dict[str, dict[str, OuterValue]]:
        """What is set outside, with the place of each declaration."""
        return {
            family: {name: OuterValue(value, self._outer_at(family, name)) for name, value in variables.items()}
            for family, variables in self.config.outer.items()
        }

    def network(self) -> Stated:
        """What is said of the network, with the place of each part."""
        return stated_network(self.config.network, self.at)

    def check_rules(self, rules: Sequence[Rule]) -> None:
        """Compare the file with the rules that exist.

        Raises:
            UsageError: an unknown rule, an unknown parameter, or one of another type than its default.
        """
        known = {rule.id: rule for rule in rules}
        for id_, section in self.config.rules.items():
            if id_ not in known:
                raise self._error(f"unknown rule `{id_}`", did_you_mean(id_, known), "rules", id_)
            defaults = {parameter.name: parameter.default for parameter in known[id_].parameters}
            for name, value in section.parameters.items():
                keys = ("rules", id_, "parameters", name)
                if name not in defaults:
                    hint = f"its parameters: {', '.join(defaults) or 'none'}"
                    raise self._error(f"rule `{id_}` has no parameter `{name}`", hint, *keys)
                if not isinstance(value, type(defaults[name])):
                    kind = type(defaults[name]).__name__
                    raise self._error(f"parameter `{name}` of rule `{id_}` must be of type {kind}", "", *keys)

        for index, id_ in enumerate(self.config.waivers.unwaivable):
            if id_ not in known:
                raise self._error(f"unknown rule `{id_}`", did_you_mean(id_, known), "waivers", "unwaivable", index)

    def _outer_at(self, family: str, name: str) -> At:
        return (self.at("outer", family, name) or nowhere("outer")).standing_for("outer")

    def _error(self, message: str, hint: str, *keys: str | int) -> UsageError:
        return UsageError(message, hint, self.at(*keys))


def parse_config(path: str, data: bytes) -> ConfigFile:
    """The configuration in the bytes of a file; `path` is for messages and places.

    Raises:
        UsageError: the text is no YAML, or has unknown keys, wrong types, anchors, or unreasonable size or depth.
    """
    document = parse(path, data, hint=_FORM)
    raw = document.values()
    try:
        config = Config.model_validate({} if raw is None else raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        keys = tuple(key for key in first["loc"] if key != "[key]")
        message, hint = _explain(path, first["type"], first["msg"], keys)
        about_key = first["type"] == "extra_forbidden" or "[key]" in first["loc"]
        raise UsageError(message, hint, document.at(*keys, *([KEY] if about_key else []))) from error
    return ConfigFile(config, document)


def _refuse(value: str, reason: str, characters: str) -> str:
    if not value or value.startswith("/") or value.endswith("/") or set(value) & set(characters):
        raise ValueError(reason)
    return value


def _explain(path: str, kind: str, message: str, keys: tuple[int | str, ...]) -> tuple[str, str]:
    where = ".".join(str(key) for key in keys)
    if kind == "extra_forbidden":
        known = _known_keys(keys[:-1])
        return f"unknown key `{where}`", did_you_mean(str(keys[-1]), known) or f"known keys: {', '.join(known)}"
    if not keys:
        return f"{path} must be a mapping", _FORM
    text = message.removeprefix("Value error, ")
    hint = "quote the value: without quotes YAML takes it for something else" if kind == "string_type" else _FORM
    return f"`{where}`: {text[:1].lower()}{text[1:]}", hint


_KNOWN: dict[tuple[str, ...], type[BaseModel]] = {
    (): Config,
    ("own",): OwnSection,
    ("rules",): RuleSection,
    ("waivers",): WaiversSection,
    ("waivers", "horizon_days"): HorizonSection,
    ("network",): NetworkSection,
    ("network", "environments"): EnvironmentSection,
    ("network", "services"): ServiceSection,
    ("network", "services", "depends_on"): DependencySection,
    ("network", "datastores"): DatastoreSection,
    ("network", "forbidden"): ForbiddenSection,
}
"""The section at some keys, the names of environments, rules and the like left out."""


def _known_keys(parents: tuple[int | str, ...]) -> list[str]:
    named = tuple(key for key in parents if isinstance(key, str))
    path = named[:2] + named[3:] if named[:1] == ("network",) else named[:1] if named[:1] == ("rules",) else named
    fields = _KNOWN[path].model_fields
    return [field.alias or name for name, field in fields.items()]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint with the known word that is most like it; empty when none is."""
    close = get_close_matches(word, list(known), n=1)
    return f"did you mean `{close[0]}`?" if close else ""
