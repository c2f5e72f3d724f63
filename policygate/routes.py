"""How a module is fetched, step by step: the values of `policygate route`."""

from dataclasses import dataclass
from typing import Literal

from policygate.location import At

Outcome = Literal["found", "not_found", "failed", "off", "hangs", "unknown"]
Then = Literal["use", "next", "stop", "wait", "unknown"]
Through = Literal["proxy", "sumdb", "direct", "vanity"]


@dataclass(frozen=True)
class Step:
    """One party that is asked, and what that leads to."""

    entry: str
    """The element of GOPROXY, credentials blanked; for a lookup the database or its address."""
    requests: tuple[str, ...]
    """What it is asked for; requests that go the same way share their steps."""
    answer: str
    """As given, `200` where none was given; empty when it is not asked."""
    then: Then
    why: str
    at: At


@dataclass(frozen=True)
class Learner:
    """A party that sees a request with the path of the module."""

    party: str
    """Its host; `default` for Go's own default; empty for a repository host that only the vanity lookup names."""
    through: Through
    what: str
    """What it sees: the path, with the version where the request has it."""
    why: str
    at: At
    """The setting responsible."""


@dataclass(frozen=True)
class Checksums:
    """How the checksum database takes part."""

    used: bool
    """Whether the go command sets out to ask it."""
    name: str
    """The name of the database; `default` for Go's own default; empty when there is none or it is not known."""
    through: str | None
    """The host that lookups go to: a proxy, the host of an explicit URL, or `direct`; None when none are sent."""
    why: str
    at: At


@dataclass(frozen=True)
class Route:
    """The walk of one download."""

    outcome: Outcome
    served_by: str | None
    """The host of the proxy that serves the module, the text of a `file` element, or `direct`."""
    asked: tuple[str, ...]
    """Who is asked for the module, in the order first asked, named as in `served_by`."""
    steps: tuple[Step, ...]
    learns: tuple[Learner, ...]
    sumdb: Checksums


@dataclass(frozen=True)
class InForce:
    """A setting that the walk stands on."""

    name: str
    value: str
    scope: str
    """The part of the file that declares it."""
    at: At


@dataclass(frozen=True)
class Answer:
    """How a module is fetched in a context, or with given settings."""

    module: str
    version: str
    """Empty when the latest is asked for."""
    context: str
    """Id of the context; empty when only given settings were asked about."""
    settings: tuple[InForce, ...]
    """Sorted by name."""
    replaced_by: str
    """The path or the directory that go.mod puts in the place of the module; empty when nothing does."""
    route: Route
