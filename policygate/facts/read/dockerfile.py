"""Dockerfiles as BuildKit reads them (https://docs.docker.com/reference/dockerfile/)."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment, FileFacts, GoCommand, Place, Problem
from policygate.facts.syntax.budget import Budget, TooLargeError
from policygate.facts.syntax.declared import in_order, secret_spans
from policygate.facts.syntax.dockerfile import Instruction, heredoc_of, json_words, split
from policygate.facts.syntax.dockerfile_stage import PLATFORM, Environment, Variable
from policygate.facts.syntax.dockerfile_words import Value, WordError
from policygate.facts.syntax.shell_session import (
    is_posix_shell,
    join,
    may_run_go,
    passing,
    prevailing,
    run_in_turn,
    under,
    visible,
    without,
)
from policygate.facts.syntax.snippet import Snippet
from policygate.location import At, Text

_STAGE_NAME = re.compile(r"[a-z][a-z0-9-_.]*")
_OTHERS = (".dockerignore", ".erb", ".in", ".j2", ".m4", ".md", ".rego", ".template", ".tmpl", ".tpl")
"""What stands beside a Dockerfile and bears its name, or is yet to become one."""

_TRIGGER = 1000
"""What following an ONBUILD instruction once more counts of the work that a file may cause."""

_GAP = re.compile(r"[\t\v\f\r ]+")


def read(path: str, data: bytes) -> FileFacts:
    """One place for each stage that runs go or sets its variables, in file order.

    `path` is from the root of the checkout; commands run in the folder of the file, whatever WORKDIR says, because
    that is what images copy. What BuildKit would refuse gives problems.
    """
    if path.endswith(_OTHERS):
        return FileFacts()
    file = Text(path, data)
    dockerfile = split(file)
    build = _Build(file, dockerfile.escape, list(dockerfile.problems))
    try:
        places = list(build.places(dockerfile.instructions))
    except TooLargeError as error:
        return FileFacts(problems=[Problem(message=error.message, at=file.line_at(1))])
    return FileFacts(places=places, problems=in_order(build.problems), secrets=secret_spans(file, places))


@dataclass
class _Stage:
    """A stage, and what its instructions have done so far."""

    id: str
    name: str
    at: At
    environment: Environment
    shell: bool = True
    """Whether RUN is read by a shell whose language we read."""
    triggers: list[Instruction] = field(default_factory=list)
    own: set[str] = field(default_factory=set)
    """The variables that the stage itself sets."""
    made: list[Assignment] = field(default_factory=list)
    """What RUN instructions set for themselves, latest first."""
    written: list[Assignment] = field(default_factory=list)
    commands: list[GoCommand] = field(default_factory=list)
    wraps: bool = False


@dataclass
class _Build:
    file: Text
    escape: str
    problems: list[Problem]
    budget: Budget = field(default_factory=Budget)
    stages: dict[str, _Stage] = field(default_factory=dict)
    """By name, the latest of each."""

    def places(self, instructions: tuple[Instruction, ...]) -> Iterator[Place]:
        """Follow the instructions; a stage is a place when the next one begins."""
        outer = Environment(self.escape, self.budget, closed=True)
        for name in PLATFORM:
            outer.put(name, Variable(Value(f"${name}", dynamic=True), self.file.line_at(1), ""))
        stage = None
        number = 0
        for instruction in instructions:
            if instruction.name == "FROM":
                yield from self._finished(stage)
                stage = self._from(instruction, number, outer)
                number += 1
            elif stage:
                if instruction.on_build:
                    stage.triggers.append(instruction)
                else:
                    self._follow(instruction, stage, outer)
            elif instruction.name == "ARG":
                self._argument(instruction, outer)
            else:
                self._report(f"`{instruction.name}` in front of the first `FROM`", instruction.at)
        yield from self._finished(stage)
        if stage is None and not self.problems:
            self._report("no `FROM`", self.file.line_at(1))

    def _from(self, instruction: Instruction, number: int, outer: Environment) -> _Stage:
        arguments = instruction.arguments
        words = _GAP.split(arguments.source)
        name = words[2].lower() if len(words) == 3 and words[1].lower() == "as" else ""
        if len(words) != 1 and not name:
            self._report("FROM takes an image, or an image, AS and a name", instruction.at)
        elif name and not _STAGE_NAME.fullmatch(name):
            self._report(f"stage name `{words[2]}` begins with a digit or holds symbols", instruction.at)
        label = name if name and name not in self.stages else str(number)
        end = arguments.at(0, len(arguments.source)).end
        at = At(path=self.file.path, start=instruction.at.start, end=end, origin="text")
        parent = self.stages.get(self._base(words[0], instruction, outer).lower())
        if parent:
            stage = _Stage(f"{self.file.path}#{label}", label, at, parent.environment.child(), parent.shell)
            stage.written = list(parent.written)
            for trigger in parent.triggers:
                self.budget.spend(_TRIGGER)
                self._follow(trigger, stage, outer)
        else:
            nothing = Environment(self.escape, self.budget, closed=words[0] == "scratch")
            stage = _Stage(f"{self.file.path}#{label}", label, at, nothing)
        if name:
            self.stages[name] = stage
        return stage

    def _base(self, word: str, instruction: Instruction, outer: Environment) -> str:
        try:
            return outer.expand(word).text
        except WordError as error:
            self._report(str(error), instruction.at)
            return word

    def _follow(self, instruction: Instruction, stage: _Stage, outer: Environment) -> None:
        scope = f"stage {stage.name} {instruction.name}"
        try:
            if instruction.name == "ENV":
                stage.own |= stage.environment.env(instruction, scope)
            elif instruction.name == "ARG":
                stage.own |= stage.environment.arg(instruction, scope, outer.variables)
            elif instruction.name == "SHELL":
                stage.shell = _is_read(json_words(instruction.arguments))
            elif instruction.name == "RUN":
                self._run(instruction, stage, scope)
        except WordError as error:
            self._report(str(error), instruction.at)

    def _argument(self, instruction: Instruction, outer: Environment) -> None:
        try:
            outer.arg(instruction, "ARG", {})
        except WordError as error:
            self._report(str(error), instruction.at)

    def _run(self, instruction: Instruction, stage: _Stage, scope: str) -> None:
        arguments = instruction.arguments
        words = json_words(arguments)
        self.budget.spend(100 * len(words or ()))
        snippet = _shell_form(instruction, stage.shell) if words is None else _exec_form(arguments, words)
        if snippet is None:
            return
        script = run_in_turn(
            [(snippet, scope)],
            directory=self.file.path.rpartition("/")[0] or ".",
            environment=stage.environment.in_force(),
        )
        stage.commands += script.commands
        stage.made[:0] = script.assignments
        stage.written = visible([*script.written, *stage.written])
        stage.wraps |= may_run_go(snippet.source)
        self.problems += script.problems

    def _finished(self, stage: _Stage | None) -> Iterator[Place]:
        if stage is None:
            return
        later = self._triggered(stage)
        final = stage.environment.in_force()
        settled = prevailing(final, stage.commands)
        fixed = [assignment for assignment, same in zip(final, settled, strict=True) if assignment is same]
        made = [*passing(stage.made, stage.commands, "in its RUN"), *later]
        sets = bool(stage.own & VARIABLES or made or stage.written)
        if stage.commands or sets or (final and stage.wraps):
            yield Place(
                id=stage.id,
                kind="dockerfile_stage",
                name=stage.name,
                at=stage.at,
                directory=self.file.path.rpartition("/")[0] or ".",
                assignments=[*made, *settled, *stage.written],
                commands=without(stage.commands, fixed),
            )

    def _triggered(self, stage: _Stage) -> list[Assignment]:
        """What ONBUILD sets in an image built from this one; its commands are added to the stage."""
        if not stage.triggers:
            return []
        child = _Stage(stage.id, stage.name, stage.at, stage.environment.child(), stage.shell)
        outer = Environment(self.escape, self.budget, closed=True)
        for trigger in stage.triggers:
            self._follow(trigger, child, outer)
        stage.commands += child.commands
        before = set(stage.environment.in_force())
        found = [*child.made, *(a for a in child.environment.in_force() if a not in before), *child.written]
        return [under(assignment, "ONBUILD") for assignment in found]

    def _report(self, message: str, at: At) -> None:
        self.problems.append(Problem(message=message, at=at))


def _is_read(words: list[tuple[str, int]] | None) -> bool:
    """Whether SHELL names a program whose language we read."""
    if not words:
        raise WordError("SHELL takes an array of strings")
    return is_posix_shell(words[0][0])


def _exec_form(arguments: Snippet, words: list[tuple[str, int]]) -> Snippet:
    """The command as a shell would have it, since nothing in it is for the shell."""
    anchors = []
    pieces = []
    length = 0
    for word, offset in words:
        quoted = shlex.quote(word)
        start = arguments.at(offset - quoted.startswith("'"), offset).start
        anchors.append((length, arguments.file.offset(start.line, start.column)))
        pieces.append(quoted)
        length += len(quoted) + 1
    return Snippet(" ".join(pieces), arguments.file, tuple(anchors) or ((0, 0),))


def _shell_form(instruction: Instruction, readable: bool) -> Snippet | None:
    """The script of a RUN; None when another program than a POSIX shell reads it."""
    arguments = instruction.arguments
    if not instruction.heredocs:
        return arguments if readable else None
    if heredoc_of(arguments.source):
        content = instruction.heredocs[0].content
        first, _, _ = content.source.partition("\n")
        if first.startswith("#!"):
            programs = first[2:].split()
            program = programs[1] if len(programs) > 1 and programs[0].endswith("/env") else "".join(programs[:1])
            readable = is_posix_shell(program)
        return content if readable else None
    parts = [arguments]
    for heredoc in instruction.heredocs:
        length = len(heredoc.content.source)
        end = heredoc.content.part(length, length)
        parts += [heredoc.content, Snippet(heredoc.name, end.file, end.anchors)]
    return join(parts) if readable else None
