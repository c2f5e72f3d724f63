"""A GitLab pipeline with what its file refers to inside of itself followed (https://docs.gitlab.com/ci/yaml/)."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator

from policygate.facts.model import Problem
from policygate.facts.syntax.budget import Budget
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar, Sequence, Tree

KEYWORDS = frozenset(
    {
        *("after_script", "before_script", "cache", "default", "image", "include"),
        *("services", "spec", "stages", "types", "variables", "workflow"),
    }
)
"""Top-level keys that are no jobs."""

MAX_LEVELS = 11
"""How far `extends` may reach, the job itself included."""

_MAX_NESTING = 10
_MAX_REFERENCES = 10


class Pipeline:
    """The top-level keys of a file; jobs are extended, merge keys and aliases are followed."""

    def __init__(self, tree: Tree) -> None:
        """Read the documents of a file; raises `TooLargeError`."""
        self.problems = list(tree.problems)
        self.budget = Budget()
        self._reported: set[int] = set()
        entries = dict(self._entries(tree.documents))
        starts = sorted((key.start, key.value) for key, _ in entries.values())
        self._starts = [start for start, _ in starts]
        self._names = [name for _, name in starts]
        self.keywords = {name: value for name, (_, value) in entries.items() if name in KEYWORDS}
        self.keys = {name: key for name, (key, _) in entries.items()}
        self.jobs = self._extended({name: entry[1] for name, entry in entries.items() if name not in KEYWORDS})

    def owner(self, node: Node) -> str:
        """The top-level key below which a node is written."""
        index = bisect_right(self._starts, node.start) - 1
        return self._names[index] if index >= 0 else ""

    def report(self, message: str, node: Node) -> None:
        """Note a problem at a node, once however many jobs share the node."""
        if id(node) not in self._reported:
            self._reported.add(id(node))
            self.problems.append(Problem(message=message, at=node.at()))

    def follow(self, node: Node | None, left: int = _MAX_REFERENCES) -> Node | None:
        """The node that a `!reference` stands for, any other node itself; none when the file does not hold it."""
        while isinstance(node, Sequence) and node.tag == "!reference":
            self.budget.spend(1 + len(node.items))
            if left == 0:
                self.report(f"`!reference` more than {_MAX_REFERENCES} levels deep", node)
                return None
            left -= 1
            node = self._referenced(node, left)
        return node

    def mapping(self, node: Node | None, what: str) -> Mapping | None:
        """A node that must be a mapping; a problem and none otherwise, only none when it is absent or null."""
        node = self.follow(node)
        if node is None or isinstance(node, Mapping):
            return node
        if not is_null(node):
            self.report(f"`{what}` is not a mapping", node)
        return None

    def lines(self, node: Node | None, left: int = _MAX_NESTING) -> Iterator[Scalar]:
        """The lines of a script: a string, or a list that may hold lists."""
        node = self.follow(node)
        if isinstance(node, Scalar) and not is_null(node):
            self.budget.spend(1 + len(node.value))
            yield node
        elif isinstance(node, Sequence):
            if not left:
                self.report(f"a script more than {_MAX_NESTING} lists deep", node)
                return
            self.budget.spend(1)
            for item in node.items:
                yield from self.lines(item, left - 1)
        elif isinstance(node, Mapping):
            self.report("a script line is a mapping: quote it", node)

    def _entries(self, documents: tuple[Node, ...]) -> Iterator[tuple[str, tuple[Scalar, Node]]]:
        for number, document in enumerate(documents):
            if not isinstance(document, Mapping):
                if not is_null(document):
                    self.report("the file is not a mapping of jobs", document)
            elif number or len(documents) == 1 or "spec" not in document.entries:
                yield from document.entries.items()

    def _referenced(self, reference: Sequence, left: int) -> Node | None:
        node: Node | None = None
        for depth, item in enumerate(reference.items):
            if not isinstance(item, Scalar):
                return None
            if depth == 0:
                node = self.jobs.get(item.value) or self.keywords.get(item.value)
            else:
                node = self.follow(node, left) if isinstance(node, Sequence) else node
                node = node.value(item.value) if isinstance(node, Mapping) else None
        return node

    def _extended(self, blocks: dict[str, Node]) -> dict[str, Node]:
        """Every block with its parents merged below it; parents that are not in the file are left out."""
        parents = {name: [p for p in _parents(block) if p in blocks] for name, block in blocks.items()}
        children: dict[str, list[str]] = {}
        for name, above in parents.items():
            for parent in above:
                children.setdefault(parent, []).append(name)
        waiting = {name: len(above) for name, above in parents.items()}
        ready = deque(name for name, count in waiting.items() if not count)
        level: dict[str, int] = {}
        done: dict[str, Node] = {}
        while ready:
            name = ready.popleft()
            level[name] = 1 + max((level[parent] for parent in parents[name]), default=0)
            done[name] = self._extend(blocks[name], [done[p] for p in parents[name]], level[name])
            for child in children.get(name, ()):
                waiting[child] -= 1
                if not waiting[child]:
                    ready.append(child)
        self._report_cycle(blocks, parents, done)
        return {name: done.get(name, block) for name, block in blocks.items()}

    def _extend(self, block: Node, parents: list[Node], level: int) -> Node:
        if not isinstance(block, Mapping) or not parents:
            return block
        if level > MAX_LEVELS:
            self.report(f"`extends` more than {MAX_LEVELS} levels deep", block.entries["extends"][1])
            return block
        low, *others = [parent for parent in parents if isinstance(parent, Mapping)] or [block]
        for higher in [*others, block]:
            low = self._merge(low, higher)
        return low

    def _merge(self, low: Mapping, high: Mapping) -> Mapping:
        self.budget.spend(len(low.entries) + len(high.entries))
        entries = dict(low.entries)
        for name, (key, value) in high.entries.items():
            below = low.value(name)
            if isinstance(below, Mapping) and isinstance(value, Mapping):
                entries[name] = (key, self._merge(below, value))
            else:
                entries[name] = (key, value)
        return Mapping(high.file, high.start, high.end, high.tag, tuple(entries.values()), high.size)

    def _report_cycle(self, blocks: dict[str, Node], parents: dict[str, list[str]], done: dict[str, Node]) -> None:
        name = next((name for name in blocks if name not in done), None)
        trail: dict[str, None] = {}
        while name is not None and name not in trail:
            trail[name] = None
            name = next(parent for parent in parents[name] if parent not in done)
        block = blocks[name] if name is not None else None
        if isinstance(block, Mapping):
            self.report("circular `extends`", block.entries["extends"][1])


def is_null(node: Node) -> bool:
    """Whether Ruby's reader makes nothing of it."""
    return isinstance(node, Scalar) and node.plain and node.value.lower() in {"", "~", "null"}


def _parents(block: Node) -> list[str]:
    named = block.value("extends") if isinstance(block, Mapping) else None
    nodes = named.items if isinstance(named, Sequence) else (named,)
    return list(dict.fromkeys(node.value for node in nodes if isinstance(node, Scalar)))
