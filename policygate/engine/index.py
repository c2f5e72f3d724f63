"""The index of the shipped policies: what reading them would say, for checks that add none of their own."""

from dataclasses import asdict
from json import dumps, loads
from pathlib import Path
from typing import Any

from policygate.engine.pack import Entry, Pack, PolicyFile, join_pack, policy_paths
from policygate.findings import Link, Parameter, Rule

FILE = Path(__file__).with_name("index.json")
"""`make golden` rewrites it."""


def render_index(pack: Pack) -> str:
    """The index of a pack of shipped policies, as JSON."""
    content = {
        "digest": pack.digest,
        "files": [{"path": file.path, "package": file.package} for file in pack.files],
        "rules": [asdict(rule) for rule in pack.rules],
        "entries": [asdict(entry) for entry in pack.entries],
    }
    return dumps(content, indent=1) + "\n"


def read_index(home: Path) -> Pack | None:
    """The pack of the policies below `home`; None when the index is not theirs."""
    try:
        content = loads(FILE.read_bytes())
        present = {path.relative_to(home).as_posix() for path in policy_paths(home)}
        if present != {file["path"] for file in content["files"]}:
            return None
        pack = _joined(home, content)
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return pack if pack.digest == content["digest"] else None


def _joined(home: Path, content: dict[str, Any]) -> Pack:
    files = [
        PolicyFile(
            file["path"],
            (home / file["path"]).read_bytes().decode("utf-8-sig"),
            shipped=True,
            package=tuple(file["package"]),
        )
        for file in content["files"]
    ]
    entries = [Entry(e["rule"], tuple(e["package"]), tuple(e["names"])) for e in content["entries"]]
    return join_pack(files, [_rule(rule) for rule in content["rules"]], entries, home)


def _rule(said: dict[str, Any]) -> Rule:
    return Rule(
        **{
            **said,
            "links": tuple(Link(**link) for link in said["links"]),
            "parameters": tuple(Parameter(**parameter) for parameter in said["parameters"]),
            "profiles": tuple(said["profiles"]),
            "needs": tuple(said["needs"]),
            "about": tuple(said["about"]),
        }
    )
