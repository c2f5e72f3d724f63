"""The addresses that `allow`, `deny` and `set_real_ip_from` name."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network

Network = IPv4Network | IPv6Network
_WIDE = {4: 8, 6: 7}
"""By version the length of a prefix below which a network is larger than any organisation's."""


@lru_cache(maxsize=4096)
def network(source: str) -> Network | None:
    """The network that a source names, if it names one."""
    try:
        return ip_network(source, strict=False)
    except ValueError:
        return None


def is_everyone(source: str) -> bool:
    """Whether a source holds strangers: all addresses, or so large a part that no organisation has it."""
    if source == "all":
        return True
    found = network(source)
    return found is not None and found.prefixlen < _WIDE[found.version]


@dataclass
class Ranges:
    """Sources that were added, and whether another one shares an address with any of them."""

    everything: bool = False
    """Whether one of them may be anything: `all`, or a variable of a template."""
    _names: set[str] = field(default_factory=set)
    _starts: dict[int, list[int]] = field(default_factory=lambda: {4: [], 6: []})
    _ends: dict[int, list[int]] = field(default_factory=lambda: {4: [], 6: []})
    """By version the first and the last addresses, sorted, of ranges apart from each other."""

    def add(self, source: str) -> None:
        """Add a source."""
        found = network(source)
        self._names.add(source)
        self.everything = self.everything or source == "all" or "$" in source
        if found is None:
            return
        first, last = int(found.network_address), int(found.broadcast_address)
        starts, ends = self._starts[found.version], self._ends[found.version]
        low, high = bisect_left(ends, first), bisect_right(starts, last)
        if low < high:
            first, last = min(first, starts[low]), max(last, ends[high - 1])
        starts[low:high], ends[low:high] = [first], [last]

    def meet(self, source: str) -> bool:
        """Whether a source shares an address with one that was added, as far as that can be known."""
        if self.everything or source in self._names or ("$" in source and self._names):
            return True
        found = network(source)
        if found is None:
            return False
        starts, ends = self._starts[found.version], self._ends[found.version]
        index = bisect_left(ends, int(found.network_address))
        return index < len(starts) and starts[index] <= int(found.broadcast_address)
