"""What the tests of the readers share: cases with their whole expected facts, in a form that people can check."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest

from policygate.facts.files import Files
from policygate.facts.go.variables import VARIABLES
from policygate.facts.link.go_contexts import link
from policygate.facts.model import Assignment, Command, Context, FileFacts, Go, Setting
from policygate.facts.own import FAMILIES, OuterValue, Surroundings, state_own
from policygate.location import At, nowhere

Run = tuple[list[str], str, dict[str, str]]
Linked = Callable[..., dict[str, dict[str, set[str]]]]
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


def possible(context: Context, command: Command) -> dict[str, set[str]]:
    """The values that each variable of a go command may have when nobody sets any; unset is as good as empty.

    A value that the files do not tell has a question mark in front of it, so that it equals nothing.
    """
    return {
        name: set(_values([*getattr(command.settings, name), *getattr(context.settings, name)]))
        for name in sorted(VARIABLES)
    }


def _values(settings: list[Setting]) -> Iterator[str]:
    for setting in settings:
        if setting.confidence == "unknown":
            yield f"?{setting.value}"
        else:
            yield "" if setting.at.origin == "default" else setting.value
        if not setting.condition or setting.condition.startswith("unless "):
            return
    yield ""


@pytest.fixture
def linked() -> Linked:
    """A function from the facts of a file to the arguments of each go command and the values that it may receive.

    Outside the repository nothing is set but what is given. Commands with equal arguments are one, with all that any of
    them may receive.
    """
    own = state_own(modules=[], public=[], proxies=[], sumdbs=[])

    def predict(facts: FileFacts, outer: Mapping[str, str] | None = None) -> dict[str, dict[str, set[str]]]:
        given = {name: OuterValue(value, nowhere("outer")) for name, value in (outer or {}).items()}
        surroundings = Surroundings(own, dict.fromkeys(FAMILIES.values(), given))
        found: dict[str, dict[str, set[str]]] = {}
        for context in link(facts, surroundings, Go()).contexts:
            for command in context.commands:
                values = found.setdefault(" ".join(command.arguments), {name: set() for name in VARIABLES})
                for name, more in possible(context, command).items():
                    values[name] |= more
        return found

    return predict


@pytest.fixture
def hold(linked: Linked, record_count: Callable[[str, int, int], None]) -> Callable[[str, FileFacts, list[Run]], None]:
    """A function that holds what is said of go commands against what `go_runs` saw, for an oracle of this name.

    A command whose arguments hold `open` may have several values, of which those that were seen must be some, and may
    have one that the files do not tell; any other command has exactly one.
    """

    def compare(oracle: str, facts: FileFacts, runs: list[Run]) -> None:
        seen: dict[str, list[dict[str, str]]] = {}
        for arguments, _, environment in runs:
            seen.setdefault(" ".join(arguments), []).append(environment)
        predicted = linked(facts)
        wrong = [f"only one side has {command}" for command in predicted.keys() ^ seen.keys()]
        for command in predicted.keys() & seen.keys():
            for name, values in predicted[command].items():
                real = {environment.get(name, "") for environment in seen[command]}
                told = real <= values or any(value.startswith("?") for value in values)
                if not (told if "open" in command else real == values):
                    wrong.append(f"{command}: {name} is {sorted(real)}, not {sorted(values)}")
        record_count(oracle, len(runs), len(wrong))
        assert (facts.problems, sorted(wrong)) == ([], [])

    return compare


@pytest.fixture
def projects() -> Callable[[str], dict[str, dict[str, str]]]:
    """A function from the name of a table to its projects, each of them its files by path."""

    def read(table: str) -> dict[str, dict[str, str]]:
        text = (Path(__file__).parent / table).read_text(encoding="utf-8")
        _, *parts = re.split(r"(?m)^### (.*)\n", text)
        return {
            name: dict(zip(*[iter(re.split(r"(?m)^--- (.*)\n", inner)[1:])] * 2, strict=True))
            for name, inner in zip(parts[::2], parts[1::2], strict=True)
        }

    return read
