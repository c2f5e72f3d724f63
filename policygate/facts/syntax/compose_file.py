"""The services of a compose file (https://docs.docker.com/reference/compose-file/)."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from policygate.facts.files import Files
from policygate.facts.model import Problem, Unseen, UnseenKind
from policygate.facts.syntax.budget import Budget, TooLargeError
from policygate.facts.syntax.compose_interpolation import (
    FormatError,
    Surroundings,
    interpolate,
    passed_on,
    stands_for_nothing,
)
from policygate.facts.syntax.dockerfile_words import Value
from policygate.facts.syntax.dotenv_file import Binding, parse_dotenv
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar, Sequence, parse
from policygate.location import At, Text
from policygate.redact import redact

_MAX_EXTENDS = 20
_LAYER = 100
"""What following what a service extends counts of the work that a file may cause."""

_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|git@|github\.com/", re.IGNORECASE)
_INTEGER = re.compile(r"0|[1-9]\d{0,15}")
_FLOAT = re.compile(r"\d{1,3}\.\d{1,2}")
_NUMBER = re.compile(r"[-+.]?\d.*")
_OVERRIDE = re.compile(r"(?P<stem>(?:docker-)?compose)(?P<end>\.ya?ml)")


@dataclass(frozen=True)
class Given:
    """One value of a variable or argument of a service."""

    name: str
    value: Value
    at: At
    written: str = ""
    """The value with its references; empty for a variable that is only named."""


@dataclass
class Sources:
    """Every file that was read for a project, and what is to say of them."""

    files: Files
    budget: Budget = field(default_factory=Budget)
    problems: list[Problem] = field(default_factory=list)
    unseen: list[Unseen] = field(default_factory=list)
    texts: dict[str, Text] = field(default_factory=dict)
    followed: list[str] = field(default_factory=list)
    _roots: dict[str, Mapping | None] = field(default_factory=dict)
    _bindings: dict[str, list[Binding]] = field(default_factory=dict)

    def report(self, message: str, node: Node) -> None:
        """Note a problem at a node."""
        self.problems.append(Problem(message=message, at=node.at()))

    def note(self, kind: UnseenKind, what: str, at: At) -> None:
        """Note what the file refers to and cannot be read."""
        self.unseen.append(Unseen(kind=kind, what=redact(what), at=at))

    def root(self, file: Text) -> Mapping | None:
        """The document of a file; its problems are noted."""
        if file.path not in self._roots:
            self.texts[file.path] = file
            tree = parse(file)
            self.problems += tree.problems
            root = tree.documents[0] if tree.documents else None
            self._roots[file.path] = root if isinstance(root, Mapping) else None
        return self._roots[file.path]

    def beside(self, path: str) -> Text | None:
        """Another file of the checkout; none when there is none to read."""
        data = None if path in self.texts else self.files.read(path)
        return self.texts.get(path) if data is None else Text(path, data)

    def bindings(self, path: str) -> list[Binding] | None:
        """Those of an environment file; none when there is no such file."""
        if path not in self._bindings:
            file = self.beside(path)
            if file is None:
                return None
            self.texts[path] = file
            self.budget.spend(len(file.text))
            try:
                self._bindings[path] = list(parse_dotenv(file))
            except TooLargeError as error:
                self.problems.append(Problem(message=error.message, at=error.at or file.line_at(1)))
                self._bindings[path] = []
        return self._bindings[path]


class Project:
    """A compose file with the override file beside it."""

    def __init__(self, file: Text, sources: Sources) -> None:
        self.sources = sources
        self.folder = posixpath.dirname(file.path)
        bindings = sources.bindings(posixpath.join(self.folder, ".env")) or []
        values = {each.name: each.value for each in bindings if each.name and each.value is not None}
        self._surroundings = Surroundings(values, sources.budget.spend)
        self._roots = [*self._override(file.path), *filter(None, [sources.root(file)])]

    def services(self) -> Iterator["Service"]:
        """The services, in file order."""
        names: dict[str, Scalar] = {}
        for root in reversed(self._roots):
            services = below(root, "services")
            if isinstance(services, Mapping):
                names = {name: key for name, (key, _) in services.written_entries.items()} | names
            elif services is not None:
                self.sources.report("`services` is not a mapping", services)
        for name, key in names.items():
            yield Service(self, name, key, list(self._layers(name)))

    def interpolated(self, scalar: Scalar) -> Value:
        """The value of a scalar; what compose refuses is a problem, and stays."""
        self.sources.budget.spend(1 + len(scalar.value))
        text = as_the_service_sees(scalar)
        try:
            value = interpolate(text, self._surroundings)
            return replace(value, dynamic=True) if _is_odd_number(scalar) else value
        except FormatError as error:
            self.sources.report(str(error), scalar)
            return Value(text, dynamic=True)

    def stands_for_nothing(self, text: str) -> bool:
        """Whether a reference in a text has nothing put in its place."""
        return stands_for_nothing(text, self._surroundings)

    def passed_on(self, name: str) -> Value:
        """The value of a variable that a file only names."""
        return passed_on(name, self._surroundings)

    def _override(self, path: str) -> Iterator[Mapping]:
        """The file that compose itself puts above this one."""
        name = _OVERRIDE.fullmatch(posixpath.basename(path))
        for end in (".yml", ".yaml") if name else ():
            other = posixpath.join(self.folder, f"{name['stem']}.override{end}") if name else ""
            file = self.sources.beside(other)
            root = self.sources.root(file) if file else None
            if root:
                self.sources.followed.append(other)
                yield root
                return

    def _layers(self, name: str) -> Iterator[Mapping]:
        """What is said of a service, the strongest first: the override, the service itself, then what it extends."""
        for root in self._roots:
            yield from self._extended(root, name, 0)

    def _extended(self, root: Mapping, name: str, level: int) -> Iterator[Mapping]:
        self.sources.budget.spend(_LAYER)
        service = below(below(root, "services"), name)
        if not isinstance(service, Mapping):
            return
        yield service
        extends = below(service, "extends")
        if extends is None:
            return
        if level == _MAX_EXTENDS:
            self.sources.report(f"`extends` more than {_MAX_EXTENDS} levels deep", extends)
            return
        other, base = self._base(root, extends)
        if other and base:
            yield from self._extended(other, base, level + 1)

    def _base(self, root: Mapping, extends: Node) -> tuple[Mapping | None, str]:
        """The file and the name of the service that another one extends."""
        if isinstance(extends, Scalar):
            return root, extends.value
        name, where = below(extends, "service"), below(extends, "file")
        if not isinstance(name, Scalar):
            return None, ""
        if not isinstance(where, Scalar):
            return root, name.value
        path = self.path_of(where, where.value)
        file = self.sources.beside(path) if path else None
        if file is None:
            self.sources.note("file", where.value, where.at())
            return None, ""
        return self.sources.root(file), name.value

    def path_of(self, node: Node, text: str) -> str:
        """A path as the file that holds a node means it, from the root of the checkout; empty when it leads outside."""
        if _REMOTE.match(text):
            return ""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(node.file.path), text))
        return "" if path.startswith(("/", "../")) or path == ".." else path


@dataclass(frozen=True)
class Service:
    """What the files say of one service."""

    project: Project
    name: str
    key: Scalar
    layers: list[Mapping]
    """The strongest first."""

    def node(self, name: str) -> Node | None:
        """The strongest value of a key."""
        return next((node for layer in self.layers if (node := below(layer, name)) is not None), None)

    def given(self, name: str, within: str = "") -> Iterator[Given]:
        """The variables or arguments below a key, or below a key in another one; the strongest first."""
        for layer in self.layers:
            node = below(below(layer, within), name) if within else below(layer, name)
            yield from reversed(list(self._pairs(node)))

    def env_files(self) -> Iterator[tuple[str, Scalar]]:
        """The paths of its environment files with the nodes that name them, the strongest first."""
        for layer in self.layers:
            node = below(layer, "env_file")
            items = node.items if isinstance(node, Sequence) else (node,)
            for item in reversed(items):
                path = below(item, "path") if isinstance(item, Mapping) else item
                if isinstance(path, Scalar):
                    yield self.project.path_of(path, self.project.interpolated(path).text), path

    def _pairs(self, node: Node | None) -> Iterator[Given]:
        if isinstance(node, Mapping):
            for name, (key, value) in node.written_entries.items():
                if isinstance(value, Scalar):
                    yield self._given(name, key, None if _is_null(value) else value)
        for item in node.items if isinstance(node, Sequence) else ():
            if isinstance(item, Scalar):
                name, equals, _ = item.value.partition("=")
                yield self._listed(item, name) if equals else self._given(name, item, None)

    def _given(self, name: str, key: Scalar, value: Scalar | None) -> Given:
        if value is None:
            return Given(name, self.project.passed_on(name), key.at())
        made = self.project.interpolated(value)
        return Given(name, made, value.at() if made.text else key.at(), as_the_service_sees(value))

    def _listed(self, item: Scalar, name: str) -> Given:
        """A `NAME=value`; its place is the value."""
        made = self.project.interpolated(item)
        start = len(name) + 1
        snippet = item.snippet()
        at = snippet.at(start, max(start, len(item.value.rstrip("\n"))))
        text = made.text.partition("=")[2]
        at = at if text else snippet.at(0, len(name))
        return Given(name, Value(text, made.dynamic, made.condition), at, item.value[start:])


def below(node: Node | None, name: str) -> Node | None:
    """The value of a key of a mapping; none of anything else."""
    entry = node.written_entries.get(name) if isinstance(node, Mapping) else None
    return entry and entry[1]


def as_the_service_sees(scalar: Scalar) -> str:
    """The text that compose makes of a value: it reads YAML 1.2, where `off` is a string."""
    if _is_null(scalar):
        return ""
    if scalar.plain and scalar.value in {"True", "TRUE", "False", "FALSE"}:
        return scalar.value.lower()
    if scalar.plain and _FLOAT.fullmatch(scalar.value):
        return f"{float(scalar.value):g}"
    return scalar.value


def _is_odd_number(scalar: Scalar) -> bool:
    """Whether Go's YAML reader takes a value for a number or a date, which may come out written in another way."""
    plain = scalar.plain and bool(_NUMBER.fullmatch(scalar.value))
    return plain and not (_INTEGER.fullmatch(scalar.value) or _FLOAT.fullmatch(scalar.value))


def _is_null(scalar: Scalar) -> bool:
    return scalar.plain and scalar.value in {"", "~", "null", "Null", "NULL"}
