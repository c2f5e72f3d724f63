"""Every GOPROXY list of up to three elements, and the file that keeps what the go command did with each."""

import json
from collections.abc import Iterator, Mapping
from itertools import product
from string import ascii_letters

ANSWERS = ("200", "404", "410", "403", "429", "500", "502", "refused", "reset", "html", "stall")
ELEMENTS = (*ANSWERS, "direct", "off")
LONGEST = 3

List = tuple[str, ...]
"""Elements with the separators between them: `("404", ",", "direct")`."""
Observed = tuple[str, tuple[str, ...], str | None]
"""The outcome, who was asked in the order first asked, who served: positions in the list, or `direct`."""


def all_lists() -> Iterator[List]:
    """Every list of up to three elements with both separators."""
    for beginning in _beginnings():
        for element in ELEMENTS:
            yield (*beginning, element)


def encode(observed: Mapping[List, Observed], version: str, command: str) -> str:
    """The text of the file: a row for all lists that differ in the last element only, a letter for each result."""
    results = sorted(set(observed.values()), key=lambda it: (it[0], len(it[1]), it[1]))
    letters = dict(zip(results, ascii_letters, strict=False))
    rows = {
        "".join(beginning): "".join(letters[observed[(*beginning, element)]] for element in ELEMENTS)
        for beginning in _beginnings()
    }
    legend = {letter: list(result) for result, letter in letters.items()}
    head = {"go": version, "command": command, "last element": " ".join(ELEMENTS), "results": legend, "lists": rows}
    lines = [f"{json.dumps(key)}: {_lines(value)}" for key, value in head.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def decode(text: str) -> dict[List, Observed]:
    """What the file says of each list."""
    data = json.loads(text)
    results = {letter: (kind, tuple(asked), served) for letter, (kind, asked, served) in data["results"].items()}
    return {
        (*beginning, element): results[letter]
        for beginning in _beginnings()
        for element, letter in zip(ELEMENTS, data["lists"]["".join(beginning)], strict=True)
    }


def _beginnings() -> Iterator[List]:
    for length in range(LONGEST):
        yield from product(*(ELEMENTS, ",|") * length)


def _lines(value: object) -> str:
    """JSON with one entry of an object on each line."""
    if not isinstance(value, dict):
        return json.dumps(value)
    return "{\n" + ",\n".join(f" {json.dumps(key)}: {json.dumps(it)}" for key, it in value.items()) + "\n}"
