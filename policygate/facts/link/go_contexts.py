"""Contexts: what is set where go commands run, from the file itself, from outside, and by default."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from policygate.facts.go.settings import GO_DEFAULTS, Typing, settings_of
from policygate.facts.model import (
    Assignment,
    Command,
    Confidence,
    Context,
    FileFacts,
    Go,
    GoCommand,
    Module,
    Netrc,
    Place,
    Setting,
    Settings,
    Unseen,
)
from policygate.facts.own import FAMILIES, OuterValue, Surroundings

_OVERRIDABLE = frozenset({"gitlab_job", "env_file"})
"""Kinds of place whose values something outside the repository may replace."""

Candidates = Mapping[str, list[Setting]]
"""By variable, strongest first."""


def link(files: FileFacts, surroundings: Surroundings, go: Go) -> Go:
    """Add the contexts, sorted by id, every distinct setting once, and what is said besides."""
    linker = _Linker(surroundings, Typing(surroundings.own), go.modules)
    contexts = [linker.context(place) for place in sorted(files.places, key=lambda place: place.id)]
    added = {
        "contexts": contexts,
        "settings": linker.distinct(),
        "netrcs": sorted(files.netrcs, key=_by_place),
        "unseen": sorted(files.unseen, key=_by_place),
    }
    return go.model_copy(update=added)


@dataclass
class _Linker:
    surroundings: Surroundings
    typing: Typing
    modules: Sequence[Module]
    typed: dict[tuple[str, Assignment, Confidence], Setting] = field(default_factory=dict)
    """Each assignment is typed once however many contexts share it, so equal settings are one object."""

    def context(self, place: Place) -> Context:
        outer = self.surroundings.outer.get(FAMILIES[place.kind])
        stored = self._stored(place, _confidence(place, outer))
        return Context(
            id=place.id,
            kind=place.kind,
            name=place.name,
            at=place.at,
            modules=_built(place, self.modules),
            commands=[self._command(place, command, outer, stored) for command in place.commands],
            settings=self._settings(place, outer, stored),
            outer_declared=outer is not None,
        )

    def distinct(self) -> Settings:
        """Every typed setting but the defaults, in file order."""
        by_name: dict[str, list[Setting]] = {}
        unique = {(name, *_spot(setting), setting.value): setting for (name, _, _), setting in self.typed.items()}
        for key in sorted(unique):
            if unique[key].at.origin != "default":
                by_name.setdefault(key[0], []).append(unique[key])
        return settings_of(by_name)

    def _settings(self, place: Place, outer: Mapping[str, OuterValue] | None, stored: Candidates) -> Settings:
        candidates: dict[str, list[Setting]] = {}
        confidence = _confidence(place, outer)
        for assignment in place.assignments:
            setting = self._type(assignment, confidence)
            if not assignment.lost and not assignment.stored:
                candidates.setdefault(assignment.name, []).append(setting)
        for name, value in (outer or {}).items():
            setting = self._type(_outside(name, value), "effective")
            held = candidates.setdefault(name, [])
            held.insert(0 if place.kind == "gitlab_job" else len(held), setting)
        for name, written in stored.items():
            candidates[name] = _with_stored(candidates.get(name, []), written)
        for name in GO_DEFAULTS:
            held = candidates.setdefault(name, [])
            if not any(setting.condition.startswith("unless ") for setting in held):
                held.append(self.typing.default(name, "unknown" if outer is None else "effective", place.at))
        return settings_of({name: _visible(held) for name, held in candidates.items()})

    def _command(
        self, place: Place, command: GoCommand, outer: Mapping[str, OuterValue] | None, stored: Candidates
    ) -> Command:
        candidates: dict[str, list[Setting]] = {}
        confidence: Confidence = "declared" if place.kind == "gitlab_job" and outer is None else "effective"
        for assignment in command.assignments:
            candidates.setdefault(assignment.name, []).append(self._type(assignment, confidence))
        for name, held in candidates.items():
            if name in stored and not all(setting.condition for setting in held):
                candidates[name] = _with_stored(held, stored[name])
        return Command(
            verb=command.verb,
            arguments=command.arguments,
            text=command.text,
            at=command.at,
            directory=command.directory,
            settings=settings_of({name: _visible(held) for name, held in candidates.items()}),
        )

    def _stored(self, place: Place, confidence: Confidence) -> dict[str, list[Setting]]:
        """What `go env -w` has written for a place."""
        found: dict[str, list[Setting]] = {}
        for assignment in place.assignments:
            if assignment.stored and not assignment.lost:
                found.setdefault(assignment.name, []).append(self._type(assignment, confidence))
        return found

    def _type(self, assignment: Assignment, confidence: Confidence) -> Setting:
        key = (assignment.name, assignment, confidence)
        setting = self.typed.get(key)
        if setting is None:
            setting = self.typed[key] = self.typing.type(assignment, confidence)
        return setting


def _confidence(place: Place, outer: Mapping[str, OuterValue] | None) -> Confidence:
    return "declared" if place.kind in _OVERRIDABLE and outer is None else "effective"


def _outside(name: str, outer: OuterValue) -> Assignment:
    return Assignment(name=name, value=outer.value, at=outer.at, scope="outer")


def _with_stored(process: list[Setting], stored: list[Setting]) -> list[Setting]:
    """What the process says, then what `go env -w` has written: a variable that is set to nothing lets it through."""
    sure = next((index for index, setting in enumerate(process) if not setting.condition), len(process))
    return (
        [*process[:sure], *stored, *process[sure:]] if all(each.empty for each in process[sure : sure + 1]) else process
    )


def _visible(candidates: Iterable[Setting]) -> list[Setting]:
    """The candidates that can be in force: what stands behind an unconditional value never is.

    Behind `unless X is set` stands whatever X is then, which is not the default.

    A value that is set to nothing counts: for the go command it is as good as unset, but it hides what is weaker.
    """
    visible = []
    for setting in candidates:
        visible.append(setting)
        if not setting.condition:
            break
    return visible


def _by_place(fact: Netrc | Unseen) -> tuple[str, int, int]:
    return fact.at.path, fact.at.start.line, fact.at.start.column


def _spot(setting: Setting) -> tuple[str, int, int]:
    return setting.at.path, setting.at.start.line, setting.at.start.column


def _built(place: Place, modules: Sequence[Module]) -> list[str]:
    """The modules that a place builds: the nearest go.mod at or above each directory. Empty when unknown."""
    by_directory = {module.directory: module.file for module in modules}
    directories = {command.directory for command in place.commands} or {place.directory}
    found = set()
    for directory in directories:
        if not directory:
            return []
        path = PurePosixPath(directory)
        nearest = (by_directory.get(folder.as_posix()) for folder in (path, *path.parents))
        file = next(filter(None, nearest), None)
        if file is None:
            return []
        found.add(file)
    return sorted(found)
