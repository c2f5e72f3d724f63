"""What is true of a checkout: one reader a file format, one linker a fact that needs more than one file."""

from policygate.facts.model import Facts, FileFacts

READERS: dict[str, tuple[str, ...]] = {
    "go_mod": ("go.mod",),
    "go_sum": ("go.sum", "go.work.sum"),
    "vendor": ("vendor/modules.txt",),
    "gitlab_ci": (".gitlab-ci.yml", "*.gitlab-ci.yml"),
    "github_workflow": (".github/workflows/*.yml", ".github/workflows/*.yaml"),
    "dockerfile": ("Dockerfile", "Dockerfile.*", "*.Dockerfile", "*.dockerfile", "Containerfile", "Containerfile.*"),
    "makefile": ("Makefile", "makefile", "GNUmakefile", "*.mk"),
    "shell": ("*.sh", "*.bash", ".envrc"),
    "env_file": (".env", ".env.*", "*.env"),
    "go_env": ("go.env", "go/env"),
}
"""Reader name, which is its module in `facts.read`, to the paths that it reads: a name, or the last parts of a path."""

LINKERS: tuple[str, ...] = ("go_modules", "go_contexts", "go_exposures")
"""Linker names in the order they run; each is a module in `facts.link`."""

__all__ = ["LINKERS", "READERS", "Facts", "FileFacts"]
