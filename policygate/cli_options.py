"""Flags that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

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
