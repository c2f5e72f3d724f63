"""The files of a repository that a GitHub workflow is made of."""

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field

from policygate.facts.files import Files
from policygate.facts.model import Problem, Unseen, UnseenKind
from policygate.facts.syntax.budget import Budget
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar, parse
from policygate.location import Text
from policygate.redact import redact

MAX_LEVELS = 10
"""How far workflows, and actions, may call one another: GitHub's own limit."""


@dataclass
class Sources:
    """Every file that was read for a workflow, and what is to say of them."""

    files: Files
    budget: Budget = field(default_factory=Budget)
    problems: list[Problem] = field(default_factory=list)
    unseen: dict[tuple[str, int], Unseen] = field(default_factory=dict)
    texts: dict[str, Text] = field(default_factory=dict)
    followed: dict[str, None] = field(default_factory=dict)
    """The workflows that only run when others call them."""
    _roots: dict[str, Mapping | None] = field(default_factory=dict)

    def root(self, file: Text) -> Node | None:
        """The document of a file; its problems are noted."""
        self.texts[file.path] = file
        tree = parse(file, unique_keys=True)
        self.problems += tree.problems
        if not tree.documents and not tree.problems:
            self.problems.append(Problem(message="no `jobs`", at=file.line_at(1)))
        return tree.documents[0] if tree.documents else None

    def workflow(self, use: Scalar) -> Mapping | None:
        """The reusable workflow of this repository that a job calls; noted as unseen when there is none to read."""
        path = posixpath.normpath(use.value) if use.value.startswith("./") else ""
        called = self._called(path, [path]) if path else None
        if called is None:
            self.note("workflow", use)
        elif _events(called) == {"workflow_call"}:
            self.followed[path] = None
        return called

    def action(self, use: Scalar) -> Mapping | None:
        """The `runs` and the rest of an action of this repository; noted as unseen when it is no composite one."""
        if use.value.startswith("docker://"):
            return None
        folder = posixpath.normpath(use.value) if use.value.startswith("./") else ""
        paths = [posixpath.normpath(posixpath.join(folder, name)) for name in ("action.yml", "action.yaml")]
        called = self._called(folder, paths) if folder else None
        runs = called.value("runs") if called else None
        if not isinstance(runs, Mapping) or runs.value("steps") is None:
            self.note("action", use)
            return None
        return called

    def note(self, kind: UnseenKind, use: Scalar) -> None:
        """Note what is used and cannot be read."""
        at = use.at()
        self.unseen[use.file.path, use.start] = Unseen(kind=kind, what=redact(use.value), at=at)

    def report(self, message: str, node: Node) -> None:
        """Note a problem at a node."""
        self.problems.append(Problem(message=message, at=node.at()))

    def _called(self, key: str, paths: Iterable[str]) -> Mapping | None:
        if key not in self._roots:
            root = next((self._read(path, data) for path in paths if (data := self.files.read(path)) is not None), None)
            self._roots[key] = root if isinstance(root, Mapping) else None
        called = self._roots[key]
        self.budget.spend(called.size if called else 1)
        return called

    def _read(self, path: str, data: bytes) -> Node | None:
        file = Text(path, data)
        self.texts[path] = file
        tree = parse(file, unique_keys=True)
        self.problems += tree.problems
        return tree.documents[0] if tree.documents else None


def _events(workflow: Mapping) -> set[str]:
    """The names of what starts a workflow."""
    on = workflow.value("on")
    if isinstance(on, Mapping):
        return set(on.entries)
    items = () if on is None else (on,) if isinstance(on, Scalar) else on.items
    return {item.value for item in items if isinstance(item, Scalar)}
