"""The flags of `policygate check`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from policygate.cli_options import (
    AllOption,
    BaseOption,
    ColorOption,
    ConfigOption,
    EnvironmentOption,
    GraphOption,
    MergedOption,
    ModcacheOption,
    NoIgnoresOption,
    NowOption,
    PolicyOption,
    Root,
    RuleOption,
    SkipOption,
    TrustHeadOption,
    today,
)
from policygate.output import SCREEN, Progress, write_reports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policygate.engine import OpaServer

TOKEN_VARIABLE = "POLICYGATE_OPA_TOKEN"  # noqa: S105 - the name of a variable


def check(  # noqa: PLR0913, PLR0917 - one parameter a flag
    root: Root = Path(),
    config: ConfigOption = None,
    policy: PolicyOption = None,
    rule: RuleOption = None,
    skip_rule: SkipOption = None,
    engine: Annotated[Literal["auto", "opa", "embedded"], typer.Option(help="What evaluates the policies.")] = "auto",
    opa_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help=f"Ask this OPA server, which must serve `policygate bundle`. Its token is read from {TOKEN_VARIABLE}.",
        ),
    ] = None,
    opa_ca: Annotated[Path | None, typer.Option(metavar="FILE", help="Certificates that sign the server's.")] = None,
    opa_cert: Annotated[Path | None, typer.Option(metavar="FILE", help="Client certificate for the server.")] = None,
    opa_key: Annotated[Path | None, typer.Option(metavar="FILE", help="Key of the client certificate.")] = None,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", min=0.1, help="How long a decision may take.")] = 60.0,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="FORMAT[:FILE]",
            help="text, json, sarif, sarif-github, gitlab, junit, github or markdown, to stdout or a file. Repeatable.",
        ),
    ] = None,
    fail_on: Annotated[
        Literal["error", "warning", "note"] | None,
        typer.Option(help="The least severity that fails the check. [default: the configuration's, else error]"),
    ] = None,
    base: BaseOption = None,
    everything: AllOption = False,
    trust_head: TrustHeadOption = False,
    now: NowOption = None,
    no_ignores: NoIgnoresOption = False,
    with_environment: EnvironmentOption = False,
    gitlab_merged: MergedOption = None,
    graph: GraphOption = None,
    modcache: ModcacheOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print failing findings only, one a line.")] = False,
    color: ColorOption = "auto",
) -> None:
    """Check a checkout: exit 0 passed, 1 findings, 2 wrong usage or configuration, 3 no decision was possible."""
    from policygate.errors import UsageError  # noqa: PLC0415 - `--version` and `--help` need none of it
    from policygate.findings import Problem, Verdict  # noqa: PLC0415
    from policygate.gate import check as decide  # noqa: PLC0415
    from policygate.request import Request  # noqa: PLC0415
    from policygate.target import target_of  # noqa: PLC0415

    outputs = _outputs(formats or ["text"])
    request = Request(
        root=root,
        today=today(now),
        config=config,
        policies=policy or (),
        only=rule or (),
        skip=skip_rule or (),
        engine=engine,
        opa=_server(opa_url, opa_ca, opa_cert, opa_key),
        fail_on=fail_on,
        environment=os.environ if with_environment else None,
        gitlab_merged=gitlab_merged,
        graphs=graph or (),
        modcache=modcache,
        timeout_s=timeout,
        target=target_of(os.environ) if base is None else base,
        guessed=base is None,
        everything=everything,
        trust_head=trust_head,
        ignores=not no_ignores,
    )
    try:
        with Progress() as progress:
            verdict = decide(request, progress.stage)
    except UsageError as error:
        verdict = Verdict(outcome="error", problems=(Problem(error.message, error.hint, error.at),))
        write_reports(verdict, [output for output in outputs if output != SCREEN], root, color=color, quiet=quiet)
        raise typer.Exit(error.exit_code) from error
    write_reports(verdict, outputs, root, color=color, quiet=quiet)
    raise typer.Exit(verdict.exit_code)


def _server(url: str | None, ca: Path | None, cert: Path | None, key: Path | None) -> "OpaServer | None":
    from policygate.engine import OpaServer  # noqa: PLC0415
    from policygate.errors import UsageError  # noqa: PLC0415

    if url is None:
        if ca or cert or key:
            raise UsageError("--opa-ca, --opa-cert and --opa-key need --opa-url")
        return None
    return OpaServer(url=url, token=os.environ.get(TOKEN_VARIABLE, ""), ca_file=ca, client_cert=cert, client_key=key)


def _outputs(formats: "Sequence[str]") -> "list[tuple[str, Path | None]]":
    """Format and file of each `--format`; stdout is None, and takes one of them only."""
    from policygate.errors import UsageError  # noqa: PLC0415
    from policygate.report import RENDERERS  # noqa: PLC0415

    outputs: list[tuple[str, Path | None]] = []
    for given in formats:
        name, _, file = given.partition(":")
        if name not in RENDERERS:
            raise UsageError(f"unknown format `{name}`", f"formats: {', '.join(RENDERERS)}")
        if not file and any(path is None for _, path in outputs):
            raise UsageError("two formats cannot share stdout", f"give one of them a file: `--format {name}:FILE`")
        outputs.append((name, Path(file) if file else None))
    return outputs
