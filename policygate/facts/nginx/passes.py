"""Where an nginx configuration sends what it receives: the edges that it stands for."""

import re
from collections.abc import Iterator, Mapping, Sequence

from policygate.facts.model_nginx import NginxContext, NginxPass
from policygate.facts.nginx.includes import Placed
from policygate.facts.nginx.statements import Statement
from policygate.facts.nginx.targets import SCHEMES, Target, target_of
from policygate.location import At
from policygate.redact import redact_urls

_NAME = re.compile(r"\$(?:\{(\w{1,100})\}|(\w{1,100}))")


def passes(placed: Sequence[Placed], context: NginxContext) -> Iterator[NginxPass]:
    """One for each target, for each address of it where it is an `upstream`, in order."""
    groups, names, known = _groups(placed, context), _names(placed), _values(placed)
    for index, (statement, _) in enumerate(placed):
        if statement.name not in SCHEMES or statement.block is not None or not statement.args:
            continue
        within = _within(placed, index)
        stream = context == "stream" or "stream" in within
        written = statement.args[0]
        target = target_of("" if stream else statement.name, _put(written, known))
        called = names.get(within.get("server", -1), [])
        members = groups.get((stream, target.host.lower()), ())
        for member in members:
            address = target_of("", member.args[0])._replace(scheme=target.scheme)
            yield _pass(written, address, target.host, called, member.at(1))
        if not members:
            yield _pass(written, target, "", called, statement.at(1))


def _groups(placed: Sequence[Placed], context: NginxContext) -> dict[tuple[bool, str], list[Statement]]:
    """The `server` lines of each upstream, by whether it is one of a stream and its name."""
    groups: dict[tuple[bool, str], list[Statement]] = {}
    for index, (statement, parent) in enumerate(placed):
        outer = placed[parent].statement if parent >= 0 else None
        if statement.name == "server" and statement.args and outer and outer.name == "upstream" and outer.args:
            stream = context == "stream" or "stream" in _within(placed, index)
            groups.setdefault((stream, outer.args[0].lower()), []).append(statement)
    return groups


def _values(placed: Sequence[Placed]) -> dict[str, str]:
    """The variables that only one `set` gives a value to, a literal one."""
    values: dict[str, set[str]] = {}
    for statement, _ in placed:
        if statement.name == "set" and len(statement.args) == 2:
            values.setdefault(statement.args[0].lstrip("$").lower(), set()).add(statement.args[1])
    return {name: next(iter(said)) for name, said in values.items() if len(said) == 1 and "$" not in "".join(said)}


def _put(written: str, values: Mapping[str, str]) -> str:
    """A target with the values of its variables, as far as they are known."""
    return _NAME.sub(lambda found: values.get((found[1] or found[2]).lower(), found[0]), written)


def _names(placed: Sequence[Placed]) -> dict[int, list[str]]:
    """The names of each server, by the index of its block."""
    names: dict[int, list[str]] = {}
    for statement, parent in placed:
        if statement.name == "server_name":
            names.setdefault(parent, []).extend(statement.args)
    return names


def _within(placed: Sequence[Placed], index: int) -> dict[str, int]:
    """The blocks that hold a directive, the nearest of each name, with their indexes."""
    found: dict[str, int] = {}
    while (index := placed[index].parent) >= 0:
        found.setdefault(placed[index].statement.name, index)
    return found


def _pass(written: str, target: Target, group: str, names: list[str], at: At) -> NginxPass:
    return NginxPass(
        text=redact_urls(written),
        scheme=target.scheme,
        host=target.name,
        port=target.number,
        group=group,
        dynamic="$" in target.host + target.port,
        names=names,
        at=at,
    )
