"""Addresses of `allow` and `deny`: which sources overlap, and which hold strangers."""

import random
from ipaddress import ip_network

import pytest

from policygate.facts.nginx.sources import Ranges, is_everyone

EVERYONE = {
    "all": True,
    "0.0.0.0/0": True,
    "::/0": True,
    "0.0.0.0/1": True,
    "2000::/3": True,
    "10.0.0.0/8": False,
    "fc00::/7": False,
    "192.0.2.1": False,
    "unix:": False,
    "${ALLOWED}": False,
    "300.0.0.0/8": False,
}


@pytest.mark.parametrize("source", EVERYONE)
def test_who_is_a_stranger(source: str) -> None:
    assert is_everyone(source) is EVERYONE[source]


def some(dice: random.Random) -> str:
    """A network of few addresses near to each other, of either version."""
    if dice.random() < 0.3:
        return f"2001:db8::{dice.randint(0, 255):x}/{dice.choice((120, 124, 126, 128))}"
    return f"10.0.0.{dice.randint(0, 255)}/{dice.choice((24, 27, 29, 31, 32))}"


def test_ranges_meet_what_overlaps_with_any_of_them() -> None:
    dice = random.Random(3)  # noqa: S311 - dice of a test
    met = 0
    for _ in range(600):
        added, asked = [some(dice) for _ in range(dice.randint(0, 4))], some(dice)
        ranges = Ranges()
        for source in added:
            ranges.add(source)
        networks = [ip_network(source, strict=False) for source in added]
        wanted = ip_network(asked, strict=False)
        expected = any(each.version == wanted.version and each.overlaps(wanted) for each in networks)
        assert ranges.meet(asked) is expected, (added, asked)
        met += expected
    assert 100 < met < 500


def test_names_meet_their_like() -> None:
    ranges = Ranges()
    assert not ranges.meet("unix:")
    ranges.add("unix:")
    assert ranges.meet("unix:")
    assert not ranges.meet("10.0.0.1")
    ranges.add("all")
    assert ranges.meet("10.0.0.1")
