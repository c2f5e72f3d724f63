"""Sets of integers as sorted ranges: ports, and the addresses of IPv4 and IPv6 on one line. Pure."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_MAX_LENGTH = 64
"""Characters of a CIDR; the longest ones have fewer than 50."""

_IPV6 = 1 << 32
"""Where IPv6 begins on the line: IPv4 stands before it."""


@dataclass(frozen=True)
class Ranges:
    """A set of integers; every operation is linear in the number of ranges."""

    spans: tuple[tuple[int, int], ...] = ()
    """First and last integer of each range: sorted, apart from one another by at least one integer."""

    @classmethod
    def of(cls, spans: Iterable[tuple[int, int]]) -> "Ranges":
        """The set that some ranges make together, in any order and overlapping or not; an empty range is left out."""
        joined: list[tuple[int, int]] = []
        for first, last in sorted(spans):
            if first > last:
                continue
            if joined and first <= joined[-1][1] + 1:
                joined[-1] = (joined[-1][0], max(joined[-1][1], last))
            else:
                joined.append((first, last))
        return cls(tuple(joined))

    @classmethod
    def union(cls, sets: Iterable["Ranges"]) -> "Ranges":
        """What is in any of some sets."""
        return cls.of(span for each in sets for span in each.spans)

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __contains__(self, number: int) -> bool:
        index = bisect_right(self._firsts, number) - 1
        return index >= 0 and number <= self.spans[index][1]

    def __or__(self, other: "Ranges") -> "Ranges":
        return Ranges.of((*self.spans, *other.spans))

    def __and__(self, other: "Ranges") -> "Ranges":
        mine, theirs = self.spans, other.spans
        both: list[tuple[int, int]] = []
        i = j = 0
        while i < len(mine) and j < len(theirs):
            first, last = max(mine[i][0], theirs[j][0]), min(mine[i][1], theirs[j][1])
            if first <= last:
                both.append((first, last))
            if mine[i][1] < theirs[j][1]:
                i += 1
            else:
                j += 1
        return Ranges(tuple(both))

    def __sub__(self, other: "Ranges") -> "Ranges":
        if not self.spans:
            return self
        first, last = self.spans[0][0], self.spans[-1][1]
        edges = [first - 1, *(edge for span in other.spans for edge in span), last + 1]
        gaps = zip(edges[::2], edges[1::2], strict=True)
        return self & Ranges(tuple((low + 1, high - 1) for low, high in gaps if low + 1 <= high - 1))

    def __le__(self, other: "Ranges") -> bool:
        return not self - other

    @property
    def size(self) -> int:
        """How many integers it has."""
        return sum(last - first + 1 for first, last in self.spans)

    @cached_property
    def _firsts(self) -> list[int]:
        return [first for first, _ in self.spans]


NOTHING = Ranges()
EVERY_PORT = Ranges(((1, 65535),))
IPV4 = Ranges(((0, _IPV6 - 1),))
IPV6 = Ranges(((_IPV6, _IPV6 + (1 << 128) - 1),))
EVERY_ADDRESS = Ranges(((0, _IPV6 + (1 << 128) - 1),))


def address(text: str) -> int | None:
    """The place of an address on the line; None for what is no address in its usual notation."""
    try:
        parsed = ip_address(text)
    except ValueError:
        return None
    return int(parsed) if isinstance(parsed, IPv4Address) else _IPV6 + int(parsed)


def address_text(number: int) -> str:
    """The address at a place on the line."""
    return str(IPv4Address(number) if number < _IPV6 else IPv6Address(number - _IPV6))


def block(cidr: str) -> Ranges | None:
    """The addresses of a CIDR; None for what is no CIDR with a prefix length.

    As Kubernetes reads it: host bits are ignored, and zeros in front of decimal numbers too.
    """
    base, slash, bits = cidr.partition("/")
    if not slash or not (bits.isascii() and bits.isdigit()) or "%" in base or len(cidr) > _MAX_LENGTH:
        return None
    parts = base.split(".")
    if all(part.isascii() and part.isdigit() for part in parts):
        base = ".".join(str(int(part)) for part in parts)
    try:
        network = ip_network(f"{base}/{bits}", strict=False)
    except ValueError:
        return None
    shift = 0 if network.version == 4 else _IPV6
    return Ranges(((shift + int(network.network_address), shift + int(network.broadcast_address)),))


def mask_bits(cidr: str) -> int:
    """The prefix length of a CIDR that `block` understands."""
    return int(cidr.partition("/")[2])
