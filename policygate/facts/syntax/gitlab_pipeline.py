"""A GitLab pipeline with what it refers to inside of itself followed (https://docs.gitlab.com/ci/yaml/)."""

from collections import deque
from collections.abc import Iterator

from policygate.facts.syntax.gitlab_includes import Entries, Sources
from policygate.facts.syntax.gitlab_scalar import is_null
from policygate.facts.syntax.yaml_merge import merge
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar, Sequence

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
    """The top-level keys of a pipeline; jobs are extended, merge keys and aliases are followed."""

    def __init__(self, entries: Entries, sources: Sources) -> None:
        """Extend the jobs; raises `TooLargeError`."""
        self.sources = sources
        self.budget = sources.budget
        self.report = sources.report
        self.owner = sources.owner
        self.keywords = {name: value for name, (_, value) in entries.items() if name in KEYWORDS}
        self.keys = {name: key for name, (key, _) in entries.items()}
        self.jobs = self._extended({name: entry[1] for name, entry in entries.items() if name not in KEYWORDS})

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
            low = merge(low, higher, self.budget.spend)
        return low

    def _report_cycle(self, blocks: dict[str, Node], parents: dict[str, list[str]], done: dict[str, Node]) -> None:
        name = next((name for name in blocks if name not in done), None)
        trail: dict[str, None] = {}
        while name is not None and name not in trail:
            trail[name] = None
            name = next(parent for parent in parents[name] if parent not in done)
        block = blocks[name] if name is not None else None
        if isinstance(block, Mapping):
            self.report("circular `extends`", block.entries["extends"][1])


def _parents(block: Node) -> list[str]:
    named = block.value("extends") if isinstance(block, Mapping) else None
    nodes = named.items if isinstance(named, Sequence) else (named,)
    return list(dict.fromkeys(node.value for node in nodes if isinstance(node, Scalar)))
