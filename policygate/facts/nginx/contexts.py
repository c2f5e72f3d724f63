"""Where the directives of a file may stand and how many arguments they take, by crossplane's tables."""

import re
from collections.abc import Iterator, Mapping, Sequence

from policygate.facts.model_nginx import NginxContext
from policygate.facts.nginx.includes import Placed
from policygate.facts.nginx.statements import Statement

Fault = tuple[Statement, str]
_CONTEXTS: Mapping[NginxContext, tuple[str, ...]] = {
    "main": (),
    "http": ("http",),
    "server": ("http", "server"),
    "location": ("http", "location"),
    "upstream": ("http", "upstream"),
    "stream": ("stream",),
}
_UNKNOWN = ("?",)
_CAPITALS = re.compile(r"\$\{?[A-Z][A-Z0-9_]*+(?![a-z])")
_MAIN = frozenset({"http", "events", "stream", "mail"})
"""The blocks that a whole configuration has, and no part of one."""


def context_of(placed: Sequence[Placed]) -> NginxContext:
    """The outermost place where all that is not within a block may stand, or the most of it, or else of the rest."""
    if any(each.statement.name in _MAIN for each in placed if each.parent < 0):
        return "main"
    top = [each for each in placed if each.parent < 0]
    counts = {context: (_count(top, context), _count(placed, context)) for context in _CONTEXTS}
    return min(_CONTEXTS, key=lambda context: counts[context])


def _count(placed: Sequence[Placed], context: NginxContext) -> int:
    return sum(1 for _ in faults(placed, context))


def faults(placed: Sequence[Placed], context: NginxContext) -> Iterator[Fault]:
    """The directives that nginx would refuse when those at the top stand in a context, and why.

    A template may put anything where it writes a variable in capitals: such a directive is not judged.
    """
    from crossplane.analyzer import analyze, enter_block_ctx  # type: ignore[import-untyped]  # noqa: PLC0415 - large
    from crossplane.errors import NgxParserDirectiveError  # type: ignore[import-untyped]  # noqa: PLC0415

    within: dict[int, tuple[str, ...]] = {-1: _CONTEXTS[context]}
    for index, (statement, parent) in enumerate(placed):
        inside = within.get(parent, _UNKNOWN)
        told = {"directive": statement.name, "args": statement.args, "line": 0}
        try:
            analyze("", told, ";" if statement.block is None else "{", inside)
        except NgxParserDirectiveError as error:
            if not any(is_template(arg) for arg in statement.args):
                yield statement, str(error.strerror)
        if statement.block and len(inside) < 4:
            within[index] = enter_block_ctx(told, inside)


def is_template(text: str) -> bool:
    """Whether a text holds a variable that is replaced before nginx reads the file, as envsubst does: `${PORT}`."""
    return bool(_CAPITALS.search(text))
