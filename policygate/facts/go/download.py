"""One download and the settings that it runs under."""

from collections.abc import Sequence
from dataclasses import dataclass

from policygate.facts.model import Pattern, ProxyEntry, SumdbSetting


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
