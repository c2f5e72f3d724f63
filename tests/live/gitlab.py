"""A loopback server that plays the part of GitLab's notes API that a note needs (https://docs.gitlab.com/api/notes/)."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from policygate.live.gitlab_note import MergeRequest

ME, SOMEBODY = 7, 8
NOTES = "/api/v4/projects/42/merge_requests/3/notes"


class GitLab(ThreadingHTTPServer):
    """Holds notes; refuses every token but `good`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.notes: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.tokens: list[str] = []
        self.broken: str | None = None
        self.moved_to = ""

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/api/v4"

    def hold(self, body: str, author: int = ME) -> None:
        self.notes.append({"id": 100 + len(self.notes), "body": body, "author": {"id": author}, "system": False})

    def merge_request(self, token: str = "good") -> MergeRequest:  # noqa: S107
        return MergeRequest(self.api, "42", "3", token)


class Handler(BaseHTTPRequestHandler):
    server: GitLab

    def do_GET(self) -> None:
        if self._refused():
            return
        if self.path == "/api/v4/user":
            self._answer(200, {"id": ME})
            return
        page = re.fullmatch(re.escape(NOTES) + r"\?sort=asc&order_by=created_at&per_page=100&page=(\d+)", self.path)
        first = (int(page[1]) - 1) * 100 if page else 0
        self._answer(*((200, self.server.notes[first : first + 100]) if page else (404, {})))

    def do_POST(self) -> None:
        if not self._refused() and self.path == NOTES:
            self.server.hold(self._content()["body"])
            self._answer(201, self.server.notes[-1])

    def do_PUT(self) -> None:
        if not self._refused():
            (note,) = (note for note in self.server.notes if self.path == f"{NOTES}/{note['id']}")
            note["body"] = self._content()["body"]
            self._answer(200, note)

    def _content(self) -> dict[str, str]:
        content: dict[str, str] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return content

    def _refused(self) -> bool:
        self.server.asked.append(f"{self.command} {self.path.partition('?')[0]}")
        self.server.tokens.append(self.headers["PRIVATE-TOKEN"])
        if self.server.moved_to:
            self.send_response(302)
            self.send_header("Location", self.server.moved_to)
            self.end_headers()
        elif self.headers["PRIVATE-TOKEN"] != "good":
            self._answer(401, {"message": "401 Unauthorized"})
        elif self.server.broken is not None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.server.broken.encode())
        else:
            return False
        return True

    def _answer(self, status: int, content: object) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *_: object) -> None:
        """Not on stderr."""


@contextmanager
def serve() -> Iterator[GitLab]:
    """A server that listens until the block ends."""
    with GitLab() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
