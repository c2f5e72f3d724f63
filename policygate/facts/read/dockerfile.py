"""Dockerfiles as BuildKit reads them (https://docs.docker.com/reference/dockerfile/)."""

from policygate.facts.files import NO_FILES, Files
from policygate.facts.model import FileFacts, Problem
from policygate.facts.net.dockerfile import network_of
from policygate.facts.syntax.budget import TooLargeError
from policygate.facts.syntax.declared import in_order, secret_spans
from policygate.facts.syntax.dockerfile import split
from policygate.facts.syntax.dockerfile_build import Build
from policygate.location import Text

_OTHERS = (".dockerignore", ".erb", ".in", ".j2", ".m4", ".md", ".rego", ".template", ".tmpl", ".tpl")
"""What stands beside a Dockerfile and bears its name, or is yet to become one."""


def read(path: str, data: bytes, files: Files = NO_FILES) -> FileFacts:
    """One place for each stage that runs go or sets its variables, in file order; and the endpoints in any ENV.

    `path` is from the root of the checkout; commands run in the folder of the file, whatever WORKDIR says, because
    that is what images copy. What BuildKit would refuse gives problems. Of other files only go/env files are read.
    """
    if path.endswith(_OTHERS):
        return FileFacts()
    file = Text(path, data)
    dockerfile = split(file)
    build = Build(file, dockerfile.escape, list(dockerfile.problems), files)
    try:
        places = list(build.places(dockerfile.instructions))
    except TooLargeError as error:
        return FileFacts(problems=[Problem(message=error.message, at=file.line_at(1))])
    network = network_of(build)
    return network.model_copy(
        update={
            "places": places,
            "netrcs": build.netrcs(),
            "unseen": build.unseen,
            "problems": in_order(build.problems),
            "secrets": [*secret_spans([file, *build.texts], places), *network.secrets],
        }
    )
