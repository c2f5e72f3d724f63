"""What the jobs of a GitLab pipeline are given as addresses, and the services beside them (https://docs.gitlab.com/ci/services/)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from policygate.facts.endpoint.values import Holder, Value, found_in
from policygate.facts.model import FileFacts
from policygate.facts.model_network import FoundEndpoint, FoundService
from policygate.facts.net.containers import container
from policygate.facts.syntax import yaml_tree
from policygate.facts.syntax.gitlab_pipeline import Pipeline
from policygate.facts.syntax.gitlab_variables import Layer, Variables
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar
from policygate.location import At

_IMAGE = re.compile(r"(?P<registry>[^/:@]+(?::[0-9]+(?=/))?)(?P<path>[^:@]*)")
_SEPARATORS = re.compile(r"[\s,]+")
_LONGEST = 500


@dataclass
class PipelineNetwork:
    """What was found so far; what several jobs inherit is there once, for the first of them."""

    _endpoints: dict[tuple[str, str, At], FoundEndpoint] = field(default_factory=dict)
    _services: dict[At, FoundService] = field(default_factory=dict)
    _secrets: dict[At, None] = field(default_factory=dict)
    _seen: set[frozenset[int]] = field(default_factory=set)

    def add_variables(self, holder: str, variables: Variables, layers: Iterable[Layer]) -> None:
        """Add the endpoints of some of the layers that a job sees; `holder` is the job's id, empty for all jobs.

        The settings of one layer stand together. What a stronger layer hides is there as well: in other jobs, or when
        a condition does not hold, it counts.
        """
        for layer in layers:
            basis = variables.basis(layer)
            if basis not in self._seen:
                self._seen.add(basis)
                self._add(holder, variables, layer)

    def add_services(self, pipeline: Pipeline, node: Node | None) -> None:
        """Add the services that run beside a job."""
        listed = pipeline.follow(node)
        for item in listed.items if isinstance(listed, yaml_tree.Sequence) else ():
            pipeline.budget.spend(1)
            service = _service(pipeline.follow(item))
            if service:
                self._services.setdefault(service.at, service)

    def facts(self) -> FileFacts:
        """Everything, in the order of the jobs."""
        return FileFacts(
            endpoints=list(self._endpoints.values()),
            services=list(self._services.values()),
            secrets=list(self._secrets),
        )

    def _add(self, holder: str, variables: Variables, layer: Layer) -> None:
        stated = list(variables.stated(layer))
        scopes = {each.at: each.scope for each in stated}
        values = [Value(each.name, each.text, each.at, each.dynamic) for each in stated if each.text]
        endpoints, secrets = found_in(values, Holder(holder))
        for each in endpoints:
            scoped = each.model_copy(update={"scope": scopes[each.at]})
            self._endpoints.setdefault((each.key, each.text, each.at), scoped)
        self._secrets.update(dict.fromkeys(secrets))


def _service(node: Node | None) -> FoundService | None:
    """A service by the names that the runner gives it: from its image, and what it is called besides."""
    if isinstance(node, Mapping):
        image, alias = node.value("name"), node.value("alias")
    else:
        image, alias = node, None
    if not isinstance(image, Scalar) or len(image.value) > _LONGEST:
        return None
    names = [*_given(alias), *_made(image.value)]
    return container(names[0], image.value, names, image.at()) if names else None


def _given(alias: Node | None) -> Sequence[str]:
    return _SEPARATORS.split(alias.value.strip()) if isinstance(alias, Scalar) and alias.value.strip() else ()


def _made(image: str) -> Iterator[str]:
    """The image's name without port, tag and digest, its slashes replaced in two ways; none when it is a variable."""
    match = _IMAGE.match(image)
    if match and "$" not in image:
        name = match["registry"].partition(":")[0] + match["path"]
        yield name.replace("/", "__")
        yield name.replace("/", "-")
