"""What Oracle's clients connect to: `//host:port/service`, `host:port:sid`, and descriptions in parentheses.

https://docs.oracle.com/en/database/oracle/oracle-database/23/netag/configuring-naming-methods.html
"""

import re

from policygate.facts.endpoint.draft import Draft, host_of, port_of
from policygate.facts.endpoint.written import Piece

_ENTRY = re.compile(r"(?i)\(\s*+(?P<key>host|port|protocol|service_name|sid|password)\s*+=\s*+(?P<value>[^()]*+)\)")
_DESCRIPTION = re.compile(r"(?i)\(\s*+(?:description|address|description_list)\s*+=")
_PORT = 1521


def is_description(piece: Piece) -> bool:
    """Whether a text is a description in parentheses."""
    return _DESCRIPTION.match(piece.masked, piece.start, piece.end) is not None


def read_target(draft: Draft, piece: Piece) -> bool:
    """Fill the draft from all but who logs in; False when that names no host.

    A lone word is an entry of the client's own `tnsnames.ora`, which says where it leads: no host either.
    """
    draft.family, draft.tls = "oracle", "disabled"
    if is_description(piece):
        return _read_description(draft, piece)
    if piece.has("://"):
        protocol, rest = piece.cut("://")
        if rest is None or protocol.raw.lower() not in ("tcp", "tcps"):
            return False
        draft.tls = "required" if protocol.starts("tcps") else "disabled"
        return _read_easy(draft, rest)
    rooted = piece.starts("//")
    return (rooted or piece.has(":") or piece.has("/")) and _read_easy(draft, piece.at(2) if rooted else piece)


def _read_easy(draft: Draft, piece: Piece) -> bool:
    piece, _ = piece.cut("?")
    address, service = piece.cut("/")
    for part in address.split(","):
        if not part.starts("["):
            host, *ports = part.split(":")
            if len(ports) == 2 and service is None:
                draft.database, draft.database_at = ports[1].raw, ports[1]
                part = host._replace(end=ports[0].end)  # noqa: PLW2901 - what is left of it
        found = host_of(part, _PORT)
        if found is None or not found.name:
            return False
        draft.hosts.append(found)
    if service is not None:
        draft.database_at = service.cut(":")[0].cut("/")[0]
        draft.database = draft.database_at.decoded
    return True


def _read_description(draft: Draft, piece: Piece) -> bool:
    """Each host with the port that follows it; TCPS anywhere means TLS when no address is TCP."""
    protocols, host = set(), None
    for match in _ENTRY.finditer(piece.masked, piece.start, piece.end):
        key = match["key"].lower()
        value = piece._replace(start=match.start("value"), end=match.end("value")).stripped()
        if key == "host":
            host = host_of(value, _PORT)
            draft.hosts += [host] if host and host.name else []
        elif key == "port" and host and draft.hosts:
            draft.hosts[-1] = draft.hosts[-1]._replace(port=port_of(value, _PORT) or 0)
        elif key == "protocol":
            protocols.add(value.raw.lower())
        elif key in ("service_name", "sid"):
            draft.database, draft.database_at = value.raw, value
        elif key == "password":
            draft.hide(value)
    draft.tls = "required" if protocols == {"tcps"} else "disabled"
    return bool(draft.hosts)
