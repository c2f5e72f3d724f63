"""Whether a client encrypts, by the parameters that its protocol's clients know."""

from collections.abc import Mapping
from typing import Final

from policygate.facts.model_network import Family, Tls
from policygate.facts.net.written import Piece

Parameters = Mapping[str, Piece]
"""By name in lower case, without `_` and `-`; of two with the same name the last."""

YES: Final = frozenset({"true", "1", "yes", "on", "t", "y", "enabled", "enable"})
NO: Final = frozenset({"false", "0", "no", "off", "f", "n", "disabled", "disable", "none", "null", ""})
_MODES: dict[str, Tls] = {
    "disable": "disabled",
    "disabled": "disabled",
    "false": "disabled",
    "allow": "optional",
    "prefer": "optional",
    "preferred": "optional",
    "require": "required",
    "required": "required",
    "trust": "required",
    "verifyca": "required",
    "verifyfull": "required",
    "verifyidentity": "required",
    "noverify": "required",
    "tunnel": "required",
    "true": "required",
}
_ENCRYPT: dict[str, Tls] = {
    **dict.fromkeys(("true", "yes", "mandatory", "strict", "1"), "required"),
    **dict.fromkeys(("false", "no", "optional", "disable", "0"), "disabled"),
}
_MYSQL_TLS: dict[str, Tls] = {"false": "disabled", "0": "disabled", "preferred": "optional"}
_TLS_FILES = ("sslca", "sslcert", "sslkey", "sslcapath", "tlscafile", "tlscertificatekeyfile")


def tls_of(family: Family, parameters: Parameters, default: Tls) -> Tls:
    """What the parameters say, else the default."""
    if default == "required" and family in ("http", "redis", "amqp"):
        return default
    for rule in (_mode, _encrypt, _switch, _legacy, _files):
        said = rule(family, parameters)
        if said is not None:
            return said
    return default


def normal_name(name: str) -> str:
    """A parameter's name as `Parameters` has it."""
    return name.strip().lower().replace("_", "").replace("-", "").replace(" ", "")


def normal_value(piece: Piece) -> str:
    """A parameter's value in lower case, without signs that notations differ in."""
    return piece.decoded.strip().lower().replace("_", "").replace("-", "")


def mode(value: Piece) -> Tls:
    """What an `sslmode` says; a variable or a word that nobody knows is `unknown`."""
    return "unknown" if value.dynamic else _MODES.get(normal_value(value), "unknown")


def switch(value: Piece, yes: Tls = "required", no: Tls = "disabled") -> Tls:
    """What an on/off says; other words are a mode."""
    word = normal_value(value)
    if value.dynamic:
        return "unknown"
    if word in YES:
        return yes
    return no if word in NO else mode(value)


def _mode(family: Family, parameters: Parameters) -> Tls | None:
    value = parameters.get("sslmode")
    if value:
        return mode(value)
    root = parameters.get("sslrootcert")
    return "required" if family == "postgresql" and root and root.decoded == "system" else None


def _encrypt(family: Family, parameters: Parameters) -> Tls | None:
    value = parameters.get("encrypt")
    if value is None or family != "sqlserver":
        return None
    return "unknown" if value.dynamic else _ENCRYPT.get(normal_value(value), "unknown")


def _switch(family: Family, parameters: Parameters) -> Tls | None:
    for name in ("tls", "ssl", "secure", "usetls"):
        value = parameters.get(name)
        if value is None:
            continue
        if family == "mysql" and name == "tls" and not value.dynamic:
            word = value.decoded.lower()
            return _MYSQL_TLS.get(word, "required")
        return switch(value)
    return None


def _legacy(family: Family, parameters: Parameters) -> Tls | None:
    """`useSSL` of JDBC: "where the server can", unless `requireSSL` or a verification stands beside it."""
    use = parameters.get("usessl")
    if family != "mysql" or use is None:
        return None
    said = switch(use)
    firm = any(
        name in parameters and switch(parameters[name]) == "required"
        for name in ("requiressl", "verifyservercertificate")
    )
    return "optional" if said == "required" and not firm else said


def _files(family: Family, parameters: Parameters) -> Tls | None:
    """A certificate that is named turns TLS on in clients of MySQL and MongoDB."""
    if family not in ("mysql", "mongodb"):
        return None
    return "required" if any(parameters.get(name) for name in _TLS_FILES) else None
