"""`policygate gosum`: the lines of go.sum against a module cache (`go help mod verify` compares less)."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from policygate.checkout import Checkout, existing_folder, read_beside
from policygate.comparison import Compared, Comparison, compare
from policygate.config import FILE_NAME, Config, parse_config
from policygate.errors import ArchiveError, CheckoutError, UsageError
from policygate.facts import reader_of
from policygate.facts.model import FileFacts, GoSum
from policygate.facts.read import go_sum
from policygate.location import At, Position
from policygate.modcache import ModuleCache


def compare_sums(root: Path, modcache: Path) -> Comparison:
    """Compare every go.sum and go.work.sum of a checkout with a module cache.

    Raises:
        UsageError: there is no such checkout or cache, or the configuration is wrong.
        CheckoutError: the files cannot be listed or read, or there is no go.sum.
    """
    try:
        folder = existing_folder(root)
    except CheckoutError as error:
        raise UsageError(error.message, error.hint) from error
    data = read_beside(folder, FILE_NAME)
    config = Config() if data is None else parse_config(FILE_NAME, data).config
    checkout = Checkout(folder, lambda path: reader_of(path) == "go_sum", config.exclude)
    if not checkout.paths:
        raise CheckoutError(f"{folder.name}: there is no go.sum", "give the root of a checkout with one")
    room = _Cache(ModuleCache(modcache))
    files = [go_sum.read(path, checkout.read(path)) for path in checkout.paths]
    return Comparison(tuple(line for file in files for line in sorted(_lines(file, room), key=_order)))


class _Cache:
    """A module cache that hashes each thing once, however many files name it."""

    def __init__(self, modules: ModuleCache) -> None:
        self._modules = modules
        self.compared = cache(self._compared)

    def _compared(self, module: str, version: str, go_mod: bool, expected: str) -> Compared:
        line = Compared("missing", _NOWHERE, module, version, go_mod, expected)
        try:
            return compare(line, self._hashes(module, version, go_mod=go_mod))
        except ArchiveError as error:
            return replace(line, status="broken", problem=error.message)

    def _hashes(self, module: str, version: str, *, go_mod: bool) -> dict[str, str]:
        return self._modules.go_mod_hashes(module, version) if go_mod else self._modules.hashes(module, version)


_NOTHING = Position(line=0, column=0)
_NOWHERE = At(path="", start=_NOTHING, end=_NOTHING, origin="absent")


def _lines(file: FileFacts, room: _Cache) -> Iterator[Compared]:
    for problem in file.problems:
        yield Compared("malformed", problem.at, problem=problem.message)
    for sums in file.sums:
        yield from _of_file(sums, room)


def _of_file(sums: GoSum, room: _Cache) -> Iterator[Compared]:
    for key, hashes in sums.hashes.items():
        module, _, full = key.partition(" ")
        version = full.removesuffix("/go.mod")
        for expected, (line, start, end) in zip(hashes, sums.spans[key], strict=True):
            at = At(
                path=sums.file,
                start=Position(line=line, column=start),
                end=Position(line=line, column=end),
                origin="text",
            )
            yield replace(room.compared(module, version, version != full, expected), at=at)


def _order(line: Compared) -> tuple[int, int]:
    return line.at.start.line, line.at.start.column
