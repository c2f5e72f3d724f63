"""Flags that several commands take."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from policygate.errors import UsageError

FINGERPRINT = re.compile(r"[0-9a-f]{6,32}")
"""The beginning of a fingerprint that names a finding."""

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
BaseOption = Annotated[
    str | None,
    typer.Option(
        "--base",
        metavar="REVISION",
        help="Judge what HEAD changes since it left this one. [default: in CI the target of the merge request]",
    ),
]
AllOption = Annotated[bool, typer.Option("--all", help="With --base: judge what the base has already, too.")]
TrustHeadOption = Annotated[
    bool, typer.Option("--trust-head", help="With --base: configuration, policies and waivers are those of HEAD.")
]
NoIgnoresOption = Annotated[bool, typer.Option("--no-ignores", help="Do not honour ignores in comments.")]
FormOption = Annotated[Literal["text", "json"], typer.Option("--format", help="How to print it.")]
ColorOption = Annotated[Literal["auto", "always", "never"], typer.Option(help="Whether text is coloured.")]


def today(now: datetime | None = None) -> str:
    """The date of the run, `YYYY-MM-DD`: the given one, else today in UTC."""
    return (now or datetime.now(UTC)).date().isoformat()


def ensure_fingerprint(text: str) -> None:
    """Refuse what cannot begin a fingerprint.

    Raises:
        UsageError: it has fewer than six digits, or others.
    """
    if not FINGERPRINT.fullmatch(text):
        raise UsageError(f"`{text}` is no beginning of a fingerprint", "six or more of its hexadecimal digits")
