"""NetworkPolicies of manifests (https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/).

What an API server refuses is a problem: it takes the whole object or nothing. It accepts blocks with host bits. Null
stands for nothing said, so that a rule that is null allows everything. Values that somebody else fills in (`$X`,
`{{ .x }}`) are not judged.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from policygate.facts.kubernetes.policy import PROTOCOLS
from policygate.facts.kubernetes.ranges import block, mask_bits
from policygate.facts.model import Problem
from policygate.facts.model_kubernetes import (
    Direction,
    NetworkPolicyFact,
    Operator,
    PolicyPeer,
    PolicyPort,
    PolicyRule,
    Protocol,
    Selector,
    SelectorExpression,
)
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar, Sequence
from policygate.location import At

_NOT_STRING = re.compile(
    r"(?:~|null|y|yes|n|no|true|false|on|off)?|[-+]?(?:0x[\da-f_]+|0b[01_]+|0o[0-7_]+|\d[\d_]*(?:\.[\d_]*)?(?:e[-+]?\d+)?|\.\d+)",
    re.IGNORECASE | re.ASCII,
)
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_NAME = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?", re.ASCII)
_PREFIX = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*", re.ASCII)
_PORT_NAME = re.compile(r"(?=.{0,14}[a-z])(?!.*--)[a-z0-9](?:[-a-z0-9]{0,13}[a-z0-9])?", re.ASCII)
_NUMBER = re.compile(
    r"\+?(?:0x(?P<x>[\da-f]{1,8})|0b(?P<b>[01]{1,32})|0o?(?P<o>[0-7]{1,9})|0*(?P<d>\d{1,9}))", re.IGNORECASE
)
_BASES = {"x": 16, "b": 2, "o": 8, "d": 10}
_MAX_PREFIX = 253
_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")
_TYPES: dict[str, Direction] = {"Ingress": "ingress", "Egress": "egress"}


def read_policy(
    spec: Node | None, *, namespace: str, name: str, at: At, dynamic: bool = False
) -> tuple[NetworkPolicyFact, list[Problem]]:
    """A NetworkPolicy from its `spec`, and why an API server would refuse it; never raises.

    `at` is the place of its name; `dynamic` says whether name or namespace are filled in by somebody else.
    """
    reader = _Reader(dynamic=dynamic)
    body = reader.mapping(spec, "spec", ("podSelector", "ingress", "egress", "policyTypes"))
    ingress = [reader.rule(item, "from") for item in reader.items(_of(body, "ingress"), "ingress")]
    egress = [reader.rule(item, "to") for item in reader.items(_of(body, "egress"), "egress")]
    types = list(reader.types(_of(body, "policyTypes")))
    policy = NetworkPolicyFact(
        namespace=namespace,
        name=name,
        selector=reader.selector(_of(body, "podSelector"), "podSelector").model_copy(update={"exists": True}),
        types=types or (["ingress", "egress"] if egress else ["ingress"]),
        ingress=ingress,
        egress=egress,
        valid=not reader.problems,
        dynamic=reader.dynamic,
        at=at,
    )
    return policy, reader.problems


def _of(mapping: Mapping | None, key: str) -> Node | None:
    entry = mapping.written_entries.get(key) if mapping else None
    return entry[1] if entry and not is_null(entry[1]) else None


def is_null(node: Node) -> bool:
    """Whether a node says nothing."""
    return isinstance(node, Scalar) and node.plain and node.value in _NULL


def is_string(node: Scalar) -> bool:
    """Whether the API server takes a scalar for a string: it reads YAML 1.1, in which `on` and `0x1` are none."""
    return not node.plain or not _NOT_STRING.fullmatch(node.value)


def is_dynamic(text: str) -> bool:
    """Whether somebody else fills a part of a text in; no name, label or CIDR has such characters."""
    return "$" in text or "{{" in text


def _number(text: str) -> int:
    """A number as Go's YAML has it, without a sign; 0 for anything else."""
    found = _NUMBER.fullmatch(text[:80].replace("_", ""))
    return int(found[found.lastgroup], _BASES[found.lastgroup]) if found and found.lastgroup else 0


@dataclass
class _Reader:
    """Reads the parts of one policy and gathers what is wrong with them."""

    dynamic: bool
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, node: Node, message: str) -> None:
        self.problems.append(Problem(message=message, at=node.at()))

    def mapping(self, node: Node | None, name: str, keys: tuple[str, ...]) -> Mapping | None:
        """A mapping with known keys; None where nothing is said."""
        if node is None or is_null(node):
            return None
        if not isinstance(node, Mapping):
            self.refuse(node, f"`{name}` must be a mapping")
            return None
        for key, _ in node.written_entries.values():
            if key.value not in keys:
                self.refuse(key, f"unknown field `{key.value[:80]}` in `{name}`")
        return node

    def items(self, node: Node | None, name: str) -> tuple[Node, ...]:
        """The elements of a list; none where nothing is said."""
        if node is None or is_null(node):
            return ()
        if not isinstance(node, Sequence):
            self.refuse(node, f"`{name}` must be a list")
            return ()
        return node.items

    def text(self, node: Node | None, name: str) -> str:
        """A string; empty where nothing is said."""
        if node is None or is_null(node):
            return ""
        if not isinstance(node, Scalar) or not is_string(node):
            self.refuse(node, f"`{name}` must be a string")
            return ""
        self.dynamic |= is_dynamic(node.value)
        return node.value

    def types(self, node: Node | None) -> Iterator[Direction]:
        """`policyTypes`, each once."""
        items = self.items(node, "policyTypes")
        if node is not None and len(items) > len(_TYPES):
            self.refuse(node, "`policyTypes` has more than two elements")
        found = dict.fromkeys(self._type(item) for item in items)
        yield from (each for each in found if each)

    def _type(self, node: Node) -> Direction | None:
        text = self.text(node, "policyTypes")
        if text not in _TYPES and not is_dynamic(text):
            self.refuse(node, "`policyTypes` takes `Ingress` and `Egress` only")
        return _TYPES.get(text)

    def rule(self, node: Node, whom: str) -> PolicyRule:
        """One element of `ingress` or `egress`; `whom` is `from` or `to`."""
        body = self.mapping(node, "egress" if whom == "to" else "ingress", (whom, "ports"))
        return PolicyRule(
            peers=[self.peer(item, whom) for item in self.items(_of(body, whom), whom)],
            ports=[self.port(item) for item in self.items(_of(body, "ports"), "ports")],
            at=node.at(),
        )

    def peer(self, node: Node, whom: str) -> PolicyPeer:
        """One element of `to` or `from`."""
        body = self.mapping(node, whom, ("podSelector", "namespaceSelector", "ipBlock"))
        pods, namespaces, addresses = (_of(body, key) for key in ("podSelector", "namespaceSelector", "ipBlock"))
        if pods is None and namespaces is None and addresses is None:
            self.refuse(node, f"an element of `{whom}` must select something")
        elif addresses is not None and (pods is not None or namespaces is not None):
            self.refuse(node, "`ipBlock` goes with no other selector")
        cidr, excepts, at = self.block(addresses) if addresses is not None else ("", [], node.at())
        return PolicyPeer(
            pods=self.selector(pods, "podSelector"),
            namespaces=self.selector(namespaces, "namespaceSelector"),
            cidr=cidr,
            excepts=excepts,
            at=at,
        )

    def block(self, node: Node) -> tuple[str, list[str], At]:
        """An `ipBlock`: its CIDR, its exceptions, and the place of the CIDR."""
        body = self.mapping(node, "ipBlock", ("cidr", "except"))
        written = _of(body, "cidr")
        cidr = self.text(written, "cidr")
        if not cidr:
            self.refuse(node, "`ipBlock` has no `cidr`")
        elif written and not is_dynamic(cidr) and block(cidr) is None:
            self.refuse(written, f"`{cidr[:80]}` is no CIDR")
        excepts = [self.exception(item, cidr) for item in self.items(_of(body, "except"), "except")]
        return cidr, excepts, (written or node).at()

    def exception(self, node: Node, cidr: str) -> str:
        """One element of `except`."""
        text = self.text(node, "except")
        if is_dynamic(text) or is_dynamic(cidr):
            return text
        inner, outer = block(text), block(cidr)
        if inner is None:
            self.refuse(node, f"`{text[:80]}` is no CIDR")
        elif outer is not None and (not inner <= outer or mask_bits(text) <= mask_bits(cidr)):
            self.refuse(node, f"`{text}` is not a smaller part of `{cidr}`")
        return text

    def selector(self, node: Node | None, name: str) -> Selector:
        """A label selector; `exists` is false where nothing is said."""
        if node is None:
            return Selector(exists=False)
        body = self.mapping(node, name, ("matchLabels", "matchExpressions"))
        expressions = self.items(_of(body, "matchExpressions"), "matchExpressions")
        return Selector(
            exists=True,
            labels=dict(self.labels(_of(body, "matchLabels"))),
            expressions=[each for item in expressions if (each := self.expression(item))],
        )

    def labels(self, node: Node | None) -> Iterator[tuple[str, str]]:
        """`matchLabels`."""
        if node is None:
            return
        if not isinstance(node, Mapping):
            self.refuse(node, "`matchLabels` must be a mapping")
            return
        for key, value in node.written_entries.values():
            self.label_key(key, key.value)
            yield key.value, self.label_value(value, key.value)

    def expression(self, node: Node) -> SelectorExpression | None:
        """One element of `matchExpressions`; None for one that says nothing sensible."""
        body = self.mapping(node, "matchExpressions", ("key", "operator", "values"))
        key, operator = self.text(_of(body, "key"), "key"), self.text(_of(body, "operator"), "operator")
        values = [self.label_value(item, key) for item in self.items(_of(body, "values"), "values")]
        self.label_key(_of(body, "key") or node, key)
        if operator not in _OPERATORS:
            if not is_dynamic(operator):
                self.refuse(node, f"`operator` takes {', '.join(f'`{each}`' for each in _OPERATORS)} only")
            return None
        if operator in ("In", "NotIn") and not values:
            self.refuse(node, f"`{operator}` without `values`")
        if operator in ("Exists", "DoesNotExist") and values:
            self.refuse(node, f"`{operator}` with `values`")
        return SelectorExpression(key=key, operator=cast("Operator", operator), values=values)

    def label_key(self, node: Node, key: str) -> None:
        """Refuse what can be no label's key."""
        self.dynamic |= is_dynamic(key)
        prefix, slash, name = key.rpartition("/")
        good = not slash or (len(prefix) <= _MAX_PREFIX and _PREFIX.fullmatch(prefix))
        if not (good and _NAME.fullmatch(name)) and not is_dynamic(key):
            self.refuse(node, f"`{key[:80]}` is no label")

    def label_value(self, node: Node, key: str) -> str:
        """The value of a label."""
        text = self.text(node, key[:80])
        if text and not is_dynamic(text) and not _NAME.fullmatch(text):
            self.refuse(node, f"`{text[:80]}` is no value of a label")
        return text

    def port(self, node: Node) -> PolicyPort:
        """One element of `ports`."""
        body = self.mapping(node, "ports", ("port", "endPort", "protocol"))
        written = _of(body, "protocol")
        protocol = self.text(written, "protocol") if written else "TCP"
        if protocol not in PROTOCOLS:
            if not is_dynamic(protocol):
                self.refuse(node, f"`protocol` takes {', '.join(f'`{each}`' for each in PROTOCOLS)} only")
            protocol = "TCP"
        number, name = self.port_number(_of(body, "port"))
        return PolicyPort(
            protocol=cast("Protocol", protocol), number=number, name=name, end=self.end(_of(body, "endPort"), number)
        )

    def port_number(self, node: Node | None) -> tuple[int, str]:
        """`port`: a number, or a name."""
        if node is None:
            return 0, ""
        if isinstance(node, Scalar) and is_string(node):
            self.dynamic |= is_dynamic(node.value)
            if not _PORT_NAME.fullmatch(node.value) and not is_dynamic(node.value):
                self.refuse(node, f"`{node.value[:80]}` is no name of a port")
            return 0, node.value
        return self.number(node, "port"), ""

    def end(self, node: Node | None, first: int) -> int:
        """`endPort`, which goes with a number only."""
        if node is None:
            return 0
        if isinstance(node, Scalar) and is_dynamic(node.value):
            self.dynamic = True
            return 0
        last = self.number(node, "endPort")
        if not first:
            self.refuse(node, "`endPort` without a number as `port`")
        elif last and last < first:
            self.refuse(node, "`endPort` is lower than `port`")
        return last

    def number(self, node: Node, name: str) -> int:
        """A port's number; 0 when it is none."""
        number = _number(node.value) if isinstance(node, Scalar) and node.plain else 0
        if not 0 < number < 1 << 16:
            self.refuse(node, f"`{name}` must be a number from 1 to 65535")
            return 0
        return number
