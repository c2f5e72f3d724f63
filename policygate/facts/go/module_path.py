"""Module paths and versions (https://go.dev/ref/mod#module-path, https://go.dev/ref/mod#versions)."""

import re

_IN_PATH = re.compile(r"[A-Za-z0-9\-._~/]*+")
_IN_IMPORT_PATH = re.compile(r"[A-Za-z0-9\-._~/+]++")
_UPPER = re.compile(r"[A-Z]")
_IN_HOST = re.compile(r"[a-z0-9\-.]*+")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[1-9]|lpt[1-9])", re.IGNORECASE | re.ASCII)
_SHORT_NAME = re.compile(r".*~[0-9]++")

_MAJOR = re.compile(r"v[0-9.]++")
_GOPKG_MAJOR = re.compile(r"\.v(?:0|[1-9][0-9]*+|(?:[1-9][0-9]*+)?-unstable)\Z")
_PRERELEASE = r"(?!0[0-9]++(?![0-9A-Za-z-]))[0-9A-Za-z-]++"
_NUMBER = r"(0|[1-9][0-9]*+)"
_SEMVER = re.compile(
    rf"v{_NUMBER}(?:\.{_NUMBER}(?:\.{_NUMBER}(-{_PRERELEASE}(?:\.{_PRERELEASE})*+)?(\+[0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)*+)?)?)?"
)


def check_path(path: str) -> str:
    """Why a module path cannot be fetched; empty when it can."""
    reason = check_elements(path)
    if reason:
        return reason
    host = path.partition("/")[0]
    if "." not in host:
        return "the first element has no dot"
    if not _IN_HOST.fullmatch(host):
        return "the first element has a character that is not allowed in a host"
    return "" if split_path_version(path) else "the major version suffix is invalid"


def check_elements(path: str) -> str:
    """Why a path is not made of valid elements; empty when it is."""
    if not path:
        return "the path is empty"
    if path.startswith("-"):
        return "it begins with a dash"
    bad = _IN_PATH.match(path)
    if bad and bad.end() < len(path):
        return "it has a character that is not allowed in a module path"
    return next(filter(None, map(_check_element, path.split("/"))), "")


def is_import_path(path: str) -> bool:
    """Whether a path can be a package's: as a module's, but `+` may stand in it and an element begin with a dot."""
    if path.startswith("-") or not _IN_IMPORT_PATH.fullmatch(path):
        return False
    return not any(
        element.endswith(".") if element.startswith(".") else _check_element(element) for element in path.split("/")
    )


def escape(text: str) -> str:
    """A path or version as the module cache and proxies write it, where case may be lost: `!a` for `A`."""
    return _UPPER.sub(lambda match: f"!{match.group().lower()}", text)


def split_path_version(path: str) -> tuple[str, str] | None:
    """The path without its major version suffix, and the suffix: `/v2`, `.v2` on gopkg.in, else empty.

    None when the suffix is invalid, such as `/v1`, `/v02` or `/v2.1`.
    """
    if path.startswith("gopkg.in/"):
        match = _GOPKG_MAJOR.search(path)
        return (path[: match.start()], match.group()) if match else None
    prefix, slash, last = path.rpartition("/")
    if not slash or not _MAJOR.fullmatch(last):
        return path, ""
    if "." in last or last.startswith("v0") or last == "v1":
        return None
    return prefix, f"/{last}"


def canonical_version(version: str) -> str:
    """The version with minor and patch, without build metadata but `+incompatible`; empty when it is no version."""
    match = _SEMVER.fullmatch(version)
    if match is None:
        return ""
    major, minor, patch, prerelease, build = match.groups("")
    kept = build if build == "+incompatible" else ""
    return f"v{major}.{minor or 0}.{patch or 0}{prerelease}{kept}"


VersionOrder = tuple[tuple[tuple[int, str], ...], bool, tuple[tuple[int, int, str], ...]]


def version_order(version: str) -> VersionOrder:
    """A key that sorts versions as Go does (https://semver.org/#spec-item-11); what is no version comes first."""
    match = _SEMVER.fullmatch(version)
    if match is None:
        return (), False, ()
    major, minor, patch, prerelease, _ = match.groups("")
    numbers = tuple((len(number), number) for number in (major, minor or "0", patch or "0"))
    identifiers = prerelease[1:].split(".") if prerelease else []
    return numbers, not prerelease, tuple(map(_identifier_order, identifiers))


def _identifier_order(identifier: str) -> tuple[int, int, str]:
    """Numbers come before words, and sort by their value."""
    return (0, len(identifier), identifier) if identifier.isdigit() else (1, 0, identifier)


def check_path_major(version: str, suffix: str) -> str:
    """Why a canonical version does not go with the major version suffix of its path; empty when it does."""
    wanted = suffix.lstrip("/.").removesuffix("-unstable")
    major = version.partition(".")[0]
    if version.startswith("v0.0.0-") and wanted == "v1":
        return ""  # old go commands made such pseudo-versions, and go.mod files still hold them
    if not wanted:
        fits = major in ("v0", "v1") or version.endswith("+incompatible")
        return "" if fits else f"it should be v0 or v1, not {major}"
    return "" if major == wanted else f"it should be {wanted}, not {major}"


def _check_element(element: str) -> str:
    if not element:
        return "it has an empty element"
    if element.startswith("."):
        return "an element begins with a dot"
    if element.endswith("."):
        return "an element ends with a dot"
    short = element.partition(".")[0]
    if _RESERVED.fullmatch(short):
        return f"`{short}` is a reserved name on Windows"
    return "an element ends with a tilde and digits" if _SHORT_NAME.fullmatch(short) else ""
