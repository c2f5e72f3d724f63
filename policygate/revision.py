"""The files of one git revision, as a checkout would have them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from posixpath import dirname, join, normpath

from policygate.errors import CheckoutError
from policygate.repository import Blob, Repository
from policygate.tree import SUBMODULE_MODE, Selection, is_excluded

_LINK_MODE = "120000"
_MOST_LINKS = 40
"""What Linux follows."""


class Revision(Selection):
    """The files of a commit, with the interface of a checkout: paths are relative, with `/`, sorted."""

    def __init__(
        self, repository: Repository, commit: str, wanted: Callable[[str], bool], exclude: Sequence[str]
    ) -> None:
        super().__init__(wanted, exclude)
        self.root = repository.root
        self.commit = commit
        self._repository = repository
        self._loaded = False

    @cached_property
    def _tree(self) -> Mapping[str, Blob]:
        return self._repository.tree(self.commit)

    @cached_property
    def every(self) -> Sequence[str]:
        """All paths, whether wanted and excluded or not, sorted."""
        return tuple(sorted(path for path, blob in self._tree.items() if blob.mode != SUBMODULE_MODE))

    @cached_property
    def entries(self) -> frozenset[str]:
        """All paths, those of links themselves included, and the folders of submodules, which end in `/`."""
        return frozenset(f"{path}/" if blob.mode == SUBMODULE_MODE else path for path, blob in self._tree.items())

    def identity(self, path: str) -> str:
        """The id of the blob that a path leads to; empty when there is none. Equal ids are equal contents."""
        inner = self._resolve(path)
        return self._tree[inner].id if inner else ""

    def follow(self, path: str) -> bytes | None:
        """The content of a file that another one refers to; None when it is not there, excluded, or leads out.

        Raises:
            CheckoutError: as `read`.
        """
        inner = None if is_excluded(path, self._exclude) else self._resolve(path)
        return None if inner is None else self._repository.content(path, self._tree[inner].id)

    def content(self, path: str) -> bytes | None:
        """The content of any file, wanted or not; None when there is none.

        Raises:
            CheckoutError: it is a link, or as `read`.
        """
        blob = self._tree.get(path)
        if blob is None:
            return None
        if blob.mode == _LINK_MODE:
            raise CheckoutError(f"{path}: is a link", "commit the file itself")
        return self._repository.content(path, blob.id)

    def below(self, folder: str) -> Sequence[str]:
        """The files below a folder, links left out, or the one file of that name."""
        return [path for path in super().below(folder) if self._tree[path].mode != _LINK_MODE]

    def read(self, path: str) -> bytes:
        """The content of one of `paths`.

        Raises:
            CheckoutError: git does not have it here, or it is larger than `MAX_FILE_BYTES`.
        """
        if not self._loaded:
            self._repository.load(self._tree[inner].id for inner in self.paths)
            self._loaded = True
        return self._repository.content(path, self._tree[path].id)

    def _resolve(self, path: str) -> str | None:
        """The path of the file that a path leads to; None when it leaves the tree, or leads to no file."""
        for _ in range(_MOST_LINKS):
            blob = self._tree.get(path)
            if blob and blob.mode != _LINK_MODE:
                return None if blob.mode == SUBMODULE_MODE else path
            step = path if blob else next((p for p in _parents(path) if p in self._tree), "")
            if not step or self._tree[step].mode != _LINK_MODE:
                return None
            target = self._target(step)
            path = normpath(join(dirname(step), target) + path[len(step) :])
            if target.startswith("/") or path == ".." or path.startswith("../"):
                return None
        return None

    def _target(self, path: str) -> str:
        return self._repository.content(path, self._tree[path].id).decode("utf-8", "surrogateescape")


def _parents(path: str) -> Iterator[str]:
    while path := dirname(path):
        yield path
