import json
import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import pytest

from policygate.engine.opa import RemoteOpa
from policygate.engine.opening import OpaServer
from policygate.engine.policies import Pack
from policygate.errors import EngineError, PolicyError, PolicygateError

MakePack = Callable[..., Pack]


class Stub(ThreadingHTTPServer):
    """A server that answers every request alike and notes what it was asked."""

    daemon_threads = True

    def __init__(self, status: int, body: bytes, headers: dict[str, str], pause_s: float) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = (status, body, headers, pause_s)
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.closing = Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Stub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.command, self.path, dict(self.headers), body))
        status, answer, headers, pause_s = self.server.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        for byte in answer if pause_s else ():
            if self.server.closing.wait(pause_s):
                return
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
        self.wfile.write(b"" if pause_s else answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def stub() -> Iterator[Callable[..., Stub]]:
    """A function that starts a server with one fixed answer."""
    started: list[Stub] = []

    def start(status: int, body: object = b"", headers: dict[str, str] | None = None, *, pause_s: float = 0) -> Stub:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        server = Stub(status, data, headers or {}, pause_s)
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.closing.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def pack(make_pack: MakePack) -> Pack:
    return make_pack(users={"mine.rego": 'package acme.mine\n\ndeny contains "x"\n'})


def document(pack: Pack, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    gate = {"digest": pack.digest, "asked": ["go.quiet"], "decision": {"go.quiet": {"deny": []}}, **changes}
    return {"result": gate, "provenance": {"version": "1.2.3"}}


def failure(pack: Pack, server: OpaServer, *, deadline_s: float = 20) -> PolicygateError:
    with RemoteOpa(pack, server, deadline_s=deadline_s) as engine, pytest.raises(PolicygateError) as caught:
        engine.decide('{"run":{"rules":["go.quiet"]}}')
    return caught.value


def test_one_strict_query_carries_the_input_as_it_is(pack: Pack, stub: Callable[..., Stub]) -> None:
    server = stub(200, document(pack))
    with RemoteOpa(pack, OpaServer(f"{server.url}/opa", token="sesame"), deadline_s=20) as engine:
        engine.check()
        assert engine.decide('{"now": "ü", "n": 1.0}') == {"go.quiet": {"deny": []}}
        assert (engine.name, engine.version) == ("opa", "1.2.3")
    ((method, path, headers, body),) = server.requests
    assert (method, path) == ("POST", "/opa/v1/data/gate?strict-builtin-errors=true&provenance=true")
    assert (headers["Authorization"], headers["Content-Type"]) == ("Bearer sesame", "application/json")
    assert body.decode() == '{"input":{"now": "ü", "n": 1.0}}'


def test_nothing_of_the_environment_reaches_the_request(
    pack: Pack, stub: Callable[..., Stub], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("default login thief password stolen\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    proxy = stub(500)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    server = stub(200, document(pack))
    with RemoteOpa(pack, OpaServer(server.url, token="sesame"), deadline_s=20) as engine:
        engine.decide("{}")
    assert proxy.requests == []
    assert server.requests[0][2]["Authorization"] == "Bearer sesame"


NOT_OPA = "is this the address of an OPA? a proxy or a login page may stand in front of it"


@pytest.mark.parametrize(
    ("answer", "message", "hint"),
    [
        (
            (200, b"<html>sign in</html>", {"Content-Type": "text/html; charset=utf-8"}),
            "URL answers 200 with text/html, not with the JSON of an OPA",
            NOT_OPA,
        ),
        ((200, b"", {}), "URL answers 200 with something without a type, not with the JSON of an OPA", NOT_OPA),
        (
            (200, b"[" * 100_000, {"Content-Type": "application/json"}),
            "URL answers 200 with application/json, not with the JSON of an OPA",
            NOT_OPA,
        ),
        ((200, [1], {"Content-Type": "application/json"}), "URL answers 200 with application/json, not with", NOT_OPA),
        (
            (404, b"404 page not found", {"Content-Type": "text/plain"}),
            "URL answers 404 with text/plain, not with",
            NOT_OPA,
        ),
        ((502, b"<html>", {"Content-Type": "text/html"}), "URL answers 502 with text/html, not with the JSON", NOT_OPA),
        ((204, b"", {}), "URL answers 204 with something without a type, not with the JSON of an OPA", NOT_OPA),
        (
            (401, {"code": "unauthorized", "message": "no way"}, {}),
            "OPA at URL refuses the token (401): no way",
            "give it in POLICYGATE_OPA_TOKEN",
        ),
        ((403, b"<html>", {}), "OPA at URL refuses the token (403)", "give it in POLICYGATE_OPA_TOKEN"),
        (
            (400, {"code": "invalid_parameter", "message": "bad input"}, {}),
            "OPA at URL answers 400: bad input",
            "",
        ),
        (
            (500, {"code": "internal_error", "message": "it broke"}, {}),
            "OPA at URL answers 500: it broke",
            "",
        ),
        ((500, {"errors": ["odd"], "message": "m"}, {}), "OPA failed without saying why", ""),
        (
            (307, b"", {"Location": "http://127.0.0.1:1/v1/data/gate"}),
            "OPA at URL redirects to another address, which is refused",
            "give the final address",
        ),
    ],
)
def test_each_wrong_answer_has_its_message(
    pack: Pack, stub: Callable[..., Stub], answer: tuple[int, object, dict[str, str]], message: str, hint: str
) -> None:
    server = stub(*answer)
    error = failure(pack, OpaServer(server.url, token="sesame"))
    assert type(error) is EngineError
    assert error.message.startswith(message.replace("URL", server.url))
    assert error.hint == hint
    assert len(server.requests) == 1


def test_a_redirect_is_not_followed(pack: Pack, stub: Callable[..., Stub]) -> None:
    target = stub(200, document(pack))
    server = stub(307, b"", {"Location": f"{target.url}/v1/data/gate"})
    failure(pack, OpaServer(server.url))
    assert target.requests == []


def test_a_server_without_the_policies_and_one_with_others_are_told_apart(
    pack: Pack, stub: Callable[..., Stub]
) -> None:
    lacking = failure(pack, OpaServer(stub(200, {"provenance": {}}).url))
    other = failure(pack, OpaServer(stub(200, document(pack, digest="sha256:00")).url))
    assert lacking.message == "the engine lacks the policies: `data.gate` is undefined"
    assert other.message == f"the engine holds other policies: digest sha256:00 instead of {pack.digest}"
    assert {type(lacking), type(other)} == {EngineError}
    assert "policygate bundle" in lacking.hint
    assert "policygate bundle" in other.hint


def test_an_undefined_rule_is_an_error(pack: Pack, stub: Callable[..., Stub]) -> None:
    error = failure(pack, OpaServer(stub(200, document(pack, decision={})).url))
    assert (type(error), error.message) == (PolicyError, "policygate/go/quiet.rego: rule `go.quiet` is undefined")


def test_a_policy_that_fails_there_is_named_here(pack: Pack, stub: Callable[..., Stub]) -> None:
    place = {"file": "bundle.tar.gz/acme/mine.rego", "row": 3, "col": 7}
    errors = [{"code": "eval_builtin_error", "message": "div: divide by zero", "location": place}]
    answer = {"code": "internal_error", "message": "error(s) occurred while evaluating query", "errors": errors}
    error = failure(pack, OpaServer(stub(500, answer).url))
    label = next(file.path for file in pack.files if not file.shipped)
    assert (type(error), error.message) == (PolicyError, f"{label}:3: div: divide by zero")
    assert error.at is not None
    assert (error.at.start.line, error.at.start.column) == (3, 7)


def test_nobody_who_listens_is_told(pack: Pack) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        error = failure(pack, OpaServer(url))
    assert (type(error), error.message) == (EngineError, f"OPA at {url} cannot be reached: connection refused")


def test_a_host_that_does_not_exist_is_told(pack: Pack) -> None:
    error = failure(pack, OpaServer("https://opa.invalid"))
    assert type(error) is EngineError
    assert error.message.startswith("OPA at https://opa.invalid cannot be reached: ")


def test_a_socket_that_does_not_exist_is_told(pack: Pack, tmp_path: Path) -> None:
    url = f"unix://{tmp_path}/none"
    error = failure(pack, OpaServer(url))
    assert error.message == f"OPA at {url} cannot be reached: no such file or directory"


def hang_up(server: socket.socket) -> None:
    server.accept()[0].close()


def test_a_server_that_hangs_up_is_told(pack: Pack) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=hang_up, args=(server,), daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        error = failure(pack, OpaServer(url))
    assert type(error) is EngineError
    assert error.message.startswith(f"OPA at {url} cannot be reached: ")


def test_a_silent_server_does_not_outlast_the_deadline(pack: Pack) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        started = monotonic()
        error = failure(pack, OpaServer(url), deadline_s=0.5)
    assert (type(error), error.message) == (EngineError, f"OPA at {url} did not answer within 0.5 s")
    assert "--timeout" in error.hint
    assert monotonic() - started < 5


def test_a_trickling_server_does_not_outlast_the_deadline(pack: Pack, stub: Callable[..., Stub]) -> None:
    server = stub(200, document(pack), pause_s=0.1)
    started = monotonic()
    error = failure(pack, OpaServer(server.url), deadline_s=1)
    assert error.message == f"OPA at {server.url} did not answer within 1 s"
    assert monotonic() - started < 5


def test_a_server_that_speaks_no_tls_is_told(pack: Pack, stub: Callable[..., Stub]) -> None:
    url = stub(200, document(pack)).url.replace("http:", "https:")
    error = failure(pack, OpaServer(url))
    assert type(error) is EngineError
    assert error.message.startswith(f"TLS with OPA at {url} failed: ")
