"""What the tests of the readers share: cases with their whole expected facts, in a form that people can check."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from policygate.facts.model import Assignment, FileFacts
from policygate.location import At

_CASE = re.compile(r"### (.*)\n((?:(?!===\n).*\n)*)===\n((?:(?!### ).*\n)*)")


def describe(facts: FileFacts) -> str:
    """Places, their assignments and commands, problems and secrets, each with its span."""
    return "".join(f"{line}\n" for line in _lines(facts))


def _lines(facts: FileFacts) -> Iterator[str]:
    for place in facts.places:
        yield f"{place.kind} {place.id} {place.name} in {place.directory} {_span(place.at)}"
        yield from (f"  {_shown(assignment)}" for assignment in place.assignments)
        for command in place.commands:
            yield f"  $ {command.text!r} {command.arguments} in {command.directory or '?'} {_span(command.at)}"
            yield from (f"      {_shown(assignment)}" for assignment in command.assignments)
    yield from (f"problem: {problem.message} {_span(problem.at)}" for problem in facts.problems)
    yield from (f"secret {_span(at)}" for at in facts.secrets)


def _shown(assignment: Assignment) -> str:
    notes = [f"if {assignment.condition}"] if assignment.condition else []
    notes += ["dynamic"] if assignment.dynamic else []
    notes += ["credentials"] if assignment.credentials else []
    notes += [f"lost: {assignment.lost}"] if assignment.lost else []
    value = repr(assignment.value)
    return " | ".join([f"{assignment.name}={value} {_span(assignment.at)} [{assignment.scope}]", *notes])


def _span(at: At) -> str:
    assert at.origin == "text"
    start, end = at.start, at.end
    return f"{start.line}:{start.column}-" + (f"{end.line}:" if end.line != start.line else "") + f"{end.column}"


@pytest.fixture
def described() -> Callable[[FileFacts], str]:
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
