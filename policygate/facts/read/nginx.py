"""Nginx configurations, with what they include (https://nginx.org/en/docs/http/ngx_http_core_module.html)."""

import posixpath
from collections.abc import Iterator, Sequence

from policygate.facts.files import NO_FILES, Files
from policygate.facts.model import FileFacts, Problem, Unseen
from policygate.facts.model_nginx import NginxContext, NginxFile
from policygate.facts.nginx.contexts import context_of, faults
from policygate.facts.nginx.includes import Placed, Sources
from policygate.facts.nginx.kept import directives, is_judged, secrets
from policygate.facts.nginx.passes import passes
from policygate.facts.syntax.budget import TooLargeError
from policygate.facts.syntax.declared import in_order
from policygate.location import Text


def read(path: str, data: bytes, files: Files = NO_FILES) -> FileFacts:
    """The directives that decide who is answered by what, and where requests go; nothing when it is no nginx file.

    `path` is from the root of the checkout. What it includes is followed within the checkout, never on the machine. A
    file that nginx would refuse gives problems, and nothing else where its blocks cannot be told apart.
    """
    file = Text(path, data)
    sources = Sources(files)
    try:
        parsed = sources.parse(file)
        if parsed.foreign:
            return FileFacts(unseen=[Unseen(kind="file", what=path, at=file.line_at(1))])
        if not parsed.plausible and not (parsed.top and posixpath.basename(path) == "nginx.conf"):
            return FileFacts()
        return _facts(path, [] if parsed.error else list(sources.placed(parsed.top, path)), sources)
    except TooLargeError as error:
        return FileFacts(problems=[Problem(message=error.message, at=file.line_at(1))])


def _facts(path: str, placed: Sequence[Placed], sources: Sources) -> FileFacts:
    context = context_of(placed)
    nginx = NginxFile(
        file=path, context=context, directives=list(directives(placed)), passes=list(passes(placed, context))
    )
    return FileFacts(
        nginx=[] if sources.problems else [nginx],
        unseen=sources.unseen,
        followed=[other for other in sources.followed if other != path],
        problems=in_order([*sources.problems, *_refused(placed, context)]),
        secrets=list(secrets(placed)),
    )


def _refused(placed: Sequence[Placed], context: NginxContext) -> Iterator[Problem]:
    """What nginx refuses of the directives that count here; crossplane's tables are too old for some others."""
    for statement, message in faults(placed, context):
        if is_judged(statement) and statement.name != "resolver":
            yield Problem(message=message, at=statement.at())
