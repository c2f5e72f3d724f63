"""Flags and streams: parse, call the gate, print, map errors to exit codes."""

import gc
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from policygate import __version__
from policygate.cli_gosum import gosum
from policygate.cli_options import GraphOption, ModcacheOption
from policygate.cli_route import route
from policygate.errors import PolicygateError
from policygate.output import SCREEN, Progress, is_colored, print_error, stream_width, write_file, write_reports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policygate.engine import OpaServer
    from policygate.findings import Rule
    from policygate.gate import Request

TOKEN_VARIABLE = "POLICYGATE_OPA_TOKEN"  # noqa: S105 - the name of a variable
DEBUG_VARIABLE = "POLICYGATE_DEBUG"

app = typer.Typer(
    name="policygate",
    help="A policy-as-code gate for dependency and network rules of Go repositories.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

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


app.command()(route)
app.command()(gosum)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"policygate {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """A policy-as-code gate for dependency and network rules of Go repositories."""


@app.command()
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
        typer.Option("--format", metavar="FORMAT[:FILE]", help="text, json or sarif, to stdout or a file. Repeatable."),
    ] = None,
    fail_on: Annotated[
        Literal["error", "warning", "note"] | None,
        typer.Option(help="The least severity that fails the check. [default: the configuration's, else error]"),
    ] = None,
    with_environment: EnvironmentOption = False,
    gitlab_merged: MergedOption = None,
    graph: GraphOption = None,
    modcache: ModcacheOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print failing findings only, one a line.")] = False,
    color: Annotated[Literal["auto", "always", "never"], typer.Option(help="Whether text is coloured.")] = "auto",
) -> None:
    """Check a checkout: exit 0 passed, 1 findings, 2 wrong usage or configuration, 3 no decision was possible."""
    from policygate.errors import UsageError  # noqa: PLC0415 - `--version` and `--help` need none of it
    from policygate.findings import Problem, Verdict  # noqa: PLC0415
    from policygate.gate import Request  # noqa: PLC0415
    from policygate.gate import check as decide  # noqa: PLC0415

    outputs = _outputs(formats or ["text"])
    request = Request(
        root=root,
        today=_today(),
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


@app.command()
def facts(  # noqa: PLR0913, PLR0917 - one parameter a flag
    root: Root = Path(),
    config: ConfigOption = None,
    policy: PolicyOption = None,
    with_environment: EnvironmentOption = False,
    gitlab_merged: MergedOption = None,
    graph: GraphOption = None,
    modcache: ModcacheOption = None,
) -> None:
    """Print the facts of a checkout: the exact input that policies get, as JSON."""
    from dataclasses import replace  # noqa: PLC0415

    from policygate.gate import facts_of  # noqa: PLC0415

    request = _request(root, config=config, policy=policy)
    caller = os.environ if with_environment else None
    given = replace(request, environment=caller, gitlab_merged=gitlab_merged, graphs=graph or (), modcache=modcache)
    typer.echo(facts_of(given).model_dump_json(indent=2))


@app.command()
def schema(policy: PolicyOption = None) -> None:
    """Print the JSON Schema of the facts, for `opa check --schema` and for editors."""
    import json  # noqa: PLC0415

    from policygate.engine.policies import load_pack, parameters_schema  # noqa: PLC0415
    from policygate.facts.schema import input_schema  # noqa: PLC0415

    parameters = parameters_schema(load_pack(policy or ()).rules)
    typer.echo(json.dumps(input_schema(parameters), indent=2))


@app.command()
def rules(policy: PolicyOption = None) -> None:
    """List every rule: id, severity, title."""
    from policygate.report.rules import render_table  # noqa: PLC0415

    typer.echo(render_table(_rules(policy), width=stream_width()), nl=False)


@app.command()
def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The id of a rule.")],
    policy: PolicyOption = None,
    color: Annotated[Literal["auto", "always", "never"], typer.Option(help="Whether text is coloured.")] = "auto",
) -> None:
    """Explain a rule: why it matters, what the real program does, and how to fix a finding."""
    from difflib import get_close_matches  # noqa: PLC0415

    from policygate.errors import UsageError  # noqa: PLC0415
    from policygate.report.rules import render_page  # noqa: PLC0415

    known = {known.id: known for known in _rules(policy)}
    if rule not in known:
        close = get_close_matches(rule, known, n=1)
        raise UsageError(
            f"unknown rule `{rule}`", f"did you mean `{close[0]}`?" if close else "`policygate rules` lists them"
        )
    typer.echo(render_page(known[rule], width=stream_width(), color=is_colored(color)), nl=False)


@app.command()
def init(
    root: Root = Path(),
    stdout: Annotated[bool, typer.Option("--stdout", help="Print the file instead of writing it.")] = False,
) -> None:
    """Write a commented policygate.yaml that fits what is found in the checkout."""
    from policygate.config import FILE_NAME  # noqa: PLC0415
    from policygate.errors import UsageError  # noqa: PLC0415
    from policygate.gate import facts_of  # noqa: PLC0415
    from policygate.scaffold import render_config  # noqa: PLC0415

    target = root / FILE_NAME
    if not stdout and os.path.lexists(target):
        raise UsageError(f"{target}: is already there", "`policygate init --stdout` prints what would be written")
    text = render_config(facts_of(_request(root, ignore_config=True)))
    if stdout:
        typer.echo(text, nl=False)
        return
    write_file(target, text, root)
    typer.echo(f"wrote {target}", err=True)


@app.command()
def bundle(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The .tar.gz to write.")], policy: PolicyOption = None
) -> None:
    """Write the policies as the OPA bundle that a server must hold for `check --opa-url`."""
    from policygate.gate import bundle as write  # noqa: PLC0415

    pack = write(file, policy or ())
    typer.echo(f"wrote {file}: {len(pack.rules)} rules, {pack.digest}", err=True)


def main() -> NoReturn:
    """Run the command line; nothing but a clear message ever reaches the user."""
    code = _run()
    sys.stderr.flush()
    os._exit(code)  # nothing is left to close, and taking the interpreter apart costs a tenth of a check


def _run() -> int:
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"  # looking for some means reading the metadata of every package
    gc.disable()  # facts hold no cycles, and looking for some takes longer than reading a large checkout
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except PolicygateError as error:
        print_error(error)
        return error.exit_code
    except BrokenPipeError:
        return 141
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE):
            raise
        hint = f"please report it; {DEBUG_VARIABLE}=1 shows the traceback"
        print_error(PolicygateError(f"policygate broke: {type(error).__name__}: {error}", hint))
        return 3
    return 0


def _request(
    root: Path, *, config: Path | None = None, policy: "Sequence[Path] | None" = None, ignore_config: bool = False
) -> "Request":
    from policygate.gate import Request  # noqa: PLC0415

    given = Path(os.devnull) if ignore_config else config
    return Request(root=root, today=_today(), config=given, policies=policy or ())


def _rules(policy: "Sequence[Path] | None") -> "Sequence[Rule]":
    from policygate import builtin  # noqa: PLC0415
    from policygate.engine.policies import load_pack  # noqa: PLC0415

    return sorted([*load_pack(policy or ()).rules, *builtin.RULES.values()], key=lambda rule: rule.id)


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


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
