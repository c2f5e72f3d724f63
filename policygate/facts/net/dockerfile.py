"""What the stages of a Dockerfile give to the programs in their images as addresses (https://docs.docker.com/reference/dockerfile/#env)."""

from policygate.facts.endpoint.keys import words_of
from policygate.facts.endpoint.values import Holder, Value, found_in
from policygate.facts.model import FileFacts
from policygate.facts.syntax.dockerfile_build import Build

_FETCHED = frozenset({"archive", "download", "mirror", "src", "tarball"})
"""Words in the names of variables that say where the build fetches something from."""


def network_of(build: Build) -> FileFacts:
    """The endpoints in what ENV sets, each stage a scope, once the build is done.

    What ARG sets is gone when the image runs; it counts where ENV refers to it.
    """
    found = []
    for stage in build.order:
        values = [
            Value(name, each.value.text, each.at, each.value.dynamic)
            for name, each in stage.environment.image.items()
            if name in stage.own and each.value.text and _FETCHED.isdisjoint(words_of(name))
        ]
        found.append(found_in(values, Holder(scope=f"stage {stage.name}")))
    return FileFacts(
        endpoints=[endpoint for endpoints, _ in found for endpoint in endpoints],
        secrets=[at for _, secrets in found for at in secrets],
    )
