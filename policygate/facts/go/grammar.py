"""What each directive of go.mod and go.work says, or why go refuses it.

https://go.dev/ref/mod#go-mod-file-grammar, https://go.dev/ref/mod#go-work-file-grammar
"""

import re

from policygate.facts.go.directive import Directive, RefusedError, only, shown, string
from policygate.facts.go.manifest import Grammar
from policygate.facts.go.mod_file import Word
from policygate.facts.go.module_path import canonical_version, check_path_major, split_path_version
from policygate.facts.go.replace_target import directory_in_checkout, is_directory
from policygate.facts.go.white_space import fields
from policygate.facts.model import Exclude, Godebug, GoVersion, Named, Replace, Require, Retract, Use
from policygate.location import At, Fact
from policygate.redact import redact

_GO = re.compile(r"[1-9][0-9]*+\.(?:0|[1-9][0-9]*+)(?:\.(?:0|[1-9][0-9]*+))?(?:[a-z]++[0-9]++)?\Z")
_TOOLCHAIN = re.compile(r"default\Z|go1(?:\Z|\.)")
_DEPRECATED = re.compile(r"(?:\A|\n\n)Deprecated: *(.*?)(?:\Z|\n\n)", re.DOTALL)
_QUOTES = re.compile(r"[\"'`]")


class ModuleLine(Fact):
    """A `module` line."""

    path: str
    deprecated: str
    at: At


def _module(file: str, directive: Directive) -> ModuleLine:
    word = only(directive, "`module` takes one module path")
    deprecated = _DEPRECATED.search(directive.comment)
    message = redact(deprecated.group(1)) if deprecated else ""
    return ModuleLine(path=string(word), deprecated=message, at=directive.at(file, word, word))


def _go(file: str, directive: Directive) -> GoVersion:
    word = only(directive, "`go` takes one version")
    if not _GO.match(word.text):
        raise RefusedError(f"{shown(word)} is no Go version such as `1.23.0`", word)
    return GoVersion(exists=True, version=word.text, at=directive.at(file, word, word))


def _toolchain(file: str, directive: Directive) -> GoVersion:
    word = only(directive, "`toolchain` takes one name")
    if not _TOOLCHAIN.match(word.text):
        raise RefusedError(f"{shown(word)} is neither `default` nor a toolchain such as `go1.23.0`", word)
    return GoVersion(exists=True, version=word.text, at=directive.at(file, word, word))


def _godebug(file: str, directive: Directive) -> Godebug:
    usage = "`godebug` takes one setting, `key=value`"
    word = only(directive, usage)
    key, equals, value = word.text.partition("=")
    if not equals or _QUOTES.search(word.text):
        raise RefusedError(usage, word)
    return Godebug(key=key, value=value, at=directive.at(file, word, word))


def _require(file: str, directive: Directive) -> Require:
    path_word, version_word = _path_and_version(directive)
    path, version = string(path_word), string(version_word)
    canonical = canonical_version(version)
    indirect = _is_indirect(directive.row.comment)
    at = directive.at(file, path_word, version_word)
    fact = Require(path=path, version=canonical or version, indirect=indirect, at=at)
    _check_version(path_word, path, version_word, canonical, fact)
    return fact


def _exclude(file: str, directive: Directive) -> Exclude:
    path_word, version_word = _path_and_version(directive)
    path, version = string(path_word), string(version_word)
    canonical = canonical_version(version)
    fact = Exclude(path=path, version=canonical or version, at=directive.at(file, path_word, version_word))
    _check_version(path_word, path, version_word, canonical, fact)
    return fact


def _replace(file: str, directive: Directive) -> Replace:
    old, new = _sides(directive)
    old_path, old_version = string(old[0]), string(old[1]) if len(old) > 1 else ""
    new_path, new_version = string(new[0]), string(new[1]) if len(new) > 1 else ""
    old_canonical = canonical_version(old_version)
    local = is_directory(new_path)
    fact = Replace(
        old_path=old_path,
        old_version=old_canonical or old_version,
        new_path=new_path,
        new_version=canonical_version(new_version) or new_version,
        local=local,
        directory=directory_in_checkout(file, new_path) if local else "",
        at=directive.at(file, old[0], new[-1]),
        target_at=directive.at(file, new[0], new[-1]),
    )
    if len(old) > 1:
        _check_version(old[0], old_path, old[1], old_canonical, fact)
    _check_suffix(old[0], old_path, fact)
    _check_target(new, fact)
    return fact


def _retract(file: str, directive: Directive) -> Retract:
    words = directive.arguments
    texts = [word.text for word in words]
    if not words or texts[0] == "(":
        raise RefusedError("`retract` takes a version or an interval", *directive.words)
    if texts[0] != "[":
        bounds, surplus = [words[0], words[0]], words[1:]
    elif texts[2:3] == [","] and texts[4:5] == ["]"]:
        bounds, surplus = [words[1], words[3]], words[5:]
    else:
        raise RefusedError("an interval is written `[v1.0.0, v1.1.0]`", *words)
    low, high = map(string, bounds)
    if surplus:
        raise RefusedError("nothing may follow the retracted versions", *surplus)
    return Retract(low=low, high=high, rationale=redact(directive.comment), at=directive.at(file, words[0], words[-1]))


def _named(file: str, directive: Directive) -> Named:
    word = only(directive, f"`{directive.verb.text}` takes one path")
    return Named(path=string(word), at=directive.at(file, word, word))


def _use(file: str, directive: Directive) -> Use:
    word = only(directive, "`use` takes one directory")
    path = string(word)
    return Use(path=path, directory=directory_in_checkout(file, path), at=directive.at(file, word, word))


GO_MOD = Grammar(
    file="go.mod",
    directives={
        "module": _module,
        "go": _go,
        "toolchain": _toolchain,
        "godebug": _godebug,
        "require": _require,
        "exclude": _exclude,
        "replace": _replace,
        "retract": _retract,
        "tool": _named,
        "ignore": _named,
    },
    blocks=frozenset({"module", "godebug", "require", "exclude", "replace", "retract", "tool", "ignore"}),
    once=frozenset({"module", "go", "toolchain"}),
)

GO_WORK = Grammar(
    file="go.work",
    directives={"go": _go, "toolchain": _toolchain, "godebug": _godebug, "use": _use, "replace": _replace},
    blocks=frozenset({"godebug", "use", "replace"}),
    once=frozenset({"go", "toolchain"}),
)


def _path_and_version(directive: Directive) -> tuple[Word, Word]:
    if len(directive.arguments) != 2:
        raise RefusedError(f"`{directive.verb.text}` takes a module path and a version", *directive.words)
    path, version = directive.arguments
    return path, version


def _sides(directive: Directive) -> tuple[list[Word], list[Word]]:
    words = directive.arguments
    arrow = next((index for index in (1, 2) if index < len(words) and words[index].text == "=>"), 0)
    if not arrow or len(words) - arrow not in (2, 3):
        raise RefusedError(
            "a replacement is written `path [version] => path version` or `=> directory`", *directive.words
        )
    return words[:arrow], words[arrow + 1 :]


def _is_indirect(comment: str | None) -> bool:
    if comment is None:
        return False
    words = fields(comment.removeprefix("//"))
    return words == ["indirect"] or (len(words) > 1 and words[0] == "indirect;")


# ---- Arguments and checks --------------------------------------------------------------------------------------------


def _check_version(path_word: Word, path: str, version_word: Word, canonical: str, fact: Fact) -> None:
    if not canonical:
        raise RefusedError(f"{shown(version_word)} is no version such as `v1.2.3`", version_word, fact=fact)
    suffix = _check_suffix(path_word, path, fact)
    reason = check_path_major(canonical, suffix)
    if reason:
        message = f"the version does not go with the path {shown(path_word)}: {reason}"
        raise RefusedError(message, version_word, fact=fact)


def _check_suffix(path_word: Word, path: str, fact: Fact) -> str:
    """The major version suffix of a path."""
    split = split_path_version(path)
    if split is None:
        raise RefusedError(f"the major version suffix of {shown(path_word)} is invalid", path_word, fact=fact)
    return split[1]


def _check_target(words: list[Word], fact: Replace) -> None:
    """Refuse what can stand right of `=>` neither as a module with its version nor as a directory."""
    message = ""
    if len(words) > 1 and not canonical_version(fact.new_version):
        message = f"{shown(words[1])} is no version such as `v1.2.3`"
    elif len(words) > 1 and fact.local:
        message = "a directory has no version"
    elif len(words) == 1 and not fact.local:
        at_sign = "a version stands behind the path, after a space: `path version`"
        message = (
            at_sign
            if "@" in fact.new_path
            else "a module needs a version, and a directory begins with `./`, `../` or `/`"
        )
    elif len(words) == 1 and "\\" in fact.new_path:
        message = "a backslash separates directories on Windows only"
    if message:
        raise RefusedError(message, *words, fact=fact)
