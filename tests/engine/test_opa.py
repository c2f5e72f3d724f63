import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from policygate.engine.bundle import write_bundle
from policygate.engine.opa import RemoteOpa
from policygate.engine.opening import OpaServer
from policygate.engine.policies import Pack
from policygate.errors import EngineError, PolicyError, PolicygateError

MakePack = Callable[..., Pack]
MakeInput = Callable[..., str]


ASKED = '{"run":{"rules":["acme.mine"]}}'
ANSWER = {"acme.mine": {"deny": ["x"]}}


@pytest.fixture
def pack(make_pack: MakePack) -> Pack:
    return make_pack(users={"mine.rego": 'package acme.mine\n\ndeny contains "x"\n'})


def failure(pack: Pack, server: OpaServer, text: str = ASKED) -> PolicygateError:
    with RemoteOpa(pack, server, deadline_s=20) as engine, pytest.raises(PolicygateError) as caught:
        engine.decide(text)
    return caught.value


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a CA, a server's certificate for localhost and a client's."""
    folder = tmp_path_factory.mktemp("tls")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test CA", "-days", "2")
    for name in ("server", "client"):
        openssl("req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        (folder / f"{name}.ext").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext"]
        openssl("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", *signed)
    return folder


AUTHZ = """
package system.authz
default allow := false
allow if { input.identity == "sesame"; input.method == "POST"; input.path == ["v1", "data", "gate"] }
"""


@pytest.fixture
def serve_tls(tls: Path, serve: Callable[..., int]) -> Callable[..., str]:
    """A function that starts a real OPA with TLS; returns its URL."""

    def start(*arguments: str | Path) -> str:
        cert = ["--tls-cert-file", tls / "server.pem", "--tls-private-key-file", tls / "server.key"]
        return f"https://localhost:{serve(*cert, *arguments)}"

    return start


@pytest.fixture
def bundle(pack: Pack, tmp_path: Path) -> Path:
    write_bundle(pack, tmp_path / "bundle.tar.gz")
    return tmp_path / "bundle.tar.gz"


def test_a_served_bundle_decides(pack: Pack, bundle: Path, serve: Callable[..., int], make_input: MakeInput) -> None:
    port = serve("--bundle", bundle)
    with RemoteOpa(pack, OpaServer(f"http://127.0.0.1:{port}"), deadline_s=20) as engine:
        assert engine.decide(make_input(pack)) == {"acme.mine": {"deny": ["x"]}, "go.quiet": {"deny": []}}
        assert engine.version == "1.22.2"


def test_an_empty_server_lacks_the_policies(pack: Pack, serve: Callable[..., int]) -> None:
    error = failure(pack, OpaServer(f"http://127.0.0.1:{serve()}"))
    assert error.message == "the engine lacks the policies: `data.gate` is undefined"


def test_a_server_may_serve_the_bundle_of_other_policies(
    pack: Pack, bundle: Path, make_pack: MakePack, serve: Callable[..., int]
) -> None:
    port = serve("--bundle", bundle)
    changed = make_pack(users={"mine.rego": 'package acme.mine\n\ndeny contains "y"\n'})
    error = failure(changed, OpaServer(f"http://127.0.0.1:{port}"))
    assert error.message == f"the engine holds other policies: digest {pack.digest} instead of {changed.digest}"


def test_a_built_in_that_fails_is_an_error_there_too(
    make_pack: MakePack, make_input: MakeInput, serve: Callable[..., int], tmp_path: Path
) -> None:
    pack = make_pack(users={"a.rego": 'package a\n\ndeny contains "x" if not to_number(input.now) == 1\n'})
    write_bundle(pack, tmp_path / "b.tar.gz")
    port = serve("--bundle", tmp_path / "b.tar.gz")
    error = failure(pack, OpaServer(f"http://127.0.0.1:{port}"), make_input(pack))
    assert type(error) is PolicyError
    assert error.message.startswith(f"{pack.files[0].path}:3: ")
    assert "to_number" in error.message


def test_token_and_client_certificate_are_presented(
    pack: Pack, bundle: Path, tls: Path, serve_tls: Callable[..., str]
) -> None:
    guard = bundle.parent / "guard"
    guard.mkdir()
    (guard / ".manifest").write_text('{"roots": ["system"]}')
    (guard / "authz.rego").write_text(AUTHZ)
    guards = ["--authentication", "token", "--authorization", "basic"]
    url, ca = serve_tls(*guards, "--bundle", bundle, guard), tls / "ca.pem"
    with RemoteOpa(pack, OpaServer(url, token="sesame", ca_file=ca), deadline_s=20) as engine:
        assert engine.decide(ASKED) == ANSWER
    wrong = failure(pack, OpaServer(url, token="guess", ca_file=ca))
    assert wrong.message.startswith(f"OPA at {url} refuses the token (401)")
    none = failure(pack, OpaServer(url, ca_file=ca))
    assert none.message.startswith(f"OPA at {url} wants a token (401)")
    untrusted = failure(pack, OpaServer(url, token="sesame"))
    assert untrusted.message.startswith(f"TLS with OPA at {url} failed: ")
    assert "certificate" in untrusted.message
    assert "--opa-ca" in untrusted.hint


def test_a_ca_of_the_environment_does_not_replace_the_given_one(
    pack: Pack, bundle: Path, tls: Path, serve_tls: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ssl.get_default_verify_paths().openssl_cafile)
    url = serve_tls("--bundle", bundle)
    with RemoteOpa(pack, OpaServer(url, ca_file=tls / "ca.pem"), deadline_s=20) as engine:
        assert engine.decide(ASKED) == ANSWER


def test_a_server_may_want_a_client_certificate(
    pack: Pack, bundle: Path, tls: Path, serve_tls: Callable[..., str]
) -> None:
    ca = tls / "ca.pem"
    url = serve_tls("--authentication", "tls", "--tls-ca-cert-file", ca, "--bundle", bundle)
    server = OpaServer(url, ca_file=ca, client_cert=tls / "client.pem", client_key=tls / "client.key")
    with RemoteOpa(pack, server, deadline_s=20) as engine:
        assert engine.decide(ASKED) == ANSWER
    error = failure(pack, OpaServer(url, ca_file=ca))
    assert type(error) is EngineError
    assert error.message.startswith(f"TLS with OPA at {url} failed: ")
    unlike = OpaServer(url, ca_file=ca, client_cert=tls / "client.pem", client_key=tls / "server.key")
    assert failure(pack, unlike).message.startswith(f"TLS with OPA at {url} failed: ")
