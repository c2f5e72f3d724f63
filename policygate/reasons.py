"""Why a finding is one, and why it counts or does not: the values that `policygate why` shows."""

from dataclasses import dataclass
from typing import Literal

from policygate.findings import Finding
from policygate.location import At


@dataclass(frozen=True)
class Source:
    """The setting that a fact is a part of, and what it hangs on."""

    scope: str
    confidence: str
    """In words."""
    condition: str
    """What must hold for it to apply; empty when it always does."""


@dataclass(frozen=True)
class Matched:
    """A fact that stands where the finding does."""

    part: str
    """Where the Rego input holds it, such as `go.contexts[].settings.GOPROXY[]`."""
    fields: tuple[tuple[str, str], ...]
    """What tells it from others: names and values."""
    at: At
    contexts: tuple[str, ...] = ()
    """The ids of the contexts that hold it."""
    source: Source | None = None
    """None for what is no setting."""


@dataclass(frozen=True)
class Chosen:
    """A parameter of the rule."""

    name: str
    value: object
    at: At | None
    """Where it is set; None for the rule's default."""


@dataclass(frozen=True)
class Considered:
    """A waiver or an inline ignore that might excuse the finding."""

    kind: Literal["waiver", "ignore"]
    at: At
    says: str
    """Its scope, last day, owner and reason, or what it is when that is not known."""
    applies: Literal["yes", "later", "no"]
    """`later`: once it is merged."""
    why: str
    """Why it excuses the finding, or why not."""


@dataclass(frozen=True)
class Reasons:
    """All that there is to say of a finding."""

    finding: Finding
    equals: int
    """How many findings have this fingerprint, itself included."""
    facts: tuple[Matched, ...]
    more_facts: int
    """How many others match that are not listed."""
    parameters: tuple[Chosen, ...]
    severity: str
    """Why it has this severity."""
    severity_at: At | None
    change: str
    """What the base had there; empty outside merge-request mode."""
    exceptions: tuple[Considered, ...]
    """Those that name its rule; the ones that apply come first, then those that come close."""
    counts: bool
    """Whether it can fail the check."""
    verdict: str
    """Why it counts, or does not."""
