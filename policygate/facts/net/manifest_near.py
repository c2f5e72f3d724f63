"""The workload that a selector without any was probably meant for. Pure."""

from collections.abc import Sequence

from policygate.facts.net.policy import Pod
from policygate.facts.net.selectors import Requirement, Selector

_MOST = 10_000
"""Labels that are compared; with more, no workload is like it."""


def nearest(selector: Selector, pods: Sequence[Pod]) -> tuple[Pod, str] | None:
    """The pods of a namespace that fit a selector best, and what their labels are; None when none are like it.

    They are like it when all its keys are labels of some pods there, or when one has its value under another key. What
    has neither may well be meant for pods that something else makes.
    """
    if not selector.requirements or len(pods) * len(selector.requirements) > _MOST:
        return None
    known = {key for pod in pods for key in pod.labels}
    spelt = selector.keys <= known
    best = max(pods, key=lambda pod: (_fit(selector, pod), pod.name), default=None)
    if best is None or not (spelt or _fit(selector, best)[1]):
        return None
    labels = ", ".join(f"{key}={value}" for key, value in sorted(best.labels.items()))
    return best, f"the labels of `{best.name}` are `{labels}`" if labels else f"`{best.name}` has no labels"


def _fit(selector: Selector, pod: Pod) -> tuple[int, int]:
    """How many requirements labels fulfil, and how many they would under another key."""
    values = set(pod.labels.values())
    held = sum(each.holds(pod.labels) for each in selector.requirements)
    return held, sum(_elsewhere(each, pod, values) for each in selector.requirements)


def _elsewhere(requirement: Requirement, pod: Pod, values: set[str]) -> bool:
    return requirement.verb == "In" and requirement.key not in pod.labels and not values.isdisjoint(requirement.values)
