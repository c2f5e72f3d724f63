"""A check that is about to be made: what was asked, on what ground, by which rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from policygate import builtin
from policygate.config import Config, ConfigFile
from policygate.engine.policies import Pack
from policygate.errors import UsageError
from policygate.findings import Rule
from policygate.ground import Ground, load_policies, open_ground
from policygate.request import Request


@dataclass(frozen=True)
class Case:
    """One check, before anything is read."""

    request: Request
    ground: Ground
    pack: Pack
    asked: tuple[Rule, ...]
    """The rules to decide, sorted by id."""

    @property
    def config(self) -> Config:
        """What holds."""
        return self.ground.settings.config

    @property
    def today(self) -> date:
        """The day as of which it is judged."""
        return date.fromisoformat(self.request.today)

    @property
    def rules(self) -> Mapping[str, Rule]:
        """All rules by id, asked or not, with the severities that are set."""
        return self.config.graded([*self.pack.rules, *builtin.RULES.values()])

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the rules to decide."""
        return frozenset(rule.id for rule in self.asked)


def open_case(request: Request) -> Case:
    """Find out what a check is about, and by which rules it is made.

    Raises:
        UsageError: the request or the configuration is wrong.
        PolicygateError: there is nothing to compare with, or a policy is wrong.
    """
    ground = open_ground(request)
    pack = load_policies(request, ground.settings.config, ground.tip)
    return Case(request, ground, pack, _select(request, ground.settings, pack))


def _select(request: Request, settings: ConfigFile, pack: Pack) -> tuple[Rule, ...]:
    """The rules to decide, sorted by id.

    Raises:
        UsageError: a rule that was named does not exist, or none is left.
    """
    rules = {rule.id: rule for rule in (*pack.rules, *builtin.RULES.values())}
    settings.check_rules(list(rules.values()))
    for name in (*request.only, *request.skip):
        if not any(_names(name, id_) for id_ in rules):
            raise UsageError(f"unknown rule `{name}`", "`policygate rules` lists them")
    off = settings.config.disabled()
    chosen = tuple(
        rules[id_]
        for id_ in sorted(rules)
        if id_ not in off
        and (not request.only or any(_names(name, id_) for name in request.only))
        and not any(_names(name, id_) for name in request.skip)
    )
    if not chosen:
        raise UsageError("no rule is left to decide", "give fewer --skip-rule, or another --rule")
    return chosen


def _names(name: str, rule_id: str) -> bool:
    return rule_id == name or rule_id.startswith(f"{name}.")
