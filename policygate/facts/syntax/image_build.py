"""The image that another file has built from a Dockerfile, with what it gives to the build."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from policygate.facts.model import Assignment, Place
from policygate.facts.syntax.dockerfile import split
from policygate.facts.syntax.dockerfile_build import Build
from policygate.facts.syntax.dockerfile_stage import Variable
from policygate.facts.syntax.shell_session import visible
from policygate.location import Text


@dataclass(frozen=True)
class Image:
    """What is known of an image."""

    environment: list[Assignment] = field(default_factory=list)
    """What a container of it starts with, strongest first."""
    places: list[Place] = field(default_factory=list)
    """The stages that come out different from those of a build without arguments."""


def build_image(file: Text, given: Mapping[str, Variable], target: str, label: str) -> Image:
    """Build the stage `target`, or else the last one; raises `TooLargeError`.

    `label` stands in front of the ids of the places.
    """
    dockerfile = split(file)
    build = Build(file, dockerfile.escape, [], given=given)
    places = list(build.places(dockerfile.instructions))
    plain = list(Build(file, dockerfile.escape, []).places(dockerfile.instructions))
    changed = [place for place in places if place not in plain]
    stage = build.stages.get(target.lower()) or (build.order[-1] if build.order else None)
    environment = visible([*stage.environment.kept(), *stage.written]) if stage else []
    renamed = [place.model_copy(update={"id": f"{label}/{place.id}"}) for place in changed]
    return Image(environment, renamed)
