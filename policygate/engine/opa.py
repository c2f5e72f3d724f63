"""Decide with an OPA that somebody else runs; it is only ever read."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Self

from policygate.engine.address import Address, address_of
from policygate.engine.decision import decision_of
from policygate.engine.opening import OpaServer
from policygate.engine.policies import Pack
from policygate.errors import EngineError, PolicygateError


class RemoteOpa:
    """An OPA at an address, which must hold this very pack."""

    name = "opa"

    def __init__(self, pack: Pack, server: OpaServer, *, deadline_s: float) -> None:
        self.version = ""
        self._pack = pack
        self._address = address_of(server)
        self._deadline_s = deadline_s
        import_client()

    def check(self) -> None:
        """Nothing to wait for: whoever wrote the bundle had the policies checked."""

    def decide(self, input_json: str) -> Mapping[str, Any]:
        """Query; the answer holds, by rule id, what each decision of the rule returned.

        Raises: PolicyError for a policy that fails; EngineError for everything else.
        """
        answer = ask_within(self._deadline_s, self._address, self._pack, input_json)
        self.version = version_of(answer)
        return decision_of(answer.get("result"), self._pack)

    def close(self) -> None:
        """Nothing was started."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def import_client() -> None:
    """Begin to import opa-python-client, which takes a quarter of a second."""
    Thread(target=_try_import, daemon=True).start()


def _try_import() -> None:
    with suppress(Exception):  # it will fail again, and be told, when it is needed
        _import()


def _import() -> Callable[..., dict[str, Any]]:
    from policygate.engine.opa_api import ask  # noqa: PLC0415 - see above

    return ask


def ask_within(deadline_s: float, address: Address, pack: Pack, input_json: str) -> dict[str, Any]:
    """The answer of an OPA to `data.gate`; a server that trickles its answer does not outlast the deadline.

    Raises: PolicyError for a policy that fails; EngineError for everything else.
    """
    answers: SimpleQueue[dict[str, Any] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(_import()(address, pack, input_json, deadline_s))
        except Exception as error:  # noqa: BLE001 - raised again below, in the caller's thread
            answers.put(error)

    Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=deadline_s)
    except Empty:
        message = f"OPA at {address.shown} did not answer within {round(deadline_s, 1):g} s"
        raise EngineError(message, "allow more with `--timeout`") from None
    if isinstance(answer, PolicygateError):
        raise answer
    if isinstance(answer, Exception):
        raise EngineError(f"OPA cannot be asked: {answer}") from answer
    return answer


def version_of(answer: dict[str, Any]) -> str:
    """The version that the provenance of an answer states; empty when it does not."""
    provenance = answer.get("provenance")
    return str(provenance.get("version", "")) if isinstance(provenance, dict) else ""
