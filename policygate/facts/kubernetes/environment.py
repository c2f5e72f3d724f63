"""The environment of a container, as the kubelet makes it, and the words of its command.

https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/ and the fields
`env`, `envFrom`, `command` and `args` in https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from policygate.facts.endpoint.values import Value
from policygate.facts.kubernetes.objects import child, is_directive, items, scalar, text
from policygate.facts.kubernetes.policy_yaml import is_dynamic
from policygate.facts.net.words import arguments
from policygate.facts.syntax.budget import Budget
from policygate.facts.syntax.snippet import Snippet
from policygate.facts.syntax.yaml_tree import Node, Scalar
from policygate.location import At

ConfigMaps = Mapping[str, Mapping[str, Scalar]]
"""By name the data of the ConfigMaps that a container can see."""

_WORK = 200
"""What a variable counts of the work that a file may cause, beside the characters of its value."""
_SETTING = re.compile(r"(?:-D)?(?P<key>-{0,2}[A-Za-z_][\w.-]{0,200})=(?P<value>.+)", re.DOTALL)
_OPTION = re.compile(r"--?[A-Za-z][\w.-]{0,200}")
_SHELL = re.compile(r"(?:.*/)?(?:ba|da|a|z|k)?sh")
_SCRIPT = re.compile(r"-[a-z]*c")


@dataclass(frozen=True)
class Variable:
    """One variable of a container."""

    text: str
    at: At
    """The value as the file has it; the name where something else holds the value."""
    known: bool = True
    """Whether the file says its value."""
    dynamic: bool = False
    """Whether a part of it depends on something that the file does not say."""
    parts: tuple["Variable", ...] = ()
    """What it refers to."""


Variables = Mapping[str, Variable]


def environment(container: Node, maps: ConfigMaps, budget: Budget) -> dict[str, Variable]:
    """The variables of a container, those of `envFrom` first, each with its last value.

    Raises:
        TooLargeError: references make the values too large.
    """
    variables: dict[str, Variable] = {}
    for source in items(container, "envFrom"):
        variables |= _from_map(source, maps, budget)
    for entry in items(container, "env"):
        name = scalar(entry, "name")
        if name and name.value and not is_directive(entry):
            variables[name.value] = _variable(name, entry, variables, maps, budget)
    return variables


def values_of(variables: Variables) -> list[Value]:
    """The variables whose value is known, as settings."""
    return [Value(name, each.text, each.at, each.dynamic) for name, each in variables.items() if each.text]


def also_secret(secrets: Iterable[At], values: Iterable[Variable]) -> list[At]:
    """Where a secret comes from that a value has by reference: the whole value, and all that it refers to."""
    lines = {(at.path, at.start.line) for at in secrets}
    waiting = [each for each in values if each.parts and (each.at.path, each.at.start.line) in lines]
    hidden: dict[int, At] = {}
    while waiting:
        each = waiting.pop()
        if id(each) not in hidden:
            hidden[id(each)] = each.at
            waiting += each.parts
    return list(hidden.values())


def _from_map(source: Node, maps: ConfigMaps, budget: Budget) -> dict[str, Variable]:
    """What one element of `envFrom` sets, if that is a ConfigMap of the same file; a Secret is not read."""
    data = maps.get(text(source, "configMapRef", "name"), {})
    prefix = text(source, "prefix")
    budget.spend(_WORK * len(data))
    return {f"{prefix}{name}": _as_it_is(value) for name, value in data.items()}


def _variable(name: Scalar, entry: Node, variables: Variables, maps: ConfigMaps, budget: Budget) -> Variable:
    """One element of `env`. A value that is not empty is expanded, and what comes from elsewhere is taken as it is."""
    said = scalar(entry, "value")
    if said and said.value:
        return expanded(said.value, said.at(), variables, budget)
    data = maps.get(text(entry, "valueFrom", "configMapKeyRef", "name"), {})
    value = data.get(text(entry, "valueFrom", "configMapKeyRef", "key"))
    budget.spend(_WORK)
    return _as_it_is(value) if value else Variable("", name.at(), known=child(entry, "valueFrom") is None)


def _as_it_is(value: Scalar) -> Variable:
    return Variable(value.value, value.at(), dynamic=is_dynamic(value.value))


def expanded(source: str, at: At, variables: Variables, budget: Budget) -> Variable:
    """A text with its references `$(NAME)` replaced by what is set before; `$$` is a dollar sign.

    A reference to what is not known stays as it is: the kubelet leaves it too, unless a Service gives the variable.

    Raises:
        TooLargeError: references make the values too large.
    """
    pieces: list[str] = []
    parts: list[Variable] = []
    dynamic = False
    for piece, name in _pieces(source):
        known = variables.get(name) if name else None
        if known and known.known:
            parts.append(known)
        dynamic |= bool(name) and not (known and known.known and not known.dynamic)
        pieces.append(known.text if known and known.known else piece)
    budget.spend(10 + sum(map(len, pieces)))
    return Variable("".join(pieces), at, dynamic=dynamic, parts=tuple(parts))


def _pieces(source: str) -> Iterator[tuple[str, str]]:
    """The parts of a text in order: what a reader gets when nothing is known, and the name for a reference."""
    done = 0
    position = source.find("$")
    closing = source.rfind(")")
    while 0 <= position < len(source) - 1:
        following = source[position + 1]
        if following == "$":
            yield source[done : position + 1], ""
            done = position + 2
        elif following == "(" and closing > position:
            end = source.find(")", position)
            yield source[done:position], ""
            yield source[position : end + 1], source[position + 2 : end]
            done = end + 1
        position = source.find("$", max(done, position + 2))
    yield source[done:], ""


def words_of(container: Node, variables: Variables, budget: Budget) -> list[tuple[str, Variable]]:
    """The words of `command` and `args`, each with the option that it belongs to, else with the field's name.

    Raises:
        TooLargeError: references make the words too large.
    """
    return [
        (key, expanded(value.source, value.at(0, len(value.source.rstrip("\n"))), variables, budget))
        for key, value in _words(container)
    ]


def _words(container: Node) -> Iterator[tuple[str, Snippet]]:
    """The elements of both fields; the script of a shell word by word."""
    option = ""
    shell = script = False
    for field in ("command", "args"):
        for node in filter(None, map(scalar, items(container, field))):
            word = node.snippet()
            setting = _SETTING.fullmatch(node.value)
            if script:
                for each in arguments(node.value):
                    yield each.key or field, word.part(each.start, each.start + len(each.text))
            elif setting:
                yield setting["key"], word.part(*setting.span("value"))
            else:
                yield option or field, word
            script = shell and not script and _SCRIPT.fullmatch(node.value) is not None
            shell |= _SHELL.fullmatch(node.value) is not None
            option = node.value if _OPTION.fullmatch(node.value) and not script else ""
