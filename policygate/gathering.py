"""From the files of one side to the Rego input: read, then link."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from policygate.config import ConfigFile
from policygate.errors import SourceError, UsageError
from policygate.facts import LINKERS, Half, model, run_linker
from policygate.facts.ignores import Ignore
from policygate.facts.own import Surroundings, guess_own, state_own
from policygate.facts.syntax.budget import TooLargeError
from policygate.findings import Problem, Rule
from policygate.graphs import cached_go_mod, read_graphs
from policygate.reading import Memory, broken, read_files, require_files
from policygate.request import Request
from policygate.tree import Tree


@dataclass
class Gathered:
    """What one side says, and what went wrong on the way."""

    files: model.FileFacts = field(default_factory=model.FileFacts)
    sources: dict[str, model.Source] = field(default_factory=dict)
    own: model.Own = field(default_factory=lambda: guess_own(model.FileFacts()))
    outer: Sequence[str] = ()
    ignores: Sequence[Ignore] = ()
    go: model.Go = field(default_factory=model.Go)
    network: model.Network = field(default_factory=model.Network)
    problems: list[Problem] = field(default_factory=list)


def gather(request: Request, settings: ConfigFile, sides: Sequence[Tree]) -> list[Gathered]:
    """Read and link each side, the head first; what both hold is read once, and what is own is the same for both.

    Raises:
        CheckoutError: the files cannot be listed, or there is nothing to check.
    """
    memory = Memory()
    merged = merged_pipeline(request)
    gathered = []
    for tree in sides:
        reading = read_files(tree, request.environment, merged if tree is sides[0] else None, memory)
        if tree is sides[0]:
            require_files(tree, reading)
        gathered.append(
            Gathered(reading.files, reading.sources, ignores=reading.ignores, problems=list(reading.problems))
        )
    surroundings = _surroundings(settings, [side.files for side in gathered])
    common = replace(surroundings, graph=read_graphs(request.graphs), cached_go_mod=cached_go_mod(request.modcache))
    for side, tree in zip(gathered, sides, strict=True):
        side.own, side.outer = surroundings.own, sorted(surroundings.outer)
        _link(side, replace(common, entries=tree.entries))
    return gathered


def undecided(asked: Sequence[Rule], sources: Mapping[str, model.Source]) -> Iterator[Problem]:
    """A rule whose facts are incomplete denies: what it did not see may be what it is about."""
    for name, source in sources.items():
        rules = [rule.id for rule in asked if name in rule.needs]
        if source.status == "failed" and rules:
            yield Problem(f"source `{name}` failed, so these rules could not be decided: {', '.join(rules)}")


def merged_pipeline(request: Request) -> tuple[str, bytes] | None:
    """The path and content of the merged pipeline, if one is given.

    Raises:
        UsageError: it cannot be read.
    """
    if request.gitlab_merged is None:
        return None
    try:
        return str(request.gitlab_merged), request.gitlab_merged.read_bytes()
    except OSError as error:
        raise UsageError(f"{request.gitlab_merged}: cannot be read: {(error.strerror or '').lower()}") from error


def _link(side: Gathered, surroundings: Surroundings) -> None:
    side.go = _linked(side, "go", side.go, surroundings)
    side.network = _linked(side, "network", side.network, surroundings)


def _linked(side: Gathered, half: str, facts: Half, surroundings: Surroundings) -> Half:
    """One half of the facts; a linker that breaks leaves it as it was, and fails."""
    for name in LINKERS[half]:
        status: Literal["ok", "failed"] = "ok"
        try:
            facts = run_linker(name, side.files, surroundings, facts)
        except SourceError as error:
            side.problems.append(_refused(name, error))
            status = "failed"
        except Exception as error:  # noqa: BLE001 - as for readers
            side.problems.append(broken(f"linker `{name}`", error))
            status = "failed"
        side.sources[name] = model.Source(status=status, files=0, problems=[])
    return facts


def _refused(linker: str, error: SourceError) -> Problem:
    """What a linker says of files that it must not try, as it would never end."""
    message = "there is too much to compare" if isinstance(error, TooLargeError) else error.message
    hint = error.hint or "leave files out that are not deployed: `exclude` in policygate.yaml"
    return Problem(f"linker `{linker}`: {message}", hint, error.at)


def _surroundings(settings: ConfigFile, sides: Sequence[model.FileFacts]) -> Surroundings:
    own = settings.config.own
    network = settings.network()
    if own is not None:
        stated = state_own(modules=own.modules, public=own.public, proxies=own.proxies, sumdbs=own.sumdbs)
        return Surroundings(stated, settings.outer(), network=network)
    together = model.FileFacts(
        modules=[module for side in sides for module in side.modules],
        places=[place for side in sides for place in side.places],
    )
    return Surroundings(guess_own(together), settings.outer(), network=network)
