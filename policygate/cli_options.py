"""Flags that several commands take."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

Root = Annotated[Path, typer.Argument(metavar="PATH", help="The root of a checkout.", show_default="here")]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Use this file instead of PATH/policygate.yaml.")
]
PolicyOption = Annotated[
    list[Path] | None, typer.Option("--policy", metavar="FOLDER", help="Add the policies of a folder. Repeatable.")
]
RuleOption = Annotated[
    list[str] | None, typer.Option("--rule", metavar="ID", help="Decide only this rule, or all below it. Repeatable.")
]
SkipOption = Annotated[
    list[str] | None,
    typer.Option("--skip-rule", metavar="ID", help="Leave out this rule, or all below it. Repeatable."),
]
EnvironmentOption = Annotated[
    bool, typer.Option("--with-environment", help="Judge the Go variables of the calling environment too.")
]
MergedOption = Annotated[
    Path | None,
    typer.Option(
        "--gitlab-merged", metavar="FILE", help="Read this merged YAML, as GitLab prints it, for .gitlab-ci.yml."
    ),
]
NowOption = Annotated[
    datetime | None,
    typer.Option("--now", formats=["%Y-%m-%d"], metavar="DATE", help="Judge as of this day. [default: today, in UTC]"),
]
GraphOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--graph", metavar="FILE", help="What `go mod graph` printed: says which requirement brings what. Repeatable."
    ),
]
ModcacheOption = Annotated[
    Path | None,
    typer.Option("--modcache", metavar="DIR", help="Read the graph from a module cache, as GOMODCACHE names it."),
]


def today(now: datetime | None = None) -> str:
    """The date of the run, `YYYY-MM-DD`: the given one, else today in UTC."""
    return (now or datetime.now(UTC)).date().isoformat()
