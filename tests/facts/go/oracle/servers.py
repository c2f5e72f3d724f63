"""Proxies on the loopback that answer in every way, and the real go command run against them.

The URL of a proxy says what it answers: `http://127.0.0.1:PORT/CASE/404`, or `/CASE/200~404` with another answer for
what is below `sumdb/`; `known` serves what is published only. There is a server for each position in a GOPROXY list, so
that requests tell positions apart.
"""

import io
import json
import os
import re
import socket
import struct
import subprocess
import threading
import urllib.error
import urllib.request
import zipfile
from base64 import b64encode
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from tests.facts.go.oracle.published import PUBLISHED, module_content

MODULE = "example.test/m"
VERSION = "v1.0.0"
NO_URL = frozenset({",", "|", "direct", "off"})
POSITIONS = 3
PAGE = b"<!doctype html><title>Sign in</title><form></form>"
STALL_S = 2.0
"""How long a go command that waits for an answer is watched."""
LONGEST_S = 60.0

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_LOOKUP = re.compile(r"/sumdb/|/(?:lookup|tile)/|/latest$")
_TRACE = re.compile(r"^# get (https?://[^/\s]\S*)$", re.MULTILINE)
_MISSING = re.compile(r": (?:404 Not Found|410 Gone|no such file or directory)")


class Asked(NamedTuple):
    """One request that a proxy received."""

    position: int
    answer: str
    path: str
    """Below the address of the proxy."""


class Ran(NamedTuple):
    """What a go command did."""

    outcome: str
    asked: list[Asked]
    """What the proxies received, in order."""
    traced: list[str]
    """The URLs that go says it requests, in order; those that nobody receives are among them."""
    error: str


def module_file(module: str, name: str) -> bytes | None:
    """A file of the protocol for any module in its one version; None when there is no such file."""
    content = module_content(module)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        for path, text in content.items():
            files.writestr(f"{module}@{VERSION}/{path}", text)
    info = json.dumps({"Version": VERSION}).encode()
    return {
        "@v/list": f"{VERSION}\n".encode(),
        "@latest": info,
        f"@v/{VERSION}.info": info,
        f"@v/{VERSION}.mod": content["go.mod"],
        f"@v/{VERSION}.zip": archive.getvalue(),
    }.get(name)


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def do_GET(self) -> None:
        _, case, answers, path = self.path.split("/", 3)
        plain, _, below = answers.partition("~")
        answer = (below or plain) if path.startswith("sumdb/") else plain
        self.server.log[case].append(Asked(self.server.position, answers, path))
        match answer:
            case "200":
                self._serve(path)
            case "known":
                self._serve(path) if path.partition("/@")[0] in PUBLISHED else self._send(404, b"no\n")
            case "html":
                self._send(200, PAGE, "text/html")
            case "reset":
                self._reset()
            case "stall":
                self.server.stalled[case].set()
                self.connection.recv(1)  # until the other side is gone
            case _:
                self._send(int(answer), b"no\n")

    def _serve(self, path: str) -> None:
        if not path.startswith("sumdb/"):
            module, _, name = path.partition("/@")
            body = module_file(module, f"@{name}")
            self._send(200, body) if body is not None else self._send(404, b"no\n")
            return
        _, _, request = path.removeprefix("sumdb/").partition("/")
        if request == "supported":
            self._send(200, b"")
            return
        try:
            with _OPENER.open(f"{self.server.database}/{request}", timeout=LONGEST_S) as answer:
                self._send(200, answer.read())
        except urllib.error.HTTPError as error:
            self._send(error.code, error.read())

    def _send(self, status: int, body: bytes, kind: str = "text/plain; charset=utf-8") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, position: int, proxies: "Proxies") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.position = position
        self.log = proxies.log
        self.stalled = proxies.stalled
        self.database = proxies.database

    def handle_error(self, *_: object) -> None:
        """Clients are killed in the middle of a request here."""


@dataclass
class Proxies:
    """The proxies; `database` is the address of a checksum database that they pass lookups on to."""

    database: str = ""
    log: dict[str, list[Asked]] = field(default_factory=lambda: defaultdict(list))
    stalled: dict[str, threading.Event] = field(default_factory=lambda: defaultdict(threading.Event))
    _stack: ExitStack = field(default_factory=ExitStack)
    _ports: list[int] = field(default_factory=list)
    _closed: list[int] = field(default_factory=list)

    def __enter__(self) -> "Proxies":
        for position in range(POSITIONS):
            server = _Server(position, self)
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            self._stack.callback(server.server_close)
            self._stack.callback(server.shutdown)
            self._ports.append(server.server_address[1])
            refusing = self._stack.enter_context(socket.socket())
            refusing.bind(("127.0.0.1", 0))  # and never listens
            self._closed.append(refusing.getsockname()[1])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()

    def host(self, position: int, answer: str) -> str:
        """The `host:port` of the proxy at a position."""
        return f"127.0.0.1:{(self._closed if answer == 'refused' else self._ports)[position]}"

    def value(self, case: str, entries: Sequence[str]) -> str:
        """A GOPROXY value for a list of answers, separators and keywords: `404`, `,`, `direct`."""
        return "".join(
            entry if entry in NO_URL else f"http://{self.host(index // 2, entry)}/{case}/{entry}"
            for index, entry in enumerate(entries)
        )

    @property
    def nobody(self) -> str:
        """An address that refuses connections."""
        return f"http://127.0.0.1:{self._closed[0]}"

    def position(self, url: str) -> int | None:
        """The position of the proxy that a URL leads to."""
        port = int(url.split("/")[2].rpartition(":")[2]) if url.startswith("http://127.0.0.1:") else 0
        ports = [*self._ports, *self._closed]
        return ports.index(port) % POSITIONS if port in ports else None

    def run(self, case: str, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Ran:
        """Run a go command and say what it did; one that waits for an answer is stopped."""
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        waits = False
        with _Watch(process, self.stalled[case]) as watch:
            stdout, stderr = process.communicate(timeout=LONGEST_S)
            waits = watch.stopped
        error = str(json.loads(stdout).get("Error", "")) if stdout else "" if waits else stderr
        return Ran(
            "hangs" if waits else _outcome(process.returncode, error),
            self.log.pop(case, []),
            _TRACE.findall(stderr),
            error,
        )


class _Watch(threading.Thread):
    """Kills a process some time after a proxy has begun not to answer it."""

    def __init__(self, process: "subprocess.Popen[str]", stalled: threading.Event) -> None:
        super().__init__(daemon=True)
        self.process = process
        self.stalled = stalled
        self.done = threading.Event()
        self.stopped = False

    def run(self) -> None:
        while not self.stalled.wait(0.02):
            if self.done.is_set():
                return
        if not self.done.wait(STALL_S):
            self.stopped = True
            self.process.kill()

    def __enter__(self) -> "_Watch":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.join()


def _outcome(code: int, error: str) -> str:
    if code == 0:
        return "found"
    if "module lookup disabled by GOPROXY=off" in error:
        return "off"
    return "not_found" if _MISSING.search(error) else "failed"


def go_sum(module: str) -> dict[str, str]:
    """The lines of go.sum for a module: of its go.mod file (`mod`) and of itself (`zip`)."""
    content = module_content(module)

    def line(version: str, *paths: str, root: str = "") -> str:
        lines = "".join(f"{sha256(content[path]).hexdigest()}  {root}{path}\n" for path in sorted(paths))
        return f"{module} {version} h1:{b64encode(sha256(lines.encode()).digest()).decode()}\n"

    return {"mod": line(f"{VERSION}/go.mod", "go.mod"), "zip": line(VERSION, *content, root=f"{module}@{VERSION}/")}


def make_environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """What a go command runs with: nothing of the caller's, an empty cache, and nobody to ask but the loopback.

    Whatever is not on the loopback goes to a web proxy (`https_proxy` in the settings), so that no name is looked up.
    """
    telemetry = folder / "home/.config/go/telemetry"
    telemetry.mkdir(parents=True, exist_ok=True)
    (telemetry / "mode").write_text("off 2024-01-01")
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "GOPATH": str(folder / "gopath"),
        "GOCACHE": str(folder / "home/go-build"),
        "GOENV": "off",
        "GOFLAGS": "-modcacherw",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        **settings,
    }


def download(  # noqa: PLR0917 - what varies between questions
    proxies: Proxies,
    case: str,
    entries: Sequence[str],
    folder: Path,
    settings: Mapping[str, str],
    what: str = f"{MODULE}@{VERSION}",
) -> Ran:
    """Download a module through a list of proxies, without checksums unless the settings say so."""
    environment = {
        **make_environment(folder, {"GOPROXY": proxies.value(case, entries), "GOSUMDB": "off"}),
        "GOPATH": str(folder / "gopath" / case),
        "https_proxy": proxies.nobody,
        **settings,
    }
    command = ["go", "mod", "download", "-x", "-json", what]
    return proxies.run(case, command, folder, environment)


def observe(proxies: Proxies, ran: Ran) -> tuple[str, tuple[str, ...], str | None]:
    """Outcome, who was asked for the module in the order first asked, and who served it; positions name proxies."""
    asked: dict[str, None] = {}
    for url in ran.traced:
        if _LOOKUP.search(url):
            continue
        position = proxies.position(url)
        asked.setdefault("direct" if position is None else str(position))
    received = list(dict.fromkeys(str(it.position) for it in ran.asked if not it.path.startswith("sumdb/")))
    assert received == [it for it in asked if it in received], (received, ran)
    served = [str(it.position) for it in ran.asked if it.path.endswith(".zip") and it.answer.startswith("200")]
    last = served[-1] if served else "direct"
    return ran.outcome, tuple(asked), last if ran.outcome == "found" else None
