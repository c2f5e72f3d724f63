"""Typed settings: what the go command makes of each assignment (`go help environment`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from policygate.facts.go.goflags import parse_goflags
from policygate.facts.go.pattern import parse_patterns
from policygate.facts.go.proxy_list import parse_proxy_list
from policygate.facts.go.sumdb import parse_sumdb
from policygate.facts.go.variables import PATTERN_LISTS, VARIABLES
from policygate.facts.model import (
    Assignment,
    Confidence,
    FlagsSetting,
    Own,
    PatternSetting,
    ProxySetting,
    Role,
    Setting,
    Settings,
    SumdbSetting,
)
from policygate.facts.own import role_of
from policygate.location import At

GO_DEFAULTS: Mapping[str, str] = {"GOPROXY": "default,direct", "GOSUMDB": "default"}
"""What `$GOROOT/go.env` sets; `default` stands for the hosts, which are read from there where they matter."""


@dataclass(frozen=True)
class Typing:
    """Turns assignments into settings; the own hosts decide the role of each party."""

    own: Own

    @cached_property
    def _proxy_role(self) -> Callable[[str], Role]:
        return role_of(self.own.proxies, domains=not self.own.stated)

    @cached_property
    def _sumdb_role(self) -> Callable[[str], Role]:
        return role_of(self.own.sumdbs, domains=False)

    def type(self, assignment: Assignment, confidence: Confidence) -> Setting:
        """The setting of the type that its variable has."""
        name, value, at = assignment.name, assignment.value, assignment.at
        said = {
            "value": value,
            "at": at,
            "scope": assignment.scope,
            "confidence": "unknown" if assignment.dynamic else confidence,
            "condition": assignment.condition,
            "lost": assignment.lost,
            "empty": not value,
        }
        if name == "GOPROXY":
            chain = [] if assignment.lost else parse_proxy_list(value or GO_DEFAULTS[name], at, self._proxy_role)
            return ProxySetting(**said, chain=chain)
        if name in PATTERN_LISTS:
            return PatternSetting(**said, patterns=parse_patterns(value, at))
        if name == "GOSUMDB":
            return self._sumdb(value or GO_DEFAULTS[name], said)
        if name == "GOFLAGS":
            return FlagsSetting(**said, flags=parse_goflags(value, at))
        return Setting(**said)

    def default(self, name: str, confidence: Confidence, at: At) -> Setting:
        """What the go command uses when nothing sets the variable."""
        place = at.standing_for("default")
        return self.type(Assignment(name=name, value=GO_DEFAULTS[name], at=place, scope="default"), confidence)

    def _sumdb(self, value: str, said: dict[str, Any]) -> SumdbSetting:
        parsed = parse_sumdb(value, self._sumdb_role)
        return SumdbSetting(
            **said, off=parsed.off, name=parsed.name, url=parsed.url, role=parsed.role, problem=parsed.problem
        )


def settings_of(candidates: Mapping[str, list[Setting]]) -> Settings:
    """The settings of one context or command, by variable; the others have none."""
    return Settings(**{name: candidates.get(name, []) for name in sorted(VARIABLES)})
