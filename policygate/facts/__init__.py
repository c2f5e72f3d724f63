"""What is true of a checkout: one reader a file format, one linker a fact that needs more than one file."""

from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

from policygate.facts.files import NO_FILES, Files
from policygate.facts.model import FileFacts, Go, Network
from policygate.facts.secrecy import without_credentials
from policygate.facts.unread import unread

if TYPE_CHECKING:
    from policygate.facts.own import Surroundings

Half = TypeVar("Half", Go, Network)

READERS: dict[str, tuple[str, ...]] = {
    "go_mod": ("go.mod",),
    "go_work": ("go.work",),
    "go_sum": ("go.sum", "go.work.sum"),
    "vendor": ("vendor/modules.txt",),
    "gitlab_ci": (".gitlab-ci.yml", "*.gitlab-ci.yml"),
    "github_workflow": (".github/workflows/*.yml", ".github/workflows/*.yaml"),
    "dockerfile": ("Dockerfile", "Dockerfile.*", "*.Dockerfile", "*.dockerfile", "Containerfile", "Containerfile.*"),
    "compose": (
        *("compose.yml", "compose.yaml", "compose.*.yml", "compose.*.yaml"),
        *("docker-compose*.yml", "docker-compose*.yaml"),
    ),
    "devcontainer": ("devcontainer.json", ".devcontainer.json"),
    "makefile": ("Makefile", "makefile", "GNUmakefile", "*.mk"),
    "shell": ("*.sh", "*.bash", ".envrc"),
    "env_file": (".env", ".env.*", "*.env"),
    "go_env": ("go.env", "go/env"),
    "service_file": ("service.json", "*.service.json", "services/*.json", "*/services/*.json", "service-*.json"),
    "app_config": (
        *("*.properties", "*.ini", "application*.toml", "config*.toml", "settings*.toml"),
        *("appsettings*.json", "config*.json", "settings*.json"),
        *(
            f"{start}{folder}/*.{end}"
            for start in ("", "*/")
            for folder in ("config", "conf")
            for end in ("toml", "json")
        ),
    ),
    "nginx": (
        *("nginx*.conf", "*.nginx", "*.nginx.conf", "default.conf", "*.conf.template"),
        *(f"{start}{folder}" for start in ("", "*/") for folder in ("nginx/*.conf", "conf.d/*.conf", "sites-*/*")),
    ),
    "manifest": ("*.yaml", "*.yml"),
}
"""Reader name, which is its module in `facts.read`, to the paths that it reads: a name, or the last parts of a path."""

SNIFFING = frozenset({"app_config", "manifest", "nginx", "service_file"})
"""The readers of names that other programs use too: such a file counts only if it says something."""

FOLLOWING = frozenset({"compose", "devcontainer", "dockerfile", "github_workflow", "gitlab_ci", "nginx"})
"""The readers of formats that refer to other files: their `read` takes these too."""

LINKERS: dict[str, tuple[str, ...]] = {
    "go": (
        "go_works",
        "go_vendors",
        "go_modules",
        "go_graph",
        "go_sums",
        "go_contexts",
        "go_exposures",
        "go_work_flags",
    ),
    "network": ("endpoints", "nginx_sites", "kubernetes", "edges"),
}
"""By half of the facts the linker names in the order they run; each is a module in `facts.link`."""


NETWORK = ("endpoints", "services", "edges", "aliases", "exceptions", "host_networks", "kubernetes", "nginx")
"""What files say of the network; where nothing is said, and nothing stated, its linkers are not even imported."""


def reader_of(path: str) -> str:
    """The name of the reader for a path; empty when none reads it."""
    name = path.rpartition("/")[2]
    exact, globs = _patterns()
    for pattern, reader in exact.get(name, ()):
        if path == pattern or path.endswith(f"/{pattern}"):
            return reader
    return next((reader for pattern, reader in globs if fnmatchcase(path if "/" in pattern else name, pattern)), "")


def run_reader(reader: str, path: str, data: bytes, files: Files = NO_FILES) -> FileFacts:
    """What one file says, with the files that it takes in. Readers are imported when their first file turns up."""
    others = (files,) if reader in FOLLOWING else ()
    facts: FileFacts = import_module(f"policygate.facts.read.{reader}").read(path, data, *others)
    hidden = unread(reader, path, data, files, facts) if facts.problems else []
    facts = facts.model_copy(update={"secrets": [*facts.secrets, *hidden]}) if hidden else facts
    return without_credentials(facts) if others or b"@" in data else facts


def run_linker(linker: str, files: FileFacts, surroundings: "Surroundings", half: Half) -> Half:
    """One half of the facts with those of one of its linkers added."""
    if linker in LINKERS["network"] and not (surroundings.network.exists or any(getattr(files, n) for n in NETWORK)):
        return half
    linked: Half = import_module(f"policygate.facts.link.{linker}").link(files, surroundings, half)
    return linked


@cache
def _patterns() -> tuple[dict[str, list[tuple[str, str]]], list[tuple[str, str]]]:
    """The patterns of READERS: those without wildcards by their last part, then the others."""
    exact: dict[str, list[tuple[str, str]]] = {}
    globs = []
    for reader, patterns in READERS.items():
        for pattern in patterns:
            if "*" in pattern:
                globs.append((pattern, reader))
            else:
                exact.setdefault(pattern.rpartition("/")[2], []).append((pattern, reader))
    return exact, globs
