import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from policygate.engine import open_engine
from policygate.engine.opening import EngineChoice, OpaServer, find_opa
from policygate.engine.policies import Pack
from policygate.errors import EngineError, UsageError

MakePack = Callable[..., Pack]


def program(folder: Path, mode: int = 0o755) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "opa"
    path.write_text("#!/bin/sh\nexit 1\n")
    path.chmod(mode)
    return path


def choose(pack: Pack, checkout: Path, choice: EngineChoice = "auto", opa: OpaServer | None = None) -> tuple[str, str]:
    with open_engine(choice, pack, opa=opa, deadline_s=5, checkout=checkout) as engine:
        return type(engine).__name__, engine.name


@pytest.fixture
def without_regorus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policygate.engine.embedded.find_spec", lambda _: None)


def test_auto_prefers_a_server_then_the_path_then_the_embedded_engine(
    make_pack: MakePack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack, checkout = make_pack(), tmp_path / "checkout"
    monkeypatch.setenv("PATH", str(program(tmp_path / "bin").parent))
    assert choose(pack, checkout, opa=OpaServer("http://localhost:1")) == ("RemoteOpa", "opa")
    assert choose(pack, checkout) == ("LocalOpa", "opa")
    assert choose(pack, checkout, "embedded") == ("EmbeddedEngine", "embedded")
    monkeypatch.setenv("PATH", "")
    assert choose(pack, checkout) == ("EmbeddedEngine", "embedded")


def test_no_opa_is_an_error_when_it_is_asked_for(
    make_pack: MakePack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError) as caught:
        open_engine("opa", make_pack(), deadline_s=5, checkout=tmp_path / "checkout")
    assert caught.value.message == "there is no `opa` on the PATH"
    assert "--opa-url" in caught.value.hint


@pytest.mark.usefixtures("without_regorus")
def test_no_regorus_is_an_error_when_it_is_asked_for(make_pack: MakePack, tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        open_engine("embedded", make_pack(), deadline_s=5, checkout=tmp_path)
    assert caught.value.message == "the embedded engine is not installed"
    assert caught.value.hint == "run `pip install 'policygate[embedded]'`"


@pytest.mark.usefixtures("without_regorus")
def test_no_engine_at_all_names_both_remedies(
    make_pack: MakePack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError) as caught:
        open_engine("auto", make_pack(), deadline_s=5, checkout=tmp_path / "checkout")
    assert caught.value.message == "there is no policy engine here"
    assert "pip install 'policygate[embedded]'" in caught.value.hint
    assert "--opa-url" in caught.value.hint


def test_an_opa_of_the_checkout_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = tmp_path / "checkout"
    inside = program(checkout / "bin")
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "opa").symlink_to(inside)
    (tmp_path / "alias").symlink_to(checkout)
    outside = program(tmp_path / "outside")
    (checkout / "out").symlink_to(outside.parent)
    for entry in (
        inside.parent,
        linked,
        tmp_path / "alias" / "bin",
        checkout / "out",
        checkout / ".." / "checkout" / "bin",
    ):
        monkeypatch.setenv("PATH", str(entry))
        assert find_opa(checkout) is None, entry
        assert find_opa(tmp_path / "alias") is None, entry
    monkeypatch.setenv("PATH", f"{inside.parent}:{linked}:{outside.parent}")
    assert find_opa(checkout) == outside


def test_a_relative_path_entry_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bin")
    monkeypatch.chdir(tmp_path / "bin")
    monkeypatch.setenv("PATH", ":.:../bin")
    assert find_opa(tmp_path / "checkout") is None


def test_what_cannot_be_run_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "plain", 0o644)
    (tmp_path / "folder" / "opa").mkdir(parents=True)
    monkeypatch.setenv("PATH", f"{tmp_path / 'plain'}:{tmp_path / 'folder'}:{tmp_path / 'none'}")
    assert find_opa(tmp_path / "checkout") is None


def test_a_wrong_url_is_a_usage_error(make_pack: MakePack, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        open_engine("auto", make_pack(), opa=OpaServer("opa.example"), deadline_s=5, checkout=tmp_path)


def test_importing_the_engine_imports_nothing_heavy() -> None:
    heavy = "{'pydantic', 'regorus', 'requests', 'opa_client', 'typing'}"
    script = f"import sys, policygate.engine; print({heavy} & {{*sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-S", "-c", script], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]
    )
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_the_engine_says_what_it_does_not_have() -> None:
    import policygate.engine  # noqa: PLC0415 - the module itself is asked

    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = policygate.engine.nothing  # type: ignore[attr-defined]
