"""`.env` files, as python-dotenv and docker compose read them (https://github.com/theskumar/python-dotenv)."""

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import FileFacts, Place, Problem
from policygate.facts.net.env_file import network_of
from policygate.facts.net.sniff import may_say
from policygate.facts.syntax.budget import TooLargeError
from policygate.facts.syntax.dotenv_file import assignments_of, parse_dotenv
from policygate.location import Text


def read(path: str, data: bytes) -> FileFacts:
    """One place for the file, when it sets a Go variable, and its endpoints; the last value of a variable counts.

    A value is what readers of such files take it for. A shell that sources the file may take it for something else.
    """
    file = Text(path, data)
    if not may_say(data) and not any(name in file.text for name in VARIABLES):
        return FileFacts()
    try:
        bindings = list(parse_dotenv(file))
    except TooLargeError as error:
        return FileFacts(problems=[Problem(message=error.message, at=error.at or file.line_at(1))])
    broken = [each for each in bindings if each.error and any(name in each.text for name in VARIABLES)]
    problems = [Problem(message="not a line that readers of `.env` files understand", at=each.at) for each in broken]
    assignments = assignments_of(bindings)
    place = Place(
        id=path,
        kind="env_file",
        name=path.rpartition("/")[2],
        at=file.line_at(1),
        directory=".",
        assignments=assignments,
        commands=[],
    )
    network = network_of(path, bindings)
    return network.model_copy(update={"places": [place] if assignments else [], "problems": problems})
