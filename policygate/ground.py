"""Where a check stands: the files to judge, those to compare them with, and what all of them are judged by."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from policygate.checkout import Checkout, existing_folder
from policygate.config import FILE_NAME, Config, ConfigFile, parse_config
from policygate.engine.policies import Folder, Pack, load_pack
from policygate.errors import CheckoutError, UsageError
from policygate.facts import reader_of
from policygate.facts.model import ChangedFile
from policygate.findings import Compared
from policygate.repository import Repository
from policygate.request import Request
from policygate.revision import Revision
from policygate.target import compare_with
from policygate.tree import Tree


@dataclass(frozen=True)
class Ground:
    """What one check is about. Outside merge-request mode there is one side, and it brings its own rules along."""

    root: Path
    settings: ConfigFile
    head: Tree
    tip: Tree
    """Whose configuration, policies and waivers hold."""
    base: Tree | None = None
    compared: Compared | None = None
    changed: Sequence[ChangedFile] = ()
    uncommitted: Sequence[str] = ()
    """Files whose work tree differs from the commit that is judged."""

    @property
    def sides(self) -> Sequence[Tree]:
        """The head, then the base if there is one."""
        return [self.head] if self.base is None else [self.head, self.base]

    @property
    def renames(self) -> Mapping[str, str]:
        """New paths by old ones."""
        return {file.old_path: file.path for file in self.changed if file.status == "renamed"}


def open_ground(request: Request) -> Ground:
    """Find out what a check is about.

    Raises:
        UsageError: there is no such folder, or the configuration is wrong.
        CheckoutError: the revisions to compare are not here.
    """
    try:
        root = existing_folder(request.root)
    except CheckoutError as error:
        raise UsageError(error.message, error.hint) from error
    if request.target:
        return _compared(request, root)
    plain = Checkout(root, _is_wanted, ())
    settings = configuration(request, plain)
    tree = Checkout(root, _is_wanted, settings.config.exclude)
    return Ground(root, settings, tree, tree)


def configuration(request: Request, tree: Tree) -> ConfigFile:
    """The configuration that was named, else that of a tree; one inside of the checkout is the tree's.

    Raises:
        UsageError: it cannot be read, or is wrong.
    """
    given = request.config
    inside = None if given is None else inner_path(tree.root, given)
    try:
        if given is not None and (inside is None or isinstance(tree, Checkout)):
            return parse_config(str(given), given.read_bytes())
        data = tree.content(inside or FILE_NAME)
    except CheckoutError as error:
        raise UsageError(error.message, error.hint) from error
    except OSError as error:
        raise UsageError(f"{given}: cannot be read: {(error.strerror or '').lower()}") from error
    return ConfigFile(Config()) if data is None else parse_config(inside or FILE_NAME, data)


def load_policies(request: Request, config: Config, tree: Tree) -> Pack:
    """The shipped policies, those of the configuration, and those that were named; inside of the checkout the tree's.

    Raises:
        PolicyError: one of them is wrong.
    """
    given = [*(tree.root / folder for folder in config.policies), *request.policies]
    if isinstance(tree, Checkout):
        return load_pack(given)
    with tempfile.TemporaryDirectory(prefix="policygate-") as room:
        return load_pack([_copied(tree, folder, Path(room)) for folder in given])


def inner_path(root: Path, path: Path) -> str | None:
    """A path from the root; None when it does not lead into the checkout."""
    full = Path(os.path.normpath(path if path.is_absolute() else Path.cwd() / path))
    for base in (root, Path(os.path.realpath(root))):
        if full.is_relative_to(base):
            return full.relative_to(base).as_posix()
    return None


def _copied(tree: Tree, folder: Path, room: Path) -> Folder | Path:
    """The policies of a folder as a revision has them, written where an engine can read them."""
    inside = inner_path(tree.root, folder)
    if inside is None:
        return folder
    for path in tree.below(inside):
        if path.endswith(".rego"):
            copy = room / path
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(tree.content(path) or b"")
    return Folder(room / inside, inside)


def _compared(request: Request, root: Path) -> Ground:
    repository = Repository(root)
    compared = compare_with(repository, request.target, everything=request.everything)
    if request.guessed and compared.base_commit == compared.head_commit:
        compared = compare_with(repository, request.target, everything=True)
    tip = compared.head_commit if request.trust_head else compared.target_commit
    settings = configuration(request, Revision(repository, tip, _is_wanted, ()))
    head, base, judge = (
        Revision(repository, commit, _is_wanted, settings.config.exclude)
        for commit in (compared.head_commit, compared.base_commit, tip)
    )
    named = inner_path(root, request.config) if request.config else None
    if named is not None and named not in judge.entries | head.entries:
        raise UsageError(f"{request.config}: is neither in HEAD nor in `{request.target}`")
    return Ground(
        root,
        settings,
        head,
        judge,
        base,
        compared,
        [
            ChangedFile.model_validate(change._asdict())
            for change in repository.changed(compared.base_commit, compared.head_commit)
        ],
        _uncommitted(head, Checkout(root, _is_wanted, settings.config.exclude)),
    )


def _uncommitted(head: Tree, work: Tree) -> Sequence[str]:
    """The files that the work tree has otherwise; by content, since git would run the filters of the repository."""
    committed, present = frozenset(head.paths), frozenset(work.paths)
    return [
        path
        for path in sorted(committed | present)
        if path not in committed or path not in present or _text(work, path) != _text(head, path)
    ]


def _text(tree: Tree, path: str) -> bytes:
    """The content with one kind of line ends; nothing where it cannot be read."""
    with suppress(CheckoutError):
        return tree.read(path).replace(b"\r\n", b"\n")
    return b""


def _is_wanted(path: str) -> bool:
    return bool(reader_of(path))
