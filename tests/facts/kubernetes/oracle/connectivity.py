"""Ask network-config-analyzer about many sets of manifests; runs with the Python of its own environment.

From standard input: one JSON string a line, the YAML of one set. To standard output: one JSON array a line, the
connections of that set: source, target, protocols and ports. A source or target is `namespace/pod`, or a pair of first
and last address; protocols and ports are lists of pairs of first and last number.
"""

import contextlib
import io
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nca.CoreDS.ConnectivityProperties import ConnectivityProperties  # type: ignore[import-not-found]
from nca.CoreDS.DimensionsManager import DimensionsManager  # type: ignore[import-not-found]
from nca.CoreDS.Peer import BasePeerSet, IpBlock  # type: ignore[import-not-found]
from nca.NetworkConfig.ResourcesHandler import ResourcesHandler  # type: ignore[import-not-found]
from nca.Resources.PolicyResources.NetworkPolicy import PolicyConnectionsFilter  # type: ignore[import-not-found]

SIDES = ("src_peers", "dst_peers")
PORTS = ("protocols", "dst_ports")


def ends_of(peers: object) -> Iterator[str | list[str]]:
    for peer in BasePeerSet().get_peer_set_by_indices(peers):
        if isinstance(peer, IpBlock):
            yield from ([str(each.start), str(each.end)] for each in peer)
        else:
            yield peer.full_name()


def connections_of(path: str) -> Iterator[list[Any]]:
    BasePeerSet.reset()
    config = ResourcesHandler().get_network_config([path], [path], [path], None)
    allowed = config.allowed_connections(res_conns_filter=PolicyConnectionsFilter.only_all_allowed_connections())
    connections = config.filter_conns_by_peer_types(allowed.all_allowed_conns)
    everything = {name: DimensionsManager().get_dimension_domain_by_name(name) for name in PORTS}
    for cube in connections:
        given = dict(zip(connections.active_dimensions, cube, strict=True))
        assert set(SIDES) <= set(given)
        ports = [[[each.start, each.end] for each in given.get(name, everything[name])] for name in PORTS]
        for source in ends_of(given["src_peers"]):
            yield from ([source, target, *ports] for target in ends_of(given["dst_peers"]))


def main() -> None:
    ConnectivityProperties()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "set.yaml"
        for line in sys.stdin:
            path.write_text(json.loads(line), encoding="utf-8")
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                answer = list(connections_of(str(path)))
            print(json.dumps(answer), flush=True)


main()
