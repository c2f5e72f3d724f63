"""Built-in functions that regorus lacks or answers differently from OPA, in Python."""

# ruff: noqa: PLC0415 - most decisions call none of them, and the worker should start fast

from policygate.engine.sprintf import in_order, quote, sprintf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

    Address = IPv4Address | IPv6Address
    Net = IPv4Network | IPv6Network


def _network(text: str) -> "Net":
    from ipaddress import IPv4Network, IPv6Network, ip_network

    address, _, prefix = text.partition("/")
    if not (prefix.isascii() and prefix.isdigit()) or "%" in address:
        raise ValueError(f"invalid CIDR address: {text}")
    net = ip_network(f"{address}/{int(prefix)}", strict=False)
    mapped = net.network_address.ipv4_mapped if isinstance(net, IPv6Network) else None
    return net if mapped is None or net.prefixlen < 96 else IPv4Network((mapped, net.prefixlen - 96))


def _address(text: str) -> "Address":
    from ipaddress import IPv6Address, ip_address

    if "%" in text:
        raise ValueError(f"invalid IP address: {text}")
    address = ip_address(text)
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def _cidr_contains(cidr: str, other: str) -> bool:
    net = _network(cidr)
    if "/" not in other:
        return _address(other) in net
    inner = _network(other)
    return inner.version == net.version and inner.network_address in net and inner.broadcast_address in net


def _cidr_intersects(one: str, other: str) -> bool:
    a, b = _network(one), _network(other)
    return a.version == b.version and (a.network_address in b or b.network_address in a)


def _cidr_merge(texts: "Collection[str]") -> set[str]:
    from ipaddress import IPv4Network, IPv6Network, collapse_addresses

    nets = [_network(text if "/" in text else _with_default_mask(text)) for text in texts]
    fours = collapse_addresses(net for net in nets if isinstance(net, IPv4Network))
    sixes = collapse_addresses(net for net in nets if isinstance(net, IPv6Network))
    return {str(net) for merged in (fours, sixes) for net in merged}


def _with_default_mask(text: str) -> str:
    """An address without a prefix length stands for its class, as Go's `IP.DefaultMask` has it."""
    address = _address(text)
    if address.version != 4:
        raise ValueError(f"an IPv6 address needs a prefix length: {text}")
    first = address.packed[0]
    return f"{address}/{8 if first < 128 else 16 if first < 192 else 24}"


def _semver(text: object) -> tuple[object, ...] | None:
    """The sort key of a version, with or without the `v` of Go's modules; nothing when it is no version."""
    import re

    number = "(0|[1-9][0-9]*)"
    pattern = rf"v?{number}\.{number}\.{number}(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?"
    match = re.fullmatch(pattern, text) if isinstance(text, str) else None
    if not match or any(int(match[n]) >= 1 << 63 for n in (1, 2, 3)):
        return None
    marks = match[4].split(".") if match[4] else []
    if not all([*marks, *(match[5] or "0").split(".")]) or any(m.isdigit() and m[0] == "0" and m != "0" for m in marks):
        return None
    rank = tuple((0, int(mark), "") if mark.isdigit() else (1, 0, mark) for mark in marks)
    return (int(match[1]), int(match[2]), int(match[3]), not marks, rank)


def _semver_compare(one: str, other: str) -> int:
    a, b = _semver(one), _semver(other)
    if a is None or b is None:
        raise ValueError(f"`{one if a is None else other}` is no semantic version")
    return (a > b) - (a < b)


def _semver_is_valid(version: object) -> bool:
    return _semver(version) is not None


def _digest(name: str) -> "Callable[[str], str]":
    def digest(text: str) -> str:
        import hashlib

        return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()

    return digest


def _quote_meta(text: str) -> str:
    return "".join("\\" + char if char in "*?[]{}\\" else char for char in text)


def _flatten(array: list[object]) -> list[object]:
    return [item for part in array for item in (part if isinstance(part, list) else [part])]


def _count(text: str, part: str) -> int:
    return text.count(part)


def _replace_n(patterns: "Mapping[str, str]", text: str) -> str:
    """Go's `strings.Replacer`: one pass, the first fitting key in sorted order wins."""
    import re

    found = "|".join(re.escape(key) for key in sorted(patterns))
    return re.sub(found, lambda match: patterns[match[0]], text) if patterns else text


def _encode(text: str) -> str:
    from urllib.parse import quote_plus

    return quote_plus(text)


def _encode_object(values: "Mapping[str, str | Collection[str]]") -> str:
    pairs = ((key, [v] if isinstance(v, str) else in_order(v)) for key, v in sorted(values.items()))
    return "&".join(f"{_encode(key)}={_encode(str(value))}" for key, items in pairs for value in items)


def _marshal(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{_marshal(str(key))}:{_marshal(value[key])}" for key in in_order(value)) + "}"
    if isinstance(value, (list, set, frozenset)):
        return "[" + ",".join(map(_marshal, value if isinstance(value, list) else in_order(value))) + "]"
    if isinstance(value, str):
        text = quote(value)
        for char in "<>&\u2028\u2029":
            text = text.replace(char, f"\\u{ord(char):04x}")
        return text
    return sprintf("%v", [value])


OVERLAY: "dict[str, tuple[int, Callable[..., object]]]" = {
    "array.flatten": (1, _flatten),
    "crypto.md5": (1, _digest("md5")),
    "crypto.sha1": (1, _digest("sha1")),
    "crypto.sha256": (1, _digest("sha256")),
    "glob.quote_meta": (1, _quote_meta),
    "json.marshal": (1, _marshal),
    "net.cidr_contains": (2, _cidr_contains),
    "net.cidr_intersects": (2, _cidr_intersects),
    "net.cidr_merge": (1, _cidr_merge),
    "semver.compare": (2, _semver_compare),
    "semver.is_valid": (1, _semver_is_valid),
    "sprintf": (2, sprintf),
    "strings.count": (2, _count),
    "strings.replace_n": (2, _replace_n),
    "urlquery.encode": (1, _encode),
    "urlquery.encode_object": (1, _encode_object),
}
"""Name to the number of arguments and the function; a `ValueError` or `TypeError` of it fails the decision."""
