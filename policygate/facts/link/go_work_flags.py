"""`-mod=mod` in workspaces, where go takes `readonly` and `vendor` only (https://go.dev/ref/mod#workspaces)."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from policygate.facts.link.go_works import nearest_work
from policygate.facts.model import Command, Context, FileFacts, Flag, FlagsSetting, Go, Setting, Work, WorkFlag
from policygate.facts.own import FAMILIES, Surroundings
from policygate.location import At

BUILDING = frozenset({"build", "clean", "doc", "fix", "generate", "install", "list", "run", "test", "vet"})
"""The commands that take `-mod` and load the workspace."""

_TAKES_VALUE = frozenset({"C", "exec", "f", "gcflags", "ldflags", "mod", "o", "p", "pgo", "run", "tags", "vettool"})


def link(files: FileFacts, surroundings: Surroundings, go: Go) -> Go:
    """Add each flag once, with the contexts whose commands it fails, in file order."""
    works = {work.directory: work for work in files.works}
    found: dict[tuple[object, ...], tuple[_Given, set[str]]] = {}
    for context in go.contexts if works else ():
        for command in context.commands:
            work = nearest_work(command.directory, works) if command.directory else None
            if work and command.verb in BUILDING:
                for given in _refused(context, command, work, surroundings):
                    found.setdefault(given.identity, (given, set()))[1].add(context.id)
    flags = [given.fact(sorted(contexts)) for given, contexts in found.values()]
    return go.model_copy(update={"work_flags": sorted(flags, key=_order)})


class _Given(NamedTuple):
    """One `-mod=mod`."""

    work: Work
    text: str
    scope: str
    at: At
    assumes: tuple[str, ...]

    @property
    def identity(self) -> tuple[object, ...]:
        start = self.at.start
        return self.work.file, self.text, self.scope, self.at.path, start.line, start.column, self.assumes

    def fact(self, contexts: list[str]) -> WorkFlag:
        return WorkFlag(
            work=self.work.file,
            contexts=contexts,
            text=self.text,
            scope=self.scope,
            at=self.at,
            assumes=list(self.assumes),
        )


def _refused(context: Context, command: Command, work: Work, surroundings: Surroundings) -> Iterator[_Given]:
    """The flags in force, each with what it rests on; none where the workspace is or may be switched off."""
    own, package = _flag_and_package(command)
    values = [*command.settings.GOWORK, *context.settings.GOWORK]
    elsewhere = command.verb in {"install", "run"} and "@" in package
    if elsewhere or any(setting.value not in {"", "auto"} for setting in values):
        return
    family = FAMILIES[context.kind]
    open_ = not values and family not in surroundings.outer
    outside = f"nothing outside the repository sets GOWORK (`outer.{family}` in policygate.yaml would say so)"
    assumes = (outside,) if open_ else ()
    if own:
        if own == "mod":
            yield _Given(work, command.text, "", command.at, assumes)
        return
    for setting, flag in _goflags(command, context):
        condition = setting.condition.removeprefix("unless ")
        unless = [f"it is not the case that {condition}"] if condition != setting.condition else []
        yield _Given(work, flag.text, setting.scope, flag.at, (*assumes, *unless))


def _flag_and_package(command: Command) -> tuple[str, str]:
    """The last value of `-mod` among the flags of a command, and its first package; empty when there is none.

    Behind the first package no flag is the command's own, but for `go test`.
    """
    words = iter(command.arguments)
    value = verb = package = ""
    for word in words:
        name, equals, given = word.lstrip("-").partition("=")
        if not word.startswith("-"):
            package = package or (verb and word)
            verb = verb or word
            if package and verb != "test":
                break
        elif name in {"", "args"}:
            break
        else:
            given = next(words, "") if name in _TAKES_VALUE and not equals else given
            value = given if name == "mod" else value
    return value, package


def _goflags(command: Command, context: Context) -> Iterator[tuple[FlagsSetting, Flag]]:
    """The `-mod=mod` of each value that GOFLAGS may have; the last `-mod` of a value counts."""
    for setting in _possible(command.settings.GOFLAGS, context.settings.GOFLAGS):
        flags = [flag for flag in setting.flags if flag.name == "mod"]
        if flags and flags[-1].value == "mod" and not setting.lost and setting.confidence != "unknown":
            yield setting, flags[-1]


def _possible(first: Iterable[FlagsSetting], then: Iterable[FlagsSetting]) -> Iterator[FlagsSetting]:
    """The shell's values, and the context's unless one of the shell's is certain."""
    for setting in (*first, *then):
        yield setting
        if _is_certain(setting):
            return


def _is_certain(setting: Setting) -> bool:
    return not setting.condition and not setting.lost


def _order(flag: WorkFlag) -> tuple[object, ...]:
    start = flag.at.start
    return flag.at.path, start.line, start.column, flag.text, flag.contexts
