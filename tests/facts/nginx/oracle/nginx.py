"""A real nginx on loopback, and servers behind it that answer as they are told."""

import random
import re
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseRequestHandler, UDPServer
from threading import Thread
from typing import NamedTuple

NGINX = Path(__file__).parents[4] / ".tools" / "nginx" / "nginx"
PLACES = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
"""What nginx keeps in folders that only root may write, unless it is told otherwise."""


class Answer(NamedTuple):
    """What a client was told."""

    status: int
    body: str
    kept_s: int
    """How many seconds it may be kept; the most that any header says."""


class RefusedError(Exception):
    """Nginx does not start with a configuration."""


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, below those that the system gives to clients, which come and go."""
    ports: list[int] = []
    for port in random.SystemRandom().sample(range(12_000, 32_000), 20 * count):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            ports.append(port)
        if len(ports) == count:
            return ports
    raise RefusedError("no ports are free")


def ask(port: int, target: str, headers: Mapping[str, str] | None = None) -> Answer:
    """One GET of a target that nothing normalises on the way; a closed connection is status 0."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.putrequest("GET", target, skip_host="Host" in (headers or {}))
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        body = response.read().decode("latin-1")
        ages = re.findall(r"max-age=(\d+)", response.getheader("Cache-Control") or "")
        return Answer(response.status, body, max(map(int, ages), default=0))
    except (OSError, HTTPException):
        return Answer(0, "", 0)
    finally:
        connection.close()


@contextmanager
def stub(status: int, body: str) -> Iterator[int]:
    """The port of a server that gives every request the same answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()


@contextmanager
def name_server(address: str) -> Iterator[int]:
    """The port of a name server to which every name has one address (https://www.rfc-editor.org/rfc/rfc1035)."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            question, reply = self.request
            name_end = question.index(b"\0", 12) + 5
            record = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04" + socket.inet_aton(address)
            header = question[:2] + b"\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"
            reply.sendto(header + question[12:name_end] + record, self.client_address)

    with UDPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@contextmanager
def running(room: Path, text: str) -> Iterator[None]:
    """Nginx with a whole nginx.conf, ready to answer; `room` is its prefix and holds whatever the text refers to.

    Raises: RefusedError with what nginx says.
    """
    process = start(room, text)
    try:
        wait_until_ready(process, room, text)
        yield
    finally:
        process.kill()
        process.wait()


def start(room: Path, text: str) -> "subprocess.Popen[bytes]":
    """Nginx in one process, which ends with it."""
    (room / "temp").mkdir(parents=True, exist_ok=True)
    places = " ".join(f"{name}_temp_path {room}/temp/{name};" for name in PLACES)
    own = f"http {{ access_log off; {places} "
    (room / "nginx.conf").write_text(re.sub(r"(?m)^http\s*\{", lambda _: own, text, count=1), encoding="utf-8")
    first = f"daemon off; master_process off; pid {room}/pid; error_log {room}/log notice;"
    command = [str(NGINX), "-p", f"{room}/", "-c", "nginx.conf", "-e", f"{room}/log", "-g", first]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_until_ready(process: "subprocess.Popen[bytes]", room: Path, text: str) -> None:
    """Wait for the last port of a configuration.

    Raises: RefusedError with what nginx says.
    """
    port = int(re.findall(r"listen 127\.0\.0\.1:(\d+)", text)[-1])
    for _ in range(1000):
        if process.poll() is not None:
            raise RefusedError((room / "log").read_text(encoding="utf-8"))
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.005)
    raise RefusedError("nginx does not listen")
