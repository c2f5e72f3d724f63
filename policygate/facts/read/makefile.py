"""Makefiles, as GNU make reads them (https://www.gnu.org/software/make/manual/make.html)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment, FileFacts, GoCommand, Lost, Place, Problem
from policygate.facts.syntax.make_variables import expand
from policygate.facts.syntax.makefile import Definition, Export, Recipe, Target, lines
from policygate.facts.syntax.shell import read_script
from policygate.facts.syntax.snippet import Snippet
from policygate.location import Text
from policygate.redact import has_credentials, redact

_ONE_SHELL = ".ONESHELL"
_EXPORT_ALL = ".EXPORT_ALL_VARIABLES"


def read(path: str, data: bytes) -> FileFacts:
    """One place for the makefile, when it sets a Go variable or a recipe runs go."""
    file = Text(path, data)
    makefile = _Makefile(PurePosixPath(path).parent.as_posix())
    for line in lines(file):
        makefile.add(line)
    assignments = list(makefile.assignments())
    commands = [command for script in makefile.recipes() for command in script]
    place = Place(
        id=path,
        kind="makefile",
        name=PurePosixPath(path).name,
        at=file.line_at(1),
        directory=makefile.directory,
        assignments=[*assignments, *makefile.lost],
        commands=commands,
    )
    problems = makefile.problems
    return FileFacts(places=[place] if place.assignments or commands else [], problems=problems)


@dataclass
class _Makefile:
    """What the lines of a makefile amount to; make reads all of them before it runs anything."""

    directory: str
    values: dict[str, str] = field(default_factory=dict)
    """The text of each variable without a condition, its references unresolved unless it was set with `:=`."""
    definitions: dict[str, list[tuple[Definition, str, bool]]] = field(default_factory=dict)
    """For each Go variable what may be in force: the definition, its text, and whether references were resolved."""
    for_targets: dict[str, list[Definition]] = field(default_factory=dict)
    exported: dict[str, bool] = field(default_factory=dict)
    all_exported: bool = False
    one_shell: bool = False
    runs: list[Recipe] = field(default_factory=list)
    lost: list[Assignment] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, line: Definition | Export | Target | Recipe) -> None:
        if isinstance(line, Recipe):
            self.runs.append(line)
        elif isinstance(line, Target):
            self.one_shell = self.one_shell or line.targets == _ONE_SHELL
            self.all_exported = self.all_exported or line.targets == _EXPORT_ALL
        elif isinstance(line, Export):
            self.exported.update(dict.fromkeys(line.names, line.on))
            self.all_exported = line.on if not line.names else self.all_exported
        elif line.targets:
            self.for_targets.setdefault(line.targets, []).append(line)
        else:
            self._define(line)

    def assignments(self) -> Iterator[Assignment]:
        """What the whole file sets for recipes, the strongest of each variable first."""
        for name in self.definitions:
            for definition, text, resolved in reversed(self.definitions[name]):
                yield self._assignment(definition, text, resolved=resolved, scope="makefile")

    def recipes(self) -> Iterator[list[GoCommand]]:
        """The go commands of each recipe line, or of each whole recipe with `.ONESHELL`."""
        exported = frozenset(name for name in self.definitions if self._is_exported(name))
        for recipe in _joined(self.runs) if self.one_shell else self.runs:
            scope = f"target {recipe.targets}"
            content = _without_prefix(recipe.content)
            snippet, _ = expand(content, self.values, for_shell=True)
            carried = [
                self._assignment(definition, definition.value.source, resolved=False, scope=scope)
                for definition in reversed(self.for_targets.get(recipe.targets, []))
                if definition.name in VARIABLES and (definition.exported or self._is_exported(definition.name))
            ]
            script = read_script(snippet, scope=scope, directory=self.directory, carried=carried, exported=exported)
            self.problems += script.problems
            self.lost += [_in_recipe(a) for a in script.assignments if a.lost or not script.commands]
            yield list(script.commands)

    def _define(self, line: Definition) -> None:
        name = line.name
        if line.exported:
            self.exported[name] = True
        known = name in self.values
        if line.operator == "?=" and known:
            return
        text, resolved = line.value.source, False
        if line.operator == ":=":
            snippet, resolved = expand(line.value, self.values, for_shell=False)
            text = snippet.source.replace("$", "$$") if resolved else text
        if line.operator == "+=" and known:
            text = f"{self.values[name]} {text}"
        unknown = line.operator == "!=" or (line.operator == "+=" and not known) or bool(line.condition)
        if unknown:
            self.values.pop(name, None)
        elif len(text) < 20_000:
            self.values[name] = text
        if name in VARIABLES:
            held = self.definitions.setdefault(name, [])
            if not line.condition and line.operator != "?=":
                held.clear()
            held.append((line, text, resolved))

    def _is_exported(self, name: str) -> bool:
        return self.exported.get(name, self.all_exported)

    def _assignment(self, line: Definition, text: str, *, resolved: bool, scope: str) -> Assignment:
        snippet, known = expand(Snippet(text, line.value.file, line.value.anchors), self.values, for_shell=False)
        value = snippet.source
        conditions = [line.condition] if line.condition else []
        if line.operator == "?=":
            conditions.append(f"unless {line.name} is set in the environment")
        reaches = self._is_exported(line.name) or (bool(line.targets) and line.exported)
        lost: Lost = "" if reaches else "not_exported"
        spot = line.value if line.value.source else line.name_at
        return Assignment(
            name=line.name,
            value=redact(value),
            at=spot.at(0, len(spot.source)),
            scope=scope,
            condition=" and ".join(reversed(conditions)),
            dynamic=not (known or resolved) or line.operator == "!=",
            credentials=has_credentials(value),
            lost=lost,
        )


def _joined(recipes: list[Recipe]) -> Iterator[Recipe]:
    """The lines of one recipe as one script."""
    index = 0
    while index < len(recipes):
        first = recipes[index]
        source, anchors = "", []
        while index < len(recipes) and recipes[index].targets == first.targets:
            part = _without_prefix(recipes[index].content)
            anchors += [(len(source) + own, theirs) for own, theirs in part.anchors]
            source += part.source + "\n"
            index += 1
        yield Recipe(Snippet(source, first.content.file, tuple(anchors)), first.condition, first.targets)


def _without_prefix(content: Snippet) -> Snippet:
    """A recipe line without `@`, `-` and `+` in front."""
    text = content.source
    return content.part(len(text) - len(text.lstrip("@-+ \t")), len(text))


def _in_recipe(assignment: Assignment) -> Assignment:
    """A line of a recipe is a shell of its own: what it exports dies with it."""
    return assignment if assignment.lost else assignment.model_copy(update={"lost": "subshell"})
