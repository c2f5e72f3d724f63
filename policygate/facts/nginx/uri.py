"""The path that nginx matches locations with, as it makes it out of a request (`ngx_http_parse_complex_uri`)."""

import re

_BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")


def normalised(target: str, *, merge_slashes: bool = True) -> str | None:
    """The path of a request's target: escapes resolved, `.` and `..` gone, slashes merged; None when nginx refuses it.

    Bytes that are not ASCII are one character each.
    """
    path = re.split(r"[?#]", target, maxsplit=1)[0]
    if not path.startswith("/") or _BROKEN.search(path):
        return None
    path = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), path)
    if "\0" in path:
        return None
    kept: list[str] = []
    parts = path[1:].split("/")
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == "..":
            if not kept:
                return None
            kept.pop()
        if part in (".", "..") or (part == "" and merge_slashes):
            if last:
                kept.append("")
        else:
            kept.append(part)
    return "/" + "/".join(kept)
