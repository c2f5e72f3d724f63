"""The flags of `policygate note`, which the CI templates call."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

TOKEN_VARIABLE = "POLICYGATE_TOKEN"  # noqa: S105 - the name of a variable


def note(
    host: Annotated[Literal["gitlab"], typer.Argument(metavar="HOST", help="Whose merge request: gitlab.")],  # noqa: ARG001
    file: Annotated[Path, typer.Option(metavar="FILE", help="The note: a report in Markdown.")],
    report: Annotated[
        Path, typer.Option(metavar="FILE", help="The same report in JSON: says whether a first note is worth writing.")
    ],
) -> None:
    """Write a report into the merge request of this pipeline, or rewrite the one there; exit 3 if that fails."""
    from policygate.errors import UsageError  # noqa: PLC0415 - `--help` needs none of it
    from policygate.live.gitlab_note import is_relevant, merge_request  # noqa: PLC0415

    try:
        text, relevant = file.read_text(encoding="utf-8"), is_relevant(json.loads(report.read_bytes()))
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise UsageError(f"no report that can be read: {error}", "`policygate check` writes both files") from error
    done = merge_request(os.environ, os.environ.get(TOKEN_VARIABLE, "")).write_note(text, relevant=relevant)
    print(f"note: {done}", file=sys.stderr)
