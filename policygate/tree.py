"""The files that a check may look at, wherever they lie: those of a work tree or of a git revision."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Protocol

from policygate.errors import CheckoutError

MAX_FILE_BYTES = 16 * 1024 * 1024
"""No manifest that a tool writes comes near."""

DEFAULT_EXCLUDE = ("**/vendor/*/**", "**/testdata/**", "**/node_modules/**", "**/_*/go.*", "**/.*/go.*")
"""What the go command ignores, and npm packages; `*` also matches `/`. Below `_x` and `.x` only manifests are."""


SUBMODULE_MODE = "160000"
"""What git gives a submodule in the place of a file's mode."""


@dataclass(frozen=True)
class Link:
    """A tracked link that leads out of the checkout, to a folder or to nothing."""

    path: str
    target: str


class Tree(Protocol):
    """The files of a work tree or of a revision; paths are relative, with `/`, sorted."""

    root: Path

    @property
    def every(self) -> Sequence[str]:
        """All paths, whether wanted and excluded or not."""

    @property
    def entries(self) -> frozenset[str]:
        """All paths, those of links themselves included, and the folders of submodules, which end in `/`."""

    @property
    def paths(self) -> Sequence[str]:
        """The wanted files that are not excluded, links that stay inside resolved to what they mean."""

    @property
    def leaving(self) -> Sequence[Link]:
        """The links among them that lead out."""

    @property
    def left_out(self) -> Mapping[str, int]:
        """How many wanted files each pattern of `exclude` keeps out."""

    def read(self, path: str) -> bytes:
        """The content of one of `paths`.

        Raises:
            CheckoutError: it cannot be read, is no regular file, or is larger than `MAX_FILE_BYTES`.
        """

    def follow(self, path: str) -> bytes | None:
        """The content of a file that another one refers to; None when it is not there, excluded, or leads out.

        Raises:
            CheckoutError: as `read`.
        """

    def content(self, path: str) -> bytes | None:
        """The content of any file; None when there is none. A link is not followed.

        Raises:
            CheckoutError: as `read`.
        """

    def below(self, folder: str) -> Sequence[str]:
        """The files below a folder, or the one file of that name."""

    def identity(self, path: str) -> str:
        """What is equal for equal contents; empty when that is not known without reading."""


class Selection(ABC):
    """What a tree offers to readers: its wanted files, without those that `exclude` keeps out."""

    def __init__(self, wanted: Callable[[str], bool], exclude: Sequence[str]) -> None:
        self._wanted = wanted
        self._exclude = tuple(exclude)

    @property
    @abstractmethod
    def every(self) -> Sequence[str]:
        """All paths, whether wanted and excluded or not, sorted."""

    @abstractmethod
    def _resolve(self, path: str) -> str | None:
        """The path with links resolved; None when it leaves the tree, or leads to no file."""

    @abstractmethod
    def _target(self, path: str) -> str:
        """What the link at a path says."""

    @property
    def paths(self) -> Sequence[str]:
        """The files, links that stay inside resolved to what they mean."""
        return self._listing[0]

    @property
    def leaving(self) -> Sequence[Link]:
        """The links that lead out."""
        return self._listing[1]

    @property
    def left_out(self) -> Mapping[str, int]:
        """How many wanted files each pattern of `exclude` keeps out."""
        return self._chosen[1]

    def below(self, folder: str) -> Sequence[str]:
        """The files below a folder, or the one file of that name."""
        prefix = f"{folder.rstrip('/')}/" if folder not in {"", "."} else ""
        return [path for path in self.every if path == folder or path.startswith(prefix)]

    @cached_property
    def _chosen(self) -> tuple[Sequence[str], Mapping[str, int]]:
        return choose(self.every, self._wanted, self._exclude)

    @cached_property
    def _listing(self) -> tuple[Sequence[str], Sequence[Link]]:
        files = set()
        links = []
        for path in self._chosen[0]:
            inner = self._resolve(path)
            if inner is None:
                links.append(Link(path, self._target(path)))
            else:
                files.add(inner)
        return tuple(sorted(files)), tuple(links)


def choose(
    paths: Iterable[str], wanted: Callable[[str], bool], exclude: Sequence[str]
) -> tuple[Sequence[str], Mapping[str, int]]:
    """The wanted paths that no pattern excludes, and how many each pattern does."""
    chosen = []
    left_out: Counter[str] = Counter()
    for path in filter(wanted, paths):
        pattern = _excluding(path, exclude)
        if pattern:
            left_out[pattern] += 1
        else:
            chosen.append(path)
    return chosen, left_out


def is_excluded(path: str, patterns: Sequence[str]) -> bool:
    """Whether one of the globs of `exclude` matches; `*` also matches `/`."""
    return bool(_excluding(path, patterns))


def _excluding(path: str, patterns: Sequence[str]) -> str:
    rooted = f"/{path}"
    return next((p for p in patterns if fnmatchcase(path, p) or fnmatchcase(rooted, p)), "")


def too_large(path: str) -> CheckoutError:
    """What is said of a file beyond `MAX_FILE_BYTES`."""
    limit = MAX_FILE_BYTES // 1024 // 1024
    return CheckoutError(f"{path}: is larger than {limit} MiB", "add it to `exclude` in policygate.yaml")
