"""What a step writes to $GITHUB_ENV (https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions)."""

import re
from collections.abc import Iterator

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment
from policygate.facts.syntax.declared import blanked
from policygate.facts.syntax.github_values import EXPRESSION
from policygate.facts.syntax.snippet import Snippet

_FILE = r"\"?\$\{?GITHUB_ENV\b"
_PAIR = r"(?P<name>[A-Z0-9]{1,30})=(?P<value>.{0,500}?)"
_ECHO = rf"[ \t]*(?:echo|printf)[ \t]{{1,9}}(?:-[en][ \t]{{1,9}})?(?P<quote>[\"']?){_PAIR}(?:\\n)?(?P=quote)[ \t]*+"
_INTO = rf"(?:>>[ \t]{{0,9}}|\|[ \t]{{0,9}}tee[ \t]{{1,9}}-a[ \t]{{1,9}}){_FILE}"
_LINE = re.compile(rf"^{_ECHO}{_INTO}", re.MULTILINE)
_GROUP = re.compile(rf"\{{\s(?P<body>[^{{}}]{{0,5000}}?)\}}[ \t]{{0,9}}>>[ \t]{{0,9}}{_FILE}")
_IN_GROUP = re.compile(rf"(?:^|(?<=[;{{])){_ECHO}(?=[;\n]|\Z)", re.MULTILINE)
_CAT = re.compile(
    r"^[ \t]*cat[^\n<]{0,99}<<(?P<dash>-?)[ \t]{0,9}(?P<mark>[\"']?)(?P<end>\w{1,50})(?P=mark)[^\n]{0,99}\n"
    r"(?P<body>(?:[^\n]*\n){0,99}?)[ \t]*(?P=end)[ \t]*(?:\n|\Z)",
    re.MULTILINE,
)
_IN_CAT = re.compile(rf"^[ \t]*(?P<quote>){_PAIR}$", re.MULTILINE)


def written_variables(snippet: Snippet, scope: str, condition: str) -> list[Assignment]:
    """The variables of the go command that a script hands on to the steps after it, latest first."""
    if "GITHUB_ENV" not in snippet.source:
        return []
    found = {}
    for match, quoted in _matches(snippet.source):
        name, value = match["name"], match["value"]
        if name in VARIABLES:
            at = snippet.at(*match.span("value" if value else "name"))
            dynamic = EXPRESSION in value or ("$" in value and not quoted)
            assignment = Assignment(name=name, value=value, at=at, scope=scope, condition=condition, dynamic=dynamic)
            found[match.start("name")] = blanked(assignment)
    return [found[start] for start in sorted(found, reverse=True)]


def _matches(text: str) -> Iterator[tuple[re.Match[str], bool]]:
    """Each pair that is written, and whether the shell leaves it alone."""
    yield from ((match, match["quote"] == "'") for match in _LINE.finditer(text))
    for group in _GROUP.finditer(text):
        inner = _IN_GROUP.finditer(text, group.start() + 1, group.end("body"))
        yield from ((match, match["quote"] == "'") for match in inner)
    for document in _CAT.finditer(text):
        if "GITHUB_ENV" in text[document.start() : document.start("body")]:
            yield from ((match, bool(document["mark"])) for match in _IN_CAT.finditer(text, *document.span("body")))
