"""What the jobs of a GitHub workflow are given as addresses, and the services beside them.

https://docs.github.com/en/actions/tutorials/use-containerized-services
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from policygate.facts.endpoint.values import Holder, Value, found_in
from policygate.facts.model import FileFacts
from policygate.facts.model_network import FoundEndpoint, FoundService
from policygate.facts.net.containers import container
from policygate.facts.syntax import yaml_tree
from policygate.facts.syntax.github_values import EXPRESSION, Values, env_values, resolved
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar

if TYPE_CHECKING:
    from policygate.location import At

Block = tuple[str, str, Node | None, Values]
"""The id of a job, the part of the file, an `env`, and what its expressions know."""


def network_of(path: str, root: Node | None) -> FileFacts:
    """The endpoints in each `env` of a workflow file, and the services of its jobs, in file order.

    Only what the file itself says: not what it calls. A service is reached under its name by jobs in a container, and
    under localhost by others.
    """
    endpoints: list[FoundEndpoint] = []
    secrets: list[At] = []
    services: list[FoundService] = []
    if isinstance(root, Mapping):
        for holder, scope, env, values in _blocks(path, root):
            found, hidden = found_in(list(_settings(env, values)), Holder(holder, scope=scope))
            endpoints += found
            secrets += hidden
        for _, job in _entries(root.value("jobs")):
            services += _services(job)
    return FileFacts(endpoints=endpoints, secrets=secrets, services=services)


def _blocks(path: str, root: Mapping) -> Iterator[Block]:
    shared = env_values(root.value("env"), {})
    yield "", "env", root.value("env"), {}
    for name, job in _entries(root.value("jobs")):
        holder, scope = f"{path}#{name}", f"job {name}"
        own = {**shared, **env_values(job.value("env"), shared)}
        yield holder, f"{scope} env", job.value("env"), shared
        container_ = job.value("container")
        if isinstance(container_, Mapping):
            yield holder, f"{scope} container env", container_.value("env"), own
        steps = job.value("steps")
        for number, step in enumerate(steps.items if isinstance(steps, yaml_tree.Sequence) else (), start=1):
            if isinstance(step, Mapping) and step.value("env") is not None:
                title = resolved(step.value("name"), own) or number
                yield holder, f"{scope} step {title}", step.value("env"), own


def _settings(env: Node | None, values: Values) -> Iterator[Value]:
    for name, (_, node) in env.entries.items() if isinstance(env, Mapping) else ():
        text = resolved(node, values)
        if text and isinstance(node, Scalar):
            yield Value(name, text, node.at(), EXPRESSION in text)


def _services(job: Mapping) -> Iterator[FoundService]:
    services = job.value("services")
    for name, (key, service) in services.entries.items() if isinstance(services, Mapping) else ():
        image = service.value("image") if isinstance(service, Mapping) else None
        yield container(name, resolved(image, {}), [name], key.at())


def _entries(node: Node | None) -> Iterator[tuple[str, Mapping]]:
    """The mappings in a mapping, by name."""
    for name, (_, inner) in node.entries.items() if isinstance(node, Mapping) else ():
        if isinstance(inner, Mapping):
            yield name, inner
