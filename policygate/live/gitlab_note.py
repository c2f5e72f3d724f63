"""One note in a merge request that is rewritten by each run (https://docs.gitlab.com/api/notes/#merge-requests)."""

import json
import os
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Literal

from policygate.errors import LiveError

MARKER = "<!-- policygate -->"
"""The first line of the note, by which the next run finds it."""

Done = Literal["created", "updated", "unchanged", "not needed"]

_TIMEOUT_S = 15
_PAGE = 100
_MAX_PAGES = 100
_MAX_CHARS = 900_000
_QUICK_ACTION = re.compile(r"(?m)^(\s*)/(?=\w)")
_TOO_LONG = "The report of policygate is too long for a note. The artifacts of its job hold it.\n"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to wherever it leads."""

    def redirect_request(self, *_: object) -> None:
        return None


@dataclass(frozen=True)
class MergeRequest:
    """A merge request and how to reach it; `api` is the address of the API with its version."""

    api: str
    project: str
    number: str
    token: str
    ca_file: str = ""

    def write_note(self, text: str, *, relevant: bool) -> Done:
        """Rewrite our note; write a first one only if there is something relevant to say.

        No line of it is a quick action (`/merge`), which GitLab would carry out with the rights of the token.

        Raises:
            LiveError: GitLab cannot be reached, refuses, or answers nonsense.
        """
        body = _QUICK_ACTION.sub(r"\1\/", text) if len(text) <= _MAX_CHARS else _TOO_LONG
        body = body if body.startswith(MARKER) else f"{MARKER}\n{body}"
        notes = f"projects/{self.project}/merge_requests/{self.number}/notes"
        earlier = self._earlier(notes)
        if earlier is None and not relevant:
            return "not needed"
        if earlier is None:
            self._ask("POST", notes, {"body": body})
            return "created"
        if str(earlier["body"]).strip() == body.strip():
            return "unchanged"
        self._ask("PUT", f"{notes}/{int(earlier['id'])}", {"body": body})
        return "updated"

    def _earlier(self, notes: str) -> Mapping[str, Any] | None:
        """Our earlier note. One with our marker that somebody else wrote is none of ours."""
        try:
            me = self._ask("GET", "user")["id"]
            for note in self._pages(notes):
                if note["author"]["id"] == me and str(note["body"]).startswith(MARKER):
                    return note
        except (LookupError, TypeError) as error:
            raise LiveError("GitLab's answer has another shape than its documentation says") from error
        return None

    def _pages(self, notes: str) -> Iterator[Mapping[str, Any]]:
        for page in range(1, _MAX_PAGES + 1):
            found = self._ask("GET", f"{notes}?sort=asc&order_by=created_at&per_page={_PAGE}&page={page}")
            yield from found
            if len(found) < _PAGE:
                return

    def _ask(self, method: str, path: str, content: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - JSON
        address = f"{self.api.rstrip('/')}/{path}"
        if not address.startswith(("https://", "http://")):
            raise LiveError(f"`{self.api}` is no address of GitLab's API")
        data = json.dumps(content).encode() if content is not None else None
        headers = {"PRIVATE-TOKEN": self.token, "Content-Type": "application/json"}
        try:
            request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310 - checked above
            with self._opener().open(request, timeout=_TIMEOUT_S) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            error.close()
            hint = "the token needs the scope `api` and the role Reporter" if error.code in {401, 403} else ""
            raise LiveError(f"GitLab answered {error.code} to {method} {path.partition('?')[0]}", hint) from error
        except (OSError, ValueError, HTTPException) as error:
            raise LiveError(f"GitLab cannot be asked: {error}") from error

    def _opener(self) -> urllib.request.OpenerDirector:
        tls = ssl.create_default_context()
        if self.ca_file:
            tls.load_verify_locations(self.ca_file)
        return urllib.request.build_opener(_NoRedirect, urllib.request.HTTPSHandler(context=tls))


def merge_request(environment: Mapping[str, str], token: str) -> MergeRequest:
    """The merge request of this pipeline; in one from a fork that is a merge request of the target's project.

    Raises:
        LiveError: this is no pipeline of a merge request, or there is no token.
    """
    api, project, number = (
        environment.get(name, "") for name in ("CI_API_V4_URL", "CI_MERGE_REQUEST_PROJECT_ID", "CI_MERGE_REQUEST_IID")
    )
    if not api or not project.isdecimal() or not number.isdecimal():
        raise LiveError("this is no pipeline of a merge request", "GitLab's variables name none")
    if not token.isprintable() or not token:
        raise LiveError("there is no token for the note", "give a project access token in `POLICYGATE_TOKEN`")
    ca_file = environment.get("CI_SERVER_TLS_CA_FILE", "")
    return MergeRequest(api, project, number, token, ca_file if os.path.exists(ca_file) else "")  # noqa: PTH110


def is_relevant(report: Mapping[str, Any]) -> bool:
    """Whether a JSON report says something that a merge request should be told when it has no note yet.

    That is a check that did not pass, or a finding that nothing excuses and that was not there before.
    """
    return report["verdict"] != "pass" or any(
        finding["disposition"] == "active" and finding["change"] not in {"carried", "fixed"}
        for finding in report["findings"]
    )
