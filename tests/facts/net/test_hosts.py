"""Host names: spelling, class, patterns and networks."""

import ipaddress
import random

import pytest

from policygate.facts.net.hosts import host_class, in_cidr, is_address, is_odd_address, matches, normal
from tests.linear import grows_linearly

NORMAL = {
    "DB.Example": "db.example",
    "db.example.": "db.example",
    " db.example ": "db.example",
    "[2001:DB8::1]": "2001:db8::1",
    "2001:db8:0:0:0:0:0:1": "2001:db8::1",
    "fe80::1%eth0": "fe80::1",
    "[fe80::1%25eth0]": "fe80::1",
    "::ffff:10.0.0.7": "10.0.0.7",
    "10.0.0.7": "10.0.0.7",
    "bücher.example": "xn--bcher-kva.example",
    "BÜCHER.example": "xn--bcher-kva.example",
    "xn--bcher-kva.example": "xn--bcher-kva.example",
    "\uff11\uff12\uff17.0.0.1": "127.0.0.1",
    "db。example": "db.example",
    "0x7f.1": "0x7f.1",
    "010.0.0.1": "010.0.0.1",
    "/run/Redis.sock": "/run/Redis.sock",
    "${DB_Host}": "${DB_Host}",
    "{{ .Values.Host }}": "{{ .Values.Host }}",
    "a b": "a b",
    "": "",
    ".": "",
    "a..b": "a..b",
    "ü" * 70 + ".example": "ü" * 70 + ".example",
    "Ü" * 300: "ü" * 300,
    "1:2:3": "1:2:3",
}

CLASSES = {
    "loopback": [
        "localhost",
        "LOCALHOST.",
        "db.localhost",
        "127.0.0.1",
        "127.8.9.1",
        "::1",
        "::ffff:127.0.0.1",
        "/run/x",
    ],
    "cluster": [
        "orders.prod.svc",
        "orders.svc",
        "orders.prod.svc.cluster.local",
        "pod.cluster.local",
        "x.cluster.local.",
    ],
    "internal": [
        *("10.0.0.7", "172.16.0.1", "192.168.1.1", "169.254.169.254", "fe80::1", "fd00::1", "100.64.0.1"),
        *("db.internal", "db.corp", "db.lan", "db.local", "db.intranet", "db.acme.internal", "nas.home.arpa"),
    ],
    "external": ["db.example", "8.8.8.8", "2606:4700::1111", "xn--bcher-kva.example", "db_1.example", "svc.example"],
    "unknown": [
        *("orders", "", "0.0.0.0", "::", "224.0.0.1", "0x7f.1", "127.1", "2130706433", "010.0.0.1", "999.1.1.1"),  # noqa: S104 - nothing is bound
        *("${HOST}", "api.${DOMAIN}", "%s", "<host>", "svc", "local"),
    ],
}

MATCHES = [
    ("orders-db.prod.acme.example", "orders-db.prod.acme.example", True),
    ("Orders-DB.prod.acme.example.", "orders-db.PROD.acme.example.", True),
    ("orders-db.prod.acme.example", "x.orders-db.prod.acme.example", False),
    ("*.prod.acme.example", "db.prod.acme.example", True),
    ("*.prod.acme.example", "a.b.prod.acme.example", True),
    ("*.prod.acme.example", "prod.acme.example", False),
    ("*.prod.acme.example", "preprod.acme.example", False),
    (".prod.acme.example", "db.prod.acme.example", True),
    (".prod.acme.example", "prod.acme.example", False),
    (".prod.acme.example", "dbprod.acme.example", False),
    ("db-prod-*", "db-prod-1", True),
    ("db-prod-*", "db-prod-", True),
    ("db-prod-*", "db-prod-1.acme.example", False),
    ("db-prod-*.acme.example", "db-prod-1.acme.example", True),
    ("db-prod-*.acme.example", "db-prod-1.x.acme.example", False),
    ("db-*-prod", "db-a-b-prod", True),
    ("db-*-prod", "db-prod", False),
    ("*db*", "orders-db-1", True),
    ("*.db-*.example", "a.b.db-1.example", True),
    ("*.db-*.example", "db-1.example", False),
    ("*", "orders", True),
    ("*", "orders.example", False),
    ("aa*aa", "aaa", False),
    ("a*b*b", "ab", False),
    ("", "orders", False),
    (".example", ".example", False),
    ("bücher.example", "xn--bcher-kva.example", True),
    ("*.bücher.example", "www.xn--bcher-kva.example", True),
    ("10.0.0.7", "10.0.0.7", True),
    ("10.0.0.*", "10.0.0.7", True),
    ("[2001:db8::1]", "2001:DB8:0::1", True),
]

NETWORKS = [
    ("10.0.0.0/8", "10.1.2.3", True),
    ("10.0.0.0/8", "11.1.2.3", False),
    ("10.1.2.3/8", "10.9.9.9", True),
    ("10.0.0.7", "10.0.0.7", True),
    ("2001:db8::/32", "[2001:db8::1]", True),
    ("2001:db8::/32", "10.0.0.1", False),
    ("10.0.0.0/8", "::ffff:10.0.0.7", True),
    ("10.0.0.0/8", "db.example", False),
    ("10.0.0.0/8", "0x0a.1", False),
    ("10.0.0.0/99", "10.0.0.7", False),
    ("nonsense", "10.0.0.7", False),
    ("", "10.0.0.7", False),
    ("0.0.0.0/0", "8.8.8.8", True),
]


@pytest.mark.parametrize(("name", "expected"), NORMAL.items())
def test_one_spelling(name: str, expected: str) -> None:
    assert normal(name) == expected
    assert normal(expected) == expected


@pytest.mark.parametrize(("expected", "name"), [(kind, name) for kind, names in CLASSES.items() for name in names])
def test_classes(expected: str, name: str) -> None:
    assert host_class(name) == expected


@pytest.mark.parametrize(("pattern", "host", "expected"), MATCHES)
def test_patterns(pattern: str, host: str, expected: bool) -> None:
    assert matches(pattern, host) is expected


@pytest.mark.parametrize(("network", "host", "expected"), NETWORKS)
def test_networks(network: str, host: str, expected: bool) -> None:
    assert in_cidr(network, host) is expected


@pytest.mark.parametrize("name", ["0x7f.1", "0X7F000001", "127.1", "2130706433", "0177.0.0.1", "1.2.3.04", "256.1.1.1"])
def test_odd_notations_of_addresses_are_marked_and_not_read(name: str) -> None:
    assert is_odd_address(name)
    assert not is_address(name)


@pytest.mark.parametrize("name", ["10.0.0.7", "db.example", "1.2.3.4.5", "", "a.1", "0x7g", "2001:db8::1", "x1.1.1.1"])
def test_what_is_no_odd_notation(name: str) -> None:
    assert not is_odd_address(name)


def test_addresses_are_those_of_python() -> None:
    """Of four numbers: plain decimals of which none begins with a needless zero."""
    dice = random.Random(7)  # noqa: S311 - no secret
    for _ in range(3000):
        name = ".".join(dice.choice(["0", "00", "7", "07", "99", "255", "256", "1000", "x", ""]) for _ in range(4))
        try:
            ipaddress.ip_address(name)
        except ValueError:
            assert not is_address(name), name
        else:
            assert is_address(name), name


def test_a_pattern_takes_time_in_proportion() -> None:
    assert grows_linearly(lambda size: matches("*a" * size, "a" * size), 2_000)
    assert grows_linearly(lambda size: normal("ü" * size), 20_000)
    assert grows_linearly(lambda size: normal("1:" * size), 20_000)
