"""Choose an engine: a server that was named, an `opa` on the PATH, or the embedded one."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, Self

from policygate.engine.policies import Pack
from policygate.errors import EngineError

EngineChoice = Literal["auto", "opa", "embedded"]


class Engine(Protocol):
    """Evaluates the policies of one pack; it starts to load them as soon as it is made."""

    name: str
    """`opa` or `embedded`."""
    version: str
    """Of the program or library; complete once it decided."""

    def check(self) -> None:
        """Wait until the policies are loaded and checked.

        Raises: PolicyError, EngineError.
        """

    def decide(self, input_json: str) -> Mapping[str, Any]:
        """What each asked rule answered, by its id, in an engine that holds just this pack.

        Raises: PolicyError, EngineError.
        """

    def close(self) -> None:
        """Stop and remove everything that was started."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


@dataclass(frozen=True)
class OpaServer:
    """An OPA that somebody else runs."""

    url: str
    """`https://host[:port][/prefix]`, or `unix:///path`."""
    token: str = ""
    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None


def open_engine(
    choice: EngineChoice, pack: Pack, *, opa: OpaServer | None = None, deadline_s: float = 60.0, checkout: Path
) -> Engine:
    """Start the engine and return at once; what goes wrong from then on is raised by `check` and `decide`.

    `checkout` is the folder whose author must not choose the program that judges it.

    Raises: EngineError when there is no such engine here.
    """
    from policygate.engine.embedded import EmbeddedEngine, is_installed  # noqa: PLC0415 - only what is used

    if choice != "embedded":
        if opa is not None:
            from policygate.engine.opa import RemoteOpa  # noqa: PLC0415

            return RemoteOpa(pack, opa, deadline_s=deadline_s)
        program = find_opa(checkout)
        if program is not None:
            from policygate.engine.opa_process import LocalOpa  # noqa: PLC0415

            return LocalOpa(pack, program, deadline_s=deadline_s)
        if choice == "opa":
            raise EngineError("there is no `opa` on the PATH", "install OPA 1.0 or later, or give `--opa-url`")
    if is_installed():
        return EmbeddedEngine(pack, deadline_s=deadline_s)
    if choice == "embedded":
        raise EngineError("the embedded engine is not installed", "run `pip install 'policygate[embedded]'`")
    hint = "run `pip install 'policygate[embedded]'`, or install OPA (`opa` on the PATH, or `--opa-url`)"
    raise EngineError("there is no policy engine here", hint)


def find_opa(checkout: Path) -> Path | None:
    """The first `opa` on the PATH; relative entries, and whatever lies or leads into the checkout, do not count."""
    if os.name == "nt":  # it is started on a unix socket
        return None
    roots = (checkout.resolve(), checkout.absolute())
    for entry in os.environ.get("PATH", os.defpath).split(os.pathsep):
        program = Path(os.path.normpath(entry)) / "opa"
        with suppress(OSError):
            if not program.is_absolute() or not program.is_file() or not os.access(program, os.X_OK):
                continue
            leads_through = (program, program.parent.resolve(), program.resolve())
            if not any(path.is_relative_to(root) for path in leads_through for root in roots):
                return program
    return None
