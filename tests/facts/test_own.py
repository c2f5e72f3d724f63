import pytest

from policygate.facts.model import Assignment, FileFacts, Own, Place
from policygate.facts.own import guess_own, is_private, role_of, state_own
from policygate.facts.read.go_mod import read
from policygate.location import nowhere


def files(*module_paths: str, goprivate: str = "") -> FileFacts:
    here = nowhere("absent")
    modules = [module for path in module_paths for module in read("go.mod", f"module {path}\n".encode()).modules]
    assignment = Assignment(name="GOPRIVATE", value=goprivate, at=here, scope="variables")
    place = Place(id="p", kind="shell", name="p", at=here, directory=".", assignments=[assignment], commands=[])
    return FileFacts(modules=modules, places=[place] if goprivate else [])


def own(*, modules: list[str], private: list[str], proxies: list[str]) -> Own:
    return Own(modules=modules, private=private, public=[], proxies=proxies, sumdbs=[], stated=False)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            files("git.acme.example/payments/ledger"),
            own(modules=["git.acme.example"], private=["git.acme.example"], proxies=["acme.example"]),
        ),
        (files("acme.example/x"), own(modules=["acme.example"], private=["acme.example"], proxies=["acme.example"])),
        (files("github.com/acme/x/v2"), own(modules=["github.com/acme"], private=[], proxies=[])),
        (
            files("github.com/acme/x", goprivate="github.com/acme/*,*.corp.example"),
            own(modules=["github.com/acme"], private=["github.com/acme"], proxies=[]),
        ),
        (files("ledger"), own(modules=[], private=[], proxies=[])),
        (files(), own(modules=[], private=[], proxies=[])),
    ],
)
def test_guesses(given: FileFacts, expected: Own) -> None:
    assert guess_own(given) == expected


@pytest.mark.parametrize(
    ("address", "role"),
    [
        ("goproxy.acme.example", "own"),
        ("GoProxy.ACME.example", "own"),
        ("goproxy.acme.example:8443/go", "own"),
        ("artifacts.acme.example/go", "own"),
        ("artifacts.acme.example/go/virtual", "own"),
        ("artifacts.acme.example/golang", "outside"),
        ("artifacts.acme.example", "outside"),
        ("evilgoproxy.acme.example", "outside"),
        ("x.goproxy.acme.example", "outside"),
        ("goproxy.acme.example.evil.example", "outside"),
        ("[::1]:3000", "own"),
        ("default", "outside"),
    ],
)
def test_stated_hosts_are_exact(address: str, role: str) -> None:
    assert role_of(["goproxy.acme.example", "artifacts.acme.example/go", "[::1]:3000"], domains=False)(address) == role


def test_guessed_domains_cover_their_hosts() -> None:
    role = role_of(["acme.example"], domains=True)
    assert [role(host) for host in ("goproxy.acme.example", "acme.example:80", "evilacme.example")] == [
        "own",
        "own",
        "outside",
    ]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("git.acme.example/x", True),
        ("git.acme.example", True),
        ("git.acme.example/sdk", False),
        ("git.acme.example/sdk/go/v2", False),
        ("git.acme.example/sdkx", True),
        ("git.acme.example.evil.example/x", False),
        ("github.com/google/uuid", False),
    ],
)
def test_the_longest_prefix_decides_privacy(path: str, expected: bool) -> None:
    stated = state_own(modules=["git.acme.example"], public=["git.acme.example/sdk"], proxies=[], sumdbs=[])
    assert is_private(path, stated) is expected
