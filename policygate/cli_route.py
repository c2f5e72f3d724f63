"""The flags of `policygate route`."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from policygate.errors import UsageError
from policygate.output import is_colored, stream_width


def route(  # noqa: PLR0913, PLR0917 - one parameter a flag
    module: Annotated[str, typer.Argument(metavar="MODULE[@VERSION]", help="The path of a module.")],
    root: Annotated[Path, typer.Argument(metavar="PATH", help="The root of a checkout.", show_default="here")] = Path(),
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="Use this file instead of PATH/policygate.yaml.")
    ] = None,
    context: Annotated[
        str, typer.Option("--context", metavar="ID", help="The job, stage, makefile or script that runs go.")
    ] = "",
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Use this setting. Without --context no checkout is read."),
    ] = None,
    answers: Annotated[
        list[str] | None,
        typer.Option(
            "--answers",
            metavar="HOST=ANSWER,...",
            help="Play a scenario: an HTTP status, refused, reset, html or stall. Who has no answer has the module.",
        ),
    ] = None,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print it.")] = "text",
    color: Annotated[Literal["auto", "always", "never"], typer.Option(help="Whether text is coloured.")] = "auto",
) -> None:
    """Tell how go fetches a module: who is asked, what leads on, who learns its name, who vouches for it."""
    from policygate.facts.go.scenario import parse_answers  # noqa: PLC0415 - `--help` needs none of it
    from policygate.report.walk import render_json, render_text  # noqa: PLC0415
    from policygate.request import Request  # noqa: PLC0415
    from policygate.route import Question, answer  # noqa: PLC0415

    path, _, version = module.partition("@")
    question = Question(
        module=path,
        version=version,
        context=context,
        settings=dict(_pair(setting) for setting in given or ()),
        answers={host: said for text in answers or () for host, said in parse_answers(text).items()},
    )
    told = answer(question, Request(root=root, today=datetime.now(UTC).date().isoformat(), config=config))
    if form == "json":
        sys.stdout.write(render_json(told))
    else:
        sys.stdout.write(render_text(told, width=stream_width(), color=is_colored(color)))


def _pair(setting: str) -> tuple[str, str]:
    name, equals, value = setting.partition("=")
    if not equals:
        raise UsageError(f"`{setting}` is no setting", "write --set NAME=VALUE")
    return name, value
