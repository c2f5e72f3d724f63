"""The files that make up a GitLab pipeline, and what they are together (https://docs.gitlab.com/ci/yaml/includes/)."""

import posixpath
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from policygate.facts.files import Files
from policygate.facts.model import Problem, Unseen, UnseenKind
from policygate.facts.syntax.budget import Budget
from policygate.facts.syntax.gitlab_inputs import input_values, interpolate
from policygate.facts.syntax.gitlab_rules import NEVER, condition_of_rules
from policygate.facts.syntax.gitlab_scalar import is_null
from policygate.facts.syntax.yaml_merge import merge_nodes
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar, Sequence, Tree, parse
from policygate.location import Text
from policygate.redact import redact

MAX_INCLUDES = 150
"""GitLab's own limit for one pipeline."""

_ELSEWHERE: tuple[UnseenKind, ...] = ("project", "component", "remote", "template", "artifact")
_YAML = re.compile(r".+\.ya?ml", re.IGNORECASE)
_URL = re.compile(r"https?://", re.IGNORECASE)
_WILDCARD = re.compile(r"(\*\*|\*)")

Entries = dict[str, tuple[Scalar, Node]]
"""Key and value by the key's text."""


@dataclass
class Sources:
    """Every file that was read for a pipeline, and what is to say of them."""

    files: Files
    strict: bool
    """Whether the paths of `include: local` must lead to files: not those of a template for other repositories."""
    budget: Budget = field(default_factory=Budget)
    problems: list[Problem] = field(default_factory=list)
    unseen: list[Unseen] = field(default_factory=list)
    texts: dict[str, Text] = field(default_factory=dict)
    """By path; the first one is the pipeline's own file."""
    conditions: dict[str, str] = field(default_factory=dict)
    """When a file takes part, by path; it always does when it is absent."""
    _reported: set[int] = field(default_factory=set)
    _trees: dict[str, Tree] = field(default_factory=dict)
    _keys: dict[str, tuple[list[int], list[str]]] = field(default_factory=dict)
    """By path the top-level keys: where they begin, and their names."""

    def report(self, message: str, node: Node) -> None:
        """Note a problem at a node, once however many jobs share the node."""
        if id(node) not in self._reported:
            self._reported.add(id(node))
            self.problems.append(Problem(message=message, at=node.at()))

    def owner(self, node: Node) -> str:
        """The top-level key below which a node is written, in its file."""
        starts, names = self._keys[node.file.path]
        index = bisect_right(starts, node.start) - 1
        return names[index] if index >= 0 else ""

    def condition(self, node: Node) -> str:
        """When the file that a node is written in takes part; empty when it always does."""
        return self.conditions.get(node.file.path, "")

    def tree(self, file: Text) -> Tree:
        """The documents of a file; its problems are noted."""
        if file.path not in self._trees:
            self.texts[file.path] = file
            tree = self._trees[file.path] = parse(file)
            self.problems += tree.problems
            self.budget.spend(sum(document.size for document in tree.documents))
            keys = sorted(
                (key.start, key.value)
                for document in tree.documents
                if isinstance(document, Mapping)
                for key, _ in document.entries.values()
            )
            self._keys[file.path] = [start for start, _ in keys], [name for _, name in keys]
        return self._trees[file.path]


@dataclass
class Inclusion:
    """Follows the includes of one pipeline."""

    sources: Sources
    paths: list[str] = field(default_factory=list)
    """What was included so far."""

    def entries(self, file: Text) -> Entries:
        """The top-level keys of a file with those of its includes below them; raises `TooLargeError`.

        Files are merged as GitLab does it: a later include is stronger than an earlier one, and the file itself is the
        strongest. What `inputs` says stays open in the file itself, because it is given from outside.
        """
        own = self._documents(file, None, included=False)
        return self._with_includes(own, (file.path,))

    def included(self, include: Node, trail: tuple[str, ...]) -> Entries:
        """What all the files of an `include` are together; `trail` are the files that lead there."""
        entries: Entries = {}
        for item in self._items(include):
            for file, given in self._files(item, trail):
                inner = self._documents(file, given, included=True)
                entries = self._merged(entries, self._with_includes(inner, (*trail, file.path)))
        return entries

    def _with_includes(self, own: Entries, trail: tuple[str, ...]) -> Entries:
        include = own.pop("include", None)
        return own if include is None else self._merged(self.included(include[1], trail), own)

    def _documents(self, file: Text, given: Mapping | None, *, included: bool) -> Entries:
        """The top-level keys that a file has itself, with the inputs put in that an include gives it."""
        documents = self.sources.tree(file).documents
        first = documents[0] if len(documents) > 1 else None
        header = first if isinstance(first, Mapping) and "spec" in first.entries else None
        inputs = input_values(header, given) if included else {}
        entries: Entries = {}
        for document in documents[1:] if header else documents:
            if isinstance(document, Mapping):
                node = interpolate(document, inputs, self.sources.budget.spend) if inputs else document
                entries.update(node.entries)
            elif not is_null(document):
                self.sources.report("the file is not a mapping of jobs", document)
        return entries

    def _merged(self, low: Entries, high: Entries) -> Entries:
        self.sources.budget.spend(len(low) + len(high))
        merged = dict(low)
        for name, (key, value) in high.items():
            below = low[name][1] if name in low else None
            merged[name] = (key, merge_nodes(below, value, self.sources.budget.spend))
        return merged

    def _items(self, include: Node) -> Iterator[Scalar | Mapping]:
        for item in include.items if isinstance(include, Sequence) else (include,):
            if isinstance(item, Sequence):
                self.sources.report("an `include` in a list of lists", item)
            elif not is_null(item):
                yield item

    def _files(self, item: Scalar | Mapping, trail: tuple[str, ...]) -> Iterator[tuple[Text, Mapping | None]]:
        """The files of this repository that an item of `include` stands for, and the inputs it gives them."""
        rules = item.value("rules") if isinstance(item, Mapping) else None
        condition = condition_of_rules(rules) if rules is not None else ""
        if condition == NEVER:
            return
        both = " and ".join(filter(None, (self.sources.conditions.get(trail[-1], ""), condition)))
        given = item.value("inputs") if isinstance(item, Mapping) else None
        for file in self._local(item, *self._location(item), trail):
            always = self.sources.conditions.get(file.path) == "" or not both
            self.sources.conditions[file.path] = "" if always else both
            yield file, given if isinstance(given, Mapping) else None

    def _location(self, item: Scalar | Mapping) -> tuple[UnseenKind | None, Node]:
        """The kind of an item of `include`, and the node that says where it leads."""
        if isinstance(item, Scalar):
            return ("remote" if _URL.match(item.value) else "local"), item
        for kind in ("local", *_ELSEWHERE):
            location = item.value(kind)
            if location is not None:
                return kind, location
        return None, item

    def _local(
        self, item: Scalar | Mapping, kind: UnseenKind | None, location: Node, trail: tuple[str, ...]
    ) -> Iterator[Text]:
        """The files of this repository behind an item; anything else is noted as unseen."""
        if kind is None:
            self.sources.report("an `include` without `local`, `project`, `remote`, `template` or `component`", item)
        elif kind != "local" or not isinstance(location, Scalar) or "$" in location.value:
            self._note(kind, item, location)
        elif "*" in location.value:
            yield from self._matching(location, item, trail)
        else:
            yield from self._found(location.value.lstrip("/"), location, trail)

    def _matching(self, location: Scalar, item: Scalar | Mapping, trail: tuple[str, ...]) -> Iterator[Text]:
        wanted = location.value.lstrip("/")
        head = wanted.partition("*")[0]
        paths = [path for path in self.sources.files.paths if path.startswith(head) and is_match(wanted, path)]
        for path in filter(_YAML.fullmatch, paths):
            yield from self._found(path, location, trail)
        if not paths:
            self._note("local", item, location)

    def _found(self, path: str, location: Scalar, trail: tuple[str, ...]) -> Iterator[Text]:
        path = posixpath.normpath(path)
        if path in trail:
            self.sources.report(f"circular `include` of `{redact(path)}`", location)
        elif len(self.paths) >= MAX_INCLUDES:
            self.sources.report(f"more than {MAX_INCLUDES} includes", location)
        elif not _YAML.fullmatch(path):
            self.sources.report("the included file has no name that ends in `.yml` or `.yaml`", location)
        elif (file := self._read(path)) is not None:
            self.paths.append(path)
            yield file
        elif self.sources.strict and path not in self.sources.files.paths:
            self.sources.report(f"the included file `{redact(path)}` does not exist", location)
        else:
            self._note("local", location, location)

    def _read(self, path: str) -> Text | None:
        data = None if path in self.sources.texts else self.sources.files.read(path)
        return self.sources.texts.get(path) if data is None else Text(path, data)

    def _note(self, kind: UnseenKind, item: Scalar | Mapping, location: Node) -> None:
        """Note what an item leads to that cannot be read."""
        what = location.value if isinstance(location, Scalar) else kind
        if isinstance(item, Mapping) and kind == "project":
            what += "".join(
                f"{mark}{text}" for mark, name in ((":", "file"), ("@", "ref")) if (text := _text(item, name))
            )
        self.sources.unseen.append(Unseen(kind=kind, what=redact(what), at=location.at()))


def _text(item: Mapping, name: str) -> str:
    node = item.value(name)
    parts = node.items if isinstance(node, Sequence) else (node,)
    return ",".join(part.value for part in parts if isinstance(part, Scalar))


def is_match(location: str, path: str) -> bool:
    """Whether a path is one that `location` means: `*` matches within a folder, `**` anything."""
    ends = {0}
    for part in _WILDCARD.split(location):
        if part not in {"*", "**"}:
            ends = {end + len(part) for end in ends if path.startswith(part, end)}
            continue
        reached: set[int] = set()
        for end in range(min(ends, default=len(path) + 1), len(path) + 1):
            if end in ends or (end - 1 in reached and (part == "**" or path[end - 1] != "/")):
                reached.add(end)
        ends = reached
    return len(path) in ends
