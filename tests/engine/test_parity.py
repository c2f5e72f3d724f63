from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from policygate.engine.bundle import write_bundle
from policygate.engine.decision import findings
from policygate.engine.embedded import EmbeddedEngine
from policygate.engine.opa import RemoteOpa
from policygate.engine.opa_process import LocalOpa
from policygate.engine.opening import Engine, OpaServer
from policygate.engine.policies import Pack
from policygate.errors import PolicyError
from policygate.location import nowhere

MakePack = Callable[..., Pack]
MakeInput = Callable[..., str]
Engines = Callable[[Pack], Iterator[Engine]]

SHIPPED = {
    "lib.text": """
        short(text) := substring(text, 0, 12) if count(text) > 12

        short(text) := text if count(text) <= 12
    """,
    "go.pseudo": """
        import data.policygate.lib.text

        deny contains finding if {
            some module in input.go.modules
            some index, require in module.requires
            regex.match(`^v0\\.0\\.0-[0-9]{14}-[0-9a-f]{12}$`, require.version)
            not startswith(require.path, input.config.own.modules[0])
            finding := {
                "message": sprintf(
                    "%s (%d of %d) has %q",
                    [text.short(require.path), index + 1, count(module.requires), require.version],
                ),
                "subject": require.path,
                "at": require,
                "related": [{"message": sprintf("%v", [{"b", "a", require.path}]), "at": module.at}],
                "assumes": [assumed | some assumed in {"z", "a"}],
            }
        }
    """,
    "go.versions": """
        deny contains finding if {
            some module in input.go.modules
            versions := sort([require.version | some require in module.requires])
            some a, b in versions
            some c in [v | v := versions[_]; semver.compare(v, b) < 0]
            finding := {
                "message": concat(" < ", [c, b]),
                "subject": sprintf("%v %v", [a, object.keys({b: c})]),
                "at": module.at,
            }
        }
    """,
    "go.never": "deny contains {} if input.base.exists\n",
    "go.not_asked": "deny contains 1 / 0\n",
}

USERS = {
    "conftest.rego": """
        package main

        import data.acme.helpers

        allowed := {"git.acme.example/shop"}

        deny contains msg if {
            some module in input.go.modules
            not helpers.known(module.path, allowed)
            msg := module.path
        }

        warn_dates contains {"msg": msg, "_loc": {"file": "go.mod", "line": 5}, "details": {"n": 1.5}} if {
            msg := sprintf("%s is %v ns", [input.now, time.parse_ns("2006-01-02", input.now)])
        }

        violation contains {"msg": "ü", "severity": "note", "at": input.go.modules[0]}
    """,
    "helpers.rego": """
        package acme.helpers

        default known(_, _) := false

        known(path, paths) if path in paths

        known(path, paths) if {
            some prefix in paths
            glob.match(concat("", [glob.quote_meta(prefix), "/**"]), ["/"], path)
        }
    """,
}


@pytest.fixture
def engines(opa_path: Path, serve: Callable[..., int], tmp_path: Path) -> Engines:
    """A function that yields, one after the other, every way to decide a pack."""

    @contextmanager
    def served(pack: Pack) -> Iterator[Engine]:
        write_bundle(pack, tmp_path / "parity.tar.gz")
        with RemoteOpa(
            pack, OpaServer(f"http://127.0.0.1:{serve('--bundle', tmp_path / 'parity.tar.gz')}"), deadline_s=30
        ) as engine:
            yield engine

    def each(pack: Pack) -> Iterator[Engine]:
        with EmbeddedEngine(pack, deadline_s=30) as engine:
            yield engine
        with LocalOpa(pack, opa_path, deadline_s=30) as engine:
            yield engine
        with served(pack) as engine:
            yield engine

    return each


def test_every_engine_finds_the_same(make_pack: MakePack, make_input: MakeInput, engines: Engines) -> None:
    pack = make_pack(SHIPPED, USERS)
    text = make_input(pack, ["go.never", "go.pseudo", "go.versions", "main"])
    found = []
    for engine in engines(pack):
        decision = engine.decide(text)
        assert sorted(decision) == ["go.never", "go.pseudo", "go.versions", "main"]
        found.append(findings(decision, pack, nowhere("absent")))
    assert found[0] == found[1] == found[2]
    assert [(finding.rule.id, finding.severity, finding.message, finding.subject) for finding in found[0]] == [
        ("go.pseudo", "error", 'example.com/ (2 of 2) has "v0.0.0-20200101000000-abcdefabcdef"', "example.com/grün"),
        ("go.versions", "error", "v0.0.0-20200101000000-abcdefabcdef < v1.2.0", '1 {"v1.2.0"}'),
        ("main", "note", "ü", "ü"),
        ("main", "warning", "2026-11-23 is 1795392000000000000 ns", "2026-11-23 is 1795392000000000000 ns"),
    ]
    assert found[0][0].related[0].message == '{"a", "b", "example.com/grün"}'
    assert found[0][0].assumes == ("a", "z")


def test_every_engine_refuses_a_rule_that_fails(make_pack: MakePack, make_input: MakeInput, engines: Engines) -> None:
    pack = make_pack(SHIPPED)
    for engine in engines(pack):
        with pytest.raises(PolicyError, match=r"^policygate/go/not_asked\.rego:9: .*divi"):
            engine.decide(make_input(pack))
