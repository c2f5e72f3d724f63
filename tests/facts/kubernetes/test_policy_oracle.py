"""Who reaches whom, against network-config-analyzer, for generated sets of workloads and policies.

Known differences, in which Kubernetes is with us, kept out of the generated sets:
- without `policyTypes` an empty list `egress` restricts nothing (the API server looks at its length); the analyzer
  takes the key for enough;
- `Exists` and `DoesNotExist` of a `podSelector` look at the policy's own namespace only in the analyzer, also where a
  `namespaceSelector` stands beside them;
- the analyzer refuses rules of a direction that `policyTypes` leaves out, and `[Egress, Ingress]` in this order;
- for a namespace without a label the analyzer takes its value for the empty text, so that `In [""]` selects it.
What a pod says to itself is not compared: no policy can stop it in a cluster.
"""

import json
import subprocess
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from policygate.facts.kubernetes.policy import PROTOCOLS, Cluster, Pod, Traffic
from policygate.facts.kubernetes.ranges import Ranges, address, address_text
from tests.facts.kubernetes.policy_sets import Document, Generator, cluster_of, manifests_of

Count = Callable[[str, int, int], None]
End = str | int
"""A pod as `namespace/name`, or an address by its place on the line."""

Side = str | list[str]
"""An end as the analyzer has it: a pod, or first and last address."""

PYTHON = Path(__file__).parents[3] / ".tools" / "nca-2.1.0" / "bin" / "python"
SCRIPT = Path(__file__).parent / "oracle" / "connectivity.py"
NUMBERS = {"TCP": 6, "UDP": 17, "SCTP": 132}
SETS = 500


def analyzed(sets: Sequence[Sequence[Document]]) -> list[list[Any]]:
    """The connections of each set, as the analyzer says them."""
    lines = "".join(f"{json.dumps(manifests_of(documents))}\n" for documents in sets)
    assert PYTHON.exists(), "network-config-analyzer is missing: run `make setup`"
    done = subprocess.run([PYTHON, SCRIPT], input=lines, capture_output=True, text=True, check=False, timeout=250)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def span(end: list[str]) -> tuple[int, int]:
    """First and last address of an end that is no pod."""
    first, last = (address(text) for text in end)
    assert first is not None
    assert last is not None
    return first, last


def probes(connections: Sequence[Any], cluster: Cluster) -> list[int]:
    """An address from each part of the line in which neither side makes a difference."""
    spans = [span(end) for each in connections for end in each[:2] if isinstance(end, list)]
    for policy in cluster.policies:
        peers = [peer for rule in (*policy.ingress, *policy.egress) for peer in rule.peers if peer.addresses]
        spans += [each for peer in peers if peer.addresses for each in peer.addresses.spans]
    return sorted({edge for first, last in spans for edge in (first, last + 1)} - {(1 << 32) + (1 << 128)} | {0})


def ends(end: Side, places: Sequence[int]) -> Sequence[End]:
    """An end of a connection, an address range as those of the given addresses that are in it."""
    if isinstance(end, str):
        return [end]
    first, last = span(end)
    return places[bisect_left(places, first) : bisect_right(places, last)]


def theirs(connections: Sequence[Any], places: Sequence[int]) -> Mapping[tuple[End, End], Traffic]:
    """By source and target what they can say, for pods and for the given addresses."""
    found: dict[tuple[End, End], dict[Any, Ranges]] = defaultdict(dict)
    for source, target, protocols, ports in connections:
        pairs = list(product(ends(source, places), ends(target, places)))
        names = [name for name in PROTOCOLS if any(first <= NUMBERS[name] <= last for first, last in protocols)]
        opened = Ranges.of((first, last) for first, last in ports)
        for pair, name in product(pairs, names):
            found[pair][name] = found[pair].get(name, Ranges()) | opened
    return found


def ours(cluster: Cluster, places: Iterable[int]) -> Mapping[tuple[End, End], Traffic]:
    """The same from the evaluator, pods by the names that the analyzer gives them."""
    names: dict[Pod | int, End] = {pod: f"{pod.namespace}/{pod.name}-1" for pod in cluster.pods}
    names |= {place: place for place in places}
    pairs = [(a, b) for a, b in product(names, names) if isinstance(a, Pod) or isinstance(b, Pod)]
    return {(names[a], names[b]): cluster.reaches(a, b) for a, b in pairs if a is not b}


def shown(end: End) -> str:
    return end if isinstance(end, str) else address_text(end)


def test_generated_sets_are_connected_as_the_analyzer_says(record_count: Count) -> None:
    sets = [Generator(seed).documents() for seed in range(SETS)]
    compared = 0
    differing = []
    for seed, (documents, connections) in enumerate(zip(sets, analyzed(sets), strict=True)):
        cluster = cluster_of(documents)
        places = probes(connections, cluster)
        said = theirs(connections, places)
        for (source, target), traffic in ours(cluster, places).items():
            compared += 1
            if dict(traffic) != said.get((source, target), {}):
                differing.append((seed, shown(source), shown(target), traffic, said.get((source, target))))

    record_count("network-config-analyzer", compared, len(differing))
    assert differing[:5] == []
    assert compared > 50 * SETS


DIFFERENCES = {
    "an empty egress without types": "{podSelector: {}, ingress: [{}], egress: []}",
    "a label that exists in another namespace": (
        "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}, podSelector:"
        " {matchExpressions: [{key: no-such-label, operator: DoesNotExist}]}}]}]}"
    ),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_known_differences_are_still_there(name: str) -> None:
    generator = Generator(1)
    metadata = {"name": "p0", "namespace": "shop"}
    policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata}
    documents = [
        *(generator.namespace(name) for name in ("shop", "pay")),
        *(generator.workload(name, where) for name, where in (("w0", "shop"), ("w1", "shop"), ("w2", "pay"))),
        {**policy, "spec": yaml.safe_load(DIFFERENCES[name])},
    ]
    (connections,) = analyzed([documents])
    cluster = cluster_of(documents)
    first, second, foreign = cluster.pods
    source = first if "empty" in name else foreign

    assert (f"{source.namespace}/{source.name}-1", "shop/w1-1") not in theirs(connections, [])
    assert sorted(cluster.reaches(source, second)) == sorted(PROTOCOLS)


@pytest.mark.parametrize("kind", ["blocks", "names", "expressions", "ranges"])
def test_generated_sets_hold_what_they_are_for(kind: str) -> None:
    """Or else the comparison would say nothing of it."""
    words = {"blocks": "except", "names": '"port": "http"', "expressions": "NotIn", "ranges": "endPort"}
    texts = [manifests_of(Generator(seed).documents()) for seed in range(100)]
    assert sum(words[kind] in text for text in texts) > 20
