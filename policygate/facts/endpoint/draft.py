"""An endpoint while its text is being read."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from policygate.facts.endpoint.parsed import Host, Parsed
from policygate.facts.endpoint.references import literals, references
from policygate.facts.endpoint.written import Piece
from policygate.facts.model_network import Family, Tls
from policygate.facts.net.hosts import normal
from policygate.redact import redact

Parameters = dict[str, Piece]
"""By name in lower case, letters and digits only; of two with the same name the last."""

_HOST = re.compile("[\\w.\ue000-]+\\Z")
_V6 = re.compile(r"[0-9A-Fa-f:.]{2,45}(?:%[\w.%-]{1,40})?\Z")
_NO_LETTER = re.compile(r"[\W_]+")
_NO_USER = re.compile(r"[\s\"']")
_DYNAMIC_PORT = re.compile("[0-9\ue000]+\\Z")
_PORT = re.compile(r"[0-9]{1,5}\Z")
_USER = frozenset({"user", "username", "uid", "userid", "login", "userlogin"})
_SECRET = re.compile(
    r"passw(?:or)?d|passphrase|secret|token\Z|apikey|accesskey|accountkey|privatekey|credential|signature|jaasconfig"
    r"|mechanismproperties|\A(?:pwd|pass|sig|auth|key)\Z"
)
_NO_SECRET = re.compile(
    r"(?:file|path|name|id|url|type|ttl|timeout|encryption|encoding|mode|provider|method|algorithm|length|policy|command"
    r"|version)\Z"
)
_NO_VALUE = frozenset({"true", "false", "yes", "no", "0", "1"})
_ASSIGNED = re.compile(
    r"(?i)(?:passw(?:or)?d|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key|accountkey|signature)"
    r"[\"']?\s*+[=:]\s*+[\"'{]?(?P<value>[^\s\"',;&|(){}]++)"
)
"""Something like a parameter, wherever it stands."""
_VAGUE = frozenset({"key", "auth", "authmechanismproperties"})
"""Names of what may be a secret."""


@dataclass
class Draft:
    """What has been read so far."""

    text: str
    scheme: str = ""
    family: Family = "unknown"
    hosts: list[Host] = field(default_factory=list)
    database: str = ""
    database_at: Piece | None = None
    """Where the database stands in the text, if it is known."""
    tls: Tls = "unknown"
    user: bool = False
    password: bool = False
    dynamic: bool = False
    secrets: list[tuple[int, int]] = field(default_factory=list)

    def hide(self, piece: Piece, *, password: bool = True) -> None:
        """Keep a secret from every report; it is a password unless it may be a mere name."""
        spans = [(piece.start + start, piece.start + end) for start, end in literals(piece.raw)]
        self.secrets += spans
        self.password |= password and bool(spans)

    def note(self, name: str, value: Piece) -> None:
        """A parameter that may say who logs in, or hold a secret, even behind a second `=`; its name is normal."""
        inner: Piece | None = value
        while inner is not None:
            if name in _USER:
                self.user |= bool(inner)
            elif _SECRET.search(name) and not _NO_SECRET.search(name) and inner.raw.lower() not in _NO_VALUE:
                self.hide(inner, password=name not in _VAGUE)
                break
            rest, inner = inner.cut("=")
            name = normal_name(rest.raw)

    def suspect(self, piece: Piece) -> None:
        """Hide what looks like `user:password@` where none belongs; within another URL it is a password for sure."""
        login, _ = piece.cut_last("@")
        _, behind = login.cut("://") if login else (None, None)
        _, password = (behind or login or piece.nothing()).cut(":")
        if password:
            self.hide(password, password=behind is not None)

    def log_in(self, userinfo: Piece | None) -> None:
        """Note `user:password`; a user without a password may be a token, and so may be a variable's default."""
        user, password = userinfo.cut(":") if userinfo else (None, None)
        self.user |= bool(user)
        if user and user.raw != "git" and (password is None or user.is_variable or _NO_USER.search(user.static)):
            self.hide(user, password=False)
        if password is not None:
            self.hide(password)

    def parameters(self, pieces: Iterable[Piece]) -> Parameters:
        """`name=value` by name; users and secrets among them are noted."""
        found = {}
        for piece in pieces:
            name, value = piece.cut("=")
            key = normal_name(name.decoded)
            found[key] = value if value is not None else piece.nothing()
            self.note(key, found[key])
            self.suspect(name)
            self.suspect(found[key])
        return found

    def parsed(self) -> Parsed:
        """The endpoint; what the rest of the program takes for a credential is secret here, too."""
        secrets = [*self.secrets, *_suspicious(self.text, self.secrets)]
        place = self.database_at
        if place and any(start < place.end and place.start < end for start, end in secrets):
            self.database = ""
        return Parsed(
            scheme=self.scheme,
            family=self.family,
            hosts=tuple(self.hosts),
            database=self.database,
            tls=self.tls,
            user=self.user,
            password=self.password,
            secrets=tuple(_joined(secrets)),
            dynamic=self.dynamic,
            redacted=blank(self.text, secrets),
        )


def normal_name(name: str) -> str:
    """A parameter's name as `Parameters` has it."""
    return _NO_LETTER.sub("", name.lower())


def blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with the characters of the spans replaced by `*`."""
    parts, kept = [], 0
    for start, end in _joined(spans):
        parts += [text[kept:start], "*" * (end - start)]
        kept = end
    return "".join([*parts, text[kept:]])


def _joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The spans in order, those that touch or overlap made one."""
    current: tuple[int, int] | None = None
    for start, end in sorted(spans):
        if current is not None and start <= current[1]:
            current = (current[0], max(current[1], end))
            continue
        if current is not None:
            yield current
        current = (start, end)
    if current is not None:
        yield current


def _suspicious(text: str, known: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What looks like a credential in what is left of a text without known secrets and variables."""
    before = blank(text, [*known, *references(text)])
    yield from (match.span("value") for match in _ASSIGNED.finditer(before) if match["value"].strip("*"))
    after = redact(before)
    if before != after:
        yield from (
            (place, place + 1) for place, (old, new) in enumerate(zip(before, after, strict=True)) if old != new
        )


def host_of(piece: Piece, default_port: int) -> Host | None:
    """`name`, `name:port`, `[v6]:port` or nothing; None where it cannot be an address. An empty name stays empty."""
    if piece.starts("["):
        inside, rest = piece.cut("]")
        if rest is None or (rest and not rest.starts(":")):
            return None
        name, port = inside.at(1), (rest.at(1) if rest else None)
        if not name.dynamic and not _V6.match(name.raw):
            return None
    else:
        name, port = piece.cut(":")
        if name and not _HOST.match(name.static if name.dynamic else name.decoded):
            return None
    number = port_of(port, default_port)
    return None if number is None else Host(name.raw if name.dynamic else normal(name.decoded), number)


def port_of(piece: Piece | None, default: int) -> int | None:
    """The default where nothing is said, or 0, which clients take for nothing; 0 for a variable, None for no port."""
    if not piece:
        return default
    if piece.dynamic:
        return 0 if _DYNAMIC_PORT.match(piece.static) else None
    number = int(piece.raw) if _PORT.match(piece.raw) else 65536
    return (number or default or None) if number < 65536 else None
