"""A secret that stands in a checkout stands in no output, whatever file and notation it is in."""

import json
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from policygate import gate, why
from policygate.case import open_case
from policygate.facts.net.added import hidden
from policygate.location import At, Position, Text
from policygate.report import RENDERERS
from policygate.report.why import render_json, render_text
from policygate.request import Request
from tests.network_checkouts import SECTION
from tests.secret_places import ADDED, FILES, MARKS, Secret, plant

Repository = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]

MOST_PLACES = 10
"""Places beside a finding that the text has room for."""
SLICE = 6
"""Characters of a secret that are too many."""
EMBEDDED = {"PATH": "/usr/bin:/bin"}
"""Without opa, which takes longer to start."""
HEXADECIMAL = re.compile("[0-9a-f]+")
GONE = "gone/.env"
"""A file that only the base has."""
BEFORE = {**FILES, GONE: FILES[".env"]}


def planted(files: Mapping[str, str], side: str) -> tuple[dict[str, str], list[Secret]]:
    made = {path: plant(path, text, side) for path, text in files.items()}
    return {path: text for path, (text, _) in made.items()}, [each for _, found in made.values() for each in found]


def slices(text: str) -> set[str]:
    """All parts of words that are too long to be shown."""
    words = set(re.findall(rf"[\w%/@?#+=]{{{SLICE},}}", text.lower()))
    return {word[start : start + SLICE] for word in words for start in range(len(word) - SLICE + 1)}


def shown(output: str, secrets: Iterable[Secret]) -> list[str]:
    """Those secrets of which a part stands in an output."""
    parts = slices(output)
    return sorted({f"{each.path} {each.written}" for each in secrets if not parts.isdisjoint(told(each))})


@cache
def told(secret: Secret) -> set[str]:
    """What gives a secret away; six hexadecimal digits may stand in any fingerprint."""
    return {part for shape in secret.shapes for part in slices(shape) if not HEXADECIMAL.fullmatch(part)}


def pointing(policy: Path, secrets: Sequence[Secret], files: Mapping[str, str]) -> Path:
    """A policy whose findings stand on the secrets themselves, so that excerpts show these, and on each endpoint."""
    texts = {path: Text(path, text.encode()) for path, text in files.items()}
    places = [texts[each.path].at(each.start, each.end).model_dump() for each in secrets]
    groups = [places[first : first + MOST_PLACES] for first in range(0, len(places), MOST_PLACES)]
    policy.write_text(f"""\
package acme.pointing

deny contains {{"message": "here", "subject": sprintf("%d", [number]), "at": group[0], "related": related}} if {{
    some number, group in {json.dumps(groups, indent=1)}
    related := [{{"message": "and here", "at": at}} | some at in group]
}}

deny contains {{"message": endpoint.text, "at": endpoint.at}} if some endpoint in input.network.endpoints

deny contains {{"message": endpoint.text, "at": endpoint.at}} if some endpoint in input.change.endpoints
""")
    return policy


def commit(root: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@acme.example"]
    subprocess.run(["git", "switch", "--quiet", "--create", "change"], cwd=root, check=True)
    subprocess.run(["git", "add", "--all", "--force"], cwd=root, check=True)
    subprocess.run(["git", *who, "commit", "--quiet", "--message", "change"], cwd=root, check=True)


def outputs(run: Run, commands: Mapping[str, Sequence[object]], reports: Path) -> dict[str, str]:
    """What some commands print and write, by command and stream or file."""
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(lambda command: run(*command, env=EMBEDDED), commands.values())
        done = dict(zip(commands, answers, strict=True))
    assert {name: each.stderr for name, each in done.items() if each.returncode not in {0, 1}} == {}
    streams = {
        f"{name} {stream}": getattr(each, stream) for name, each in done.items() for stream in ("stdout", "stderr")
    }
    return streams | {str(file.relative_to(reports)): file.read_text() for file in sorted(reports.rglob("*.out"))}


def formats(folder: Path) -> list[str]:
    folder.mkdir(parents=True)
    return [f"--format={name}:{folder / name}.out" for name in RENDERERS]


@pytest.fixture
def checkout(repository: Repository) -> Path:
    """A merge request: the base holds all files with other secrets, the head adds sources and deletes one file."""
    before, _ = planted(BEFORE, "base")
    after, _ = planted({**FILES, **ADDED}, "head")
    root = repository({**before, "policygate.yaml": SECTION})
    (root / GONE).unlink()
    commit(root, after)
    return root


def test_no_output_shows_any(run: Run, checkout: Path, tmp_path: Path) -> None:
    after, secrets = planted({**FILES, **ADDED}, "head")
    reports = tmp_path / "reports"
    read = pointing(tmp_path / "read.rego", [each for each in secrets if each.path in FILES], after)
    added = pointing(tmp_path / "added.rego", secrets, after)
    until = date.today() + timedelta(days=30)
    commands = {
        "check": ("check", checkout, "--policy", read, "--base=", *formats(reports / "check")),
        "change": ("check", checkout, "--policy", added, "--base=main", "--all", *formats(reports / "change")),
        "facts": ("facts", checkout, "--base=main"),
        "network": ("facts", checkout, "--only=network"),
        "waive": ("waive", checkout, "--all", "--reason=moves", "--owner=team", f"--expires={until}"),
    }
    found = outputs(run, commands, reports)
    old = planted(BEFORE, "base")[1]
    assert {name: where for name, output in found.items() if (where := shown(output, [*secrets, *old]))} == {}


def test_every_secret_was_read_and_no_reason_shows_any(checkout: Path) -> None:
    after, secrets = planted({**FILES, **ADDED}, "head")
    request = Request(root=checkout, today="2026-01-31", engine="embedded", target="main", everything=True)
    decided = gate.decide(open_case(request))
    spans = [*decided.sides[0].files.secrets, *hidden(decided.inputs[0].change.endpoints)]
    assert [each for each in secrets if not is_covered(each, after[each.path], spans)] == []
    verdict = gate.judged(decided)
    some = {key: each for each in verdict.findings for key in (each.rule.id, each.at.path)}
    assert len(some) > 30
    for finding in set(some.values()):
        told = why.reasons([finding], decided, verdict)
        assert shown(render_text(told) + render_json(told), [*secrets, *planted(BEFORE, "base")[1]]) == []


def is_covered(secret: Secret, text: str, spans: Iterable[At]) -> bool:
    """Whether one of some spans holds a secret."""
    at = Text(secret.path, text.encode()).at(secret.start, secret.end)
    start, end = place(at.start), place(at.end)
    return any(each.path == at.path and place(each.start) <= start and end <= place(each.end) for each in spans)


def place(position: Position) -> tuple[int, int]:
    return position.line, position.column


ENDINGS = {"yaml": "\n  - [}: {\n", "yml": "\n  - [}: {\n", "json": "\n}}]{\n"}
"""By the ending of a file's name, what its parser refuses."""


def broken(path: str, text: str, number: int) -> str:
    """A file with nonsense right behind one of its secrets: at its end, or in the middle of the line."""
    mark = list(MARKS.finditer(text))[number]
    if (number + len(path)) % 2:
        return f"{text[: mark.end()]}\"'}}{{{text[mark.end() :]}"
    return text[: mark.end()] + ENDINGS.get(path.rpartition(".")[2], "\\u12 = [\n\0{")


def test_no_output_shows_any_of_a_malformed_file(run: Run, repository: Repository, tmp_path: Path) -> None:
    every = {
        f"{number}/{path}": broken(path, text, number)
        for path, text in FILES.items()
        for number in range(len(MARKS.findall(text)))
    }
    every["alias/compose.yaml"] = "services:\n  shop:\n    environment:\n      DB_PASS: *SECRET\n"
    files, secrets = planted(every, "broken")
    root = repository({**files, "policygate.yaml": SECTION})
    found = outputs(run, {"check": ("check", root, "--base=", *formats(tmp_path / "reports"))}, tmp_path / "reports")
    malformed = [each for each in json.loads(found["json.out"])["findings"] if each["rule"] == "gate.malformed_file"]
    assert len(malformed) > 150
    assert {name: where for name, output in found.items() if (where := shown(output, secrets))} == {}
