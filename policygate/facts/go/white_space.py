"""White space as Go has it: Python takes U+001C to U+001F for white space as well (https://pkg.go.dev/unicode#IsSpace)."""

import re

_SPACE = " \t\n\v\f\r\x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_FIELD = re.compile(f"[^{_SPACE}]+")
_PYTHON_ONLY = re.compile("[\x1c-\x1f]")


def trim(text: str) -> str:
    """The text without the white space around it."""
    return text.strip(_SPACE)


def fields(text: str) -> list[str]:
    """The parts of the text between white space."""
    return _FIELD.findall(text) if _PYTHON_ONLY.search(text) else text.split()
