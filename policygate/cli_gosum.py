"""The flags of `policygate gosum`."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer


def gosum(
    root: Annotated[Path, typer.Argument(metavar="PATH", help="The root of a checkout.", show_default="here")] = Path(),
    modcache: Annotated[
        Path, typer.Option("--modcache", metavar="DIR", help="A module cache, as `go env GOMODCACHE` names it.")
    ] = ...,  # type: ignore[assignment] # the way in which typer marks what must be given
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print it.")] = "text",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print failing lines only.")] = False,
) -> None:
    """Compare go.sum with a module cache: exit 0 same, 1 different, 2 wrong usage, 3 nothing could be compared."""
    from policygate.gosum import compare_sums  # noqa: PLC0415 - `--help` needs none of it
    from policygate.report.sums import render_json, render_text  # noqa: PLC0415

    comparison = compare_sums(root, modcache)
    sys.stdout.write(render_json(comparison) if form == "json" else render_text(comparison, quiet=quiet))
    raise typer.Exit(comparison.exit_code)
