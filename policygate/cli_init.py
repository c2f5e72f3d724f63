"""The flags of `policygate init`."""

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from policygate.cli_options import Root, today
from policygate.output import write_file


def init(
    root: Root = Path(),
    stdout: Annotated[bool, typer.Option("--stdout", help="Print the file instead of writing it.")] = False,
    ci: Annotated[
        Literal["gitlab", "github"] | None,
        typer.Option(help="Write the pipeline's lines that run the gate instead; print them if there is a pipeline."),
    ] = None,
) -> None:
    """Write a commented policygate.yaml that fits what is found in the checkout."""
    from policygate.errors import UsageError  # noqa: PLC0415 - `--help` needs none of it

    if ci is not None:
        _pipeline(root, ci, stdout=stdout)
        return
    from policygate.config import FILE_NAME  # noqa: PLC0415
    from policygate.gate import facts_of  # noqa: PLC0415
    from policygate.request import Request  # noqa: PLC0415
    from policygate.scaffold import render_config  # noqa: PLC0415

    target = root / FILE_NAME
    if not stdout and os.path.lexists(target):
        raise UsageError(f"{target}: is already there", "`policygate init --stdout` prints what would be written")
    text = render_config(facts_of(Request(root=root, today=today(), config=Path(os.devnull))))
    if stdout:
        typer.echo(text, nl=False)
        return
    write_file(target, text, root)
    typer.echo(f"wrote {target}", err=True)


def _pipeline(root: Path, ci: Literal["gitlab", "github"], *, stdout: bool) -> None:
    """The lines for a pipeline: in a file of their own if there is none of that name yet, else on stdout."""
    from policygate.scaffold import PIPELINES, render_pipeline  # noqa: PLC0415

    target, text = root / PIPELINES[ci], render_pipeline(ci)
    if stdout or os.path.lexists(target):
        if not stdout:
            typer.echo(f"{target}: is already there; it needs these lines:", err=True)
        typer.echo(text, nl=False)
        return
    write_file(target, text, root, parents=True)
    typer.echo(f"wrote {target}; its first lines say what to fill in", err=True)
