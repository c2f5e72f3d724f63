"""What never leaves the program: credentials in the text of a checkout."""

import re

_EXPRESSION = r"\$\{\{[^}]{0,200}\}\}"
_USERINFO = re.compile(
    rf"(?<=://)(?P<user>(?:{_EXPRESSION}|[^\s/@:'\"])*+)(?::(?P<password>(?:{_EXPRESSION}|[^\s/@'\"])*+))?(?=@)"
)
_CUT = re.compile(
    rf"(?<=[:/]/)(?P<user>(?:{_EXPRESSION}|[^\s/@:'\"])*+):(?P<password>(?:{_EXPRESSION}|[^\s/@'\"])*+)(?=@)"
)
"""User information of a URL that lost its scheme or a slash on the way, as paths and comments make it."""
_ASSIGNED = re.compile(r"(?<![\w.-])(?P<name>[\w.-]++)[\"']?\s*+(?::=|[:=])\s*+[\"']?(?P<value>[^\s\"',;&|]++)")
_SECRET_NAME = re.compile(r"(?i)passw(?:or)?d|secret|token|api_?key|private_?key")
_BEARER = re.compile(r"(?i)\b(?:bearer|basic)\s++(?P<value>[a-z0-9._~+/=-]{8,})")
_REFERENCE = re.compile(rf"{_EXPRESSION}|\$(?:\w+|\{{[^}}]{{0,200}}\}}|\([^)]{{0,200}}\))")


def redact(text: str) -> str:
    """The text with each character of a credential replaced by `*`, so that columns still hold.

    Credentials are the user information of a URL, the value given to a name such as `TOKEN`, and what follows `Bearer`.
    References to variables stay: they are no secret, and the reader needs them.
    """
    text = redact_urls(text)
    text = _ASSIGNED.sub(_blank_secret, text)
    return _BEARER.sub(_blank_value, text)


def redact_urls(text: str) -> str:
    """The text with the user information of its URLs blanked, as `redact` does it, and nothing else."""
    if "@" not in text:
        return text
    blanked = _CUT.sub(_blank_userinfo, _USERINFO.sub(_blank_userinfo, text))
    return text if blanked == text else blanked


def has_credentials(url: str) -> bool:
    """Whether a URL carries user information."""
    return bool(_USERINFO.search(url))


def _blank(text: str) -> str:
    kept = 0
    out = []
    for reference in _REFERENCE.finditer(text):
        out += ["*" * (reference.start() - kept), reference.group()]
        kept = reference.end()
    return "".join([*out, "*" * (len(text) - kept)])


def _blank_userinfo(match: re.Match[str]) -> str:
    user, password = match.group("user"), match.group("password")
    if password is None:
        return user if user == "git" else _blank(user)
    return f"{user}:{_blank(password)}"


def _blank_secret(match: re.Match[str]) -> str:
    return _blank_value(match) if _SECRET_NAME.search(match.group("name")) else match.group()


def _blank_value(match: re.Match[str]) -> str:
    start, end = match.span("value")
    begin = match.start()
    whole = match.group()
    return whole[: start - begin] + _blank(match.group("value")) + whole[end - begin :]
