"""Scenarios: what each host answers, and what the go command makes of it (https://go.dev/ref/mod#goproxy-protocol)."""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from policygate.errors import UsageError
from policygate.redact import redact

Kind = Literal["taken", "missing", "off", "error", "broken", "waits", "unknown"]

_STATUS = re.compile(r"[2-5][0-9]{2}", re.ASCII)
_SCHEME = re.compile(r"(?:https?|file)://")
_PORT = re.compile(r":[0-9]*\Z")
_WORDS: Mapping[str, str] = {
    "refused": "refuses the connection",
    "reset": "breaks the connection",
    "html": "sends a web page",
    "stall": "never answers",
}
_WELCOME: Mapping[str, str] = {"supported": "passes lookups on", "lookup": "has the checksums"}
_PAGE: Mapping[str, tuple[Kind, str]] = {
    ".mod": ("taken", "a web page passes as `.mod`"),
    ".zip": ("broken", "the page is no zip, which go sees only after it has taken it"),
    "supported": ("taken", "a web page passes as a yes"),
    "lookup": ("error", "a web page is no record of the database"),
}


class Reply(NamedTuple):
    """What the go command makes of an answer to one request."""

    kind: Kind
    """`missing` leads to the next element, `error` only after a pipe; nothing follows the others."""
    answer: str
    """As given, `200` where none was given; empty when nobody is asked."""
    why: str


def parse_answers(value: str) -> dict[str, str]:
    """The answers of `HOST=502,HOST/PATH=reset`, by host.

    Raises:
        UsageError: an element is no pair, or its answer is unknown.
    """
    answers = {}
    for element in value.split(","):
        place, equals, answer = element.strip().rpartition("=")
        if not equals or not place:
            raise UsageError(f"`{redact(element.strip())}` is no answer of a host", "write HOST=404, HOST/PATH=reset")
        answers[place] = answer
    Scenario(answers)
    return answers


class Scenario:
    """The given answers, by host (`HOST`, `HOST:PORT`), part of a host (`HOST/PATH`) or folder (`/PATH`).

    The longest place that holds an address decides. `direct` stands for every repository that is fetched directly, and
    `sumdb` for the checksum database itself.
    """

    def __init__(self, answers: Mapping[str, str]) -> None:
        """Take the answers.

        Raises:
            UsageError: an answer is neither a status nor a word that is known.
        """
        for place, answer in answers.items():
            if answer not in _WORDS and not _STATUS.fullmatch(answer):
                known = ", ".join(f"`{word}`" for word in _WORDS)
                raise UsageError(f"`{answer}` for `{redact(place)}` is no answer", f"known are an HTTP status, {known}")
        places = {_normal(place): answer for place, answer in answers.items()}
        self._places = dict(sorted(places.items(), key=lambda item: len(item[0]), reverse=True))

    def of(self, *addresses: str) -> str:
        """The answer for the first of the addresses that one is given for; empty when there is none."""
        for address in addresses:
            host, slash, path = address.partition("/")
            bare = f"{_PORT.sub('', host)}{slash}{path}"
            for place, answer in self._places.items():
                if any(it == place or it.startswith(f"{place}/") for it in (address, bare)):
                    return answer
        return ""

    def names(self, address: str) -> bool:
        """Whether an answer is given for exactly this address."""
        return address in self._places


def reply_of(answer: str, request: str) -> Reply:
    """What go makes of an answer to a request: `@v/list`, `.info`, `.mod`, `.zip`, `supported` or `lookup`."""
    if answer in ("", "200"):
        return Reply("taken", "200", _WELCOME.get(request, "has the module" if answer else "is taken to have it"))
    if answer in ("404", "410"):
        return Reply("missing", answer, "does not pass lookups on" if request == "supported" else "does not have it")
    if answer == "stall":
        return Reply("waits", answer, "go sets no limit on the time of an answer, whatever the separator")
    if answer == "html":
        kind, why = _PAGE.get(request, ("error", f"a web page is no valid `{request}`"))
        return Reply(kind, answer, why)
    return Reply("error", answer, _WORDS.get(answer) or f"answers {answer}")


def _normal(place: str) -> str:
    host, slash, path = _SCHEME.sub("", place.strip(), count=1).rstrip("/").partition("/")
    return f"{host.rpartition('@')[2].lower()}{slash}{path}"
