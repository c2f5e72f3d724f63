"""Versions of Go itself, which are no semantic versions (https://go.dev/doc/toolchain#version)."""

import re

_NUMBER = r"(0|[1-9][0-9]*+)"
_VERSION = re.compile(rf"{_NUMBER}(?:\.{_NUMBER}(?:\.{_NUMBER}|([a-z]++){_NUMBER}?)?)?")

Order = tuple[tuple[int, str], tuple[int, str], tuple[int, str], str, tuple[int, str]]


def go_version_order(version: str) -> Order:
    """A key that sorts versions such as `1.21rc1` as Go compares them; all that are malformed come first, as equals."""
    match = _VERSION.fullmatch(version)
    if match is None:
        return _number(""), _number(""), _number(""), "", _number("")
    major, minor, patch, kind, pre = match.groups("")
    if not minor:
        minor = patch = "0"
    elif not patch and not kind and _number(minor) < _number("21"):
        patch = "0"  # from 1.21 on `1.21` is the language, which is older than the release 1.21.0
    return _number(major), _number(minor), _number(patch), kind, _number(pre)


def _number(digits: str) -> tuple[int, str]:
    """Decimals without leading zeros sort by length, then by digits, however long they are."""
    return len(digits), digits
