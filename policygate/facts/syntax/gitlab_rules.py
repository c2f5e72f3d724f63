"""When a rule of a GitLab pipeline matches, in the file's own words (https://docs.gitlab.com/ci/yaml/#rules)."""

from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar, Sequence

NEVER = "never"


def condition_of_rule(rule: Mapping) -> str:
    """What a rule asks for; empty when it always matches."""
    when = rule.value("if")
    parts = [when.value] if isinstance(when, Scalar) else []
    parts += [name for name in ("changes", "exists") if name in rule.entries]
    return " and ".join(parts)


def condition_of_rules(rules: Node) -> str:
    """When the rules of an include let it in: empty when always, `never` when no rule can."""
    wanted: list[str] = []
    refused: list[str] = []
    for rule in rules.items if isinstance(rules, Sequence) else (rules,):
        if not isinstance(rule, Mapping):
            return "its rules match"
        when = rule.value("when")
        never = isinstance(when, Scalar) and when.value == NEVER
        condition = condition_of_rule(rule)
        if condition:
            (refused if never else wanted).append(condition)
        elif never:
            break
        else:
            return _all_of([f"not {other}" for other in refused])
    return _all_of([_any_of(wanted), *(f"not {other}" for other in refused)]) if wanted else NEVER


def _any_of(conditions: list[str]) -> str:
    return f"({' or '.join(conditions)})" if len(conditions) > 1 else conditions[0]


def _all_of(conditions: list[str]) -> str:
    return " and ".join(conditions)
