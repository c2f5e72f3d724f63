"""A build as BuildKit runs it: what is set in each stage, and which go commands it runs.

https://docs.docker.com/reference/dockerfile/
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from policygate.facts.files import NO_FILES, Files
from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment, GoCommand, Netrc, Place, Problem, Unseen
from policygate.facts.syntax.budget import Budget
from policygate.facts.syntax.dockerfile import Instruction, json_words
from policygate.facts.syntax.dockerfile_files import (
    Copied,
    copies,
    is_go_env,
    is_netrc,
    mounts,
    netrc_of,
    written_netrcs,
)
from policygate.facts.syntax.dockerfile_run import exec_form, shell_form
from policygate.facts.syntax.dockerfile_stage import PLATFORM, Environment, Variable
from policygate.facts.syntax.dockerfile_words import Value, WordError
from policygate.facts.syntax.go_env_file import assignments_of
from policygate.facts.syntax.shell_session import (
    is_posix_shell,
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
from policygate.redact import redact

_STAGE_NAME = re.compile(r"[a-z][a-z0-9-_.]*")

_TRIGGER = 1000
"""What following an ONBUILD instruction once more counts of the work that a file may cause."""

_GAP = re.compile(r"[\t\v\f\r ]+")


@dataclass
class _Stage:
    """A stage, and what its instructions have done so far."""

    id: str
    name: str
    at: At
    environment: Environment
    shell: bool = True
    """Whether RUN is read by a shell whose language we read."""
    parent: "_Stage | None" = None
    """The stage of this file that it is built from."""
    triggers: list[Instruction] = field(default_factory=list)
    own: set[str] = field(default_factory=set)
    """The variables that the stage itself sets."""
    made: list[Assignment] = field(default_factory=list)
    """What RUN instructions set for themselves, latest first."""
    written: list[Assignment] = field(default_factory=list)
    """In files that the go command reads its settings from."""
    commands: list[GoCommand] = field(default_factory=list)
    wraps: bool = False


@dataclass
class Build:
    """A build of one file."""

    file: Text
    escape: str
    problems: list[Problem]
    files: Files = NO_FILES
    given: Mapping[str, Variable] = field(default_factory=dict)
    """What `--build-arg` gives to arguments."""
    budget: Budget = field(default_factory=Budget)
    stages: dict[str, _Stage] = field(default_factory=dict)
    """By name, the latest of each."""
    order: list[_Stage] = field(default_factory=list)
    unseen: list[Unseen] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    """The other files that were read."""
    _netrcs: list[tuple[_Stage, Netrc]] = field(default_factory=list)

    def places(self, instructions: tuple[Instruction, ...]) -> Iterator[Place]:
        """Follow the instructions; a stage is a place when the next one begins."""
        outer = Environment(self.escape, self.budget, closed=True, given=self.given)
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

    def netrcs(self) -> list[Netrc]:
        """The netrc files of all stages, in file order."""
        shipped = set()
        stage = self.order[-1] if self.order else None
        while stage:
            shipped.add(stage.id)
            stage = stage.parent
        return [fact.model_copy(update={"shipped": stage.id in shipped}) for stage, fact in self._netrcs]

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
            stage = _Stage(f"{self.file.path}#{label}", label, at, parent.environment.child(), parent.shell, parent)
            stage.written = list(parent.written)
            for trigger in parent.triggers:
                self.budget.spend(_TRIGGER)
                self._follow(trigger, stage, outer)
        else:
            nothing = Environment(self.escape, self.budget, closed=words[0] == "scratch", given=self.given)
            stage = _Stage(f"{self.file.path}#{label}", label, at, nothing)
        if name:
            self.stages[name] = stage
        self.order.append(stage)
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
            elif instruction.name in {"ADD", "COPY"}:
                self._copy(instruction, stage)
        except WordError as error:
            self._report(str(error), instruction.at)

    def _argument(self, instruction: Instruction, outer: Environment) -> None:
        try:
            outer.arg(instruction, "ARG", {})
        except WordError as error:
            self._report(str(error), instruction.at)

    def _copy(self, instruction: Instruction, stage: _Stage) -> None:
        """Note the netrc files that are copied, and take the settings of the go command from those that hold any."""
        for copied in copies(instruction, self.escape, lambda text: stage.environment.expand(text).text):
            if name := netrc_of(copied):
                self._note(stage, "copied", name, copied.at)
            elif is_go_env(copied) and not copied.stage:
                self._take_settings(copied, stage)
        for heredoc in instruction.heredocs:
            target = posixpath.basename(instruction.arguments.source.split()[-1])
            if is_netrc(target) and "password" in heredoc.content.source:
                self._note(stage, "written", target, instruction.at)

    def _take_settings(self, copied: Copied, stage: _Stage) -> None:
        folder = posixpath.dirname(self.file.path)
        paths = [posixpath.normpath(path) for path in (posixpath.join(folder, copied.source), copied.source)]
        for path in dict.fromkeys(path.lstrip("/") for path in paths):
            data = self.files.read(path)
            if data is not None:
                file = Text(path, data)
                self.texts.append(file)
                self.budget.spend(len(file.text))
                settings = [assignment for assignment in assignments_of(file) if not assignment.lost]
                stage.written = visible([*settings, *stage.written])
                return
        self.unseen.append(Unseen(kind="variables", what=redact(copied.source), at=copied.at))

    def _note(self, stage: _Stage, how: Literal["copied", "written", "mounted"], name: str, at: At) -> None:
        fact = Netrc(stage=stage.id, how=how, file=redact(name), shipped=False, at=at)
        self._netrcs.append((stage, fact))

    def _note_netrcs_of(self, instruction: Instruction, snippet: Snippet, stage: _Stage) -> None:
        """Note the netrc files that a RUN leaves in the stage, and those that are lent to it."""
        lent = list(mounts(instruction))
        for mount in lent:
            if mount.kind == "secret" and "netrc" in f"{mount.id} {mount.target}":
                self._note(stage, "mounted", mount.id or mount.target, instruction.at)
        for name, start, end in written_netrcs(snippet.source):
            if not any(mount.target and name.startswith(mount.target) for mount in lent):
                self._note(stage, "written", name, snippet.at(start, end))

    def _run(self, instruction: Instruction, stage: _Stage, scope: str) -> None:
        arguments = instruction.arguments
        words = json_words(arguments)
        self.budget.spend(100 * len(words or ()))
        snippet = shell_form(instruction, stage.shell) if words is None else exec_form(arguments, words)
        if snippet is None:
            return
        self._note_netrcs_of(instruction, snippet, stage)
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
        child = _Stage(stage.id, stage.name, stage.at, stage.environment.child(), stage.shell, stage)
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
