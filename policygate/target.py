"""What a merge request is compared with: its target's tip, and the merge base (`git help merge-base`)."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from policygate.errors import CheckoutError
from policygate.findings import Compared
from policygate.repository import Repository

VARIABLES = ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "GITHUB_BASE_REF", "GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH")
"""The variables that say where a merge request goes."""

_REMOTE = "refs/remotes/origin/"


def target_of(environment: Mapping[str, str]) -> str:
    """The target branch that GitLab's or GitHub's variables name; empty in a pipeline that is of no merge request.

    https://docs.gitlab.com/ci/variables/predefined_variables/,
    https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    """
    branch = environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "") or environment.get("GITHUB_BASE_REF", "")
    if not branch and environment.get("GITHUB_EVENT_NAME") == "merge_group":
        branch = _queued(environment.get("GITHUB_EVENT_PATH", ""))
    return f"{_REMOTE}{branch}" if branch else ""


def _queued(event: str) -> str:
    """The branch that a merge queue merges into, from GitHub's description of the event."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        return str(json.loads(Path(event).read_bytes())["merge_group"]["base_ref"]).removeprefix("refs/heads/")
    raise CheckoutError("the event of the merge queue names no base", "give the target with `--base`")


def compare_with(repository: Repository, target: str, *, everything: bool = False) -> Compared:
    """The commits to compare.

    Raises:
        CheckoutError: a commit is not here, or there is no merge base; the hint is the command that mends it.
    """
    head = repository.commit("HEAD")
    if not head:
        raise CheckoutError("there is no commit to judge yet", "commit, or check without `--base`")
    tip = repository.commit(target)
    if not tip:
        raise CheckoutError(f"`{target}` is no commit of this clone", f"run `{_fetch(repository, target)}`")
    bases = repository.merge_bases(head, tip)
    if not bases and repository.is_shallow:
        message = f"this shallow clone does not reach the merge base of HEAD and `{target}`"
        raise CheckoutError(message, f"run `{_fetch(repository, target)}`")
    if not bases:
        hint = f"run `git merge --allow-unrelated-histories {target}`, or give another `--base`"
        raise CheckoutError(f"HEAD and `{target}` have no common history", hint)
    return Compared(target.removeprefix("refs/remotes/"), tip, bases[0], head, everything)


def _fetch(repository: Repository, target: str) -> str:
    """The command that brings the target and its history."""
    branch = target.removeprefix(_REMOTE).removeprefix("origin/")
    unshallow = "--unshallow " if repository.is_shallow else ""
    return f"git fetch --no-tags {unshallow}origin +refs/heads/{branch}:{_REMOTE}{branch}"
