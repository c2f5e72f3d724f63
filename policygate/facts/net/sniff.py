"""Whether it is worth while to look for endpoints in a text at all."""

import re

_HINT = (
    r"(?i)://|jdbc:|@(?:tcp|unix)\(|host|addr|server|broker|node|dsn|endpoint|target|data ?source|_ur[il]|\bur[il]s?\b"
)
_IN_BYTES = re.compile(_HINT.encode())
_IN_TEXT = re.compile(_HINT)


def may_say(data: bytes | str) -> bool:
    """Whether a text may name an endpoint: cheap, and no proof. One without any of the hints names none."""
    return (_IN_TEXT.search(data) if isinstance(data, str) else _IN_BYTES.search(data)) is not None
