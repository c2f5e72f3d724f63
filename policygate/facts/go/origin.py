"""Where a direct fetch goes for a module path (https://go.dev/ref/mod#vcs-find)."""

import re
from collections.abc import Mapping
from typing import NamedTuple

_BELOW = r"(?:/[\w.\-]+)*"
_TWO = r"/[\w.\-]+/[\w.\-]+"
_SITES: Mapping[str, tuple[str, str]] = {
    "github.com": (_TWO, "git"),
    "bitbucket.org": (_TWO, "git"),
    "hub.jazz.net/git": (r"/[a-z0-9]+/[\w.\-]+", "git"),
    "git.apache.org": (r"/[a-z0-9_.\-]+\.git", "git"),
    "git.openstack.org": (_TWO, "git"),
    "chiselapp.com": (r"/user/[A-Za-z0-9]+/repository/[\w.\-]+\Z", "fossil"),
    "example.net": (r"(?!)", ""),
}
"""The sites that go knows: what a repository there is named, and its system."""
_NO_SUFFIX = frozenset({"github.com", "bitbucket.org", "hub.jazz.net/git"})
_SYSTEM = re.compile(r"~?[\w.\-]+\.(?P<system>bzr|fossil|git|hg|svn)", re.ASCII)
_ELEMENT = re.compile(r"~?[\w.\-]+", re.ASCII)
_ALLOWED = ("git", "hg")


class Origin(NamedTuple):
    """Where the code of a module is."""

    repository: str
    """Host and path; empty when only `https://PATH?go-get=1` tells."""
    system: str = ""
    """The version control system; empty when only the lookup tells."""
    problem: str = ""
    """Why go asks nobody."""

    @property
    def unsure(self) -> bool:
        """Whether it depends on GOVCS that go fetches it: by default that allows git and hg, and more if private."""
        return bool(self.system) and self.system not in _ALLOWED


def locate(module_path: str) -> Origin:
    """The place that a module is fetched from without a proxy."""
    for site, (form, system) in _SITES.items():
        if module_path == site or module_path.startswith(f"{site}/"):
            return _at_site(module_path, site, form, system)
    elements = module_path.split("/")
    if all(map(_ELEMENT.fullmatch, elements[1:])):
        for count, element in enumerate(elements[1:], 2):
            match = _SYSTEM.fullmatch(element)
            if match:
                return Origin("/".join(elements[:count]).removesuffix(f".{match['system']}"), match["system"])
    return Origin("")


def _at_site(module_path: str, site: str, form: str, system: str) -> Origin:
    match = re.fullmatch(rf"(?P<root>{re.escape(site)}{form}){_BELOW}", module_path, re.ASCII)
    if not match:
        return Origin("", problem=f"go knows no such repository on `{site}`")
    root = match["root"]
    if site in _NO_SUFFIX and _SYSTEM.fullmatch(root.rpartition("/")[2]):
        return Origin("", problem=f"go takes no such suffix on `{site}`")
    return Origin(root, system)
