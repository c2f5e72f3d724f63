"""The settings of an environment file to facts."""

from collections.abc import Iterable

from policygate.facts.endpoint.values import Holder, Value, found_in
from policygate.facts.model import FileFacts
from policygate.facts.net.examples import without_placeholders
from policygate.facts.syntax.dotenv_file import Binding

SCOPE = "env file"


def network_of(path: str, bindings: Iterable[Binding]) -> FileFacts:
    """The endpoints of a file, all of it one scope; the last value of a variable is the one that counts.

    The endpoints of an example, such as `.env.example`, count: it is what people copy. What stands in it for a
    password is none.
    """
    given = [Value(each.name, each.value, each.at) for each in bindings if each.name and each.value is not None]
    last = {value.key: value for value in given}
    hidden = [value for value in given if last[value.key] is not value]
    endpoints, secrets = found_in(without_placeholders(path, list(last.values())), Holder(scope=SCOPE), hidden)
    return FileFacts(endpoints=endpoints, secrets=secrets)
