"""Show a verdict: one module a format, each with `render(verdict) -> str`."""

from collections.abc import Callable
from importlib import import_module
from typing import cast

from policygate.errors import UsageError
from policygate.findings import Verdict

Renderer = Callable[[Verdict], str]

RENDERERS: dict[str, str] = {
    "text": "text",
    "json": "json",
    "sarif": "sarif",
    "sarif-github": "sarif_github",
    "gitlab": "gitlab",
    "junit": "junit",
    "github": "github",
    "markdown": "markdown",
}
"""Format name to its module in this folder."""


def renderer(name: str) -> Renderer:
    """The function that renders a format; its module is imported only now.

    Raises:
        UsageError: no such format.
    """
    module = RENDERERS.get(name)
    if module is None:
        raise UsageError(f"unknown format `{name}`", f"known formats: {', '.join(RENDERERS)}")
    return cast("Renderer", import_module(f"{__name__}.{module}").render)
