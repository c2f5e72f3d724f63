"""The workload that a selector without any was probably meant for. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from policygate.facts.kubernetes.policy import Pod
from policygate.facts.kubernetes.selectors import Requirement, Selector

_MOST = 10_000
"""Labels that are compared; with more, no workload is like it."""

_MOST_VALUES = 200
"""Values of one label among which one that is spelt nearly so is looked for."""


@dataclass(frozen=True)
class Near:
    """Pods that nearly fit."""

    pod: Pod
    labels: str
    """Their labels, in words."""
    like: bool
    """Whether a slip of the pen is likely; else its keys are right, but none of its values is."""


def nearest(selector: Selector, pods: Sequence[Pod]) -> Near | None:
    """The pods of a namespace that fit a selector best; None when none are near it.

    They are near when one of its requirements holds, when a value is spelt nearly so or stands under another key, or
    when all its keys are labels of some pods there. What has none of that is meant for pods that something else makes.
    """
    if not selector.requirements or len(pods) * len(selector.requirements) > _MOST:
        return None
    meant = {each: _spelt(each, pods) for each in selector.requirements}
    best = max(pods, key=lambda pod: (_fit(selector, pod, meant), pod.name), default=None)
    if best is None:
        return None
    like = any(_fit(selector, best, meant))
    if not like and not selector.keys <= {key for pod in pods for key in pod.labels}:
        return None
    labels = ", ".join(f"{key}={value}" for key, value in sorted(best.labels.items()))
    return Near(best, f"the labels of `{best.name}` are `{labels}`" if labels else f"`{best.name}` has no labels", like)


def _spelt(requirement: Requirement, pods: Sequence[Pod]) -> frozenset[str]:
    """The values that a label has there and that are nearly those asked for."""
    if requirement.verb != "In" or len(requirement.values) > 1:
        return frozenset()
    there = list(dict.fromkeys(pod.labels[requirement.key] for pod in pods if requirement.key in pod.labels))
    (value,) = requirement.values
    return frozenset(get_close_matches(value, there[:_MOST_VALUES], n=3, cutoff=0.6))


def _fit(selector: Selector, pod: Pod, meant: dict[Requirement, frozenset[str]]) -> tuple[int, int, int]:
    """How many requirements hold, how many would if spelt otherwise, and how many under another key."""
    values = set(pod.labels.values())
    asked = [each for each in selector.requirements if each.verb in ("In", "Exists")]
    return (
        sum(each.holds(pod.labels) for each in asked),
        sum(pod.labels.get(each.key) in meant[each] for each in asked),
        sum(each.key not in pod.labels and not values.isdisjoint(each.values) for each in asked),
    )
