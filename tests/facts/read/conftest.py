"""What the tests of the readers share: cases with their whole expected facts, in a form that people can check."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from policygate.facts.files import Files
from policygate.facts.model import Assignment, FileFacts
from policygate.location import At

_CASE = re.compile(r"### (.*)\n((?:(?!===\n).*\n)*)===\n((?:(?!### ).*\n)*)")


def describe(facts: FileFacts, home: str = "") -> str:
    """Places, their assignments and commands, problems and secrets, each with its span; then what was followed.

    A span has its file in front of it when that is not `home`.
    """
    return "".join(f"{line}\n" for line in _lines(facts, partial(_span, home)))


def _lines(facts: FileFacts, span: Callable[[At], str]) -> Iterator[str]:
    for place in facts.places:
        yield f"{place.kind} {place.id} {place.name} in {place.directory} {span(place.at)}"
        yield from (f"  {_shown(assignment, span)}" for assignment in place.assignments)
        for command in place.commands:
            yield f"  $ {command.text!r} {command.arguments} in {command.directory or '?'} {span(command.at)}"
            yield from (f"      {_shown(assignment, span)}" for assignment in command.assignments)
    yield from (f"problem: {problem.message} {span(problem.at)}" for problem in facts.problems)
    yield from (f"secret {span(at)}" for at in facts.secrets)
    yield from (f"unseen {unseen.kind} {unseen.what} {span(unseen.at)}" for unseen in facts.unseen)
    yield from (f"followed {path}" for path in facts.followed)


def _shown(assignment: Assignment, span: Callable[[At], str]) -> str:
    notes = [f"if {assignment.condition}"] if assignment.condition else []
    notes += ["dynamic"] if assignment.dynamic else []
    notes += ["credentials"] if assignment.credentials else []
    notes += [f"lost: {assignment.lost}"] if assignment.lost else []
    value = repr(assignment.value)
    return " | ".join([f"{assignment.name}={value} {span(assignment.at)} [{assignment.scope}]", *notes])


def _span(home: str, at: At) -> str:
    assert at.origin == "text"
    start, end = at.start, at.end
    file = f"{at.path}:" if home and at.path != home else ""
    return f"{file}{start.line}:{start.column}-" + (f"{end.line}:" if end.line != start.line else "") + f"{end.column}"


@pytest.fixture
def described() -> Callable[..., str]:
    """`describe`, for tests."""
    return describe


@pytest.fixture
def cases() -> Callable[[str], dict[str, tuple[str, str]]]:
    """A function from the name of a table to its cases: name to input and expected description."""

    def read(table: str) -> dict[str, tuple[str, str]]:
        text = (Path(__file__).parent / table).read_text(encoding="utf-8")
        found = {name: (given, expected.strip("\n")) for name, given, expected in _CASE.findall(text)}
        assert len(found) == text.count("\n### ") + text.startswith("### ")
        return found

    return read


@pytest.fixture
def several_files() -> Callable[[str], tuple[str, bytes, Files]]:
    """A function that splits a case at its `--- path` lines: path and content of the first file, and all of them."""

    def split(text: str) -> tuple[str, bytes, Files]:
        _, *parts = re.split(r"(?m)^--- (.*)\n", text)
        content = {path: inner.encode() for path, inner in zip(parts[::2], parts[1::2], strict=True)}
        return parts[0], parts[1].encode(), Files(sorted(content), content.get)

    return split
