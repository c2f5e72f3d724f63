"""Flags and streams: parse, call the gate, print, map errors to exit codes."""

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from policygate import __version__
from policygate.cli_check import check
from policygate.cli_gosum import gosum
from policygate.cli_init import init
from policygate.cli_note import note
from policygate.cli_options import (
    BaseOption,
    ConfigOption,
    EnvironmentOption,
    GraphOption,
    MergedOption,
    ModcacheOption,
    PolicyOption,
    Root,
    today,
)
from policygate.cli_route import route
from policygate.cli_waivers import waive, waivers
from policygate.cli_why import why
from policygate.errors import PolicygateError
from policygate.output import is_colored, print_error, stream_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policygate.findings import Rule

DEBUG_VARIABLE = "POLICYGATE_DEBUG"

app = typer.Typer(
    name="policygate",
    help="A policy-as-code gate for dependency and network rules of Go repositories.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command()(check)
app.command()(why)
app.command()(route)
app.command()(gosum)
app.command()(waive)
app.command()(waivers)
app.command()(init)
app.command(hidden=True)(note)


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
def facts(  # noqa: PLR0913, PLR0917 - one parameter a flag
    root: Root = Path(),
    config: ConfigOption = None,
    policy: PolicyOption = None,
    base: BaseOption = None,
    with_environment: EnvironmentOption = False,
    gitlab_merged: MergedOption = None,
    graph: GraphOption = None,
    modcache: ModcacheOption = None,
    only: Annotated[Literal["network", "go"] | None, typer.Option(help="Print this half alone.")] = None,
    form: Annotated[
        Literal["text", "json"] | None,
        typer.Option("--format", help="How to print it: the network is text, else it is json."),
    ] = None,
) -> None:
    """Print the facts of a checkout: the exact input that policies get, as JSON; the network alone as tables."""
    from policygate.errors import UsageError  # noqa: PLC0415
    from policygate.gate import facts_of  # noqa: PLC0415
    from policygate.request import Request  # noqa: PLC0415
    from policygate.target import target_of  # noqa: PLC0415

    if form == "text" and only != "network":
        raise UsageError("only the network can be printed as text", "add `--only network`")
    given = Request(
        root=root,
        today=today(),
        config=config,
        policies=policy or (),
        environment=os.environ if with_environment else None,
        gitlab_merged=gitlab_merged,
        graphs=graph or (),
        modcache=modcache,
        target=target_of(os.environ) if base is None else base,
    )
    found = facts_of(given)
    if only == "network" and form != "json":
        from policygate.report.network import render  # noqa: PLC0415
        from policygate.showing import topology  # noqa: PLC0415

        typer.echo(render(topology(found.network), width=stream_width(), color=is_colored("auto")), nl=False)
    else:
        part = {"network": found.network, "go": found.go}[only] if only else found
        typer.echo(part.model_dump_json(indent=2))


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


def _rules(policy: "Sequence[Path] | None") -> "Sequence[Rule]":
    from policygate import builtin  # noqa: PLC0415
    from policygate.engine.policies import load_pack  # noqa: PLC0415

    return sorted([*load_pack(policy or ()).rules, *builtin.RULES.values()], key=lambda rule: rule.id)
