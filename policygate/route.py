"""`policygate route`: what the go command does to get one module, under the settings of a context or given ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial

from policygate.errors import CheckoutError, UsageError
from policygate.facts.go.download import Download
from policygate.facts.go.settings import Typing
from policygate.facts.go.variables import VARIABLES
from policygate.facts.go.walk import walk
from policygate.facts.link.go_modules import replacement
from policygate.facts.model import (
    Assignment,
    Context,
    Module,
    Own,
    Pattern,
    PatternSetting,
    ProxyEntry,
    ProxySetting,
    Replace,
    Setting,
    SumdbSetting,
)
from policygate.facts.own import state_own
from policygate.gate import read_checkout
from policygate.gathering import Gathered
from policygate.location import nowhere
from policygate.request import Request
from policygate.routes import Answer, Checksums, InForce, Route, Step

_ROUTING = ("GONOPROXY", "GONOSUMDB", "GOPRIVATE", "GOPROXY", "GOSUMDB")
"""The variables that a walk depends on."""

NOTHING_OWN = state_own(modules=[], public=[], proxies=[], sumdbs=[])


@dataclass(frozen=True)
class Question:
    """How is a module fetched?"""

    module: str
    version: str
    """Empty for the version that the context requires, else for a query of the latest."""
    context: str = ""
    """Id or name of a context; empty for the only one, or for none when settings are given."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Replace those of the context."""
    answers: Mapping[str, str] = field(default_factory=dict)


def answer(question: Question, request: Request) -> Answer:
    """Walk, in the settings of a context of the checkout or in given ones alone.

    Raises:
        UsageError: a variable, a context or an answer that does not exist.
        CheckoutError: a context is needed, and the checkout has none.
    """
    _check_variables(question.settings)
    if question.settings and not question.context:
        return _answer(question, None, Gathered(), NOTHING_OWN)
    gathered, facts = read_checkout(request)
    return _answer(question, _chosen(question.context, facts.go.contexts), gathered, facts.config.own)


def _answer(question: Question, context: Context | None, gathered: Gathered, own: Own) -> Answer:
    typing = Typing(own)
    settings = _in_force(context)
    for name, value in question.settings.items():
        said = Assignment(name=name, value=value, at=nowhere("environment"), scope="--set", dynamic="$" in value)
        settings[name] = typing.type(said, "effective")
    modules = [m for m in gathered.go.modules if context and (not context.modules or m.file in context.modules)]
    version = question.version or _required(question.module, modules)
    replace = _replacement(question.module, version, modules)
    shown = tuple(InForce(name, s.value, s.scope, s.at) for name, s in sorted(settings.items()) if name in _ROUTING)
    answered = partial(Answer, question.module, version, context.id if context else "", shown)
    if replace and replace.local:
        return answered(replace.new_path, _taken_from(replace))
    path, version = (replace.new_path, replace.new_version) if replace else (question.module, version)
    summed = {key for sums in gathered.files.sums for key in sums.hashes}
    download = Download(
        module=path,
        version=version,
        chain=_chain(settings, typing),
        no_proxy=_patterns(settings, "GONOPROXY"),
        sumdb=_sumdb(settings, typing),
        no_sumdb=_patterns(settings, "GONOSUMDB"),
        mod_summed=f"{path} {version}/go.mod" in summed,
        zip_summed=f"{path} {version}" in summed,
    )
    return answered(path if replace else "", walk(download, question.answers))


def _taken_from(replace: Replace) -> Route:
    """A directory takes the place of the module: nobody is asked, and it has no checksum."""
    why = f"go.mod puts the directory `{replace.new_path}` in its place"
    step = Step(replace.new_path, (), "", "use", why, replace.target_at)
    checksums = Checksums(used=False, name="", through=None, why="a directory has no checksum", at=replace.target_at)
    return Route("found", None, (), (step,), (), checksums)


def _check_variables(settings: Mapping[str, str]) -> None:
    for name in settings:
        if name not in VARIABLES:
            close = get_close_matches(name, VARIABLES, n=1)
            hint = f"did you mean `{close[0]}`?" if close else ""
            raise UsageError(f"`{name}` is no variable of the go command that the gate reads", hint)


def _chosen(wanted: str, contexts: Sequence[Context]) -> Context:
    known = ", ".join(f"`{context.id}`" for context in contexts)
    if not contexts:
        raise CheckoutError("no context runs go or sets its variables", "give the settings themselves with `--set`")
    if not wanted:
        if len(contexts) > 1:
            raise UsageError("there are several contexts", f"choose one with `--context`: {known}")
        return contexts[0]
    found = [c for c in contexts if c.id == wanted] or [c for c in contexts if wanted in (c.name, c.at.path)]
    if not found:
        raise UsageError(f"no context is called `{wanted}`", f"there are {known}")
    if len(found) > 1:
        ids = ", ".join(f"`{context.id}`" for context in found)
        raise UsageError(f"several contexts are called `{wanted}`", f"choose one: {ids}")
    return found[0]


def _in_force(context: Context | None) -> dict[str, Setting]:
    """The strongest value of each variable; what is set to nothing is as good as not set."""
    if context is None:
        return {}
    held: dict[str, Sequence[Setting]] = {name: getattr(context.settings, name) for name in VARIABLES}
    return {name: settings[0] for name, settings in held.items() if settings}


def _chain(settings: Mapping[str, Setting], typing: Typing) -> Sequence[ProxyEntry]:
    setting = settings.get("GOPROXY") or typing.default("GOPROXY", "effective", nowhere("default"))
    return setting.chain if isinstance(setting, ProxySetting) else []


def _sumdb(settings: Mapping[str, Setting], typing: Typing) -> SumdbSetting:
    setting = settings.get("GOSUMDB")
    if isinstance(setting, SumdbSetting):
        return setting
    default = typing.default("GOSUMDB", "effective", nowhere("default"))
    if not isinstance(default, SumdbSetting):
        raise TypeError("GOSUMDB has a type of its own")
    return default


def _patterns(settings: Mapping[str, Setting], name: str) -> Sequence[Pattern]:
    """GONOPROXY or GONOSUMDB, which replace GOPRIVATE where they are set to something."""
    for variable in (name, "GOPRIVATE"):
        setting = settings.get(variable)
        if isinstance(setting, PatternSetting) and not setting.empty:
            return setting.patterns
    return []


def _required(path: str, modules: Sequence[Module]) -> str:
    versions = (require.version for module in modules for require in module.requires if require.path == path)
    return next(versions, "")


def _replacement(path: str, version: str, modules: Sequence[Module]) -> Replace | None:
    required = (
        (module, require)
        for module in modules
        for require in module.requires
        if require.path == path and require.version == version
    )
    return next((found for module, require in required if (found := replacement(module, require))), None)
