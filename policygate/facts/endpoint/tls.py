"""Whether a client encrypts, by the parameters that its protocol's clients know."""

from typing import Final

from policygate.facts.endpoint.draft import Parameters
from policygate.facts.endpoint.written import Piece
from policygate.facts.model_network import Family, Tls

_YES: Final = frozenset({"true", "1", "yes", "on", "t", "y", "enabled", "enable"})
_NO: Final = frozenset({"false", "0", "no", "off", "f", "n", "disabled", "disable", "none", "null", ""})
_MODES: dict[str, Tls] = {
    **dict.fromkeys(("disable", "disabled", "false", "none"), "disabled"),
    **dict.fromkeys(("allow", "prefer", "preferred"), "optional"),
    **dict.fromkeys(("require", "required", "trust", "noverify", "skipverify", "tunnel", "true"), "required"),
    **dict.fromkeys(("verifyca", "verifyfull", "verifyidentity"), "required"),
}
_ENCRYPT: dict[str, Tls] = {
    **dict.fromkeys(("true", "yes", "mandatory", "strict", "1"), "required"),
    **dict.fromkeys(("false", "no", "optional", "disable", "0"), "disabled"),
}
_MYSQL_TLS: dict[str, Tls] = {"false": "disabled", "0": "disabled", "preferred": "optional"}
_MYSQL_FILES = (
    *("sslca", "sslcert", "sslkey", "sslcapath", "sslcipher"),
    *("sslcheckhostname", "sslverifycert", "sslverifyidentity"),
)
_MONGO_FILES = ("tlscafile", "tlscertificatekeyfile", "tlscertificatekeyfilepassword", "tlscrlfile")
_MONGO_CHECKS = (
    "tlsinsecure",
    "tlsallowinvalidcertificates",
    "tlsallowinvalidhostnames",
    "tlsdisableocspendpointcheck",
)
_FIXED: frozenset[Family] = frozenset({"http", "redis", "amqp", "ldap", "smtp", "ftp", "ssh"})
"""Families in which a scheme that says TLS cannot be overruled by a parameter."""


def tls_of(family: Family, parameters: Parameters, default: Tls) -> Tls:
    """What the parameters say, else the default."""
    if default == "required" and family in _FIXED:
        return default
    for rule in (_mode, _encrypt, _switch, _legacy, _libpq, _mysql, _mongodb):
        said = rule(family, parameters)
        if said is not None:
            return said
    return default


def normal_value(piece: Piece) -> str:
    """A parameter's value in lower case, without the signs in which notations differ."""
    return piece.decoded.strip().lower().replace("_", "").replace("-", "").replace(" ", "")


def switch(value: Piece, yes: Tls = "required") -> Tls:
    """What an on/off or an `sslmode` says; a variable or a word that nobody knows is `unknown`."""
    if value.dynamic:
        return "unknown"
    word = normal_value(value)
    if word in _YES:
        return yes
    return "disabled" if word in _NO else _MODES.get(word, "unknown")


def _mode(_: Family, parameters: Parameters) -> Tls | None:
    value = parameters.get("sslmode")
    if not value:
        return None
    return "unknown" if value.dynamic else _MODES.get(normal_value(value), "unknown")


def _encrypt(family: Family, parameters: Parameters) -> Tls | None:
    value = parameters.get("encrypt")
    if value is None or family != "sqlserver":
        return None
    return "unknown" if value.dynamic else _ENCRYPT.get(normal_value(value), "unknown")


def _switch(family: Family, parameters: Parameters) -> Tls | None:
    for name in ("tls", "ssl", "secure", "usetls", "sslconnection", "sslenabled", "starttls"):
        value = parameters.get(name)
        if value is None:
            continue
        if family == "mysql" and name == "tls" and not value.dynamic:
            return _MYSQL_TLS.get(value.decoded.lower(), "required")
        return switch(value)
    return None


def _legacy(family: Family, parameters: Parameters) -> Tls | None:
    """`useSSL` of JDBC: "where the server can", unless `requireSSL` or a verification stands beside it."""
    use = parameters.get("usessl")
    if family != "mysql" or use is None:
        return None
    firm = ("requiressl", "verifyservercertificate")
    said = switch(use)
    if said == "required" and not any(name in parameters and switch(parameters[name]) == "required" for name in firm):
        return "optional"
    return said


def _libpq(family: Family, parameters: Parameters) -> Tls | None:
    """What libpq derives `sslmode` from (https://www.postgresql.org/docs/current/libpq-connect.html)."""
    if family != "postgresql":
        return None
    root = parameters.get("sslrootcert")
    if root and root.decoded == "system":
        return "required"
    require = parameters.get("requiressl")
    return None if not require else "required" if require.raw == "1" else "optional"


def _mysql(family: Family, parameters: Parameters) -> Tls | None:
    """Naming a certificate, a cipher or a check turns TLS on; any value of `ssl_disabled` off, `false` included."""
    if family != "mysql":
        return None
    if parameters.get("ssldisabled"):
        return "disabled"
    return "required" if any(parameters.get(name) for name in _MYSQL_FILES) else None


def _mongodb(family: Family, parameters: Parameters) -> Tls | None:
    """Naming a certificate turns TLS on, and so does keeping a check."""
    if family != "mongodb":
        return None
    kept = any(name in parameters and switch(parameters[name]) == "disabled" for name in _MONGO_CHECKS)
    return "required" if kept or any(parameters.get(name) for name in _MONGO_FILES) else None
