"""The settings of one scope to the endpoints in them, whatever format they were written in."""

from collections.abc import Sequence
from dataclasses import dataclass

from policygate.facts.endpoint.grammar import Parsed
from policygate.facts.endpoint.settings import Found, Named, endpoints_of, secret_values
from policygate.facts.go.variables import VARIABLES
from policygate.facts.model_network import FoundEndpoint, HostPort
from policygate.location import At

_ANY = frozenset({"0.0.0.0", "::"})  # noqa: S104 - it is what not to take for an endpoint


@dataclass(frozen=True)
class Value:
    """One setting, with its place."""

    key: str
    """`DATABASE_URL`, or the whole path of a nested one, joined by dots."""
    text: str
    at: At
    """The value as the file has it, without quotes."""
    dynamic: bool = False
    """Whether it depends on something that the file does not say."""


@dataclass(frozen=True)
class Holder:
    """What the settings are given to."""

    name: str = ""
    """A compose service, a workload, a job; empty for the whole file."""
    namespace: str = ""
    scope: str = ""
    """The part of the file, such as `service api environment`."""


def found_in(
    values: Sequence[Value], holder: Holder, hidden: Sequence[Value] = ()
) -> tuple[list[FoundEndpoint], list[At]]:
    """The endpoints among the values, in their order, and the spans that no report may show.

    `hidden` are settings that have no effect, as stronger ones hide them; no report may show their secrets either. What
    the go command alone is set up with is left out: it is no service that talks.
    """
    values = [value for value in values if value.key not in VARIABLES]
    found, secrets = _found(values)
    _, others = _found([value for value in hidden if value.key not in VARIABLES])
    endpoints = [
        _endpoint(each, [values[index] for index in each.keys], holder)
        for each in found
        if not _is_listener(each.parsed)
    ]
    return endpoints, [*secrets, *others]


def _found(values: Sequence[Value]) -> tuple[list[Found], list[At]]:
    named = [Named(value.key, value.text) for value in values]
    found = list(endpoints_of(named))
    secrets = [values[index].at for index in secret_values(named)]
    secrets += [_part(values[each.keys[0]], start, end) for each in found for start, end in each.parsed.secrets]
    return found, secrets


def _is_listener(parsed: Parsed) -> bool:
    """Whether an address is one to listen on, which nobody connects to."""
    return bool(parsed.hosts) and all(host.name in _ANY for host in parsed.hosts)


def _part(value: Value, start: int, end: int) -> At:
    """A part of a value; all of it where the file has another text, as escapes and references make it."""
    at = value.at
    same = at.start.line == at.end.line and at.end.column - at.start.column == len(value.text)
    return at.within(start, end - start) if same else at


def _endpoint(found: Found, values: Sequence[Value], holder: Holder) -> FoundEndpoint:
    parsed, main = found.parsed, values[0]
    return FoundEndpoint(
        key=main.key,
        text=_pair(parsed) if found.by == "pair" else parsed.redacted,
        scheme=parsed.scheme,
        family=parsed.family,
        hosts=[HostPort(name=host.name, port=host.port) for host in parsed.hosts],
        database=parsed.database,
        tls=parsed.tls,
        credentials=parsed.password,
        dynamic=parsed.dynamic or any(value.dynamic for value in values),
        by=found.by,
        holder=holder.name,
        namespace=holder.namespace,
        scope=holder.scope,
        at=main.at,
    )


def _pair(parsed: Parsed) -> str:
    hosts = ",".join(f"{host.name}:{host.port}" if host.port else host.name for host in parsed.hosts)
    return f"{hosts}/{parsed.database}" if parsed.database else hosts
