"""The rules that the gate itself decides, because no policy can see what they are about."""

from collections.abc import Iterable

from policygate.facts.model import Problem
from policygate.findings import Finding, Link, Rule
from policygate.location import At, Position
from policygate.tree import Link as FileLink

MALFORMED_FILE = Rule(
    id="gate.malformed_file",
    title="A file cannot be understood",
    description=(
        "A part of this file is not what its own tool accepts, so what it says there is unknown and no rule has seen "
        "it. The tool itself will most likely refuse the file as well."
    ),
    severity="error",
    fix="Correct the file at this place, or list it under `exclude` in `policygate.yaml` if the tool never sees it.",
    links=(Link("https://go.dev/ref/mod", "Go Modules Reference"),),
    profiles=("baseline",),
)

LEAVING_LINK = Rule(
    id="gate.leaving_link",
    title="A link leads out of the checkout",
    description=(
        "This file is a symbolic link to something that is not a file of the checkout. What it says depends on the "
        "machine, so it was not read and no rule has seen it."
    ),
    severity="error",
    fix="Commit the file itself, or link to a file inside the checkout.",
    profiles=("baseline",),
)

STEERING_CHANGED = Rule(
    id="gate.steering_changed",
    title="A merge request changes what it is judged by",
    description=(
        "This file says how the gate judges. The merge request is judged by the version of its target branch, so that "
        "nobody can excuse himself; the new version holds from the merge on. It fails no check, else no waiver could "
        "ever be merged."
    ),
    severity="warning",
    fix="Have its owners approve it, for example with an entry in CODEOWNERS.",
    profiles=("baseline",),
    blocks=False,
)

OVERRIDDEN_VARIABLE = Rule(
    id="gate.overridden_variable",
    title="A pipeline sets what tells the gate its target",
    description=(
        "In a merge request the gate compares with the target branch that the CI system names in this variable. A "
        "pipeline that sets it chooses what it is compared with, and could hide anything as already there."
    ),
    severity="error",
    fix="Remove the line, or give the gate its target with `--base` where the author cannot change it.",
    profiles=("baseline",),
)

MALFORMED_WAIVER = Rule(
    id="gate.malformed_waiver",
    title="A waiver or an inline ignore is not in order",
    description=(
        "This exception lacks something, names a rule that does not exist or that allows none, or lasts too long. It "
        "excuses nothing, so that no mistake in it can."
    ),
    severity="error",
    fix="Correct it, or remove it; `policygate waive` writes waivers that are in order.",
    profiles=("baseline",),
)

UNUSED_WAIVER = Rule(
    id="gate.unused_waiver",
    title="A waiver matches nothing",
    description=(
        "No finding is left that this waiver is about. It would silently cover the next one of its kind, which nobody "
        "has looked at."
    ),
    severity="warning",
    fix="Remove it; `policygate waivers --prune` removes all such.",
    profiles=("baseline",),
)

UNUSED_IGNORE = Rule(
    id="gate.unused_ignore",
    title="An inline ignore matches nothing",
    description="The rule that this comment names finds nothing in the line that the comment covers.",
    severity="note",
    fix="Remove the comment.",
    profiles=("baseline",),
)

EXPIRED_WAIVER = Rule(
    id="gate.expired_waiver",
    title="A waiver or an inline ignore has ended",
    description="Its last day is over, so it excuses nothing any more.",
    severity="warning",
    fix="Mend what it was about and remove it, or have it extended with a new date by whoever answers for it.",
    profiles=("baseline",),
)

EXPIRING_WAIVER = Rule(
    id="gate.expiring_waiver",
    title="A waiver or an inline ignore ends soon",
    description="From the day after its last one on, what it excuses fails the check again.",
    severity="note",
    fix="Mend what it is about in time, or have it extended with a new date by whoever answers for it.",
    profiles=("baseline",),
)

ADDED_WAIVER = Rule(
    id="gate.added_waiver",
    title="A merge request adds an exception",
    description=(
        "This waiver or inline ignore is not on the target branch yet. It excuses nothing in this merge request, and "
        "holds from the merge on. It fails no check, else no exception could ever be merged."
    ),
    severity="warning",
    fix="Have the owners of the waiver file, or of this one, approve it, for example with an entry in CODEOWNERS.",
    profiles=("baseline",),
    blocks=False,
)

_EXCEPTIONS = (ADDED_WAIVER, EXPIRED_WAIVER, EXPIRING_WAIVER, MALFORMED_WAIVER, UNUSED_IGNORE, UNUSED_WAIVER)
UNWAIVABLE = frozenset(rule.id for rule in _EXCEPTIONS)
"""Rules about exceptions, from which there is none."""

RULES: dict[str, Rule] = {
    rule.id: rule for rule in (*_EXCEPTIONS, LEAVING_LINK, MALFORMED_FILE, OVERRIDDEN_VARIABLE, STEERING_CHANGED)
}


def malformed(problems: Iterable[Problem]) -> Iterable[Finding]:
    """A finding for each part of a file that its reader could not understand."""
    for problem in problems:
        yield Finding(MALFORMED_FILE, MALFORMED_FILE.severity, problem.message, problem.message, problem.at)


def leaving(links: Iterable[FileLink]) -> Iterable[Finding]:
    """A finding for each link that was not followed."""
    for link in links:
        start = Position(line=1, column=1)
        at = At(path=link.path, start=start, end=start, origin="absent")
        message = f"`{link.path}` is a link to `{link.target}`, which is no file of this checkout"
        yield Finding(LEAVING_LINK, LEAVING_LINK.severity, message, link.target, at)
