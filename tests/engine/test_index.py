import os
import shutil
from pathlib import Path

from policygate.engine import index
from policygate.engine.describe import describe_policies
from policygate.engine.index import read_index, render_index
from policygate.engine.pack import shipped_folder


def test_the_index_says_what_reading_the_policies_says() -> None:
    described = describe_policies(shipped_folder(), ())
    if os.environ.get("POLICYGATE_GOLDEN"):
        index.FILE.write_text(render_index(described), encoding="utf-8")
    assert read_index(shipped_folder()) == described, "`make golden` rewrites it"


def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped_folder(), tmp_path / "policies"))


def test_a_copy_is_as_good(tmp_path: Path) -> None:
    assert read_index(copied(tmp_path)) == read_index(shipped_folder())


def test_a_changed_policy_is_read_again(tmp_path: Path) -> None:
    home = copied(tmp_path)
    rule = home / "policygate" / "gosumdb" / "off.rego"
    rule.write_text(rule.read_text(encoding="utf-8").replace("severity: error", "severity: note"), encoding="utf-8")
    assert read_index(home) is None
    changed = {rule.id: rule.severity for rule in describe_policies(home, ()).rules}
    assert changed["gosumdb.off"] == "note"


def test_a_new_or_missing_policy_is_noticed(tmp_path: Path) -> None:
    home = copied(tmp_path)
    new = home / "policygate" / "gosumdb" / "mine.rego"
    new.write_text("package policygate.gosumdb.mine\n", encoding="utf-8")
    assert read_index(home) is None
    new.unlink()
    assert read_index(home) is not None
    (home / "policygate" / "gosumdb" / "off.rego").unlink()
    assert read_index(home) is None
