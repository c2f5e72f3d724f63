"""Ask an OPA with opa-python-client in safe settings (https://www.openpolicyagent.org/docs/rest-api)."""

import socket
import ssl
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from opa_client.opa import OpaClient
from requests import RequestException, Response, Session
from requests import exceptions as failures
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from policygate.engine.address import Address
from policygate.engine.faults import Fault, refuse
from policygate.engine.policies import Pack
from policygate.errors import EngineError, PolicygateError

_QUERY = urlencode({"strict-builtin-errors": "true", "provenance": "true"})
_CONNECT_S = 10.0


def ask(address: Address, pack: Pack, input_json: str, timeout_s: float) -> dict[str, Any]:
    """The answer to `data.gate` for an input: `result`, unless it is undefined, and `provenance`.

    Raises: PolicyError for a policy that fails while it is evaluated; EngineError for everything else.
    """
    try:
        client = _Client(address, timeout_s)
    except (OSError, ValueError) as error:
        raise EngineError(f"no connection to OPA is possible: {error}") from error
    try:
        response = client.gate(input_json)
        return _read(response, address, pack)
    except (RequestException, HTTPError, OSError, ValueError) as error:
        raise _explain(error, address, timeout_s) from error
    finally:
        client.close_connection()


class _Client(OpaClient):  # type: ignore[misc] # the library has no types
    """A client that follows no redirect and takes nothing from the environment: no proxy, netrc or CA bundle."""

    def __init__(self, address: Address, timeout_s: float) -> None:
        self._socket = address.socket
        super().__init__(
            host=address.host,
            port=address.port,
            version=address.version,
            ssl=address.verify,
            cert=address.cert,
            token=address.token,
            retries=0,
            timeout=(min(_CONNECT_S, timeout_s), timeout_s),
        )

    def _init_session(self) -> Session:
        session: Session = super()._init_session()
        session.trust_env = False
        session.max_redirects = 0
        if self._socket:
            session.mount("http://", _UnixAdapter(self._socket))
        return session

    def gate(self, input_json: str) -> Response:
        """Query the document of `package gate`; the input is sent as it is, not parsed and printed again."""
        response: Response = self._session.post(
            f"{self.root_url}/data/gate?{_QUERY}",
            data=b"".join((b'{"input":', input_json.encode(), b"}")),
            headers={"Content-Type": "application/json"},
            timeout=self.timeout,
        )
        return response


class _UnixConnection(HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self._path = path

    def _new_conn(self) -> socket.socket:
        connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connected.settimeout(_CONNECT_S)
            connected.connect(self._path)
        except OSError:
            connected.close()
            raise
        return connected


class _UnixPool(HTTPConnectionPool):
    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self._path = path

    def _new_conn(self) -> _UnixConnection:
        return _UnixConnection(self._path)


class _UnixAdapter(HTTPAdapter):
    def __init__(self, path: str) -> None:
        super().__init__()
        self._pool = _UnixPool(path)

    def get_connection_with_tls_context(self, *_: object, **__: object) -> HTTPConnectionPool:
        return self._pool

    def get_connection(self, *_: object, **__: object) -> HTTPConnectionPool:
        return self._pool

    def close(self) -> None:
        self._pool.close()
        super().close()


def _read(response: Response, address: Address, pack: Pack) -> dict[str, Any]:
    status = response.status_code
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        answer = None
    told = answer if isinstance(answer, dict) else {}
    if status in {401, 403}:
        raise _refused(status, told, address)
    if status == 200 and isinstance(answer, dict):
        return answer
    if isinstance(told.get("errors"), list):
        raise _failed_policy(told["errors"], pack)
    if told.get("message"):
        raise EngineError(f"OPA at {address.shown} answers {status}: {told['message']}")
    kind = response.headers.get("Content-Type", "").partition(";")[0] or "something without a type"
    hint = "is this the address of an OPA? a proxy or a login page may stand in front of it"
    raise EngineError(f"{address.shown} answers {status} with {kind}, not with the JSON of an OPA", hint)


def _refused(status: int, told: dict[str, Any], address: Address) -> EngineError:
    what = "refuses the token" if address.token else "wants a token"
    reason = f": {told['message']}" if told.get("message") else ""
    return EngineError(f"OPA at {address.shown} {what} ({status}){reason}", "give it in POLICYGATE_OPA_TOKEN")


def _failed_policy(errors: list[Any], pack: Pack) -> PolicygateError:
    faults = [_fault(error, pack) for error in errors if isinstance(error, dict)]
    return refuse(faults) if faults else EngineError("OPA failed without saying why")


def _fault(error: dict[str, Any], pack: Pack) -> Fault:
    place = error.get("location") or {}
    label = pack.label(str(place.get("file", "")))
    return Fault(label, int(place.get("row", 0)), int(place.get("col", 0)), str(error.get("message", "it fails")))


def _explain(error: Exception, address: Address, timeout_s: float) -> EngineError:
    where = f"OPA at {address.shown}"
    causes = list(_causes(error))
    reason = _reason(causes)
    if isinstance(error, failures.Timeout) or any(isinstance(cause, TimeoutError) for cause in causes):
        return EngineError(f"{where} did not answer within {round(timeout_s, 1):g} s", "allow more with `--timeout`")
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return EngineError(
            f"TLS with {where} failed: {reason}", "`--opa-ca`, `--opa-cert` and `--opa-key` name the files"
        )
    if isinstance(error, failures.TooManyRedirects):
        return EngineError(f"{where} redirects to another address, which is refused", "give the final address")
    if isinstance(error, failures.ConnectionError):
        return EngineError(f"{where} cannot be reached: {reason}")
    return EngineError(f"the request to {where} failed: {reason}")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exceptions wrapped in an exception, each library in its own way, the outermost first."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        inner = [getattr(error, "reason", None), *error.args, error.__cause__, error.__context__]
        error = next((e for e in inner if isinstance(e, BaseException) and id(e) not in seen), None)


def _reason(causes: list[BaseException]) -> str:
    for cause in reversed(causes):
        told = getattr(cause, "verify_message", "") or (cause.strerror if isinstance(cause, OSError) else "")
        if told:
            return str(told)[:1].lower() + str(told)[1:]
    return str(causes[-1]) or type(causes[-1]).__name__
