"""What belongs to the organisation: stated in `policygate.yaml`, or guessed from the checkout."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from policygate.facts.go.graph import Graph
from policygate.facts.model import FileFacts, Own, PlaceKind, Role
from policygate.facts.net.stated import Stated
from policygate.location import At

FORGES = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gitee.com", "sr.ht", "git.sr.ht"})
"""Hosts that owners share: there the owner is part of the prefix, and nothing is private unless somebody says so."""

FAMILIES: Mapping[PlaceKind, str] = {
    "gitlab_job": "gitlab",
    "github_job": "github",
    "dockerfile_stage": "dockerfile",
    "compose_service": "compose",
    "devcontainer": "shell",
    "makefile": "make",
    "shell": "shell",
    "env_file": "shell",
    "go_env_file": "shell",
    "environment": "shell",
}
"""The name under `outer` in `policygate.yaml` for each kind of place."""


@dataclass(frozen=True)
class OuterValue:
    """A variable that is set outside the repository, and where `policygate.yaml` declares it."""

    value: str
    at: At


@dataclass(frozen=True)
class Surroundings:
    """What linkers must know that no file says. A family that is not declared is absent from `outer`."""

    own: Own
    outer: Mapping[str, Mapping[str, OuterValue]] = field(default_factory=dict)
    entries: frozenset[str] = frozenset()
    """All that git tracks, whether it was read or not; the folders of submodules end in `/`."""
    graph: Graph | None = None
    """A saved module graph, of one main module or of several."""
    cached_go_mod: Callable[[str, str], bytes | None] | None = None
    """The go.mod of a module's version in a module cache; None when it is not there."""
    network: Stated = field(default_factory=Stated)
    """What `policygate.yaml` says of the network."""


def state_own(*, modules: list[str], public: list[str], proxies: list[str], sumdbs: list[str]) -> Own:
    """What `policygate.yaml` says: own modules are private but for the public ones."""
    return Own(modules=modules, private=modules, public=public, proxies=proxies, sumdbs=sumdbs, stated=True)


def guess_own(files: FileFacts) -> Own:
    """What the checkout suggests: prefixes from go.mod, privacy from GOPRIVATE, proxies from the module's domain.

    A module on a host of its own is taken for private, with a proxy anywhere in the same domain; one on a shared forge
    is not, unless a GOPRIVATE of the checkout covers it.
    """
    prefixes = sorted({prefix for module in files.modules if (prefix := _prefix(module.path))})
    patterns = {
        prefix
        for place in files.places
        for assignment in place.assignments
        if assignment.name == "GOPRIVATE" and not assignment.dynamic
        for pattern in assignment.value.split(",")
        if (prefix := _literal(pattern))
    }
    private = sorted(patterns | {prefix for prefix in prefixes if prefix.partition("/")[0] not in FORGES})
    domains = sorted({_domain(host) for prefix in private if (host := prefix.partition("/")[0]) not in FORGES})
    return Own(
        modules=sorted({*prefixes, *private}), private=private, public=[], proxies=domains, sumdbs=[], stated=False
    )


def role_of(entries: Iterable[str], *, domains: bool) -> Callable[[str], Role]:
    """A function from `host[:port][/path]` to its role, by the organisation's own hosts.

    An entry is a host, with a path where only a part of the host is own; with `domains` its subdomains count too.
    """
    own = [entry.lower().rstrip("/") for entry in entries]

    def role(address: str) -> Role:
        host, _, path = address.lower().partition("/")
        bare = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        for entry in own:
            entry_host, _, entry_path = entry.partition("/")
            same = entry_host in (host, bare) or (domains and bare.endswith(f".{entry_host}"))
            if same and (not entry_path or f"{path}/".startswith(f"{entry_path}/")):
                return "own"
        return "outside"

    return role


def is_private(path: str, own: Own) -> bool:
    """Whether nobody outside may learn a module path."""
    private = max((len(prefix) for prefix in own.private if _is_under(path, prefix)), default=-1)
    public = max((len(prefix) for prefix in own.public if _is_under(path, prefix)), default=-1)
    return private > public


def _is_under(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")


def _prefix(module_path: str) -> str:
    """`git.acme.example` for `git.acme.example/a/b`, `github.com/acme` on a shared forge; empty if unfetchable."""
    host, _, rest = module_path.partition("/")
    if "." not in host:
        return ""
    owner = rest.partition("/")[0]
    return f"{host}/{owner}" if host in FORGES and owner else host


def _literal(pattern: str) -> str:
    """The prefix that a pattern without real wildcards stands for; empty for others."""
    prefix = pattern.removesuffix("/*").removesuffix("/")
    return prefix if "." in prefix and not set(prefix) & set("*?[\\ :@") else ""


def _domain(host: str) -> str:
    """`acme.example` for `git.acme.example`; a host of two labels is its own domain."""
    labels = host.split(".")
    return host if len(labels) < 3 else ".".join(labels[1:])
