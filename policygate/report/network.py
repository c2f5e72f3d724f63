"""Show the network of a checkout: `policygate facts --only network`."""

from collections.abc import Iterator, Sequence
from itertools import chain

from policygate.location import At
from policygate.report.drawing.screen import BLANK, Line, Piece, Style, flat, fold, paint
from policygate.report.drawing.table import table
from policygate.report.drawing.words import TLS, count, short_place
from policygate.topology import Address, Node, Row, Topology, Way

MIN_WIDTH = 40

_INDENT = 2
_ADDRESS = ("family", "address", "TLS", "environment", "class", "remarks", "where")
_EDGE = ("from", "to", "speaks", "said by", "where")
_NODE = ("name", "kind", "owner", "layer", "in", "out", "where")
_ROW = ("name", "state", "where")
_STYLES: dict[str, Style] = {"disabled": "error", "optional": "warning"}


def render(topology: Topology, *, width: int = 100, color: bool = False) -> str:
    """The endpoints of each service, the edges, the services and what else there is, in tables; then the counts.

    At most `width` columns, names and places that by themselves are wider apart.
    """
    room = max(width, MIN_WIDTH)
    rows = {"nginx": topology.nginx, "Kubernetes": topology.workloads}
    lines = [
        *_section("endpoints", _endpoints(topology.addresses, room)),
        *_section("edges", _table(_EDGE, map(_edge, topology.ways), room)),
        *_section("services", _table(_NODE, map(_node, topology.nodes), room)),
        *chain.from_iterable(_section(title, _table(_ROW, map(_row, each), room)) for title, each in rows.items()),
        *(((text, "plain"),) for text in fold(_counts(topology), room)),
    ]
    return paint(lines, color=color)


def _section(title: str, lines: Iterator[Line]) -> Iterator[Line]:
    first = next(lines, None)
    if first is not None:
        yield ((f"{title}:", "bold"),)
        yield first
        yield from lines
        yield BLANK


def _table(head: Sequence[str], rows: Iterator[list[Piece]], width: int) -> Iterator[Line]:
    return chain.from_iterable(table(head, list(rows), width=width, indent=_INDENT))


def _endpoints(addresses: Sequence[Address], width: int) -> Iterator[Line]:
    """All in one table, so that the columns are the same for every service; each service is named before its own."""
    head, *rows = table(_ADDRESS, list(map(_address, addresses)), width=width, indent=2 * _INDENT) or [[]]
    yield from head
    before = None
    for address, lines in zip(addresses, rows, strict=True):
        if address.service != before:
            yield ((f"  {flat(address.service) or '(no service)'}", "bold"),)
            before = address.service
        yield from lines
    if any(address.protected or address.host_protected for address in addresses):
        yield (("  * protected", "frame"),)


def _address(address: Address) -> list[Piece]:
    remarks: Style = "error" if "password" in address.marks else "plain"
    return [
        (flat(address.family), "plain"),
        (_target(address), "plain"),
        (TLS[address.tls], _STYLES.get(address.tls, "plain")),
        (_environments(address), "plain"),
        (flat(address.host_class) if address.host_class != "unknown" else "", "plain"),
        (", ".join(map(flat, address.marks)), remarks),
        _place(address.at),
    ]


def _target(address: Address) -> str:
    host = f"[{address.host}]" if ":" in address.host and address.port else address.host
    port = f":{address.port}" if address.port else ""
    database = f"/{address.database}" if address.database else ""
    return flat(f"{host or '(no host)'}{port}{database}")


def _environments(address: Address) -> str:
    """That of the host; where the file is of another one, that before it."""
    of_file = flat(address.environment) + ("*" if address.protected else "")
    of_host = flat(address.host_environment) + ("*" if address.host_protected else "")
    return of_host if of_file in {"", of_host} else f"{of_file} -> {of_host or '?'}"


def _edge(way: Way) -> list[Piece]:
    said = ", ".join(["declared"] * way.declared + ["used"] * way.used)
    return [
        (flat(way.source), "plain"),
        (f"-> {flat(way.target)}", "plain"),
        (flat(way.protocol), "plain"),
        (said, "plain"),
        _place(way.at),
    ]


def _node(node: Node) -> list[Piece]:
    kind = flat(node.kind) if node.declared else f"{flat(node.kind)} (not declared)"
    words = [flat(node.name), kind, flat(node.owner), flat(node.layer), str(node.fan_in), str(node.fan_out)]
    return [*((word, "plain") for word in words), _place(node.at)]


def _row(row: Row) -> list[Piece]:
    return [(flat(row.name), "plain"), (", ".join(map(flat, row.said)), "plain"), _place(row.at)]


def _place(at: At) -> Piece:
    return (short_place(at), "frame")


def _counts(topology: Topology) -> str:
    nouns = {
        "endpoint": len(topology.addresses),
        "edge": len(topology.ways),
        "service": len(topology.nodes),
        "nginx location": len(topology.nginx),
        "workload": len(topology.workloads),
    }
    told = [count(number, noun) for noun, number in nouns.items() if number]
    return ", ".join(told) or "nothing of a network was found"
