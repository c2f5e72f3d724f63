"""What a download asks for and what becomes of it: the values of `policygate route`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from policygate.facts.model import Pattern, ProxyEntry, SumdbSetting
from policygate.location import At

Outcome = Literal["found", "not_found", "failed", "off", "hangs", "unknown"]
Then = Literal["use", "next", "stop", "wait", "unknown"]
Through = Literal["proxy", "sumdb", "direct", "vanity"]


@dataclass(frozen=True)
class Download:
    """One `go mod download MODULE@VERSION` with the settings that it runs under."""

    module: str
    version: str
    """Empty when the version is not known yet, as in a query for the latest one."""
    chain: Sequence[ProxyEntry]
    """GOPROXY."""
    no_proxy: Sequence[Pattern]
    """GONOPROXY, which is GOPRIVATE when nothing sets it."""
    sumdb: SumdbSetting
    no_sumdb: Sequence[Pattern]
    """GONOSUMDB, which is GOPRIVATE when nothing sets it."""
    mod_summed: bool = False
    """Whether go.sum has the line of the go.mod file."""
    zip_summed: bool = False
    """Whether go.sum has the line of the module itself."""

    @property
    def what(self) -> str:
        """What is asked for, as the go command writes it."""
        return f"{self.module}@{self.version}" if self.version else self.module


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
