"""Write the OPA bundle of a pack, byte for byte reproducible (https://www.openpolicyagent.org/docs/management-bundles)."""

import gzip
import tarfile
from io import BytesIO
from json import dumps
from pathlib import Path

from policygate.engine.policies import Pack


def write_bundle(pack: Pack, file: Path) -> None:
    """Write the policies, and the module that lists their decisions, as one `.tar.gz`.

    Raises: OSError.
    """
    roots = sorted({"gate", *("/".join(policy.package) for policy in pack.files)})
    manifest = {"revision": pack.digest, "roots": _outermost(roots), "rego_version": 1}
    members = {".manifest": dumps(manifest), "gate.rego": pack.gate_text, **{f.module: f.text for f in pack.files}}
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, text in sorted(members.items()):
            data = text.encode()
            member = tarfile.TarInfo(f"/{name}")
            member.size = len(data)
            member.mode = 0o644
            archive.addfile(member, BytesIO(data))
    file.write_bytes(gzip.compress(packed.getvalue(), mtime=0))


def _outermost(roots: list[str]) -> list[str]:
    """OPA refuses roots that overlap."""
    return [root for root in roots if not any(root.startswith(f"{other}/") for other in roots)]
