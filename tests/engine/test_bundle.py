import gzip
import tarfile
from collections.abc import Callable
from io import BytesIO
from json import loads
from pathlib import Path

from policygate.engine.bundle import write_bundle
from policygate.engine.policies import Pack

MakePack = Callable[..., Pack]

USERS = {"b.rego": 'package acme.b\n\ndeny contains "ü"\n', "c.rego": "package acme\n\nx := 1\n"}


def test_a_bundle_holds_the_policies_and_the_list_of_decisions(make_pack: MakePack, tmp_path: Path) -> None:
    pack = make_pack(users=USERS)
    write_bundle(pack, tmp_path / "bundle.tar.gz")
    with tarfile.open(tmp_path / "bundle.tar.gz") as archive:
        members = {member.name: archive.extractfile(member) for member in archive}
        texts = {name: file.read().decode() for name, file in members.items() if file}
    assert loads(texts.pop("/.manifest")) == {
        "revision": pack.digest,
        "roots": ["acme", "gate", "policygate/go/quiet"],
        "rego_version": 1,
    }
    assert texts == {
        "/acme.rego": USERS["c.rego"],
        "/acme/b.rego": USERS["b.rego"],
        "/gate.rego": pack.gate_text,
        "/policygate/go/quiet.rego": pack.files[-1].text,
    }


def test_the_same_pack_is_the_same_bytes(make_pack: MakePack, tmp_path: Path) -> None:
    pack = make_pack(users=USERS)
    for name in ("a", "b"):
        write_bundle(pack, tmp_path / name)
    data = (tmp_path / "a").read_bytes()
    assert data == (tmp_path / "b").read_bytes()
    assert data[4:8] == bytes(4)
    with tarfile.open(fileobj=BytesIO(gzip.decompress(data))) as archive:
        assert {(member.mtime, member.uid, member.gid, member.uname, member.mode) for member in archive} == {
            (0, 0, 0, "", 0o644)
        }
