"""The settings of a configuration file to facts, whatever its format."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from policygate.facts.endpoint.values import Holder, Value, found_in
from policygate.facts.model import FileFacts
from policygate.facts.net.examples import without_placeholders
from policygate.facts.net.placeholders import Placeholders

SCOPE = "configuration"

_PROFILES = ("spring.config.activate.on-profile", "spring.profiles")
_QUARKUS = re.compile(r"%(?P<profile>[\w-]{1,100})\.(?P<key>.+)", re.DOTALL)
_INDEX = re.compile(r"\[\d+\]")
_HTTP = re.compile(r"\s*https?://", re.IGNORECASE)
_PAGES = frozenset(
    {
        *("$id", "$ref", "$schema", "aud", "audience", "audiences", "author", "bugs", "comment", "description", "docs"),
        *("documentation", "externaldocs", "homepage", "iss", "issuer", "licence", "license", "licenses", "namespace"),
        *(
            "origin",
            "origins",
            "allowedorigin",
            "allowedorigins",
            "allowedoriginpatterns",
            "redirecturi",
            "redirecturis",
        ),
        *("redirecturl", "repository", "schema", "schemas", "scope", "scopes", "termsofservice", "title"),
    }
)
"""Names of settings that hold no address to connect to: pages for people, names in the form of a URL, the service
itself, and what browsers may come from. `url` may follow."""


def is_connection(key: str) -> bool:
    """Whether a URL of the web in a setting is there to be connected to, by the setting's name."""
    names = [part.replace("-", "").replace("_", "").lower() for part in _INDEX.sub("", key).split(".")]
    name = names[-2] if names[-1] == "url" and len(names) > 1 else names[-1].removesuffix("url")
    return not (name in _PAGES or names[-1] in _PAGES or names[-1].startswith("xmlns"))


def facts_of(values: Sequence[Value], path: str, hidden: Sequence[Value] = ()) -> FileFacts:
    """The endpoints of one document of a file; those of a profile have it for their scope, `profile prod`.

    Settings of Quarkus whose names begin with a profile, as `%prod.`, are scopes of their own. `hidden` are settings
    that have no effect.
    """
    found = [found_in((), Holder(), hidden)]
    for scope, group in _scopes(values).items():
        found.append(found_in(without_placeholders(path, list(_filled(group))), Holder(scope=scope)))
    return FileFacts(
        endpoints=[endpoint for endpoints, _ in found for endpoint in endpoints],
        secrets=[at for _, secrets in found for at in secrets],
    )


def _scopes(values: Sequence[Value]) -> dict[str, list[Value]]:
    profiles = ",".join(value.text for value in values if _INDEX.sub("", value.key) in _PROFILES)
    own = f"profile {profiles}" if profiles else SCOPE
    scopes: dict[str, list[Value]] = {}
    for value in values:
        match = _QUARKUS.fullmatch(value.key) if value.key.startswith("%") else None
        scope = f"profile {match['profile']}" if match else own
        scopes.setdefault(scope, []).append(replace(value, key=match["key"]) if match else value)
    return scopes


def _filled(values: Sequence[Value]) -> Iterable[Value]:
    """The settings that may be connections, references among them followed."""
    placeholders = Placeholders({value.key: value.text for value in values})
    for value in values:
        text, assumed = placeholders.put_in(value.text)
        if _HTTP.match(text) is None or is_connection(value.key):
            yield replace(value, text=text, dynamic=value.dynamic or assumed) if text != value.text else value
