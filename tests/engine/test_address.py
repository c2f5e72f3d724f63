from pathlib import Path

import pytest

from policygate.engine.address import Address, address_of
from policygate.engine.opening import OpaServer
from policygate.errors import UsageError


@pytest.mark.parametrize(
    ("url", "host", "port", "version", "verify"),
    [
        ("http://localhost:8181", "localhost", 8181, "v1", False),
        ("http://opa.example", "opa.example", 80, "v1", False),
        ("https://opa.example", "opa.example", 443, "v1", True),
        ("https://opa.example/tools/opa/", "opa.example", 443, "tools/opa/v1", True),
        ("https://opa.example/opa/v1", "opa.example", 443, "opa/v1", True),
        ("https://opa.example/a b", "opa.example", 443, "a%20b/v1", True),
        ("http://[::1]:8181", "[::1]", 8181, "v1", False),
    ],
)
def test_a_url_is_taken_apart(url: str, host: str, port: int, version: str, verify: bool) -> None:
    assert address_of(OpaServer(url)) == Address(url, host, port, version, verify)


def test_a_unix_socket_is_an_address() -> None:
    assert address_of(OpaServer("unix:///run/opa.sock", token="t")) == Address(
        "unix:///run/opa.sock", "localhost", 80, "v1", token="t", socket="/run/opa.sock"
    )


def test_the_files_of_tls_are_passed_on(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("ca", "cert", "key")]
    for path in paths:
        path.touch()
    ca, cert, key = paths
    both = address_of(OpaServer("https://a.example", "t", ca, cert, key))
    assert (both.verify, both.cert, both.token) == (str(ca), (str(cert), str(key)), "t")
    assert address_of(OpaServer("https://a.example", client_cert=cert)).cert == str(cert)


@pytest.mark.parametrize(
    ("server", "message"),
    [
        (OpaServer("localhost:8181"), "--opa-url `localhost:8181` is not the address of an OPA"),
        (OpaServer("ftp://a.example"), "--opa-url `ftp://a.example` is not the address of an OPA"),
        (OpaServer("https://"), "--opa-url `https://` is not the address of an OPA"),
        (OpaServer("https://a.example?x=1"), "--opa-url `https://a.example?x=1` is not the address of an OPA"),
        (OpaServer("https://a.example:99999"), "--opa-url `https://a.example:99999`: Port out of range 0-65535"),
        (OpaServer("https://[::1"), "--opa-url `https://[::1`: Invalid IPv6 URL"),
        (OpaServer("unix://host/path"), "--opa-url `unix://host/path` is not the address of an OPA"),
        (OpaServer("https://me:secret@a.example"), "--opa-url holds credentials"),
        (OpaServer("https://a.example", token="a\nb"), "the token of the OPA holds characters that no header may hold"),
        (
            OpaServer("https://a.example", ca_file=Path("/none")),
            "--opa-ca `/none` cannot be read: no such file or directory",
        ),
        (OpaServer("https://a.example", client_cert=Path("/")), "--opa-cert `/` cannot be read: is a directory"),
    ],
)
def test_a_wrong_server_is_a_usage_error(server: OpaServer, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        address_of(server)
    assert caught.value.message == message
