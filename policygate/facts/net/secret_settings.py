"""Which settings are secret as a whole, by their names."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from policygate.facts.net.keys import words_of
from policygate.facts.net.written import Piece, literals

_SECRET = re.compile(r"passw(?:or)?d|passphrase|secret|token|pwd|pass|apikey|privatekey|accesskey|jaas")
_NO_SECRET = frozenset(
    {
        "file",
        "path",
        "name",
        "id",
        "url",
        "uri",
        "length",
        "min",
        "max",
        "policy",
        "ttl",
        "expiry",
        "expires",
        "type",
        "header",
        "field",
        "enabled",
        "required",
        "endpoint",
        "issuer",
        "audience",
        "algorithm",
        "rotation",
        "reset",
        "timeout",
        "empty",
        "allow",
        "random",
        "ref",
        "keyref",
    }
)
_NO_VALUE = frozenset({"true", "false", "yes", "no", "on", "off", "null", "none", "0", "1"})
_PAIRS = {("api", "key"): "apikey", ("private", "key"): "privatekey", ("access", "key"): "accesskey"}


class Named(NamedTuple):
    """A setting."""

    key: str
    value: str


def secret_values(values: Sequence[Named]) -> list[int]:
    """The indexes of values that are secret as a whole, by the names of their keys."""
    return [index for index, each in enumerate(values) if _is_secret(each)]


def _is_secret(named: Named) -> bool:
    words = words_of(named.key)
    joined = [_PAIRS.get(pair, pair[0]) for pair in zip(words, [*words[1:], ""], strict=True)]
    places = [index for index, word in enumerate(joined) if _SECRET.fullmatch(word)]
    if not places or words in (("pwd",), ("oldpwd",)) or _NO_SECRET.intersection(words):
        return False
    value = named.value.strip()
    return value.lower() not in _NO_VALUE and bool(literals(Piece.whole(value)))
