"""Where an OPA listens, as opa-python-client wants to hear it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from policygate.errors import UsageError

if TYPE_CHECKING:
    from policygate.engine.opening import OpaServer

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Address:
    """One OPA."""

    shown: str
    """For people."""
    host: str
    port: int
    version: str
    """The path of the API, such as `v1` or `opa/v1`."""
    verify: bool | str = False
    """Whether TLS is spoken, and the file of the CA if it is not one of those that everybody trusts."""
    cert: str | tuple[str, str] | None = None
    token: str = ""
    socket: str = ""
    """The path of a unix socket; then the host does not matter."""


def address_of(server: "OpaServer") -> Address:
    """Take a server's URL apart.

    Raises: UsageError for a URL that is none, or a file that cannot be read.
    """
    hint = "`https://host[:port][/prefix]`, `http://...` or `unix:///path/of/socket`"
    try:
        url = urlsplit(server.url)
        port = url.port
    except ValueError as error:
        raise UsageError(f"--opa-url `{server.url}`: {error}", hint) from error
    if url.username is not None or url.password is not None:
        raise UsageError("--opa-url holds credentials", "give the token in POLICYGATE_OPA_TOKEN")
    if url.scheme == "unix" and url.path and not url.netloc:
        return unix_address(url.path, server.token)
    if url.scheme not in _PORTS or not url.hostname or url.query or url.fragment:
        raise UsageError(f"--opa-url `{server.url}` is not the address of an OPA", hint)
    prefix = quote(url.path.strip("/").removesuffix("v1").strip("/"))
    return Address(
        shown=server.url,
        host=f"[{url.hostname}]" if ":" in url.hostname else url.hostname,
        port=port or _PORTS[url.scheme],
        version=f"{prefix}/v1" if prefix else "v1",
        verify=_file("--opa-ca", server.ca_file) or True if url.scheme == "https" else False,
        cert=_certificate(server),
        token=_token(server.token),
    )


def unix_address(path: str, token: str = "") -> Address:
    """The address of an OPA behind a unix socket."""
    return Address(shown=f"unix://{path}", host="localhost", port=80, version="v1", token=_token(token), socket=path)


def _certificate(server: "OpaServer") -> str | tuple[str, str] | None:
    if server.client_cert is None:
        return None
    cert = _file("--opa-cert", server.client_cert)
    return (cert, _file("--opa-key", server.client_key)) if server.client_key else cert


def _file(option: str, path: Path | None) -> str:
    if path is None:
        return ""
    try:
        path.open("rb").close()
    except OSError as error:
        raise UsageError(f"{option} `{path}` cannot be read: {(error.strerror or '').lower()}") from error
    return str(path)


def _token(token: str) -> str:
    if not token.isascii() or not token.isprintable():
        raise UsageError("the token of the OPA holds characters that no header may hold")
    return token
