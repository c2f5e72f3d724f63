"""Development containers: their environment, and what they run when they are made (https://containers.dev/implementors/json_reference/)."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from policygate.facts.files import NO_FILES, Files
from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment, FileFacts, Place, Problem
from policygate.facts.syntax.budget import Budget, TooLargeError
from policygate.facts.syntax.declared import blanked, in_order, secret_spans
from policygate.facts.syntax.dockerfile_stage import Variable
from policygate.facts.syntax.dockerfile_words import Value
from policygate.facts.syntax.exec_form import command_of
from policygate.facts.syntax.image_build import Image, build_image
from policygate.facts.syntax.jsonc import parse_jsonc
from policygate.facts.syntax.shell import Script
from policygate.facts.syntax.shell_session import passing, run_in_turn, visible, without
from policygate.facts.syntax.snippet import Snippet
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar, Sequence
from policygate.location import Text

_COMMANDS = ("onCreateCommand", "updateContentCommand", "postCreateCommand", "postStartCommand", "postAttachCommand")
"""What runs in the container, in this order, each in a shell of its own."""

_REFERENCE = re.compile(
    r"\$\{(?P<kind>\w{1,50})(?::(?P<name>[^:}]{0,200})(?::(?P<default>[^:}]{0,500}+)(?::[^}]{0,500}+)?)?)?\}"
)
"""What stands behind a third colon is dropped, as in `${localEnv:PROXY:https://a.example}`."""

_FOLDERS = ("localWorkspaceFolder", "containerWorkspaceFolder")
_LATER = frozenset({*_FOLDERS, *(f"{name}Basename" for name in _FOLDERS), "containerEnv", "devcontainerId"})
"""The other references; anything else is no reference, and stays as it is."""


def read(path: str, data: bytes, files: Files = NO_FILES) -> FileFacts:
    """One place for the container, when it runs go or sets its variables; then what its image is built with.

    `path` is from the root of the checkout, which is taken for the workspace.
    """
    file = Text(path, data)
    tree = parse_jsonc(file)
    root = tree.documents[0] if tree.documents else None
    if not isinstance(root, Mapping):
        problems = list(tree.problems) or [Problem(message="not a JSON object", at=file.line_at(1))]
        return FileFacts(problems=problems)
    container = _Container(file, root, files)
    try:
        places = list(container.places())
    except TooLargeError as error:
        return FileFacts(problems=[Problem(message=error.message, at=file.line_at(1))])
    return FileFacts(
        places=places,
        problems=in_order(container.problems),
        secrets=secret_spans(container.texts, places),
    )


@dataclass
class _Container:
    file: Text
    root: Mapping
    files: Files
    problems: list[Problem] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    budget: Budget = field(default_factory=Budget)

    def __post_init__(self) -> None:
        self._container = {key.value: node.value for key, node in self._pairs(self.root.value("containerEnv"))}

    def places(self) -> Iterator[Place]:
        """The container, then the stages of its image."""
        self.texts.append(self.file)
        image = self._image()
        own = [*self._variables("remoteEnv"), *self._variables("containerEnv")]
        assignments = visible([*own, *image.environment])
        scripts = list(self._scripts(assignments))
        commands = [command for script in scripts for command in script.commands]
        made = [assignment for script in reversed(scripts) for assignment in script.assignments]
        written = [assignment for script in reversed(scripts) for assignment in script.written]
        self.problems += [problem for script in scripts for problem in script.problems]
        if own or made or written or commands:
            yield Place(
                id=self.file.path,
                kind="devcontainer",
                name="devcontainer",
                at=self.file.line_at(1),
                directory=".",
                assignments=[*passing(made, commands, "in its command"), *assignments, *written],
                commands=without(commands, assignments),
            )
        yield from image.places

    def _variables(self, name: str) -> list[Assignment]:
        """The variables of the go command below a key.

        One that is null is not set; in `remoteEnv` some tools then take it away, others set it to the word.
        """
        block = self.root.value(name)
        found = []
        for key, node in block.entries.values() if isinstance(block, Mapping) else ():
            if key.value in VARIABLES and isinstance(node, Scalar):
                null = _is_null(node)
                value = Value("", dynamic=True) if null else _resolved(self._with_container(node.value, name))
                found += [] if null and name != "remoteEnv" else [self._assignment(key, node, value, name)]
        return found

    def _with_container(self, text: str, scope: str) -> str:
        """A text of `remoteEnv` with what `containerEnv` sets; what else the container has, its image knows."""

        def known(match: re.Match[str]) -> str:
            value = self._container.get(match["name"] or "") if match["kind"] == "containerEnv" else None
            self.budget.spend(len(value or ""))
            return match.group() if value is None else value

        return _REFERENCE.sub(known, text) if scope == "remoteEnv" else text

    def _assignment(self, key: Scalar, node: Scalar, value: Value, scope: str) -> Assignment:
        return blanked(
            Assignment(
                name=key.value,
                value=value.text,
                at=node.at() if value.text else key.at(),
                scope=scope,
                condition=value.condition,
                dynamic=value.dynamic,
            )
        )

    def _pairs(self, node: Node | None) -> Iterator[tuple[Scalar, Scalar]]:
        for key, value in node.entries.values() if isinstance(node, Mapping) else ():
            if isinstance(value, Scalar) and not _is_null(value):
                yield key, value

    def _image(self) -> Image:
        build = self.root.value("build")
        named = build.value("dockerfile") if isinstance(build, Mapping) else self.root.value("dockerFile")
        if not isinstance(named, Scalar):
            return Image()
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.file.path), named.value))
        data = self.files.read(path)
        if data is None:
            return Image()
        file = Text(path, data)
        self.texts.append(file)
        given = self._pairs(build.value("args") if isinstance(build, Mapping) else None)
        arguments = {key.value: Variable(_resolved(node.value), node.at(), "build args") for key, node in given}
        target = build.value("target") if isinstance(build, Mapping) else None
        return build_image(file, arguments, target.value if isinstance(target, Scalar) else "", self.file.path)

    def _scripts(self, assignments: list[Assignment]) -> Iterator[Script]:
        for name in _COMMANDS:
            for snippet in _snippets(self.root.value(name)):
                yield run_in_turn([(snippet, name)], directory=".", environment=assignments)


def _snippets(node: Node | None) -> Iterator[Snippet]:
    """The scripts of a command: a string for the shell, a list of words, or several of them by name."""
    if isinstance(node, Scalar):
        yield node.snippet()
    elif isinstance(node, Sequence):
        words = [item for item in node.items if isinstance(item, Scalar)]
        if words:
            yield command_of(words)
    elif isinstance(node, Mapping):
        for _, value in node.entries.values():
            if not isinstance(value, Mapping):
                yield from _snippets(value)


def _is_null(node: Scalar) -> bool:
    return node.plain and node.value == "null"


def _resolved(text: str) -> Value:
    """A value with the references to the caller's variables replaced, under the condition that it sets none of them."""
    pieces = []
    names: dict[str, None] = {}
    dynamic = False
    end = 0
    for match in _REFERENCE.finditer(text):
        pieces.append(text[end : match.start()])
        end = match.end()
        known = match["kind"] in {"localEnv", "env"} and match["name"]
        dynamic |= not known and match["kind"] in _LATER
        names |= {match["name"]: None} if known else {}
        pieces.append((match["default"] or "") if known else match.group())
    condition = f"unless {' or '.join(names)} is set in the environment" if names else ""
    return Value("".join([*pieces, text[end:]]), dynamic, condition)
