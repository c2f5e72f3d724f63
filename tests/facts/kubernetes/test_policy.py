"""The semantics of NetworkPolicies case by case, and sets of ranges; `test_policy_oracle` compares whole sets."""

from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.kubernetes.policy import EVERYTHING, Cluster, NamedPort, Namespace, Peer, Pod, Policy, Port, Rule
from policygate.facts.kubernetes.policy_questions import (
    Stranger,
    Target,
    egress_verdict,
    ingress_verdict,
    is_most,
    wide,
)
from policygate.facts.kubernetes.ranges import (
    EVERY_ADDRESS,
    IPV4,
    IPV6,
    NOTHING,
    Ranges,
    address,
    address_text,
    block,
    mask_bits,
)
from policygate.facts.kubernetes.selectors import Requirement, Selector
from policygate.facts.model_kubernetes import Direction, Protocol

WEB = Pod("shop", "web", {"app": "web"})
DB = Pod("shop", "db", {"app": "db"}, (NamedPort("pg", 5432, "TCP"), NamedPort("pg", 5433, "UDP")))
FOREIGN = Pod("pay", "api", {"app": "api"})
NAMESPACES = [Namespace("shop", {"team": "a"}), Namespace("pay", {"team": "b"})]


def labelled(**labels: str) -> Selector:
    return Selector(tuple(Requirement(key, "In", frozenset({value})) for key, value in labels.items()))


def blocks(cidr: str, *excepts: str) -> Peer:
    return Peer(
        addresses=(block(cidr) or NOTHING) - Ranges.union(block(each) or NOTHING for each in excepts), cidr=cidr
    )


def numbered(first: int, last: int = 0, protocol: Protocol = "TCP") -> Port:
    return Port(protocol, Ranges(((first, last or first),)))


def out(*rules: Rule, selector: Selector | None = None) -> Policy:
    return Policy("shop", "out", selector or labelled(app="web"), frozenset({"egress"}), egress=rules)


def into(*rules: Rule) -> Policy:
    return Policy("shop", "in", labelled(app="db"), frozenset({"ingress"}), ingress=rules)


def cluster(*policies: Policy) -> Cluster:
    return Cluster([WEB, DB, FOREIGN], NAMESPACES, policies)


def place(text: str) -> int:
    found = address(text)
    assert found is not None
    return found


def at(text: str) -> Ranges:
    return Ranges(((place(text), place(text)),))


# ---- Who reaches whom ------------------------------------------------------------------------------------------------


def test_pods_that_nothing_selects_are_open() -> None:
    assert cluster().reaches(WEB, DB) == EVERYTHING
    assert cluster(into()).reaches(DB, WEB) == EVERYTHING


def test_a_direction_without_rules_is_closed() -> None:
    assert cluster(out()).reaches(WEB, DB) == {}
    assert cluster(into()).reaches(WEB, DB) == {}


def test_policies_add_up() -> None:
    found = cluster(out(Rule(ports=(numbered(80),))), out(Rule(ports=(numbered(90, 95), numbered(81)))), out())
    assert found.reaches(WEB, DB) == {"TCP": Ranges(((80, 81), (90, 95)))}


def test_both_ends_must_allow() -> None:
    found = cluster(out(Rule(ports=(numbered(1, 100),))), into(Rule(ports=(numbered(50, 200),))))
    assert found.reaches(WEB, DB) == {"TCP": Ranges(((50, 100),))}
    assert cluster(out(Rule(ports=(numbered(1),))), into(Rule(ports=(numbered(2),)))).reaches(WEB, DB) == {}


def test_named_ports_are_those_of_the_target_with_the_protocol() -> None:
    assert cluster(out(Rule(ports=(Port("TCP", name="pg"),)))).reaches(WEB, DB) == {"TCP": Ranges(((5432, 5432),))}
    assert cluster(out(Rule(ports=(Port("UDP", name="pg"),)))).reaches(WEB, DB) == {"UDP": Ranges(((5433, 5433),))}
    assert cluster(out(Rule(ports=(Port("TCP", name="http"),)))).reaches(WEB, DB) == {}
    assert cluster(out(Rule(ports=(Port("TCP", name="pg"),)))).reaches(WEB, place("203.0.113.7")) == {}


PEERS = [
    (Peer(pods=labelled(app="db")), True, False),
    (Peer(pods=labelled(app="api")), False, False),
    (Peer(pods=Selector()), True, False),
    (Peer(namespaces=Selector()), True, True),
    (Peer(namespaces=labelled(team="b")), False, True),
    (Peer(namespaces=Selector((Requirement("kubernetes.io/metadata.name", "In", frozenset({"pay"})),))), False, True),
    (Peer(namespaces=labelled(team="b"), pods=labelled(app="api")), False, True),
    (Peer(namespaces=labelled(team="b"), pods=labelled(app="db")), False, False),
    (blocks("0.0.0.0/0"), False, False),
]


@pytest.mark.parametrize(("peer", "own", "foreign"), PEERS)
def test_peers(peer: Peer, own: bool, foreign: bool) -> None:
    found = cluster(out(Rule((peer,))))
    assert (bool(found.reaches(WEB, DB)), bool(found.reaches(WEB, FOREIGN))) == (own, foreign)


@pytest.mark.parametrize(
    ("peer", "text", "expected"),
    [
        (blocks("10.0.0.0/8"), "10.255.255.255", True),
        (blocks("10.0.0.0/8"), "11.0.0.0", False),
        (blocks("10.0.0.0/8", "10.1.0.0/16"), "10.1.2.3", False),
        (blocks("10.0.0.0/8", "10.1.0.0/16"), "10.2.0.0", True),
        (blocks("0.0.0.0/0"), "2001:db8::1", False),
        (blocks("::/0"), "10.0.0.1", False),
        (blocks("::/0", "2001:db8::/32"), "2001:db8:ffff::1", False),
        (Peer(namespaces=Selector()), "10.0.0.1", False),
    ],
)
def test_addresses(peer: Peer, text: str, expected: bool) -> None:
    assert bool(cluster(out(Rule((peer,)))).reaches(WEB, place(text))) is expected
    assert bool(cluster(into(Rule((peer,)))).reaches(place(text), DB)) is expected


def test_a_rule_without_peers_is_for_everybody() -> None:
    assert cluster(out(Rule())).reaches(WEB, place("2001:db8::1")) == EVERYTHING
    assert cluster(into(Rule())).reaches(FOREIGN, DB) == EVERYTHING


def test_policies_know_what_they_select() -> None:
    mine, all_, other = out(), out(selector=Selector()), Policy("pay", "p")
    found = cluster(mine, all_, other)
    assert [found.selecting(policy) for policy in (mine, all_, other)] == [[WEB], [WEB, DB], [FOREIGN]]
    assert found.policies_of(WEB, "egress") == [mine, all_]
    assert found.policies_of(WEB, "ingress") == []


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        (Requirement("app", "In", frozenset({"web", "x"})), "yes"),
        (Requirement("app", "In", frozenset({"x"})), "no"),
        (Requirement("tier", "In", frozenset({""})), "no"),
        (Requirement("app", "NotIn", frozenset({"x"})), "yes"),
        (Requirement("app", "NotIn", frozenset({"web"})), "no"),
        (Requirement("tier", "NotIn", frozenset({"x"})), "yes"),
        (Requirement("app", "Exists"), "yes"),
        (Requirement("tier", "Exists"), "no"),
        (Requirement("app", "DoesNotExist"), "no"),
        (Requirement("tier", "DoesNotExist"), "yes"),
    ],
)
def test_requirements(requirement: Requirement, expected: str) -> None:
    assert Selector((requirement,)).matches(WEB.labels) == (expected == "yes")
    found = cluster(out(selector=Selector((requirement,))))
    assert bool(found.policies_of(WEB, "egress")) == (expected == "yes")


# ---- Questions whose answer may be that nobody knows -----------------------------------------------------------------

VERDICTS: list[tuple[Rule, Target, Ranges | None, str]] = [
    (Rule((Peer(pods=labelled(app="db")),), (numbered(5432),)), DB, Ranges(((5432, 5432),)), "allowed"),
    (Rule((Peer(pods=labelled(app="db")),), (numbered(5432),)), DB, Ranges(((80, 80),)), "blocked"),
    (Rule((Peer(pods=labelled(app="db")),), (numbered(5432),)), DB, Ranges(((80, 80), (5432, 5432))), "unknown"),
    (Rule((Peer(pods=labelled(app="db")),), (numbered(5432),)), DB, None, "unknown"),
    (Rule((Peer(pods=labelled(app="db")),)), DB, None, "allowed"),
    (Rule((Peer(pods=labelled(app="db")),), (numbered(5432, protocol="UDP"),)), DB, None, "blocked"),
    (Rule((blocks("10.0.0.0/8"),)), DB, None, "unknown"),
    (Rule((blocks("203.0.113.0/24"),)), DB, None, "blocked"),
    (Rule((blocks("203.0.113.0/24"),)), at("203.0.113.9"), None, "allowed"),
    (Rule((blocks("203.0.113.0/24"),)), at("203.0.114.9"), None, "blocked"),
    (Rule((Peer(pods=Selector()),)), at("203.0.113.9"), None, "blocked"),
    (Rule((Peer(pods=Selector()),)), at("10.0.0.1"), None, "unknown"),
    (Rule((blocks("10.0.0.0/8"),)), EVERY_ADDRESS, None, "unknown"),
    (Rule((Peer(pods=Selector()),)), EVERY_ADDRESS, None, "blocked"),
    (Rule((Peer(pods=Selector()),)), Stranger("shop"), None, "allowed"),
    (Rule((Peer(pods=labelled(app="x")),)), Stranger("shop"), None, "unknown"),
    (Rule((Peer(pods=Selector()),)), Stranger("pay"), None, "blocked"),
    (Rule((Peer(namespaces=labelled(team="b")),)), Stranger("pay"), None, "allowed"),
    (Rule((Peer(namespaces=labelled(team="c")),)), Stranger("pay"), None, "blocked"),
    (Rule((Peer(namespaces=labelled(team="c")),)), Stranger("ops"), None, "unknown"),
    (Rule((Peer(namespaces=Selector()),)), Stranger("ops"), None, "allowed"),
    (Rule((Peer(namespaces=Selector()),), (Port("TCP", name="http"),)), Stranger("ops"), None, "unknown"),
    (Rule((blocks("10.0.0.0/8"),)), Stranger("ops"), None, "unknown"),
    (Rule(), Stranger("ops"), None, "allowed"),
]


@pytest.mark.parametrize(("rule", "target", "ports", "expected"), VERDICTS)
def test_verdicts(rule: Rule, target: Target, ports: Ranges | None, expected: str) -> None:
    policy = out(rule)
    verdict = egress_verdict(cluster(policy), WEB, target, "TCP", ports)
    assert (verdict.kind, verdict.policies) == (expected, (policy,))


def test_verdicts_on_ingress() -> None:
    policy = into(Rule((Peer(pods=labelled(app="web")),), (Port("TCP", name="pg"),)))
    ports = Ranges(((5432, 5432),))
    assert ingress_verdict(cluster(policy), DB, WEB, "TCP", ports).kind == "allowed"
    assert ingress_verdict(cluster(policy), DB, WEB, "TCP", Ranges(((1, 1),))).kind == "blocked"
    assert ingress_verdict(cluster(policy), DB, FOREIGN, "TCP", ports).kind == "blocked"
    assert ingress_verdict(cluster(policy), WEB, DB, "TCP", ports).kind == "open"


_PARTS = ("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "::/0", "2000::/3", "2000::/4", "fc00::/7")


@given(st.lists(st.sampled_from(_PARTS), max_size=4), st.lists(st.sampled_from(_PARTS), max_size=3))
def test_what_is_wide_stays_so_with_more_and_is_never_empty(cidrs: list[str], excepts: list[str]) -> None:
    places = Ranges.union(block(cidr) or NOTHING for cidr in cidrs)
    rest = places - Ranges.union(block(each) or NOTHING for each in excepts)
    assert not is_most(rest) or (is_most(places) and rest.size >= 1 << 31)


def test_rules_that_are_not_in_force_are_not_wide() -> None:
    policy = Policy("shop", "p", types=frozenset({"ingress"}), egress=(Rule(),), ingress=(Rule(),))
    directions: list[Direction] = [each.direction for each in wide(policy)]
    assert directions == ["ingress"]


# ---- Ranges ----------------------------------------------------------------------------------------------------------

_SETS = st.sets(st.integers(0, 40))


def ranges_of(numbers: set[int]) -> Ranges:
    return Ranges.of((number, number) for number in numbers)


@given(_SETS, _SETS)
def test_ranges_are_sets(first: set[int], second: set[int]) -> None:
    one, two = ranges_of(first), ranges_of(second)
    assert one | two == ranges_of(first | second)
    assert one & two == ranges_of(first & second)
    assert one - two == ranges_of(first - second)
    assert (one <= two) == (first <= second)
    assert (one.size, bool(one)) == (len(first), bool(first))
    assert [number in one for number in range(-1, 42)] == [number in first for number in range(-1, 42)]


def test_overlapping_ranges_are_joined() -> None:
    assert Ranges.of([(5, 9), (1, 3), (4, 6), (20, 10)]) == Ranges(((1, 9),))


@pytest.mark.parametrize(
    ("cidr", "first", "last"),
    [
        ("10.1.2.3/8", "10.0.0.0", "10.255.255.255"),
        ("010.1.2.3/8", "10.0.0.0", "10.255.255.255"),
        ("203.0.113.7/32", "203.0.113.7", "203.0.113.7"),
        ("2001:db8::1/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
    ],
)
def test_blocks(cidr: str, first: str, last: str) -> None:
    found = block(cidr)
    assert found is not None
    assert [tuple(map(address_text, span)) for span in found.spans] == [(first, last)]
    assert mask_bits(cidr) in (8, 32)


def test_the_whole_of_both_families() -> None:
    assert block("0.0.0.0/0") == IPV4
    assert block("::/0") == IPV6
    assert IPV4 | IPV6 == EVERY_ADDRESS
    assert not IPV4 & IPV6


@given(st.text(alphabet="0123456789abcdef.:/%x- ", max_size=70))
def test_no_text_breaks_the_readers_of_addresses(text: str) -> None:
    for found in (block(text), block(f"{text}/8")):
        assert found is None or found.size
    assert address(text) is None or address(address_text(place(text))) == place(text)


# ---- Bounds ----------------------------------------------------------------------------------------------------------


def test_two_thousand_workloads_and_five_hundred_policies() -> None:
    pods = [Pod("shop", f"w{n}", {"app": f"w{n}", "tier": f"t{n % 50}"}) for n in range(2000)]
    policies = [
        out(
            Rule((Peer(pods=labelled(app=f"w{n}")), blocks("10.0.0.0/8", f"10.{n % 250}.0.0/16")), (numbered(80),)),
            selector=labelled(tier=f"t{n % 60}") if n % 10 else Selector((Requirement("tier", "Exists"),)),
        )
        for n in range(500)
    ]
    start = process_time()
    found = Cluster(pods, NAMESPACES, policies)
    selected = sum(len(found.selecting(policy)) for policy in policies)
    reached = sum(bool(found.reaches(pod, other)) for pod, other in pairwise(pods))
    assert selected > 100_000
    assert reached > 5
    assert process_time() - start < 10
