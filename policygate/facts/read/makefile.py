"""Makefiles, as GNU make reads them (https://www.gnu.org/software/make/manual/make.html)."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment, FileFacts, GoCommand, Place, Problem
from policygate.facts.syntax.make_scope import Exports, Scope
from policygate.facts.syntax.make_targets import Targets
from policygate.facts.syntax.make_variables import expand, restored, value_of
from policygate.facts.syntax.makefile import Definition, Export, Recipe, Statement, Target, Undefinition, lines
from policygate.facts.syntax.shell import read_script
from policygate.facts.syntax.shell_session import is_posix_shell, may_run_go, under
from policygate.facts.syntax.snippet import Snippet
from policygate.location import Text

_MAX_CHARACTERS = 1_000_000


def read(path: str, data: bytes) -> FileFacts:
    """One place for the makefile, when it sets a Go variable or a recipe runs go."""
    file = Text(path, data)
    if len(file.text) > _MAX_CHARACTERS:
        return FileFacts(problems=[Problem(message="too large to read as a makefile", at=file.line_at(1))])
    makefile = _Makefile(PurePosixPath(path).parent.as_posix())
    for line in lines(file):
        makefile.add(line)
    makefile.run()
    place = Place(
        id=path,
        kind="makefile",
        name=PurePosixPath(path).name,
        at=file.line_at(1),
        directory=makefile.directory,
        assignments=makefile.assignments(),
        commands=makefile.commands,
    )
    used = place.assignments or place.commands
    return FileFacts(places=[place] if used else [], problems=makefile.problems)


class _Makefile:
    """What the lines of a makefile amount to; make reads all of them before it runs anything."""

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.commands: list[GoCommand] = []
        self.problems: list[Problem] = []
        self._scope = Scope()
        self._exports = Exports()
        self._targets = Targets()
        self._one_shell = False
        self._recipes: list[Recipe] = []
        self._made: list[Assignment] = []
        """What recipes set that no go command of theirs sees, or that outlives them."""

    def add(self, line: Statement) -> None:
        match line:
            case Recipe():
                self._recipes.append(line)
            case Target():
                self._one_shell = self._one_shell or (line.targets == ".ONESHELL" and not line.condition)
                if line.targets == ".EXPORT_ALL_VARIABLES":
                    self._exports.everything(line.condition, on=True)
                self._targets.require(line.targets.split(), self._expanded(line.prerequisites).split())
            case Export():
                self._exports.note(line)
                self._scope.declare(line)
            case Undefinition():
                self._scope.undefine(line)
                self._exports.forget(line)
            case Definition() if line.targets and line.operator == "?=" and self._scope.is_defined(line.name):
                pass
            case Definition() if line.targets:
                self._targets.define(self._expanded(line.targets).split(), self._scope.resolved_at_once(line))
            case Definition():
                self._exports.note_definition(line)
                self._scope.define(self._scope.resolved_at_once(line))

    def run(self) -> None:
        """Follow every recipe, with all variables as they are at the end of the file."""
        self._targets.settle(self._scope, self._exports)
        self.problems += self._targets.problems
        shell = value_of("$(SHELL)", self._scope.values)
        if shell and not is_posix_shell(shell.split(" ")[-1]):
            return
        for recipe in _joined(self._recipes) if self._one_shell else self._recipes:
            self._run(recipe)

    def assignments(self) -> list[Assignment]:
        """What the file sets for its recipes, the strongest of each variable first."""
        hidden: dict[str, str | None] = dict.fromkeys(self._targets.names)
        values = {**self._scope.values, **hidden}
        return [*self._scope.assignments("makefile", values, self._exports), *self._targets.unseen(), *self._made]

    def _run(self, recipe: Recipe) -> None:
        content = _without_prefix(recipe.content)
        rule = self._targets.of(recipe.targets)
        snippet, _ = expand(content, rule.values, for_shell=True)
        exported = frozenset(name for name in VARIABLES if self._exports.reaches(name) and self._scope.has(name))
        script = read_script(
            snippet,
            scope=f"target {recipe.targets}",
            directory=self.directory,
            carried=rule.assignments,
            exported=exported | {assignment.name for assignment in rule.assignments},
        )
        self.problems += script.problems
        self.commands += [_restored_command(command, content.source) for command in script.commands]
        seen = {id(assignment) for command in script.commands for assignment in command.assignments}
        self._targets.saw(assignment for assignment in rule.assignments if id(assignment) in seen)
        unseen = [assignment for assignment in script.assignments if id(assignment) not in seen]
        when = f"target {recipe.targets}"
        if may_run_go(content.source):
            made = [assignment if assignment.lost else under(assignment, when) for assignment in unseen]
        else:
            made = [_ended(assignment) for assignment in unseen]
        written = [under(assignment, when) for assignment in script.written]
        self._made += [_restored(assignment, content.source) for assignment in (*made, *written)]

    def _expanded(self, names: str) -> str:
        return value_of(names, self._scope.values) or names


def _joined(recipes: list[Recipe]) -> Iterator[Recipe]:
    """The lines of one recipe as one script."""
    index = 0
    while index < len(recipes):
        first = recipes[index]
        sources: list[str] = []
        anchors: list[tuple[int, int]] = []
        length = 0
        while index < len(recipes) and recipes[index].targets == first.targets:
            part = _without_prefix(recipes[index].content)
            anchors += [(length + own, theirs) for own, theirs in part.anchors]
            sources.append(part.source + "\n")
            length += len(sources[-1])
            index += 1
        yield Recipe(Snippet("".join(sources), first.content.file, tuple(anchors)), first.condition, first.targets)


def _without_prefix(content: Snippet) -> Snippet:
    """A recipe line without `@`, `-` and `+` in front."""
    text = content.source
    return content.part(len(text) - len(text.lstrip("@-+ \t")), len(text))


def _ended(assignment: Assignment) -> Assignment:
    """A line of a recipe is a shell of its own: what it exports dies with it."""
    return assignment if assignment.lost else assignment.model_copy(update={"lost": "subshell"})


def _restored(assignment: Assignment, source: str) -> Assignment:
    value = restored(assignment.value, source)
    return assignment if value == assignment.value else assignment.model_copy(update={"value": value})


def _restored_command(command: GoCommand, source: str) -> GoCommand:
    if "${__make_" not in command.text + "".join(command.arguments):
        return command
    update = {
        "arguments": [restored(argument, source) for argument in command.arguments],
        "text": restored(command.text, source),
        "assignments": [_restored(assignment, source) for assignment in command.assignments],
    }
    return command.model_copy(update=update)
