"""The flags of `policygate why`."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from policygate.cli_options import (
    AllOption,
    BaseOption,
    ColorOption,
    ConfigOption,
    EnvironmentOption,
    FormOption,
    MergedOption,
    NoIgnoresOption,
    NowOption,
    PolicyOption,
    Root,
    TrustHeadOption,
    ensure_fingerprint,
    today,
)
from policygate.output import Progress, is_colored, stream_width


def why(  # noqa: PLR0913, PLR0917 - one parameter a flag
    finding: Annotated[
        str, typer.Argument(metavar="FINDING", help="Six or more digits that begin the finding's fingerprint.")
    ],
    root: Root = Path(),
    config: ConfigOption = None,
    policy: PolicyOption = None,
    base: BaseOption = None,
    everything: AllOption = False,
    trust_head: TrustHeadOption = False,
    now: NowOption = None,
    no_ignores: NoIgnoresOption = False,
    with_environment: EnvironmentOption = False,
    gitlab_merged: MergedOption = None,
    form: FormOption = "text",
    color: ColorOption = "auto",
) -> None:
    """Tell why a finding is one: facts, settings, parameters, waivers. Give it the flags that the check had."""
    from policygate.report.why import render_json, render_text  # noqa: PLC0415 - `--help` needs none of it
    from policygate.request import Request  # noqa: PLC0415
    from policygate.target import target_of  # noqa: PLC0415
    from policygate.why import why as reasons_of  # noqa: PLC0415

    ensure_fingerprint(finding)
    request = Request(
        root=root,
        today=today(now),
        config=config,
        policies=policy or (),
        environment=os.environ if with_environment else None,
        gitlab_merged=gitlab_merged,
        target=target_of(os.environ) if base is None else base,
        guessed=base is None,
        everything=everything,
        trust_head=trust_head,
        ignores=not no_ignores,
    )
    with Progress() as progress:
        reasons = reasons_of(request, finding, progress.stage)
    shown = (
        render_json(reasons) if form == "json" else render_text(reasons, width=stream_width(), color=is_colored(color))
    )
    sys.stdout.write(shown)
