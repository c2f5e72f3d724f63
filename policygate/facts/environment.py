"""The caller's own environment as a place, for `--with-environment`."""

from collections.abc import Mapping

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment, FileFacts, Place
from policygate.location import nowhere
from policygate.redact import has_credentials, redact


def read_environment(environment: Mapping[str, str]) -> FileFacts:
    """One place without a file, with every Go variable of the environment."""
    here = nowhere("environment")
    assignments = [
        Assignment(name=name, value=redact(value), at=here, scope="environment", credentials=has_credentials(value))
        for name, value in sorted(environment.items())
        if name in VARIABLES
    ]
    place = Place(
        id="environment",
        kind="environment",
        name="environment",
        at=here,
        directory=".",
        assignments=assignments,
        commands=[],
    )
    return FileFacts(places=[place])
