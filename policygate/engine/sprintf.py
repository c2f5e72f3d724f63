"""Rego's `sprintf`: Go's package fmt (https://pkg.go.dev/fmt) over numbers, strings, and the text of other values."""

import re
from json import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

_VERB = re.compile(r"%([-+# 0]*)(\d*)(?:\.(\d*))?(.?)", re.DOTALL)
_RANKS: dict[type, int] = {type(None): 0, bool: 1, int: 2, float: 2, str: 3, list: 4, tuple: 4, dict: 5}
_WIDEST = 1000
_UNPRINTABLE = {"\a": "a", "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v"}


def sprintf(pattern: str, values: list[object]) -> str:
    """Format as OPA does, its marks for wrong verbs included.

    Raises: ValueError for what engines do not share: `*`, argument indexes, and widths beyond 1000.
    """
    done: list[str] = []
    index = last = 0
    for match in _VERB.finditer(pattern):
        done.append(pattern[last : match.start()])
        last = match.end()
        flags, width, precision, verb = match.groups()
        if verb in {"*", "["} or "#" in flags or int(width or 0) > _WIDEST or int(precision or 0) > _WIDEST:
            raise ValueError(f"`{match.group()}` is not portable between engines")
        if verb in {"%", ""}:
            done.append("%" if verb else "%!(NOVERB)")
        elif index >= len(values):
            done.append(f"%!{verb}(MISSING)")
        else:
            done.append(
                _format(values[index], verb, flags, int(width or 0), None if precision is None else int(precision or 0))
            )
            index += 1
    done.append(pattern[last:])
    if index < len(values):
        extra = ", ".join(f"{_type(value)}={_format(value, 'v', '', 0, None)}" for value in values[index:])
        done.append(f"%!(EXTRA {extra})")
    return "".join(done)


def show(value: object) -> str:
    """A value as Rego writes it."""
    if isinstance(value, str):
        return _go_quote(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(show, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{show(key)}: {show(value[key])}" for key in in_order(value)) + "}"
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(map(show, in_order(value))) + "}" if value else "set()"
    return dumps(value)


def quote(text: str) -> str:
    """A string as JSON writes it, non-ASCII letters kept."""
    return dumps(text, ensure_ascii=False)


def in_order(values: "Collection[object]") -> list[object]:
    """The members of a set, or the keys of an object, in Rego's order of all values."""
    return sorted(values, key=_rank)


def _rank(value: object) -> tuple[object, ...]:
    rank = _RANKS.get(type(value), 6)
    if isinstance(value, (list, tuple)):
        return rank, [_rank(item) for item in value]
    if isinstance(value, dict):
        return rank, [(_rank(key), _rank(value[key])) for key in in_order(value)]
    if isinstance(value, (set, frozenset)):
        return rank, [_rank(item) for item in in_order(value)]
    return rank, value if value is not None else 0


def _type(value: object) -> str:
    if isinstance(value, float):
        return "float64"
    return "int64" if isinstance(value, int) and not isinstance(value, bool) else "string"


def _format(value: object, verb: str, flags: str, width: int, precision: int | None) -> str:
    if verb == "T":
        return _pad(_type(value), flags, width)
    if isinstance(value, float):
        text = _format_float(value, verb, flags, precision)
    elif isinstance(value, int) and not isinstance(value, bool):
        text = _format_int(value, verb, flags, precision)
    else:
        text = _format_string(value if isinstance(value, str) else show(value), verb, flags, precision)
    if text is None:
        return f"%!{verb}({_type(value)}={_format(value, 'v', '', 0, None)})"
    return _pad(text, flags, width)


def _pad(text: str, flags: str, width: int) -> str:
    if "-" in flags:
        return text.ljust(width)
    if "0" in flags:
        sign = text[:1] if text[:1] in {"-", "+", " "} else ""
        return sign + text[len(sign) :].rjust(width - len(sign), "0")
    return text.rjust(width)


def _format_int(value: int, verb: str, flags: str, precision: int | None) -> str | None:
    if verb in {"q", "U"}:
        raise ValueError(f"`%{verb}` of a number is not portable between engines")
    if verb == "c":
        return chr(value) if 0 <= value <= 0x10FFFF else "\ufffd"
    if verb not in {"d", "v", "x", "X", "o", "b"}:
        return None
    digits = format(abs(value), "d" if verb == "v" else verb).rjust(precision or 0, "0")
    return _sign(value < 0, flags) + digits


def _format_float(value: float, verb: str, flags: str, precision: int | None) -> str | None:
    if verb not in {"e", "E", "f", "F", "g", "G", "v"}:
        return None
    size = abs(value)
    if verb in {"g", "G", "v"} and precision is None:
        text = _shortest(size)
    else:
        text = format(size, f".{6 if precision is None else precision}{'g' if verb == 'v' else verb}")
    return _sign(str(value).startswith("-"), flags) + (text.upper() if verb == "G" else text)


def _shortest(size: float) -> str:
    """The fewest digits that read back as the same number, as Go writes them: with an exponent from a million on."""
    mantissa, _, tail = format(size, ".17e").partition("e")
    exponent = int(tail)
    if -4 <= exponent < 6:
        plain = repr(size)
        return plain.removesuffix(".0") if "e" not in plain else format(size, "f").rstrip("0")
    for digits in range(17):
        mantissa, _, tail = format(size, f".{digits}e").partition("e")
        if float(f"{mantissa}e{tail}") == size:
            break
    return f"{mantissa}e{tail}"


def _sign(negative: bool, flags: str) -> str:
    return "-" if negative else "+" if "+" in flags else " " if " " in flags else ""


def _format_string(text: str, verb: str, flags: str, precision: int | None) -> str | None:
    if verb in {"s", "v", "q"}:
        cut = text if precision is None else text[:precision]
        return _go_quote(cut) if verb == "q" else cut
    if verb in {"x", "X"}:
        data = text.encode() if precision is None else text.encode()[:precision]
        shown = data.hex(" ") if " " in flags else data.hex()
        return shown.upper() if verb == "X" else shown
    return None


def _go_quote(text: str) -> str:
    return '"' + "".join(map(_escape, text)) + '"'


def _escape(char: str) -> str:
    if char in {'"', "\\"}:
        return "\\" + char
    if char.isprintable():
        return char
    if char in _UNPRINTABLE:
        return "\\" + _UNPRINTABLE[char]
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
