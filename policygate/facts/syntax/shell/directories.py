"""Directories as scripts write them, from the root of the checkout."""

import posixpath
import re

_ROOT = re.compile(
    r"\$(?:CI_PROJECT_DIR|GITHUB_WORKSPACE|\{(?:CI_PROJECT_DIR|GITHUB_WORKSPACE)\}|\{\{ *github\.workspace *\}\}"
    r"|\(git rev-parse --show-toplevel\))"
)
_HERE = re.compile(r"\$(?:PWD|\{PWD\}|\(pwd\)|\(CURDIR\)|\{CURDIR\})|`pwd`")
_BESIDE = re.compile(
    r'\$\(dirname (?:-- )?"?\$\{?(?:0|BASH_SOURCE(?:\[0\])?)(?:\}|(?="?\)))"?\)|\$\{(?:0|BASH_SOURCE(?:\[0\])?)%/\*\}'
)
_ENTERED = re.compile(
    r'\$\(cd (?:-P )?(?:-- )?"?(?P<to>[^\n;]{1,200}?)"? *(?:&>|>)? *(?:/dev/null)? *&& *pwd(?: -P)?\)'
)
_UNKNOWN = re.compile(r"[$`*?\[{~]")

_MAX_LENGTH = 4096


def resolve_directory(text: str, current: str, script: str = "") -> str:
    """The directory that `text` leads to from `current`; empty when unknown or outside the checkout.

    `script` is the folder of the script that is read, for `$(dirname "$0")`; empty when there is none.
    """
    if entered := _ENTERED.match(text):
        base = resolve_directory(entered.group("to"), current, script)
        return _join(base, text[entered.end() :].lstrip("/")) if base else ""
    for pattern, base in ((_ROOT, "."), (_HERE, current), (_BESIDE, script)):
        if (match := pattern.match(text)) and text[match.end() :][:1] in ("", "/"):
            return _join(base, text[match.end() :].lstrip("/"))
    return "" if text.startswith("/") else _join(current, text)


def _join(base: str, rest: str) -> str:
    if not base or len(base) + len(rest) > _MAX_LENGTH or _UNKNOWN.search(rest):
        return ""
    path = posixpath.normpath(posixpath.join(base, rest))
    return "" if path == ".." or path.startswith(("../", "/")) else path
