"""Variables of a GitLab job: which declaration wins, and what becomes of `$NAME` (https://docs.gitlab.com/ci/variables/)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment
from policygate.facts.syntax.declared import blanked
from policygate.facts.syntax.gitlab_pipeline import Pipeline
from policygate.facts.syntax.gitlab_scalar import as_the_job_sees
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar
from policygate.location import At

_REFERENCE = re.compile(r"\$(?:(?P<escape>\$)|(?P<name>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)\})", re.ASCII)
_INPUT = "$[["
_MAX_NESTING = 20
_EXPANSION = 100
"""What one expansion counts of the work that a file may cause."""


@dataclass(frozen=True)
class Layer:
    """One mapping of variables that a job sees."""

    entries: dict[str, tuple[Scalar, Node]]
    part: str
    """Which part of its top-level key it is: `variables`, `rules variables`."""
    condition: str = ""
    only: frozenset[str] | None = None
    """The names that the job inherits; all of them when it does not say."""
    one_of: bool = False
    """Whether other runs of the job have another value."""

    def find(self, name: str) -> tuple[Scalar, Node] | None:
        """The key and value of a variable, if the layer has it."""
        return self.entries.get(name) if self.only is None or name in self.only else None


@dataclass(frozen=True)
class Stated:
    """What a layer says of a variable."""

    name: str
    text: str
    """The value as the job sees it, references replaced; credentials and all."""
    at: At
    """The value; the name when the value is empty."""
    scope: str
    dynamic: bool
    """Whether the text refers to what the files do not say."""


def layers_of(pipeline: Pipeline, node: Mapping, part: str, condition: str = "") -> Iterator[Layer]:
    """The layers of a mapping of variables, strongest first: one, unless a file takes part on a condition."""
    always = not any(map(pipeline.sources.condition, node.strata))
    for stratum in (node,) if always else node.strata:
        both = " and ".join(filter(None, (pipeline.sources.condition(stratum), condition)))
        yield Layer(stratum.entries, part, both)


@dataclass(frozen=True)
class Variables:
    """All the layers of a job, strongest first."""

    pipeline: Pipeline
    layers: Sequence[Layer]

    def assignments(self) -> list[Assignment]:
        """Those of the go command, strongest first; what a stronger layer always hides is left out."""
        return list(self._assignments())

    def _assignments(self) -> Iterator[Assignment]:
        settled: set[str] = set()
        for layer in self.layers:
            found = [(name, entry) for name in VARIABLES - settled if (entry := layer.find(name))]
            for name, (key, node) in sorted(found, key=lambda pair: pair[1][0].start):
                assignment = self._assignment(layer, name, key, node)
                if assignment:
                    yield assignment
                    settled |= set() if layer.condition else {name}

    def stated(self, layer: Layer) -> Iterator[Stated]:
        """What one of the layers says, of every variable."""
        for name in layer.entries:
            entry = layer.find(name)
            said = self._stated(layer, name, *entry) if entry else None
            if said:
                yield said

    def basis(self, layer: Layer) -> frozenset[int]:
        """What the values of a layer rest on: where it is the same for two jobs, so are the values."""
        waiting = [node for _, node in layer.entries.values()]
        seen = {id(node) for node in waiting}
        while waiting:
            scalar, _ = self._scalar(waiting.pop())
            for match in _REFERENCE.finditer(scalar.value) if scalar and "$" in scalar.value else ():
                self.pipeline.budget.spend(1)
                entry = next(filter(None, (each.find(match["name"] or match["braced"]) for each in self.layers)), None)
                if entry and id(entry[1]) not in seen:
                    seen.add(id(entry[1]))
                    waiting.append(entry[1])
        return frozenset(seen)

    def _assignment(self, layer: Layer, name: str, key: Scalar, node: Node) -> Assignment | None:
        said = self._stated(layer, name, key, node)
        if said is None:
            return None
        return blanked(
            Assignment(
                name=name,
                value=said.text,
                at=said.at,
                scope=said.scope,
                condition=layer.condition,
                dynamic=said.dynamic,
            )
        )

    def _stated(self, layer: Layer, name: str, key: Scalar, node: Node) -> Stated | None:
        scalar, expanded = self._scalar(node)
        if scalar is None:
            return None
        self.pipeline.budget.spend(1 + len(scalar.value))
        value, dynamic = as_the_job_sees(scalar), False
        if expanded:
            value, dynamic = self._expand(value, (name,))
        at = scalar.at() if value else key.at()
        return Stated(name, value, at, self._scope(key, layer.part), dynamic or _INPUT in value)

    def _scope(self, key: Scalar, part: str) -> str:
        owner = self.pipeline.owner(key)
        return part if owner == "variables" else f"{owner} {part}" if owner == "workflow" else f"job {owner} {part}"

    def _scalar(self, node: Node) -> tuple[Scalar | None, bool]:
        """The value itself, and whether references in it are expanded."""
        followed = self.pipeline.follow(node)
        expanded = True
        if isinstance(followed, Mapping):
            expand = followed.value("expand")
            expanded = not (isinstance(expand, Scalar) and as_the_job_sees(expand) == "false")
            followed = self.pipeline.follow(followed.value("value"))
        return (followed if isinstance(followed, Scalar) else None), expanded

    def _expand(self, value: str, trail: tuple[str, ...]) -> tuple[str, bool]:
        """The value with what the file knows put in, and whether something stays open."""
        dynamic = False
        parts = []
        end = 0
        for match in _REFERENCE.finditer(value):
            parts.append(value[end : match.start()])
            end = match.end()
            if match["escape"]:
                parts.append("$")
                continue
            inner = self._known(match["name"] or match["braced"], trail)
            dynamic |= inner is None or inner[1]
            parts.append(match.group() if inner is None else inner[0])
        return "".join([*parts, value[end:]]), dynamic

    def _known(self, name: str, trail: tuple[str, ...]) -> tuple[str, bool] | None:
        if name in trail or len(trail) > _MAX_NESTING:
            return None
        for layer in self.layers:
            entry = layer.find(name)
            if entry is None:
                continue
            scalar, expanded = self._scalar(entry[1])
            if layer.condition or layer.one_of or scalar is None:
                return None
            self.pipeline.budget.spend(_EXPANSION + len(scalar.value))
            value = as_the_job_sees(scalar)
            return self._expand(value, (*trail, name)) if expanded else (value, False)
        return None
