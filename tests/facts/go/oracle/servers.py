"""Proxies on the loopback that answer in every way, and the real go command run against them.

The URL of a proxy says what it answers: `http://127.0.0.1:PORT/CASE/404`, or `/CASE/200~404` with another answer for
what is below `sumdb/`. There is a server for each position in a GOPROXY list, so that requests tell positions apart.
"""

import io
import json
import os
import re
import select
import socket
import struct
import subprocess
import threading
import urllib.error
import urllib.request
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, NamedTuple

MODULE = "example.test/m"
VERSION = "v1.0.0"
ANSWERS = ("200", "404", "410", "403", "429", "500", "502", "refused", "reset", "html", "stall")
KEYWORDS = ("direct", "off")
POSITIONS = 3
PAGE = b"<!doctype html><title>Sign in</title><form></form>"
STALL_S = 2.0
"""How long a go command that waits for an answer is watched."""
LONGEST_S = 60.0

_TRACE = re.compile(r"^# get (https?://\S+)$", re.MULTILINE)


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
    """A file of the protocol for any module in its one version."""
    go_mod = f"module {module}\n".encode()
    match name:
        case "@v/list":
            return f"{VERSION}\n".encode()
        case "@v/v1.0.0.info" | "@latest":
            return json.dumps({"Version": VERSION}).encode()
        case "@v/v1.0.0.mod":
            return go_mod
        case "@v/v1.0.0.zip":
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as archive:
                archive.writestr(f"{module}@{VERSION}/go.mod", go_mod)
            return buffer.getvalue()
    return None


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
            module, _, name = path.replace("@latest", "@/@latest").partition("/@")
            body = module_file(module, f"@{name.removeprefix('/@')}")
            self._send(200, body) if body is not None else self._send(404, b"no\n")
            return
        _, _, request = path.removeprefix("sumdb/").partition("/")
        if request == "supported":
            self._send(200, b"")
            return
        try:
            with urllib.request.urlopen(f"{self.server.database}/{request}", timeout=LONGEST_S) as answer:  # noqa: S310
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
        """A GOPROXY value for a list of answers, keywords and separators: `404`, `,`, `direct`."""
        return "".join(
            f"http://{self.host(index // 2, entry)}/{case}/{entry}" if entry.partition("~")[0] in ANSWERS else entry
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
    return "not_found" if re.search(r": (?:404 Not Found|410 Gone|open [^\n]*: no such file)", error) else "failed"
