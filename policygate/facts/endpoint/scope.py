"""Settings that stand together: those whose names begin with the same words."""

from collections import deque
from collections.abc import Iterator, Sequence

from policygate.facts.endpoint.keys import STORES, Key, Role, family_of, key_of
from policygate.facts.endpoint.secret_settings import Named
from policygate.facts.endpoint.tls import switch
from policygate.facts.endpoint.written import Piece
from policygate.facts.model_network import Family, Tls

_PROTOCOLS: dict[str, Tls] = {
    **dict.fromkeys(("plaintext", "sasl_plaintext"), "disabled"),
    **dict.fromkeys(("ssl", "sasl_ssl"), "required"),
}
_MOST_ALIKE = 20
"""Settings of one role for one thing that are looked at, the last ones: of equal names the last one counts."""
_NOTHING: dict[Role, deque[int]] = {}


class Scope:
    """All settings of one scope, taken apart once."""

    def __init__(self, values: Sequence[Named]) -> None:
        self.values = values
        self.keys = [key_of(each.key) for each in values]
        self._groups: dict[tuple[str, ...], dict[Role, deque[int]]] = {}
        for index, key in enumerate(self.keys):
            if key.role:
                alike = self._groups.setdefault(key.prefix, {}).setdefault(key.role, deque(maxlen=_MOST_ALIKE))
                alike.append(index)

    def text(self, index: int) -> str:
        """A value without the blanks around it."""
        return self.values[index].value.strip()

    def beside(self, key: Key, role: Role) -> list[int]:
        """The settings with a role that belong to the same thing as a key, in their order.

        `ORDERS_DB` and `ORDERS_DB_NAME` belong to `ORDERS_HOST`, and to `ORDERS_DB_HOST`.
        """
        prefix = key.prefix
        near = [prefix, *((*prefix, word) for word in ("db", "database"))]
        if len(prefix) > 1 and prefix[-1] in STORES:
            near.append(prefix[:-1])
        for each in near:
            found = [index for index in self._groups.get(each, _NOTHING).get(role, ()) if self.text(index)]
            if found:
                return found
        return []

    def nearest(self, index: int, role: Role) -> list[int]:
        """Of the settings with a role beside another one that which stands nearest to it, if there is one."""
        found = self.beside(self.keys[index], role)
        return [min(found, key=lambda each: (abs(each - index), each < index))] if found else []

    def family_beside(self, index: int) -> Family:
        """The protocol that a key names, or the driver beside it."""
        key = self.keys[index]
        if key.family != "unknown":
            return key.family
        named = (family_of(self.text(each)) for each in self.beside(key, "driver"))
        return next((family for family in named if family != "unknown"), "unknown")

    def around(self, key: Key, role: Role, family: Family) -> list[int]:
        """The settings with a role for the same thing, or for all things of which it is one: the nearest ones.

        Names without a prefix are Kafka's own: `security.protocol`.
        """
        for prefix in _outer(key.prefix):
            found = self._groups.get(prefix, _NOTHING).get(role)
            if found and (prefix not in ((), ("properties",)) or family == "kafka" or not key.prefix):
                return list(found)
        return []

    def tls_around(self, key: Key, family: Family) -> tuple[int, Tls] | None:
        """What the settings say of TLS, and which of them does; a mode says more than a switch."""
        protocols = self.around(key, "protocol", family)
        if protocols:
            word = Piece.whole(self.text(protocols[-1]))
            return protocols[-1], "unknown" if word.dynamic else _PROTOCOLS.get(word.raw.lower(), "unknown")
        switches = self.around(key, "tls", family)
        if not switches:
            return None
        index = max(switches, key=lambda each: ("mode" in self.keys[each].part[-1], each))
        value = Piece.whole(self.values[index].value)
        if not value:
            return None
        return index, "required" if self.keys[index].part[-1] == "bundle" else switch(value)


def _outer(prefix: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The prefix and those that begin it, the longest first; each also with the `properties` that Spring puts in."""
    for length in range(len(prefix), -1, -1):
        yield prefix[:length]
        yield (*prefix[:length], "properties")
