"""What `policygate init` writes: a commented `policygate.yaml` fitted to a checkout, and the lines of a pipeline."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from policygate.facts.model import Facts
from policygate.facts.own import FAMILIES
from policygate.tree import DEFAULT_EXCLUDE

_OUTSIDE = {
    "gitlab": "group, project and instance variables of GitLab, which override `variables:` of the file",
    "github": "the runner's environment",
    "dockerfile": "the environment of the base images",
    "compose": "the environment that compose is called in, and that of the images of its services",
    "make": "the environment that make is called in",
    "shell": "the environment that scripts and developers' shells start with",
}

PIPELINES = {"gitlab": ".gitlab-ci.yml", "github": ".github/workflows/policygate.yml"}
"""The file in which each kind of pipeline runs the gate."""

_MOST_HOSTS = 8

_TEMPLATES = {"gitlab": "gitlab/example.gitlab-ci.yml", "github": "github/workflow.yml"}


def render_pipeline(ci: Literal["gitlab", "github"]) -> str:
    """The lines of a pipeline that run the gate: the example of `ci-templates/`, which the wheel holds too."""
    package = Path(__file__).parent
    inside = package / "ci-templates"
    folder = inside if inside.is_dir() else package.parent / "ci-templates"
    return (folder / _TEMPLATES[ci]).read_text(encoding="utf-8")


def render_config(facts: Facts) -> str:
    """The text of the file; it parses, and says only what the checkout suggests."""
    own = facts.config.own
    return "\n".join(
        [
            "# What policygate cannot see in the checkout itself. Every key is optional.",
            "version: 1",
            "",
            "# What belongs to your organisation. These lines were guessed: correct them.",
            "own:",
            "  # Module path prefixes, without wildcards. Nobody outside may learn a path below them.",
            f"  modules: {_flow(own.modules)}",
            "  # Prefixes among them that everybody may know.",
            f"  public: {_flow(sorted(set(own.modules) - set(own.private)))}",
            "  # Hosts of your module proxies, with a path where only a part of the host is yours.",
            f"  proxies: {_flow(_own_proxies(facts))}",
            "",
            "# What is set outside the repository, by kind of place. A kind that is not listed is unknown: findings",
            "# that rest on it are notes. `{}` says that nothing is set; `{GOPRIVATE: git.acme.example}` says what is.",
            "# outer:",
            *_families(facts),
            "",
            *_network(facts),
            "",
            "# The least severity that fails a check: error, warning or note.",
            "fail_on: error",
            "",
            "# Severity (error, warning, note, off) and parameters of single rules; `policygate rules` lists them.",
            "# rules:",
            "#   goproxy.plain_http: {severity: error}",
            "",
            "# Paths that are not read; `*` also matches `/`. This is the default:",
            *(
                f"{'# exclude: [' if index == 0 else '#   '}{glob}"
                for index, glob in enumerate(_quoted(DEFAULT_EXCLUDE))
            ),
            "",
            "# Folders of your own policies, from the root of the checkout.",
            "# policies: [policies]",
            "",
        ]
    )


def _families(facts: Facts) -> Iterable[str]:
    found = {FAMILIES[context.kind] for context in facts.go.contexts}
    for family, meaning in _OUTSIDE.items():
        if family in found:
            yield f"#   {family}: {{}}  # {meaning}"


def _network(facts: Facts) -> Iterable[str]:
    """The form of the section `network`, with the hosts that the checkout talks to."""
    seen = sorted(
        {h.name for e in facts.network.endpoints for h in e.hosts if h.host_class in {"internal", "external"}}
    )
    shown = [host for host in seen if host.replace(".", "").replace("-", "").isalnum()][:_MOST_HOSTS]
    yield "# Which hosts are production and whose they are; rules on the network say little without it."
    if shown:
        yield f"# Endpoints of this checkout: {', '.join(shown)}"
    yield from (
        "# network:",
        "#   service: orders  # what this repository is, if it is one service",
        "#   environments:",
        "#     production:",
        "#       protected: true  # its datastores are for their owners only",
        "#       hosts: ['*.prod.acme.example', 10.20.0.0/16]",
        "#       paths: [deploy/prod]  # the files that deploy to it",
        "#   datastores:",
        "#     orders-db:",
        "#       {hosts: [orders-db.prod.acme.example], owners: [orders], poolers: [pool.prod.acme.example]}",
        "#   egress: ['*.stripe.example']  # the hosts outside that may be called",
    )


def _own_proxies(facts: Facts) -> list[str]:
    """The hosts of own role in the GOPROXY values of the checkout."""
    entries = (entry for setting in facts.go.settings.GOPROXY for entry in setting.chain)
    return sorted({entry.host for entry in entries if entry.role == "own" and entry.host})


def _flow(items: Sequence[str]) -> str:
    return f"[{', '.join(_quote(item) for item in items)}]"


def _quote(item: str) -> str:
    plain = all(char.isalnum() or char in "./-_" for char in item) and item[:1].isalpha()
    return item if plain else "'" + item.replace("'", "''") + "'"


def _quoted(globs: Sequence[str]) -> list[str]:
    last = len(globs) - 1
    return [f'"{glob}"{"]" if index == last else ","}' for index, glob in enumerate(globs)]
