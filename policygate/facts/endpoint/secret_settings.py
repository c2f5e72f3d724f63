"""Which settings are secret as a whole, by their names."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from policygate.facts.endpoint.keys import words_of
from policygate.facts.endpoint.references import literals

_SECRET = frozenset(
    {"password", "passwd", "passphrase", "pass", "pwd", "passwort", "secret", "token", "apikey", "privatekey"}
)
_KEYS = frozenset({"api", "private", "access", "encryption", "signing", "account", "shared", "master"})
"""What makes a `key` a secret one."""
_ABOUT = frozenset(
    {
        *(
            "file",
            "path",
            "dir",
            "name",
            "id",
            "url",
            "uri",
            "endpoint",
            "issuer",
            "audience",
            "type",
            "header",
            "field",
        ),
        *("length", "min", "max", "policy", "ttl", "expiry", "expires", "lifetime", "rotation", "reset", "timeout"),
        *("enabled", "required", "ref", "algorithm", "encoder", "store", "provider", "manager", "engine", "version"),
    }
)
"""Words behind a secret's own that make the value something about the secret."""
_ASKED = frozenset({"allow", "random", "min", "max", "require", "enable", "disable", "use", "no"})
_NO_VALUE = frozenset({"true", "false", "yes", "no", "on", "off", "null", "none", "0", "1"})
_JAAS = re.compile(r"(?i)password\s*+=\s*+[\"']?(?P<value>[^\"';\s]++)")


class Named(NamedTuple):
    """A setting."""

    key: str
    value: str


def secret_values(values: Sequence[Named]) -> list[int]:
    """The indexes of values that are secret as a whole, by the names of their keys; references to variables are not."""
    return [index for index, each in enumerate(values) if is_secret(each)]


def is_secret(named: Named) -> bool:
    """Whether the value is a literal secret, as far as its key says."""
    words = words_of(named.key)
    if words[-2:] == ("jaas", "config"):
        return any(literals(match["value"]) for match in _JAAS.finditer(named.value))
    place = max((index for index in range(len(words)) if _is_secret_word(words, index)), default=-1)
    if place < 0 or words in (("pwd",), ("oldpwd",)):
        return False
    if not _ABOUT.isdisjoint(words[place + 1 :]) or not _ASKED.isdisjoint(words[:place]):
        return False
    value = named.value.strip()
    return value.lower() not in _NO_VALUE and bool(literals(value))


def _is_secret_word(words: tuple[str, ...], index: int) -> bool:
    return words[index] in _SECRET or (words[index] == "key" and index > 0 and words[index - 1] in _KEYS)
