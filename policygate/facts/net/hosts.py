"""Host names: one spelling of each, what kind of place it names, and whether a pattern means it.

A name is kept as it is written where it is no name that a resolver would take: a variable, a socket's path.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from policygate.facts.model_network import HostClass

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

_LONGEST = 253
"""Characters of a name in the DNS (https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4)."""
_PLAIN = re.compile(r"[a-z0-9._-]+\Z")
_DECIMALS = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){3}\Z")
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\Z")
_V6 = re.compile(r"[0-9a-f:.]+\Z")
_DOTS = re.compile("[\u3002\uff0e\uff61]")
"""What IDNA takes for a dot beside the dot (https://www.rfc-editor.org/rfc/rfc3490#section-3.1)."""
_CLUSTER = (".svc", ".cluster.local")
_INTERNAL = (".internal", ".local", ".lan", ".corp", ".intranet", ".localdomain", ".home.arpa")


@lru_cache(maxsize=1024)
def normal(name: str) -> str:
    """The one spelling of a host: lower case, no final dot, A-labels, IPv6 compressed, without brackets and zone.

    An IPv4 address in an odd notation stays as it is (`is_odd_address`): programs do not agree on what it means.
    """
    name = name.strip()
    if name.startswith(("/", "@")) or "$" in name or "{" in name:
        return name
    name = name.removeprefix("[").partition("]")[0].lower()
    if ":" in name:
        return _normal_v6(name)
    name = name.removesuffix(".")
    return name if _PLAIN.match(name) or len(name) > _LONGEST else _a_labels(name)


def _normal_v6(name: str) -> str:
    bare = name.partition("%")[0]
    address = _address(bare)
    return str(getattr(address, "ipv4_mapped", None) or address) if address else name


def _a_labels(name: str) -> str:
    """The name as the DNS is asked for it; a name that IDNA refuses stays as it is."""
    labels = _DOTS.sub(".", name).removesuffix(".").split(".")
    try:
        return ".".join(label.encode("idna").decode() if label else "" for label in labels).lower()
    except UnicodeError:
        return name


@lru_cache(maxsize=1024)
def _address(name: str) -> "IPv4Address | IPv6Address | None":
    """The address that a normal name is, if it is one."""
    if not _DECIMALS.match(name) and (":" not in name or len(name) > 45 or not _V6.match(name)):
        return None
    from ipaddress import ip_address  # noqa: PLC0415 - most checkouts hold few addresses

    try:
        return ip_address(name)
    except ValueError:
        return None


def is_address(name: str) -> bool:
    """Whether a host is an IP address in its plain notation."""
    return _address(normal(name)) is not None


def is_odd_address(name: str) -> bool:
    """Whether a host is what some programs take for an IPv4 address: hexadecimal, octal, too few parts, one integer."""
    name = normal(name)
    labels = name.split(".", 5)
    return _address(name) is None and bool(name) and len(labels) <= 4 and all(map(_NUMBER.match, labels))


def host_class(name: str) -> HostClass:
    """What kind of place a host is; single labels, variables and odd addresses are `unknown`, sockets `loopback`."""
    name = normal(name)
    if name.startswith(("/", "@")):
        return "loopback"
    address = _address(name)
    if address is not None:
        return _class_of_address(address)
    dotted = f".{name}"
    if dotted.endswith(".localhost"):
        return "loopback"
    if dotted.endswith(_CLUSTER) and name.count(".") > 0:
        return "cluster"
    if "." not in name or is_odd_address(name) or not _PLAIN.match(name):
        return "unknown"
    return "internal" if dotted.endswith(_INTERNAL) else "external"


def _class_of_address(address: "IPv4Address | IPv6Address") -> HostClass:
    if address.is_loopback:
        return "loopback"
    if address.is_unspecified or address.is_multicast:
        return "unknown"
    if address.is_global:
        return "external"
    return "internal"


def matches(pattern: str, host: str) -> bool:
    """Whether a pattern means a host: `*.x` and `.x` what lies below `x`, any other `*` within one label.

    Without `*` or a leading dot the name itself is meant.
    """
    wanted, below = _wanted(pattern)
    labels = normal(host).split(".")
    if below:
        return len(labels) > len(wanted) and labels[0] != "" and _all_match(wanted, labels[-len(wanted) :])
    return _all_match(wanted, labels)


@lru_cache(maxsize=4096)
def _wanted(pattern: str) -> tuple[list[str], bool]:
    """The labels that a pattern asks for, and whether they are those above the name."""
    pattern = pattern.strip().lower().removesuffix(".")
    pattern = pattern[1:] if pattern.startswith("*.") else pattern
    below = pattern.startswith(".")
    return normal(pattern[1:] if below else pattern).split("."), below


def _all_match(patterns: list[str], labels: list[str]) -> bool:
    return len(patterns) == len(labels) and all(map(_label_matches, patterns, labels))


def _label_matches(pattern: str, label: str) -> bool:
    """A `*` stands for any text, as greedy matching from both ends finds it, so that time stays linear."""
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == label
    *middle, last = rest
    if not (label.startswith(first) and label.endswith(last) and len(label) >= len(first) + len(last)):
        return False
    begin, end = len(first), len(label) - len(last)
    for part in middle:
        begin = label.find(part, begin, end) + len(part)
        if begin < len(part):
            return False
    return True


def in_cidr(cidr: str, host: str) -> bool:
    """Whether a host is an address of a network, such as `10.0.0.0/8`; a malformed network holds nothing."""
    address = _address(normal(host))
    if address is None:
        return False
    network = _network(cidr)
    return network is not None and address in network


@lru_cache(maxsize=4096)
def _network(cidr: str) -> "IPv4Network | IPv6Network | None":
    from ipaddress import ip_network  # noqa: PLC0415 - most checkouts hold few addresses

    try:
        return ip_network(cidr.strip(), strict=False)
    except ValueError:
        return None
