"""NetworkPolicies as an API server reads them, and where in the file each part and each problem stands."""

import json
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.kubernetes.policy_facts import policy_of
from policygate.facts.kubernetes.policy_yaml import read_policy
from policygate.facts.model import Problem
from policygate.facts.model_kubernetes import NetworkPolicyFact, PolicyPeer, PolicyPort, Selector
from policygate.facts.syntax.yaml_tree import Mapping, parse
from policygate.location import At, Text, nowhere

ANSWERS: list[tuple[str, Any]] = json.loads((Path(__file__).parent / "policy_texts.json").read_text(encoding="utf-8"))
"""From `oracle/apiserver.go`: a spec, and the message by which it is refused or the spec as it would be stored."""

KNOWN = {"{port: 80.0}", "{port: 8e1}", "{port: !!int '80'}"}
"""Ports that the API server takes for a number and we refuse: nobody writes that."""


def read(spec: str) -> tuple[NetworkPolicyFact, list[Problem]]:
    (document,) = parse(Text("policy.yaml", f"spec: {spec}\n".encode())).documents
    assert isinstance(document, Mapping)
    return read_policy(document.value("spec"), namespace="shop", name="p", at=nowhere("absent"))


def without_empty(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value or value == {}}


def selector(said: Selector) -> dict[str, Any] | None:
    expressions = [without_empty(each.model_dump()) for each in said.expressions]
    return without_empty({"matchLabels": said.labels or None, "matchExpressions": expressions}) if said.exists else None


def peer(said: PolicyPeer) -> dict[str, Any]:
    block = without_empty({"cidr": said.cidr, "except": said.excepts}) if said.cidr else None
    return without_empty(
        {"podSelector": selector(said.pods), "namespaceSelector": selector(said.namespaces), "ipBlock": block}
    )


def port(said: PolicyPort) -> dict[str, Any]:
    return without_empty({"protocol": said.protocol, "port": said.number or said.name, "endPort": said.end})


def stored(said: NetworkPolicyFact) -> dict[str, Any]:
    """The spec as the API server would store it."""
    rules = {
        key: [
            without_empty({peers: [peer(each) for each in rule.peers], "ports": [port(each) for each in rule.ports]})
            for rule in given
        ]
        for key, peers, given in (("ingress", "from", said.ingress), ("egress", "to", said.egress))
    }
    return without_empty(
        {"podSelector": selector(said.selector), **rules, "policyTypes": [each.capitalize() for each in said.types]}
    )


def test_policies_are_refused_and_understood_as_by_the_api_server() -> None:
    differing = []
    for spec, answer in ANSWERS:
        said, problems = read(spec)
        if isinstance(answer, dict):
            expected = {**answer, "policyTypes": list(dict.fromkeys(answer["policyTypes"]))}
            if problems or stored(said) != expected:
                differing.append((spec, [each.message for each in problems] or stored(said), expected))
        elif not problems:
            differing.append((spec, stored(said), answer))
        assert said.valid == (not problems)

    assert len(ANSWERS) > 250
    unknown = [each for each in differing if not any(known in each[0] for known in KNOWN)]
    assert unknown == []
    assert len(differing) == len(KNOWN)


PLACES = [
    ("{podSelector: [a]}", "`podSelector` must be a mapping", "[a]"),
    ("{podSelector: {}, policyTypes: Egress}", "`policyTypes` must be a list", "Egress"),
    ("{podSelector: {}, policyTypes: [egress]}", "`policyTypes` takes `Ingress` and `Egress` only", "egress"),
    ("{podSelector: {}, egres: []}", "unknown field `egres` in `spec`", "egres"),
    ("{egress: [{to: [{ipBlock: {cidr: 10.0.0.0}}]}]}", "`10.0.0.0` is no CIDR", "10.0.0.0"),
    (
        "{egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/9]}}]}]}",
        "`11.0.0.0/9` is not a smaller part of `10.0.0.0/8`",
        "11.0.0.0/9",
    ),
    ("{egress: [{ports: [{port: 9, endPort: 7}]}]}", "`endPort` is lower than `port`", "7"),
    ("{egress: [{ports: [{endPort: 7}]}]}", "`endPort` without a number as `port`", "7"),
    ("{egress: [{ports: [{port: '9'}]}]}", "`9` is no name of a port", "9"),
    ("{podSelector: {matchLabels: {app: yes}}}", "`app` must be a string", "yes"),
    ("{podSelector: {matchLabels: {app: a b}}}", "`a b` is no value of a label", "a b"),
    (
        "{podSelector: {matchExpressions: [{key: a, operator: Is}]}}",
        "`operator` takes `In`, `NotIn`, `Exists`, `DoesNotExist` only",
        "{key: a, operator: Is}",
    ),
    ("{ingress: [{from: [{}]}]}", "an element of `from` must select something", "{}"),
]


def text_at(spec: str, at: At) -> str:
    assert at.start.line == at.end.line == 1
    return f"spec: {spec}"[at.start.column - 1 : at.end.column - 1]


@pytest.mark.parametrize(("spec", "message", "place"), PLACES)
def test_problems_point_at_what_is_wrong(spec: str, message: str, place: str) -> None:
    _, problems = read(spec)
    assert [(each.message, text_at(spec, each.at)) for each in problems] == [(message, place)]


def test_rules_and_peers_have_their_places() -> None:
    spec = "{egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}, {podSelector: {}}], ports: [{port: 1}]}, ~]}"
    said, problems = read(spec)

    assert problems == []
    first, second = said.egress
    assert text_at(spec, first.at) == "{to: [{ipBlock: {cidr: 10.0.0.0/8}}, {podSelector: {}}], ports: [{port: 1}]}"
    assert [text_at(spec, each.at) for each in first.peers] == ["10.0.0.0/8", "{podSelector: {}}"]
    assert text_at(spec, second.at) == "~"


@pytest.mark.parametrize(
    "spec",
    [
        "{podSelector: {matchLabels: {app: '{{ .Values.app }}'}}}",
        "{podSelector: {matchLabels: {'{{ .k }}': a}}}",
        "{podSelector: {matchExpressions: [{key: '$(KEY)', operator: '${OP}', values: ['{{ .v }}']}]}}",
        "{egress: [{to: [{ipBlock: {cidr: '${CIDR}', except: ['${X}', 10.0.0.0/8]}}]}]}",
        "{egress: [{ports: [{port: '{{ .port }}', endPort: '${END}', protocol: '${P}'}]}]}",
        "{policyTypes: ['{{ .t }}']}",
    ],
)
def test_what_somebody_else_fills_in_is_not_judged(spec: str) -> None:
    said, problems = read(spec)
    assert (problems, said.dynamic, said.valid) == ([], True, True)


def test_merge_keys_and_aliases_are_followed() -> None:
    text = "x: &x {podSelector: {matchLabels: {app: a}}}\nspec:\n  <<: *x\n  policyTypes: [Egress]\n"
    (document,) = parse(Text("p", text.encode())).documents
    assert isinstance(document, Mapping)
    said, problems = read_policy(document.value("spec"), namespace="", name="", at=nowhere("absent"))
    assert (problems, said.selector.labels, said.types) == ([], {"app": "a"}, ["egress"])


def test_a_policy_without_a_spec_closes_the_namespace() -> None:
    said, problems = read_policy(None, namespace="shop", name="p", at=nowhere("absent"))
    assert (problems, said.types, said.selector, said.ingress) == ([], ["ingress"], Selector(exists=True), [])


_WORDS = [
    "podSelector",
    "matchLabels",
    "matchExpressions",
    "key",
    "operator",
    "values",
    "ingress",
    "egress",
    "from",
    "to",
]
_WORDS += [
    "policyTypes",
    "ports",
    "port",
    "endPort",
    "protocol",
    "ipBlock",
    "cidr",
    "except",
    "namespaceSelector",
    "<<",
]
_LEAVES = ["~", "In", "Exists", "a", "1", "10.0.0.0/8", "'::/0'", "TCP", "Egress", "''", "'$X'", "99999999999999999999"]
_NODES = st.recursive(
    st.sampled_from(_LEAVES),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(st.sampled_from(_WORDS), inner, max_size=4).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"
        )
    ),
    max_leaves=25,
)


@given(_NODES)
def test_no_text_breaks_the_reader(spec: str) -> None:
    said, problems = read(spec)
    assert said.valid == (not problems)
    policy_of(said, namespace="shop")


def test_large_policies_are_read_in_time() -> None:
    labels = ", ".join(f"k{n}: {'v' * 60}" for n in range(5000))
    rules = ", ".join("{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}" for _ in range(5000))
    start = process_time()
    said, problems = read(f"{{podSelector: {{matchLabels: {{{labels}}}}}, egress: [{rules}]}}")
    assert (problems, len(said.egress)) == ([], 5000)
    assert process_time() - start < 10
