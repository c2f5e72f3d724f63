"""What is asked of the gate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from policygate.engine import EngineChoice, OpaServer
from policygate.findings import Severity


@dataclass(frozen=True)
class Request:
    """What is asked of a check."""

    root: Path
    today: str
    """`YYYY-MM-DD`."""
    config: Path | None = None
    """A configuration elsewhere; else `policygate.yaml` at the root, if there is one."""
    policies: Sequence[Path] = ()
    only: Sequence[str] = ()
    """Rule ids, or the packages above them such as `goproxy`; empty for all."""
    skip: Sequence[str] = ()
    engine: EngineChoice = "auto"
    opa: OpaServer | None = None
    fail_on: Severity | None = None
    environment: Mapping[str, str] | None = None
    """The caller's environment, when it is to be judged too."""
    gitlab_merged: Path | None = None
    """The merged YAML that GitLab prints, in the place of `.gitlab-ci.yml`."""
    graphs: Sequence[Path] = ()
    """What `go mod graph` printed, of one module or of several."""
    modcache: Path | None = None
    """A module cache, which holds the graph of every module that was built with it."""
    timeout_s: float = 60.0
    target: str = ""
    """The revision that a merge request goes to; empty to judge the work tree as a whole."""
    guessed: bool = False
    """Whether the CI's variables named the target, which whoever edits the pipeline may set."""
    everything: bool = False
    """Whether what the target has already is judged too."""
    trust_head: bool = False
    """Whether configuration, policies, waivers and ignores are those of what is judged."""
    ignores: bool = True
    """Whether inline ignores are honoured."""
