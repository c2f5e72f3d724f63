"""Credentials where nobody expects them: in names, conditions, hashes and messages."""

from typing import Any

from policygate.facts.model import FileFacts
from policygate.location import At, Fact
from policygate.redact import redact_urls


def without_credentials(facts: FileFacts) -> FileFacts:
    """The facts with the user information of every URL blanked; readers blank values that may hold it by themselves."""
    blanked: FileFacts = _blanked(facts)
    return blanked


def _blanked(value: Any) -> Any:  # noqa: ANN401 - whatever a fact holds
    """The value itself where nothing changes."""
    if isinstance(value, str):
        return redact_urls(value)
    if isinstance(value, Fact) and not isinstance(value, At):
        changed = {name: new for name, old in vars(value).items() if (new := _blanked(old)) is not old}
        return value.model_copy(update=changed) if changed else value
    if isinstance(value, list):
        items = [_blanked(item) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    if isinstance(value, dict):
        entries = {_blanked(key): _blanked(item) for key, item in value.items()}
        return entries if entries != value else value
    return value
