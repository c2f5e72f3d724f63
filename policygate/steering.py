"""What a merge request changes of its own judge: configuration, waivers, policies, variables of the pipeline."""

import re
from collections.abc import Callable, Iterator
from itertools import chain

from policygate.builtin import MALFORMED_FILE, OVERRIDDEN_VARIABLE, STEERING_CHANGED
from policygate.config import FILE_NAME, Config
from policygate.errors import UsageError
from policygate.facts import reader_of
from policygate.findings import Finding
from policygate.ground import Ground, configuration, inner_path
from policygate.location import At, Position, Text
from policygate.request import Request
from policygate.target import VARIABLES
from policygate.tree import Tree

_PIPELINES = frozenset({"gitlab_ci", "github_workflow"})
_NAMES = "|".join(VARIABLES)
_SETS = re.compile(
    rf"(?:^|(?<!\$)\{{|,)[ \t-]*[\"']?({_NAMES})[\"']?[ \t]*:(?=\s|$)|(?<![\w$\{{])({_NAMES})=", re.MULTILINE
)


def steering(request: Request, ground: Ground, waivers: str) -> Iterator[Finding]:
    """A finding for each changed file that says how to judge, and for each of them that is wrong on the head.

    `waivers` is the name of the waiver file.
    """
    head, wrong = head_config(request, ground)
    if wrong:
        yield wrong
    steers = _steers(request, ground, head, waivers)
    for file in ground.changed:
        same = ground.tip.identity(file.path) == ground.head.identity(file.path)
        if not same and (steers(file.path) or (file.old_path and steers(file.old_path))):
            message = f"`{file.path}` is {file.status} here; until that is merged the target's version holds"
            yield Finding(STEERING_CHANGED, STEERING_CHANGED.severity, message, file.path, _start(file.path))


def overridden(tree: Tree) -> Iterator[Finding]:
    """A finding for each line of a pipeline that sets a variable which names the target of a merge request."""
    for path in tree.paths:
        if reader_of(path) in _PIPELINES:
            file = Text(path, tree.read(path))
            for match in _SETS.finditer(file.text):
                group = 1 if match[1] else 2
                message = f"`{match[group]}` is set here, and the gate takes the target of a merge request from it"
                at = file.at(match.start(group), match.end(group))
                yield Finding(OVERRIDDEN_VARIABLE, OVERRIDDEN_VARIABLE.severity, message, match[group], at)


def head_config(request: Request, ground: Ground) -> tuple[Config, Finding | None]:
    """The configuration that would hold after the merge; the default one, and a finding, where it is wrong."""
    try:
        return configuration(request, ground.head).config, None
    except UsageError as error:
        at = error.at or _start(FILE_NAME)
        return Config(), Finding(MALFORMED_FILE, MALFORMED_FILE.severity, error.message, error.message, at)


def policy_folders(request: Request, ground: Ground, config: Config) -> Iterator[str]:
    """The folders and files of policies that lie in the checkout, from its root."""
    for folder in chain((ground.root / folder for folder in config.policies), request.policies):
        inside = inner_path(ground.root, folder)
        if inside is not None:
            yield inside


def _steers(request: Request, ground: Ground, head: Config, waivers: str) -> Callable[[str], bool]:
    given = inner_path(ground.root, request.config) if request.config else None
    files = {FILE_NAME, waivers, *([given] if given else [])}
    both = chain(policy_folders(request, ground, head), policy_folders(request, ground, ground.settings.config))
    folders = {"" if folder == "." else f"{folder}/" for folder in both}

    def steers(path: str) -> bool:
        return path in files or (path.endswith(".rego") and any(f"{path}/".startswith(folder) for folder in folders))

    return steers


def _start(path: str) -> At:
    start = Position(line=1, column=1)
    return At(path=path, start=start, end=start, origin="text")
