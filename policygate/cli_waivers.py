"""The flags of `policygate waive` and `policygate waivers`."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from policygate.cli_options import FINGERPRINT, ensure_fingerprint
from policygate.errors import UsageError
from policygate.output import is_colored, write_file


def waive(  # noqa: PLR0913, PLR0917 - one parameter a flag
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FINGERPRINT]... [PATH]",
            help="Findings, by six or more digits that begin their fingerprints; then the root of a checkout.",
            show_default="here",
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All of today's findings of warnings and errors: the baseline for adoption.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why.")] = ...,  # type: ignore[assignment] # typer: it must be given
    owner: Annotated[str, typer.Option(help="Who answers for it.")] = ...,  # type: ignore[assignment]
    expires: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="Its last day.")] = ...,  # type: ignore[assignment]
    ticket: Annotated[str, typer.Option(help="Where it is tracked.")] = "",
    approved_by: Annotated[str, typer.Option("--approved-by", help="Who allowed it.")] = "",
) -> None:
    """Write waivers for findings of the work tree into policygate-waivers.yaml, and print them."""
    from policygate import waiving  # noqa: PLC0415 - `--help` needs none of it
    from policygate.waivers import FILE_NAME  # noqa: PLC0415

    prefixes, root = _split(what or [])
    if everything == bool(prefixes):
        raise UsageError("name findings by their fingerprints, or all with `--all`", "not both")
    if not reason.strip() or not owner.strip():
        raise UsageError("`--reason` and `--owner` must say something")
    standing = waiving.stand(root, _today())
    found = waiving.everything(standing) if everything else waiving.named(standing, prefixes)
    if not found:
        print("nothing to waive", file=sys.stderr)
        return
    waivers = waiving.waivers_for(standing, found, waiving.Details(reason, owner, expires, ticket, approved_by))
    text, new = waiving.text_with(standing, waivers)
    write_file(root / FILE_NAME, text, root, tracked=True)
    sys.stdout.write(new)
    print(f"wrote {root / FILE_NAME}: {len(waivers)} waivers of {len(found)} findings", file=sys.stderr)


def waivers(
    root: Annotated[Path, typer.Argument(metavar="PATH", help="The root of a checkout.", show_default="here")] = Path(),
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print it.")] = "text",
    prune: Annotated[
        bool,
        typer.Option("--prune", help="Remove those that have ended, and those that match nothing in a plain check."),
    ] = False,
    color: Annotated[Literal["auto", "always", "never"], typer.Option(help="Whether text is coloured.")] = "auto",
) -> None:
    """List the waivers of the work tree: exit 1 if one is malformed or has ended, 2 wrong usage, 3 no decision."""
    from policygate import waiving  # noqa: PLC0415 - `--help` needs none of it
    from policygate.report.drawing.screen import flat  # noqa: PLC0415
    from policygate.report.waivers import render_json, render_text  # noqa: PLC0415
    from policygate.waivers import FILE_NAME  # noqa: PLC0415

    standing = waiving.stand(root, _today())
    if prune:
        text, gone = waiving.text_without(standing)
        if gone:
            write_file(root / FILE_NAME, text, root, tracked=True)
            standing = waiving.stand(root, _today())
        print(f"removed {len(gone)} waivers", *(flat(f"  {w.rule} {w.scope}") for w in gone), sep="\n", file=sys.stderr)
    rows, wrong = list(standing.rows()), standing.wrong()
    shown = render_json(rows, wrong) if form == "json" else render_text(rows, wrong, color=is_colored(color))
    sys.stdout.write(shown)
    raise typer.Exit(int(bool(wrong) or any(row.state == "expired" for row in rows)))


def _split(what: list[str]) -> tuple[list[str], Path]:
    """The fingerprints, and the path that may be last."""
    *first, last = what or [""]
    if last and not FINGERPRINT.fullmatch(last):
        what, root = first, Path(last)
    else:
        root = Path()
    for given in what:
        ensure_fingerprint(given)
    return what, root


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
