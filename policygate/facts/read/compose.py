"""Compose files: what a service sets, and what its image is built with (https://docs.docker.com/reference/compose-file/)."""

import posixpath
from collections.abc import Iterable, Iterator

from policygate.facts.files import NO_FILES, Files
from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment, FileFacts, Place, Problem
from policygate.facts.net.compose import network_of
from policygate.facts.syntax.budget import TooLargeError
from policygate.facts.syntax.compose_file import Given, Project, Service, Sources, below
from policygate.facts.syntax.declared import blanked, in_order, secret_spans
from policygate.facts.syntax.dockerfile_stage import Variable
from policygate.facts.syntax.dotenv_file import assignments_of
from policygate.facts.syntax.exec_form import command_of
from policygate.facts.syntax.image_build import Image, build_image
from policygate.facts.syntax.shell_session import may_run_go, prevailing, run_in_turn, without
from policygate.facts.syntax.snippet import Snippet
from policygate.facts.syntax.yaml_tree import Node, Scalar, Sequence
from policygate.location import Text

_IMAGE = 10_000
"""What following a build counts of the work that a file may cause."""


def read(path: str, data: bytes, files: Files = NO_FILES) -> FileFacts:
    """One place for each service that runs go or sets its variables, in file order; then what its image is built with.

    Every service is there besides with its names, its addresses and what it depends on.

    `path` is from the root of the checkout. The override file, `.env` and what services extend or build are followed.
    A file that compose would refuse gives problems.
    """
    file = Text(path, data)
    sources = Sources(files)
    try:
        services = list(Project(file, sources).services())
        places = list(_places(services))
        network = network_of(services)
    except TooLargeError as error:
        return FileFacts(problems=[Problem(message=error.message, at=file.line_at(1))])
    return network.model_copy(
        update={
            "places": places,
            "unseen": sources.unseen,
            "followed": list(dict.fromkeys(other for other in sources.followed if other != path)),
            "problems": in_order(sources.problems),
            "secrets": [*secret_spans(list(sources.texts.values()), places), *network.secrets],
        }
    )


def _places(services: Iterable[Service]) -> Iterator[Place]:
    for service in services:
        folder = _build_folder(service)
        image = _image(service, folder)
        yield from _place(service, image, folder or posixpath.dirname(service.key.file.path) or ".")
        yield from image.places


def _place(service: Service, image: Image, directory: str) -> Iterator[Place]:
    """The service as a place, when it runs go or sets its variables."""
    own = [_assignment(given, f"service {service.name} environment") for given in service.given("environment")]
    declared = [each for each in own if each.name in VARIABLES]
    declared += _from_files(service)
    assignments = _ruling([*declared, *image.environment])
    parts = [(snippet, f"service {service.name} {name}") for name, snippet in _scripts(service)]
    script = run_in_turn(parts, directory=directory, environment=assignments)
    commands = without(script.commands, assignments)
    made = [*prevailing(script.assignments, commands), *script.written]
    wraps = any(may_run_go(snippet.source) for snippet, _ in parts)
    service.project.sources.problems += script.problems
    if declared or made or commands or (assignments and wraps):
        yield Place(
            id=f"{service.key.file.path}#{service.name}",
            kind="compose_service",
            name=service.name,
            at=service.key.at(),
            directory=directory,
            assignments=[*made, *assignments],
            commands=commands,
        )


def _ruling(assignments: Iterable[Assignment]) -> list[Assignment]:
    """Those that can be in force: where a file has the caller give a value, nothing weaker comes through."""
    settled: set[str] = set()
    ruling = []
    for assignment in assignments:
        if assignment.name not in settled:
            ruling.append(assignment)
        if not assignment.condition or assignment.condition.startswith("unless "):
            settled.add(assignment.name)
    return ruling


def _assignment(given: Given, scope: str) -> Assignment:
    return blanked(
        Assignment(
            name=given.name,
            value=given.value.text,
            at=given.at,
            scope=scope,
            condition=given.value.condition,
            dynamic=given.value.dynamic,
        )
    )


def _from_files(service: Service) -> Iterator[Assignment]:
    """What the environment files of a service set; a file that is not in the checkout may set anything."""
    sources = service.project.sources
    for path, node in service.env_files():
        bindings = sources.bindings(path) if path else None
        if bindings is None:
            sources.note("variables", node.value, node.at())
        else:
            sources.budget.spend(len(bindings))
            yield from assignments_of(bindings)


def _build_folder(service: Service) -> str:
    """The build context of a service; empty when it has none in the checkout."""
    build = service.node("build")
    context = build if isinstance(build, Scalar) else below(build, "context")
    where = context or build
    return service.project.path_of(where, _text(service, context) or ".") if where else ""


def _image(service: Service, folder: str) -> Image:
    """What is known of the image of a service, which is something where its Dockerfile is in the checkout."""
    build = service.node("build")
    name = _text(service, below(build, "dockerfile")) or "Dockerfile"
    path = posixpath.normpath(posixpath.join(folder, name)) if folder else ""
    sources = service.project.sources
    file = sources.beside(path) if path else None
    if file is None or below(build, "dockerfile_inline") is not None:
        return Image()
    sources.texts[path] = file
    sources.budget.spend(_IMAGE + 10 * len(file.text))
    scope = f"service {service.name} build"
    arguments = reversed(list(service.given("args", within="build")))
    given = {each.name: Variable(each.value, each.at, scope) for each in arguments}
    target = _text(service, below(build, "target"))
    return build_image(file, given, target, f"{service.key.file.path}#{service.name}")


def _text(service: Service, node: Node | None) -> str:
    return service.project.interpolated(node).text if isinstance(node, Scalar) else ""


def _scripts(service: Service) -> Iterator[tuple[str, Snippet]]:
    """What runs when the service starts, as a shell would read it."""
    nodes = {name: service.node(name) for name in ("entrypoint", "command")}
    words = [item for node in nodes.values() if isinstance(node, Sequence) for item in node.items]
    listed = [word for word in words if isinstance(word, Scalar)]
    if listed:
        yield "command", command_of(listed)
    for name, node in nodes.items():
        if isinstance(node, Scalar):
            yield name, node.snippet()
