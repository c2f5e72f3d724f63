"""Check policies with `opa check` (https://www.openpolicyagent.org/docs/cli#check)."""

import json
import subprocess
from pathlib import Path
from threading import Thread
from typing import Any

from policygate.engine.embedded import FIELDS_HINT
from policygate.engine.faults import Fault, refuse
from policygate.engine.policies import Pack
from policygate.engine.portable import REFUSED
from policygate.errors import EngineError, PolicygateError

_UNDEFINED_FUNCTION = "undefined function "
_NO_FIELD = "(none)"
_UNPORTABLE = frozenset({"keywords_in_refs", "template_strings"})
"""Features of the language that only newer engines have."""


def checkable(schema: str) -> str:
    """A schema whose closed objects without fields have one that nobody means: else OPA takes them for open ones."""
    return json.dumps(_with_fields(json.loads(schema)))


def _with_fields(schema: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(schema, list):
        return [_with_fields(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: _with_fields(value) for key, value in schema.items()}
    if schema.get("additionalProperties") is False and not schema.get("properties"):
        changed["properties"] = {_NO_FIELD: {}}
    return changed


class OpaCheck:
    """A check in the background, over the folder that the server is started in."""

    def __init__(self, pack: Pack, program: Path, folder: Path) -> None:
        self._pack = pack
        self._program = program
        self._folder = folder
        self._running: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._error: PolicygateError | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait(self, timeout_s: float) -> None:
        """Wait for the result.

        Raises: PolicyError for faulty policies; EngineError when `opa` does not do its work.
        """
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            raise EngineError(f"`{self._program} check` took longer than {timeout_s:g} s")
        if self._error:
            raise self._error

    def stop(self) -> None:
        """End the program that runs, if any."""
        self._stopped = True
        if self._running:
            self._running.kill()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._check(self._capabilities())
        except PolicygateError as error:
            self._error = error
        except OSError as error:
            self._error = EngineError(f"`{self._program}` cannot be run: {(error.strerror or '').lower()}")

    def _capabilities(self) -> dict[str, Any]:
        """What this `opa` can do, less what policies must not use."""
        code, out, words = self._call("capabilities", "--current")
        try:
            found: dict[str, Any] = json.loads(out)
            features: list[str] = found.get("features", [])
            builtins = [builtin for builtin in found["builtins"] if builtin["name"] not in REFUSED]
        except (ValueError, LookupError, TypeError, AttributeError):
            said = words.splitlines()[0] if words else f"exit code {code}"
            raise EngineError(
                f"`{self._program}` is no OPA, or a very old one: {said}", "install OPA 1.0 or later"
            ) from None
        if "rego_v1" not in features:
            raise EngineError(f"`{self._program}` is older than OPA 1.0", "install OPA 1.0 or later")
        kept = [feature for feature in features if feature not in _UNPORTABLE]
        return {**found, "features": kept, "builtins": builtins, "allow_net": []}

    def _check(self, capabilities: dict[str, Any]) -> None:
        (self._folder / "capabilities.json").write_text(json.dumps(capabilities), "utf-8")
        options = ["--capabilities", "capabilities.json", "--schema", "schema.json", "--max-errors", "100"]
        code, out, words = self._call("check", "--format", "json", *options, "policies")
        if code == 0:
            return
        try:
            faults = [self._fault(error) for error in json.loads(out or words)["errors"]]
        except (ValueError, LookupError, TypeError, AttributeError):
            raise EngineError(f"`{self._program} check` failed: {words or out or f'exit code {code}'}") from None
        raise refuse(faults, FIELDS_HINT if any("input field" in fault.message for fault in faults) else "")

    def _call(self, *arguments: str) -> tuple[int, str, str]:
        self._running = subprocess.Popen(
            [self._program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self._folder,
            env={},
        )
        if self._stopped:
            self._running.kill()
        out, words = self._running.communicate()
        return self._running.returncode, out.decode("utf-8", "replace"), words.decode("utf-8", "replace").strip()

    def _fault(self, error: dict[str, Any]) -> Fault:
        place = error.get("location") or {}
        label = self._pack.label(str(place.get("file", "")))
        return Fault(label, int(place.get("row", 0)), int(place.get("col", 0)), _explain(error))


def _explain(error: dict[str, Any]) -> str:
    message = str(error["message"])
    name = message.removeprefix(_UNDEFINED_FUNCTION)
    if name in REFUSED:
        return f"`{name}` is refused: {REFUSED[name]}"
    details = error.get("details")
    if isinstance(details, dict) and "ref" in details and isinstance(details.get("oneOf"), list):
        key = details["ref"][details["pos"]].get("value", "")
        known = [str(name) for name in details["oneOf"] if name != _NO_FIELD]
        return f"unknown input field `{key}`; known: {', '.join(known) or 'none'}"
    return message
