"""The configuration of applications: properties of Java, INI, TOML and JSON, from which only endpoints are read."""

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase

from policygate.errors import SourceError
from policygate.facts.endpoint.values import Value
from policygate.facts.model import FileFacts, Problem
from policygate.facts.net.config_tree import settings_of
from policygate.facts.net.config_values import facts_of
from policygate.facts.net.sniff import may_say
from policygate.facts.syntax.ini_file import parse_ini
from policygate.facts.syntax.jsonc import parse_jsonc
from policygate.facts.syntax.properties_file import parse_properties
from policygate.facts.syntax.setting import Setting
from policygate.facts.syntax.toml_file import parse_toml
from policygate.location import Text

MAX_CHARACTERS = 500_000
"""Many times what the longest configuration that people write needs."""

Document = tuple[list[Value], list[Value]]
"""Settings, and those that have no effect."""

_OTHERS = (
    *("tsconfig*.json", "jsconfig*.json", "package*.json", "composer.json", "*.schema.json", "*wrapper.properties"),
    *("gradle.properties", "messages*.properties", "pytest.ini", "tox.ini", "mypy.ini", "pip.ini", "desktop.ini"),
    "sonar-project.properties",
)
"""Files of other programs that have such names: what they connect to while they build or test is nobody's service."""
_FOLDERS = frozenset({".cargo", ".devcontainer", ".idea", ".vscode", "i18n", "lang", "locale", "locales"})
_OURS = ("application*", "appsettings*.json")
"""Names that nothing else has: such a file is malformed when it cannot be read."""


def read(path: str, data: bytes) -> FileFacts:
    """The endpoints of a configuration file, in its order; those of a Spring profile have it for their scope.

    A file that holds none costs one search. What does not parse gives a problem where the name leaves no doubt that it
    is such a file, else nothing.
    """
    if _is_of_another_program(path) or not may_say(data):
        return FileFacts()
    file = Text(path, data)
    try:
        documents = [facts_of(values, path, hidden) for values, hidden in _documents(file)]
    except SourceError as error:
        ours = any(fnmatchcase(path.rpartition("/")[2], pattern) for pattern in _OURS)
        problem = Problem(message=error.message, at=error.at or file.line_at(1))
        return FileFacts(problems=[problem] if ours else [])
    return FileFacts(
        endpoints=[endpoint for facts in documents for endpoint in facts.endpoints],
        secrets=[at for facts in documents for at in facts.secrets],
    )


def _is_of_another_program(path: str) -> bool:
    *folders, name = path.split("/")
    return not _FOLDERS.isdisjoint(folders) or any(fnmatchcase(name, pattern) for pattern in _OTHERS)


def _documents(file: Text) -> Iterator[Document]:
    if len(file.text) > MAX_CHARACTERS:
        raise SourceError(f"larger than {MAX_CHARACTERS:,} characters", at=file.line_at(1))
    yield from _READERS[file.path.rpartition(".")[2]](file)


def _properties(file: Text) -> Iterator[Document]:
    for document in parse_properties(file):
        last = {setting.name: setting for setting in document}
        counting = [setting for setting in document if last[setting.name] is setting]
        yield _values(counting), _values(setting for setting in document if last[setting.name] is not setting)


def _ini(file: Text) -> Iterator[Document]:
    yield _values(parse_ini(file)), []


def _toml(file: Text) -> Iterator[Document]:
    yield _values(parse_toml(file)), []


def _json(file: Text) -> Iterator[Document]:
    tree = parse_jsonc(file)
    for problem in tree.problems:
        raise SourceError(problem.message, at=problem.at)
    yield from ((list(settings_of(root)), []) for root in tree.documents)


def _values(settings: Iterable[Setting]) -> list[Value]:
    return [Value(each.name, each.text, each.at) for each in settings if each.text]


_READERS: dict[str, Callable[[Text], Iterator[Document]]] = {
    "properties": _properties,
    "ini": _ini,
    "toml": _toml,
    "json": _json,
}
